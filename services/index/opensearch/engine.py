"""OpenSearch as the engine of the search: the months of one sink behind their alias, with the record's own language.

What it says of rows is read from the record again, so that nothing withdrawn is shown. It is asked only when all that
there was is in, in the shape that is asked for; what the sink still has to bring is told as `behind`.
"""

import sqlite3
import threading
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from services.index.changes import count_behind
from services.index.engine import FACETS, LOOKED_AT, MOST_HITS, Matched, Ranked, SearchAway
from services.index.facets import asked_as, counts_of
from services.index.opensearch.asking import Ask, Asker
from services.index.opensearch.connection import (
    FAILURES,
    LONGEST_REASON,
    NDJSON,
    Address,
    in_lines,
    is_away,
    open_client,
    reason_of,
)
from services.index.opensearch.fields import GENERATION
from services.index.outbox.outbox import Kept, outbox_file, read_kept
from services.index.query import Query
from shared.errors import CopydeskError
from shared.late_log import LateLog
from shared.settings import Settings
from shared.sink_settings import SinkSettings

log = LateLog(__name__)

TIMEOUT_S, CHECK_S = 5.0, 2.0
REST_S = 5.0  # how long nothing is asked where nobody answered: then by one alone, as each may wait for TIMEOUT_S
SEARCHES = "/_msearch"
_ROWS = "SELECT id, n FROM articles WHERE id IN (SELECT value FROM json_each(?))"
_BY_SCORE = ({"_score": "desc"}, {"row": "desc"})
_BY_DATE = ({"created_s": "desc"}, {"row": "desc"})
_FACET_FIELDS = {"author": "authors"}

Body = Mapping[str, Any]


