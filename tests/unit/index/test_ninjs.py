"""Our ninjs keeps the rules of ninjs 3.1, whatever article it is made from."""

import datetime as dt
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.index.exports.addresses import as_uri
from services.index.exports.ninjs import to_ninjs
from services.ingest.feeds import make_inputs, read_feed
from services.normalize.pipeline import normalize
from shared.article import Article, Block, Correction, Evidence, Headline, LiveEntry, Person
from shared.envelope import Raw, Source
from tests.corpus.scorer import read_corpus
from tests.ninjs_rules import RULES, broken

ROOT = Path(__file__).parents[3]
DROP = Source(kind="drop", name="", zone="Asia/Ho_Chi_Minh", language="vi")
MEDIA_TYPES = {".txt": "text/plain", ".html": "text/html", ".json": "application/json", ".xml": "application/xml"}
ADDRESSES = st.one_of(
    st.text(max_size=40),
    st.text(max_size=40).map(lambda text: f"https://tin.example/{text}"),
    st.text(max_size=20).map(lambda text: f"http://{text}/a?b={text}#{text}"),
    st.from_regex(r"[a-z]{1,5}:[^\s]{0,20}", fullmatch=True),
)
ZONES = st.sampled_from(
    [None, dt.UTC, ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("Africa/Monrovia"), dt.timezone(-dt.timedelta(0, 1))]
)
MOMENTS = st.one_of(st.none(), st.datetimes(timezones=ZONES))
TEXTS = st.one_of(st.none(), st.text(max_size=20))


def blocks() -> st.SearchStrategy[Block]:
    return st.builds(
        Block,
        type=...,
        text=TEXTS,
        caption=TEXTS,
        byline=TEXTS,
        href=st.one_of(st.none(), ADDRESSES),
        items=...,
        rows=...,
    )


def articles() -> st.SearchStrategy[Article]:
    people = st.builds(Person, name=st.text(max_size=10), rel=..., job_title=TEXTS)
    some_blocks = st.lists(blocks(), max_size=4).map(tuple)
    return st.builds(
        Article,
        uri=st.one_of(st.none(), ADDRESSES),
        first_created=MOMENTS,
        version_created=MOMENTS,
        embargoed_until=MOMENTS,
        people=st.lists(people, max_size=3).map(tuple),
        blocks=some_blocks,
        live_entries=st.lists(st.builds(LiveEntry, at=MOMENTS, blocks=some_blocks), max_size=1).map(tuple),
        lead_picture=st.none(),
        evidence=st.just((Evidence(field="headline", rule="x", sure=1.0),)),
        corrections=st.lists(st.builds(Correction, text=st.text(max_size=5), at=MOMENTS), max_size=1).map(tuple),
        alternate_headlines=st.lists(st.builds(Headline, value=st.text(max_size=9)), max_size=2).map(tuple),
        headline=TEXTS, byline=TEXTS, dateline=TEXTS, located=TEXTS, description=TEXTS, language=TEXTS, section=TEXTS,
        version=TEXTS, zone_rule=st.none(), organisations=..., sources=..., keywords=..., alt_ids=..., pub_status=...,
    )  # fmt: skip


def exported(article: Article) -> Any:
    """The item as its reader decodes it."""
    return msgspec.json.decode(msgspec.json.encode(to_ninjs(article, "a" * 26)))


@given(articles())
def test_any_article_is_an_item_of_the_standard(article: Article) -> None:
    assert broken(exported(article)) == []


def test_every_document_of_the_corpus_is_an_item_of_the_standard() -> None:
    wrong = {document.name: found for document, article in read_corpus() if (found := broken(exported(article)))}
    assert wrong == {}


SAMPLES = sorted((*ROOT.glob("seeds/*.txt"), *ROOT.glob("tests/corpus/**/*.html")))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_every_seed_and_fixture_is_an_item_of_the_standard(path: Path) -> None:
    raw = Raw(source=DROP, media_type=MEDIA_TYPES[path.suffix], body=path.read_bytes(), received_us=1)
    assert broken(exported(normalize(raw))) == []


def test_every_entry_of_the_seed_feed_is_an_item_of_the_standard() -> None:
    document = read_feed((ROOT / "seeds" / "example-feed.xml").read_bytes(), None, "https://news.example/feed")
    inputs = [item.input for item in make_inputs(document, "f1", Source(kind="feed", name="https://news.example/feed"))]
    assert inputs
    for item in inputs:
        raw = Raw(source=item.source, media_type=item.media_type, body=item.body, received_us=1, url=item.url)
        assert broken(exported(normalize(raw))) == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        pytest.param({"evidence": []}, "", id="a property of our own"),
        pytest.param({"uri": "not one"}, "uri", id="an address with a space"),
        pytest.param({"uri": "https://tin.example/bài"}, "uri", id="letters that no URI has"),
        pytest.param({"firstCreated": "2015-11-09T05:34:00"}, "firstCreated", id="a clock without a zone"),
        pytest.param({"firstCreated": "1900-01-01T00:00:00+07:06:40"}, "firstCreated", id="a zone with seconds"),
        pytest.param({"headlines": [{"role": "main"}]}, "headlines/0", id="a headline without words"),
        pytest.param({"associations": [{"uri": "urn:a:b"}]}, "associations/0", id="a picture without a name"),
        pytest.param({"people": [{"name": "A", "jobTitle": "B"}]}, "people/0", id="a post of a person"),
        pytest.param({"type": "news"}, "type", id="another type"),
        pytest.param({"version": 2}, "version", id="a version that is no text"),
    ],
)
def test_the_rules_find_what_the_standard_forbids(change: dict[str, object], where: str) -> None:
    item = exported(Article(headline="x"))
    assert broken(item) == []
    (told,) = broken(item | change)
    assert told.partition(":")[0] == where


def test_the_rules_let_everything_in_that_we_write() -> None:
    written = {
        "uri",
        "type",
        "standard",
        "version",
        "firstCreated",
        "versionCreated",
        "embargoedUntil",
        "pubStatus",
        "language",
    }
    assert written | {"headlines", "bodies", "people", "associations", "altIds"} <= RULES["properties"].keys()


@pytest.mark.parametrize(
    ("address", "uri"),
    [
        ("https://tin.example/bài?q=đ#mục", "https://tin.example/b%C3%A0i?q=%C4%91#m%E1%BB%A5c"),
        ("https://tin.example/b%C3%A0i", "https://tin.example/b%C3%A0i"),
        ("https://tin.example/100%", "https://tin.example/100%25"),
        ("urn:news:2015:1109", "urn:news:2015:1109"),
        ("tag:news.example,2015:frost", "tag:news.example,2015:frost"),
        ("https://[2001:db8::1]:8080/", "https://[2001:db8::1]:8080/"),
        ("https://a.example/[x]", None),
        ("https://a.example/#a#b", None),
        ("https://a.example:port/", None),
        ("4711", None),
        ("//a.example/b", None),
        ("https://a.example/b c", None),
        ("https://a.example/\ud800", None),
        ("", None),
        (None, None),
    ],
)
def test_as_uri(address: str | None, uri: str | None) -> None:
    assert as_uri(address) == uri
    assert uri is None or as_uri(uri) == uri


@given(st.text())
def test_an_address_that_is_one_stays_readable(path: str) -> None:
    plain = "".join(letter for letter in path if letter.isalnum() and letter.isprintable())
    assert as_uri(f"https://tin.example/{plain}") == f"https://tin.example/{quote(plain)}"
