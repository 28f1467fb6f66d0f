"""A feed document cut into its entries, by their tags alone, so that what was read before is known by its markup.

Nothing is parsed. What is not plainly a row of whole entries is not cut, and is read whole.
"""

import hashlib
import re
from collections.abc import Collection, Sequence

import msgspec

from services.ingest.formats.feed import Feed
from services.ingest.formats.unread import UNREAD

_MARKS = re.compile(UNREAD + r"|<(/?)(item|entry)(?=[\s>])([^<>]*+)>")
# Of what surrounds the entries, what counts for how each is read: namespaces, bases and languages, entities.
_SURROUNDING = re.compile(
    r"""<!DOCTYPE[^\[>]{0,500}(?:\[[^\]]*+\])?|\bxml(?:ns)?+(?::[\w.-]{1,40}+)?+\s*+=\s*+(?:"[^"]*+"|'[^']*+')"""
)
_HASH = 16  # bytes


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """Where each entry stands in a document. `encoding` is what its characters were made from, or stand for."""

    document: str
    spans: tuple[tuple[int, int], ...]
    encoding: str = "utf-8"

    def hashes(self) -> list[bytes]:
        """What each entry's markup is known by."""
        return [self._digest(self.document[start:end]) for start, end in self.spans]

    def around(self) -> list[str]:
        """What stands before, between and behind the entries: one piece more."""
        ends = (0, *(end for _, end in self.spans))
        starts = (*(start for start, _ in self.spans), len(self.document))
        return [self.document[end:start] for end, start in zip(ends, starts, strict=True)]

    def around_length(self) -> int:
        """How many characters these are."""
        return len(self.document) - sum(end - start for start, end in self.spans)

    def only(self, places: Collection[int]) -> str:
        """The document with these entries alone."""
        first, *others = self.around()
        parts = [first]
        for place, ((start, end), behind) in enumerate(zip(self.spans, others, strict=True)):
            if place in places:
                parts.append(self.document[start:end])
            parts.append(behind)
        return "".join(parts)

    def portions(self, places: Sequence[int], most: int) -> list[list[int]]:
        """These entries in portions of so many characters, each with all that stands around the entries."""
        portions: list[list[int]] = [[]]
        held = around = self.around_length()
        for place in places:
            start, end = self.spans[place]
            if portions[-1] and held + end - start > most:
                portions.append([])
                held = around
            portions[-1].append(place)
            held += end - start
        return portions

    def context(self, feed: Feed, url: str) -> bytes:
        """What all entries are read by beside their own markup: that of the document, and what is said of the feed."""
        said = [feed.home or "", feed.language or "", *feed.authors, url.partition("?")[0]]
        surrounding = (found for piece in self.around() for found in _SURROUNDING.findall(piece))
        return self._digest("\0".join((*said, *surrounding)), "utf-8")

    def _digest(self, text: str, encoding: str | None = None) -> bytes:
        return hashlib.blake2b(text.encode(encoding or self.encoding, "surrogatepass"), digest_size=_HASH).digest()


def cut(document: str, encoding: str = "utf-8") -> Cut | None:
    """Cut a document; None where its entries are not each begun and ended by the same tag, outside of all others."""
    spans: list[tuple[int, int]] = []
    start, inside = -1, ""
    for tag in _MARKS.finditer(document):
        name = tag[2]
        if name is None:
            continue
        if tag[1]:
            if name != inside:
                return None
            inside = ""
            spans.append((start, tag.end()))
        elif inside or tag[3].endswith("/"):
            return None
        else:
            start, inside = tag.start(), name
    return None if inside or not spans else Cut(document=document, spans=tuple(spans), encoding=encoding)
