"""Feeds of the desk: which articles stand in them, in which order, who may read them, and what is asked again."""

import base64
import datetime as dt
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import feedparser
import msgspec
import pytest

from services.index.feed_page import FEW, PAGE_BYTES, FeedPage, FeedWanted, read_feed
from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from services.web.keys import Keys
from services.web.scopes import Scope
from shared.clock import END_OF_TIME
from shared.envelope import Source
from shared.settings import INDEX_FILE, Settings
from tests.entries import make_entry
from tests.integration.verbs import Newsdesk, news, newsdesk_of

DELETED = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
RUBBER = "Từng bước nâng cao chất lượng mủ cao su"


class Record:
    """An index that is written and read."""

    def __init__(self, folder: Path) -> None:
        self.sink = SqliteSink(folder / INDEX_FILE)
        self.index = Index(folder / INDEX_FILE)
        self._rev = 1_790_000_000_000_000

    def put(self, article: str, headline: str, *, source: str = "drop:", withdrawn: bool = False) -> None:
        self._rev += 1
        status: Any = "canceled" if withdrawn else "usable"
        kind, _, name = source.partition(":")
        entry = make_entry(article, self._rev, headline=headline, pub_status=status)
        self.sink.put_many([msgspec.structs.replace(entry, source=Source(kind=kind, name=name))])  # type: ignore[arg-type]

    def shown(self, *, few: int = FEW, **wanted: Any) -> list[str]:
        return [one.article_id for one in read_feed(self.index, FeedWanted(**wanted), few=few, at_once=4).shown]

    def read(self, **wanted: Any) -> FeedPage:
        return read_feed(self.index, FeedWanted(**wanted))

    def close(self) -> None:
        self.index.close()
        self.sink.close()


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with closing(Record(tmp_path)) as record:
        yield record


def test_an_article_stands_where_its_newest_word_came(record: Record) -> None:
    for name in ("a", "b", "c"):
        record.put(name, f"Tin {name}")
    record.put("a", "Tin a, đã sửa")
    assert record.shown() == ["a", "c", "b"]


def test_pages_have_every_article_once_whatever_comes_meanwhile(record: Record) -> None:
    for number in range(25):
        record.put(f"a{number:02}", f"Tin {number}")
    page = record.read(limit=10)
    seen = [one.article_id for one in page.shown]
    while page.next is not None:
        record.put(f"new{page.next}", "Tin vừa đến")
        page = record.read(limit=10, before=page.next)
        seen += [one.article_id for one in page.shown]
    assert seen == [f"a{number:02}" for number in reversed(range(25))]


