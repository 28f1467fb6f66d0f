"""Which articles a query finds, the best first, and how many: asked step by step, so that no more is ranked than shown.

Articles with the words in a row in the headline come first, then those with them in a row anywhere, then those that
have them all. Each kind is only ranked where the kind before it has not filled the page.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from services.index.engine import (
    FACET_DAYS,
    FACET_VALUES,
    FACETS,
    LOOKED_AT,
    MOST_HITS,
    STEP_UP,
    Matched,
    Ranked,
    Words,
)
from services.index.fulltext.asking import Ask, Asker
from services.index.fulltext.reader import View
from services.index.query import Query, day_of

FEW = 500  # so many articles can be ranked by each pair of neighbours, too


class Ranker:
    """Ranks one query on one view: a `Search` of the word index, which follows the record in the step that indexes."""

    behind = 0

    def __init__(self, view: View, query: Query, *, of: str, newest_row: int) -> None:
        self._view = view
        self._query = query
        self._newest_row = newest_row
        self._asker = Asker(view.schema, query, of)

    def rank(self, needed: int) -> Ranked:
        """The best `needed`: as typed, else regardless of marks, else with some of the words."""
        if not self._query.needs:
            return self._by_date(needed)
        if not self._query.plain_typed:
            ranked = self._rank("exact", needed, "exact")
            if ranked.rows:
                return ranked
        ranked = self._rank("plain", needed, "folded")
        if ranked.rows:
            as_typed = self._query.plain_typed and self._is_any(self._asker.bare("exact"))
            return msgspec.structs.replace(ranked, matched="exact") if as_typed else ranked
        some = self._asker.some_words()
        if some is None:
            return Ranked(matched="none", rows=(), total=0)
        rows = self._best(some, needed, 0.0)
        return Ranked(matched="none", rows=rows, total=self._total(some, len(rows), needed), ask=some)

    def facets(self, ranked: Ranked, names: Sequence[str]) -> dict[str, dict[str, int]]:
        """How many of all that was found have which source, language and so on, the most first; the last days first."""
        asked = [name for name in names if name in FACETS]
        if not asked or ranked.ask is None:
            return {name: {} for name in asked}
        wanted: dict[str, Any] = {name: {"terms": {"field": name, "size": FACET_VALUES}} for name in asked}
        if "day" in wanted:
            wanted["day"]["terms"] |= {"order": {"_key": "desc"}, "size": FACET_DAYS}
        answer = self._view.searcher.aggregate(ranked.ask, wanted)
        return {name: _counts(name, answer[name]["buckets"]) for name in asked}

    def together(self, *words: str) -> list[int]:
        """A few articles with plain words in a row."""
        return self._few(self._asker.together(*words))

    def alike(self, word: str, distance: int) -> list[int]:
        """A few articles with a word that is spelled alike."""
        return self._few(self._asker.like(word, distance))

    def _few(self, ask: Ask) -> list[int]:
        hits = self._view.searcher.search(ask, LOOKED_AT, count=False).hits
        rows = self._view.searcher.fast_field_values("n", [address for _, address in hits])
        return [int(n) for n in rows if n is not None]

    def _rank(self, words: Words, needed: int, matched: Matched) -> Ranked:
        rows: dict[int, float] = {}
        bare = self._asker.bare(words)
        kinds = (self._asker.in_a_row(words, "headline"), self._asker.in_a_row(words, ""))
        for step, ask in zip((2, 1), kinds, strict=True):
            if ask is not None and len(rows) < needed:
                self._add(rows, ask, needed, step * STEP_UP)
        looked = needed
        if len(rows) < needed:
            if any(part.quoted for part in self._query.words):
                looked = MOST_HITS  # phrases are looked up in each article all the same: they are counted with it
            total = self._count(bare, FEW + 1) if len(self._query.row) > 2 else FEW + 1
            everything = self._asker.closer(words) if total <= FEW else self._asker.all_words(words)
            self._add(rows, everything, max(looked, needed), 0.0)
        found = tuple(rows.items())[:needed]
        return Ranked(matched=matched, rows=found, total=self._total(bare, len(rows), looked), ask=bare)

    def _add(self, rows: dict[int, float], ask: Ask, needed: int, above: float) -> None:
        for n, score in self._best(ask, needed + len(rows), above):
            rows.setdefault(n, score)

    def _best(self, ask: Ask, limit: int, above: float, order: str | None = None) -> tuple[tuple[int, float], ...]:
        """The best rows of one kind. Of equal ones the newest come first, on every page: so all of them are fetched."""
        limit = max(2, limit)
        hits = self._view.searcher.search(ask, limit, count=False, order_by_field=order).hits
        if len(hits) == limit and hits[-1][0] == hits[-2][0]:
            hits = self._view.searcher.search(ask, max(MOST_HITS, limit), count=False, order_by_field=order).hits
        rows = self._view.searcher.fast_field_values("n", [address for _, address in hits])
        found = [(int(n), above + score) for n, (score, _) in zip(rows, hits, strict=True) if n is not None]
        return tuple(sorted(found, key=_by_score))

    def _by_date(self, needed: int) -> Ranked:
        ask = self._asker.narrowed()
        found = self._best(ask, needed, 0.0, order="published")[:needed]
        rows = tuple((n, 0.0) for n, _ in found)
        return Ranked(matched="exact", rows=rows, total=self._total(ask, len(found), needed), ask=ask)

    def _total(self, ask: Ask, found: int, needed: int) -> int:
        counts = found if found < needed or found >= MOST_HITS else max(found, self._count(ask, MOST_HITS))
        return min(MOST_HITS, counts)

    def _count(self, ask: Ask, most: int) -> int:
        """How many there are, as far as that matters: first among the newest, which are enough for a common word."""
        newest = self._counted(self._asker.newest(ask, self._newest_row))
        return newest if newest >= most else self._counted(ask)

    def _counted(self, ask: Ask) -> int:
        answer = self._view.searcher.aggregate(ask, {"rows": {"value_count": {"field": "n"}}})
        return int(answer["rows"]["value"])

    def _is_any(self, ask: Ask) -> bool:
        newest = self._asker.newest(ask, self._newest_row)
        return any(self._view.searcher.search(one, 1, count=False).hits for one in (newest, ask))


def _by_score(row: tuple[int, float]) -> tuple[float, int]:
    n, score = row
    return -score, -n


def _counts(name: str, buckets: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    if name == "day":
        return {day_of(int(bucket["key"])).isoformat(): int(bucket["doc_count"]) for bucket in buckets}
    return {str(bucket["key"]): int(bucket["doc_count"]) for bucket in buckets}
