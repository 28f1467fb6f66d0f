"""A bulk of 500 articles into a real server: what the sink takes, beside the client alone with documents ready made."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from opensearchpy import OpenSearch
from psycopg import sql

from benchmarks.desk import cpu_s, tree
from benchmarks.figures import Figure
from benchmarks.index import make_entries
from services.index.changes import Place, deliveries_after
from services.index.opensearch.fields import MAPPING, search_document
from services.index.search import Index
from services.index.sinks.opensearch import OpenSearchSink
from services.index.sinks.postgres import PostgresSink, row_of, upsert_into
from services.index.sinks.sink import Delivery
from services.index.sinks.sqlite import SqliteSink
from shared.settings import INDEX_FILE
from tests.engines.places import PLACES

ARTICLES, BULK = 4_000, 500
GOAL = 1.5


class Cost(NamedTuple):
    """Of one bulk: s CPU in this process, in the server, and s until it was answered."""

    here: float
    there: float
    wall: float


class Contest(NamedTuple):
    """The same bulk by the sink and by the client alone, and the processes of the server."""

    sink: Callable[[Sequence[Delivery]], object]
    client: Callable[[Any], object]
    prepared: Callable[[Sequence[Delivery]], Any]
    server: Sequence[int]


def bulks() -> list[Figure]:
    """Figures of each server that is there."""
    figures = []
    with tempfile.TemporaryDirectory(prefix="cd-bench-") as folder:
        pages = _pages(Path(folder) / INDEX_FILE)
        for kind, (variable, contest) in CONTESTS.items():
            if variable in os.environ:
                with contest(pages[0]) as made:
                    figures += _compare(kind, made, pages[1:])
    return figures


def _pages(path: Path) -> list[Sequence[Delivery]]:
    with closing(SqliteSink(path)) as record:
        record.put_many(list(make_entries(ARTICLES)))
    pages: list[Sequence[Delivery]] = []
    place, index = Place(), Index(path)
    for _ in range(ARTICLES // BULK):
        page = deliveries_after(index, place, BULK, every=False)
        pages.append(page.deliveries)
        place = page.place
    index.close()
    return pages


def _compare(kind: str, made: Contest, pages: Sequence[Sequence[Delivery]]) -> list[Figure]:
    """In turn, so that both meet the same server; the median counts, since a server looks after itself between."""
    ours, theirs = [], []
    for page in pages:
        prepared = made.prepared(page)
        ours.append(_cost(partial(made.sink, page), made.server))
        theirs.append(_cost(partial(made.client, prepared), made.server))
    there = statistics.median(one.there for one in (*ours, *theirs))  # the server does the same for both
    here, alone = (statistics.median(one.here for one in costs) for costs in (ours, theirs))
    walls = [statistics.median(one.wall for one in costs) for costs in (ours, theirs)]
    name = f"sinks.{kind}.bulk"
    return [
        Figure(
            name=f"{name}.in_client", value=(here + there) / (alone + there), unit="x CPU", goal=GOAL, is_ratio=True
        ),
        Figure(name=f"{name}.wall_in_client", value=walls[0] / walls[1], unit="x"),
        Figure(name=f"{name}.cpu", value=here / BULK * 1000, unit="ms CPU an article"),
        Figure(name=f"{name}.client_cpu", value=alone / BULK * 1000, unit="ms CPU an article"),
        Figure(name=f"{name}.server_cpu", value=there / BULK * 1000, unit="ms CPU an article"),
    ]


def _cost(send: Callable[[], object], server: Sequence[int]) -> Cost:
    there, here, begun = cpu_s([*server]), time.process_time(), time.perf_counter()
    send()
    return Cost(time.process_time() - here, cpu_s([*server]) - there, time.perf_counter() - begun)


@contextmanager
def _opensearch(first: Sequence[Delivery]) -> Iterator[Contest]:
    with PLACES["opensearch"]() as place:
        sink = OpenSearchSink("bench", place.settings, place.desk)
        sink.deliver(first)
        alone = f"{sink.alias}-0-alone"
        client = OpenSearch([os.environ["DESK_TEST_OPENSEARCH"]], timeout=30, http_compress=True)
        client.indices.create(index=alone, body={"mappings": MAPPING, "settings": {"number_of_replicas": 0}})

        def prepared(page: Sequence[Delivery]) -> list[Any]:
            named = ({"index": {"_index": alone, "_id": one.article_id}} for one in page)
            return [part for name, one in zip(named, page, strict=True) for part in (name, search_document(one))]

        yield Contest(sink.deliver, lambda body: client.bulk(body=body), prepared, _listeners(client))
        client.close()
        sink.close()


def _listeners(client: OpenSearch) -> list[int]:
    """The processes of the server."""
    told = client.nodes.info(metric="process")["nodes"].values()
    return [int(node["process"]["id"]) for node in told]


@contextmanager
def _postgres(first: Sequence[Delivery]) -> Iterator[Contest]:
    with PLACES["postgres"]() as place, psycopg.connect(os.environ["DESK_TEST_POSTGRES"], autocommit=True) as client:
        sink = PostgresSink("bench", place.settings, place.desk)
        sink.deliver(first)
        schema = place.settings.url.rpartition("=")[2]
        kept, alone = sql.Identifier(schema, "articles"), sql.Identifier(schema, "alone")
        client.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(alone, kept))
        row = client.execute("SELECT pg_read_file('postmaster.pid')").fetchone()
        assert row is not None
        master = int(row[0].split()[0])

        def put(rows: Sequence[Sequence[Any]]) -> None:
            with client.transaction(), client.cursor() as cursor:
                cursor.executemany(upsert_into(alone), rows)

        yield Contest(sink.deliver, put, lambda page: [row_of(one) for one in page], [master, *tree(master)])
        sink.close()


CONTESTS: dict[str, tuple[str, Callable[[Sequence[Delivery]], Any]]] = {
    "opensearch": ("DESK_TEST_OPENSEARCH", _opensearch),
    "postgres": ("DESK_TEST_POSTGRES", _postgres),
}
