"""What a search can ask for beside words, and what it answers beside hits, whichever engine answers."""

import datetime as dt
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from services.index.entry import Entry
from services.index.search import Index
from shared.article import Article, Block, Person
from shared.envelope import Source
from shared.errors import PermanentError
from tests.engines.searching import ENGINES, Searched
from tests.entries import make_entry

HANOI = dt.timezone(dt.timedelta(hours=7))


def an_entry(name: str, article: Article, *, feed: str = "https://tuoitre.vn/rss", publisher: str = "") -> Entry:
    source = Source(kind="push", name=publisher) if publisher else Source(kind="feed", name=feed)
    return replace(make_entry(name, sha=name, article=article), source=source)


def day(number: int, hour: int = 12) -> dt.datetime:
    return dt.datetime(2026, 11, number, hour, tzinfo=HANOI)


ENTRIES = (
    an_entry(
        "flood",
        Article(
            headline="Bão số 9 gây lũ lớn ở Quảng Nam",
            first_created=day(1, 1),
            language="vi",
            kind="news",
            section="Thời sự",
            people=(Person(name="Anh Phong", rel=("author",)),),
            keywords=("thiên tai",),
            blocks=(
                Block(type="paragraph", text="Mưa lớn kéo dài ở miền Trung."),
                Block(type="caption", text="Cầu bị cuốn trôi", byline="Lê Nam"),
            ),
        ),
    ),
    an_entry(
        "football",
        Article(
            headline="Bóng đá nữ thắng đậm ở Quảng Nam",
            first_created=day(15),
            language="vi",
            kind="news",
            section="Thể thao",
            people=(Person(name="Lê Nam", rel=("author",)),),
            blocks=(Block(type="paragraph", text="Mưa không ngăn được khán giả."),),
        ),
        feed="https://vnexpress.net/rss",
    ),
    an_entry(
        "report",
        Article(
            headline="Flood report",
            first_created=day(30, 23),
            language="en-GB",
            kind="analysis",
            blocks=(Block(type="paragraph", text="Rain, and Quảng Nam under water. Typhoon 👍🏽 relief."),),
        ),
        publisher="hue",
    ),
    an_entry(
        "secret",
        Article(headline="Chuyện riêng của Đồng Tháp", blocks=(Block(type="paragraph", text="Tạp kỹ nghệ thuật."),)),
        publisher="dong",
    ),
)


@pytest.fixture(scope="module", params=sorted(ENGINES))
def index(request: pytest.FixtureRequest) -> Iterator[Index]:
    with ENGINES[request.param]() as searched:
        searched.put(ENTRIES)
        yield searched.index


def found(index: Index, q: str, of: str = "") -> set[str]:
    return {hit.article_id for hit in index.search(q, of=of).hits}


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        pytest.param("Quảng Nam", {"flood", "football", "report"}, id="words"),
        pytest.param("Quảng Nam -bóng", {"flood", "report"}, id="without a word"),
        pytest.param('mưa -"bóng đá"', {"flood"}, id="without a phrase"),
        pytest.param("-mưa -rain", {"secret"}, id="only without"),
        pytest.param("bão OR bóng", {"flood", "football"}, id="one of two"),
        pytest.param('"quảng nam" bão OR "bóng đá"', {"flood", "football"}, id="a phrase, and one of two"),
        pytest.param("headline:nam", {"flood", "football"}, id="in the headline"),
        pytest.param('headline:"quảng nam" mưa', {"flood", "football"}, id="a phrase in the headline, a word anywhere"),
        pytest.param("caption:cầu", {"flood"}, id="in a caption"),
        pytest.param("caption:mưa", set(), id="not in a caption"),
        pytest.param('author:"le nam"', {"football"}, id="author, not the photographer"),
        pytest.param("keyword:thiên", {"flood"}, id="keyword"),
        pytest.param("section:thể", {"football"}, id="section"),
        pytest.param("source:vnexpress.net", {"football"}, id="source by its host"),
        pytest.param("source:feed mưa", {"flood", "football"}, id="source by its kind"),
        pytest.param("publisher:hue", {"report"}, id="publisher"),
        pytest.param("language:en", {"report"}, id="language without its region"),
        pytest.param("language:en-gb", {"report"}, id="language with it"),
        pytest.param("kind:analysis nam", {"report"}, id="kind"),
        pytest.param("date:2026-11-01..2026-11-15", {"flood", "football"}, id="days, in the article's own clock"),
        pytest.param("nam after:2026-11-15", {"football", "report"}, id="after begins with its day"),
        pytest.param("nam before:15/11/2026", {"flood"}, id="before ends before its day"),
        pytest.param("date:2026-12", set(), id="no such day"),
        pytest.param("👍", {"report"}, id="emoji, whatever the skin"),
        pytest.param("kĩ nghệ", {"secret"}, id="kĩ finds kỹ"),
    ],
)
def test_what_can_be_asked(index: Index, q: str, expected: set[str]) -> None:
    results = index.search(q)
    assert {hit.article_id for hit in results.hits if results.matched != "none"} == expected
    assert results.total == len(results.hits)


