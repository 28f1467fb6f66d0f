"""A query that was read, as questions in the query language of OpenSearch.

The same needs and weights as beside the record. What stands in a row is no question of its own here: it lifts an
article by a step within the one answer, as a question costs a way over the network.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import Any

from services.index.engine import AS_TYPED, HEADLINE, MOST_PAIRS, PAIR, STEP_UP, Words
from services.index.query import FIRST_DAY, LAST_DAY, NAMES, Part, Query, least_of
from services.index.searchable import NAMED

Ask = Mapping[str, Any]

MOST_WEIGHED = 64
"""So many words of a query are weighed beside what must be: the server takes 1,024 conditions in all."""
_NAMED_FIELDS = {"language": "tongues", "publisher": "publishers", "kind": "kind"}


class Asker:
    """Makes questions of one query for one publisher's articles, or all."""

    def __init__(self, query: Query, of: str = "") -> None:
        self._query = query
        self._filters = [*_narrowed(query, of)]
        self._bans = [self._part("plain" if part.exact == part.plain else "exact", part) for part in query.bans]

    def all_words(self, words: Words) -> Ask:
        """Every word; ranked by them, those in the headline, those that stand in a row, and pairs of neighbours."""
        wishes = [*self._weigh(words), *self._rows(words), *self._pairs(words)]
        return self._ask([self._group(words, group) for group in self._query.needs], wishes)

    def bare(self, words: Words) -> Ask:
        """The same, to be counted or only looked for."""
        return self._ask([self._group(words, group) for group in self._query.needs])

    def some_words(self) -> Ask | None:
        """One of several words at least, regardless of marks; None where there is only one."""
        parts = self._query.words
        quoted = [part for part in parts if part.quoted]
        single = [*dict.fromkeys(word for part in parts if not part.quoted for word in part.plain)][:MOST_WEIGHED]
        if len(quoted) + len(single) < 2:
            return None
        asked = [self._words("plain", part, "") for part in quoted]
        asked += [_match("plain.all", word) for word in single]
        asked += [_match("plain.headline", word, HEADLINE) for word in single]
        fields = [self._group("plain", group) for group in self._query.needs if any(part.field for part in group)]
        return self._ask([{"bool": {"should": asked, "minimum_should_match": least_of(len(single), parts)}}, *fields])

    def narrowed(self) -> Ask:
        """All articles of the days, the publisher and so on."""
        return self._ask([])

    def like(self, word: str, distance: int) -> Ask:
        """Articles with a word that is spelled alike."""
        return self._ask([{"fuzzy": {"plain.all": {"value": word, "fuzziness": distance, "transpositions": True}}}])

    def together(self, words: Sequence[str]) -> Ask:
        """Articles with words in a row, regardless of marks."""
        return self._ask([_phrase("plain.all", words)])

    def _ask(self, needs: Sequence[Ask], wishes: Sequence[Ask] = ()) -> Ask:
        every = {"must": needs, "should": wishes, "filter": self._filters, "must_not": self._bans}
        return {"bool": {occur: asked for occur, asked in every.items() if asked}}

    def _weigh(self, words: Words) -> Iterator[Ask]:
        typed = dict.fromkeys(word for part in self._query.words for word in getattr(part, words))
        for word in islice(typed, MOST_WEIGHED):
            yield _match(f"{words}.headline", word, HEADLINE)
        if words == "plain" and self._query.plain_typed and len(self._query.words) <= MOST_PAIRS:
            for word in islice(dict.fromkeys(word for part in self._query.words for word in part.exact), MOST_WEIGHED):
                yield _match("exact.all", word, AS_TYPED)

    def _rows(self, words: Words) -> Iterator[Ask]:
        """What lifts an article by a step, and by one more in the headline."""
        row = self._query.row
        if row:
            yield _lifted(self._row(words, row, "all"))
        if in_headline := row or self._query.lone_phrase:
            yield _lifted(self._row(words, in_headline, "headline"))

    def _pairs(self, words: Words) -> Iterator[Ask]:
        """Neighbours: in the whole of an article only for few words, as those who have all of many words are told
        apart by their headlines. Two words alone are the row."""
        pairs = dict.fromkeys(pairwise(self._query.row)) if len(self._query.row) > 2 else {}
        columns = ("headline",) if len(pairs) > MOST_PAIRS else ("all", "headline")
        for pair in pairs:
            for column in columns:
                yield {"bool": {"must": [self._row(words, pair, column)], "boost": PAIR}}

    def _group(self, words: Words, group: Iterable[Part]) -> Ask:
        asked = [self._part(words, part) for part in group]
        return asked[0] if len(asked) == 1 else {"bool": {"should": asked, "minimum_should_match": 1}}

    def _part(self, words: Words, part: Part) -> Ask:
        if part.field in NAMES:
            return _uncounted({"term": {_NAMED_FIELDS[part.field]: sound(part.name)}})
        if part.field in ("source", "section"):
            return _uncounted(_phrase(f"plain.{'origin' if part.field == 'source' else 'section'}", part.plain))
        return self._words(words, part, part.field)

    def _words(self, words: Words, part: Part, column: str) -> Ask:
        """One word, or several in a row: where they stand is known of the plain set alone."""
        name = column if column in NAMED else "all"
        singles = getattr(part, words)
        if part.goes_on:
            return _goes_on(f"plain.{name}", part.plain)
        if len(singles) == 1:
            return _match(f"{words}.{name}", singles[0])
        phrase = _phrase(f"plain.{name}", part.plain, HEADLINE)
        if words == "plain" or part.exact == part.plain:
            return phrase
        return {"bool": {"must": [phrase, *_each(f"exact.{name}", singles, AS_TYPED)]}}

    def _row(self, words: Words, row: Sequence[Part], column: str) -> Ask:
        phrase = _phrase(f"plain.{column}", [word for part in row for word in part.plain])
        if words == "plain" or column == "all":
            return phrase  # the words as typed are asked for beside it
        return {"bool": {"must": [phrase, *_each("exact.headline", [word for part in row for word in part.exact])]}}


