"""What the index and each sink did with an article, and when: a row for each decision, as it was written down then."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from services.index.outbox.outbox import SUFFIX, read_log
from services.index.search import Index

EMBEDDED = "sqlite"
MOST = 100


class Delivery(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One thing that a sink did: with which revision, what came of it, when (µs), for which receipt, and why not."""

    sink: str
    rev: int
    outcome: str
    at_us: int
    receipt: str = ""
    note: str = ""


def read_deliveries(index: Index, article: str, outboxes: Path) -> Sequence[Delivery]:
    """The newest first: what the embedded index decided, and what each sink's outbox in a folder has written down."""
    handed_on = [one for file in sorted(outboxes.glob(f"*{SUFFIX}")) for one in _handed_on(file, article)]
    return sorted((*_decided(index, article), *handed_on), key=lambda one: one.at_us, reverse=True)


def _handed_on(file: Path, article: str) -> Sequence[Delivery]:
    sink = file.name.removesuffix(SUFFIX)
    return [
        Delivery(sink=sink, rev=one.rev, outcome=one.ending, at_us=one.at_us, note=one.note)
        for one in read_log(file, article, MOST)
    ]


def _decided(index: Index, article: str) -> Sequence[Delivery]:
    with index.reading() as database:
        if database is None:
            return ()
        rows = database.execute(
            "SELECT rev, outcome, at_us, receipt FROM changes WHERE n = (SELECT n FROM articles WHERE id = ?) "
            "ORDER BY change DESC LIMIT ?",
            (article, MOST),
        ).fetchall()
    return tuple(
        Delivery(sink=EMBEDDED, rev=rev, outcome=outcome, at_us=at_us, receipt=receipt or "")
        for rev, outcome, at_us, receipt in rows
    )
