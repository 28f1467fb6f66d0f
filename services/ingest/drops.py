"""Files dropped into `seeds/`: which are taken, how they are read, what came of them. They stay where they are."""

import itertools
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

import msgspec
import redis
import structlog

from services.ingest.feeds import looks_like_feed, make_inputs
from services.ingest.formats import json_feed
from services.ingest.formats.feed import Feed
from services.ingest.intake import Answer, Receipt, in_batches
from services.ingest.packages import Item, split_package
from services.ingest.parser_process import FeedParser
from shared import identity
from shared.clock import now_us
from shared.envelope import Input, Source
from shared.errors import InputRefused, NotAFeed, PermanentError, TransientError
from shared.ledger import keys
from shared.ledger.connection import redis_errors
from shared.settings import Settings, SourceSettings

log = structlog.get_logger(__name__)

MEDIA_TYPES: Mapping[str, str] = {
    ".txt": "text/plain",
    ".html": "text/html",
    ".htm": "text/html",
    ".json": "application/json",
    ".xml": "application/xml",
}
FEED_SUFFIXES = frozenset({".xml", ".json"})
UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".swp", "~")
MAX_PROBLEMS = 1000
READ_TRIES = 3
# What an alias may not hold as it is: control characters, bytes that are no text, and `\` or a `%` that would read as
# an escape. All other names keep the alias they always had.
ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\\]|%(?=[0-9A-Fa-f]{2})")


class TakesInputs(Protocol):
    """The way in: `services.ingest.intake.Intake`."""

    def take_each(self, inputs: Sequence[Input]) -> list[Answer]: ...
    def take(self, inputs: Sequence[Input]) -> list[Receipt]: ...


class DropProblem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A file in the drop folder that was not taken, why, and since when (µs)."""

    path: str
    reason: str
    at_us: int


class Dropped(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was read: its name below the folder, its bytes, and the mark that tells a later change."""

    name: str
    body: bytes
    mark: bytes


class _Read(msgspec.Struct, frozen=True, kw_only=True):
    dropped: Dropped
    inputs: list[Input]


class Unreadable(TransientError):
    """A file that is there and cannot be read now: rights, a disk in trouble, no descriptor left. It may go better."""


class Vanished(Exception):
    """The file went away before it could be read: nothing was dropped."""


