"""Assemble the fragments of changelog.d/ into CHANGELOG.md: `make changelog VERSION=0.2.0 [DAY=2026-12-01]`."""

import argparse
import datetime as dt
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

KINDS = ("added", "changed", "fixed", "removed")
FRAGMENT = re.compile(rf"[\w.-]+\.({'|'.join(KINDS)})\.md")
VERSION = re.compile(r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?")
RELEASE = re.compile(r"^## ", re.MULTILINE)


class ChangelogError(Exception):
    """The release cannot be written: the message says which file or version is wrong."""


def assemble(changelog: str, fragments: Mapping[str, str], version: str, day: dt.date) -> str:
    """The changelog with a section for `version` above the older ones.

    `fragments` maps a file's name (`NAME.KIND.md`) to its text; each line of the text that is not empty and that is
    not the rest of the sentence above becomes one entry. Raises ChangelogError for an unknown name, an empty text, no
    fragment at all, and a version that is none or that the changelog has.
    """
    if not VERSION.fullmatch(version):
        raise ChangelogError(f"{version!r} is no version such as 0.2.0")
    if re.search(rf"^## {re.escape(version)}(?:\s|$)", changelog, re.MULTILINE):
        raise ChangelogError(f"CHANGELOG.md has {version} already")
    if not fragments:
        raise ChangelogError("changelog.d/ has no fragment: there is nothing to tell")
    release = f"## {version} ({day.isoformat()})\n\n{_sections(fragments)}\n"
    older = RELEASE.search(changelog)
    if older is None:
        return f"{changelog.rstrip()}\n\n{release}"
    return f"{changelog[: older.start()]}{release}\n{changelog[older.start() :]}"


def notes_of(changelog: str, version: str) -> str:
    """What CHANGELOG.md tells of one release, without its title: the text of the release's page."""
    found = re.search(rf"^## {re.escape(version)}(?: [^\n]*)?\n+(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ChangelogError(f"CHANGELOG.md has no {version}")
    return f"{found[1].strip()}\n"


def _sections(fragments: Mapping[str, str]) -> str:
    entries: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for name, text in sorted(fragments.items()):
        match = FRAGMENT.fullmatch(name)
        if match is None:
            raise ChangelogError(f"{name} is not named NAME.{{{','.join(KINDS)}}}.md")
        if not text.strip():
            raise ChangelogError(f"{name} is empty")
        entries[match[1]].append(f"* {_sentences(text)}")
    return "\n\n".join(f"### {kind.title()}\n\n" + "\n".join(entries[kind]) for kind in KINDS if entries[kind])


def _sentences(text: str) -> str:
    """The fragment's lines as one list item of Markdown: later lines are set in."""
    return "\n  ".join(line.strip() for line in text.splitlines() if line.strip())


def release(root: Path, version: str, day: dt.date) -> list[Path]:
    """Write CHANGELOG.md below `root`, remove the fragments that it now holds, and return their paths."""
    changelog = root / "CHANGELOG.md"
    paths = sorted(path for path in (root / "changelog.d").iterdir() if not path.name.startswith("."))
    texts = {path.name: path.read_text(encoding="utf-8") for path in paths}
    changelog.write_text(assemble(changelog.read_text(encoding="utf-8"), texts, version, day), encoding="utf-8")
    for path in paths:
        path.unlink()
    return paths


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make changelog", description=__doc__)
    parser.add_argument("version", metavar="VERSION")
    parser.add_argument("--day", type=dt.date.fromisoformat, default=None, metavar="YYYY-MM-DD", help="today, in UTC")
    parser.add_argument("--root", type=Path, default=Path(), metavar="DIR")
    parser.add_argument(
        "--notes", action="store_true", help="print what CHANGELOG.md tells of VERSION, and write nothing"
    )
    args = parser.parse_args(argv)
    try:
        if args.notes:
            print(notes_of((args.root / "CHANGELOG.md").read_text(encoding="utf-8"), args.version), end="")
            return 0
        paths = release(args.root, args.version, args.day or dt.datetime.now(dt.UTC).date())
    except ChangelogError as error:
        print(f"make changelog: {error}", file=sys.stderr)
        return 2
    print(f"CHANGELOG.md tells {args.version}: {len(paths)} fragments")
    return 0


if __name__ == "__main__":
    sys.exit(main())
