"""What is set for each source, version by version: `sources.json` on the data volume is the truth.

Doors write it, workers that normalise read it: one look at the file's times a batch says whether it has changed.
"""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import msgspec

from shared.clock import now_us
from shared.envelope import Source, source_of
from shared.errors import NewerData, PermanentError, Unavailable
from shared.hints import NO_HINTS, NOT_SET, Applied, Hints, merged
from shared.identity import COMMAND_LINE, PUBLISHER, host_of, is_page
from shared.late_log import LateLog
from shared.volume_file import VolumeFile
from shared.whole_file import stamp_of

log = LateLog(__name__)

VERSION = 1
KINDS = ("feed", "push", "drop", "host")
MOST_SOURCES, MOST_VERSIONS = 2_000, 100
NAMED = {"push": "publisher's name", "feed": "address of a feed", "drop": "folder below the drop folder"}
LONGEST_NAME, LONGEST_NOTE = 2_000, 1_000
MADE = "as it was added"


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One version of a source's settings: the whole of them, when they were saved (µs), by whom, and why."""

    version: int
    hints: Hints
    at_us: int
    who: str
    note: str = ""


class _File(msgspec.Struct, frozen=True, kw_only=True):
    version: int = VERSION
    sources: dict[str, tuple[Change, ...]] = {}


class ChangedMeanwhile(PermanentError):
    """Somebody else has saved other settings since these were read."""


class SourceBook:
    """The file of settings. Read whole, replaced whole, one writer at a time; readers look whether it has changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = VolumeFile(path, _File, version=VERSION, what="the settings of sources in")
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._sources: Mapping[str, tuple[Change, ...]] = {}
        self._is_known = False
        self._told = ""

    def sources(self) -> Mapping[str, tuple[Change, ...]]:
        """Every source that settings were ever saved for, with all versions, the newest last."""
        return self._read()

    def history(self, name: str) -> tuple[Change, ...]:
        """The versions of one source's settings, the newest last."""
        return self._read().get(name, ())

    def save(self, name: str, hints: Hints, *, who: str, note: str = "", after: int | None = None) -> Change:
        """Keep a new version; the same settings again are none. `after` is the version they were made from.

        Raises `ChangedMeanwhile` where that is not the last one any more.
        """
        with self._changing() as sources:
            return _keep(sources, name, lambda _: hints, who=who, note=note, after=after)

    def save_as_made(self, source: Source, *, who: str) -> None:
        """Keep the zone and language that a source is made with, beside what is set for it already."""
        made = Hints(zone=source.zone, language=source.language)
        if made != NO_HINTS:
            with self._changing() as sources:
                _keep(sources, source_of(source), partial(merged, then=made), who=who, note=MADE)

    def save_all_as_made(self, made: Iterable[Source], *, who: str) -> None:
        """The same for several, in one change of the file. Those that find no room in it keep what they bring along."""
        told = {source_of(one): Hints(zone=one.zone, language=one.language) for one in made if one.zone or one.language}
        if told:
            with self._changing() as sources:
                for name, hints in told.items():
                    if name in sources or len(sources) < MOST_SOURCES:
                        _keep(sources, name, partial(merged, then=hints), who=who, note=MADE)

    def applied(self, source: Source, url: str | None = None) -> Applied:
        """What counts for an input: its source's settings, and in their place those of its page's host.

        Raises `Unavailable` while the file cannot be read and was never: nothing is read otherwise than it was set.
        """
        return _applied(self._current(), source, url)

    def as_if(self, name: str, hints: Hints) -> Callable[[Source, str | None], Applied]:
        """What would count for an input, were these the settings of a source; nothing is kept."""
        sources = self._read()
        last = sources[name][-1].version if name in sources else 0
        tried = {**sources, name: (Change(version=last + 1, hints=hints, at_us=0, who=""),)}
        return lambda source, url: _applied(tried, source, url)

    def _current(self) -> Mapping[str, tuple[Change, ...]]:
        with self._lock:
            stamp = stamp_of(self.path)
            if not self._is_known or stamp != self._seen:
                try:
                    self._sources = self._read()
                    self._seen, self._is_known, self._told = stamp, True, ""
                except (PermanentError, NewerData) as error:
                    self._say_unreadable(error)
            return self._sources

    def _say_unreadable(self, error: PermanentError | NewerData) -> None:
        if self._told != str(error):
            log.error("source_settings_unreadable", error=str(error))
        self._told = str(error)
        if not self._is_known:
            raise Unavailable(f"{error}: correct the file or restore it", retry_after=30) from error

    def _read(self) -> dict[str, tuple[Change, ...]]:
        content = self._file.read()
        return {name: changes for name, changes in content.sources.items() if changes} if content is not None else {}

    @contextlib.contextmanager
    def _changing(self) -> Iterator[dict[str, tuple[Change, ...]]]:
        """The sources; what they are afterwards is written, whole or not at all."""
        with self._file.alone():
            sources = self._read()
            before = dict(sources)
            yield sources
            if sources != before:
                self._file.write(_File(sources=sources))


