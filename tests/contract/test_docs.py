"""The pages name only commands, targets, settings, files and links that exist."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.cli.command_table import GROUPS
from services.cli.parsing import read_words
from shared.settings import FIELDS, NOT_SETTINGS

ROOT = Path(__file__).parents[2]
FOLDERS = ("docs", "changelog.d", "deploy")
PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *(page for name in FOLDERS for page in ROOT.glob(f"{name}/**/*.md")))
    if path.name != "CODE_OF_CONDUCT.md"
)
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
BEFORE = re.compile(r"^(?:\w+=\S+ +)*(?:\.venv/bin/|docker compose exec (?:-T )?\w+ |kubectl exec \S+ -c \w+ -- )?")
PATH = re.compile(r"(?:services|shared|tests|docs|requirements|benchmarks|deploy)/[\w./-]+\.\w+")

pages = pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


def commands(text: str) -> Iterator[str]:
    """Every command line in shell blocks, and every inline code, without what stands before the program."""
    for language, block in FENCE.findall(text):
        if language == "sh":
            for line in block.replace("\\\n", " ").splitlines():
                yield from (BEFORE.sub("", part.strip()) for part in re.split(r" \| | && |; ", line))
    for code in INLINE.findall(FENCE.sub("", text)):
        yield BEFORE.sub("", code)


@pages
def test_every_copydesk_command_is_one_that_the_parser_takes(page: Path) -> None:
    for command in commands(page.read_text(encoding="utf-8")):
        if re.match(r"copydesk( |$)", command):
            words = [word for word in shlex.split(command, comments=True)[1:] if word != "…"]
            assert parses(words), f"{page.name}: {command}"


def parses(words: list[str]) -> bool:
    """A bare `copydesk`, or a group such as `copydesk dead`, is a name and no command line."""
    if " ".join(words) in {"", *GROUPS}:
        return True
    try:
        read_words(words)
    except SystemExit as end:
        return end.code == 0
    return True


@pages
def test_every_make_target_exists(page: Path) -> None:
    for command in commands(page.read_text(encoding="utf-8")):
        if re.match(r"make( |$)", command):
            words = shlex.split(command, comments=True)[1:]
            assert {word for word in words if "=" not in word} <= TARGETS, f"{page.name}: {command}"


@pages
def test_every_setting_exists(page: Path) -> None:
    for name in re.findall(r"COPYDESK_([A-Z][A-Z_]*[A-Z])(?!\w)", page.read_text(encoding="utf-8")):
        plain = name.lower()
        assert plain in {*FIELDS, *NOT_SETTINGS, "name", "name_file"} or plain.removesuffix("_file") in FIELDS, name


@pages
def test_every_file_of_ours_exists(page: Path) -> None:
    for code in INLINE.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        for path in PATH.findall(code):
            assert (ROOT / path).exists(), f"{page.name}: {path}"


@pages
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_readme_is_one_screen() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 70


def test_every_target_of_the_makefile_says_what_it_is_for() -> None:
    told = re.findall(r"^([a-z-]+):.*## \S", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(told) == TARGETS
