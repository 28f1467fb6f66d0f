"""The ledger's calls: the script under `lua/` alone changes a line, and every change is one call of this module."""

import os
import secrets
import socket
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from typing import Any, Literal, NamedTuple, get_args

import msgspec

from shared.clock import now_us
from shared.envelope import VERSION, Event, Preconditions, Remembered, Stage, source_of
from shared.excerpts import excerpt
from shared.identity import is_path, is_words
from shared.ledger import keys
from shared.ledger.connection import NEWER, Client, redis_errors
from shared.ledger.latency import BOUNDS
from shared.ledger.reader import LedgerReader, Meta, events, owner_name, split_ref
from shared.ledger.room import Room
from shared.settings import Settings

STORIES = ("record", "intake", "lifecycle", "sweep", "operator")
MAX_CRASHES = 3
SWEEP_LIMIT = 200
BATCHES: Mapping[Stage, int] = {"normalize": 1, "index": 2}  # a larger transaction writes fewer pages an article
BELLS = 32  # on a queue at a time: enough for as many workers, and none is needed twice
PROBE_S = 3
DEATH_BURST, BURST_SOURCES = 20, 3  # deaths of one source in a minute, and sources at once
FRESH_RELEASE_S = 600
DRAIN_PERCENT = 90
REFUSALS_KEPT = 1000
SILENCE_S = 8.0
LONGEST_WAIT_S = 3600  # no retry waits longer
MEMORY_HOURS = 72
RECEIPT_GRACE_S = 3600  # what recovery reads again when a worker starts is younger

EnteredState = Literal["received", "duplicate", "superseded", "refused", "outdated", "changed", "exists", "gone"]
NOT_TAKEN: frozenset[EnteredState] = frozenset(("refused", "outdated", "changed", "exists", "gone"))
HOST = socket.gethostname()

Outcome = Literal["normalized", "indexed", "duplicate", "superseded", "withdrawn"]
Verdict = Literal["retry", "hold", "dead", "refused", "back"]


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """One input for `accept`: its identity as proposed, and the archive's zstd frame of its bytes.

    With an `outcome` it needs no work any more: recovery knows how it ended, and `note` tells why.
    """

    article: str
    rev: int
    meta: Meta
    body: bytes
    outcome: Literal["", "discarded", "superseded"] = ""
    note: str = ""
    preconditions: Preconditions | None = None
    before: Remembered | None = None


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger's answer: `received` is on its way, a `duplicate` has equal content, `superseded` is a feed's word on
    what its publisher pushed. Not taken in are what is another publisher's (`refused`), older than what its publisher
    said (`outdated`), or sent to an article that was `changed` meanwhile, `exists` or is `gone`.

    `known` had its receipt before. `version` is the publisher's own that the article had.
    """

    receipt: str
    article: str
    rev: int
    state: EnteredState
    known: bool
    version: str | None = None


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """What would become of an input: the article it belongs to, and that one's newest revision (0: it would be new)."""

    article: str
    rev: int
    state: EnteredState
    version: str | None = None


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """An article that is ours until its lease ends: raw bytes (zstd) for normalize, canonical JSON (zstd) for index.

    `version` is that of its record: 1 of what came in before an upgrade of the first release.
    """

    ref: str
    token: str
    attempt: int
    meta: bytes
    timeline: tuple[Event, ...]
    body: bytes
    receipt: str
    version: int


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """Work that succeeded. `article` is the canonical JSON (zstd) that goes on to the index."""

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


class Swept(NamedTuple):
    """What a sweep did: articles whose time had come, those that lost their worker, and how many are on their way."""

    due: int
    lost: int
    in_flight: int


