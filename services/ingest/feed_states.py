"""How each feed is doing and when it is visited next, in Redis: gone with Redis, it costs one full fetch."""

import functools
import math
import random
import secrets
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

import msgspec

from services.ingest.feed_alarm import Alarm
from services.ingest.feed_history import FeedVisit, note_visit
from services.ingest.feed_lanes import HostRest, pauses_of, place_of
from services.ingest.hub_subscriptions import HubSubscriptions
from services.ingest.novelty import Novelty
from services.ingest.redis_scripts import script_source
from services.ingest.schedule import RestTimes, Trouble, Why
from services.ingest.subscriptions import Subscription
from shared.clock import now_us
from shared.ledger import keys
from shared.ledger.connection import Client, redis_errors
from shared.ledger.troubles import Failing

CLAIM_LIMIT = 25
SYNC_LIMIT = 1000  # feeds a call: Redis does nothing else meanwhile
NEVER = -1.0
RESTLESS = 5  # visits in a row that found most entries edited
REFRESH_LEAST_S = 5.0  # whoever presses twice visits once


class FeedState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """How a feed is doing.

    `stopped` is a 410; times are in µs; `why` says what the time of the next visit goes by; `quiet` is how many entries
    changed at the last visit without saying anything new, `restless` for how many visits in a row most were edited.
    `failing_us` is when the first of its failures in a row was, `trouble` of what kind the last is, `fresh_s` how long
    its document says to be good for, `max_age_s` what the answer with it said, `period_s` how often it says to change,
    `rest` when it is to be left alone. `novelty` is what its visits have seen of its news, `pace_s` how long that let
    it wait the last time, `kind` what it counts as where a day's requests are shared out, `alarm` what is told of its
    troubles, `is_index` that it is one of sitemaps, `added_us` when it was subscribed to.
    """

    etag: str | None = None
    modified: str | None = None
    body_hash: str | None = None
    failures: int = 0
    status: int | None = None
    problem: str | None = None
    checked_us: int | None = None
    news_us: int | None = None
    due_us: int | None = None
    stopped: bool = False
    moved: str | None = None
    moves: int = 0
    title: str | None = None
    added_us: int = 0
    why: Why | None = None
    quiet: int = 0
    restless: int = 0
    failing_us: int | None = None
    trouble: Trouble | None = None
    fresh_s: float | None = None
    max_age_s: float | None = None
    period_s: float | None = None
    rest: RestTimes = RestTimes()
    novelty: Novelty = Novelty()
    kind: str | None = None
    pace_s: float | None = None
    alarm: Alarm = Alarm()
    is_index: bool = False

    @property
    def is_restless(self) -> bool:
        """Does it revise too often: is something in its entries made anew each time that is no edit?"""
        return self.restless >= RESTLESS

    @property
    def is_failing(self) -> bool:
        """Did its last visits fail, or has it ended (410)?"""
        return self.stopped or self.failures > 0

    def wait_s(self, least_s: float, at_us: int) -> float:
        """Seconds until it may be visited once more, where two visits are to be `least_s` apart, whoever asks."""
        since_s = (at_us - (self.checked_us or 0)) / 1_000_000
        return min(max(0.0, least_s - since_s), least_s)


def note_well(state: FeedState) -> FeedState:
    """The state of a feed that does not fail any more."""
    return msgspec.structs.replace(state, failures=0, problem=None, failing_us=None, trouble=None)


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """The right to visit a feed, until its lease ends and somebody else claims it: then `token` is good for nothing."""

    feed: str
    token: str


