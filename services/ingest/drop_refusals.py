"""Drops that were taken in, and in which no article was found when they were read: told beside their files too."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis

from services.ingest.drop_files import printable
from services.ingest.drop_memory import Notes
from services.ingest.drop_problems import DropMember
from shared.envelope import Source, source_of
from shared.ledger import keys
from shared.ledger.connection import redis_errors
from shared.ledger.reader import InputStatus, LedgerReader

AT_ONCE = 200
NOT_BACK = "a file does not bring it back"


class DropRefusals:
    """Follows the refusals of the ledger; Redis keeps how far, so that none is missed while no watcher runs."""

    def __init__(self, client: redis.Redis, folder: Path, *, at_once: int = AT_ONCE) -> None:
        self._redis: Any = client
        self._at_once = at_once
        self._reader = LedgerReader(client)
        self._folder = folder

    @contextmanager
    def new(self) -> Iterator[Notes]:
        """The files whose reading was refused since the last time, and why; of several articles in one each is told.

        They count as told when nothing was raised meanwhile: else they are given again.
        """
        refs, last = self._since_last()
        notes = Notes()
        for ref in refs:
            status = self._reader.line(ref.decode())
            if status is not None and self._still_counts(status):
                for name, part, reason in self._files_of(status):
                    if part:
                        _add(notes.unread_parts, name, part, reason)
                    else:
                        notes.unread[name] = reason
        yield notes
        if refs:
            with redis_errors(self._redis):
                self._redis.set(keys.DROPS_REFUSED, last)

    def note_repeated(self, name: str, parts: Sequence[tuple[str, str]], notes: Notes) -> None:
        """Note which parts of a file (its own name: the file) repeat words in which no article was found: they hold
        none either."""
        for part, article in parts:
            reason = self.of(article)
            if reason and part == printable(name):
                notes.unread[name] = reason
            elif reason:
                _add(notes.unread_parts, name, _place_in(name, part), reason)

    def of(self, article: str) -> str:
        """Why the newest words of an article were refused; "" where they were not: a copy of these is refused too."""
        latest = self._reader.latest(article)
        status = None if latest is None else self._reader.line(latest)
        return _reason(status) if status is not None and status.state == "refused" else ""

    def _since_last(self) -> tuple[list[bytes], int]:
        """What was refused since, and when the last of it was; all of that moment, since a batch is refused at one."""
        with redis_errors(self._redis):
            since = int(self._redis.get(keys.DROPS_REFUSED) or 0)
            rows = self._redis.zrangebyscore(keys.REFUSALS, f"({since}", "+inf", 0, self._at_once, withscores=True)
            last = int(rows[-1][1]) if rows else since
            same = self._redis.zrangebyscore(keys.REFUSALS, last, last) if rows else []
        return list(dict.fromkeys((*(ref for ref, _ in rows), *same))), last

    def note_taken_back(self, name: str, parts: Sequence[tuple[str, str]], source: Source, notes: Notes) -> None:
        """Note which parts of a file (its own name: the file) are new words of an article that was taken back."""
        for part, article in parts:
            if self._is_taken_back(article, source):
                reason = f"its article ({article}) was withdrawn or purged: {NOT_BACK}"
                _add(notes.taken_back, name, _place_in(name, part), reason)

    def _is_taken_back(self, article: str, source: Source) -> bool:
        """Whether another than this source withdrew or purged an article: then no file of the source brings it back."""
        head = self._reader.head(article)
        if head is None or head.withdrawn is None:
            return False
        by = self._reader.line(f"{article}@{head.withdrawn}")
        return by is None or by.source is None or source_of(by.source) != source_of(source)

    def _still_counts(self, status: InputStatus) -> bool:
        """Whether it is a drop's, still refused, and its article's newest: a file may have been mended since."""
        if status.source is None or status.source.kind != "drop" or status.state != "refused":
            return False
        latest = self._reader.latest(status.article)
        return latest is None or latest == f"{status.article}@{status.rev}"

    def _files_of(self, status: InputStatus) -> Iterator[tuple[str, str, str]]:
        """The files that repeat it, and the file by its name as it is shown, each with the part that it is, and why."""
        shown, reason = status.name or "", _reason(status)
        with redis_errors(self._redis):
            copies = self._redis.smembers(keys.drop_copies(status.article))
        yield from ((os.fsdecode(copy), "", reason) for copy in sorted(copies))
        for name in (shown, shown.partition("#")[0]):
            if name and printable(name) == name and os.path.lexists(self._folder / name):
                yield name, "" if name == shown else shown.removeprefix(f"{name}#"), reason
                return


def _add(told: dict[str, tuple[DropMember, ...]], name: str, part: str, detail: str) -> None:
    told[name] = (*told.get(name, ()), DropMember(name=part, detail=detail))


def _place_in(name: str, part: str) -> str:
    """Where a part stands in its file; the file's own name where it is that itself."""
    return part.removeprefix(f"{printable(name)}#")


def _reason(status: InputStatus) -> str:
    return status.note or status.reason or "it holds no article"