class Drops:
    """The drop folder. Any number of watchers may run on it: what both take, one of them takes as a duplicate."""

    def __init__(self, settings: Settings, intake: TakesInputs, client: redis.Redis, parser: FeedParser) -> None:
        self._settings = settings
        self._folder = Path(settings.seeds_dir)
        self._intake = intake
        self._redis = client
        self._parser = parser
        self._cursor = 0
        self._device: int | None = None

    def take(self, names: Sequence[str]) -> list[str]:
        """Take these files but for those taken as they are; gives the names to be offered again in a moment.

        Raises `TransientError` when the desk or Redis has no room now: then all are to be offered again.
        """
        again: list[str] = []
        for batch in in_batches(self._readable(names, again), lambda read: len(read.dropped.body), self._settings):
            self._enter(batch)
        return again

    def _readable(self, names: Sequence[str], again: list[str]) -> Iterator["_Read"]:
        """Those that can be read now; what holds no still joins those to be offered again."""
        for name in self._fresh(names):
            try:
                read = self._read(name)
            except TransientError as error:
                self._note_waiting(name, error)
                again.append(name)
                continue
            if read is not None:
                yield read

    def problems(self) -> list[DropProblem]:
        """Files that are not taken, oldest first. Those that are gone from the folder are no problem any more."""
        self._prune_problems()
        with redis_errors(self._redis):
            rows = self._redis.hvals(keys.DROPS_PROBLEMS)
        return sorted((msgspec.json.decode(row, type=DropProblem) for row in rows), key=lambda problem: problem.at_us)

    def tidy(self) -> None:
        """Forget some of the files that are gone from the folder; called now and then, it gets through them all.

        Only while the folder itself stands where it stood: one that is away for a moment has lost no file.
        """
        if not self._stands():
            return
        self._prune_problems()
        with redis_errors(self._redis):
            self._cursor, some = self._redis.hscan(keys.DROPS_TAKEN, self._cursor, count=200)
            gone = [name for name in some if not os.path.lexists(self._folder / os.fsdecode(name))]
            if gone:
                self._redis.hdel(keys.DROPS_TAKEN, *gone)

    def _stands(self) -> bool:
        """Whether the folder is there, on the device where it was first seen."""
        try:
            device = os.stat(self._folder).st_dev
        except OSError:
            return False
        self._device = device if self._device is None else self._device
        return device == self._device

    def _prune_problems(self) -> None:
        """Files that are gone are no problem any more."""
        if not self._stands():
            return
        with redis_errors(self._redis):
            names = self._redis.hkeys(keys.DROPS_PROBLEMS)
            gone = [name for name in names if not os.path.lexists(self._folder / os.fsdecode(name))]
            if gone:
                self._redis.hdel(keys.DROPS_PROBLEMS, *gone)

    def _note_waiting(self, name: str, error: TransientError) -> None:
        """A file that is still written is no trouble; one that cannot be read is told, once, and tried again."""
        if not isinstance(error, Unreadable):
            log.info("drop_postponed", path=printable(name), reason=str(error))
            return
        if self._keep_problem(name, str(error)):
            log.warning("drop_unreadable", path=printable(name), reason=str(error))

    def _keep_problem(self, name: str, reason: str) -> bool:
        """Keep the reason where `status` shows it; False when it stands there already."""
        problem = DropProblem(path=printable(name), reason=printable(reason), at_us=now_us())
        with redis_errors(self._redis):
            before = self._redis.hget(keys.DROPS_PROBLEMS, os.fsencode(name))
            if before is not None and msgspec.json.decode(before, type=DropProblem).reason == problem.reason:
                return False
            if before is not None or self._redis.hlen(keys.DROPS_PROBLEMS) < MAX_PROBLEMS:
                self._redis.hset(keys.DROPS_PROBLEMS, os.fsencode(name), msgspec.json.encode(problem))
        return True

    def _fresh(self, names: Sequence[str]) -> list[str]:
        """The names whose files are not known, by size, time and inode, as taken or refused already."""
        if not names:
            return []
        with redis_errors(self._redis):
            known = self._redis.hmget(keys.DROPS_TAKEN, [os.fsencode(name) for name in names])
        marks = (read_mark(self._folder / name) for name in names)
        return [name for name, mark, seen in zip(names, marks, known, strict=True) if seen is None or mark != seen]

    def _read(self, name: str) -> "_Read | None":
        """Read one file; `None` for one that is gone or refused."""
        try:
            dropped = read_drop(self._folder, name, self._settings.max_input_bytes)
            source = drop_source(name, self._settings.drops)
            return _Read(dropped=dropped, inputs=make_drop_inputs(name, dropped.body, source, self._parser))
        except Vanished:
            self._forget(name)
        except PermanentError as error:
            self._tell_problem(name, str(error))
        return None

    def _enter(self, batch: Sequence["_Read"]) -> None:
        """Hand a batch in; a file of which no door takes a part is told, and does not stop the others."""
        answers = iter(self._intake.take_each([item for read in batch for item in read.inputs]))
        taken = []
        for read in batch:
            refused = [str(answer) for answer in itertools.islice(answers, len(read.inputs)) if _is_refused(answer)]
            if refused:
                self._tell_problem(read.dropped.name, refused[0])
            else:
                taken.append(read.dropped)
        if taken:
            self._remember(taken)

    def _remember(self, taken: Sequence[Dropped]) -> None:
        marks = {os.fsencode(dropped.name): dropped.mark for dropped in taken}
        with redis_errors(self._redis):
            self._redis.hset(keys.DROPS_TAKEN, items=[part for pair in marks.items() for part in pair])
            self._redis.hdel(keys.DROPS_PROBLEMS, *marks)
        log.info("drops_taken", count=len(taken), first=printable(taken[0].name))

    def _tell_problem(self, name: str, reason: str) -> None:
        """Keep the reason where `status` shows it; it is logged once, not at every scan."""
        mark = read_mark(self._folder / name) or b""
        self._keep_problem(name, reason)
        with redis_errors(self._redis):
            self._redis.hset(keys.DROPS_TAKEN, os.fsencode(name), mark)
        log.warning("drop_refused", path=printable(name), reason=printable(reason))

    def _forget(self, name: str) -> None:
        with redis_errors(self._redis):
            self._redis.hdel(keys.DROPS_PROBLEMS, os.fsencode(name))
            self._redis.hdel(keys.DROPS_TAKEN, os.fsencode(name))