class VisitNote(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be kept of a visit: the state after it, the seconds until the next (None for never), why the feed
    fails, if it does, by which claim it was, how it went, and who rests now."""

    feed: Subscription
    state: FeedState
    wait_s: float | None
    failing: Failing | None = None
    claim: Claim | None = None
    visit: FeedVisit | None = None
    rest: HostRest | None = None

    def times(self) -> dict[str, object]:
        """What the script is told."""
        told: dict[str, object] = {"id": self.feed.id, "place": place_of(self.feed)}
        told["wait"] = NEVER if self.wait_s is None else self.wait_s
        if self.claim is not None:
            told["token"] = self.claim.token
        if self.rest is not None:
            told |= {"host_wait": self.rest.wait_s, "siblings": self.rest.beside, "domain": self.rest.is_of_domain}
        if self.wait_s is not None and self.state.kind is not None:
            told["kind"] = self.state.kind
        return told

    def state_at(self, checked_us: int) -> FeedState:
        """The state as it is kept of a visit that ended then."""
        due_us = None if self.wait_s is None else checked_us + int(self.wait_s * 1_000_000)
        return msgspec.structs.replace(self.state, due_us=due_us, checked_us=checked_us, stopped=self.wait_s is None)


class HostPacing(msgspec.Struct, frozen=True, kw_only=True):
    """How many feeds of one host are visited at once, and the seconds between the beginnings of two visits."""

    visits: int = 2
    pause_s: float = 0.2


class FeedStates:
    """The feeds' state and due times in Redis. `clock` sets Redis' time in seconds by hand, for tests."""

    def __init__(
        self, client: Client, clock: Callable[[], float] | None = None, pacing: HostPacing | None = None
    ) -> None:
        self._redis = client
        self._clock = clock
        self._pacing = pacing or HostPacing()

    @functools.cached_property
    def _times(self) -> Any:
        """The script that keeps the times: whoever only looks needs none."""
        return self._redis.register_script(script_source("feed_times"))

    def sync(self, feeds: Iterable[Subscription], *, whole: bool = False) -> bool:
        """Make the due-queue hold exactly these feeds, new ones due within seconds: so an empty Redis is refilled.

        `whole` tells Redis of each feed, not only of those that differ: what its queues have lost is there again.
        Whether a feed had to be given a time, or taken out.
        """
        wanted = {feed.id: feed for feed in feeds}
        with redis_errors(self._redis):
            due = {_name(feed_id) for feed_id in self._redis.zrange(keys.FEEDS_DUE, 0, -1)}
            packed = cast("dict[bytes, bytes]", self._redis.hgetall(keys.FEEDS_HOSTS))
        places = {_name(feed_id): _name(place) for feed_id, place in packed.items()}
        if gone := (places.keys() | due) - wanted.keys():
            self.forget(sorted(gone))
        new = [feed for feed in wanted.values() if feed.id not in due or _is_another(feed, places.get(feed.id))]
        spread = min(len(new) / 10, 30.0)  # ten a second: a long list is no burst
        told = zip(new, self.get_all(new), strict=True)
        waits = {feed.id: NEVER if state.stopped else random.uniform(0, spread) for feed, state in told}  # noqa: S311
        rows = [
            (feed.id, place, waits.get(feed.id, NEVER))
            for feed in wanted.values()
            if places.get(feed.id) != (place := place_of(feed)) or feed.id in waits or whole
        ]
        for start in range(0, len(rows), SYNC_LIMIT):
            self._call("sync", feeds=rows[start : start + SYNC_LIMIT])
        self._call("space", spacings=pauses_of(wanted.values()))
        return bool(gone) or any(wait != NEVER for wait in waits.values())

    def is_complete(self, count: int) -> bool:
        """Whether Redis still knows of as many feeds as there are, due or stopped."""
        with redis_errors(self._redis):
            return int(self._redis.hlen(keys.FEEDS_HOSTS)) == count

    def claim(self, lease_s: float, limit: int = CLAIM_LIMIT) -> list[Claim]:
        """Due feeds, of different hosts, ours until the lease ends; of each host only as many as may be visited."""
        claimed = self._call(
            "claim",
            lease=lease_s,
            limit=limit,
            token=secrets.token_hex(8),
            at_once=self._pacing.visits,
            spacing=self._pacing.pause_s,
        )
        return [Claim(feed=_name(feed_id), token=_name(token)) for feed_id, token in claimed]

    def renew(self, claims: Sequence[Claim], lease_s: float) -> set[str]:
        """Keep claims for as long again; the feeds of those that are ours no more."""
        lost = self._call("renew", claims=[(claim.feed, claim.token) for claim in claims], lease=lease_s)
        return {_name(feed_id) for feed_id in lost}

    def give_back(self, claims: Sequence[Claim]) -> None:
        """Let feeds that were claimed and not visited be due again."""
        self._call("give_back", claims=[(claim.feed, claim.token) for claim in claims])

    def next_due_in(self) -> float:
        """Seconds until a feed may be visited, 0 when one may; infinite without any feed."""
        wait = int(self._call("next"))
        return math.inf if wait < 0 else wait / 1000

    def get(self, feed: Subscription) -> FeedState:
        """How a feed is doing; a fresh state for one that Redis does not know, or knew before it was added anew."""
        with redis_errors(self._redis):
            return _state_of(feed, cast("bytes | None", self._redis.hget(keys.feed(feed.id), "state")))

    def get_all(self, feeds: Sequence[Subscription]) -> list[FeedState]:
        """How each of these is doing, in few round trips."""
        packed: list[bytes | None] = []
        for start in range(0, len(feeds), SYNC_LIMIT):
            with redis_errors(self._redis), self._redis.pipeline(transaction=False) as pipe:
                for feed in feeds[start : start + SYNC_LIMIT]:
                    pipe.hget(keys.feed(feed.id), "state")
                packed += pipe.execute()
        return [_state_of(feed, one) for feed, one in zip(feeds, packed, strict=True)]

    def memory(self, feed: Subscription) -> bytes:
        """What is remembered of its last document's entries: `services.ingest.feed_news` packs it. Nothing of a feed
        that was added anew and not read since."""
        with redis_errors(self._redis):
            found = cast("list[bytes | None]", self._redis.hmget(keys.feed(feed.id), ["state", "memory", "of"]))
        state, memory, of = found
        if of is None:  # an older release kept it beside the state alone
            return (memory or b"") if _state_of(feed, state).body_hash else b""
        return (memory or b"") if of == b"%d" % feed.added_us else b""

    def remember(self, feed: Subscription, memory: bytes, name: str = "memory") -> None:
        """Keep what is to be remembered of its document's entries, or by another name; not of one watched no more."""
        row = {"key": keys.feed(feed.id), "name": name, "of": str(feed.added_us)}
        self._call("remember", memory, id=feed.id, place=place_of(feed), **row)

    def kept(self, feed: Subscription, name: str) -> bytes:
        """What is kept by such a name; nothing of what was there before it was added anew."""
        with redis_errors(self._redis):
            found = cast("list[bytes | None]", self._redis.hmget(keys.feed(feed.id), [name, "of"]))
        return (found[0] or b"") if found[1] == b"%d" % feed.added_us else b""

    def put_each(self, notes: Sequence[VisitNote]) -> list[bool]:
        """Keep what came of several visits, in three round trips. False, and nothing is kept, of a feed that was
        removed meanwhile, added anew, or is claimed by another than who comes with a claim."""
        answers = [bool(kept) for kept in self._call("set_each", visits=[note.times() for note in notes])]
        checked = now_us()
        kept = [note for note, is_kept in zip(notes, answers, strict=True) if is_kept]
        if not kept:
            return answers
        failing = self._failing_of(kept)
        with redis_errors(self._redis):
            pipe = self._redis.pipeline(transaction=False)
            for note in kept:
                pipe.hset(keys.feed(note.feed.id), "state", msgspec.msgpack.encode(note.state_at(checked)))
                if note.visit is not None:
                    note_visit(pipe, note.feed, note.visit)
                _note_failing(pipe, note.feed.id, failing.get(note.feed.id))
            pipe.execute()
        return answers

    def kinds(self) -> tuple[dict[str, int], int]:
        """How many feeds count as what (`request_budget.kind_of`), and how many others there are that are visited."""
        with redis_errors(self._redis):
            counts = cast("dict[bytes, bytes]", self._redis.hgetall(keys.FEEDS_KIND_COUNTS))
            visited = int(self._redis.zcard(keys.FEEDS_DUE))
        kinds = {_name(kind): int(count) for kind, count in counts.items()}
        return kinds, max(0, visited - sum(kinds.values()))

    def hasten(self, feed: Subscription, wait_s: float) -> bool:
        """Bring the next visit forward, to so many seconds from now; False where the feed is not watched (yet)."""
        return bool(self._call("hasten", id=feed.id, place=place_of(feed), wait=wait_s))

    def refresh(self, feed: Subscription) -> bool:
        """Let its next visit be now; False where it has ended, or is not watched (yet)."""
        state = self.get(feed)
        return not state.stopped and self._visit_now(feed, state, resumes=False)

    def resume(self, feed: Subscription) -> bool:
        """Begin anew with a feed that failed or has ended: no failure counts any more, its next visit is now.

        False where it neither failed nor ended, or is not watched (yet).
        """
        state = self.get(feed)
        return state.is_failing and self._visit_now(feed, state, resumes=True)

    def move(self, feed: Subscription, wait_s: float) -> bool:
        """Let its next visit be in so many seconds; False where it is visited now, has ended, or is not watched."""
        return self._set("move", feed, wait_s, lambda state: state)

    def _visit_now(self, feed: Subscription, state: FeedState, *, resumes: bool) -> bool:
        def asked(state: FeedState) -> FeedState:
            state = msgspec.structs.replace(state, why="request")
            return msgspec.structs.replace(note_well(state), stopped=False, alarm=Alarm()) if resumes else state

        is_set = self._set("set", feed, state.wait_s(REFRESH_LEAST_S, now_us()), asked)
        if is_set and resumes:
            with redis_errors(self._redis):
                _note_failing(self._redis, feed.id, None)
        return is_set

    def _set(self, command: str, feed: Subscription, wait_s: float, change: Callable[[FeedState], FeedState]) -> bool:
        """Set the time of the next visit, and note it in the state."""
        due_us, key = now_us() + int(wait_s * 1_000_000), keys.feed(feed.id)
        if not self._call(command, id=feed.id, place=place_of(feed), wait=wait_s):
            return False

        def note(pipe: Any) -> None:
            """What a visit that ends meanwhile has noted stays."""
            is_now = change(_state_of(feed, pipe.hget(key, "state")))
            pipe.multi()
            pipe.hset(key, "state", msgspec.msgpack.encode(msgspec.structs.replace(is_now, due_us=due_us)))

        with redis_errors(self._redis):
            self._redis.transaction(note, key)
        return True

    def _failing_of(self, notes: Sequence[VisitNote]) -> dict[str, Failing]:
        """Why these feeds fail, by their ids: each since the first of its visits that did, not since the last."""
        failing = {note.feed.id: note.failing for note in notes if note.failing is not None}
        if not failing:
            return {}
        with redis_errors(self._redis):
            rows = cast("list[bytes | None]", self._redis.hmget(keys.FEEDS_FAILING, list(failing)))
        for own_id, row in zip(list(failing), rows, strict=True):
            if row is not None:
                since = min(failing[own_id].since, msgspec.json.decode(row, type=Failing).since)
                failing[own_id] = msgspec.structs.replace(failing[own_id], since=since)
        return failing

    def note_list(self, name: str, failing: Failing | None) -> None:
        """Keep why the list of feeds of that name cannot be read, or that it can."""
        with redis_errors(self._redis):
            _note_failing(self._redis, name, failing)

    def failing_lists(self) -> list[Failing]:
        """The lists of feeds that cannot be read."""
        with redis_errors(self._redis):
            rows = cast("list[bytes]", self._redis.hvals(keys.FEEDS_FAILING))
        return [failing for row in rows if (failing := msgspec.json.decode(row, type=Failing)).is_list]

    def forget(self, ids: Sequence[str]) -> None:
        """Forget feeds that were removed."""
        for start in range(0, len(ids), SYNC_LIMIT):
            self._call("forget", ids=ids[start : start + SYNC_LIMIT])
        with redis_errors(self._redis):
            pipe = self._redis.pipeline()
            pipe.hdel(keys.FEEDS_FAILING, *ids)
            pipe.delete(*map(keys.feed, ids), *map(keys.feed_visits, ids))
            pipe.execute()
        HubSubscriptions(self._redis).forget(ids)

    def _call(self, command: str, *bodies: bytes, **args: Any) -> Any:
        if self._clock is not None:
            args["now"] = self._clock()
        names = [
            keys.FEEDS_DUE, keys.FEEDS_HOSTS, keys.FEEDS_TURNS, keys.FEEDS_CLOCK, keys.FEEDS_CLAIMS, keys.FEEDS_LEASES,
            keys.FEEDS_VISITS, keys.FEEDS_PAUSES, keys.FEEDS_RESTS, keys.FEEDS_SPACINGS, keys.FEEDS_KINDS,
            keys.FEEDS_KIND_COUNTS,
        ]  # fmt: skip
        with redis_errors(self._redis):
            return self._times(keys=names, args=[command, keys.feeds_of(""), msgspec.msgpack.encode(args), *bodies])


def _note_failing(client: Any, name: str, failing: Failing | None) -> None:
    if failing is None:
        client.hdel(keys.FEEDS_FAILING, name)
    else:
        client.hset(keys.FEEDS_FAILING, name, msgspec.json.encode(failing))


def _state_of(feed: Subscription, packed: bytes | None) -> FeedState:
    fresh = FeedState(added_us=feed.added_us)
    try:
        state = msgspec.msgpack.decode(packed, type=FeedState) if packed else fresh
    except msgspec.DecodeError:  # of another release: it costs one full fetch
        return fresh
    return state if state.added_us == feed.added_us else fresh


def _is_another(feed: Subscription, place: str | None) -> bool:
    """Does Redis know, at that place, one that had this feed's id and was removed before it was added?"""
    return place is not None and place.rpartition(" ")[2] != str(feed.added_us)


def _name(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
