"""What every record of articles promises: putting twice equals putting once, and an older revision never wins."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.index.app import RECORDS
from services.index.entry import Entry
from services.index.record import Record
from services.index.search import Index
from shared.article import PubStatus
from shared.errors import PermanentError
from shared.settings import INDEX_FILE
from tests.entries import make_entry


@pytest.fixture(params=sorted(RECORDS))
def sink(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Record]:
    sink = RECORDS[request.param](tmp_path / INDEX_FILE)
    yield sink
    sink.close()


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    index = Index(tmp_path / INDEX_FILE)
    yield index
    index.close()


def headline(index: Index, name: str) -> str | None:
    stored = index.get(name)
    return stored.article.headline if stored else None


def test_putting_twice_equals_putting_once(sink: Record, index: Index) -> None:
    entries = [make_entry("a", 1, aliases=("url:1",)), make_entry("b", 2, headline="Hai", aliases=("url:2",))]
    assert sink.put_many(entries) == ["indexed", "indexed"]
    once = index.get("a"), index.get("b"), index.search("nâng cao")
    assert sink.put_many(entries) == ["indexed", "indexed"]
    assert sink.put_many(entries[::-1]) == ["indexed", "indexed"]
    assert (index.get("a"), index.get("b"), index.search("nâng cao")) == once


def test_the_same_twice_in_one_batch(sink: Record, index: Index) -> None:
    entry = make_entry()
    assert sink.put_many([entry, entry]) == ["indexed", "indexed"]
    assert index.count() == 1


def test_every_outcome_is_given_again(sink: Record) -> None:
    entries = [
        make_entry("a", 5, headline="Mới"),
        make_entry("a", 4, headline="Cũ"),
        make_entry("a", 6, headline="Mới"),
        make_entry("a", 7, headline="Rút", pub_status="canceled"),
    ]
    outcomes = ["indexed", "superseded", "duplicate", "withdrawn"]
    assert sink.put_many(entries) == outcomes
    assert sink.put_many(entries) == outcomes


def test_every_receipt_is_answered_with_its_own_outcome(sink: Record, index: Index) -> None:
    entries = [
        make_entry("a", 5, headline="Mới"),
        make_entry("a", 4, headline="Cũ"),
        make_entry("a", 6, headline="Mới"),
        make_entry("a", 7, headline="Rút", pub_status="canceled"),
    ]
    sink.put_many(entries)
    answers = [index.receipt(entry.receipt) for entry in entries]
    outcomes = [(answer.outcome, answer.rev, answer.current_rev) for answer in answers if answer]
    assert outcomes == [("indexed", 5, 7), ("superseded", 4, 7), ("duplicate", 6, 7), ("withdrawn", 7, 7)]
    assert [answer.timeline is not None for answer in answers if answer] == [True, False, False, True]
    assert index.receipt("r" + "9" * 26) is None


def test_an_older_revision_never_wins(sink: Record, index: Index) -> None:
    assert sink.put_many([make_entry("a", 2, headline="Thứ hai")]) == ["indexed"]
    assert sink.put_many([make_entry("a", 1, headline="Thứ nhất")]) == ["superseded"]
    assert headline(index, "a") == "Thứ hai"
    assert index.search("nhất").total == 0


def test_a_newer_revision_takes_the_words_of_the_older_out(sink: Record, index: Index) -> None:
    sink.put_many([make_entry("a", 1, headline="Thứ nhất"), make_entry("a", 2, headline="Thứ hai")])
    assert index.search("nhất").total == index.search("nhat").total == 0
    assert index.search("hai").total == 1
    stored = index.get("a")
    assert stored is not None
    assert [revision.rev for revision in stored.revisions] == [1, 2]
    assert headline(index, "a@1") == "Thứ nhất"


def test_withdrawn_stays_withdrawn_for_what_is_older(sink: Record, index: Index) -> None:
    sink.put_many([make_entry("a", 2)])
    assert sink.put_many([make_entry("a", 3, headline="Rút", pub_status="canceled")]) == ["withdrawn"]
    assert sink.put_many([make_entry("a", 1, headline="Cũ")]) == ["superseded"]
    stored = index.get("a")
    assert stored is not None
    assert stored.withdrawn
    assert index.search("nâng cao").total == index.search("rút").total == index.count() == 0
    assert index.recent() == ()


def test_withdrawn_before_it_came(sink: Record, index: Index) -> None:
    assert sink.put_many([make_entry("a", 3, pub_status="canceled")]) == ["withdrawn"]
    assert sink.put_many([make_entry("a", 2)]) == ["superseded"]
    assert index.count() == 0


def test_published_again(sink: Record, index: Index) -> None:
    sink.put_many([make_entry("a", 1), make_entry("a", 2, pub_status="withheld"), make_entry("a", 3, headline="Lại")])
    assert index.search("lại").total == index.count() == 1
    assert index.search("nâng cao").total == 0


def test_a_newer_late_twin_is_a_revision(sink: Record, index: Index) -> None:
    sink.put_many([make_entry("a", 1, headline="Một", aliases=("url:1",))])
    assert sink.put_many([make_entry("b", 2, headline="Hai", aliases=("url:1", "url:2"))]) == ["indexed"]
    assert index.count() == 1
    for name in ("a", "b", "id:b", "url:1", "2"):
        stored = index.get(name)
        assert stored is not None
        assert (stored.article_id, stored.rev, stored.article.headline) == ("a", 2, "Hai")
        assert stored.aliases == ("id:b", "url:1", "url:2")
        assert len(stored.receipts) == 2
    assert index.search("một").total == 0


def test_an_older_late_twin_is_superseded_and_an_equal_one_a_duplicate(sink: Record, index: Index) -> None:
    sink.put_many([make_entry("a", 5, headline="Một", aliases=("url:1",))])
    assert sink.put_many([make_entry("b", 4, headline="Hai", aliases=("url:1",))]) == ["superseded"]
    assert sink.put_many([make_entry("c", 6, headline="Một", aliases=("url:1", "url:3"))]) == ["duplicate"]
    assert [headline(index, name) for name in ("a", "b", "c", "url:3")] == ["Một"] * 4


def test_a_twins_later_revisions_follow_it(sink: Record, index: Index) -> None:
    sink.put_many([make_entry("a", 1, aliases=("url:1",)), make_entry("b", 2, headline="Hai", aliases=("url:1",))])
    assert sink.put_many([make_entry("b", 3, headline="Ba")]) == ["indexed"]
    assert index.count() == 1
    assert headline(index, "a") == "Ba"


def test_two_articles_that_were_stored_apart_stay_apart(sink: Record, index: Index) -> None:
    sink.put_many([make_entry("a", 1, aliases=("url:1",)), make_entry("b", 2, headline="Hai", aliases=("url:2",))])
    assert sink.put_many([make_entry("b", 3, headline="Ba", aliases=("url:1",))]) == ["indexed"]
    assert index.count() == 2
    assert headline(index, "url:1") == headline(index, "a") != "Ba"


def test_one_bad_article_fails_alone(sink: Record, index: Index) -> None:
    entries: Sequence[Entry] = [
        make_entry("a", 1),
        make_entry("b", 2, headline="lone \ud800 surrogate"),
        make_entry("c", 2**64, headline="a revision beyond all numbers"),
        make_entry("e", 4, aliases=tuple(f"url:{number}" for number in range(300_000))),
        make_entry("d", 3, headline="Tốt"),
    ]
    outcomes = sink.put_many(entries)
    assert [outcome if isinstance(outcome, str) else type(outcome) for outcome in outcomes] == [
        "indexed",
        PermanentError,
        PermanentError,
        PermanentError,
        "indexed",
    ]
    assert index.count() == 2
    assert index.get("b") is None


REVISIONS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.integers(1, 6),
        st.sampled_from(("Một", "Hai", "Ba")),
        st.sampled_from(("usable", "usable", "canceled")),
        st.sets(st.sampled_from(("url:1", "url:2")), max_size=1),
    ),
    max_size=12,
    unique_by=lambda revision: revision[:2],
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(REVISIONS, st.data())
def test_whatever_comes_in_whatever_order(
    tmp_path_factory: pytest.TempPathFactory,
    revisions: list[tuple[str, int, str, PubStatus, set[str]]],
    data: st.DataObject,
) -> None:
    """The words found are those of the newest usable revision of each article, and a second run changes nothing."""
    path = tmp_path_factory.mktemp("any") / INDEX_FILE
    sink, index = RECORDS["sqlite"](path), Index(path)
    entries = [
        make_entry(article_id, rev, headline=words, body="x", pub_status=status, aliases=tuple(sorted(names)))
        for article_id, rev, words, status, names in revisions
    ]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(entries)), max_size=3)))
    first = [
        outcome
        for start, end in zip([0, *cuts], [*cuts, len(entries)], strict=True)
        for outcome in sink.put_many(entries[start:end])
    ]
    stored = {entry.article_id: index.get(entry.article_id) for entry in entries}
    assert sink.put_many(entries) == first
    assert {name: index.get(name) for name in stored} == stored
    alive = {one.article_id: one for one in stored.values() if one and not one.withdrawn}
    for words in ("Một", "Hai", "Ba"):
        found = {hit.article_id for hit in index.search(words).hits}
        assert found == {name for name, one in alive.items() if one.article.headline == words}
    assert index.count() == len(alive)
    index.close()
    sink.close()