def _applied(sources: Mapping[str, tuple[Change, ...]], source: Source, url: str | None) -> Applied:
    if not sources:
        return NOT_SET
    host = host_of(url)
    names = (source_of(source), *((f"host:{host}",) if host else ()))
    found = [(name, sources[name][-1]) for name in names if name in sources and sources[name][-1].hints != NO_HINTS]
    hints = NO_HINTS
    for _, change in found:
        hints = merged(hints, change.hints)
    return Applied(hints=hints, said_by=", ".join(f"{name} {change.version}" for name, change in found))


def checked_name(name: str) -> str:
    """A source's name as settings are kept under: `host:www.A.example` is `host:a.example`.

    Raises `PermanentError` for what is no source.
    """
    kind, colon, rest = name.strip().partition(":")
    if not colon or kind not in KINDS or (not rest and kind != "drop") or not rest.isprintable():
        raise PermanentError(
            f"{name[:200]!r} is no source: say feed:URL, push:PUBLISHER, drop:FOLDER or host:news.example"
        )
    if len(name) > LONGEST_NAME:
        raise PermanentError(f"the name of a source has at most {LONGEST_NAME} characters")
    if kind == "host":
        address = rest if "//" in rest else f"https://{rest}/"
        host = host_of(address) if is_page(address) else None
        if host is None or "/" in rest.removeprefix("https://").removeprefix("http://").rstrip("/"):
            raise PermanentError(f"{rest[:200]!r} is no host: say host:news.example")
        return f"host:{host}"
    if not _may_be(kind, rest):
        raise PermanentError(f"{rest[:200]!r} is no {NAMED[kind]}: no source can have that name")
    return f"{kind}:{rest}"


def _may_be(kind: str, rest: str) -> bool:
    """Whether a source of this kind can be called so."""
    match kind:
        case "push":
            return rest == COMMAND_LINE or PUBLISHER.fullmatch(rest) is not None
        case "feed":
            return is_page(rest)
        case _:
            return not rest or all(part not in ("", ".", "..") for part in rest.split("/"))


def _keep(
    sources: dict[str, tuple[Change, ...]],
    name: str,
    change_of: Callable[[Hints], Hints],
    *,
    who: str,
    note: str,
    after: int | None = None,
) -> Change:
    """Keep what becomes of the last settings of a source."""
    name = name if name in sources else checked_name(name)  # one saved before may be taken back
    before = sources.get(name, ())
    last = before[-1] if before else Change(version=0, hints=NO_HINTS, at_us=0, who="")
    if after is not None and last.version != after:
        raise ChangedMeanwhile(
            f"the settings of {name} were changed meanwhile: version {last.version} by {last.who}, these were "
            f"made from version {after}; look at them and try again"
        )
    hints = change_of(last.hints)
    if last.hints == hints:
        return last
    if name not in sources and len(sources) >= MOST_SOURCES:
        raise PermanentError(f"settings are kept for at most {MOST_SOURCES} sources")
    change = Change(version=last.version + 1, hints=hints, at_us=now_us(), who=who[:200], note=note[:LONGEST_NOTE])
    sources[name] = (*before, change)[-MOST_VERSIONS:]
    return change