class Ledger(LedgerReader):
    """The calls that change an article's state.

    `envelopes` are the stages' bells as kombu builds them. `boot` names this start of a worker; without one, what it
    holds is given up at the end of its lease only. `clock` sets the ledger's time by hand, for tests.
    """

    def __init__(
        self,
        client: Client,
        settings: Settings,
        envelopes: Mapping[Stage, str] = {},
        clock: Callable[[], int] | None = None,
        host_clock: Callable[[], int] = now_us,
        boot: str = "",
    ) -> None:
        super().__init__(client)
        self._clock = clock
        self._host_clock = host_clock
        self.boot = boot
        self._settings = settings
        self._envelopes = dict(envelopes)
        self._room = Room(self, settings)
        source = script_source()
        # Only what takes in is refused by a full Redis: what drains it must go on.
        self._enter = client.register_script("#!lua\n" + source)
        self._drain = client.register_script("#!lua flags=allow-oom\n" + source)

    def check_room(self) -> None:
        """Raise `IntakeFull` when the backlog or Redis' memory is over its limit."""
        self._room.check()

    def accept(self, items: Sequence[Accepted], *, recovering: bool = False) -> list[Entered]:
        """Enter a batch (≤ 25 inputs): line, aliases, counters and one message, in one call."""
        wire = [_wire(item) for item in items]
        replies = self._call("accept", {"items": wire, "recovering": recovering}, [i.body for i in items], self._enter)
        return [_entered(item.meta.receipt, *reply) for item, reply in zip(items, replies, strict=True)]

    def weigh(self, items: Sequence[Accepted]) -> list[Weighed]:
        """What would become of these inputs, were they entered now; changes nothing."""
        replies = self._call("weigh", {"items": [_wire(item) for item in items]}, [], self._drain)
        return [_weighed(*reply) for reply in replies]

    def claim(self, stage: Stage, message: str) -> list[Claimed]:
        """Take up the next articles that wait for a stage, at most a batch (for the index two), with their records, in
        one round trip.

        `message` is the bell that was heard. Nothing comes back while the stage rests or, for normalize, while Redis is
        nearly full; what waits goes on waiting.
        """
        most = self._settings.batch_articles * BATCHES[stage]
        args = {"stage": stage, "message": message, "worker": self.holder(), "most": most}
        packed, *beside = self._run(self._drain, "claim", args, [])
        replies = msgspec.msgpack.decode(packed, type=list[tuple[str, str, int, str, str, int]])
        return [
            Claimed(
                ref=ref,
                token=token,
                attempt=attempt,
                timeline=events(log),
                receipt=receipt,
                version=version,
                meta=meta,
                body=body,
            )
            for (ref, token, attempt, log, receipt, version), meta, body in zip(
                replies, beside[::2], beside[1::2], strict=True
            )
        ]

    def holder(self) -> str:
        """Who takes an article up, as `host:boot:pid`."""
        return f"{HOST}:{self.boot}:{os.getpid()}"

    def commit(self, stage: Stage, items: Sequence[Commit]) -> list[bool]:
        """Record work that succeeded and send it on; False where the token was stale and nothing changed."""
        wire = [{"ref": i.ref, "token": i.token, "outcome": i.outcome, "note": _note(i.note)} for i in items]
        replies = self._call("commit", {"items": wire, "stage": stage}, [i.article for i in items], self._drain)
        return [reply == "ok" for reply in replies]

    def fail(self, stage: Stage, items: Sequence[Failure]) -> list[bool]:
        """Record work that did not succeed; False where the token was stale and nothing changed."""
        now = self._host_clock()
        wire = [
            {
                "ref": i.ref,
                "token": i.token,
                "verdict": i.verdict,
                "reason": i.reason,
                "note": _note(i.note),
                "wait": max(0, i.due_us - now),
                "alone": i.alone,
            }
            for i in items
        ]
        replies = self._call("fail", {"items": wire, "stage": stage, "worker": self.holder()}, [], self._drain)
        return [reply == "ok" for reply in replies]

    def release(self, stage: Stage, message: str, cause: str) -> int:
        """Give up what the claims of a message took, since a worker died on it of `cause`: how many go on waiting."""
        (count,) = self._call("release", {"stage": stage, "message": message, "cause": _note(cause)}, [], self._drain)
        return int(count)

    def sweep(self) -> Swept:
        """Bring back what is due and what lost its worker. Any worker may, any number do."""
        args = {
            "limit": SWEEP_LIMIT,
            "interval": int(self._settings.sweep_s * 500_000),
            "silence": int(max(SILENCE_S, 3 * self._settings.sweep_s) * 1_000_000),
            "longest_wait": LONGEST_WAIT_S * 1_000_000,
            "memory_hours": MEMORY_HOURS,
        }
        return Swept(*self._call("sweep", args, [], self._drain))

    def replay(self, refs: Sequence[str]) -> list[bool]:
        """Send dead articles back to the stage where they died, alone, with fresh attempts."""
        return list(self._call("replay", {"refs": list(refs)}, [], self._drain))

    def reread(self, refs: Sequence[str], bodies: Sequence[bytes]) -> list[bool]:
        """Read refused inputs once more, alone; `bodies` are the archive's zstd frames of their bytes."""
        return list(self._call("reread", {"refs": list(refs)}, list(bodies), self._enter))

    def renew(self, items: Sequence[Accepted]) -> list[bool]:
        """Read articles once more, as the revisions that `items` name; False for each that was entered before."""
        wire = [
            {
                "receipt": item.meta.receipt,
                "ref": f"{item.article}@{item.rev}",
                "meta": msgspec.json.encode(item.meta).decode(),
                "source": source_of(item.meta.source),
            }
            for item in items
        ]
        return list(self._call("renew", {"items": wire}, [item.body for item in items], self._enter))

    def forget(self) -> None:
        """Forget all articles: whoever looks after the ledger fills it from the archive then."""
        self._call("forget", {}, [], self._drain)

    def discard(self, refs: Sequence[str], reason: str, *, standing: bool = False) -> list[bool]:
        """Give up dead articles for good, with `standing` also what waits; the archive keeps their bytes."""
        args = {"refs": list(refs), "reason": _note(reason), "standing": standing}
        return list(self._call("discard", args, [], self._drain))

    def end_embargoes(self, refs: Sequence[str]) -> None:
        """Take up again what an embargo holds, before its end."""
        self._call("end_embargoes", {"refs": list(refs)}, [], self._drain)

    def rest(self, kind: str, name: str, reason: str) -> None:
        """Say that a sink or a source rests, and why; told once, however often it is said."""
        self._call("rest", {"kind": kind, "name": name, "reason": _note(reason)}, [], self._drain)

    def resume(self, kind: str, name: str) -> bool:
        """End the rest of a stage, a sink or a source; False when it did not rest."""
        (opened,) = self._call("resume", {"kind": kind, "name": name, "limit": SWEEP_LIMIT}, [], self._drain)
        return bool(opened)

    def free(self, article: str, at_us: int) -> str:
        """Give an article's addresses free as of then: whoever pushes it later owns it. Gives whose it was, or ""."""
        (owner,) = self._call("free", {"article": article, "at": at_us}, [], self._drain)
        return str(owner).removeprefix("push:")

    def _call(self, command: str, args: dict[str, Any], bodies: list[bytes], script: Any) -> list[Any]:
        return msgspec.msgpack.decode(self._run(script, command, args, bodies), type=list[Any])

    def _run(self, script: Any, command: str, args: dict[str, Any], bodies: list[bytes]) -> Any:
        limits = self._settings
        args |= {
            "nonce": secrets.token_hex(12),
            "version": VERSION,
            "ledger": keys.LEDGER_VERSION,
            "envelopes": self._envelopes,
            "bells": BELLS,
            "batch_articles": limits.batch_articles,
            "batch_bytes": limits.batch_bytes,
            "lease": limits.lease_s * 1_000_000,
            "probe": PROBE_S * 1_000_000,
            "drain_percent": DRAIN_PERCENT,
            "retention": limits.retention_days * 86_400,
            "receipt_grace": RECEIPT_GRACE_S,
            "receipt_retention": limits.receipt_days * 86_400,
            "max_crashes": MAX_CRASHES,
            "refusals_kept": REFUSALS_KEPT,
            "events_kept": limits.events_kept,
            "burst": DEATH_BURST,
            "burst_sources": BURST_SOURCES,
            "fresh_release": FRESH_RELEASE_S * 1_000_000,
        }
        if self._clock is not None:
            args["now"] = self._clock()
        with redis_errors(self.client):
            return script(args=[command, msgspec.msgpack.encode(args), *bodies])