def sound(text: str) -> str:
    """Text that can be sent: half of a pair of surrogates, which somebody may type, is no letter."""
    return text.encode(errors="replace").decode()


def _narrowed(query: Query, of: str) -> Iterator[Ask]:
    if of:
        yield {"term": {"publishers": sound(of)}}
    if (query.since, query.before) != (FIRST_DAY, LAST_DAY):
        yield {"range": {"day": {"gte": query.since, "lt": query.before}}}


def _each(field: str, words: Iterable[str], boost: float = 1.0) -> list[Ask]:
    return [_match(field, word, boost) for word in islice(dict.fromkeys(words), MOST_WEIGHED)]


def _match(field: str, word: str, boost: float = 1.0) -> Ask:
    """One word; one of more letters than the server keeps together is looked for piece by piece."""
    return {"match": {field: {"query": word, "operator": "and", "boost": boost}}}


def _phrase(field: str, words: Sequence[str], boost: float = 1.0) -> Ask:
    if len(words) == 1:
        return _match(field, words[0], boost)
    return {"match_phrase": {field: {"query": " ".join(words), "boost": boost}}}


def _goes_on(field: str, words: Sequence[str]) -> Ask:
    if len(words) == 1:
        return {"regexp": {field: {"value": re.sub(r"(\W)", r"\\\1", words[0]) + ".?"}}}
    return {"match_phrase_prefix": {field: {"query": " ".join(words)}}}


def _lifted(ask: Ask) -> Ask:
    return {"function_score": {"query": ask, "weight": STEP_UP, "boost_mode": "sum"}}


def _uncounted(ask: Ask) -> Ask:
    return {"constant_score": {"filter": ask, "boost": 0.0}}
