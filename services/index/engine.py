"""What every engine of the search promises: which articles have the words. This file knows none of them.

An engine tells rows of the record, the best first; what a hit shows is read from the record. So what the record has
withdrawn is never shown, however far behind an engine is, and all of them cut and mark passages alike.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec

from services.index.query import Query
from shared.errors import TransientError

if TYPE_CHECKING:
    import sqlite3

Matched = Literal["exact", "folded", "none", "name"]
Words = Literal["exact", "plain"]
FACETS = ("source", "language", "day", "author", "kind")
MOST_HITS = 1000  # how far a search counts and pages; nobody reads further, and a common word is in everything
HEADLINE, PAIR, AS_TYPED = 2.0, 4.0, 0.5
"""What counts beside a word: that it stands in the headline, two words in a row, a word without marks where none were
typed."""
STEP_UP = 1000.0
"""By which the score of a kind (words in a row in the headline, words in a row) is above that of the next."""
MOST_PAIRS = 7
LOOKED_AT = 12  # articles in which words that are spelled alike are looked for


class SearchAway(TransientError):
    """No engine can answer a search for now; articles by name, lists and changes are there all the same."""


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """The best rows with their scores, how many there are (up to MOST_HITS), how they match, and what found them."""

    matched: Matched
    rows: tuple[tuple[int, float], ...]
    total: int
    ask: Any = None


class Search(Protocol):
    """One query of one reader, on one state of an engine. Only articles that the query is narrowed to (days, a
    publisher's own …) are looked at, whatever is asked: nobody learns a word of another publisher's.

    `behind` is how many changes of the record are not in yet, as far as the engine does not follow in the same step.
    """

    behind: int

    def rank(self, needed: int) -> Ranked:
        """The best `needed`: as typed, else regardless of marks, else with some of the words. Words in a row in the
        headline come first, then words in a row, then all the words; of equals the newest row."""
        ...

    def facets(self, ranked: Ranked, names: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """How many of all that was found have which source, language and so on, the most first; the last days first."""
        ...

    def together(self, *words: str) -> Sequence[int]:
        """A few articles with plain words in a row."""
        ...

    def alike(self, word: str, distance: int) -> Sequence[int]:
        """A few articles with a word that differs from a plain one by so many letters at most."""
        ...


class SearchEngine(Protocol):
    """Answers searches, from any thread. `name` tells its cursors from those of another."""

    name: str

    def search(self, record: "sqlite3.Connection", query: Query, of: str) -> Search:
        """A query on what the engine knows now; with `of`, only what this publisher has pushed.

        Raises `SearchAway`, as all that is asked of the search does, where it cannot answer.
        """
        ...

    def check(self) -> None:
        """Raise `SearchAway` where a search would not be answered now, as somebody who watches the desk asks."""
        ...

    def close(self) -> None:
        """Let go of what is held; a later search takes it anew."""
        ...
