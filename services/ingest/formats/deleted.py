"""The tombstones of an Atom feed: entries that it takes back (RFC 6721), which feedparser does not read."""

import html
import re

MOST = 1_000
LONGEST = 1_000  # characters of a reason
_TOMBSTONE = re.compile(
    r"<(?:[\w.-]++:)?deleted-entry(?=\s)([^<>]*+)>"
    r"(?:(?<!/>)([^<]*+(?:<(?!/(?:[\w.-]++:)?deleted-entry)[^<]*+)*+))?+"
)
_REF = re.compile(r"""(?<![\w:.-])ref\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
_COMMENT = re.compile(r"<(?:[\w.-]++:)?comment(?=[\s>])[^<>]*+>([^<]*+)")


def read_deleted(document: str) -> tuple[tuple[str, str], ...]:
    """Read `<at:deleted-entry ref="tag:1"><at:comment>Withdrawn.</at:comment></at:deleted-entry>`: id and reason."""
    if "deleted-entry" not in document:
        return ()
    deleted: dict[str, str] = {}
    for tombstone in _TOMBSTONE.finditer(document):
        ref = _REF.search(tombstone[1])
        if ref is not None and (said := html.unescape(ref[1] or ref[2] or "").strip()) and len(deleted) < MOST:
            comment = _COMMENT.search(tombstone[2] or "")
            deleted[said] = " ".join(html.unescape(comment[1]).split())[:LONGEST] if comment else ""
    return tuple(deleted.items())
