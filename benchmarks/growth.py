"""What a search costs as the index grows: one process, one index, asked at a tenth, at a half and at the whole.

BENCH_GROWTH_ARTICLES (20000) in the whole; a million take an hour of one core and 8 GB of a disk, in TMPDIR:
`BENCH_GROWTH_ARTICLES=1000000 nice -n 19 python -m benchmarks --only growth`.
"""

import math
import os
import random
import tempfile
import time
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

import msgspec

from benchmarks.figures import Figure, percentile
from benchmarks.search import BATCH, EXPONENT, ROOM, size_of, text_of
from benchmarks.search_texts import KNOWN_ITEMS, Asked, Writer, entry_of, number_of, queries
from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from shared.article import Article
from shared.settings import INDEX_FILE

ARTICLES = 20_000
PARTS = (0.1, 0.5, 1.0)


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """Of one kind of query: ms of processor time, and how many known articles were not among ten."""

    p50: float
    p95: float
    missed: float


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """An index of so many articles: its bytes in those of the text, ms CPU and articles a second of the writing since
    the size before, and what the searches cost."""

    articles: int
    room: float
    cpu_ms: float
    rate: float
    kinds: Mapping[str, Costs]


def run() -> list[Figure]:
    """Three sizes of one index."""
    count = int(os.environ.get("BENCH_GROWTH_ARTICLES", str(ARTICLES)))
    sizes = _grow([int(count * part) for part in PARTS])
    figures = [figure for size in sizes for figure in _figures(size)]
    small, large = sizes[0], sizes[-1]
    figures.append(Figure(name="growth.room", value=large.room, unit="x of the text", goal=ROOM))
    for kind, costs in large.kinds.items():
        growth = math.log(costs.p95 / small.kinds[kind].p95, large.articles / small.articles)
        name = f"growth.{kind.replace(' ', '_')}"
        figures.append(Figure(name=name, value=growth, unit="exponent of the p95", goal=EXPONENT))
    return figures


def _figures(size: Size) -> list[Figure]:
    name = f"growth.{size.articles}"
    figures = [
        Figure(name=f"{name}.room", value=size.room, unit="x of the text"),
        Figure(name=f"{name}.written", value=size.cpu_ms, unit="ms CPU an article"),
        Figure(name=f"{name}.rate", value=size.rate, unit="articles a second (more is better)"),
    ]
    for kind, costs in size.kinds.items():
        told = f"{name}.{kind.replace(' ', '_')}"
        figures.append(Figure(name=f"{told}.p50", value=costs.p50, unit="ms CPU"))
        figures.append(Figure(name=f"{told}.p95", value=costs.p95, unit="ms CPU"))
        figures.append(Figure(name=f"{told}.missed", value=costs.missed, unit="of known articles, among 10"))
    return figures


def _grow(counts: Sequence[int]) -> list[Size]:
    known, sizes, articles = _known(counts), list[Size](), dict[int, Article]()
    numbered = enumerate(Writer().articles(counts[-1]))
    with tempfile.TemporaryDirectory(prefix="cd-bench-") as folder:
        path = Path(folder) / INDEX_FILE
        text, done = 0, 0
        for count in counts:
            cpu, wall = 0.0, 0.0
            sink = SqliteSink(path)
            while batch := list(islice(numbered, min(BATCH, count - done))):
                done += len(batch)
                text += sum(text_of(article) for _, (article, _) in batch)
                articles |= {number: article for number, (article, _) in batch if number in known}
                entries = [entry_of(number, article, at_us) for number, (article, at_us) in batch]
                begun, begun_wall = time.process_time(), time.perf_counter()
                sink.put_many(entries)
                cpu, wall = cpu + time.process_time() - begun, wall + time.perf_counter() - begun_wall
            sink.close()
            new = count - (sizes[-1].articles if sizes else 0)
            kinds = _ask(path, queries(articles))
            room, cpu_ms = size_of(Path(folder)) / text, cpu / new * 1000
            sizes.append(Size(articles=count, room=room, cpu_ms=cpu_ms, rate=new / wall, kinds=kinds))
    return sizes


def _known(counts: Sequence[int]) -> frozenset[int]:
    """Articles that may be asked for: enough of each part, from all over it."""
    luck, begin, known = random.Random(9), 0, set[int]()
    for count in counts:
        known.update(luck.sample(range(begin, count), min(KNOWN_ITEMS, count - begin)))
        begin = count
    return frozenset(known)


def _ask(path: Path, kinds: Mapping[str, Sequence[Asked]]) -> dict[str, Costs]:
    """Each query twice, the first time for warmth."""
    index, told = Index(path), {}
    for kind, asked in kinds.items():
        for one in asked:
            index.search(one.q, limit=10)
        taken, missed = [], 0
        for one in asked:
            begun = time.process_time()
            hits = index.search(one.q, limit=10).hits
            taken.append((time.process_time() - begun) * 1000)
            missed += one.known is not None and one.known not in map(number_of, (hit.article_id for hit in hits))
        known = sum(one.known is not None for one in asked)
        told[kind] = Costs(p50=percentile(taken, 50), p95=percentile(taken, 95), missed=missed / max(1, known))
    index.close()
    return told
