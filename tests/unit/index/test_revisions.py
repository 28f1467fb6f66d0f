"""What an article that comes is to what is stored."""

import datetime as dt

import msgspec
import pytest

from services.index.entry import Entry, Known, Outcome, edit_of, known_from
from services.index.matching import agreement, candidates, is_another
from services.index.precedence import adds_nothing, is_veiled, refined
from services.index.revisions import rule
from shared.article import Article, Block, PubStatus
from shared.envelope import Source
from tests.entries import make_entry

STORED = Known(row_id=1, article_id="a", rev=5, sha="as stored", withdrawn=False)
WITHDRAWN = Known(row_id=1, article_id="a", rev=5, sha="as withdrawn", withdrawn=True, source="drop:")


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


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        pytest.param("feed:https://news.example/rss", "withdrawn", id="what it said itself"),
        pytest.param("feed:http://www.news.example/sport/rss", "withdrawn", id="what another feed of its host said"),
        pytest.param("feed:https://other.example/rss", "superseded", id="not what a stranger's feed said"),
        pytest.param("push:hue", "superseded", id="not what a publisher pushed"),
    ],
)
def test_a_feed_takes_back_what_its_own_host_said_last(source: str, outcome: Outcome) -> None:
    entry = msgspec.structs.replace(
        make_entry("a", 6, pub_status="canceled"), source=Source(kind="feed", name="https://news.example/rss")
    )
    assert rule(entry, msgspec.structs.replace(STORED, source=source)).outcome == outcome


@pytest.mark.parametrize(
    ("rev", "sha", "headline", "known", "outcome", "stored"),
    [
        pytest.param(6, "as stored", "other", STORED, "indexed", True, id="read otherwise now"),
        pytest.param(6, "something else", "other", STORED, "superseded", False, id="other words came since"),
        pytest.param(4, "as stored", "other", STORED, "superseded", False, id="read once more before"),
        pytest.param(6, "as withdrawn", "other", WITHDRAWN, "superseded", False, id="withdrawn since"),
        pytest.param(5, "as stored", "other", STORED, "indexed", False, id="the same again"),
    ],
)
def test_an_input_that_is_read_once_more_takes_its_own_place_alone(
    rev: int, sha: str, headline: str, known: Known, outcome: Outcome, stored: bool
) -> None:
    entry = make_entry("a", rev, sha=sha)
    entry = msgspec.structs.replace(entry, rereads=1, article=Article(headline=headline))
    ruling = rule(entry, known)
    assert (ruling.outcome, ruling.stored) == (outcome, stored)
    same = msgspec.structs.replace(known, digest=known_from(entry, row_id=1).digest)
    if ruling.stored:
        assert rule(entry, same).outcome == "duplicate"


def test_a_late_twin_belongs_to_the_holder_of_its_strongest_alias() -> None:
    entry = make_entry("c", aliases=("uri:1", "url:2"))
    other = Known(row_id=2, article_id="b", rev=1, sha="", withdrawn=False)
    assert candidates(entry, {}, None) == []
    assert candidates(entry, {"url:2": other}, None) == [other]
    assert candidates(entry, {"url:2": other, "uri:1": STORED}, None)[0] == STORED


def test_once_a_twin_always_a_twin() -> None:
    other = Known(row_id=2, article_id="b", rev=1, sha="", withdrawn=False)
    entry = make_entry("c", aliases=("uri:1",))
    assert candidates(entry, {"uri:1": other, "id:c": STORED}, None)[0] == STORED


LEAD = Block(type="paragraph", text="x" * 100)
WHOLE = Block(type="paragraph", text="x" * 1000)
OTHER = Block(type="paragraph", text="y" * 900)
NOW = 1_800_000_000_000_000
FEED, PUSH = Source(kind="feed", name="http://a.example/rss"), Source(kind="push", name="hue")
MONDAY, TUESDAY = (dt.datetime(2026, 11, day, 8, tzinfo=dt.UTC) for day in (23, 24))


def said(source: Source, block: Block, edited: dt.datetime | None, rev: int) -> Entry:
    article = Article(headline="Tin", blocks=(block,), version_created=edited)
    entry = make_entry("a", rev, sha=f"{source.kind} {block.text} {edited}")
    return msgspec.structs.replace(entry, source=source, article=article, received_us=NOW)


def known_of(entry: Entry) -> Known:
    return known_from(entry, row_id=1)