def test_days_alone_show_the_newest_first(index: Index) -> None:
    assert [hit.article_id for hit in index.search("date:2026-11").hits] == ["report", "football", "flood"]


def test_what_was_found_is_marked(index: Index) -> None:
    (hit,) = index.search("mua lon").hits[:1]
    assert hit.headline is not None
    assert [hit.snippet[begin:end] for begin, end in hit.highlights.snippet] == ["Mưa", "lớn"]
    assert [hit.headline[begin:end] for begin, end in hit.highlights.headline] == ["lớn"]
    assert not index.search("date:2026-11").hits[0].highlights.snippet


def test_all_that_was_found_is_counted(index: Index) -> None:
    facets = index.search("nam", limit=1, facets=("source", "language", "day", "author", "kind")).facets
    assert facets == {
        "source": {"feed:https://tuoitre.vn/rss": 1, "feed:https://vnexpress.net/rss": 1, "push:hue": 1},
        "language": {"vi": 2, "en-GB": 1},
        "day": {"2026-11-30": 1, "2026-11-15": 1, "2026-11-01": 1},
        "author": {"Anh Phong": 1, "Lê Nam": 1},
        "kind": {"news": 2, "analysis": 1},
    }
    assert index.search("xyzzy", facets=("kind",)).facets == {"kind": {}}


@pytest.mark.parametrize(
    ("q", "meant"),
    [
        ("bóngg đá", "Bóng đá"),
        ("footbal", None),
        ("Quagn Nam", "Quảng Nam"),
        ("quangnam", "Quảng Nam"),
        ("khan giả", None),
        ("typhon relief", "Typhoon relief"),
        ("xyzzyx", None),
    ],
)
def test_what_may_have_been_meant(index: Index, q: str, meant: str | None) -> None:
    suggestion = index.search(q).suggestion
    assert (suggestion or "").lower() == (meant or "").lower()
    if suggestion:
        assert index.search(suggestion).matched != "none"


def test_a_publisher_learns_nothing_of_others(index: Index) -> None:
    assert found(index, "nam", of="hue") == {"report"}
    assert found(index, "-nam", of="hue") == found(index, "riêng", of="hue") == set()
    assert found(index, "publisher:dong", of="hue") == found(index, "date:2026", of="dong") == set()
    results = index.search("nam", of="hue", facets=("source", "author"))
    assert (results.total, results.facets) == (1, {"source": {"push:hue": 1}, "author": {}})
    assert index.search("thapp", of="hue").suggestion is None
    assert index.search("thápp").suggestion == "Tháp"


@pytest.fixture(params=sorted(ENGINES))
def searched(request: pytest.FixtureRequest) -> Iterator[Searched]:
    with ENGINES[request.param]() as searched:
        yield searched


def test_what_a_publisher_repeats_of_a_feed_is_found_among_its_own(searched: Searched) -> None:
    told = make_entry("a", 5, headline="Tin chung", aliases=("url:https://hue.example/1",))
    fed = replace(told, source=Source(kind="feed", name="https://hue.example/rss"))
    searched.put([fed])
    assert found(searched.index, "chung", of="hue") == set()
    pushed = replace(fed, source=Source(kind="push", name="hue"), rev=6, receipt=f"r{'7' * 26}")
    searched.put([pushed])
    assert searched.index.search("chung").hits[0].rev == 5, "it is a repeat, which makes no revision"
    assert found(searched.index, "chung", of="hue") == {"a"}
    assert found(searched.index, "chung", of="dong") == set()


def test_a_cursor_goes_on_where_the_page_ended(searched: Searched) -> None:
    index = searched.index
    searched.put([make_entry(f"a{n}", headline=f"Tin {n % 3}", body=f"Mưa {n}") for n in range(50)])
    whole = [hit.article_id for hit in index.search("mưa", limit=100).hits]
    assert len(whole) == 50
    pages, page = [], index.search("mưa", limit=7)
    while True:
        pages += [hit.article_id for hit in page.hits]
        if page.cursor is None:
            break
        searched.put([make_entry(f"later{len(pages)}", headline="Mưa", body="Mưa mưa mưa")])
        page = index.search("mưa", limit=7, cursor=page.cursor)
    assert pages == whole[: len(pages)] == whole, "what came meanwhile moves nothing"
    first = index.search("mưa", limit=7).cursor
    assert first is not None
    with pytest.raises(PermanentError, match="not one of this search"):
        index.search("nắng", cursor=first)
    with pytest.raises(PermanentError, match="not one of this search"):
        index.search("mưa", of="hue", cursor=first)
