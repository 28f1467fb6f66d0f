"""Sinks through faults of real servers: nothing lost, nothing newer overwritten, the rest of a bulk in."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import OpenSearch

from services.index.outbox.deliverer import Deliverer
from services.index.outbox.outbox import Outbox
from services.index.search import Index
from services.index.sinks.registry import open_sink
from services.index.sinks.sqlite import SqliteSink
from shared.article import Article
from shared.settings import INDEX_FILE, Settings
from shared.sink_settings import SinkSettings
from tests.engines.cluster import Cluster
from tests.engines.places import PLACES, Place
from tests.entries import make_entry
from tests.faults.relay import relayed

SINCE = 1_790_000_000_000_000
PATIENCE_S = 60.0


class Handing:
    """A record of articles, and a deliverer that runs in a thread as in its process."""

    def __init__(self, folder: Path, settings: SinkSettings) -> None:
        self.record = SqliteSink(folder / INDEX_FILE)
        self.index = Index(folder / INDEX_FILE)
        self.outbox = Outbox(folder / "outbox.sqlite3")
        self.sink = open_sink("tried", settings, Settings())
        self.deliverer = Deliverer("tried", self.sink, self.outbox, self.index)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.deliverer.run, args=(self._stop,), daemon=True)

    def put(self, first: int, count: int, words: str = "Tin số {}", **more: Any) -> None:
        """Put articles into the record, 25 a batch as the stage does."""
        entries = [
            make_entry(f"a{number}", SINCE + number + first * 100_000, headline=words.format(number), **more)
            for number in range(count)
        ]
        for at in range(0, count, 25):
            self.record.put_many(entries[at : at + 25])

    def start(self) -> None:
        self._thread.start()

    def wait(self, ready: Callable[[], bool]) -> None:
        """Wait for what the deliverer does; each look is asked of the sink's own state or of the server."""
        deadline = time.monotonic() + PATIENCE_S
        while not ready():
            assert self._thread.is_alive(), "the deliverer died"
            assert time.monotonic() < deadline, self.deliverer.standing()
            self.deliverer.woken.wait(0.05)

    def is_through(self) -> bool:
        standing = self.deliverer.standing()
        return standing.behind == 0 and standing.counts.waiting == 0 and standing.rest is None

    def close(self) -> None:
        self._stop.set()
        self.deliverer.woken.set()
        if self._thread.ident is not None:
            self._thread.join()
        self.sink.close()
        self.index.close()
        self.record.close()
        self.outbox.close()


@pytest.fixture
def search() -> Iterator[Place]:
    with PLACES["opensearch"]() as place:
        yield place


def handing(folder: Path, settings: SinkSettings) -> "closing[Handing]":
    return closing(Handing(folder, settings))


def expected(count: int, words: str) -> dict[str, str]:
    return {f"a{number}": words.format(number) for number in range(count)}


@pytest.mark.parametrize("kind", ["opensearch", "postgres"])
def test_a_wire_that_is_cut_in_the_middle_of_bulks_loses_nothing(tmp_path: Path, kind: str) -> None:
    with PLACES[kind]() as place, relayed(place.settings.url) as (url, relay):
        with handing(tmp_path, SinkSettings(url=url)) as hands:
            hands.put(0, 1500, "Tin số {} " + "dài " * 200)
            relay.cut_after = 5_000
            hands.start()
            hands.wait(lambda: relay.cuts >= 2 and hands.deliverer.standing().rest is not None)
            relay.cut_after = None
            hands.wait(hands.is_through)
            assert hands.outbox.counts().dead == 0
        found = place.headlines()
        assert len(found) == 1500


