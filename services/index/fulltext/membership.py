"""Which articles a query means, whatever their rank: for lists in the order of time.

A search takes the words as typed, and where no article has them so, regardless of marks. A list that is read again and
again must not lose all it had when the first article comes that is spelled as typed: here the query alone decides.
"""

from collections.abc import Sequence

import tantivy

from services.index.fulltext.asking import MUST, Ask, Asker
from services.index.fulltext.reader import View
from services.index.query import Query


class Members:
    """The articles of one query on one view: as typed where a mark was typed, else regardless of marks.

    With `of`, those of this publisher.
    """

    def __init__(self, view: View, query: Query, of: str = "") -> None:
        self._view = view
        self._ask = Asker(view.schema, query, of).bare("plain" if query.plain_typed else "exact")

    def few(self, most: int) -> frozenset[int] | None:
        """The rows of all of them; None where there are more than `most`."""
        found = self._rows(self._ask, most + 1)
        return found if len(found) <= most else None

    def among(self, rows: Sequence[int]) -> frozenset[int]:
        """Those of some rows that are of them."""
        if not rows:
            return frozenset()
        these = tantivy.Query.term_set_query(self._view.schema, "n", list(rows))
        both = tantivy.Query.boolean_query([(MUST, self._ask), (MUST, tantivy.Query.const_score_query(these, 0.0))])
        return self._rows(both, len(rows) + 1)

    def _rows(self, ask: Ask, limit: int) -> frozenset[int]:
        hits = self._view.searcher.search(ask, limit, count=False).hits
        found = self._view.searcher.fast_field_values("n", [address for _, address in hits])
        return frozenset(int(n) for n in found if n is not None)