class OpenSearchEngine:
    """Searches what one sink has brought. Thread-safe."""

    def __init__(
        self, name: str, settings: SinkSettings, desk: Settings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = f"sink {name}"
        self._place = f"OpenSearch of sink {name}"
        self._outbox = outbox_file(desk, name)
        address = Address.read(settings.url)
        self._alias = address.alias
        self._client = open_client(address, settings, TIMEOUT_S, packs=False)
        self._clock = clock
        self._turn = threading.Lock()
        self._rests_until, self._away = 0.0, ""

    def search(self, record: sqlite3.Connection, query: Query, of: str) -> "OpenSearchSearch":
        """A query on what the sink has brought so far."""
        self._admit()
        return OpenSearchSearch(self, record, query, of, behind=self._behind(record))

    def check(self) -> None:
        """Raise `SearchAway` where a search would not be answered; not while the sink is still being filled."""
        kept = self._kept()
        if kept is not None and kept.settled and kept.place.change:
            self._admit()
            self.ask([{"size": 0, "track_total_hits": False}], "check", CHECK_S)

    def ask(self, bodies: Sequence[Body], preference: str, timeout_s: float = TIMEOUT_S) -> Sequence[Body]:
        """Several questions in one go, each of all shards; a question that one of them cannot answer is none."""
        head = {
            "index": self._alias,
            "preference": preference,  # of several copies of a shard the same: page by page one order
            "search_type": "dfs_query_then_fetch",  # a word weighs the same in each month
            "allow_partial_search_results": False,
        }
        lines = in_lines(part for body in bodies for part in (head, body))
        told = self._asked(lines, timeout_s)
        answers = told.get("responses") if isinstance(told, dict) else None
        if not isinstance(answers, list) or len(answers) != len(bodies):
            raise SearchAway(f"{self._place} answered no search: {str(told)[:LONGEST_REASON]}")
        for answer in answers:
            if "error" in answer:
                reason = str(answer["error"])[:LONGEST_REASON]
                raise SearchAway(f"{self._place} answered {answer.get('status')} {reason}")
        return answers

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _behind(self, record: sqlite3.Connection) -> int:
        kept = self._kept()
        if kept is None or kept.generation != GENERATION or not kept.settled:
            raise SearchAway(f"{self._place} is still being filled: `copydesk sinks list` tells how far it is")
        return count_behind(record, kept.place) + kept.waiting

    def _kept(self) -> Kept | None:
        try:
            return read_kept(self._outbox)
        except CopydeskError as error:
            raise SearchAway(str(error)) from error

    def _admit(self) -> None:
        """Let one ask whether it is back, after a rest; the others are told at once."""
        with self._turn:
            if not self._away:
                return
            now = self._clock()
            if now < self._rests_until:
                raise SearchAway(self._away, retry_after=REST_S)
            self._rests_until = now + REST_S

    def _asked(self, lines: bytes, timeout_s: float) -> Any:
        params = {"request_timeout": timeout_s}
        try:
            answer = self._client.transport.perform_request("POST", SEARCHES, headers=NDJSON, params=params, body=lines)
        except FAILURES as error:
            reason = reason_of(error, self._place)
            if is_away(error):
                self._note(reason)
            raise SearchAway(reason, retry_after=REST_S) from error
        self._note("")
        return answer

    def _note(self, away: str) -> None:
        """Keep why nobody answers, empty where somebody does; a change is told."""
        with self._turn:
            before, self._away = self._away, away
            self._rests_until = self._clock() + REST_S if away else 0.0
        if away and not before:
            log.warning("search_engine_gone", engine=self.name, error=away)
        elif before and not away:
            log.info("search_engine_returned", engine=self.name)


class OpenSearchSearch:
    """One query on the months of a sink: a `Search`."""

    def __init__(
        self, engine: OpenSearchEngine, record: sqlite3.Connection, query: Query, of: str, *, behind: int
    ) -> None:
        self.behind = behind
        self._engine = engine
        self._record = record
        self._query = query
        self._asker = Asker(query, of)
        self._preference = f"{zlib.crc32(repr((query, of)).encode(errors='replace')):08x}"

    def rank(self, needed: int) -> Ranked:
        """The best `needed`: as typed, else regardless of marks, else with some of the words."""
        if not self._query.needs:
            narrowed = self._asker.narrowed()
            (answer,) = self._ask(_page(narrowed, needed, _BY_DATE))
            return self._ranked("exact", answer, narrowed)
        if not self._query.plain_typed:
            (answer,) = self._ask(_page(self._asker.all_words("exact"), needed))
            if _total(answer):
                return self._ranked("exact", answer, self._asker.bare("exact"))
        answer, as_typed = self._ask(_page(self._asker.all_words("plain"), needed), _any(self._asker.bare("exact")))
        if _total(answer):
            is_typed = self._query.plain_typed and bool(_total(as_typed))
            return self._ranked("exact" if is_typed else "folded", answer, self._asker.bare("plain"))
        some = self._asker.some_words()
        if some is None:
            return Ranked(matched="none", rows=(), total=0)
        (answer,) = self._ask(_page(some, needed))
        return self._ranked("none", answer, some)

    def facets(self, ranked: Ranked, names: Sequence[str]) -> dict[str, dict[str, int]]:
        """How many of all that was found have which source, language and so on."""
        asked = [name for name in names if name in FACETS]
        if not asked or not ranked.total:
            return {name: {} for name in asked}
        (answer,) = self._ask({"size": 0, "query": ranked.ask, "aggs": {name: _facet(name) for name in asked}})
        return {name: counts_of(name, answer["aggregations"][name]["buckets"]) for name in asked}

    def together(self, *words: str) -> list[int]:
        """A few articles with plain words in a row."""
        return self._few(self._asker.together(words))

    def alike(self, word: str, distance: int) -> list[int]:
        """A few articles with a word that is spelled alike."""
        return self._few(self._asker.like(word, distance))

    def _few(self, ask: Ask) -> list[int]:
        (answer,) = self._ask(_page(ask, LOOKED_AT))
        return [n for n, _ in self._rows(answer)]

    def _ask(self, *bodies: Body) -> Sequence[Body]:
        return self._engine.ask(bodies, self._preference)

    def _ranked(self, matched: Matched, answer: Body, ask: Ask) -> Ranked:
        return Ranked(matched=matched, rows=self._rows(answer), total=_total(answer), ask=ask)

    def _rows(self, answer: Body) -> tuple[tuple[int, float], ...]:
        """The rows of what was found, by the ids: a document may be of a record that was made anew since."""
        scores = {hit["_id"]: float(hit["_score"] or 0.0) for hit in answer["hits"]["hits"]}
        rows = dict(self._record.execute(_ROWS, (msgspec.json.encode([*scores]).decode(),)).fetchall())
        return tuple((rows[name], score) for name, score in scores.items() if name in rows)


def _page(ask: Ask, size: int, order: Sequence[Body] = _BY_SCORE) -> Body:
    return {"size": max(1, size), "query": ask, "sort": order, "_source": False, "track_total_hits": MOST_HITS}


def _any(ask: Ask) -> Body:
    return {"size": 0, "query": ask, "terminate_after": 1, "track_total_hits": 1}


def _total(answer: Body) -> int:
    return min(MOST_HITS, int(answer["hits"]["total"]["value"]))


def _facet(name: str) -> Body:
    return {"terms": {**asked_as(name), "field": _FACET_FIELDS.get(name, name), "shard_size": 500}}
