"""An entry without what a redirect, a move, a reader's tracks or its site's other posts put into it."""

import re

from msgspec.structs import replace

from shared.envelope import FeedEntry
from shared.identity import clean_link

# How WordPress and its kin call lists of other posts within a post.
_NEIGHBOURS = re.compile(
    r"<(?:ul|ol)\s[^<>]{0,500}?(?:(?:latest|recent|related|popular)[-_]posts|latest-comments|wp-block-rss|post-template)"
    r"[^<>]{0,500}>",
    re.IGNORECASE,
)
_LIST_TAG = re.compile(r"<(/?)(?:ul|ol)\b[^<>]{0,1000}>", re.IGNORECASE)


def clean(entry: FeedEntry, home: str | None) -> FeedEntry:
    """The entry as it stays the same while it says the same; `home` is the page of its site."""
    link = clean_link(entry.link)
    content = without_neighbours(entry.content) if entry.content_is_html else entry.content
    return replace(entry, link=link, base=clean_link(entry.base) or link or home, content=content)


def without_neighbours(html: str | None) -> str | None:
    """A text without lists of newest posts: its site works them out anew at each publication, not its words."""
    if html is None:
        return None
    parts, at = [], 0
    while (begin := _NEIGHBOURS.search(html, at)) is not None and (end := _end_of_list(html, begin.end())):
        parts.append(html[at : begin.start()])
        at = end
    return "".join((*parts, html[at:]))


def _end_of_list(html: str, at: int) -> int | None:
    """Where the list ends whose words begin here, other lists within it; None where it never does."""
    depth = 1
    while (tag := _LIST_TAG.search(html, at)) is not None:
        depth += -1 if tag[1] else 1
        at = tag.end()
        if not depth:
            return at
    return None
