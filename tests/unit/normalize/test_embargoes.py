"""Until when an article is held, as documents of each format say it: the latest counts, and none is guessed."""

import datetime as dt
import json
from collections.abc import Callable

import msgspec
import pytest
from msgspec.structs import replace

from services.index.completing import told_outside
from shared.article import Article
from shared.envelope import FEED_ENTRY_TYPE, Envelope, FeedEntry, Source
from shared.errors import EmbargoUnread
from tests.unit.normalize.doors import page, read
from tests.unit.normalize.test_wire_fields_by_kind import TEXT, TITLE, of_g2, of_ninjs, of_nitf, of_schema

EARLY, LATE, SOON = "2098-01-31T06:00:00Z", "2099-01-31T06:00:00Z", "some time soon"
UNTIL = dt.datetime.fromisoformat(LATE)
NEWS = {"@type": "NewsArticle", "headline": TITLE, "articleBody": TEXT, "inLanguage": "en"}


def of_json(document: object) -> Article:
    return read(json.dumps(document), "application/ld+json")


def of_page(first: str, second: str) -> Article:
    declared = json.dumps(NEWS | {"embargoedUntil": first, "embargoed": second})
    return page(
        f"<article><h1>{TITLE}</h1><p>{TEXT}</p></article>", f"<script type='application/ld+json'>{declared}</script>"
    )


def of_feed(first: str, second: str) -> Article:
    said = (("embargoedUntil", first), ("embargoed", second))
    entry = FeedEntry(feed="https://p.example/feed", title=TITLE, content=TEXT, embargoes=said)
    return read(msgspec.json.encode(entry), FEED_ENTRY_TYPE)


def of_release(first: str, second: str) -> Article:
    return of_nitf(f"<docdata><date.release norm='{first}'/><date.release norm='{second}'/></docdata>")


FORMATS = [
    pytest.param(lambda a, b: of_ninjs(embargoedUntil=a, embargoed=b), id="ninjs"),
    pytest.param(lambda a, b: of_ninjs(embargoedUntil=a, EmbargoedUntil=b), id="capitals alone"),
    pytest.param(lambda a, b: of_schema(embargoedUntil=a, embargoed_until=b), id="schema.org"),
    pytest.param(lambda a, b: of_json({"embargoed": a, "@graph": [NEWS | {"embargoed": b}]}), id="around a graph"),
    pytest.param(
        lambda a, b: of_json({"@type": "WebPage", "embargoed": a, "mainEntity": NEWS | {"embargoed": b}}),
        id="around what a page is about",
    ),
    pytest.param(lambda a, b: of_g2(f"<embargoed>{a}</embargoed><embargoed>{b}</embargoed>"), id="NewsML-G2"),
    pytest.param(
        lambda a, b: of_g2(f"<embargoed>{a}</embargoed>", f"<embargoed>{b}</embargoed>"), id="where it does not belong"
    ),
    pytest.param(
        lambda a, b: of_g2(
            f"<embargoed>{a}</embargoed>",
            inline=f"<inlineXML><nitf><head><docdata><date.release norm='{b}'/></docdata></head>"
            f"<body><body.content><p>{TEXT}</p></body.content></body></nitf></inlineXML>",
        ),
        id="NITF in NewsML-G2",
    ),
    pytest.param(of_release, id="NITF"),
    pytest.param(of_page, id="page"),
    pytest.param(of_feed, id="JSON Feed"),
]


@pytest.mark.parametrize("of_format", FORMATS)
def test_of_two_the_latest_counts_and_one_that_cannot_be_read_is_refused(
    of_format: Callable[[str, str], Article],
) -> None:
    for said in ((EARLY, LATE), (LATE, EARLY)):
        article = of_format(*said)
        assert article.embargoed_until == UNTIL
        (evidence,) = [seen for seen in article.evidence if seen.field == "embargoed_until"]
        assert evidence.quote == LATE
    for said in ((SOON, LATE), (LATE, SOON), (SOON, SOON)):
        with pytest.raises(EmbargoUnread):
            of_format(*said)


def test_two_members_of_one_name_that_differ_are_none_that_can_be_read() -> None:
    item = json.dumps({"headline": TITLE, "body_text": TEXT})[:-1]
    with pytest.raises(EmbargoUnread):
        read(f'{item}, "embargoed": "{LATE}", "embargoed": "{EARLY}"}}', "application/json")
    same = read(f'{item}, "embargoed": "{LATE}", "embargoed": "{LATE}"}}', "application/json")
    assert same.embargoed_until == UNTIL


@pytest.mark.parametrize(
    "release",
    [
        pytest.param("norm='soon'", id="words"),
        pytest.param("norm=''", id="empty"),
        pytest.param("norm='00000000'", id="no day"),
        pytest.param("norm='4073515200'", id="a number"),
        pytest.param("norm='20241220T230000'", id="a clock of the day of receipt, in no zone"),
        pytest.param("norm='20241220T100000'", id="a clock that has not struck everywhere"),
        pytest.param("norm='20241221'", id="the day after the receipt"),
    ],
)
def test_a_release_that_may_lie_ahead_is_refused(release: str) -> None:
    with pytest.raises(EmbargoUnread, match=r"date\.release"):
        of_nitf(f"<docdata><date.release {release}/></docdata>")


@pytest.mark.parametrize(
    "release",
    [
        pytest.param("<date.release/>", id="says nothing"),
        pytest.param("<date.release norm='20241220'/>", id="the day of the receipt"),
        pytest.param("<date.release norm='20241219T010000'/>", id="a clock that has struck everywhere"),
        pytest.param("<date.release norm='31.12.2023 klo 10'/>", id="as a person wrote it, long ago"),
    ],
)
def test_a_release_that_lies_behind_is_no_embargo(release: str) -> None:
    assert of_nitf(f"<docdata>{release}</docdata>").embargoed_until is None


def test_a_release_may_stand_in_its_element() -> None:
    assert of_nitf(f"<docdata><date.release>{LATE}</date.release></docdata>").embargoed_until == UNTIL


def test_of_body_and_header_the_later_counts() -> None:
    source = Source(kind="push", name="hue")
    envelope = Envelope(receipt="r", source=source, media_type="", received_us=1, sha="", embargoed_until=UNTIL)
    early = of_ninjs(embargoed=EARLY)
    held = told_outside(early, envelope)
    assert held.embargoed_until == UNTIL
    assert [seen.rule for seen in held.evidence if seen.field == "embargoed_until"] == ["told beside the body"]
    late = of_ninjs(embargoed=LATE)
    kept = told_outside(late, replace(envelope, embargoed_until=early.embargoed_until))
    assert (kept.embargoed_until, kept.evidence) == (UNTIL, late.evidence)
    in_no_zone = Article(embargoed_until=UNTIL.replace(tzinfo=None))
    assert told_outside(in_no_zone, replace(envelope, embargoed_until=None)) == in_no_zone
