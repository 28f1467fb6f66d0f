"""How long a search takes over HTTP, what it finds, how that grows, and how much room the index takes.

BENCH_SEARCH_ARTICLES (20000) in the larger of two indexes, the other has a quarter; with BENCH_OPENSEARCH, the same
texts and queries are asked of that one, each query of all before the next: as it answers by itself, and through a sink
of ours that has filled it, which answers the searches of a second front door.
"""

import http.client
import json
import math
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import msgspec

from benchmarks.desk import running_desk
from benchmarks.figures import Figure, percentile
from benchmarks.search_rival import Rival
from benchmarks.search_sink import Brought, door_through
from benchmarks.search_texts import SOURCES, Asked, Writer, entry_of, number_of, queries
from services.index.sinks.sqlite import SqliteSink
from shared.article import Article
from shared.settings import INDEX_FILE

ARTICLES = 20_000
BATCH = 500
P95_MS, EXPONENT, ROOM = 25.0, 0.3, 1.21

Search = Callable[[str], Sequence[int]]


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """Of one kind of query: the 50th and 95th percentile in ms, and how many known articles came first, or among 10."""

    p50: float
    p95: float
    first: float
    ten: float


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured of an index of one size."""

    kinds: Mapping[str, Measured]
    rival: Mapping[str, Measured]
    through: Mapping[str, Measured]
    room: float
    rival_room: float
    through_room: float
    cpu_ms: float


def run() -> list[Figure]:
    """Two sizes, so that what grows is seen."""
    count = int(os.environ.get("BENCH_SEARCH_ARTICLES", str(ARTICLES)))
    small, large = _measure(max(count // 4, 500)), _measure(count)
    figures = []
    for kind, told in large.kinds.items():
        name = f"search.{kind.replace(' ', '_')}"
        figures.append(Figure(name=f"{name}.p50", value=told.p50, unit=f"ms, {count} articles"))
        figures.append(Figure(name=f"{name}.p95", value=told.p95, unit="ms", goal=P95_MS))
        growth = math.log(told.p95 / small.kinds[kind].p95, 4)
        figures.append(Figure(name=f"{name}.growth", value=growth, unit="exponent of the p95", goal=EXPONENT))
        figures.append(Figure(name=f"{name}.missed", value=1 - told.ten, unit="of known articles, among 10"))
        figures += _beside(name, told, large.rival.get(kind))
        figures += _through(name, told, large.rival.get(kind), large.through.get(kind))
    figures.append(Figure(name="search.room", value=large.room, unit="x of the text", goal=ROOM))
    figures.append(Figure(name="search.written", value=large.cpu_ms, unit="ms CPU an article", goal=1.0))
    if large.rival:
        figures.append(Figure(name="search.room_of_opensearch", value=large.rival_room, unit="x of the text"))
        figures.append(Figure(name="search.room_of_the_sink", value=large.through_room, unit="x of the text"))
    return figures


def _beside(name: str, ours: Measured, theirs: Measured | None) -> list[Figure]:
    if theirs is None:
        return []
    return [
        Figure(name=f"{name}.in_opensearch.p50", value=ours.p50 / theirs.p50, unit="x"),
        Figure(name=f"{name}.in_opensearch.p95", value=ours.p95 / theirs.p95, unit="x", goal=1.0),
        Figure(name=f"{name}.missed_more", value=theirs.ten - ours.ten, unit="than OpenSearch", goal=0.0),
    ]


def _through(name: str, told: Measured, rival: Measured | None, through: Measured | None) -> list[Figure]:
    """What the way through our sink costs beside the server as it answers by itself, and loses beside our own words."""
    if rival is None or through is None:
        return []
    missed_more = told.ten - through.ten
    return [
        Figure(name=f"{name}.through_a_sink.p50", value=through.p50 / rival.p50, unit="x of OpenSearch by itself"),
        Figure(name=f"{name}.through_a_sink.p95", value=through.p95 / rival.p95, unit="x of OpenSearch by itself"),
        Figure(name=f"{name}.through_a_sink.missed", value=1 - through.ten, unit="of known articles, among 10"),
        Figure(name=f"{name}.through_a_sink.missed_more", value=missed_more, unit="than our words", goal=0.01),
    ]


def _measure(count: int) -> Filled:
    url = os.environ.get("BENCH_OPENSEARCH", "")
    articles: dict[int, Article] = {}
    with tempfile.TemporaryDirectory(prefix="cd-bench-") as name:
        folder = Path(name)
        text, cpu = _fill(folder / INDEX_FILE, count, articles)
        room = size_of(folder) / text
        rival = Rival(url, f"copydesk-bench-{os.getpid()}-{count}") if url else None
        brought = Brought(folder, url) if url else None
        try:
            if rival is not None:
                rival.fill(articles.items(), SOURCES)
            with running_desk(COPYDESK_INDEX_DIR=str(folder)) as desk, ExitStack() as stack:
                engines = [_searcher(desk.url, desk.key)]
                if rival is not None and brought is not None:
                    through = stack.enter_context(door_through(desk, folder, brought))
                    engines += [rival.search, _searcher(through, desk.key)]
                kinds, *others = _ask_all(engines, queries(articles))
            rooms = [one.size() / text if one is not None else 0.0 for one in (rival, brought)]
        finally:
            for one in (rival, brought):
                if one is not None:
                    one.remove()
    theirs, ours_there = others or ({}, {})
    return Filled(
        kinds=kinds,
        rival=theirs,
        through=ours_there,
        room=room,
        rival_room=rooms[0],
        through_room=rooms[1],
        cpu_ms=cpu,
    )


def size_of(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def text_of(article: Article) -> int:
    """Bytes of an article's text."""
    texts = (article.headline, article.description, article.byline, *(block.text for block in article.blocks))
    return sum(len(part.encode()) for part in texts if part)