@pytest.mark.parametrize(
    ("first", "then", "outcome"),
    [
        pytest.param((FEED, WHOLE, MONDAY), (FEED, LEAD, MONDAY), "superseded", id="a feed that turned to summaries"),
        pytest.param((FEED, WHOLE, None), (FEED, LEAD, None), "superseded", id="also without dates"),
        pytest.param((FEED, LEAD, MONDAY), (FEED, WHOLE, MONDAY), "indexed", id="a feed that gives the whole text now"),
        pytest.param((FEED, WHOLE, MONDAY), (FEED, LEAD, TUESDAY), "indexed", id="a newer edit that is shorter"),
        pytest.param((PUSH, WHOLE, MONDAY), (FEED, LEAD, MONDAY), "superseded", id="a feed's word on what was pushed"),
        pytest.param((PUSH, WHOLE, MONDAY), (FEED, OTHER, TUESDAY), "indexed", id="a feed's newer edit of it"),
        pytest.param((PUSH, WHOLE, TUESDAY), (FEED, OTHER, MONDAY), "superseded", id="a feed that is behind"),
        pytest.param(
            (FEED, WHOLE, TUESDAY), (PUSH, OTHER, MONDAY), "superseded", id="a page from before the correction"
        ),
        pytest.param((FEED, WHOLE, MONDAY), (PUSH, LEAD, TUESDAY), "indexed", id="a publisher's newer word"),
        pytest.param((FEED, WHOLE, MONDAY), (PUSH, LEAD, None), "indexed", id="a publisher's undated word"),
        pytest.param((PUSH, WHOLE, TUESDAY), (PUSH, LEAD, MONDAY), "indexed", id="a publisher's own next word"),
    ],
)
def test_of_two_witnesses_the_newer_edit_and_the_richer_word_win(
    first: tuple[Source, Block, dt.datetime | None], then: tuple[Source, Block, dt.datetime | None], outcome: Outcome
) -> None:
    assert rule(said(*then, 6), known_of(said(*first, 5))).outcome == outcome


def test_what_reads_as_the_same_article_is_counted_and_no_revision() -> None:
    known = known_of(said(FEED, WHOLE, MONDAY, 5))
    ruling = rule(msgspec.structs.replace(said(FEED, WHOLE, MONDAY, 6), sha="other bytes"), known)
    assert (ruling.outcome, ruling.stored, ruling.heard) == ("duplicate", False, 6)


def test_what_holds_all_edits_until_it_was_fetched_does_so_also_when_another_says_it() -> None:
    known = known_of(said(FEED, WHOLE, None, 5))
    assert known.as_of == NOW
    again = rule(msgspec.structs.replace(said(PUSH, WHOLE, MONDAY, 6), sha="other bytes"), known)
    assert (again.outcome, again.edited, again.as_of) == ("duplicate", int(MONDAY.timestamp() * 1_000_000), NOW)


def test_a_source_that_takes_back_what_it_said_beside_the_text_is_heard_where_another_is_not() -> None:
    signed = Article(headline="Tin", blocks=(WHOLE,), byline="Thu Hà")
    known = known_of(msgspec.structs.replace(said(FEED, WHOLE, MONDAY, 5), article=signed))
    unsigned = said(FEED, WHOLE, TUESDAY, 6)
    other = msgspec.structs.replace(unsigned, source=Source(kind="feed", name="http://b.example/rss"))
    assert rule(unsigned, known, lambda: signed).outcome == "indexed"
    assert rule(other, known, lambda: signed).outcome == "duplicate"


def test_a_publishers_last_word_wins_over_an_older_one_that_comes_late() -> None:
    first, between, last = (said(PUSH, block, None, rev) for block, rev in ((WHOLE, 5), (LEAD, 6), (WHOLE, 7)))
    known = known_of(first)
    again = rule(last, known)
    assert (again.outcome, again.heard) == ("duplicate", 7)
    assert rule(between, msgspec.structs.replace(known, heard=again.heard)).outcome == "superseded"


def test_a_changed_word_of_a_feed_without_a_date_of_its_edit_is_the_newer_one_unless_it_is_poorer() -> None:
    known = known_of(msgspec.structs.replace(said(PUSH, WHOLE, None, 5), own=True))
    changed = msgspec.structs.replace(said(FEED, OTHER, None, 6), changed=True)
    assert rule(changed, known).outcome == "indexed"
    assert rule(msgspec.structs.replace(changed, changed=False), known).outcome == "superseded"
    assert rule(msgspec.structs.replace(said(FEED, LEAD, None, 6), changed=True), known).outcome == "superseded"


