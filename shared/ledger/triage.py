"""What people decided on causes of deaths: muted until when, assigned to whom, replayed when.

`triage.json` on the data volume is the truth; Redis carries a copy, so that every machine tells the same.
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from shared.clock import now_us
from shared.errors import CopydeskError
from shared.ledger import keys
from shared.ledger.causes import cause_key, cause_of
from shared.ledger.connection import redis_errors
from shared.ledger.reader import InputStatus, LedgerReader
from shared.settings import Settings
from shared.volume_file import VolumeFile

TRIAGE_FILE = "triage.json"
VERSION = 1
MOST_CAUSES = 1000
REPLAYS_REMEMBERED_US = 30 * 86_400_000_000
AT_ONCE = 500


class Triage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What was decided on one cause: by whom, when (µs), with which `note`.

    It is muted until a time (`muted_until_us`), or until more than `muted_count` are dead of it; `assignee` looks after
    it; `replayed_us` is when its articles were last replayed: who dies of it later came back.
    """

    key: str
    stage: str
    reason: str
    cause: str
    by: str = ""
    at_us: int = 0
    note: str = ""
    assignee: str = ""
    muted_until_us: int | None = None
    muted_count: int | None = None
    replayed_us: int = 0

    @property
    def is_decided(self) -> bool:
        """Is it muted, perhaps no longer, or assigned?"""
        return bool(self.assignee) or self.muted_until_us is not None or self.muted_count is not None

    def is_muted(self, count: int, now: int) -> bool:
        """Is nothing to be said of it, while so many are dead of it?"""
        if self.muted_until_us is not None:
            return now < self.muted_until_us
        return self.muted_count is not None and count <= self.muted_count

    def is_over(self, now: int) -> bool:
        """Does nothing that was decided count any more?"""
        is_muted = self.muted_count is not None or (self.muted_until_us or 0) > now
        return not (is_muted or self.assignee or now - self.replayed_us < REPLAYS_REMEMBERED_US)


