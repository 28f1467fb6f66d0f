"""Which articles a query finds, the best first, and how many: asked step by step, so that no more is ranked than shown.

Articles with the words in a row in the headline come first, then those with them in a row anywhere, then those that
have them all. Each kind is only ranked where the kind before it has not filled the page.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import tantivy

from services.index.engine import (
    FACETS,
    LOOKED_AT,
    MOST_HITS,
    STEP_UP,
    Matched,
    Ranked,
    Words,
)
from services.index.facets import asked_as, counts_of
from services.index.fulltext.asking import Ask, Asker
from services.index.fulltext.reader import View
from services.index.query import Query

WIDER = 2  # so many times as many articles with a word as are needed are looked at for what must not be
FEW = 500  # so many articles can be looked at one by one
LOOKED_AT_IN_PAIRS = 30
WORTH_A_LOOK = 8  # where so many times MOST_HITS have the rarest word, the newest alone are looked at first

Hits = Sequence[tuple[Any, tantivy.DocAddress]]


class Ranker:
    """Ranks one query on one view: a `Search` of the word index, which follows the record in the step that indexes.
    Only while all words are made anew it is behind, by the articles that still have none."""

    def __init__(self, view: View, query: Query, *, of: str, newest_row: int) -> None:
        self._view = view
        self._query = query
        self._newest_row = newest_row
        self.behind = 0 if view.filled is None else max(0, newest_row - view.filled)
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
        answer = self._view.searcher.aggregate(ranked.ask, {name: {"terms": asked_as(name)} for name in asked})
        return {name: counts_of(name, answer[name]["buckets"]) for name in asked}

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
        bare = self._asker.bare(words)
        rows: dict[int, float] = {}
        for step, column in ((2, "headline"), (1, "")):
            ask = self._asker.in_a_row(words, column)
            if ask is not None and len(rows) < needed:
                for n, score in self._best(ask, needed + len(rows), step * STEP_UP):
                    rows.setdefault(n, score)
        total = None if len(rows) >= needed else self._add_apart(rows, words, needed)
        if total is None:
            total = self._total(bare, len(rows), needed)
        return Ranked(matched=matched, rows=tuple(rows.items())[:needed], total=min(MOST_HITS, total), ask=bare)

    def _add_apart(self, rows: dict[int, float], words: Words, needed: int) -> int | None:
        """Add those that have the words anywhere; gives how many there are in all, where each had to be looked at."""
        lone = self._lone_word(words, needed)
        if lone is not None:
            rows |= dict(lone)
            return None
        everything = self._asker.all_words(words)
        limit = needed + len(rows) + LOOKED_AT_IN_PAIRS
        for ask in (
            (self._asker.newest(everything, self._newest_row), everything) if self._is_common() else (everything,)
        ):
            hits = self._view.searcher.search(ask, limit, count=True)
            total = int(hits.count)  # type: ignore[attr-defined]  # its description leaves it out
            if total >= MOST_HITS:  # of so many the newest are ranked alone: nobody could see the others
                break
        ranked = [row for row in self._best(ask, limit, 0.0, hits=hits.hits) if row[0] not in rows]
        if len(self._query.row) > 2 and total <= FEW:
            ranked = self._with_pairs(words, ranked)
        rows |= dict(ranked)
        return total

    def _with_pairs(self, words: Words, ranked: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
        """The best of some rows ranked anew, by the words that stand side by side in them, too."""
        best = dict(ranked[:LOOKED_AT_IN_PAIRS])
        if len(best) > 1:
            for n, score in self._best(self._asker.pairs(words, list(best)), len(best) + 1, 0.0):
                best[n] += score
        return [*sorted(best.items(), key=_by_score), *ranked[LOOKED_AT_IN_PAIRS:]]

    def _lone_word(self, words: Words, needed: int) -> Sequence[tuple[int, float]] | None:
        """The best rows with one word that is asked for alone. Those with what must not be are left out afterwards, so
        that not every article with the word is looked at; None where so many are that too few remain."""
        ask = self._asker.lone_word(words)
        if ask is None:
            return None
        limit = WIDER * needed
        ranked = self._best(ask, limit, 0.0)[:limit]  # of equal ones there may be many more
        unwanted = self._asker.left_out(words, [n for n, _ in ranked]) if ranked else ()
        others = {n for each in unwanted for n, _ in self._best(each, limit + 1, 0.0)}
        found = [(n, score) for n, score in ranked if n not in others]
        return found if len(found) >= needed or len(ranked) < limit else None

    def _best(
        self, ask: Ask, limit: int, above: float, *, order: str | None = None, hits: Hits | None = None
    ) -> tuple[tuple[int, float], ...]:
        """The best rows of one kind. Of equal ones the newest come first, on every page: so all of them are fetched."""
        limit = max(2, limit)
        search = self._view.searcher.search
        hits = search(ask, limit, count=False, order_by_field=order).hits if hits is None else hits
        if len(hits) == limit and hits[-1][0] == hits[-2][0]:
            hits = search(ask, max(MOST_HITS, limit), count=False, order_by_field=order).hits
        rows = self._view.searcher.fast_field_values("n", [address for _, address in hits])
        found = [(int(n), above + score) for n, (score, _) in zip(rows, hits, strict=True) if n is not None]
        return tuple(sorted(found, key=_by_score))

    def _by_date(self, needed: int) -> Ranked:
        ask = self._asker.narrowed()
        found = self._best(ask, needed, 0.0, order="published")[:needed]
        rows = tuple((n, 0.0) for n, _ in found)
        return Ranked(matched="exact", rows=rows, total=self._total(ask, len(found), needed), ask=ask)

    def _total(self, ask: Ask, found: int, needed: int) -> int:
        counts = found if found < needed or found >= MOST_HITS else max(found, self._count(ask))
        return min(MOST_HITS, counts)

    def _count(self, ask: Ask) -> int:
        """How many there are, as far as that matters: first among the newest, which are enough for a common word."""
        newest = self._counted(self._asker.newest(ask, self._newest_row)) if self._is_common() else 0
        return newest if newest >= MOST_HITS else self._counted(ask)

    def _is_common(self) -> bool:
        """Whether it is worth it to look at the newest articles first, as so many may have all of the words."""
        most = self._asker.most(self._view.searcher.doc_freq) if self._asker.is_of_words() else 0
        return most >= MOST_HITS * WORTH_A_LOOK

    def _counted(self, ask: Ask) -> int:
        answer = self._view.searcher.aggregate(ask, {"rows": {"value_count": {"field": "n"}}})
        return int(answer["rows"]["value"])

    def _is_any(self, ask: Ask) -> bool:
        newest = self._asker.newest(ask, self._newest_row)
        return any(self._view.searcher.search(one, 1, count=False).hits for one in (newest, ask))


def _by_score(row: tuple[int, float]) -> tuple[float, int]:
    n, score = row
    return -score, -n