def test_an_edit_that_is_said_to_be_made_later_than_it_came_is_as_old_as_its_coming() -> None:
    late = dt.datetime(2999, 1, 1, tzinfo=dt.UTC)
    assert edit_of(said(PUSH, WHOLE, late, 5)) == NOW
    assert edit_of(said(PUSH, WHOLE, MONDAY, 5)) == int(MONDAY.timestamp() * 1_000_000)


A, B, C = (
    Article(headline=head, first_created=when, blocks=(block,))
    for head, when, block in (("Một", MONDAY, WHOLE), ("Hai", TUESDAY, OTHER), ("Một", MONDAY, OTHER))
)
HELD = ("url:https://a.example/1", "guid:f1 1")


@pytest.mark.parametrize(
    ("aliases", "article", "held", "another"),
    [
        pytest.param(("url:https://a.example/1", "guid:f1 2"), B, HELD, True, id="another GUID, other words"),
        pytest.param(("url:https://a.example/1", "guid:f1 2"), C, HELD, False, id="another GUID, two of three kept"),
        pytest.param(("url:https://a.example/1", "guid:f1 2"), A, HELD, False, id="a GUID made anew"),
        pytest.param(("url:https://a.example/1", "guid:f2 2"), B, HELD, False, id="the GUID of another feed"),
        pytest.param(("url:https://a.example/2", "guid:f1 1"), B, HELD, True, id="a GUID that all entries share"),
        pytest.param(("url:https://a.example/2", "guid:f1 1"), C, HELD, False, id="a page that moved"),
        pytest.param(("url:https://a.example/1", "guid:f1 1"), B, HELD, False, id="all addresses kept: an edit"),
        pytest.param(("url:https://a.example/1",), B, HELD[:1], True, id="a page that all entries share"),
        pytest.param(("url:https://a.example/1",), C, HELD[:1], False, id="a page alone, edited"),
        pytest.param(("url:https://a.example/1", "guid:f1 2"), B, HELD[:1], False, id="what was only pushed"),
    ],
)
def test_where_addresses_disagree_the_words_decide(
    aliases: tuple[str, ...], article: Article, held: tuple[str, ...], another: bool
) -> None:
    entry = msgspec.structs.replace(make_entry("a", 6, aliases=aliases, article=article), source=FEED)
    holder = known_from(entry, row_id=1)
    assert is_another(entry, holder, held, lambda: A) is another
    assert not is_another(msgspec.structs.replace(entry, source=PUSH), holder, held, lambda: A)


def test_agreement_counts_headline_date_and_text_and_nothing_twice_that_is_not_there() -> None:
    assert [agreement(A, other) for other in (A, C, B)] == [3, 2, 0]
    assert agreement(Article(), Article()) == 2  # no text is no agreement


@pytest.mark.parametrize(
    ("headline", "veiled"),
    [("Protected: Một", True), ("Bảo vệ: một", True), ("Protégé : Một", True), ("Một", False), ("Cập nhật Một", False)],
)
def test_a_headline_behind_a_word_of_warning_veils_the_article(headline: str, veiled: bool) -> None:
    assert is_veiled(Article(headline=headline), A) is veiled


def test_a_day_takes_the_moment_that_is_known_of_it_and_no_other() -> None:
    stored = Article(first_created=MONDAY.replace(hour=14), precision="second", local_day=MONDAY.date())
    day = Article(first_created=MONDAY.replace(hour=0), precision="day", local_day=MONDAY.date())
    entry = make_entry("a", 6, article=day)
    told = refined(entry, stored).article
    assert (told.first_created, told.precision) == (stored.first_created, "second")
    assert [evidence.field for evidence in told.evidence] == ["first_created"]
    other = msgspec.structs.replace(stored, local_day=TUESDAY.date())
    assert refined(entry, other) == entry
    assert refined(entry, msgspec.structs.replace(stored, precision="day")) == entry


HOST = msgspec.structs.replace(FEED, name="https://a.example/rss")
PAGE = ("url:https://a.example/1",)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(said(FEED, WHOLE, MONDAY, 5), said(FEED, LEAD, MONDAY, 6), id="a switch to summaries"),
        pytest.param(
            msgspec.structs.replace(said(HOST, LEAD, MONDAY, 5), aliases=PAGE),
            msgspec.structs.replace(said(PUSH, OTHER, None, 6), aliases=PAGE, article=C),
            id="a stranger beside the page's own feed",
        ),
        pytest.param(
            said(FEED, OTHER, TUESDAY, 5), said(PUSH, WHOLE, MONDAY, 6), id="a page from before the correction"
        ),
    ],
)
def test_what_is_overtaken_wins_where_it_would_have_won_in_time(first: Entry, second: Entry) -> None:
    assert rule(second, known_of(first), lambda: first.article).outcome == "superseded"
    late = rule(first, known_of(second), lambda: second.article)
    assert (late.outcome, late.stored, late.heard) == ("indexed", True, 6)


