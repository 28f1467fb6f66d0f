"""An embargo through every door, as its publisher states it: held until the latest, and never published by guess."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping

import pytest
from msgspec.structs import replace

from services.index.earlier_embargoes import Until
from services.index.entry import us_of
from shared.article import Article
from shared.envelope import Event
from shared.ledger import keys
from shared.settings import Settings
from tests.entries import make_entry
from tests.integration.test_batches import LINES, PACKED, lines, zipped
from tests.integration.test_packages import HTML_PART, PAGE, RIVER, picture
from tests.integration.verbs import Newsdesk, at, news, newsdesk_of
from tests.pictures import a_form

EARLY, LATE = "2098-01-31T06:00:00Z", "2099-01-31T06:00:00Z"
NITF = b"<nitf><head><docdata><date.release norm='%s'/></docdata></head><body><body.head><hedline><hl1>Rubber</hl1>"
NITF += b"</hedline></body.head><body.content><p>Better latex, better prices.</p></body.content></body></nitf>"
TEXT = b"Rubber\n\nBetter latex, better prices for all of them."


@pytest.fixture
def desk(settings: Settings) -> Iterator[Newsdesk]:
    with newsdesk_of(settings) as made:
        yield made


def until(desk: Newsdesk, told: Mapping[str, object]) -> object:
    """Until when the article of a receipt is held."""
    desk.work()
    receipt = desk.call("GET", f"/v1/receipts/{told['receipt']}").body
    assert receipt["state"] == "held"
    return receipt["embargoedUntil"]


@pytest.mark.parametrize(("header", "body"), [(EARLY, LATE), (LATE, EARLY), (f"{EARLY}, {LATE}", None)])
def test_of_header_and_body_the_later_counts(desk: Newsdesk, header: str, body: str | None) -> None:
    item = news("Rubber", embargoedUntil=body)
    shown = desk.call("POST", "/v1/articles:validate", item, X_Embargoed_Until=header)
    assert shown.body["heldUntil"] == LATE
    assert until(desk, desk.push(item, X_Embargoed_Until=header).body) == LATE


def test_a_header_of_a_batch_holds_each_of_its_items(desk: Newsdesk) -> None:
    items = lines(news("One", uri="urn:1"), news("Two", uri="urn:2", embargoedUntil=LATE))
    told = desk.call("POST", "/v1/batches", items, X_Embargoed_Until=EARLY, **LINES).body["results"]
    assert [until(desk, result) for result in told] == [EARLY, LATE]
    files = zipped({"a.txt": TEXT, "b.xml": NITF % LATE.encode(), "c.xml": NITF % b"soon"})
    told = desk.call("POST", "/v1/batches", files, X_Embargoed_Until=EARLY, **PACKED).body["results"]
    assert [until(desk, result) for result in told[:2]] == [EARLY, LATE]
    unread = desk.call("GET", told[2]["links"]["receipt"]).body
    assert (unread["state"], "date.release" in unread["problem"]["detail"]) == ("refused", True)
    bad = desk.call("POST", "/v1/batches", items, X_Embargoed_Until="soon", **LINES)
    assert (bad.status, bad.body["errors"][0]["header"]) == (400, "X-Embargoed-Until")


@pytest.mark.parametrize(
    ("request_says", "part_says"),
    [(None, LATE), (LATE, EARLY), (EARLY, LATE), (EARLY, f"{LATE}\r\nX-Embargoed-Until: {EARLY}")],
)
def test_the_head_of_a_part_holds_its_article(desk: Newsdesk, request_says: str | None, part_says: str) -> None:
    kind = {"Content_Type": "multipart/form-data; boundary=b"}
    given = kind | ({"X_Embargoed_Until": request_says} if request_says else {})
    part = (f"{HTML_PART}\r\nX-Embargoed-Until: {part_says}", PAGE)
    river = picture("river.png", RIVER, "image/png")
    assert until(desk, desk.push(a_form("b", part, river), **given).body) == LATE
    bad = desk.push(a_form("b", (f"{HTML_PART}\r\nX-Embargoed-Until: soon", PAGE), river), **given)
    assert (bad.status, bad.body["errors"][0]["header"]) == (400, "X-Embargoed-Until")


def test_a_header_holds_a_change_in_part(desk: Newsdesk) -> None:
    desk.push(news("Rubber"))
    desk.work()
    patch = {"Content_Type": "application/merge-patch+json", "X_Embargoed_Until": LATE}
    bad = desk.call("PATCH", at("urn:news:1"), {}, **patch | {"X_Embargoed_Until": "soon"})
    assert (bad.status, bad.body["errors"][0]["header"]) == (400, "X-Embargoed-Until")
    changed = desk.call("PATCH", at("urn:news:1"), {"headlines": [{"value": "Latex"}]}, **patch)
    assert until(desk, changed.body) == LATE
    assert desk.stored("uri:hue urn:news:1").article.headline == "Rubber"


def test_a_page_and_a_feed_that_are_pushed_hold_what_they_declare(desk: Newsdesk) -> None:
    declared = json.dumps({"@type": "NewsArticle", "headline": "The bridge is lit again", "embargoedUntil": LATE})
    script = f"<script type='application/ld+json'>{declared}</script></head>".encode()
    page = PAGE.replace(b"</head>", script)
    assert until(desk, desk.push(page, Content_Type="text/html").body) == LATE
    item = {"id": "1", "title": "Rubber", "content_text": "Better latex, better prices.", "embargoed": LATE}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Hue", "items": [item]}
    assert until(desk, desk.push(feed).body) == LATE


def test_a_bare_number_is_refused_where_it_stands(desk: Newsdesk) -> None:
    bad = desk.push(news("Rubber", embargoedUntil=4073515200))
    assert (bad.status, bad.body["errors"][0]["pointer"]) == (400, "#/embargoedUntil")


FEED = {"version": "https://jsonfeed.org/version/1.1", "title": "Hue"}
RUBBER = {"id": "1", "title": "Rubber", "content_text": "Better latex, better prices."}


def test_an_embargo_around_a_feed_holds_each_of_its_items(desk: Newsdesk) -> None:
    items = [RUBBER, RUBBER | {"id": "2", "title": "Latex", "embargoed": LATE}]
    told = desk.push(FEED | {"embargoedUntil": EARLY, "items": items}).body["receipts"]
    assert [until(desk, result) for result in told] == [EARLY, LATE]
    bad = desk.push(FEED | {"embargoedUntil": "soon", "items": items})
    assert (bad.status, bad.body["errors"][0]["pointer"]) == (400, "#/embargoedUntil")


def test_an_embargo_of_what_stands_beside_articles_holds_them(desk: Newsdesk) -> None:
    articles = [{"@type": "NewsArticle", "@id": f"urn:{n}", "headline": f"Rubber {n}"} for n in range(2)]
    page = {"@type": "WebPage", "embargoedUntil": LATE}
    told = desk.push({"@graph": [page, *articles]}, Content_Type="application/ld+json").body["receipts"]
    assert [until(desk, result) for result in told] == [LATE, LATE]
    alone = desk.push([page, articles[0] | {"@id": "urn:3"}], Content_Type="application/ld+json")
    assert until(desk, alone.body) == LATE
    bad = desk.push([page | {"embargoedUntil": "soon"}, *articles], Content_Type="application/ld+json")
    assert (bad.status, bad.body["errors"][0]["pointer"]) == (400, "#/0/embargoedUntil")


@pytest.mark.parametrize("item", [news("Latex"), TEXT])
def test_a_correction_that_says_nothing_of_an_embargo_stays_under_it(desk: Newsdesk, item: object) -> None:
    desk.push(news("Rubber"), X_Embargoed_Until=LATE)
    kind = {"Content_Type": "text/plain"} if item == TEXT else {}
    corrected = desk.call("PUT", at("urn:news:1"), item, **kind)
    assert until(desk, corrected.body) == LATE
    assert desk.index.get("uri:hue urn:news:1") is None
    again = desk.push(news("Latex, twice"))
    assert until(desk, again.body) == LATE


def test_a_correction_before_the_first_is_read_stays_under_its_embargo(desk: Newsdesk) -> None:
    desk.push(news("Rubber", embargoedUntil=LATE))
    assert until(desk, desk.push(news("Latex")).body) == LATE


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"embargoedUntil": None}, id="none"),
        pytest.param({"embargo": "2020-01-31T06:00:00Z"}, id="one that is over"),
    ],
)
def test_a_correction_ends_an_embargo_by_saying_so(desk: Newsdesk, said: dict[str, object]) -> None:
    desk.push(news("Rubber", embargoedUntil=LATE))
    desk.work()
    desk.push(news("Latex") | said)
    desk.work()
    assert desk.stored("uri:hue urn:news:1").article.headline == "Latex"
    desk.push(news("Latex, twice"))
    desk.work()
    assert desk.stored("uri:hue urn:news:1").article.headline == "Latex, twice", "the embargo has ended for good"


def test_a_correction_may_say_another_embargo_and_a_withdrawal_needs_none(desk: Newsdesk) -> None:
    desk.push(news("Rubber", embargoedUntil=LATE))
    desk.work()
    assert until(desk, desk.push(news("Latex", embargoedUntil=EARLY)).body) == EARLY
    assert until(desk, desk.push(news("Latex, twice")).body) == EARLY
    taken_back = desk.call("DELETE", at("urn:news:1")).body
    desk.work()
    assert desk.call("GET", f"/v1/receipts/{taken_back['receipt']}").body["state"] == "withdrawn"


@pytest.mark.parametrize("ends", ["withdrawal", "correction"])
def test_nothing_of_an_article_stays_held_once_it_is_taken_back_or_out(desk: Newsdesk, ends: str) -> None:
    desk.push(news("Rubber", embargoedUntil=LATE))
    desk.work()
    told = desk.push(news("Latex")).body
    assert until(desk, told) == LATE
    if ends == "withdrawal":
        desk.call("DELETE", at("urn:news:1"))
    else:
        desk.push(news("Latex, at last") | {"embargoedUntil": None})
    desk.work()
    assert desk.ledger.client.zcard(keys.line("held", "index")) == 0
    assert desk.call("GET", f"/v1/receipts/{told['receipt']}").body["state"] == "superseded"
    if ends == "correction":
        assert desk.stored("uri:hue urn:news:1").article.headline == "Latex, at last"


def test_a_patch_of_what_is_held_by_an_earlier_embargo_stays_under_it_until_it_says_otherwise(desk: Newsdesk) -> None:
    desk.push(news("Rubber"), X_Embargoed_Until=LATE)
    desk.work()
    desk.push(news("Latex"))
    desk.work()
    patch = {"Content_Type": "application/merge-patch+json"}
    changed = desk.call("PATCH", at("urn:news:1"), {"headlines": [{"value": "Gum"}]}, **patch)
    assert until(desk, changed.body) == LATE
    desk.call("PATCH", at("urn:news:1"), {"embargoedUntil": None}, **patch)
    desk.work()
    assert desk.stored("uri:hue urn:news:1").article.headline == "Gum"


@pytest.mark.parametrize(
    ("first", "timeline"),
    [
        pytest.param(dt.datetime.fromisoformat("2020-01-31T06:00:00Z"), (), id="by its own embargo"),
        pytest.param(None, (Event(state="held", stage="index", at_us=1),), id="by that of a revision before it"),
    ],
)
def test_what_was_held_does_not_go_out_before_a_correction_that_is_held_longer(
    desk: Newsdesk, first: dt.datetime | None, timeline: tuple[Event, ...]
) -> None:
    told = desk.push(news("Rubber", embargoedUntil=LATE)).body
    assert until(desk, told) == LATE
    before = replace(
        make_entry(
            str(told["article"]),
            int(str(told["rev"])) - 1,
            article=Article(headline="Rubber", embargoed_until=first),
        ),
        timeline=timeline,
    )
    assert (Until(desk.ledger, desk.index)(before) or 0) >= us_of(dt.datetime.fromisoformat(LATE))
    assert Until(desk.ledger, desk.index)(replace(before, article=Article(headline="Rubber"), timeline=())) is None


@pytest.mark.parametrize("named", [{"X_Article_URI": "urn:news:1"}, {}], ids=["by its uri", "by its words"])
def test_a_header_alone_moves_and_ends_the_embargo_of_the_same_bytes(desk: Newsdesk, named: dict[str, str]) -> None:
    given = {"Content_Type": "text/plain"} | named
    first = desk.push(TEXT, X_Embargoed_Until=LATE, **given).body
    assert desk.push(TEXT, X_Embargoed_Until=LATE, **given).body["state"] == "duplicate", "before it is read"
    assert until(desk, first) == LATE
    for again in ({"X_Embargoed_Until": LATE}, {}):
        assert desk.push(TEXT, **again, **given).body["state"] == "duplicate"
    assert desk.call("POST", "/v1/articles:validate", TEXT, X_Embargoed_Until=EARLY, **given).body["heldUntil"] == EARLY
    assert until(desk, desk.push(TEXT, X_Embargoed_Until=EARLY, **given).body) == EARLY
    free = desk.push(TEXT, X_Embargoed_Until="2020-01-31T06:00:00Z", **given)
    assert (free.status, free.body["article"]) == (202, first["article"])
    desk.work()
    assert desk.stored(first["article"]).article.headline == "Rubber"
    assert desk.push(TEXT, X_Embargoed_Until=LATE, **given).body["state"] == "duplicate", "what is published is so"
