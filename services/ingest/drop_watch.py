"""The drop folder as events and scans tell of it: which files are there, and which of them are whole."""

import contextlib
import itertools
import os
import queue
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec
import structlog
from watchdog.events import (
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from services.ingest.drops import is_drop_name, list_names, read_mark

log = structlog.get_logger(__name__)

STABLE_S = 2.0
RESCAN_S = 60.0
SCAN_S = 1.0
NAMES_A_STRETCH = 1000

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


class Mode(msgspec.Struct, frozen=True, kw_only=True):
    """How the drop folder is watched, and why so: `doctor` prints it."""

    kind: Literal["inotify", "scan"]
    reason: str


def mode(folder: Path, mounts: Path = Path("/proc/self/mountinfo")) -> Mode:
    """Whether the kernel tells of changes in a folder, or it has to be looked through."""
    if not sys.platform.startswith("linux"):
        return Mode(kind="scan", reason=f"{sys.platform} has no inotify; files are taken 2 s after their last change")
    with contextlib.suppress(OSError):
        kind = file_system(folder.absolute(), mounts.read_text(errors="replace"))
        if kind.startswith(REMOTE):
            return Mode(kind="scan", reason=f"{kind} tells of no changes; files are taken 2 s after their last change")
    return Mode(kind="inotify", reason="the kernel tells of each file that is closed or moved in")


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


class StabilityTracker:
    """Files seen by a scan, until they have held still: nobody says when their writer is done."""

    def __init__(self, *, trust_times: bool) -> None:
        self._trust_times = trust_times
        self._seen: dict[str, tuple[bytes, float]] = {}

    def offer(self, name: str, mark: bytes | None, age: float, now: float) -> bool:
        """Whether a file is ready. `age` is how old its last change says to be; a remote clock is not believed."""
        if mark is None:
            self._seen.pop(name, None)
            return False
        if self._trust_times and age >= STABLE_S:
            self._seen.pop(name, None)
            return True
        known = self._seen.get(name)
        if known is None or known[0] != mark:
            self._seen[name] = (mark, now)
            return False
        if now - known[1] < STABLE_S:
            return False
        del self._seen[name]
        return True

    def hold(self, name: str, mark: bytes | None, now: float) -> None:
        """Begin anew with a file that turned out to be still changing."""
        if mark is not None:
            self._seen[name] = (mark, now)

    def waiting(self) -> list[str]:
        """Names to be offered again."""
        return list(self._seen)


class DropWatch:
    """Names of files that are ready to be taken, from events and scans."""

    def __init__(self, folder: Path, how: Mode | None = None) -> None:
        self._folder = folder
        self.mode = how or mode(folder)
        self._events: queue.SimpleQueue[tuple[str, bool]] = queue.SimpleQueue()
        self._settling = StabilityTracker(trust_times=self.mode.kind == "inotify")
        self._observer: BaseObserver | None = None
        self._watched: tuple[int, int] | None = None
        self._scan: Iterator[str] | None = None
        self._scan_due = 0.0
        self._scan_s = 0.0

    def ready(self, wait_s: float) -> list[str]:
        """Names that are ready by now; waits a moment for the first."""
        if self._scan is None and time.monotonic() >= self._scan_due:
            self._listen()  # before the scan begins, so that nothing falls between the two
            self._scan, self._scan_s = list_names(self._folder), 0.0
        found = self._scan_on() if self._scan is not None else []
        return [*found, *self._from_events(0.0 if found else wait_s), *self._settled(self._settling.waiting())]

    def retry_later(self, names: Sequence[str]) -> None:
        """Offer these again when they have held still."""
        for name in names:
            self._settling.hold(name, read_mark(self._folder / name), time.monotonic())

    def close(self) -> None:
        """Stop listening."""
        observer, self._observer, self._watched = self._observer, None, None
        if observer is not None:
            observer.stop()
            observer.join(timeout=0.5)

    def _scan_on(self) -> list[str]:
        """The next stretch of a scan: the safety net beside events, and all there is without.

        A large folder takes many turns and at most a tenth of the time.
        """
        started = time.monotonic()
        names = list(itertools.islice(self._scan or (), NAMES_A_STRETCH))
        ready = self._settled(names)
        self._scan_s += time.monotonic() - started
        if len(names) < NAMES_A_STRETCH:
            self._scan = None
            pause = RESCAN_S if self._observer is not None else SCAN_S
            self._scan_due = time.monotonic() + max(pause, self._scan_s * 10)
        return ready

    def _settled(self, names: Sequence[str]) -> list[str]:
        now, clock = time.monotonic(), time.time()
        return [name for name in names if self._is_settled(name, now, clock)]

    def _is_settled(self, name: str, now: float, clock: float) -> bool:
        path = self._folder / name
        try:
            age = clock - os.lstat(path).st_mtime
        except OSError:
            age = 0.0
        return self._settling.offer(name, read_mark(path), age, now)

    def _from_events(self, wait_s: float) -> list[str]:
        """Names of files that were closed or moved in; those of a folder that came whole go by the scan's rule."""
        found: dict[str, None] = {}
        with contextlib.suppress(queue.Empty):
            path, complete = self._events.get(timeout=wait_s)
            while True:
                for name in self._names_at(path):
                    if complete or self._is_settled(name, time.monotonic(), time.time()):
                        found[name] = None
                path, complete = self._events.get_nowait()
        return list(found)

    def _names_at(self, path: str) -> list[str]:
        name = os.path.relpath(path, self._folder)
        if not os.path.isdir(path):
            return [name] if is_drop_name(name) else []
        below = [os.path.join(name, one) for one in list_names(Path(path))] if not os.path.islink(path) else []
        return [one for one in below if is_drop_name(one)]

    def _listen(self) -> None:
        """Listen to the folder, anew when it was replaced by another."""
        try:
            seen = self._folder.stat()
        except OSError:
            self.close()
            return
        if self.mode.kind == "scan" or (seen.st_dev, seen.st_ino) == self._watched:
            return
        self.close()
        try:
            self._observer = _observe(self._folder, self._events)
        except OSError as error:  # no inotify watches left, or none allowed
            self.mode = Mode(
                kind="scan",
                reason=f"inotify is refused ({error.strerror}); files are taken 2 s after their last change",
            )
            self._settling = StabilityTracker(trust_times=True)
            log.warning("drops_scanned", reason=self.mode.reason)
            return
        self._watched = (seen.st_dev, seen.st_ino)


class _Handler(FileSystemEventHandler):
    """Puts the paths of closed and moved-in files on a queue, whatever else happens to them."""

    def __init__(self, events: "queue.SimpleQueue[tuple[str, bool]]") -> None:
        self._events = events

    def dispatch(self, event: FileSystemEvent) -> None:
        """Tell closed and renamed files, which are whole, from created ones and folders, which may not be."""
        path = os.fsdecode(event.dest_path or event.src_path)
        if path:
            self._events.put((path, isinstance(event, FileClosedEvent | FileMovedEvent)))


def _observe(folder: Path, events: "queue.SimpleQueue[tuple[str, bool]]") -> BaseObserver:
    kinds: list[type[FileSystemEvent]] = [
        FileClosedEvent, FileMovedEvent, FileCreatedEvent, DirCreatedEvent, DirMovedEvent,
    ]  # fmt: skip
    observer = Observer(generate_full_events=True)  # type: ignore[call-arg]  # inotify's own, the only one met here
    observer.schedule(_Handler(events), str(folder), recursive=True, event_filter=kinds)
    observer.start()
    return observer
