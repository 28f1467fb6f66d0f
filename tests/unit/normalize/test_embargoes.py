"""Until when an article is held, as documents of each format say it: the latest counts, and none is guessed."""

import datetime as dt
import json
from collections.abc import Callable

import msgspec
import pytest
from msgspec.structs import replace

from services.index.completing import told_outside
from services.ingest.feeds import read_feed
from services.ingest.formats.feed import MOST_EMBARGOES
from shared.article import Article
from shared.envelope import FEED_ENTRY_TYPE, Envelope, FeedEntry, Source
from shared.errors import EmbargoUnread, NotAFeed, NotAnArticle
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


def of_watched(document: object) -> Article:
    """The first entry of a feed as it is watched: JSON, or a text in XML."""
    body = document if isinstance(document, str) else json.dumps(document)
    entries = read_feed(body.encode(), None, "https://p.example/feed").entries
    return read(msgspec.json.encode(entries[0]), FEED_ENTRY_TYPE)


def of_json_feed(first: str, second: str) -> Article:
    item = {"id": "1", "title": TITLE, "content_text": TEXT, "embargoed": second}
    version = "https://jsonfeed.org/version/1.1"
    return of_watched({"version": version, "title": "Hue", "embargoedUntil": first, "items": [item]})


def of_rss(channel: str, item: str) -> Article:
    item = f"<item><guid>1</guid><title>{TITLE}</title><description>{TEXT}</description>{item}</item>"
    return of_watched(f"<rss version='2.0' xmlns:x='urn:x'><channel><title>Hue</title>{channel}{item}</channel></rss>")


def of_atom(first: str, second: str) -> Article:
    entry = f"<entry><id>1</id><title>{TITLE}</title><summary>{TEXT}</summary><embargo>{first}</embargo>"
    entry += f"<e:embargoed xmlns:e='urn:e' at='1'><![CDATA[ {second} ]]></e:embargoed></entry>"
    return of_watched(f"<feed xmlns='http://www.w3.org/2005/Atom'><title>Hue</title>{entry}</feed>")


def of_mail(first: str, second: str) -> Article:
    head = f"From: An <an@p.example>\r\nSubject: {TITLE}\r\nX-Embargoed-Until: {first},\r\n {second}\r\n"
    return read(f"{head}Message-ID: <1@p.example>\r\n\r\n{TEXT}\r\n", "message/rfc822")


def of_script(script: str, *, head: str = "", body: str = "") -> Article:
    script = f"<script type='application/ld+json'>{script}</script>"
    return page(f"<article><h1>{TITLE}</h1><p>{TEXT}</p>{body}</article>", script + head)


def of_metas(first: str, second: str) -> Article:
    metas = (
        f"<meta name='embargoedUntil' content='{first}'><meta property='article:embargoed_until' content='{second}'>"
    )
    return of_script("{}", head=metas)


def of_microdata(first: str, second: str) -> Article:
    said = f"<time itemprop='embargoedUntil' datetime='{first}'></time><i property='schema:embargo'>{second}</i>"
    return of_script("{}", body=said)


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
    pytest.param(of_feed, id="entry of a feed"),
    pytest.param(of_json_feed, id="around a JSON Feed"),
    pytest.param(
        lambda a, b: of_rss("", f"<x:embargoedUntil>{a}</x:embargoedUntil><embargoed>{b}</embargoed>"), id="RSS"
    ),
    pytest.param(
        lambda a, b: of_rss(f"<x:embargoed>{a}</x:embargoed>", f"<embargo>{b}</embargo>"), id="around the items of RSS"
    ),
    pytest.param(of_atom, id="Atom"),
    pytest.param(of_mail, id="mail"),
    pytest.param(of_metas, id="meta tags"),
    pytest.param(of_microdata, id="microdata and RDFa"),
    pytest.param(
        lambda a, b: of_json({"@graph": [{"@type": "WebPage", "embargoed": a}, NEWS | {"schema:embargoedUntil": b}]}),
        id="beside the article, and with a prefix",
    ),
    pytest.param(
        lambda a, b: of_script(json.dumps({"embargoed": a, "@graph": [NEWS | {"schema:embargoedUntil": b}]})),
        id="around a graph in a page",
    ),
    pytest.param(
        lambda a, b: of_script(f"/* of the desk */ {json.dumps(NEWS | {'embargo': a, 'embargoed': b})}"),
        id="page with a remark before its JSON-LD",
    ),
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


WHOLE = json.dumps(NEWS | {"embargoedUntil": LATE})


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(WHOLE[:-1], id="not closed"),
        pytest.param(WHOLE.replace(TITLE, 'He said "no"'), id="a quote within a text"),
        pytest.param(WHOLE.replace('"', "&#39;"), id="single quotes"),
        pytest.param(f"{{headline: {TITLE!r}, embargoedUntil: {LATE!r}}}".replace("'", "&#39;"), id="as a program"),
        pytest.param(WHOLE[:-1] + f', "embargoedUntil": "{EARLY}"}}', id="two that differ"),
        pytest.param(WHOLE.replace("embargo", "schema:embargo") + "}", id="with a prefix"),
    ],
)
def test_json_ld_that_names_an_embargo_and_cannot_be_read_is_refused(script: str) -> None:
    with pytest.raises(EmbargoUnread):
        of_script(script.replace("&#39;", "'"))


def test_json_ld_that_cannot_be_read_and_only_speaks_of_embargoes_is_left_out() -> None:
    assert of_script('{"headline": "The embargo: "what" it means", "about": "embargo"').embargoed_until is None


@pytest.mark.parametrize("element", ["<embargoed/>", "<x:embargo></x:embargo>", "<embargoedUntil>2099"])
def test_an_element_of_a_feed_that_names_an_embargo_and_no_moment_is_refused(element: str) -> None:
    with pytest.raises(EmbargoUnread):
        of_rss("", element)


def test_what_is_broken_holds_all_entries_that_it_may_hold() -> None:
    item = f"<item><title>{TITLE}</title><embargoed>{LATE}</embargoed></item>"
    rest = f"<![CDATA[<item>]]><item><title>{TITLE}</title></item"
    feed = read_feed(f"<rss><channel>{item}{rest}".encode(), None, "https://p.example/feed")
    assert feed.entries and feed.entries[0].embargoes == (("embargoed", LATE),)


def test_a_feed_with_many_embargoes_around_it_is_refused() -> None:
    channel = "".join(f"<embargo>{number}</embargo>" for number in range(MOST_EMBARGOES + 1))
    with pytest.raises(NotAFeed, match="embargoes"):
        of_rss(channel, "")


def test_two_members_of_one_name_around_a_feed_are_none_that_can_be_read() -> None:
    with pytest.raises(EmbargoUnread):
        of_watched(f'{{"items": [{{"title": "{TITLE}"}}], "embargo": "{EARLY}", "embargo": "{LATE}"}}')


@pytest.mark.parametrize("media_type", ["application/json", "application/news+json"])
@pytest.mark.parametrize(
    "body", ["{bad", f"{TITLE}\n\n{TEXT}", "<p>Rubber</p>", "{'embargoed': 5, 'headline': 'Rubber'}"]
)
def test_what_calls_itself_json_and_is_none_is_no_text(media_type: str, body: str) -> None:
    with pytest.raises(NotAnArticle, match="JSON"):
        read(body, media_type)


@pytest.mark.parametrize(
    "release",
    [
        pytest.param("norm='soon'", id="words"),
        pytest.param("norm=''", id="empty"),
        pytest.param("", id="says nothing"),
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
