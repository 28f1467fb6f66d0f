"""What a dropped file is opened to, part after part, and how much of it there may be."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from shared.errors import InputRefused

Role = Literal["article", "picture", "lone", "feed", "refused"]
MOST_DEEP = 3  # a ZIP in a mail in a ZIP
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
        """Count a part that was opened; raises `InputRefused` when there were too many, or they are too large."""
        self._bytes -= size
        self._parts -= 1
        if self._bytes < 0:
            raise InputRefused(f"it opens to more than {self.limits.all_bytes} bytes, and the rest is not taken")
        if self._parts < 0:
            raise InputRefused(f"it has more than {self.limits.parts} parts, and the rest is not taken")


Open = Callable[[str, bytes, int], Iterator[Part]]
"""Opens what stands in something else: its name, its bytes, and how deep it stands."""


def refused(name: str, reason: str) -> Part:
    """A part that is not taken."""
    return Part(role="refused", name=name, reason=reason)


def too_large(limit: int) -> str:
    """Why something is not taken."""
    return f"it has more than {limit} bytes"
