"""The desk at a glance, as lines for a room of some columns and lines: troubles, stages, the newest articles."""

from collections.abc import Iterator, Sequence

import msgspec

from services.cli.columns import cut
from services.cli.printing import ago, clean, fitted_table
from services.index.rhythm import LastHour
from services.web.listing import Listing, Row
from shared.clock import from_us
from shared.ledger.overview import Overview
from shared.ledger.reader import Balance
from shared.ledger.troubles import Trouble

FEWEST_ARTICLES = 4


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen at a moment; with Redis away only the troubles of that."""

    at_us: int
    folder: str
    troubles: Sequence[Trouble]
    overview: Overview | None = None
    hour: LastHour | None = None
    listing: Listing | None = None


def view_lines(look: Look, columns: int, lines: int) -> list[str]:
    """The whole view in at most `lines` lines of `columns` columns, the troubles first."""
    head = [_heading(look, columns), ""]
    stages = [*_stage_lines(look, look.overview, columns), ""] if look.overview else []
    room = lines - len(head) - len(stages) - FEWEST_ARTICLES
    troubles = _trouble_lines(look, columns, max(2, room))
    upper = [*head, *troubles, *stages]
    return [*upper, *_article_lines(look, columns, lines - len(upper))][:lines]


def _heading(look: Look, columns: int) -> str:
    clock = f"{from_us(look.at_us).astimezone():%H:%M:%S}"
    left, right = f"Copydesk on {look.folder}", f"{clock}  q quits"
    room = columns - len(right) - 2
    return f"{cut(left, room):<{room}}  {right}" if room > len("Copydesk") else right


def _trouble_lines(look: Look, columns: int, room: int) -> list[str]:
    """Each trouble and what to do; where all do not fit, how many there are beside."""
    told = [_trouble(trouble, look.at_us, columns) for trouble in look.troubles]
    shown = told[: max(1, (room - 2) // 2)] if len(told) * 2 + 1 > room else told
    rest = [f"... and {len(told) - len(shown)} more: `copydesk status`"] if len(shown) < len(told) else []
    return [*(line for pair in shown for line in pair), *rest, *([""] if told else [])]


def _trouble(trouble: Trouble, now: int, columns: int) -> tuple[str, str]:
    what = f"TROUBLE {trouble.code} (for {ago(trouble.since, now)}): {clean(trouble.what)}"
    return cut(what, columns), cut(f"  -> {trouble.do}", columns)


def _stage_lines(look: Look, overview: Overview, columns: int) -> Iterator[str]:
    status = overview.status
    rows = [("STAGE", "QUEUED", "WORKING", "RETRYING", "HELD", "OLDEST", "")]
    for name, stage in status.stages.items():
        counts = (stage.queued, stage.working, stage.retrying, stage.held)
        oldest = "-" if stage.oldest_us is None else ago(stage.oldest_us, look.at_us)
        rows.append((name, *map(str, counts), oldest, "paused" if stage.paused else ""))  # type: ignore[arg-type]
    yield from fitted_table(rows, columns, right=frozenset({1, 2, 3, 4, 5}))
    yield cut(_sums(status.balance, overview.backlog.ten_minutes_ago), columns)
    if look.hour is not None and look.hour.settled:
        pace = f"half within {look.hour.median_seconds:.2f} s, 95 % within {look.hour.p95_seconds:.2f} s"
        yield cut(f"Last hour: {look.hour.settled} came to the index, {pace}.", columns)


def _sums(balance: Balance, then: int | None) -> str:
    before = "" if then is None else f" ({then} ten minutes ago)"
    failed = f", {balance.dead} dead, {balance.refused} refused" if balance.dead or balance.refused else ""
    return f"{balance.in_flight} in flight{before}, {balance.accepted} accepted, {balance.indexed} indexed{failed}"


def _article_lines(look: Look, columns: int, room: int) -> list[str]:
    if look.listing is None:
        return []
    if not look.listing.rows:
        return ["No article yet: drop a file, push one, or add a feed."]
    rows = [("CAME", "STATE", "SOURCE", "ARTICLE"), *(_row(row, look.at_us) for row in look.listing.rows)]
    return list(fitted_table(rows[: max(0, room)], columns)) if room > 1 else []


def _row(row: Row, now: int) -> tuple[str, str, str, str]:
    name = row.title() or row.article
    why = f" ({row.reason})" if row.reason else ""
    return ago(row.received_us, now), row.state, row.source, f"{name}{why}"
