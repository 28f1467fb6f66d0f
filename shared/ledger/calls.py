"""The ledger's calls: the script under `lua/` alone changes a line, and every change is one call of this module."""

import base64
import hashlib
import os
import secrets
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from typing import Any, Literal

import msgspec
import redis

from shared.clock import now_us
from shared.envelope import VERSION, Event, Stage
from shared.errors import IntakeFull
from shared.ledger import keys
from shared.ledger.connection import redis_errors
from shared.ledger.reader import LedgerReader, Meta, Status, events, split_ref
from shared.settings import Settings

STORIES = ("record", "intake", "lifecycle", "sweep", "operator")
MAX_CRASHES = 3
SWEEP_LIMIT = 1000
DEATH_BURST = 200
PAUSE_S = 60
ROOM_S = 1.0

EnteredState = Literal["received", "duplicate", "superseded", "refused"]
HOST = socket.gethostname()

Outcome = Literal["normalized", "indexed", "duplicate", "superseded", "withdrawn"]
Verdict = Literal["retry", "hold", "dead"]


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """One input for `accept`: its identity as proposed, and the archive's zstd frame of its bytes."""

    article: str
    rev: int
    meta: Meta
    body: bytes


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger's answer: `received` is on its way, a `duplicate` has equal content, `superseded` is a feed's word on
    what its publisher pushed, `refused` another publisher's. `known` had its receipt before."""

    receipt: str
    article: str
    rev: int
    state: EnteredState
    known: bool


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """An article that is ours until its lease ends: raw bytes (zstd) for normalize, canonical JSON for index."""

    ref: str
    token: str
    attempt: int
    meta: bytes
    timeline: tuple[Event, ...]
    body: bytes
    receipt: str


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """Work that succeeded. `article` is the canonical JSON that goes on to the index."""

    ref: str
    token: str
    outcome: Outcome
    note: str = ""
    article: bytes = b""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Work that did not succeed, and what becomes of it. `due_us` is when a retry or a hold ends."""

    ref: str
    token: str
    verdict: Verdict
    reason: str
    note: str = ""
    due_us: int = 0
    alone: bool = False


class Ledger(LedgerReader):
    """The calls that change an article's state. `envelopes` are the stages' messages as kombu builds them."""

    def __init__(
        self,
        client: redis.Redis,
        settings: Settings,
        envelopes: Mapping[Stage, str] = {},
        clock: Callable[[], int] = now_us,
    ) -> None:
        super().__init__(client)
        self._clock = clock
        self._settings = settings
        self._envelopes = dict(envelopes)
        self._room: Status | None = None
        self._looked = 0.0
        source = script_source()
        # Only what takes in is refused by a full Redis: what drains it must go on.
        self._enter = client.register_script("#!lua\n" + source)
        self._drain = client.register_script("#!lua flags=allow-oom\n" + source)

    def accept(self, items: Sequence[Accepted], *, recovering: bool = False) -> list[Entered]:
        """Enter a batch (≤ 25 inputs): line, aliases, counters and one message, in one call."""
        wire = [
            {
                "receipt": item.meta.receipt,
                "id": item.article,
                "rev": item.rev,
                "aliases": [_address(alias) for alias in item.meta.aliases],
                "sha": _address(item.meta.sha),
                "meta": msgspec.json.encode(item.meta).decode(),
                "owner": f"push:{item.meta.source.name}" if item.meta.source.kind == "push" else "",
                "again": item.meta.source.kind == "push",
            }
            for item in items
        ]
        replies = self._call("accept", {"items": wire, "recovering": recovering}, [i.body for i in items], self._enter)
        return [_entered(item.meta.receipt, state, ref) for item, (state, ref) in zip(items, replies, strict=True)]

    def claim(self, refs: Sequence[str], stage: Stage, message: str) -> list[Claimed]:
        """Those of a message's articles that are ours to work on now, with their records, in one round trip.

        A message that comes again, as after a reconnect, leaves alone what a living process still works on.
        """
        found, again = self._claim(refs, stage, message, lost=())
        lost = [ref for ref, holder in again if _is_gone(holder)]
        return found + self._claim(lost, stage, message, lost=lost)[0] if lost else found

    def _claim(
        self, refs: Sequence[str], stage: Stage, message: str, lost: Sequence[str]
    ) -> tuple[list[Claimed], list[tuple[str, str]]]:
        args = {
            "refs": list(refs),
            "stage": stage,
            "message": message,
            "worker": f"{HOST}:{os.getpid()}",
            "lost": dict.fromkeys(lost, True),
        }
        packed, *beside = self._run(self._drain, "claim", args, [])
        replies = msgspec.msgpack.decode(packed, type=list[tuple[str, str, int, str, str]])
        found, again = [], []
        for ref, reply, meta, body in zip(refs, replies, beside[::2], beside[1::2], strict=True):
            status, token, attempt, log, receipt = reply
            if status == "claimed":
                claimed = Claimed(
                    ref=ref, token=token, attempt=attempt, timeline=events(log), receipt=receipt, meta=meta, body=body
                )
                found.append(claimed)
            elif status == "again":
                again.append((ref, token))
        return found, again

    def commit(self, stage: Stage, items: Sequence[Commit]) -> list[bool]:
        """Record work that succeeded and send it on; False where the token was stale and nothing changed."""
        wire = [{"ref": i.ref, "token": i.token, "outcome": i.outcome, "note": _note(i.note)} for i in items]
        replies = self._call("commit", {"items": wire, "stage": stage}, [i.article for i in items], self._drain)
        return [reply == "ok" for reply in replies]

    def fail(self, stage: Stage, items: Sequence[Failure]) -> list[bool]:
        """Record work that did not succeed; False where the token was stale and nothing changed."""
        wire = [
            {
                "ref": i.ref,
                "token": i.token,
                "verdict": i.verdict,
                "reason": i.reason,
                "note": _note(i.note),
                "due": i.due_us,
                "alone": i.alone,
            }
            for i in items
        ]
        replies = self._call("fail", {"items": wire, "stage": stage}, [], self._drain)
        return [reply == "ok" for reply in replies]

    def sweep(self) -> tuple[int, int, int]:
        """Send again what is due, what lost its worker, what lost its message: how many of each. Any worker may."""
        args = {"limit": SWEEP_LIMIT, "interval": int(self._settings.sweep_s * 500_000)}
        later, working, waiting = self._call("sweep", args, [], self._drain)
        return later, working, waiting

    def replay(self, refs: Sequence[str]) -> list[bool]:
        """Send dead articles back to the stage where they died, alone, with fresh attempts."""
        return list(self._call("replay", {"refs": list(refs)}, [], self._drain))

    def discard(self, refs: Sequence[str], reason: str) -> list[bool]:
        """Give up dead articles for good; the archive keeps their bytes."""
        return list(self._call("discard", {"refs": list(refs), "reason": _note(reason)}, [], self._drain))

    def resume(self, stage: Stage) -> None:
        """End a pause that a burst of deaths began."""
        with redis_errors(self.client):
            self.client.delete(keys.paused(stage), keys.deaths(stage))

    def check_room(self) -> None:
        """Raise `IntakeFull` when the backlog or Redis' memory is over its limit; looks at most once a second."""
        if self._room is None or time.monotonic() - self._looked > ROOM_S:
            self._room, self._looked = self.status(), time.monotonic()
        in_flight, limit = self._room.balance.in_flight, self._settings.backlog_limit
        if in_flight > limit:
            raise IntakeFull(f"{in_flight} articles are in flight, over the limit of {limit}", retry_after=30)
        used, most, share = self._room.redis_bytes, self._room.redis_max_bytes, self._settings.memory_limit_percent
        if most and used * 100 > most * share:
            raise IntakeFull(f"Redis uses more than {share} % of its memory", retry_after=30)

    def _call(self, command: str, args: dict[str, Any], bodies: list[bytes], script: Any) -> list[Any]:
        return msgspec.msgpack.decode(self._run(script, command, args, bodies), type=list[Any])

    def _run(self, script: Any, command: str, args: dict[str, Any], bodies: list[bytes]) -> Any:
        limits = self._settings
        args |= {
            "now": self._clock(),
            "nonce": secrets.token_hex(12),
            "version": VERSION,
            "envelopes": self._envelopes,
            "batch_articles": limits.batch_articles,
            "batch_bytes": limits.batch_bytes,
            "lease": limits.lease_s * 1_000_000,
            "grace": limits.lease_s * 1_000_000,
            "retention": limits.retention_days * 86_400,
            "receipt_retention": limits.receipt_days * 86_400,
            "max_crashes": MAX_CRASHES,
            "burst": DEATH_BURST,
            "pause": PAUSE_S,
        }
        with redis_errors(self.client):
            return script(args=[command, msgspec.msgpack.encode(args), *bodies])


def script_source() -> str:
    """The ledger's script: its stories joined, and the line that answers."""
    folder = resources.files("shared.ledger").joinpath("lua")
    return (
        "".join(folder.joinpath(f"{story}.lua").read_text("utf-8") for story in STORIES) + "return calls[command]()\n"
    )


def _entered(receipt: str, answer: str, entry: str) -> Entered:
    ref, *ended = entry.split(" ")
    article, rev = split_ref(ref)
    state = ended[0] if ended else "received" if answer == "known" else answer
    return Entered(
        receipt=receipt, article=article, rev=rev, state=msgspec.convert(state, EnteredState), known=answer == "known"
    )


def _note(note: str) -> str:
    return " ".join(note.split())[:300]


def _is_gone(holder: str) -> bool:
    """Whether the process that held an article is known to have ended; of another host nothing is known."""
    host, _, pid = holder.rpartition(":")
    if host != HOST or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _address(alias: str) -> str:
    """An alias as a key of fixed length: addresses may be long, and millions of them stand in memory."""
    return base64.b64encode(hashlib.blake2b(alias.encode("utf-8", "surrogatepass"), digest_size=15).digest()).decode()