def test_a_page_of_huge_articles_is_shorter_and_none_is_left_out(record: Record) -> None:
    for number in range(5):
        record.put(f"a{number}", "x" * (PAGE_BYTES // 3))
    record.put("huge", "x" * (PAGE_BYTES + 1))
    pages: list[list[str]] = []
    before: int | None = END_OF_TIME
    while before is not None:
        page = record.read(before=before)
        pages.append([one.article_id for one in page.shown])
        before = page.next
    assert pages == [["huge"], ["a4", "a3"], ["a2", "a1"], ["a0"]]


def test_what_is_withdrawn_leaves_a_tombstone_in_its_page_alone(record: Record) -> None:
    for name in ("a", "b", "c", "d"):
        record.put(name, f"Tin {name}")
    record.put("b", "Tin b", withdrawn=True)
    record.put("e", "Tin e")
    first = record.read(limit=2)
    assert ([one.article_id for one in first.shown], [one.article_id for one in first.gone]) == (["e", "d"], ["b"])
    second = record.read(limit=2, before=first.next)
    assert ([one.article_id for one in second.shown], second.gone, second.next) == (["c", "a"], (), None)


@pytest.mark.parametrize("few", [FEW, 3], ids=["looked up one by one", "looked for from the newest on"])
def test_words_and_sources_choose(record: Record, few: int) -> None:
    for number in range(12):
        record.put(f"a{number:02}", f"{RUBBER} {number}" if number % 2 else "Tin khác", source=f"feed:f{number % 3}")
    record.put("a01", f"{RUBBER}, đã sửa", source="feed:f1")
    assert record.shown(few=few, q="cao su") == ["a01", "a11", "a09", "a07", "a05", "a03"]
    assert record.shown(few=few, q="cao su", limit=2) == ["a01", "a11"]
    assert record.shown(few=few, source="feed:f0") == ["a09", "a06", "a03", "a00"]
    assert record.shown(few=few, q="cao su", source="feed:f0") == ["a09", "a03"]
    assert record.shown(few=few, source="push") == []
    assert record.shown(few=few, q="lúa gạo") == []
    assert record.shown(few=few, q="  ") == record.shown(few=few, q='""') == []


@pytest.mark.parametrize("few", [FEW, 0], ids=["one by one", "the newest at a time"])
def test_what_another_publisher_repeats_stays_among_the_articles_of_who_pushed_it(record: Record, few: int) -> None:
    for publisher in ("hue", "hanoi"):
        record.put("a", RUBBER, source=f"push:{publisher}")
    for publisher in ("hue", "hanoi"):
        assert [hit.article_id for hit in record.index.search("cao su", of=publisher).hits] == ["a"]
        assert record.shown(few=few, of=publisher) == record.shown(few=few, q="cao su", of=publisher) == ["a"]
    assert record.shown(few=few, of="danang") == []


def test_words_with_marks_count_as_typed_and_without_regardless(record: Record) -> None:
    record.put("marked", "Hòa bình lập lại")
    record.put("plain", "Hoa binh lap lai")
    assert record.shown(q="hoa binh") == ["plain", "marked"]
    assert record.shown(q="hòa bình") == ["marked"]


def test_an_index_that_is_not_there_yet_has_an_empty_feed(tmp_path: Path) -> None:
    with closing(Index(tmp_path / INDEX_FILE)) as index:
        assert read_feed(index, FeedWanted(q="cao su")) == FeedPage()


@pytest.fixture
def desk(settings: Settings) -> Iterator[Newsdesk]:
    with newsdesk_of(settings) as desk:
        yield desk


def get(desk: Newsdesk, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    with closing(HTTPConnection("127.0.0.1", desk.port, timeout=20)) as connection:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, told, answer.read()


def key(desk: Newsdesk, *scopes: Scope, name: str = "reader") -> str:
    return Keys(desk.app_state.keys.path).create(name, scopes=scopes)


def saved(desk: Newsdesk, name: str = "rubber", query: str = "q=cao su") -> None:
    desk.app_state.desk.filters.save(name, query, who="an editor")


def test_a_saved_filter_is_a_feed_for_readers_that_know_its_address_alone(desk: Newsdesk) -> None:
    saved(desk)
    saved(desk, "Tin lỗi", "state=dead")
    desk.push(news(RUBBER, uri="urn:news:1"))
    desk.push(news("Tin khác", uri="urn:news:2"))
    desk.work()
    reader = key(desk, "feeds")
    status, headers, body = get(desk, f"/v1/feeds/rubber.atom?key={reader}")
    assert (status, headers["content-type"]) == (200, "application/atom+xml; charset=utf-8")
    address = f"http://127.0.0.1:{desk.port}/v1/feeds/rubber.atom?key={reader}"
    assert headers["link"] == f'<{address}>; rel="self"'
    read = feedparser.parse(body)
    assert not read.bozo
    assert [entry.title for entry in read.entries] == [RUBBER]
    assert {link.rel: link.href for link in read.feed.links}["self"] == address
    status, _, body = get(desk, f"/v1/feeds/rubber.json?key={reader}")
    assert [item["title"] for item in msgspec.json.decode(body)["items"]] == [RUBBER]
    status, _, body = get(desk, f"/v1/feeds?key={reader}")
    links = {"atom": "/v1/feeds/rubber.atom", "json": "/v1/feeds/rubber.json"}
    assert msgspec.json.decode(body) == {"feeds": [{"name": "rubber", "links": links}]}
    assert get(desk, f"/v1/feeds/nothing.atom?key={reader}")[0] == 404
    assert get(desk, f"/v1/feeds/Tin%20l%E1%BB%97i.atom?key={reader}")[0] == 404


def test_a_key_in_an_address_may_do_nothing_else(desk: Newsdesk) -> None:
    saved(desk)
    reader, wide = key(desk, "feeds"), key(desk, "feeds", "read", name="wide")
    assert get(desk, f"/v1/feeds/rubber.atom?key={wide}")[0] == 401
    assert get(desk, f"/v1/search.atom?key={reader}")[0] == 403
    assert get(desk, f"/v1/articles?key={reader}")[0] == 401
    assert get(desk, "/v1/articles", Authorization=f"Bearer {reader}")[0] == 403
    status, headers, _ = get(desk, "/v1/feeds/rubber.atom")
    assert (status, headers["www-authenticate"]) == (
        401,
        'Bearer realm="copydesk", Basic realm="copydesk", charset="UTF-8"',
    )
    status, headers, _ = get(desk, f"/v1/feeds/rubber.atom?key=cd_{'x' * 40}")
    assert status == 401
    assert 'error="invalid_token"' in headers["www-authenticate"]


@pytest.mark.parametrize("scheme", ["Basic", "basic"])
def test_a_key_may_be_the_password_of_a_reader(desk: Newsdesk, scheme: str) -> None:
    saved(desk)
    reader = key(desk, "feeds", "read")
    login = base64.b64encode(f"any name:{reader}".encode()).decode()
    assert get(desk, "/v1/feeds/rubber.atom", Authorization=f"{scheme} {login}")[0] == 200
    assert get(desk, "/v1/articles", Authorization=f"{scheme} {login}")[0] == 401  # of feeds alone
    for wrong in ("", "not base64", base64.b64encode(b"no colon").decode(), base64.b64encode(b"\xff:\xff").decode()):
        assert get(desk, "/v1/feeds/rubber.atom", Authorization=f"{scheme} {wrong}")[0] == 401


def test_a_publisher_reads_a_feed_of_its_own_articles(desk: Newsdesk) -> None:
    saved(desk, "all", "state=indexed")
    desk.push(news("Tin của Huế", uri="urn:news:1"), by="hue")
    desk.push(news("Tin của Hà Nội", uri="urn:news:2"), by="hanoi")
    desk.work()

    def titles(path: str, reader: str) -> list[str]:
        status, _, body = get(desk, path, Authorization=f"Bearer {reader}")
        assert status == 200
        return [item["title"] for item in msgspec.json.decode(body)["items"]]

    for path in ("/v1/search.json", "/v1/feeds/all.json", "/v1/search.json?q=tin"):
        assert titles(path, desk.key("hue")) == ["Tin của Huế"]
        assert titles(path, key(desk, "read-all", name=f"all{len(path)}")) == ["Tin của Hà Nội", "Tin của Huế"]
    assert titles("/v1/feeds/all.json", key(desk, "feeds", "push")) == ["Tin của Hà Nội", "Tin của Huế"]


def test_what_was_withdrawn_is_told_by_the_same_name_and_what_waits_for_its_embargo_is_not(desk: Newsdesk) -> None:
    article = desk.push(news("Tin một", uri="urn:news:1")).body["article"]
    later = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).isoformat()
    desk.push(news("Tin bí mật", uri="urn:news:2"), X_Embargoed_Until=later)
    desk.work()
    name = f"urn:copydesk:{article}"
    _, _, body = get(desk, "/v1/search.atom", Authorization=f"Bearer {desk.key()}")
    assert [entry.id for entry in feedparser.parse(body).entries] == [name]
    desk.call("DELETE", "/v1/articles/urn:news:1")
    desk.work()
    _, _, body = get(desk, "/v1/search.atom", Authorization=f"Bearer {desk.key()}")
    assert feedparser.parse(body).entries == []
    assert [gone.attrib["ref"] for gone in ET.fromstring(body).findall(DELETED)] == [name]
    assert "Tin" not in body.decode()


def test_what_a_reader_has_is_not_sent_again(desk: Newsdesk) -> None:
    desk.push(news("Tin một", uri="urn:news:1"))
    desk.work()
    bearer = {"Authorization": f"Bearer {desk.key()}"}
    status, headers, body = get(desk, "/v1/search.atom", **bearer)
    assert "last-modified" not in headers  # another change may come within the same second
    assert headers["cache-control"] == "private, no-cache"
    known = {"If_None_Match": headers["etag"], **bearer}
    status, again, nothing = get(desk, "/v1/search.atom", **known)
    assert (status, nothing, again["etag"]) == (304, b"", headers["etag"])
    desk.push(news("Tin một, đã sửa", uri="urn:news:1", version="2"))
    desk.work()
    assert get(desk, "/v1/search.atom", **known)[0] == 200
    assert body != get(desk, "/v1/search.atom", **bearer)[2]


def test_a_feed_that_rests_tells_when_it_changed(desk: Newsdesk) -> None:
    bearer = {"Authorization": f"Bearer {desk.key()}"}
    _, headers, _ = get(desk, "/v1/search.json", **bearer)
    assert headers["last-modified"] == "Thu, 01 Jan 1970 00:00:00 GMT"  # nothing was ever in it
    since = {"If_Modified_Since": headers["last-modified"], **bearer}
    assert get(desk, "/v1/search.json", **since)[0] == 304
    assert get(desk, "/v1/search.json", If_Modified_Since="yesterday", **bearer)[0] == 200
    assert get(desk, "/v1/search.json", If_None_Match='"other"', **since)[0] == 200  # the ETag counts
    desk.push(news("Tin một", uri="urn:news:1"))
    desk.work()
    assert get(desk, "/v1/search.json", **since)[0] == 200


def test_the_next_page_is_linked_with_all_that_was_asked(desk: Newsdesk) -> None:
    saved(desk, "Tin cao su", "q=cao su")
    for number in range(3):
        desk.push(news(f"{RUBBER} {number}", uri=f"urn:news:{number}"))
    desk.work()
    reader = key(desk, "feeds")
    path: str | None = f"/v1/feeds/Tin%20cao%20su.json?key={reader}&limit=2"
    titles = []
    while path is not None:
        status, _, body = get(desk, path)
        assert status == 200
        told = msgspec.json.decode(body)
        titles += [item["title"] for item in told["items"]]
        path = told.get("next_url", "").removeprefix(f"http://127.0.0.1:{desk.port}") or None
    assert titles == [f"{RUBBER} {number}" for number in (2, 1, 0)]
    _, _, body = get(desk, f"/v1/feeds/Tin%20cao%20su.atom?key={reader}&limit=2")
    links = {link.rel: link.href for link in feedparser.parse(body).feed.links}
    assert "before=" in links["next"]
    assert links["first"] == links["self"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("x=1", "x"), ("before=x", "before"), ("limit=0", "limit"), ("source=x", "source"), ("q=urn%3Anews%3A1", "q")],
)
def test_a_parameter_that_makes_no_sense_is_named(desk: Newsdesk, query: str, parameter: str) -> None:
    status, _, body = get(desk, f"/v1/search.atom?{query}", Authorization=f"Bearer {desk.key()}")
    assert status == 400
    assert msgspec.json.decode(body)["errors"][0]["parameter"] == parameter