def test_what_a_publisher_says_of_a_page_of_its_own_is_no_witness_that_comes_late() -> None:
    first = said(FEED, OTHER, TUESDAY, 5)
    undated = Article(headline="Tin", blocks=(WHOLE,), first_created=MONDAY)
    own = msgspec.structs.replace(said(PUSH, WHOLE, None, 6), article=undated, own=True)
    assert rule(own, known_of(first), lambda: first.article).outcome == "indexed"
    assert rule(first, known_of(own), lambda: own.article).outcome == "superseded"


def test_what_is_overtaken_loses_where_it_would_have_lost_in_time() -> None:
    first, second = said(FEED, WHOLE, MONDAY, 5), said(FEED, OTHER, TUESDAY, 6)
    assert rule(second, known_of(first)).outcome == "indexed"
    assert rule(first, known_of(second), lambda: second.article).outcome == "superseded"


def test_whoever_writes_a_file_anew_means_it_also_where_it_is_shorter() -> None:
    drop = Source(kind="drop", name="hue")
    assert rule(said(drop, LEAD, None, 6), known_of(said(drop, WHOLE, None, 5))).outcome == "indexed"


@pytest.mark.parametrize(
    ("changes", "nothing"),
    [
        ({}, True),
        ({"keywords": (), "byline": None, "language": "en"}, True),
        ({"keywords": ("lúa", "giá")}, True),
        ({"keywords": ("lúa", "mưa")}, False),
        ({"headline": "Hai"}, False),
        ({"blocks": (LEAD,)}, False),
        ({"description": "Lời dẫn"}, False),
        ({"dateline": "HUẾ"}, False),
        ({"first_created": TUESDAY}, False),
    ],
)
def test_what_another_source_says_adds_nothing_where_each_word_is_there(
    changes: dict[str, object], nothing: bool
) -> None:
    stored = msgspec.structs.replace(A, keywords=("giá", "lúa"), byline="Thu Hà")
    article = msgspec.structs.replace(stored, **changes)
    assert adds_nothing(article, stored) is nothing
    entry = make_entry("a", 6, article=article, sha="other bytes")
    entry = msgspec.structs.replace(entry, source=PUSH, own=True, received_us=NOW)
    known = known_from(msgspec.structs.replace(make_entry("a", 5, article=stored), source=FEED), row_id=1)
    assert (rule(entry, known, lambda: stored).outcome == "duplicate") is nothing


PLANET = Source(kind="feed", name="https://planet.example/atom")


def of_page(source: Source, article: Article, rev: int, *, own: bool = False) -> Entry:
    entry = make_entry("a", rev, aliases=PAGE, article=article, sha=f"{source.name} {rev}")
    return msgspec.structs.replace(entry, source=source, own=own, received_us=NOW)


LONGER = msgspec.structs.replace(A, blocks=(WHOLE, WHOLE))


@pytest.mark.parametrize(
    ("first", "then", "outcome"),
    [
        pytest.param(of_page(PLANET, LONGER, 5), of_page(HOST, A, 6), "superseded", id="much shorter"),
        pytest.param(of_page(PLANET, B, 5), of_page(HOST, A, 6), "indexed", id="the page's own host has its say"),
        pytest.param(of_page(HOST, A, 5), of_page(PLANET, B, 6), "superseded", id="another host, another headline"),
        pytest.param(of_page(HOST, A, 5), of_page(PLANET, C, 6), "superseded", id="another host, other words"),
        pytest.param(of_page(HOST, A, 5), of_page(PLANET, LONGER, 6), "indexed", id="another host, far more"),
        pytest.param(of_page(PUSH, A, 5, own=True), of_page(HOST, B, 6), "indexed", id="the host's newer edit"),
    ],
)
def test_whose_page_it_is_goes_before_other_feeds(first: Entry, then: Entry, outcome: Outcome) -> None:
    assert rule(then, known_from(first, row_id=1), lambda: first.article).outcome == outcome