def script_source() -> str:
    """The ledger's script: its stories joined, and the lines that answer."""
    folder = resources.files("shared.ledger").joinpath("lua")
    stories = "".join(folder.joinpath(f"{story}.lua").read_text("utf-8") for story in STORIES)
    bounds = ", ".join(str(round(bound * 1_000_000)) for bound in BOUNDS)
    begin = f"local LATENCY_BOUNDS = {{ {bounds} }}\n"
    end = f"if is_newer() then return redis.error_reply('{NEWER}') end\n"
    answer = "local fine, reply = pcall(calls[command])\nkeep_counts()\nkeep_spans()\n"
    return f"{begin}{stories}{end}{answer}if not fine then error(reply, 0) end\nreturn reply\n"


def _wire(item: Accepted) -> dict[str, Any]:
    meta, wanted = item.meta, item.preconditions or Preconditions()
    wire: dict[str, Any] = {
        "receipt": meta.receipt,
        "id": item.article,
        "corrects": meta.corrects is not None,
        "rev": item.rev,
        "aliases": [keys.digest(alias) for alias in meta.aliases],
        "by_path": all(map(is_path, meta.aliases)),
        "sha": keys.digest(meta.sha),
        "words": keys.digest(f"{owner_name(meta.source)} {meta.sha}"),
        "by_words": bool(meta.aliases) and all(map(is_words, meta.aliases)) and meta.source.kind == "push",
        "meta": msgspec.json.encode(meta).decode(),
        "source": source_of(meta.source),
        "owner": owner_name(meta.source),
        "own": meta.own,
        "again": meta.source.kind == "push" or meta.changed,
        "outcome": item.outcome,
        "note": _note(item.note),
        "version": meta.version or "",
        "withdraws": meta.withdraws,
        "rereads": bool(meta.rereads),
        "is_new": wanted.is_new,
        "grows": wanted.grows,
    }
    if wanted.head is not None:
        wire["expects"] = str(wanted.head)
    if item.before is not None:
        wire["before"] = msgspec.structs.asdict(item.before) | {"rev": str(item.before.rev)}
    return wire


def _entered(receipt: str, answer: str, entry: str, version: str) -> Entered:
    ref, *ended = entry.split(" ")
    article, rev = split_ref(ref)
    known = answer == "known"
    state = answer
    if known:  # how it came in; what became of it since (indexed, withdrawn …) is another question
        state = ended[0] if ended and ended[0] in get_args(EnteredState) else "received"
    return Entered(
        receipt=receipt,
        article=article,
        rev=rev,
        state=msgspec.convert(state, EnteredState),
        known=known,
        version=version or None,
    )


def _weighed(answer: str, ref: str, version: str) -> Weighed:
    article, rev = split_ref(ref)
    return Weighed(article=article, rev=rev, state=msgspec.convert(answer, EnteredState), version=version or None)


def _note(note: str) -> str:
    return excerpt(note, 300)
