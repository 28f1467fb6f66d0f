"""Hands the changes of the index on to one sink, from its outbox, until told to stop."""

import threading
from collections.abc import Callable, Sequence

import msgspec

from services.index.changes import Place, deliveries_after, deliveries_of, last_place, repeats_after
from services.index.outbox.outbox import Counts, Outbox, Waiting
from services.index.outbox.rulings import LONGEST_WAIT_US, US, Ruled, held_back, jitter, probe_after, rule_bulk
from services.index.outbox.source_filter import SourceFilter
from services.index.search import Index
from services.index.sinks.sink import Delivery, Sink, SinkEnded
from shared.clock import END_OF_TIME, now_us
from shared.errors import CopydeskError, TransientError, Unavailable
from shared.late_log import LateLog

log = LateLog(__name__)

LOOKED_AGAIN = 1000  # so many inputs are looked through once more after a start, rather than noted each time
IDLE_S = 1.0  # how long nothing is asked where nothing is told: the stream of changes wakes it sooner


class Rest(msgspec.Struct, frozen=True, kw_only=True):
    """Why a sink is left alone: since when (µs), why, how often it was asked meanwhile, and when it is asked again."""

    since_us: int
    reason: str
    tries: int
    until_us: int


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a sink stands: at rest or not, how far behind, and what waits."""

    rest: Rest | None
    counts: Counts
    behind: int
    delivered: int


class Deliverer:
    """One sink, one outbox, one thread: what befalls it concerns no other sink."""

    def __init__(
        self,
        name: str,
        sink: Sink,
        outbox: Outbox,
        index: Index,
        *,
        sources: Sequence[str] = (),
        clock: Callable[[], int] = now_us,
    ) -> None:
        self.name = name
        self.woken = threading.Event()
        self._sink = sink
        self._outbox = outbox
        self._index = index
        self._clock = clock
        self._rest: Rest | None = None
        self.delivered = self.dead = 0  # what the sink took, and what it will never take, since it was opened
        self._settled = outbox.begin(sink.generation)
        outbox.choose(sources)
        self._filter = SourceFilter(index, sources, outbox.choices())
        self._now = clock()
        outbox.bring_near(self._now, LONGEST_WAIT_US)

    def run(self, stop: threading.Event) -> None:
        """Deliver until told to stop; what is in hand is finished first."""
        while not stop.is_set():
            self.woken.clear()
            try:
                pause = self.step()
            except CopydeskError as error:  # the index or the outbox: the sink has nothing to do with it
                log.error("deliverer_waits", sink=self.name, error=str(error))
                pause = IDLE_S
            if pause > 0:
                self.woken.wait(min(pause, IDLE_S))

    def step(self) -> float:
        """Deliver one bulk. Gives how many seconds nothing is to be done; 0 where there may be more at once."""
        now = self._look_at_clock()
        if self._rest is not None and now < self._rest.until_us:
            return (self._rest.until_us - now) / US
        most = self._sink.most if self._rest is None else 1  # a sink that was away is asked with one word
        again = self._outbox.due(now, most)
        if again:
            return self._try_again(again)
        return self._go_on(self._outbox.place(), most)

    @property
    def is_resting(self) -> bool:
        """Whether the sink is left alone for now, so that news are no reason to ask it."""
        return self._rest is not None

    def try_now(self) -> None:
        """Ask a sink that rests without waiting any longer."""
        if self._rest is not None:
            self._rest = msgspec.structs.replace(self._rest, until_us=0)
        self.woken.set()

    def standing(self) -> Standing:
        """How the sink stands now."""
        behind = max(0, last_place(self._index).change - self._outbox.place().change)
        return Standing(rest=self._rest, counts=self._outbox.counts(), behind=behind, delivered=self.delivered)

    def _look_at_clock(self) -> int:
        """The time. Where it was set back since, what waits for a moment waits no longer than it was to."""
        now = self._clock()
        back = self._now - now
        if back > US:  # a clock that is only being slowed down is none that was set
            log.warning("clock_set_back", sink=self.name, seconds=back // US)
            self._outbox.set_back(back)
            if self._rest is not None:
                self._rest = msgspec.structs.replace(self._rest, until_us=self._rest.until_us - back)
        self._now = now
        return now

    def _try_again(self, again: list[Waiting]) -> float:
        waited = {one.change: one for one in again}
        deliveries = self._filter.wanted(deliveries_of(self._index, waited, every=self._sink.every))
        gone = waited.keys() - {one.change for one in deliveries}  # overtaken, erased or of no chosen source since
        ruled = self._deliver(deliveries, waited)
        if ruled is not None:
            self._outbox.note(None, ruled.logged, ruled.waiting, (*ruled.done, *gone))
        return 0.0

    def _go_on(self, place: Place, most: int) -> float:
        if not self._sink.every and self._outbox.input() is None:  # from here on: all before is read with the articles
            self._outbox.looked(repeats_after(self._index, None, most).until)
        page = deliveries_after(self._index, place, most, every=self._sink.every)
        if not page.deliveries:
            if page.place != place:
                self._outbox.note(page.place, (), (), ())
            if self._has_repeats():
                return 0.0
            self._settle()
            due = self._outbox.next_due()
            return IDLE_S if due is None else max(0.001, (due - self._clock()) / US)
        self._outbox.forget_notes(one.article_id for one in page.deliveries if one.entry.erases)
        deliveries, later = self._in_turn(self._filter.wanted(page.deliveries))
        ruled = self._deliver(deliveries, {})
        if ruled is not None:
            self._outbox.note(page.place, ruled.logged, (*ruled.waiting, *later), ())
        return 0.0

    def _has_repeats(self) -> bool:
        """Whether publishers have repeated others' words since, so that those articles go once more, as theirs, too."""
        after = None if self._sink.every else self._outbox.input()
        if after is None:
            return False
        repeats = repeats_after(self._index, after, self._sink.most)
        if repeats.changes or not after <= repeats.until < after + LOOKED_AGAIN:
            self._outbox.looked(repeats.until, repeats.changes, self._clock())
        return bool(repeats.changes)

    def _settle(self) -> None:
        if self._settled or self._outbox.counts().waiting:
            return
        try:
            self._sink.settle()
        except TransientError as error:
            self._leave_alone(Unavailable(str(error), retry_after=error.retry_after))
            return
        self._outbox.settle()
        self._settled = True

    def _in_turn(self, deliveries: Sequence[Delivery]) -> tuple[list[Delivery], list[Waiting]]:
        """Those that may go now, and those that wait for an earlier word of their article."""
        if not self._sink.every:
            self._outbox.forget_overtaken(deliveries)
            return [*deliveries], []
        going, later = [], []
        taken = self._outbox.blocked(one.article_id for one in deliveries)
        for one in deliveries:
            if one.article_id in taken:
                later.append(held_back(one))
            else:
                going.append(one)
                taken.add(one.article_id)  # a bulk holds one word of an article: its answer decides on the next
        return going, later

    def _deliver(self, deliveries: list[Delivery], waited: dict[int, Waiting]) -> Ruled | None:
        """What became of a bulk; None where the sink is away and nothing of it is to be written down."""
        try:
            answers = self._sink.deliver(deliveries) if deliveries else []
        except Unavailable as error:
            self._leave_alone(error)
            return None
        except TransientError as error:
            answers = [error] * len(deliveries)
        except Exception as error:  # whatever it is must not end the thread: the sink rests, and a person is told
            log.error("sink_failed", sink=self.name, exc_info=error)
            self._leave_alone(Unavailable(f"{type(error).__name__}: {error}"))
            return None
        ruled = rule_bulk(deliveries, answers, waited, now=self._clock(), jitter=jitter())
        self.delivered += len(ruled.done)
        self.dead += sum(one.dead for one in ruled.waiting)
        if ruled.away is not None:
            self._leave_alone(ruled.away)
        elif deliveries:
            self._rest = None
        return ruled

    def _leave_alone(self, error: Unavailable) -> None:
        now, rest = self._clock(), self._rest
        tries = rest.tries + 1 if rest is not None else 0
        pause = probe_after(tries, error, jitter())
        if rest is None:
            log.warning("sink_away", sink=self.name, error=str(error))
        self._rest = Rest(
            since_us=rest.since_us if rest is not None else now,
            reason=str(error),
            tries=tries,
            until_us=END_OF_TIME if isinstance(error, SinkEnded) else now + int(pause * US),
        )
