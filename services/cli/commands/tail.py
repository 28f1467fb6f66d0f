"""`copydesk tail`: every change as it happens."""

import itertools
from collections.abc import Iterable

import msgspec

from services.cli.context import OK, WRONG, Context
from services.cli.printing import clean
from services.cli.reach import reach_desk
from services.cli.workers import warn_of_unknown
from services.index.search import Index
from services.web.bodies import change_body
from services.web.wanted import read_filter
from services.web.whose import whose_by
from shared.clock import from_us
from shared.ledger.connection import connect_to_look
from shared.ledger.events import Change, EventStream
from shared.ledger.reader import LedgerReader


def tail(context: Context) -> int:
    """The last changes; with `-f` those that come, until Ctrl-C."""
    args = context.args
    settings = reach_desk(context)
    client = connect_to_look(settings)
    stream = EventStream(client, whose_by(Index(settings.index_file), LedgerReader(client)))
    asked = {name: getattr(args, name) or "" for name in ("state", "source", "article", "worker")}
    wanted = read_filter(asked | ({"source": f"push:{args.publisher}"} if args.publisher else {}))
    latest = stream.latest()
    if args.worker and warn_of_unknown(args.worker, client, settings) and not args.follow:
        return WRONG
    past = [change for change in latest if wanted.takes(change)]
    last = past[-1].id if past else stream.last_id()
    coming: Iterable[Change] = stream.follow(last) if args.follow else ()
    for change in itertools.chain(past[len(past) - min(args.lines, len(past)) :], filter(wanted.takes, coming)):
        line = msgspec.json.encode(change_body(change)).decode() if context.as_json else change_line(change)
        print(line, flush=True)
    return OK


def change_line(change: Change) -> str:
    """`20:14:03.120  indexed  index  push:hue  k3v7…@1447…  note`."""
    at = f"{from_us(change.at_us).astimezone():%H:%M:%S.%f}"[:-3]
    ref = f"{change.article}@{change.rev}" if change.rev else change.article
    words = (at, f"{change.state:<10}", f"{change.stage:<9}", change.source, ref, change.note)
    return clean("  ".join(word for word in words if word.strip()))
