"""A fuse for each publisher: who sends mostly what is refused is let in again only by a trial, or by a person.

A sender gone wrong costs the desk a body, an fsync and a reading for each of its pushes, all for nothing, and nobody
looks at what is answered. The fuse is kept in Redis over all processes of the door; each tells and asks once a second.
"""

import threading
import time
from collections.abc import Callable
from importlib import resources
from typing import Any, Protocol

import msgspec
import redis

from shared.errors import TransientError
from shared.excerpts import excerpt
from shared.ledger import keys as redis_keys
from shared.ledger.connection import redis_errors
from shared.settings import Settings

PAUSE_S, LONGEST_S, TRIAL_S = 60, 900, 30
REMEMBERED_S = 24 * 3600
TOLD_EACH_S = 1.0
LONGEST_WHY = 200


class Verdict(msgspec.Struct, frozen=True):
    """Whether a push may come in: after how many seconds it may, whether it is the trial, and why it has to wait."""

    wait_s: float = 0.0
    is_trial: bool = False
    reason: str = ""


class Told(msgspec.Struct, frozen=True):
    """What became of a publisher's pushes, that the other processes do not know yet."""

    publisher: str
    outcomes: str
    why: str = ""
    is_trial: bool = False


class WatchesRefusals(Protocol):
    """The fuses of all publishers."""

    def look(self, publisher: str, /) -> Verdict: ...
    def note(self, publisher: str, outcomes: str, why: str, /, *, is_trial: bool) -> Told | None: ...
    def tell(self, told: Told, /) -> None: ...
    def must_ask(self, publisher: str, /) -> bool: ...


class _Seen(msgspec.Struct):
    """What this process knows of a publisher, and has not told yet."""

    asked: float = -TOLD_EACH_S
    told: float = -TOLD_EACH_S
    is_open: bool = False
    outcomes: str = ""
    why: str = ""


class Fuses:
    """The fuses over Redis. While Redis is away nobody is kept out: the door tells of that itself."""

    def __init__(self, client: redis.Redis, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._client: Any = client  # redis-py types its answers for text and bytes clients at once
        self._script = client.register_script(resources.files(__package__).joinpath("fuse.lua").read_text("utf-8"))
        self._pushes, self._percent = settings.fuse_pushes, settings.fuse_percent
        self._clock = clock
        self._seen: dict[str, _Seen] = {}
        self._lock = threading.Lock()  # pushes are noted by several threads; not held while Redis is asked

    def must_ask(self, publisher: str) -> bool:
        """Whether `look` asks Redis now; else it knows that the publisher is let in."""
        seen = self._seen.get(publisher)
        return seen is None or seen.is_open or self._clock() - seen.asked >= TOLD_EACH_S

    def look(self, publisher: str) -> Verdict:
        """May a push of this publisher come in."""
        seen = self._seen.setdefault(publisher, _Seen())
        try:
            wait_us, is_trial, reason = self._call("look", publisher)
        except TransientError:
            return Verdict()
        seen.asked, seen.is_open = self._clock(), bool(wait_us or is_trial)
        return Verdict(wait_us / 1_000_000, is_trial, reason)

    def note(self, publisher: str, outcomes: str, why: str, /, *, is_trial: bool) -> Told | None:
        """What became of pushes: a `0` for each that was taken in, a `1` for each refused, and why the last was.

        It is kept here, and handed back once a second with all that came since, for `tell`.
        """
        with self._lock:
            seen = self._seen.setdefault(publisher, _Seen())
            seen.outcomes, seen.why = (seen.outcomes + outcomes)[-self._pushes :], why or seen.why
            if not is_trial and self._clock() - seen.told < TOLD_EACH_S:
                return None
            told = seen.outcomes if not is_trial else outcomes
            seen.told, seen.outcomes = self._clock(), ""
            return Told(publisher, told, excerpt(seen.why, LONGEST_WHY), is_trial)

    def tell(self, told: Told) -> None:
        """Tell Redis; what it does not take is told with the next."""
        seen = self._seen[told.publisher]
        try:
            (seen.is_open,) = self._call(
                "note", told.publisher, outcomes=told.outcomes, why=told.why, is_trial=told.is_trial
            )
        except TransientError:
            with self._lock:  # what was noted meanwhile is newer
                seen.outcomes = (told.outcomes + seen.outcomes)[-self._pushes :]

    def _call(self, command: str, publisher: str, **more: object) -> Any:
        args = more | {
            "publisher": publisher,
            "source": f"push:{publisher}",
            "pushes": self._pushes,
            "percent": self._percent,
            "pause": PAUSE_S * 1_000_000,
            "longest": LONGEST_S * 1_000_000,
            "trial": TRIAL_S * 1_000_000,
            "remembered": REMEMBERED_S * 1000,
        }
        names = [redis_keys.fuse(publisher), redis_keys.health("publisher", publisher)]
        with redis_errors(self._client):
            answer = self._script(
                keys=[*names, redis_keys.PAUSES, redis_keys.REFUSED], args=[command, msgspec.msgpack.encode(args)]
            )
        return msgspec.msgpack.decode(answer)
