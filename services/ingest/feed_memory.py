"""What is remembered of a feed's entries between visits, and what an entry of the next document is to it.

An edit of words is news. What changes by itself at each visit is not: pixels, counters, dates of the visit, spellings.
"""

from collections.abc import Sequence, Set
from typing import Literal

import msgspec
from msgspec.structs import replace

from services.ingest.entry_identity import Facts, Verdict
from services.ingest.entry_words import EntryWords

VERSION = 1
REMEMBERED = 100  # entries that a document shows no more; a cache may show them again
FORMER = 4  # marks of an entry's earlier words
RETURNS = 3  # how often an entry may go back to earlier words before that is taken for two caches

# What an entry is to what is remembered: `counted` differs in the numbers of short lines alone, `dated` in its date,
# `moved` in its address, `returned` to words it had before.
Change = Literal["same", "new", "edited", "moved", "returned", "quiet", "counted", "dated"]
TAKEN: frozenset[Change] = frozenset(("new", "edited", "moved", "returned"))


class Row(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What is remembered of an entry: `fragment` of its markup, `mark` of all it says, `name` of its addresses (empty
    without any), `words` and `calm` of its words, and what the rules over the whole document need.

    `moved` says that it has had another address with the same words, `former` are marks of what it said before, and
    `returns` counts how often it said one of these again. `short` says that its text is only a beginning.
    """

    fragment: bytes
    mark: bytes
    name: bytes
    words: bytes
    calm: bytes
    facts: Facts
    verdict: Verdict
    moved: bool = False
    former: tuple[bytes, ...] = ()
    returns: int = 0
    short: bool = False


class Memory(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What is remembered of a feed's last document; `gone` are entries of earlier ones, the latest first.

    `context` is of what surrounds the entries and counts for how each is read; `restless` is how many visits in a row
    found most entries edited.
    """

    version: int = VERSION
    context: bytes = b""
    rows: tuple[Row, ...] = ()
    gone: tuple[Row, ...] = ()
    restless: int = 0


def pack(memory: Memory) -> bytes:
    """A memory as it is kept between visits."""
    return msgspec.msgpack.encode(memory)


def unpack(packed: bytes) -> Memory:
    """A memory as it was kept; an empty one for that of another release, which costs one full look."""
    try:
        memory = msgspec.msgpack.decode(packed, type=Memory) if packed else Memory()
    except msgspec.DecodeError:
        return Memory()
    return memory if memory.version == VERSION else Memory()


class Past:
    """The entries that are remembered, by what finds each again."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.is_empty = not (memory.rows or memory.gone)
        rows = (*memory.gone[::-1], *memory.rows[::-1])  # of two that share a name, the first of the last document
        self._by_mark = {row.mark: row for row in rows}
        self._by_facts = {row.facts: row for row in rows}  # one that was the twin of another has a mark of that one's
        self._by_name = {row.name: row for row in rows if row.name}
        self._by_link = {row.facts.link: row for row in rows if row.verdict.own_link}
        self._by_guid = {row.facts.guid: row for row in rows if row.verdict.own_guid}
        self._by_words = {_said(row): row for row in rows if row.facts.said}

    def words_of(self, mark: bytes) -> EntryWords | None:
        """The words of an entry that says exactly what one said."""
        row = self._by_mark.get(mark)
        return None if row is None else EntryWords(words=row.words, calm=row.calm)

    def has_name(self, name: bytes) -> bool:
        """Has the feed called an entry by these addresses before?"""
        return name in self._by_name

    def find(self, row: Row) -> Row | None:
        """What is remembered of an entry, by its addresses, else by its words."""
        return (
            self._by_mark.get(row.mark)
            or self._by_facts.get(row.facts)
            or (self._by_name.get(row.name) if row.name else None)
            or (self._by_link.get(row.facts.link) if row.verdict.own_link else None)
            or (self._by_guid.get(row.facts.guid) if row.verdict.own_guid else None)
            or (self._by_words.get(_said(row)) if row.facts.said else None)
        )

    def with_guid(self, guid: bytes) -> Row | None:
        """The entry that is known by a GUID of its own, and was not taken back."""
        row = self._by_guid.get(guid)
        return row if row is not None and row.mark else None

    def gone(self, rows: Sequence[Row], taken_back: Set[Row] = frozenset()) -> tuple[Row, ...]:
        """What to remember of entries that a document with these shows no more, and of those that it takes back:
        whatever these say next is news."""
        shown = {row.mark for row in rows} | {row.name for row in rows if row.name}
        rest = [
            replace(row, fragment=b"", mark=b"", words=b"", calm=b"") if row in taken_back else row
            for row in (*self._memory.rows, *self._memory.gone)
            if not {row.mark, row.name} & shown
        ]
        return tuple(rest[: max(REMEMBERED, len(rows), len(self._memory.rows))])


def change_of(row: Row, before: Row | None) -> Change:
    """What an entry is to what was remembered of it."""
    if before is None:
        return "new"
    if before.mark == row.mark:
        return "same"
    if before.words != row.words:
        return _edit(row, before)
    if row.verdict.own_link and before.facts.link != row.facts.link and not before.moved:  # once: it may be a token
        return "moved"
    return "quiet" if before.facts.head == row.facts.head else "dated"


def follow(row: Row, before: Row) -> Row:
    """What to remember of an entry, with what is still to be known of its earlier states."""
    if before.mark == row.mark:
        return replace(row, moved=before.moved, former=before.former, returns=before.returns)
    return replace(
        row,
        moved=before.moved or before.facts.link != row.facts.link,
        former=(before.mark, *before.former)[:FORMER],
        returns=before.returns + (row.mark in before.former),
    )


def judge_by_most(changes: Sequence[Change], unread: int, are_now: Sequence[bool]) -> list[Change]:
    """What changes in one entry alone may be a correction; what changes by itself does so in most, or is a date that
    is the time of the visit. `unread` known entries are as they were."""
    known = unread + sum(change != "new" for change in changes)
    counted, dated = changes.count("counted"), changes.count("dated")
    counts = counted >= 3 and 2 * counted >= known
    dates = dated >= 2 and 3 * dated >= 2 * known
    return [
        "edited" if (change == "counted" and not counts) or (change == "dated" and not (dates or is_now)) else change
        for change, is_now in zip(changes, are_now, strict=True)
    ]


def is_restless(changes: Sequence[Change], unread: int) -> bool:
    """Were most of the known entries edited since the last visit? Once a site may do so, but not each time."""
    edited = changes.count("edited")
    return edited >= 3 and 2 * edited >= unread + sum(change != "new" for change in changes)


def _edit(row: Row, before: Row) -> Change:
    if before.calm == row.calm:
        return "counted"
    if row.mark not in before.former:
        return "edited"
    return "returned" if before.returns < RETURNS else "quiet"


def _said(row: Row) -> tuple[bytes, bytes]:
    return row.facts.head, row.words
