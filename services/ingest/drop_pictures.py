"""Pictures among the drops: each goes with the article beside it that is called so or names it, else it is its own."""

import contextlib
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from services.ingest.containers.beside import named_in, stems_of
from services.ingest.containers.kinds import ENDINGS, PICTURES
from services.ingest.containers.parts import Part, refused, too_large
from services.ingest.containers.zip_file import picture_part
from services.ingest.drop_files import Dropped, Vanished, printable, read_drop
from shared.errors import InputRefused, TransientError
from shared.ledger import keys
from shared.ledger.connection import Client, redis_errors
from shared.media_types import GZIP, WARC, ZIP
from shared.package import MOST_PICTURES

MOST_READ = 64 * 1024 * 1024
LONE_S = 10.0  # so long a picture waits for its article: senders write both within seconds
SPARED = 20  # so many times what a listing took it counts while its folder changes: a large one takes a twentieth
MOST_FOLDERS = 64
_PICTURE_ENDINGS = frozenset(ending for ending, kind in ENDINGS.items() if kind in PICTURES)
_ARTICLE_ENDINGS = tuple(
    ending for ending, kind in ENDINGS.items() if kind not in PICTURES and kind not in (ZIP, GZIP, WARC)
)


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """The pictures beside an article: those that are there, and those that it names and that may still come."""

    there: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()


class DropPictures:
    """Knows which files of one folder belong together. Redis keeps which article waits for which picture."""

    def __init__(self, client: Client, folder: Path) -> None:
        self._redis: Any = client
        self._folder = folder
        self._folders: dict[str, _Listed] = {}
        self._cursor = 0

    def beside(self, name: str, body: bytes) -> Beside:
        """The pictures that go with an article, by what it is called and what it says."""
        above = PurePosixPath(name).parent
        named = dict.fromkeys(str(above / said) for said in named_in(body))
        called = [found for found in self._called_so(name) if found not in named]
        there = [picture for picture in named if self._is_there(picture)]
        awaited = [picture for picture in named if picture not in there]
        return Beside(there=tuple((*there, *called)[:MOST_PICTURES]), awaited=tuple(awaited[:MOST_PICTURES]))

    def await_for(self, article: str, awaited: Sequence[str]) -> None:
        """Keep that an article names pictures that are not there yet."""
        if awaited:
            with redis_errors(self._redis):
                rows = {os.fsencode(picture): os.fsencode(article) for picture in awaited}
                self._redis.hset(keys.DROPS_AWAITED, mapping=rows)

    def owners(self, picture: str) -> list[str]:
        """The articles that a picture goes with, of those that are there."""
        with redis_errors(self._redis):
            awaiting = self._redis.hget(keys.DROPS_AWAITED, os.fsencode(picture))
        named = [os.fsdecode(awaiting)] if awaiting and self._names(os.fsdecode(awaiting), picture) else []
        called = next((found for stem in stems_of(picture) if (found := self._articles_called(stem))), [])
        listed = self._folders.get(str(PurePosixPath(picture).parent))
        if listed is not None:
            listed.add(picture)
        return list(dict.fromkeys((*named, *called)))

    def tidy(self, at_once: int = 200) -> None:
        """Wait no longer for pictures of articles that are gone; called now and then, it gets through them all."""
        with redis_errors(self._redis):
            self._cursor, some = self._redis.hscan(keys.DROPS_AWAITED, self._cursor, count=at_once)
            gone = [picture for picture, article in some.items() if not self._is_there(os.fsdecode(article))]
            if gone:
                self._redis.hdel(keys.DROPS_AWAITED, *gone)

    def read(self, pictures: Iterable[str], article: str, most: int, still_s: float) -> Iterator[tuple[Dropped, Part]]:
        """Each picture with its bytes, one after the other; what is none, or too large, is told as a refused part.

        Raises `StillWritten`, `Unsure` and `Unreadable` as `read_drop` does: the article waits for its pictures.
        """
        above = PurePosixPath(article).parent
        for picture in pictures:
            try:
                dropped = read_drop(self._folder, picture, MOST_READ, still_s=still_s)
            except Vanished:
                continue
            except InputRefused as error:
                yield Dropped(name=picture, body=b"", mark=b""), refused(printable(picture), str(error))
                continue
            if len(dropped.body) > most:
                yield dropped, refused(printable(picture), f"{too_large(most)} (max_picture_bytes)")
                continue
            below = PurePosixPath(picture)
            said = str(below.relative_to(above)) if below.is_relative_to(above) else picture
            yield dropped, picture_part(printable(said), dropped.body)

    def _names(self, article: str, picture: str) -> bool:
        """Whether an article that waited for a picture still names it: it may have been changed since."""
        try:
            body = read_drop(self._folder, article, MOST_READ).body
        except (Vanished, InputRefused):
            return False
        except TransientError:  # it is read anew as soon as it can be
            return True
        above = PurePosixPath(article).parent
        return any(str(above / said) == picture for said in named_in(body))

    def _called_so(self, name: str) -> list[str]:
        """The pictures called as an article, `bai.jpg` and `bai-2.jpg`; not one that another article is called as."""
        path = PurePosixPath(name)
        found = sorted(self._listed(str(path.parent)).get(path.stem, ()))
        return [
            picture
            for picture in found
            if PurePosixPath(picture).stem == path.stem or not self._articles_called(str(_bare(picture)))
        ]

    def _articles_called(self, stem: str) -> list[str]:
        return [f"{stem}{ending}" for ending in _ARTICLE_ENDINGS if self._is_there(f"{stem}{ending}")]

    def _listed(self, below: str) -> dict[str, set[str]]:
        """The pictures of a folder by the names that an article beside them may have."""
        known, now = self._folders.get(below), time.monotonic()
        try:
            changed = (self._folder / below).stat().st_mtime_ns
        except OSError:
            return {}
        if known is not None and (known.changed == changed or now < known.counts_until_s):
            return known.pictures
        listed = _Listed(changed=changed, pictures={})
        with contextlib.suppress(OSError), os.scandir(self._folder / below) as entries:
            for entry in entries:
                if PurePosixPath(entry.name).suffix.lower() in _PICTURE_ENDINGS:
                    listed.add(str(PurePosixPath(below, entry.name)))
        if len(self._folders) >= MOST_FOLDERS:
            self._folders.pop(next(iter(self._folders)), None)  # another thread may have done so just now
        listed.counts_until_s = now + SPARED * (time.monotonic() - now)
        self._folders[below] = listed
        return listed.pictures

    def _is_there(self, name: str) -> bool:
        return os.path.lexists(self._folder / name)


class _Listed(msgspec.Struct):
    """The pictures of a folder as it stood when it was changed last (ns), and how long that counts at least (s).

    A picture that comes meanwhile is offered itself, and is then among them.
    """

    changed: int
    pictures: dict[str, set[str]]
    counts_until_s: float = 0.0

    def add(self, picture: str) -> None:
        for stem in stems_of(picture):
            self.pictures.setdefault(PurePosixPath(stem).name, set()).add(picture)


def _bare(picture: str) -> PurePosixPath:
    path = PurePosixPath(picture)
    return path.with_name(path.stem)