def test_one_conflict_in_a_bulk_of_500_is_dead_alone(tmp_path: Path, search: Place) -> None:
    with handing(tmp_path, search.settings) as hands:
        hands.put(0, 1)
        hands.start()
        hands.wait(hands.is_through)
        client: OpenSearch = hands.sink.client  # type: ignore[attr-defined]
        alias: str = hands.sink.alias  # type: ignore[attr-defined]
        (place,) = client.indices.get(index=f"{alias}-*")
        client.indices.delete(index=place)  # somebody else has made it, with another idea of a section
        mappings = {"properties": {"section": {"type": "long"}}}
        client.indices.create(index=place, body={"mappings": mappings, "aliases": {alias: {}}})
        odd = make_entry("odd", SINCE + 1, article=Article(headline="Lạ", section="Kinh tế"))
        hands.record.put_many([odd])
        hands.put(1, 499, "Sửa {}")
        hands.wait(lambda: hands.deliverer.standing().behind == 0)
        (dead,) = hands.outbox.dead()
        assert dead.article == "odd"
        assert "mapper_parsing_exception" in dead.error
        assert search.headlines() == expected(499, "Sửa {}")


def test_a_full_disk_pauses_the_sink_and_loses_nothing(tmp_path: Path, search: Place) -> None:
    with handing(tmp_path, search.settings) as hands:
        hands.put(0, 10)
        hands.start()
        hands.wait(hands.is_through)
        client: OpenSearch = hands.sink.client  # type: ignore[attr-defined]
        block = "index.blocks.read_only_allow_delete"  # what the server sets itself at its flood stage
        client.indices.put_settings(index=f"{hands.sink.alias}-*", body={block: True})  # type: ignore[attr-defined]
        hands.put(1, 300, "Mới {}")
        hands.wait(lambda: hands.deliverer.standing().rest is not None)
        rest = hands.deliverer.standing().rest
        assert rest is not None and "read-only" in rest.reason
        client.indices.put_settings(index=f"{hands.sink.alias}-*", body={block: None})  # type: ignore[attr-defined]
        hands.wait(hands.is_through)
        assert search.headlines() == expected(300, "Mới {}")
        assert hands.outbox.counts().dead == 0
        assert {one.attempt for one in hands.outbox.log(limit=1000) if one.ending == "delivered"} == {1}


def many(three: Cluster, alias: str) -> SinkSettings:
    hosts = ",".join(address.removeprefix("http://") for address in three.addresses)
    return SinkSettings(url=f"opensearch+http://{hosts}/{alias}?replicas=1")


def held(three: Cluster, alias: str) -> Mapping[str, int]:
    """What stands there: each article and its revision."""
    client = OpenSearch(three.addresses, timeout=30, max_retries=3, retry_on_timeout=True)
    with closing(client):
        client.indices.refresh(index=alias)
        body = {"size": 10_000, "_source": ["rev"]}
        return {hit["_id"]: hit["_source"]["rev"] for hit in client.search(index=alias, body=body)["hits"]["hits"]}


def newest(first: int, count: int) -> dict[str, int]:
    return {f"a{number}": SINCE + number + first * 100_000 for number in range(count)}


@pytest.mark.timeout(180)
def test_one_of_three_nodes_killed_in_the_middle_of_bulks_loses_nothing(tmp_path: Path, three: Cluster) -> None:
    with handing(tmp_path, many(three, "one-killed")) as hands:
        hands.put(0, 200)
        hands.start()
        hands.wait(hands.is_through)
        hands.put(1, 3000, "Mới {}")
        three.kill(1)
        hands.wait(hands.is_through)
        assert held(three, "one-killed") == newest(1, 3000)
        three.start(1)
        hands.put(2, 3000, "Nữa {}")
        hands.wait(hands.is_through)
        assert held(three, "one-killed") == newest(2, 3000)
        assert hands.outbox.counts().dead == 0


@pytest.mark.timeout(240)
def test_all_nodes_killed_and_back_lose_nothing(tmp_path: Path, three: Cluster) -> None:
    with handing(tmp_path, many(three, "all-killed")) as hands:
        hands.put(0, 500)
        hands.start()
        hands.wait(hands.is_through)
        hands.put(1, 2000, "Mới {}")
        three.stop()
        hands.wait(lambda: hands.deliverer.standing().rest is not None)
        three.start()
        hands.deliverer.try_now()
        hands.wait(hands.is_through)
        assert held(three, "all-killed") == newest(1, 2000)
        assert hands.outbox.counts().dead == 0
