"""A query that was read, as questions to the word index.

What is asked as typed needs each word in the exact set; regardless of marks, in the plain one. Words that were typed
side by side and stand so in an article come first, those in a headline before the rest: such articles are asked for by
themselves, so that the others need not be ranked where there are enough.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import tantivy

from services.index.engine import AS_TYPED, HEADLINE, MOST_PAIRS, PAIR, Words
from services.index.fulltext.fields import BATCH, PLACE
from services.index.query import FIRST_DAY, LAST_DAY, NAMES, Part, Query, has_unspaced
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
        return self._ask([*self._needs(words), *self._weigh(words)])

    def bare(self, words: Words) -> Ask:
        """The same, to be counted or only looked for."""
        return self._ask([(MUST, self._group(words, group)) for group in self._query.needs])

    def closer(self, words: Words) -> Ask:
        """Every word, and pairs of neighbours count: where there are few articles, each pair can be looked for; in the
        whole of them only for few words, as those who have all of many words are told apart by their headlines."""
        pairs = dict.fromkeys(pairwise(self._query.row))
        columns = ("headline",) if len(pairs) > MOST_PAIRS else ("", "headline")
        close = [self._row(words, pair, column) for pair in pairs for column in columns]
        return self._ask([*self._needs(words), *self._weigh(words), *((SHOULD, _boost(row, PAIR)) for row in close)])

    def in_a_row(self, words: Words, column: str) -> Ask | None:
        """Every word, and those that were typed side by side stand so in a column, or anywhere where it is empty; None
        where that cannot be asked, as there is only one."""
        row = self._query.row or self._only_phrase(column)
        if not row:
            return None
        return self._ask([*self._needs(words), (MUST, self._row(words, row, column)), *self._weigh(words)])

    def some_words(self) -> Ask | None:
        """One of several words at least, regardless of marks; None where there is only one."""
        parts = self._query.words
        quoted = [part for part in parts if part.quoted]
        single = dict.fromkeys(word for part in parts if not part.quoted for word in part.plain)
        if len(quoted) + len(single) < 2:
            return None
        asked = [(SHOULD, self._words("plain", part, "")) for part in quoted]
        asked += [(SHOULD, self._term("plain", word)) for word in single]
        asked += [(SHOULD, _boost(self._term("plain_headline", word), HEADLINE)) for word in single]
        least = (len(single) + 1) // 2 if any(map(has_unspaced, parts)) else 1
        some = tantivy.Query.boolean_query(asked, minimum_number_should_match=least)
        fields = [(MUST, self._group("plain", group)) for group in self._query.needs if any(p.field for p in group)]
        return self._ask([(MUST, some), *fields])

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
            )
            yield MUST, _uncounted(days)
        for part in self._query.bans:
            words: Words = "plain" if part.exact == part.plain else "exact"
            yield NOT, self._part(words, part)

    def _needs(self, words: Words) -> list[Clause]:
        groups = self._query.needs
        part = groups[0][0]
        if (len(groups), len(groups[0]), len(part.plain)) == (1, 1, 1) and not (part.field or self._narrowed):
            return [(SHOULD, self._part(words, part))]  # so it is ranked without looking at each that has it
        return [(MUST, self._group(words, group)) for group in groups]

    def _weigh(self, words: Words) -> Iterator[Clause]:
        for word in dict.fromkeys(word for part in self._query.words for word in getattr(part, words)):
            yield SHOULD, _boost(self._term(f"{words}_headline", word), HEADLINE)
        if words == "plain" and self._query.plain_typed and len(self._query.words) <= MOST_PAIRS:
            for word in dict.fromkeys(word for part in self._query.words for word in part.exact):
                yield SHOULD, _boost(self._term("exact", word), AS_TYPED)

    def _group(self, words: Words, group: Iterable[Part]) -> Ask:
        asked = [self._part(words, part) for part in group]
        return asked[0] if len(asked) == 1 else tantivy.Query.boolean_query([(SHOULD, ask) for ask in asked])

    def _part(self, words: Words, part: Part) -> Ask:
        if part.field in NAMES:
            return self._name(part)
        if part.field in ("source", "section"):
            return _uncounted(self._phrase("origin" if part.field == "source" else "section", part.plain))
        return self._words(words, part, part.field)

    def _name(self, part: Part) -> Ask:
        field = "tongue" if part.field == "language" else part.field
        text = part.text if part.field == "publisher" else part.text.lower()
        return _uncounted(self._term(field, text))

    def _words(self, words: Words, part: Part, column: str) -> Ask:
        """One word, or several in a row: where they stand is known of the plain set alone."""
        suffix = f"_{column}" if column in NAMED else ""
        singles = getattr(part, words)
        if part.goes_on:
            return self._goes_on(f"plain{suffix}", part.plain)
        if len(singles) == 1:
            return self._term(f"{words}{suffix}", singles[0])
        phrase = self._phrase(f"plain{suffix}", part.plain)
        if words == "plain" or part.exact == part.plain:
            return _boost(phrase, HEADLINE)
        as_typed = [(MUST, _boost(self._term(f"exact{suffix}", word), AS_TYPED)) for word in dict.fromkeys(singles)]
        return tantivy.Query.boolean_query([(MUST, _boost(phrase, HEADLINE)), *as_typed])

    def _row(self, words: Words, row: Sequence[Part], column: str) -> Ask:
        suffix = f"_{column}" if column else ""
        plain = [word for part in row for word in part.plain]
        phrase = self._phrase(f"plain{suffix}", plain)
        if words == "plain" or not column:
            return phrase  # the words as typed are asked for beside it
        typed = dict.fromkeys(word for part in row for word in part.exact)
        return tantivy.Query.boolean_query([(MUST, phrase), *((MUST, self._term(f"exact{suffix}", w)) for w in typed)])

    def _only_phrase(self, column: str) -> tuple[Part, ...]:
        """A quotation or a run that is asked for alone, in the headline."""
        parts = self._query.words
        is_one = len(parts) == 1 and len(parts[0].plain) > 1 and not parts[0].goes_on
        return parts if column and is_one else ()

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


def _boost(ask: Ask, by: float) -> Ask:
    return tantivy.Query.boost_query(ask, by)


def _uncounted(ask: Ask) -> Ask:
    return tantivy.Query.const_score_query(ask, _UNCOUNTED)
