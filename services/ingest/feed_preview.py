"""A feed in short, as somebody sees it who decides whether to watch it."""

from typing import Literal

import msgspec

from services.ingest.feed_news import entry_date
from services.ingest.formats.feed import Feed
from services.ingest.page_words import is_short

TITLES = 5

# How an address led to the feed of another: by redirects for good, by its page, by where feeds usually are, or by the
# sitemap that its robots.txt lists.
Via = Literal["moved", "named", "usual", "listed"]


class FeedPreview(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What a feed holds at this moment: `newest_us` is when its newest entry is dated (µs), `titles` are its first.

    `via` is how it was found where it is not at the address that was asked; `others` are further feeds that the same
    page names, which nobody has looked at. `of_pages` says that each entry is a page to be read,
    `is_short` that half of the entries or more are only beginnings of their articles, `sitemaps` how many an
    index names.
    """

    url: str
    title: str | None = None
    language: str | None = None
    entries: int = 0
    newest_us: int | None = None
    hub: str | None = None
    titles: tuple[str, ...] = ()
    via: Via | None = None
    of_pages: bool = False
    is_short: bool = False
    sitemaps: int = 0
    others: tuple[str, ...] = ()


def preview(url: str, feed: Feed, via: Via | None = None) -> FeedPreview:
    """A feed in short."""
    dates = [date for entry in feed.entries if (date := entry_date(entry)) is not None]
    return FeedPreview(
        url=url,
        title=feed.title,
        language=feed.language,
        entries=len(feed.entries),
        newest_us=int(max(dates).timestamp() * 1_000_000) if dates else None,
        hub=feed.hub,
        via=via,
        of_pages=feed.of_pages,
        is_short=bool(feed.entries) and 2 * sum(map(is_short, feed.entries)) >= len(feed.entries),
        sitemaps=len(feed.maps),
        titles=tuple(entry.title for entry in feed.entries if entry.title)[:TITLES],
    )
