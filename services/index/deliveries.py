"""What the index and each sink did with an article, and when: a row for each decision, as it was written down then."""

from collections.abc import Sequence

import msgspec

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


def read_deliveries(index: Index, article: str) -> Sequence[Delivery]:
    """The newest first. The embedded index writes its own down as it decides; who keeps other sinks adds their rows."""
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
