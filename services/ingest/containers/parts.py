"""What a dropped file is opened to, part after part, and how much of it there may be."""

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import count
from typing import Literal

import msgspec

from shared.errors import InputRefused

Role = Literal["article", "picture", "lone", "feed", "refused"]
EVERYWHERE = ("url:", "guid:")  # aliases that mean the same in every file
MOST_DEEP = 3  # a ZIP in a mail in a ZIP
WITHOUT_ARTICLE = "its article is not taken"
RATIO, RATIO_FROM = 200, 1024 * 1024  # what opens to more than a megabyte and 200 times its size is a bomb


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One part of a dropped file, named by its place in that; "" is the file itself.

    A `picture` belongs to the article before it, by what may stand in that for it (`names`); a `lone` one is an article
    by itself. `body` is what its reader takes, or a feed, which is read elsewhere. `guid` is what an article calls
    itself; one without is known by its place in the file, unless it is not `is_placed`: then by its words. `aliases`
    are given where the desk itself wrote the file. `url` is where it was read, at `at_us` (µs, 0: not said); `reason`
    why it is refused. `zone` and `language` are those of its source, where the desk that wrote the file knew them.
    """

    role: Role
    name: str = ""
    media_type: str = ""
    body: bytes = b""
    names: tuple[str, ...] = ()
    guid: str | None = None
    is_placed: bool = True
    aliases: tuple[str, ...] = ()
    url: str | None = None
    at_us: int = 0
    embargoed_until: dt.datetime | None = None
    zone: str | None = None
    language: str | None = None
    reason: str = ""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much a file may open to: bytes of an article, a picture, any other file and all together, how many parts.

    `zone` is that of the file's source, for embargoes that say none.
    """

    article_bytes: int
    picture_bytes: int
    file_bytes: int = 16 * 1024 * 1024
    all_bytes: int = 256 * 1024 * 1024
    parts: int = 1000
    zone: str | None = None


class Full(InputRefused):
    """A file holds more than is taken of one: what was given before counts, and nothing behind it is looked at."""


class Budget:
    """What is left of the limits while a file is opened, whatever stands in what."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._bytes = limits.all_bytes
        self._parts = limits.parts

    def room(self, most: int) -> int:
        """How many bytes the next part may have, of those that its kind may."""
        return min(most, self._bytes)

    def take(self, size: int) -> None:
        """Count a part that was opened; raises `Full` when there were too many, or they are too large."""
        self._bytes -= size
        self._parts -= 1
        if self._bytes < 0:
            raise Full(f"it opens to more than {self.limits.all_bytes} bytes, and the rest is not taken")
        if self._parts < 0:
            raise Full(f"it has more than {self.limits.parts} parts, and the rest is not taken")


Open = Callable[[str, bytes, int], Iterator[Part]]
"""Opens what stands in something else: its name, its bytes, and how deep it stands."""


def within(outer: str, part: Part) -> Part:
    """A part of a file that stands in another one: named below that, so that equal names in two files stay two.

    Pages and GUIDs among its aliases are the same everywhere.
    """
    if part.name == outer or part.name.startswith(f"{outer}#"):
        return part
    aliases = tuple(alias if alias.startswith(EVERYWHERE) else f"./{outer}/{alias}" for alias in part.aliases)
    return msgspec.structs.replace(part, name=f"{outer}/{part.name}", aliases=aliases)


def told_apart(parts: Iterator[Part]) -> Iterator[Part]:
    """The parts, with a number in the name of one that is called as another before it (two attachments, say).

    Without it the second would be a correction of the first, whose words nobody would find.
    """
    seen: set[str] = set()
    for part in parts:
        if part.guid or not part.is_placed or part.role in ("picture", "refused"):
            yield part
            continue
        name = next(name for name in _numbered(part.name) if name not in seen)
        seen.add(name)
        yield part if name == part.name else msgspec.structs.replace(part, name=name)


def _numbered(name: str) -> Iterator[str]:
    yield name
    folder, slash, last = name.rpartition("/")
    stem, dot, ending = last.rpartition(".")
    for number in count(2):
        yield f"{folder}{slash}{stem} ({number}){dot}{ending}" if stem else f"{name} ({number})"


def refused(name: str, reason: str) -> Part:
    """A part that is not taken."""
    return Part(role="refused", name=name, reason=reason)


def too_large(limit: int) -> str:
    """Why something is not taken."""
    return f"it has more than {limit} bytes"
