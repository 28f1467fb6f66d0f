"""What an article that comes is to what is stored."""

import pytest

from services.index.revisions import Known, Outcome, find_article, rule
from shared.article import PubStatus
from tests.entries import make_entry

STORED = Known(row_id=1, article_id="a", rev=5, sha="as stored", withdrawn=False)
WITHDRAWN = Known(row_id=1, article_id="a", rev=5, sha="as withdrawn", withdrawn=True)


@pytest.mark.parametrize(
    ("article_id", "rev", "sha", "pub_status", "known", "outcome", "stored"),
    [
        pytest.param("a", 1, "x", "usable", None, "indexed", True, id="new"),
        pytest.param("a", 1, "x", "canceled", None, "withdrawn", True, id="withdrawn before it was ever seen"),
        pytest.param("a", 6, "x", "usable", STORED, "indexed", True, id="newer"),
        pytest.param("a", 5, "as stored", "usable", STORED, "indexed", False, id="the same again"),
        pytest.param("a", 5, "as withdrawn", "canceled", WITHDRAWN, "withdrawn", False, id="the same withdrawal again"),
        pytest.param("a", 4, "x", "usable", STORED, "superseded", False, id="older"),
        pytest.param(
            "a", 4, "x", "canceled", STORED, "superseded", False, id="an older withdrawal was taken back since"
        ),
        pytest.param("a", 6, "as stored", "usable", STORED, "duplicate", False, id="newer, but nothing changed"),
        pytest.param("a", 6, "x", "canceled", STORED, "withdrawn", True, id="withdrawn"),
        pytest.param("a", 6, "x", "withheld", STORED, "withdrawn", True, id="withheld must not be shown either"),
        pytest.param("a", 4, "x", "usable", WITHDRAWN, "superseded", False, id="older than its withdrawal"),
        pytest.param("a", 6, "x", "usable", WITHDRAWN, "indexed", True, id="published again"),
        pytest.param("b", 6, "x", "usable", STORED, "indexed", True, id="late twin, newer"),
        pytest.param("b", 4, "x", "usable", STORED, "superseded", False, id="late twin, older"),
        pytest.param("b", 5, "x", "usable", STORED, "superseded", False, id="late twin of the same moment"),
        pytest.param("b", 6, "as stored", "usable", STORED, "duplicate", False, id="late twin, equal"),
    ],
)
def test_ruling(
    article_id: str, rev: int, sha: str, pub_status: PubStatus, known: Known | None, outcome: Outcome, stored: bool
) -> None:
    ruling = rule(make_entry(article_id, rev, sha=sha, pub_status=pub_status), known)
    assert (ruling.outcome, ruling.stored) == (outcome, stored)
    assert ruling.article_id == (known.article_id if known else article_id)


def test_a_late_twin_belongs_to_the_holder_of_its_strongest_alias() -> None:
    entry = make_entry("c", aliases=("uri:1", "url:2"))
    other = Known(row_id=2, article_id="b", rev=1, sha="", withdrawn=False)
    assert find_article(entry, {}) is None
    assert find_article(entry, {"url:2": other}) == other
    assert find_article(entry, {"url:2": other, "uri:1": STORED}) == STORED


def test_once_a_twin_always_a_twin() -> None:
    other = Known(row_id=2, article_id="b", rev=1, sha="", withdrawn=False)
    entry = make_entry("c", aliases=("uri:1",))
    assert find_article(entry, {"uri:1": other, "id:c": STORED}) == STORED