def take_file(path: Path, settings: Settings, intake: TakesInputs) -> list[Receipt]:
    """Take one file, as `copydesk push FILE` does: one below `seeds/` as the drop it is, any other by its own path."""
    path = path.absolute()
    folder = Path(settings.seeds_dir).absolute()
    try:
        dropped = read_drop(path.parent, path.name, settings.max_input_bytes)
    except Vanished as error:
        raise InputRefused(f"{printable(str(path))} is not there") from error
    if path.is_relative_to(folder):
        name = path.relative_to(folder).as_posix()
        source = drop_source(name, settings.drops)
    else:
        name, source = path.as_posix(), Source(kind="push", name=identity.COMMAND_LINE)
    parser = FeedParser()
    try:
        return intake.take(make_drop_inputs(name, dropped.body, source, parser))
    finally:
        parser.close()


def make_drop_inputs(name: str, body: bytes, source: Source, parser: FeedParser) -> list[Input]:
    """What a file holds: the entries of a feed, the items of a NewsML-G2 message, else one article."""
    suffix = PurePosixPath(name).suffix.lower()
    media_type = MEDIA_TYPES.get(suffix)
    if media_type is None:
        raise InputRefused(f"{printable(name)} is of a kind that is not read; read are {', '.join(MEDIA_TYPES)}")
    if suffix in FEED_SUFFIXES and (json_feed.announces_itself(body) if suffix == ".json" else looks_like_feed(body)):
        feed = _parse(name, body, parser)
        found = make_inputs(feed, feed.topic or f"drop:{_spelled(name)}", source)
        if found:
            return [one.input for one in found]
        raise InputRefused(f"{printable(name)} is a feed without entries")
    items = split_package(body, printable(name)) if suffix == ".xml" else ()
    if items:
        return [_packaged(name, item, number, source) for number, item in enumerate(items, start=1)]
    return [Input(source=source, media_type=media_type, body=body, aliases=(path_alias(name),), name=printable(name))]


def _packaged(name: str, item: Item, number: int, source: Source) -> Input:
    """One item of a package: known by its own guid in whatever file it comes, else by its place in this one."""
    own = (f"uri:{item.guid}",) if item.guid else (f"{path_alias(name)}#{number}",)
    return Input(
        source=source,
        media_type=MEDIA_TYPES[".xml"],
        body=item.body,
        aliases=own,
        name=f"{printable(name)}#{printable(item.guid or str(number))}",
    )


def path_alias(name: str) -> str:
    """What a file is known by: its name, with all that is not plain text percent-encoded, so that no two share one."""
    return identity.path_alias(_spelled(name))


def drop_source(name: str, drops: Mapping[str, SourceSettings]) -> Source:
    """The source of `hue/2015/bai.txt`: its folder, with the settings of `hue/2015`, else of `hue`, else of the top."""
    folder = PurePosixPath(name).parent
    chosen = next(
        (drops[key] for one in (folder, *folder.parents) if (key := "" if str(one) == "." else str(one)) in drops),
        SourceSettings(),
    )
    return Source(
        kind="drop",
        name="" if str(folder) == "." else printable(str(folder)),
        zone=chosen.zone,
        language=chosen.language,
    )


