"""The drop folder as events and scans tell of it: which files are there, and which of them are worth a look now."""

import contextlib
import heapq
import itertools
import sys
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from services.ingest.drop_files import DropNames, list_names, read_mark, still_for
from services.ingest.inotify import Change, Listener
from shared.late_log import LateLog

log = LateLog(__name__)

STILL_S = 5.0  # where nobody says that a file is whole, it has to hold still for so long
LONG_STILL_S = 300.0  # so long where its close is still to be heard: that of a file made before our eyes
MADE_S = 0.5  # a file that is made is open a moment later; one that is linked never is
RESCAN_S = 60.0
SCAN_S = 1.0
RELISTEN_S = 60.0
NAMES_A_STRETCH = 1000
WRITTEN_S, WRITTEN_MOST_S = 0.05, 5.0  # the kernel tells of a close a moment before the file counts as closed
TROUBLED_S, TROUBLED_MOST_S = 1.0, 60.0

# File systems whose changes come from elsewhere, so that the kernel here is not told of them.
REMOTE = (
    "nfs",
    "cifs",
    "smb",
    "9p",
    "fuse",
    "vboxsf",
    "prl_fs",
    "afs",
    "ceph",
    "glusterfs",
    "lustre",
    "virtiofs",
    "fakeowner",
)


WHEN_STILL = f"files are taken {STILL_S:.0f} s after their last change"
BY_EVENTS = "the kernel tells of each file that is closed or moved in"

Why = Literal["written", "unsure", "troubled", "anew"]


class Mode(msgspec.Struct, frozen=True, kw_only=True):
    """How the drop folder is watched, and why so: `doctor` prints it."""

    kind: Literal["inotify", "scan"]
    reason: str


def mode(folder: Path, mounts: Path = Path("/proc/self/mountinfo")) -> Mode:
    """Whether the kernel tells of changes in a folder, or it has to be looked through."""
    if not sys.platform.startswith("linux"):
        return Mode(kind="scan", reason=f"{sys.platform} has no inotify; {WHEN_STILL}")
    with contextlib.suppress(OSError):
        kind = file_system(folder.absolute(), mounts.read_text(errors="replace"))
        if kind.startswith(REMOTE):
            return Mode(kind="scan", reason=f"{kind} tells of no changes; {WHEN_STILL}")
    return Mode(kind="inotify", reason=BY_EVENTS)


def file_system(folder: Path, mountinfo: str) -> str:
    """The type of the file system a folder is on: that of the longest mount point above it, the last of equal ones."""
    best, kind = "", "unknown"
    for line in mountinfo.splitlines():
        before, separator, after = line.partition(" - ")
        fields = before.split()
        if not separator or len(fields) < 5:
            continue
        point = fields[4].replace("\\040", " ")
        if folder.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, after.split()[0]
    return kind


class _Wait(msgspec.Struct, kw_only=True):
    """Why and until when a name waits; `mark` where it has to hold still."""

    kind: Literal["made", "still", "again"]
    due: float
    mark: bytes | None = None


class Waiting:
    """Names that are worth a look at some later time, each once; a turn costs what is due, not what waits."""

    def __init__(self) -> None:
        self._waits: dict[str, _Wait] = {}
        self._line: list[tuple[float, str]] = []

    def put(self, name: str, wait: _Wait) -> None:
        """Let a name wait; what it waited for before is forgotten."""
        self._waits[name] = wait
        heapq.heappush(self._line, (wait.due, name))

    def drop(self, name: str) -> None:
        """Let a name wait no longer."""
        self._waits.pop(name, None)

    def due(self, now: float) -> Iterator[tuple[str, _Wait]]:
        """Names whose time has come, and what they waited for."""
        while self._line and self._line[0][0] <= now:
            due, name = heapq.heappop(self._line)
            wait = self._waits.get(name)
            if wait is not None and wait.due == due:
                del self._waits[name]
                yield name, wait

    def next_due(self) -> float:
        """When the next look is due; never, where none waits."""
        return self._line[0][0] if self._line else float("inf")

    def __contains__(self, name: str) -> bool:
        return name in self._waits


