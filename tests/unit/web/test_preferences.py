"""What a request prefers and insists on, and its numbers, read to the letter or refused by name."""

import pytest

from services.web.articles import is_known
from services.web.preferences import read_if_match
from services.web.problems import Problem
from services.web.queries import read_seconds
from services.web.wanted import WrongFilter, read_filter


@pytest.mark.parametrize(
    ("said", "revisions"),
    [
        pytest.param(None, None, id="nothing"),
        pytest.param("*", {"*"}, id="any"),
        pytest.param('"12"', {12}, id="one"),
        pytest.param('"12-ninjs" , "13"', {12, 13}, id="two, one of another form"),
        pytest.param('W/"12", "13"', {13}, id="a weak one never matches"),
        pytest.param('"a,b", "13"', {13}, id="a comma within a tag"),
        pytest.param('"a"', set(), id="none of ours"),
    ],
)
def test_read_if_match(said: str | None, revisions: set[int | str] | None) -> None:
    assert read_if_match({} if said is None else {"if-match": said}) == revisions


@pytest.mark.parametrize("said", ["12", '"12', '"12" "13"', '"12",', 'w/"12"', '"a"b"', ""])
def test_what_is_no_list_of_tags_is_refused(said: str) -> None:
    with pytest.raises(Problem) as caught:
        read_if_match({"if-match": said})
    assert caught.value.more["errors"][0]["header"] == "If-Match"  # type: ignore[index]


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ('"12"', True),
        ('W/"12"', True),
        ('"a,", "12"', True),
        ("*", True),
        ('"13"', False),
        ("12", False),
        (None, False),
    ],
)  # fmt: skip
def test_whether_a_reader_has_a_revision(said: str | None, known: bool) -> None:
    assert is_known(said, '"12"') is known


@pytest.mark.parametrize(
    ("said", "seconds"), [("0", 0.0), ("2.5", 2.5), ("1e1", 10.0), ("61", 60.0), ("1e400", 60.0), ("9" * 400, 60.0)]
)
def test_read_seconds(said: str, seconds: float) -> None:
    assert read_seconds({"wait": said}, "wait", most=60) == seconds


@pytest.mark.parametrize("said", ["", "-1", "nan", "inf", "1_0", " 1", "0x1", "1.", ".5", "9" * 401])
def test_what_is_no_number_of_seconds_is_refused(said: str) -> None:
    with pytest.raises(Problem) as caught:
        read_seconds({"wait": said}, "wait", most=60)
    assert caught.value.more["errors"][0]["parameter"] == "wait"  # type: ignore[index]


def test_a_state_that_no_change_has_is_refused() -> None:
    assert read_filter({"state": "dead, refused,"}).states == {"dead", "refused"}
    with pytest.raises(WrongFilter, match="'ded' is no state"):
        read_filter({"state": "dead,ded"})
