"""What Redis keeps of the drop folder: which files were taken as they are, which are not taken and why."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from services.ingest.drop_files import WHOLE, Unreadable, check_listable, is_known, printable
from services.ingest.drop_problem_files import ProblemFiles
from services.ingest.drop_problems import (
    MOST_MEMBERS,
    DropMember,
    DropProblem,
    ProblemName,
    joined,
    kind_of_unread,
    partly,
)
from shared.clock import now_us
from shared.late_log import LateLog
from shared.ledger import keys
from shared.ledger.connection import Client, redis_errors

log = LateLog(__name__)

MAX_PROBLEMS = 1000
TIDIED_AT_ONCE = 200


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a file that was taken or refused: its mark, a digest of its bytes where it was taken, the article
    whose words it repeats where it has none of its own, and how many parts it has where these are several."""

    mark: bytes
    digest: bytes = b""
    copy_of: str = ""
    parts: int = 0


class Notes(msgspec.Struct, kw_only=True):
    """What came of some files besides those that were taken: kept in a few calls for all of them.

    `refused` says why, and of which mark, and `members` which parts each of these has, if any; `troubled` why they are
    tried again; `partly` why parts of what was taken were not, and which, `unread` why no article was found in what was
    taken, or (`unread_parts`) in which parts of it; `touched` are those whose bytes are as they were; `gone` are there
    no more; `taken_back` names the parts of a file whose articles were withdrawn or purged.
    """

    refused: dict[str, tuple[bytes, str]] = {}
    members: dict[str, tuple[DropMember, ...]] = {}
    troubled: dict[str, str] = {}
    partly: dict[str, tuple[str, tuple[DropMember, ...]]] = {}
    unread: dict[str, str] = {}
    unread_parts: dict[str, tuple[DropMember, ...]] = {}
    taken_back: dict[str, tuple[DropMember, ...]] = {}
    touched: dict[str, Taken] = {}
    gone: list[str] = []


