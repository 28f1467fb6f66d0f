"""Whose an article is when the desk spoke last: a withdrawal or a correction by a person leaves its source its own.

The origin is written down with each such word, so that it outlives the earlier ones, which a purge takes away.
"""

import sqlite3

import msgspec

from services.index.packing import unpack
from shared.envelope import Source, is_desk


class Head(msgspec.Struct, frozen=True):
    """What is read of a stored entry to say whose its article is."""

    source: Source
    origin: Source | None = None

    @property
    def came_from(self) -> Source:
        """The article's own source."""
        return self.origin or self.source


_HEAD = msgspec.json.Decoder(Head)
_TOLD_BEFORE = "SELECT entry FROM revisions WHERE n = ? AND rev < ? ORDER BY rev DESC"


def read_head(blob: bytes) -> Head:
    """The sources in a stored entry, without decoding its article."""
    return _HEAD.decode(unpack(blob))


def origin_before(database: sqlite3.Connection, row_id: int, rev: int) -> Source | None:
    """The source that told an article last before a revision of the desk's; None where nobody else has.

    For an index of a release that did not write it down.
    """
    told = (read_head(blob).came_from for (blob,) in database.execute(_TOLD_BEFORE, (row_id, rev)))
    return next((source for source in told if not is_desk(source)), None)
