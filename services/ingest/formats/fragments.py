"""A feed document cut into its entries, by their tags alone, so that what was read before is known by its markup.

Nothing is parsed. What is not plainly a row of whole entries is not cut, and is read whole.
"""

import hashlib
import re
from collections.abc import Collection

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
    """The markup of each entry, and what stands before, between and behind them: one piece more."""

    fragments: tuple[str, ...]
    around: tuple[str, ...]

    def hashes(self) -> list[bytes]:
        """What each entry's markup is known by."""
        return [_digest(fragment) for fragment in self.fragments]

    def only(self, places: Collection[int]) -> str:
        """The document with these entries alone."""
        parts = [self.around[0]]
        for place, (fragment, behind) in enumerate(zip(self.fragments, self.around[1:], strict=True)):
            if place in places:
                parts.append(fragment)
            parts.append(behind)
        return "".join(parts)

    def context(self, feed: Feed, url: str) -> bytes:
        """What all entries are read by beside their own markup: that of the document, and what is said of the feed."""
        said = [feed.home or "", feed.language or "", *feed.authors, url.partition("?")[0]]
        return _digest("\0".join((*said, *(found for piece in self.around for found in _SURROUNDING.findall(piece)))))


def cut(document: str) -> Cut | None:
    """Cut a document; None where its entries are not each begun and ended by the same tag, outside of all others."""
    fragments: list[str] = []
    around: list[str] = []
    end, start, inside = 0, -1, ""
    for tag in _MARKS.finditer(document):
        name = tag[2]
        if name is None:
            continue
        if tag[1]:
            if name != inside:
                return None
            end, inside = tag.end(), ""
            fragments.append(document[start:end])
        elif inside or tag[3].endswith("/"):
            return None
        else:
            start, inside = tag.start(), name
            around.append(document[end:start])
    return None if inside or not fragments else Cut(fragments=tuple(fragments), around=(*around, document[end:]))


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_HASH).digest()
