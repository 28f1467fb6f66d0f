"""Copydesk beside other extractors on the same pages: `python -m tests.quality.peers --corpora DIR --python PYTHON`.

PYTHON is the interpreter of the environment that `make peers` makes for them. Prints a table a corpus, the one
of docs/normalize.md, and the pages that each reads in a second of processor time. A sample of each corpus is
asked, the same for everybody, so that it ends within the hour: `--sample 0` asks all.
"""

import argparse
import hashlib
import json
import os
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.quality.peer_answers import PEERS
from tests.quality.report import ANSWER, run

OURS = "copydesk"
LEAST_PAGES = 40
SHOWN: Mapping[str, tuple[str, ...]] = {
    "headline": ("title_exact",),
    "day": ("day_acc",),
    "instant": ("instant_acc",),
    "authors": ("authors_f1",),
    "captions": ("captions_f1",),
    "body": ("body_f1", "seg_f1"),
}
MOST_S = 20.0  # of one page: what takes longer is no answer


def main(argv: Sequence[str] | None = None) -> int:
    """Ask everybody, then let the scorer beside the corpora judge."""
    options = _options(argv)
    scorer = options.corpora.resolve().parent / "bench" / "pages" / "run.py"
    if not scorer.is_file():
        print(f"no scorer beside {options.corpora}: nothing scored")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        pages = Path(folder) / "pages"
        asked = sample_corpora(options.corpora / "pages-dev", pages, options.sample)
        environ = {**os.environ, "BENCH_OUT": folder, "PAGES_CORPUS": str(pages)}
        names = [name for name in (OURS, *PEERS) if not options.only or name in options.only]
        for name in names:
            command = command_of(name, options.python)
            run([sys.executable, str(scorer), "predict", name, command, "--corpora", "all"], environ, scorer.parent)
        print(
            f"The development half, {sum(asked.values())} pages; a page that takes over {MOST_S:.0f} s is unanswered."
        )
        print(run([sys.executable, str(scorer), "score", *names, "--corpora", "all"], environ, scorer.parent))
        for name in names if options.time else ():
            timed = [sys.executable, str(scorer), "time", name, command_of(name, options.python, 0)]
            print(run([*timed, "--pages", str(options.time), "--repeat", "1"], environ, scorer.parent), flush=True)
    return 0


def digest(tables: str) -> str:
    """The scorer's tables as the one of the manual: corpora of some size, and what they have of the main fields."""
    rows = [f"| corpus | system | {' | '.join(SHOWN)} |", "|---|---|" + "---|" * len(SHOWN)]
    corpus, names = "", list[str]()
    for line in tables.splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        if heading := re.match(r"### (\w+) / \w+ \((\d+) pages\)", line):
            corpus = f"{heading[1]} ({heading[2]})" if int(heading[2]) >= LEAST_PAGES else ""
        elif cells[0] == "system":
            names = cells
        elif corpus and len(cells) == len(names) and set(line) - set("|-"):
            figures = dict(zip(names, cells, strict=True))
            shown = [_shown(figures, SHOWN[name]) for name in SHOWN]
            rows += [f"| {corpus} | {figures['system']} | {' | '.join(shown)} |"] if set(shown) != {"–"} else []
    return "\n".join(rows)


def _shown(figures: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The first of the figures that was taken, in hundredths; none where a system does not read the field at all."""
    taken = next((figures[name] for name in names if figures.get(name, "-") not in ("-", "0.000")), None)
    return "–" if taken is None else f"{float(taken):.2f}"


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Score Copydesk beside other extractors over labelled pages.")
    parser.add_argument("--corpora", type=Path, required=True, metavar="DIR")
    parser.add_argument("--python", type=Path, required=True, metavar="PYTHON", help="where the others are installed")
    parser.add_argument("--sample", type=int, default=60, metavar="PAGES", help="of each corpus at most so many (60)")
    parser.add_argument("--only", action="append", choices=(OURS, *PEERS), metavar="NAME", help="only this one; again")
    parser.add_argument("--time", type=int, default=0, metavar="PAGES", help="also take the time over so many pages")
    return parser.parse_args(argv)


def command_of(name: str, python: Path, most_s: float = MOST_S) -> str:
    """The command that answers pages for one of them; a peer gives a page up after `most_s`, never for 0."""
    if name == OURS:
        return f"cd {Path.cwd()} && exec {sys.executable} {ANSWER} pages"
    return f"exec {python.absolute()} {Path(__file__).with_name('peer_answers.py')} {name} {most_s}"


def sample_corpora(whole: Path, folder: Path, most: int) -> dict[str, int]:
    """Make a folder of the same corpora with at most so many pages each, by chance but always the same; all for 0."""
    asked: dict[str, int] = {}
    for corpus in sorted(path.parent for path in whole.glob("*/truth.jsonl")):
        lines = (corpus / "truth.jsonl").read_text(encoding="utf-8").splitlines()
        if most:
            lines = sorted(lines, key=lambda line: hashlib.sha1(json.loads(line)["id"].encode()).digest())[:most]
        (folder / corpus.name).mkdir(parents=True)
        (folder / corpus.name / "truth.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        (folder / corpus.name / "pages").symlink_to((corpus / "pages").resolve())
        asked[corpus.name] = len(lines)
    return asked


if __name__ == "__main__":
    sys.exit(main())