def _fill(path: Path, count: int, articles: dict[int, Article]) -> tuple[int, float]:
    """Bytes of text, and ms CPU an article."""
    sink, text, cpu = SqliteSink(path), 0, 0.0
    numbered = enumerate(Writer().articles(count))
    while batch := list(islice(numbered, BATCH)):
        entries = [entry_of(number, article, at_us) for number, (article, at_us) in batch]
        begun = time.process_time()
        outcomes = sink.put_many(entries)
        cpu += time.process_time() - begun
        assert set(outcomes) == {"indexed"}, outcomes
        for number, (article, _) in batch:
            articles[number] = article
            text += text_of(article)
    sink.close()
    return text, cpu / count * 1000


def _searcher(url: str, key: str) -> Search:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    headers = {"Authorization": f"Bearer {key}"}

    def search(q: str) -> list[int]:
        connection.request("GET", f"/v1/search?{urlencode({'q': q, 'limit': 10})}", headers=headers)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        assert answer.status == 200 and not told.get("standsIn"), told
        return [number_of(hit["article"]) for hit in told["hits"]]

    return search


def _ask_all(engines: Sequence[Search], kinds: Mapping[str, Sequence[Asked]]) -> list[dict[str, Measured]]:
    """Each query twice, the first time for warmth; of all before the next."""
    told: list[dict[str, Measured]] = [{} for _ in engines]
    for kind, asked in kinds.items():
        for one in asked:
            for engine in engines:  # in turn: a connection that is idle for long is closed
                engine(one.q)
        taken: list[list[float]] = [[] for _ in engines]
        found: list[list[Sequence[int]]] = [[] for _ in engines]
        for one in asked:
            for at, engine in enumerate(engines):
                begun = time.perf_counter()
                found[at].append(engine(one.q))
                taken[at].append((time.perf_counter() - begun) * 1000)
        for at in range(len(engines)):
            told[at][kind] = _judged(asked, taken[at], found[at])
    return told


def _judged(asked: Sequence[Asked], taken: Sequence[float], found: Sequence[Sequence[int]]) -> Measured:
    known = [(one.known, hits) for one, hits in zip(asked, found, strict=True) if one.known is not None]
    number = max(1, len(known))
    return Measured(
        p50=percentile(taken, 50),
        p95=percentile(taken, 95),
        first=sum([*hits[:1]] == [item] for item, hits in known) / number,
        ten=sum(item in hits for item, hits in known) / number if known else 1.0,
    )
