"""`copydesk watch`: the desk at a glance, live: its troubles, its stages, the newest articles."""

import contextlib
import os
import sys
import time

from services.cli.commands.status import status, status_lines, trouble_lines
from services.cli.commands.tail import change_line
from services.cli.context import OK, Context, show_json
from services.cli.desk_view import Look, view_lines
from services.cli.reach import reach_desk
from services.cli.screen import Ended, Screen
from services.index.rhythm import last_hour
from services.index.search import Index
from services.web.bodies import change_body
from services.web.listing import MOST_ROWS, Wanted, list_articles
from shared.clock import now_us
from shared.errors import PermanentError, TransientError
from shared.ledger.connection import connect_to_look
from shared.ledger.events import Change, EventStream
from shared.ledger.overview import Watchman, redis_away
from shared.ledger.reader import LedgerReader
from shared.ledger.room import Room
from shared.ledger.troubles import Trouble

EACH_S = 1.0  # ages grow also when nothing happens
SOONEST_S = 0.2  # after a frame, however much happens
SHARE = 4  # of the time at most a fourth is spent on looking
KEY_S = 0.1
TROUBLES_S = 5.0
QUIT = frozenset("qQ\x03")


class NoTerminal(PermanentError):
    """Nobody is there to watch."""


def watch(context: Context) -> int:
    """Show the desk until `q` or Ctrl-C; as lines where no screen can be drawn, `--once` as `copydesk status` does."""
    if context.args.once:
        return status(context)
    if can_draw() and not context.args.plain and not context.as_json:
        return _draw(context)
    if not (context.args.plain or context.as_json or any(map(os.isatty, (0, 1, 2)))):
        raise NoTerminal(
            "nothing was started: `copydesk watch` shows the desk to a person at a terminal, and there is none. What "
            "watches drops and feeds is `copydesk work watch`; --plain writes lines here, --once looks once"
        )
    return _tell(context)


def can_draw() -> bool:
    """Whether a person sits at a terminal that places its cursor."""
    is_terminal = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    return is_terminal and os.environ.get("TERM", "dumb") not in ("dumb", "unknown", "")


class Watch:
    """Looks at the desk, and waits for its changes; what Redis cannot tell while it is away is told as a trouble."""

    def __init__(self, context: Context) -> None:
        self.settings = reach_desk(context)
        self.reader = LedgerReader(connect_to_look(self.settings))
        self.index = Index(self.settings.index_file)
        self._watchman = Watchman(self.reader, self.settings, check_room=Room(self.reader, self.settings).check)
        self._stream = EventStream(self.reader.client)
        self._last = self._stream.last_id()
        self._away_since: int | None = None

    def look(self, articles: int) -> Look:
        now, folder = now_us(), str(self.settings.data_dir)
        try:
            overview = self._watchman.look()
            listing = list_articles(self.reader, self.index, Wanted(limit=min(articles, MOST_ROWS)))
        except TransientError as error:
            self._away_since = self._away_since or now
            return Look(at_us=now, folder=folder, troubles=[redis_away(error, self._away_since)])
        self._away_since = None
        hour = last_hour(self.index, now)
        return Look(at_us=now, folder=folder, troubles=overview.troubles, overview=overview, hour=hour, listing=listing)

    def changes(self, seconds: float) -> list[Change] | None:
        """What has changed, as soon as something has; none when the time is over, None where Redis is away."""
        try:
            changes = self._stream.wait(self._last, seconds)
        except TransientError:
            return None
        self._last = changes[-1].id if changes else self._last
        return changes


def _draw(context: Context) -> int:
    desk = Watch(context)
    drawn, soonest, pause, is_stale = 0.0, 0.0, 0.0, True
    with contextlib.suppress(Ended), Screen() as screen:
        while not QUIT & set(screen.key(pause)):
            if screen.is_new or (is_stale and time.monotonic() >= soonest):
                began = time.monotonic()
                columns, lines = screen.size
                screen.draw(view_lines(desk.look(lines), columns, lines))
                drawn, is_stale = time.monotonic(), False
                soonest = drawn + max(SOONEST_S, SHARE * (drawn - began))
            changes = desk.changes(KEY_S)
            is_stale = is_stale or bool(changes) or time.monotonic() - drawn > EACH_S
            pause = KEY_S if changes is None else max(0.0, soonest - time.monotonic()) if is_stale else 0.0
    return OK


def _tell(context: Context) -> int:
    """Lines for a pipe, a log or a terminal that cannot place its cursor: troubles as they come and go, and changes."""
    desk, known, due = Watch(context), dict[str, Trouble](), 0.0
    _tell_status(context, desk.look(1))
    while True:
        if time.monotonic() >= due:
            found = {f"{trouble.code} {trouble.subject}": trouble for trouble in desk.look(1).troubles}
            _tell_troubles(context, known, found)
            known, due = found, time.monotonic() + TROUBLES_S
        changes = desk.changes(EACH_S)
        if changes is None:
            time.sleep(EACH_S)
        for change in changes or ():
            if context.as_json:
                show_json({"change": change_body(change)})
            else:
                print(change_line(change), flush=True)


def _tell_status(context: Context, look: Look) -> None:
    if look.overview is None:
        return
    if context.as_json:
        show_json({"status": look.overview.as_told()})
    else:
        print(*status_lines(look.overview.status, look.at_us), sep="\n", flush=True)


def _tell_troubles(context: Context, known: dict[str, Trouble], found: dict[str, Trouble]) -> None:
    new, gone = [found[name] for name in found if name not in known], [known[n] for n in known if n not in found]
    if context.as_json:
        for trouble in new:
            show_json({"trouble": trouble})
        for trouble in gone:
            show_json({"over": trouble})
        return
    for line in trouble_lines(new, now_us()):
        print(line, flush=True)
    for trouble in gone:
        print(f"OVER {trouble.code}", flush=True)
