"""A stream in another Redis: what an entry holds, how long it stays, and what is said of a server that will not."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.index.outbox.deliverer import Deliverer
from services.index.outbox.outbox import Outbox
from services.index.search import Index
from services.index.sinks.redis_stream import RedisStreamSink
from services.index.sinks.registry import open_sink
from services.index.sinks.sink import Delivery, Sink
from services.index.sinks.sqlite import SqliteSink
from shared.article import PubStatus
from shared.errors import PermanentError, Unavailable
from shared.settings import INDEX_FILE, Settings
from shared.sink_settings import SinkSettings
from tests.conftest import Server
from tests.entries import make_entry

SINCE = 1_790_000_000_000_000


@pytest.fixture
def client(redis_server: Server) -> Iterator[Any]:
    with closing(redis_server.client()) as client:
        yield client


def opened(server: Server, options: str = "", **more: Any) -> "closing[Sink]":
    return closing(open_sink("tried", SinkSettings(url=f"redis+{server.url}?stream=tin{options}", **more), Settings()))


def delivery(article: str, change: int, *, erases: bool = False) -> Delivery:
    status: PubStatus = "canceled" if erases else "usable"
    entry = make_entry(article, SINCE + change, headline=f"Tin {change}", pub_status=status)
    return Delivery(
        change=change,
        version=SINCE + change,
        since_us=SINCE + 1,
        article_id=article,
        rev=SINCE + change,
        kind="withdraw" if erases else "put",
        entry=msgspec.structs.replace(entry, erases=erases),
    )


def test_an_entry_says_what_happened_to_which_article(redis_server: Server, client: Any) -> None:
    with opened(redis_server) as sink:
        sink.deliver([delivery("a", 1)])
        sink.deliver([delivery("a", 2)])
    (_, first), (_, second) = client.xrange("tin")
    assert (first[b"type"], second[b"type"]) == (b"article.published", b"article.updated")
    assert (first[b"article"], first[b"rev"], first[b"change"]) == (b"a", str(SINCE + 1).encode(), b"1")
    assert int(second[b"version"]) > int(first[b"version"])
    assert b'"headlines"' in second[b"item"]


def test_a_stream_keeps_about_as_many_entries_as_were_asked(redis_server: Server, client: Any) -> None:
    client.config_set("stream-node-max-entries", 10)
    with opened(redis_server, "&maxlen=50") as sink:
        for at in range(0, 300, 100):
            sink.deliver([delivery(f"a{number}", number) for number in range(at + 1, at + 101)])
    assert 50 <= client.xlen("tin") <= 60
    assert client.xrevrange("tin", count=1)[0][1][b"article"] == b"a300"


def test_what_was_erased_by_law_leaves_the_stream_but_for_its_tombstone(redis_server: Server, client: Any) -> None:
    with opened(redis_server) as sink:
        sink.deliver([delivery(f"a{number}", number) for number in range(1, 501)])
        sink.deliver([delivery("a7", 600), delivery("a8", 601)])
        assert sink.deliver([delivery("a7", 700, erases=True)]) == [None]
    left = [fields for _, fields in client.xrange("tin")]
    assert [fields[b"type"] for fields in left if fields[b"article"] == b"a7"] == [b"article.withdrawn"]
    assert len(left) == 501


def test_a_server_that_is_full_or_has_something_else_there_is_no_articles_fault(
    redis_server: Server, client: Any
) -> None:
    client.set("tin", "of another kind")
    with opened(redis_server) as sink:
        (answer,) = sink.deliver([delivery("a", 1)])
        assert isinstance(answer, Unavailable)
        client.delete("tin")
        client.config_set("maxmemory", 1)
        (answer,) = sink.deliver([delivery("a", 1)])
        assert isinstance(answer, Unavailable)
        assert "maxmemory" in str(answer)
        client.config_set("maxmemory", 0)
        assert sink.deliver([delivery("a", 1)]) == [None]


def test_a_password_opens_the_server_and_is_never_told(redis_server: Server, client: Any) -> None:
    client.config_set("requirepass", "geheim")
    try:
        with opened(redis_server, login=":geheim") as sink:
            assert sink.deliver([delivery("a", 1)]) == [None]
        with opened(redis_server, login=":falsch") as sink, pytest.raises(Unavailable) as told:
            sink.deliver([delivery("a", 2)])
        assert "falsch" not in str(told.value)
    finally:
        client.auth("geheim")
        client.config_set("requirepass", "")


def test_nothing_is_lost_while_the_server_is_away_and_each_article_keeps_its_order(
    redis_server: Server, tmp_path: Path
) -> None:
    now = [2_000_000_000_000_000]
    record, index = SqliteSink(tmp_path / INDEX_FILE), Index(tmp_path / INDEX_FILE)
    outbox = Outbox(tmp_path / "outbox.sqlite3")
    with opened(redis_server, "&fsync=yes") as sink, closing(record), closing(index), closing(outbox):
        deliverer = Deliverer("tried", sink, outbox, index, clock=lambda: now[0])

        def put(first: int) -> None:
            record.put_many([make_entry(f"a{n}", SINCE + first + n, headline=f"Tin {first + n}") for n in range(30)])

        put(0)
        drain(deliverer, now)
        redis_server.kill()
        put(100)
        assert deliverer.step() == 0.0  # the step that sees that nobody answers
        rest = deliverer.standing().rest
        assert rest is not None
        assert "tin" in rest.reason
        put(200)
        redis_server.start()
        drain(deliverer, now)
        assert deliverer.standing().counts.waiting == 0
    order: dict[bytes, list[int]] = {}
    with closing(redis_server.client()) as client:
        told: Any = client.xrange("tin")
    for _, fields in told:
        order.setdefault(fields[b"article"], []).append(int(fields[b"rev"]) - SINCE)
    assert order == {f"a{n}".encode(): [n, 100 + n, 200 + n] for n in range(30)}


def test_a_bulk_that_is_not_on_the_servers_disk_is_sent_again(redis_server: Server, client: Any) -> None:
    with opened(redis_server, "&fsync=yes") as sink:
        assert sink.deliver([delivery("a", 1)]) == [None]
        client.config_set("appendonly", "no")
        with pytest.raises(Unavailable, match="appendonly"):
            sink.deliver([delivery("a", 2)])


def drain(deliverer: Deliverer, now: list[int]) -> None:
    """Step until nothing is left, with a clock that goes on as far as a rest asks for."""
    for _ in range(1000):
        pause = deliverer.step()
        now[0] += int(pause * 1_000_000)
        standing = deliverer.standing()
        if standing.behind == 0 and standing.counts.waiting == 0 and standing.rest is None:
            return
    raise AssertionError(f"it never came through: {deliverer.standing()}")


@pytest.mark.parametrize(
    "url",
    [
        "redis:host",
        "redis+ftp://host/0",
        "redis+unix://s",
        "redis://host/0?maxlen=0",
        "redis://host/0?maxlen=many",
        "redis://host/0?maxlen=1&socket_timeout=0",
        "redis://host:99999/0",
        "redis://host/0?fsync=perhaps",
    ],
)
def test_an_address_that_means_no_stream_is_refused(url: str) -> None:
    with pytest.raises(PermanentError, match="redis://host:6379/0"):
        RedisStreamSink("tried", SinkSettings(url=url), Settings())
