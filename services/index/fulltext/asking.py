"""A query that was read, as questions to the word index.

All words are looked for in the plain set; what is asked as typed needs the marks of each as well, which alone weigh
nothing. Words that were typed side by side and stand so in an article come first, those in a headline before the rest:
such articles are asked for by themselves, so that the others need not be ranked where there are enough.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

import tantivy

from services.index.engine import AS_TYPED, HEADLINE, MOST_PAIRS, PAIR, Words
from services.index.fulltext.fields import BATCH, PLACE
from services.index.fulltext.marks import Mark, mark_asked
from services.index.query import FIRST_DAY, LAST_DAY, NAMES, UNWORDED, Part, Query, least_of
from services.index.searchable import NAMED

Ask = tantivy.Query
Clause = tuple[tantivy.Occur, Ask]

MUST, SHOULD, NOT = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot
_UNCOUNTED = 0.0


class Asker:
    """Makes questions of one query for one publisher's articles, or all."""

    def __init__(self, schema: tantivy.Schema, query: Query, of: str = "") -> None:
        self._schema = schema
        self._query = query
        self._narrowed = tuple(self._narrow(of))

    def all_words(self, words: Words) -> Ask:
        """Every word; ranked by them and by those in the headline."""
        return self._ask([*self._wants(words, self._query.needs), *self._weigh(words)])

    def bare(self, words: Words) -> Ask:
        """The same, to be counted or only looked for."""
        return self._ask([*self._wants(words, self._query.needs)])

    def lone_word(self, words: Words) -> Ask | None:
        """One word that is asked for alone, whatever must not be beside it: so the engine ranks it without looking at
        each article that has it. None where anything else is asked."""
        part = self._query.needs[0][0]
        is_lone = (len(self._query.needs), len(self._query.needs[0])) == (1, 1) and not (part.field or part.goes_on)
        beside = [*self._narrowed, *self._marks(words, [part], "")]
        if not is_lone or len(part.plain) > 1 or any(occur != NOT for occur, _ in beside):
            return None
        return tantivy.Query.boolean_query([(SHOULD, self._term("plain", part.plain[0])), *self._weigh(words)])

    def left_out(self, words: Words, rows: Sequence[int]) -> Iterator[Ask]:
        """Those of some rows with what must not be beside a lone word, each by itself: of several in one question the
        engine gathers all that have them."""
        for _, unwanted in (*self._narrowed, *self._marks(words, self._query.needs[0], "")):
            yield tantivy.Query.boolean_query([(MUST, self._among(rows)), (MUST, unwanted)])

    def pairs(self, words: Words, rows: Sequence[int]) -> Ask:
        """Some rows by how many words stand side by side in them as they were typed."""
        pairs = dict.fromkeys(pairwise(self._query.row))
        columns = ("headline",) if len(pairs) > MOST_PAIRS else ("", "headline")
        close = [self._in_a_row(words, pair, column) for pair in pairs for column in columns]
        return self._ask([(MUST, self._among(rows)), *((SHOULD, _boost(pair, PAIR)) for pair in close)])

    def in_a_row(self, words: Words, column: str) -> Ask | None:
        """Every word, and those that were typed side by side stand so in a column, or anywhere where it is empty; None
        where that cannot be asked, as there is only one."""
        row = self._query.row or (self._query.lone_phrase if column else ())
        if not row:
            return None
        # That each word is there follows from the row: looked for by itself, it only counts.
        others = [group for group in self._query.needs if len(group) > 1 or group[0] not in row]
        counted = [(SHOULD, self._words(part, "")) for part in dict.fromkeys(row)]
        needs = [*self._wants(words, others), *self._marks(words, row, ""), (MUST, self._in_a_row(words, row, column))]
        return self._ask([*needs, *counted, *self._weigh(words)])

    def most(self, doc_freq: Callable[[str, str], int]) -> int:
        """More articles than that cannot have every word: as many as have the rarest, as `doc_freq` of a field says."""
        singles = [group[0] for group in self._query.needs if len(group) == 1 and group[0].field not in UNWORDED]
        rarest = (
            doc_freq(_field("plain", part.field), word) for part in singles for word in part.plain[part.goes_on :]
        )
        return min(rarest, default=sys.maxsize)

    def is_of_words(self) -> bool:
        """Whether words alone are asked for: no phrase, day, source or publisher, which few articles may have of all
        that have the words."""
        parts = [part for group in self._query.needs for part in group]
        return all(len(part.plain) == 1 and not part.field for part in parts) and all(
            occur == NOT for occur, _ in self._narrowed
        )

    def some_words(self) -> Ask | None:
        """One of several words at least, regardless of marks; None where there is only one."""
        parts = self._query.words
        quoted = [part for part in parts if part.quoted]
        single = dict.fromkeys(word for part in parts if not part.quoted for word in part.plain)
        if len(quoted) + len(single) < 2:
            return None
        asked = [(SHOULD, self._words(part, "")) for part in quoted]
        asked += [(SHOULD, self._term("plain", word)) for word in single]
        asked += [(SHOULD, _boost(self._term("plain_headline", word), HEADLINE)) for word in single]
        some = tantivy.Query.boolean_query(asked, minimum_number_should_match=least_of(len(single), parts))
        fields = [group for group in self._query.needs if any(part.field for part in group)]
        return self._ask([(MUST, some), *self._wants("plain", fields)])

    def narrowed(self) -> Ask:
        """All articles of the days, the publisher and so on."""
        return self._ask([])

    def newest(self, ask: Ask, n: int) -> Ask:
        """The same among the newest articles only: those of the last two batches before a row."""
        batches = [tantivy.Query.term_query(self._schema, "batch", max(0, n // BATCH - back)) for back in (0, 1)]
        return tantivy.Query.boolean_query(
            [(MUST, ask), (MUST, tantivy.Query.boolean_query([(SHOULD, batch) for batch in batches]))]
        )

    def like(self, word: str, distance: int) -> Ask:
        """Articles with a word that is spelled alike."""
        alike = tantivy.Query.fuzzy_term_query(self._schema, "plain", word, distance, transposition_cost_one=True)
        return self._ask([(MUST, alike)])

    def together(self, *words: str) -> Ask:
        """Articles with words in a row, regardless of marks."""
        return self._ask([(MUST, self._phrase("plain", words))])

    def _ask(self, clauses: Sequence[Clause]) -> Ask:
        every = [*clauses, *self._narrowed]
        if all(occur == NOT for occur, _ in every):
            every += [(MUST, _uncounted(tantivy.Query.all_query())), (NOT, self._term(PLACE, PLACE))]
        if not any(occur == MUST for occur, _ in every):
            return tantivy.Query.boolean_query(every)
        # One around the other, each is only looked up where all that must be is; side by side, all they match would be
        # gathered first, and phrases of two common words match much.
        ask = tantivy.Query.boolean_query([clause for clause in every if clause[0] != SHOULD])
        for occur, wish in every:
            if occur == SHOULD:
                ask = tantivy.Query.boolean_query([(MUST, ask), (SHOULD, wish)])
        return ask

    def _among(self, rows: Sequence[int]) -> Ask:
        """One question a row: the engine's own for a set of terms looks through all there are."""
        terms = [(SHOULD, tantivy.Query.term_query(self._schema, "n", n)) for n in rows]
        return _uncounted(tantivy.Query.boolean_query(terms))

    def _narrow(self, of: str) -> Iterator[Clause]:
        if of:
            yield MUST, _uncounted(self._term("publisher", of))
        if (self._query.since, self._query.before) != (FIRST_DAY, LAST_DAY):
            days = tantivy.Query.range_query(
                self._schema,
                "day",
                tantivy.FieldType.Integer,
                self._query.since,
                self._query.before,
                include_upper=False,
                use_inverted_index=True,  # else the day of every article is looked at
            )
            yield MUST, _uncounted(days)
        for part in self._query.bans:
            words: Words = "plain" if part.exact == part.plain else "exact"
            yield NOT, self._part(words, part)

    def _wants(self, words: Words, groups: Iterable[Sequence[Part]]) -> Iterator[Clause]:
        for group in groups:
            if len(group) == 1:
                yield from self._clauses(words, group[0])
            else:
                yield MUST, tantivy.Query.boolean_query([(SHOULD, self._part(words, part)) for part in group])

    def _weigh(self, words: Words) -> Iterator[Clause]:
        for word in dict.fromkeys(word for part in self._query.words for word in part.plain):
            yield SHOULD, _boost(self._term("plain_headline", word), HEADLINE)
        if words == "plain" and self._query.plain_typed and len(self._query.words) <= MOST_PAIRS:
            marks = dict.fromkeys(mark for part in self._query.words for mark in _marks(part))
            for mark in marks:
                if mark.is_wanted:
                    yield SHOULD, _boost(self._term("marks", mark.term), AS_TYPED)

    def _part(self, words: Words, part: Part) -> Ask:
        clauses = self._clauses(words, part)
        return clauses[0][1] if len(clauses) == 1 else tantivy.Query.boolean_query(clauses)

    def _clauses(self, words: Words, part: Part) -> list[Clause]:
        if part.field in NAMES:
            return [(MUST, self._name(part))]
        if part.field in ("source", "section"):
            field = "origin" if part.field == "source" else "section"
            return [(MUST, _uncounted(self._phrase(field, part.plain)))]
        has_no_mark = len(part.plain) > 1 and part.exact == part.plain  # a phrase then means all its forms
        marks = () if has_no_mark else self._marks(words, [part], part.field)
        return [(MUST, self._words(part, part.field)), *marks]

    def _name(self, part: Part) -> Ask:
        field = "tongue" if part.field == "language" else part.field
        return _uncounted(self._term(field, part.name))

    def _words(self, part: Part, column: str) -> Ask:
        """One word, or several in a row, regardless of marks."""
        field = _field("plain", column)
        if part.goes_on:
            return self._goes_on(field, part.plain)
        phrase = self._phrase(field, part.plain)
        return phrase if len(part.plain) == 1 else _boost(phrase, HEADLINE)

    def _marks(self, words: Words, parts: Iterable[Part], column: str) -> Iterator[Clause]:
        """What tells the words as typed from the same with other marks: in an article as a whole, or in one column."""
        if words == "exact":
            for mark in dict.fromkeys(mark for part in parts if not part.goes_on for mark in _marks(part)):
                yield (MUST if mark.is_wanted else NOT), _uncounted(self._term(_field("marks", column), mark.term))

    def _in_a_row(self, words: Words, row: Sequence[Part], column: str) -> Ask:
        phrase = self._phrase(_field("plain", column), [word for part in row for word in part.plain])
        marks = [*self._marks(words, row, column)] if column else []  # of a whole article they are asked beside it
        return tantivy.Query.boolean_query([(MUST, phrase), *marks]) if marks else phrase

    def _goes_on(self, field: str, plain: Sequence[str]) -> Ask:
        if len(plain) == 1:
            return tantivy.Query.regex_query(self._schema, field, f"{re.escape(plain[0])}.?")
        return tantivy.Query.phrase_prefix_query(self._schema, field, list(plain))

    def _phrase(self, field: str, plain: Sequence[str]) -> Ask:
        if len(plain) == 1:
            return self._term(field, plain[0])
        return tantivy.Query.phrase_query(self._schema, field, list(plain))

    def _term(self, field: str, word: str) -> Ask:
        return tantivy.Query.term_query(self._schema, field, word, index_option="freq")


def _field(words: str, column: str) -> str:
    return f"{words}_{column}" if column in NAMED else words


def _marks(part: Part) -> Iterator[Mark]:
    return map(mark_asked, part.exact)


def _boost(ask: Ask, by: float) -> Ask:
    return tantivy.Query.boost_query(ask, by)


def _uncounted(ask: Ask) -> Ask:
    return tantivy.Query.const_score_query(ask, _UNCOUNTED)