def is_drop_name(name: str) -> bool:
    """Whether a name is meant for us: `.hidden/a.txt`, `a.txt.part`, `a.txt~` are not."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not any(part.startswith(".") for part in parts) and not name.lower().endswith(UNFINISHED)


def list_names(folder: Path) -> Iterator[str]:
    """Names of the files below a folder, in order; links to folders are not followed, links to files refused later."""
    for top, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for one in sorted(files):
            name = (Path(top) / one).relative_to(folder).as_posix()
            if is_drop_name(name):
                yield name


def read_whole(descriptor: int, limit: int) -> bytes:
    """What an open file holds, up to a limit."""
    parts = bytearray()
    while len(parts) < limit and (chunk := os.read(descriptor, min(1 << 20, limit - len(parts)))):
        parts += chunk
    return bytes(parts)


def read_drop(folder: Path, name: str, max_bytes: int, read: Callable[[int, int], bytes] = read_whole) -> Dropped:
    """Read a plain file that holds still meanwhile.

    Raises `Vanished`, `InputRefused` for what is no plain file or too large, `Unreadable` when it cannot be read now.
    """
    for _ in range(READ_TRIES):
        descriptor = _open_plain(folder, name)
        try:
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise InputRefused(f"{printable(name)} is no plain file")
            if before.st_size > max_bytes:
                raise InputRefused(f"{printable(name)} has {before.st_size} bytes; max_input_bytes is {max_bytes}")
            body = read(descriptor, max_bytes + 1)
            after = os.fstat(descriptor)
        except OSError as error:  # EIO, ESTALE: it concerns this file, and may pass
            raise Unreadable(f"{printable(name)} cannot be read: {error.strerror}", retry_after=5) from error
        finally:
            os.close(descriptor)
        if _mark(before) == _mark(after) and len(body) == after.st_size:
            return Dropped(name=name, body=body, mark=_mark(after))
    raise TransientError(f"{printable(name)} is still being written", retry_after=1)


def read_mark(path: Path) -> bytes | None:
    """Size, time and inode of a file: whether it is still the one we took."""
    try:
        return _mark(os.lstat(path))
    except OSError:
        return None


def printable(text: str) -> str:
    """A name as it may be shown: control characters and bytes that are no text are escaped."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode() for char in text
    )


def _parse(name: str, body: bytes, parser: FeedParser) -> Feed:
    """Read a dropped feed; the address it is given within is nothing a person has to read."""
    address = f"drop:{_spelled(name)}"
    try:
        return parser.parse(body, None, address)
    except NotAFeed as error:
        raise NotAFeed(str(error).replace(address, printable(name))) from error


def _is_refused(answer: Answer) -> bool:
    return isinstance(answer, InputRefused)


def _spelled(name: str) -> str:
    return ODD.sub(lambda odd: "".join(f"%{byte:02X}" for byte in os.fsencode(odd[0])), name)


def _mark(seen: os.stat_result) -> bytes:
    return f"{seen.st_size}:{seen.st_mtime_ns}:{seen.st_ino}".encode()


def _open_plain(folder: Path, name: str) -> int:
    """Open without following a link and without waiting for the other end of a pipe."""
    path = folder / name
    if os.path.realpath(path.parent) != os.path.normpath(os.path.join(os.path.realpath(folder), os.path.dirname(name))):
        raise InputRefused(f"{printable(name)} stands behind a link, which is not followed")
    try:
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise Vanished from error
    except OSError as error:
        if path.is_symlink():
            raise InputRefused(f"{printable(name)} is a link, which is not followed") from error
        raise Unreadable(f"{printable(name)} is not readable: {error.strerror}", retry_after=5) from error
