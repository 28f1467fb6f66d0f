"""Whose a source is: a publisher's, the desk's own, or nobody's."""

import re
from pathlib import Path

import pytest

from shared.envelope import DESK, Source, SourceKind, is_desk, pushed_by

ROOT = Path(__file__).parents[3]
# What asks this by itself: whether a kind is a push and a name the desk's.
ASKED = re.compile(r"""[!=]= ?COMMAND_LINE|\(["']push["'], ?COMMAND_LINE\)|push:\{COMMAND_LINE\}""")
# Where an address is spelled and a name is checked, there is no source.
SPELLED = {"shared/envelope.py", "shared/identity.py", "shared/source_book.py"}


@pytest.mark.parametrize(
    ("kind", "name", "publisher", "desk"),
    [
        ("push", "hue", "hue", False),
        ("push", "command line", "", True),
        ("drop", "hue", "", False),
        ("drop", "command line", "", False),
        ("feed", "https://hue.example/rss", "", False),
    ],
)
def test_whose_a_source_is(kind: SourceKind, name: str, publisher: str, *, desk: bool) -> None:
    source = Source(kind=kind, name=name, zone="Asia/Ho_Chi_Minh")
    assert (pushed_by(source), is_desk(source)) == (publisher, desk)


def test_nobody_pushed_what_has_no_source_and_the_desk_owns_nothing() -> None:
    assert pushed_by(None) == pushed_by(DESK) == ""
    assert is_desk(DESK)


def test_it_is_asked_in_one_place() -> None:
    files = [file for room in ("services", "shared") for file in (ROOT / room).rglob("*.py")]
    asking = {str(file.relative_to(ROOT)) for file in files if ASKED.search(file.read_text("utf-8"))}
    assert asking <= SPELLED