class DropMemory:
    """The files of one folder. No call asks Redis once a file; all raise `TransientError` while it is away."""

    def __init__(self, client: Client, folder: Path, files: ProblemFiles) -> None:
        self._redis: Any = client
        self._folder = folder
        self._files = files
        self._cursor = 0
        self._device: int | None = None

    def recall(self, names: Iterable[str]) -> list[Taken | None]:
        """What is kept of these files, in their order."""
        asked = [os.fsencode(name) for name in names]
        if not asked:
            return []
        with redis_errors(self._redis):
            return [None if row is None else _unpack(row) for row in self._redis.hmget(keys.DROPS_TAKEN, asked)]

    def remember(self, taken: Mapping[str, Taken], holders: Mapping[str, str]) -> list[str]:
        """Keep what was taken; `holders` are those whose path is an article's own, and that article.

        A file that repeats another's words has no article. Once the other one says something else, it needs its own:
        such files are forgotten, and given back to be taken anew.
        """
        with redis_errors(self._redis):
            parted = self._parted(taken, holders)
            rows = {os.fsencode(name): _pack(file) for name, file in taken.items() if name not in parted}
            with self._redis.pipeline() as pipe:
                for name, article in parted.items():
                    pipe.hdel(keys.DROPS_TAKEN, os.fsencode(name))
                    pipe.srem(keys.drop_copies(article), os.fsencode(name))
                if rows:
                    pipe.hset(keys.DROPS_TAKEN, mapping=rows)
                    pipe.hdel(keys.DROPS_PROBLEMS, *rows)
                pipe.execute()
        self._files.remove(name for name in taken if name not in parted)
        return list(parted)

    def forget(self, names: Iterable[str]) -> None:
        """Let files be read anew, as they are."""
        with redis_errors(self._redis):
            self._redis.hdel(keys.DROPS_TAKEN, *map(os.fsencode, names))

    def note(self, notes: Notes) -> None:
        """Keep what came of files that were not taken. A problem is logged when it is new, not at every look."""
        parts = self._parts_of({**notes.unread, **notes.unread_parts})
        problems = dict(_problems(notes, self._folder, parts))
        taken = {name: Taken(mark=mark) for name, (mark, _) in notes.refused.items()} | notes.touched
        fine = [os.fsencode(name) for name in (*notes.gone, *notes.touched)]
        if not (problems or taken or fine):
            return
        with redis_errors(self._redis):
            new = self._new_problems(problems, parts)
            with self._redis.pipeline() as pipe:
                if new:
                    pipe.hset(keys.DROPS_PROBLEMS, mapping=_rows(new))
                if taken:
                    pipe.hset(keys.DROPS_TAKEN, mapping={os.fsencode(name): _pack(row) for name, row in taken.items()})
                if fine:
                    pipe.hdel(keys.DROPS_PROBLEMS, *fine)
                if notes.gone:
                    pipe.hdel(keys.DROPS_TAKEN, *map(os.fsencode, notes.gone))
                pipe.execute()
        self._files.remove(os.fsdecode(name) for name in fine)

    def tidy(self) -> None:
        """Forget some of the files that are gone from the folder; called now and then, it gets through them all.

        Only while the folder itself stands where it stood: one that is away for a moment has lost no file. Until it is
        back, it is told as a problem of its own.
        """
        try:
            check_listable(self._folder)
        except Unreadable as error:
            self.note(Notes(troubled={WHOLE: str(error)}))
        if not self._stands():
            return
        with redis_errors(self._redis):
            problems = [name for name in self._redis.hkeys(keys.DROPS_PROBLEMS) if self._is_over(name)]
            self._cursor, some = self._redis.hscan(keys.DROPS_TAKEN, self._cursor, count=TIDIED_AT_ONCE)
            gone = self._gone(some)
            with self._redis.pipeline() as pipe:
                if problems:
                    pipe.hdel(keys.DROPS_PROBLEMS, *problems)
                if gone:
                    pipe.hdel(keys.DROPS_TAKEN, *gone)
                for name in gone:
                    if article := _unpack(some[name]).copy_of:
                        pipe.srem(keys.drop_copies(article), name)
                pipe.execute()
        self._files.remove(os.fsdecode(name) for name in problems)
        self._files.tidy()

    def _gone(self, names: Iterable[bytes]) -> list[bytes]:
        return [name for name in names if not os.path.lexists(self._folder / os.fsdecode(name))]

    def _is_over(self, name: bytes) -> bool:
        """Whether what a problem is about is gone, or a folder that can be listed again."""
        path = self._folder / os.fsdecode(name)
        if not os.path.lexists(path):
            return True
        if (path.is_symlink() and os.fsdecode(name) != WHOLE) or not path.is_dir():
            return False
        try:
            check_listable(self._folder, os.fsdecode(name))
        except Unreadable:
            return False
        return True

    def _stands(self) -> bool:
        """Whether the folder is there, on the device where it was first seen."""
        try:
            device = os.stat(self._folder).st_dev
        except OSError:
            return False
        self._device = device if self._device is None else self._device
        return device == self._device

    def _parted(self, taken: Mapping[str, Taken], holders: Mapping[str, str]) -> dict[str, str]:
        """Files that repeat what one of these said before, each with the article it repeats no more."""
        with self._redis.pipeline() as pipe:
            for name, file in taken.items():
                if file.copy_of:
                    pipe.sadd(keys.drop_copies(file.copy_of), os.fsencode(name))
            for article in holders.values():
                pipe.smembers(keys.drop_copies(article))
            replies = pipe.execute()
        groups: Sequence[set[bytes]] = replies[len(replies) - len(holders) :]
        copies = {
            os.fsdecode(copy): (holder, article)
            for (holder, article), group in zip(holders.items(), groups, strict=True)
            for copy in group
        }
        files = dict(zip(copies, self.recall(copies), strict=True)) | dict(taken)
        return {
            copy: article
            for copy, (holder, article) in copies.items()
            if (repeats := files[copy]) is None or (repeats.copy_of, repeats.digest) != (article, taken[holder].digest)
        }

    def _parts_of(self, names: Iterable[str]) -> dict[str, int]:
        """How many parts each of these files has, of those that have several."""
        asked = list(names)
        return {name: row.parts for name, row in zip(asked, self.recall(asked), strict=True) if row and row.parts > 1}

    def _new_problems(self, problems: Mapping[str, DropProblem], parts: Mapping[str, int]) -> dict[str, DropProblem]:
        """The problems that are not told yet: each is logged and written down, and kept here while there is room."""
        if not problems:
            return {}
        rows = self._redis.hmget(keys.DROPS_PROBLEMS, [os.fsencode(name) for name in problems])
        room = MAX_PROBLEMS - self._redis.hlen(keys.DROPS_PROBLEMS)
        new: dict[str, DropProblem] = {}
        for (name, seen), row in zip(problems.items(), rows, strict=True):
            known = None if row is None else msgspec.json.decode(row, type=DropProblem)
            problem = seen if known is None else joined(known, seen, parts.get(name, 0))
            if known is not None and _says(known) == _says(problem):
                continue
            log.warning("drop_not_taken", path=problem.path, reason=problem.reason)
            self._files.write(name, problem)
            if row is not None or room > 0:
                room -= row is None
                new[name] = problem
        return new