class DropWatch:
    """Names of files that are worth a look, from events and scans.

    `fresh` says which files of a scan are not known as they are. A name is offered with the seconds for which the file
    must have held still where the kernel does not know its writers: none when its close was heard, or when it has.
    """

    def __init__(
        self,
        folder: Path,
        names: DropNames,
        fresh: Callable[[Mapping[str, bytes]], Collection[str]],
        *,
        how: Mode | None = None,
        scan_s: float | None = None,
        still_s: float = STILL_S,
    ) -> None:
        self._folder, self._names, self._fresh = folder, names, fresh
        self._still_s, self._scan_s = still_s, scan_s
        self.mode = how or mode(folder)
        self._local = self.mode.kind == "inotify"  # leases and times of a remote drive say nothing of its writers
        self._listener: Listener | None = None
        self._heard: tuple[int, int] | None = None
        self._listen_due = 0.0
        self._waiting = Waiting()
        self._offers: dict[str, float] = {}
        self._tries: dict[str, int] = {}
        self._open: set[str] = set()
        self._scans: deque[Iterator[str]] = deque()
        self._whole_scan: Iterator[str] | None = None
        self._stretch: dict[str, bytes] = {}
        self._closed: dict[str, str] = {}
        self._scan_due = self._scan_cost = 0.0

    def ready(self, wait_s: float, *, scan: bool = True) -> dict[str, float]:
        """Names that are worth a look now, and how long each must have held still; waits a moment for the first.

        Without `scan` nothing but events is looked at. Raises what `fresh` raises: the same names are asked for again.
        """
        self._listen()
        offers = self._offers
        for name, wait in self._waiting.due(time.monotonic()):
            self._come_due(name, wait, offers)
        if scan:
            self._scan_on(offers)
        idle = not offers and not (scan and self._scans)
        self._hear(max(0.0, min(wait_s, self._waiting.next_due() - time.monotonic())) if idle else 0.0, offers)
        self._offers = {}
        return offers

    def answer(self, name: str, why: Why | None) -> None:
        """What came of an offer: `None` when there is nothing more to do, else why the file has to be offered again."""
        if why is None:
            self._tries.pop(name, None)
            self._open.discard(name)
        elif why == "unsure":
            self._hold_still(name)
        elif why == "anew":
            self._waiting.put(name, _Wait(kind="again", due=time.monotonic()))
        else:
            first, most = (WRITTEN_S, WRITTEN_MOST_S) if why == "written" else (TROUBLED_S, TROUBLED_MOST_S)
            tries = self._tries.get(name, 0)
            self._tries[name] = tries + 1
            due = time.monotonic() + min(first * 2.0 ** min(tries, 20), most)
            self._waiting.put(name, _Wait(kind="again", due=due))

    def closed(self) -> Mapping[str, str]:
        """Folders that the scans since the last call could not list, and why."""
        closed, self._closed = self._closed, {}
        return closed

    def close(self) -> None:
        """Stop listening."""
        listener, self._listener, self._heard = self._listener, None, None
        self._open.clear()
        if listener is not None:
            listener.close()

    def _look_at(self, name: str, offers: dict[str, float]) -> None:
        """Offer a file that may not be whole: the kernel can be asked here, on a remote drive it cannot."""
        if self._local:
            offers.setdefault(name, self._span(name))
        else:
            self._hold_still(name)

    def _hold_still(self, name: str) -> None:
        path = f"{self._folder}/{name}"
        mark = read_mark(path)
        if mark is None:
            self.answer(name, None)
            return
        span = self._span(name)
        left = span - max(still_for(path), 0.0) if self._local else span
        self._waiting.put(name, _Wait(kind="still", due=time.monotonic() + max(left, 0.0), mark=mark))

    def _span(self, name: str) -> float:
        return LONG_STILL_S if name in self._open else self._still_s

    def _come_due(self, name: str, wait: _Wait, offers: dict[str, float]) -> None:
        if wait.kind != "still":
            self._look_at(name, offers)
        elif read_mark(f"{self._folder}/{name}") == wait.mark:
            offers[name] = 0.0
        else:
            self._hold_still(name)

    def _scan_on(self, offers: dict[str, float]) -> None:
        """The next stretch of a scan: the safety net beside events, and all there is without.

        A file that is known costs one `lstat` and a field of one question to Redis. A large folder takes many turns,
        and at most a tenth of the time.
        """
        started = time.monotonic()
        if self._whole_scan is None and started >= self._scan_due:
            self._whole_scan, self._scan_cost = self._list(), 0.0
            self._scans.append(self._whole_scan)
        self._stretch = self._stretch or self._next_stretch()
        if self._stretch:
            for name in self._fresh(self._stretch):
                if name not in self._waiting:
                    self._look_at(name, offers)
            self._stretch = {}
        self._scan_cost += time.monotonic() - started

    def _list(self, below: str = "") -> Iterator[str]:
        return list_names(
            self._folder, self._names, below, on_closed=lambda name, why: self._closed.update({name: why})
        )

    def _next_stretch(self) -> dict[str, bytes]:
        if not self._scans:
            return {}
        names = list(itertools.islice(self._scans[0], NAMES_A_STRETCH))
        if len(names) < NAMES_A_STRETCH and self._scans.popleft() is self._whole_scan:
            self._whole_scan = None
            pause = self._scan_s or (SCAN_S if self._listener is None else RESCAN_S)
            self._scan_due = time.monotonic() + max(pause, self._scan_cost * 10)
        marks = ((name, read_mark(f"{self._folder}/{name}")) for name in names)
        return {name: mark for name, mark in marks if mark is not None}

    def _hear(self, wait_s: float, offers: dict[str, float]) -> None:
        if self._listener is None:
            time.sleep(wait_s)
            return
        try:
            changes = self._listener.wait(wait_s)
        except OSError as error:  # no watches left for a folder that came
            self._go_without(error)
            return
        if self._listener.missed:
            self._listener.missed, self._scan_due = False, 0.0
            self._open.clear()  # the news of their close may be among those that were lost
        for change in changes:
            self._obey(change, offers)

    def _obey(self, change: Change, offers: dict[str, float]) -> None:
        name = change.name
        if change.kind == "folder":
            self._scans.append(self._list(name))
        elif name not in self._names:
            return
        elif change.kind == "whole":
            self.answer(name, None)
            self._waiting.drop(name)
            offers[name] = 0.0
        elif change.kind == "made":
            self._open.add(name)
            self._waiting.put(name, _Wait(kind="made", due=time.monotonic() + MADE_S))
        else:
            self._tries.pop(name, None)
            self._look_at(name, offers)

    def _listen(self) -> None:
        """Listen to the folder, anew and with a scan at once when it ended, moved, or was replaced by another."""
        try:
            seen = self._folder.stat()
        except OSError:
            self.close()
            return
        if self._listener is not None and (self._listener.ended or (seen.st_dev, seen.st_ino) != self._heard):
            self.close()
        if self._listener is not None or not self._local or time.monotonic() < self._listen_due:
            return
        try:
            self._listener = Listener(self._folder, self._names.takes)
        except OSError as error:  # no watches left, or none allowed
            self._go_without(error)
            return
        self._heard = (seen.st_dev, seen.st_ino)
        self.mode = Mode(kind="inotify", reason=BY_EVENTS)
        self._scans.clear()
        self._stretch, self._whole_scan, self._scan_due = {}, None, 0.0

    def _go_without(self, error: OSError) -> None:
        """Look through the folder instead, and ask for the kernel's news again in a while."""
        self.close()
        self._listen_due, self._scan_due = time.monotonic() + RELISTEN_S, 0.0
        if self.mode.kind == "inotify":
            self.mode = Mode(kind="scan", reason=f"inotify is refused ({error.strerror}); the folder is looked through")
            log.warning("drops_scanned", reason=self.mode.reason)
