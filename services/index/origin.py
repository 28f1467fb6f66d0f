"""Whose an article is when the desk spoke last: a withdrawal or a correction by a person leaves its source its own."""

import sqlite3

import msgspec

from services.index.packing import unpack
from shared.envelope import Source
from shared.identity import COMMAND_LINE


class _Told(msgspec.Struct, frozen=True):
    source: Source


_TOLD = msgspec.json.Decoder(_Told)


def is_desk(source: Source) -> bool:
    """Whether it is the desk's own: its command line, and the acts on its page."""
    return (source.kind, source.name) == ("push", COMMAND_LINE)


def origin_of(database: sqlite3.Connection, row_id: int, rev: int, source: Source) -> Source:
    """The source that told the article last before the desk did, up to a revision; the desk's where nobody else has."""
    if not is_desk(source):
        return source
    sql = "SELECT entry FROM revisions WHERE n = ? AND rev < ? ORDER BY rev DESC"
    told = (_TOLD.decode(unpack(blob)).source for (blob,) in database.execute(sql, (row_id, rev)))
    return next((one for one in told if not is_desk(one)), source)
