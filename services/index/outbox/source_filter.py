"""Which deliveries a sink gets, where only some sources go there."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from services.index.origin import read_head
from services.index.search import Index
from services.index.sinks.sink import Delivery
from shared.envelope import DESK, source_of
from shared.source_filter import fits_source

ALL: tuple[str, ...] = ()
"""A choice of sources that names none takes all."""

_NAMED = "(SELECT value FROM json_each(?))"
_TOLD = (
    "SELECT articles.id, sources.source FROM changes JOIN sources USING (s) JOIN articles USING (n) "  # noqa: S608  (constants)
    f"WHERE articles.id IN {_NAMED} AND outcome = 'indexed' AND sources.source <> '{source_of(DESK)}'"
)
_KEPT = f"SELECT articles.id, entry FROM revisions JOIN articles USING (n) WHERE articles.id IN {_NAMED}"  # noqa: S608


class SourceFilter:
    """An article goes by its own source. Its withdrawal goes to whoever has it, or would have it: where any source that
    ever told it goes, or went when other sources were chosen, since what is there must not stay.

    `earlier` are the choices that the sink was delivered to with.
    """

    def __init__(self, index: Index, sources: Sequence[str], earlier: Iterable[Sequence[str]]) -> None:
        self._index = index
        self._sources = tuple(sources)
        self._ever = {self._sources, *map(tuple, earlier)}

    def wanted(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Those of a bulk that go there, in their order."""
        if self._sources == ALL:
            return [*deliveries]
        withdrawn = [one.article_id for one in deliveries if one.kind == "withdraw"]
        told_by = sources_of(self._index, withdrawn) if withdrawn and ALL not in self._ever else {}
        return [one for one in deliveries if self._is_wanted(one, told_by)]

    def _is_wanted(self, delivery: Delivery, told_by: Mapping[str, set[str]]) -> bool:
        source = source_of(delivery.entry.came_from)
        if delivery.kind == "put":
            return _fits(source, self._sources)
        tellers = {source, *told_by.get(delivery.article_id, ())}
        return any(_fits(teller, choice) for choice in self._ever for teller in tellers)


def sources_of(index: Index, articles: Sequence[str]) -> Mapping[str, set[str]]:
    """By article, every source whose words it ever was, as `feed:https://…`: what was erased since counts too."""
    named = (msgspec.json.encode(articles).decode(),)
    told_by: dict[str, set[str]] = defaultdict(set)
    with index.reading() as database:
        for article, source in _told(database, named) if database is not None else ():
            told_by[article].add(source)
    return told_by


def _told(database: sqlite3.Connection, named: tuple[str]) -> Iterable[tuple[str, str]]:
    yield from database.execute(_TOLD, named)
    for article, blob in database.execute(_KEPT, named):  # an index of the first release has no list of changes
        yield article, source_of(read_head(blob).came_from)


def _fits(source: str, choice: Sequence[str]) -> bool:
    return choice == ALL or any(fits_source(pattern, source) for pattern in choice)