def _problems(notes: Notes, folder: Path, parts: Mapping[str, int]) -> Iterator[tuple[str, DropProblem]]:
    """What is to be told of each file, by its name."""
    now = now_us()

    def problem(name: str, kind: ProblemName, reason: str, members: tuple[DropMember, ...] = ()) -> DropProblem:
        path = printable(str(folder) if name == WHOLE else name)
        kept = tuple(members[:MOST_MEMBERS])
        return DropProblem(path=path, reason=printable(reason), at_us=now, kind=kind, members=kept)

    for name, (_, reason) in notes.refused.items():
        yield name, problem(name, "drop-refused", reason, notes.members.get(name, ()))
    for name, reason in notes.troubled.items():
        yield name, problem(name, "drop-waits", reason)
    for name, (reason, members) in notes.partly.items():
        yield name, problem(name, "drop-partly-taken", reason, members)
    for name, members in notes.taken_back.items():
        yield name, problem(name, "drop-taken-back", f"{members[0].name}: {members[0].detail}", members)
    for name, (kind, reason, members) in _unread(notes, parts).items():
        yield name, problem(name, kind, reason, members)


def _unread(notes: Notes, parts: Mapping[str, int]) -> dict[str, tuple[ProblemName, str, tuple[DropMember, ...]]]:
    """What is told of the files in which no article was found, or in parts of which: what as, why, and which parts."""
    told: dict[str, tuple[ProblemName, str, tuple[DropMember, ...]]] = {}
    unread = dict(notes.unread_parts)
    for name, reason in notes.unread.items():
        if name in parts:  # a mail whose own text holds no article, say
            unread[name] = (DropMember(name=printable(name), detail=reason), *unread.get(name, ()))
        else:
            told[name] = ("drop-unread", reason, ())
    for name, members in unread.items():
        of = parts.get(name, 0)
        told[name] = (kind_of_unread(members, of), partly(members, max(of, len(members))), members)
    return told


def _says(problem: DropProblem) -> tuple[str, str, tuple[DropMember, ...]]:
    return problem.kind, problem.reason, problem.members


def is_taken(row: bytes | None, mark: bytes | None) -> bool:
    """Whether what stands in Redis of a file says that it was taken, or refused, as it is now."""
    return row is not None and is_known(mark, _unpack(row).mark)


def _rows(problems: Mapping[str, DropProblem]) -> dict[bytes, bytes]:
    return {os.fsencode(name): msgspec.json.encode(problem) for name, problem in problems.items()}


def _pack(taken: Taken) -> bytes:
    """As it stands in Redis: one to four words."""
    parts = b"%d" % taken.parts if taken.parts > 1 else b""
    return b" ".join((taken.mark, taken.digest, taken.copy_of.encode(), parts)).rstrip()


def _unpack(row: bytes) -> Taken:
    mark, digest, copy_of, parts, *_ = (*row.split(b" "), b"", b"", b"")
    return Taken(mark=mark, digest=digest, copy_of=copy_of.decode(), parts=int(parts or 0))