class Triaged(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A cause that somebody decided on, how many are dead of it now, and whether it is muted at that."""

    triage: Triage
    count: int
    muted: bool


class _File(msgspec.Struct, frozen=True, kw_only=True):
    version: int = VERSION
    causes: tuple[Triage, ...] = ()


class TriageBook:
    """The decisions of a desk, and how many are dead of each cause."""

    def __init__(self, path: Path, reader: LedgerReader) -> None:
        self._reader = reader
        self._file = VolumeFile(path, _File, version=VERSION, what="the decisions on the dead in")
        self._client: Any = reader.client
        self._causes: dict[bytes, tuple[float, str]] = {}  # of each dead ref, as it died then: its cause's key

    def all(self) -> Mapping[str, Triage]:
        """The decisions by their causes' keys; a Redis that lost them is given them anew where the file is at hand."""
        with redis_errors(self._client):
            rows = self._client.hgetall(keys.TRIAGE)
        if rows:
            return {key.decode(): msgspec.json.decode(row, type=Triage) for key, row in rows.items()}
        found = self._read()
        if found:
            with contextlib.suppress(CopydeskError), redis_errors(self._client):
                pipe = self._client.pipeline(transaction=False)
                for key, one in found.items():  # what a decision of this moment has put there stays
                    pipe.hsetnx(keys.TRIAGE, key, msgspec.json.encode(one))
                pipe.execute()
        return found

    def triaged(self, now: int) -> tuple[Triaged, ...]:
        """Each cause that is muted or assigned, with how many are dead of it; none costs a look at the dead."""
        decided = [one for one in self.all().values() if one.is_decided]
        counts = self.counts() if decided else Counter[str]()
        return tuple(
            Triaged(triage=one, count=counts[one.key], muted=one.is_muted(counts[one.key], now)) for one in decided
        )

    def counts(self) -> Counter[str]:
        """How many are dead of each cause. Of each death the record is read once."""
        with redis_errors(self._client):
            dead = dict(self._client.zrange(keys.DEAD, 0, -1, withscores=True))
        new = [ref for ref, at in dead.items() if self._causes.get(ref, (None,))[0] != at]
        self._causes = {ref: known for ref, known in self._causes.items() if ref in dead}
        for start in range(0, len(new), AT_ONCE):
            refs = new[start : start + AT_ONCE]
            with redis_errors(self._client), self._client.pipeline(transaction=False) as pipe:
                for ref in refs:
                    pipe.hmget(keys.record(ref.decode()), "stage", "reason", "note")
                rows = pipe.execute()
            for ref, row in zip(refs, rows, strict=True):
                told = [(value or b"").decode("utf-8", "replace") for value in row]
                self._causes[ref] = (dead[ref], cause_key(*told))
        return Counter(key for _, key in self._causes.values())

    def mute(self, ref: str, until_us: int | None, *, by: str, note: str) -> Triage | None:
        """Say nothing of what this article died of until a time, or (None) until more die of it.

        None where it is not dead, as for the other decisions.
        """

        def muted(before: Triage) -> Triage:
            count = None if until_us is not None else self.counts()[before.key]
            return msgspec.structs.replace(before, muted_until_us=until_us, muted_count=count)

        return self._decide(ref, muted, by=by, note=note)

    def unmute(self, ref: str, *, by: str, note: str) -> Triage | None:
        """Speak of it again."""
        return self._decide(
            ref, lambda before: msgspec.structs.replace(before, muted_until_us=None, muted_count=None), by=by, note=note
        )

    def assign(self, ref: str, assignee: str, *, by: str, note: str) -> Triage | None:
        """Let somebody look after what this article died of; "" for nobody."""
        return self._decide(
            ref, lambda before: msgspec.structs.replace(before, assignee=assignee[:100]), by=by, note=note
        )

    def note_replayed(self, lines: Iterable[InputStatus]) -> None:
        """Remember that these were replayed, as they stood before: their causes are spoken of again from now on."""
        causes = {blank.key: blank for line in lines for blank in [_blank(line)]}
        if not causes:
            return
        now = now_us()
        with self._changing() as decided:
            for key, blank in causes.items():
                before = decided.get(key, blank)
                decided[key] = msgspec.structs.replace(
                    before, replayed_us=now, muted_until_us=None, muted_count=None, at_us=before.at_us or now
                )

    def _decide(self, ref: str, change: Callable[[Triage], Triage], *, by: str, note: str) -> Triage | None:
        line = self._reader.line(ref)
        if line is None or line.state != "dead":
            return None
        blank = _blank(line)
        with self._changing() as decided:
            changed = change(decided.get(blank.key, blank))
            decided[blank.key] = msgspec.structs.replace(changed, by=by, at_us=now_us(), note=note[:300])
        return decided[blank.key]

    def _read(self) -> dict[str, Triage]:
        content = self._file.read()
        return {one.key: one for one in content.causes} if content is not None else {}

    @contextlib.contextmanager
    def _changing(self) -> Iterator[dict[str, Triage]]:
        """The decisions as the file has them; what they are afterwards is written whole, then copied into Redis."""
        with self._file.alone():
            decided, now = self._read(), now_us()
            yield decided
            standing = (one for one in decided.values() if not one.is_over(now))
            kept = sorted(standing, key=lambda one: -one.at_us)[:MOST_CAUSES]
            self._file.write(_File(causes=tuple(kept)))
            self._copy(kept)

    def _copy(self, causes: Sequence[Triage]) -> None:
        with redis_errors(self._client), self._client.pipeline(transaction=True) as pipe:
            pipe.delete(keys.TRIAGE)
            if causes:
                pipe.hset(keys.TRIAGE, mapping={one.key: msgspec.json.encode(one) for one in causes})
            pipe.execute()


def open_triage(settings: Settings, reader: LedgerReader) -> TriageBook:
    """The decisions of the desk that the settings name."""
    return TriageBook(Path(settings.data_dir, TRIAGE_FILE), reader)


def _blank(line: InputStatus) -> Triage:
    stage, reason, note = line.stage or "", line.reason or "", line.note or ""
    return Triage(key=cause_key(stage, reason, note), stage=stage, reason=reason, cause=cause_of(note))
