"""`copydesk list`: the articles by state, source and time, the newest first."""

from collections.abc import Iterator, Sequence

import msgspec

from services.cli.context import OK, WRONG, Context, show_json, warn
from services.cli.printing import ago, seconds, table
from services.cli.reach import reach_desk
from services.cli.workers import warn_of_unknown
from services.index.engines import open_index
from services.web.bodies import row_body
from services.web.held_headlines import with_headlines
from services.web.keys import open_keys
from services.web.listing import Listing, Row, list_articles
from services.web.names import Names
from services.web.wanted import read_wanted
from shared.clock import now_us
from shared.ledger.connection import connect_to_look
from shared.ledger.reader import LedgerReader


def list(context: Context) -> int:  # named as the command is
    """One row an article; with `--json` all that is known of each."""
    wanted, settings = read_wanted(_asked(context)), reach_desk(context)
    client = connect_to_look(settings)
    reader = LedgerReader(client)
    index = open_index(context.settings)
    names = Names(context.settings, index, reader, open_keys(context.settings))
    listing = list_articles(reader, index, wanted, names)
    listing = msgspec.structs.replace(listing, rows=with_headlines(reader, listing.rows))
    unknown = listing.unknown or (bool(wanted.worker) and warn_of_unknown(wanted.worker, client, settings))
    if listing.unknown:
        of = f" of {wanted.source}" if wanted.source else ""
        warn(f"no article{of} is known by {wanted.q}: it was taken for an id, an address or a path, not for words")
    if context.as_json:
        show_json({"articles": [row_body(row) for row in listing.rows], "next": listing.next})
    elif not listing.rows and not unknown:
        print("No article is like that.")
    elif listing.rows:
        print(*listing_lines(listing, now_us()), sep="\n")
    return WRONG if unknown else OK


def listing_lines(listing: Listing, now: int) -> Iterator[str]:
    """A table that fits the terminal, and how to see what comes after it."""
    header = ("CAME", "STATE", "SOURCE", "WAITED", "WORKED", "ID", "WHAT")
    wide = [header, *(_cells(row, now) for row in listing.rows)]
    narrow = [(*cells[:2], cells[5].partition("@")[0], cells[6]) for cells in wide]
    yield from table(wide, right=frozenset({3, 4}), narrow=narrow)
    if listing.next is not None:
        yield f"... and more: --before {listing.next}"


def _cells(row: Row, now: int) -> Sequence[str]:
    waited, worked = seconds(row.waited_us), seconds(row.worked_us)
    return (ago(row.received_us, now), row.state, row.source, waited, worked, f"{row.article}@{row.rev}", _what(row))


def _what(row: Row) -> str:
    """What it is, for a person; of one that failed also why."""
    name = row.title()
    why = f"{row.reason}: {row.note}" if row.reason and row.note else row.reason or ""
    return " | ".join(part for part in (name, why) if part)


def _asked(context: Context) -> dict[str, str]:
    args = context.args
    given = {
        name: getattr(args, name) for name in ("state", "source", "publisher", "since", "worker", "before", "limit")
    }
    asked = {name: str(value) for name, value in given.items() if value not in (None, "")}
    return asked | ({"q": " ".join(args.words)} if args.words else {})
