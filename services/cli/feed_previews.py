"""Looking at a feed before it is watched, and telling a person what was seen."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

import msgspec

from services.cli.context import Context, warn
from services.cli.printing import ago, clean, plural
from services.ingest.request_settings import RequestSettings
from services.ingest.section_settings import Section
from services.ingest.subscriptions import Subscription, Subscriptions, UnknownFeed, shown_address
from shared.errors import PermanentError, TransientError

if TYPE_CHECKING:
    from services.ingest.feed_preview import FeedPreview, Via

SCHEMES = ("http://", "https://")


def look(
    context: Context, address: str, request: RequestSettings | None = None, section: Section | None = None
) -> "FeedPreview":
    """The feed that an address is of, as it is at this moment, asked as `request` says, or what a page gives by the
    selectors of a section; raises as `find_feed` does."""
    host = address.strip().partition("/")[0]
    if not address.strip().lower().startswith(SCHEMES) and not {".", ":"}.intersection(host):
        raise PermanentError(f"{shown_address(address)[:200]!r} is no http or https address, and no site's name")
    find = import_module("services.ingest.feed_finder").find_feed
    found: FeedPreview = find(context.settings, address, request=request or RequestSettings(), section=section)
    return found


def look_before_adding(
    context: Context, address: str, request: RequestSettings, changes: Mapping[str, Any]
) -> "FeedPreview | None":
    """What is to be watched; nothing where it is not to be asked, or cannot be asked now. One that is watched already
    is looked at where it gets other selectors.

    A site's name alone must be asked: nobody knows yet where its feed is.
    """
    with suppress(UnknownFeed):
        return look_by_selectors(context, Subscriptions(context.settings).find(address), changes)
    if context.args.unchecked:
        return None
    try:
        return look(context, address, request, changes.get("section"))
    except TransientError as error:
        if not address.strip().lower().startswith(SCHEMES):
            raise
        warn(f"{clean(str(error))}: it is watched all the same, and asked again and again")
        return None


def look_by_selectors(context: Context, feed: Subscription, changes: Mapping[str, Any]) -> "FeedPreview | None":
    """What a watched page gives by the selectors that it is to have; nothing where it gets none, is not to be asked, or
    cannot be asked now. Raises `NotAFeed` for selectors that mean nothing on it."""
    if changes.get("section") is None or context.args.unchecked:
        return None
    url: str = changes.get("url") or feed.url
    request = changes["request"](feed) if "request" in changes else feed.request
    try:
        found = look(context, url, request, changes["section"])
    except TransientError as error:
        warn(f"{clean(str(error))}: the selectors are kept, and nobody has seen what they mean")
        return None
    return msgspec.structs.replace(found, url=url, via=None)


def in_short(found: "FeedPreview", now_us: int) -> str:
    """`Tin nhanh, 12 entries, the newest 5 min ago`."""
    title = f"{clean(found.title)}, " if found.title else ""
    newest = "none of them dated" if found.newest_us is None else f"the newest {ago(found.newest_us, now_us)} ago"
    if found.sitemaps:
        return f"{title}an index of {plural(found.sitemaps, 'sitemap')}"
    kind = "page" if found.of_pages else "entry"
    return f"{title}{plural(found.entries, kind)}{f', {newest}' if found.entries else ''}"


VIAS: Mapping["Via", str] = {
    "moved": "{asked} has moved there for good.",
    "named": "{asked} is no feed itself: its page names this one.",
    "usual": "{asked} is no feed itself, and names none: this one stands where feeds of a site usually are.",
    "listed": "{asked} names no feed, and has none where feeds usually are: its robots.txt lists this sitemap.",
}


def via_lines(asked: str, found: "FeedPreview") -> Iterator[str]:
    """How the feed was found, where it is not at the address that was asked."""
    if found.via is not None:
        yield VIAS[found.via].format(asked=clean(shown_address(asked)))


def preview_lines(asked: str, found: "FeedPreview", now_us: int) -> Iterator[str]:
    """What a person is told of a feed that is only looked at."""
    yield f"{clean(shown_address(found.url))}  {in_short(found, now_us)}"
    yield from via_lines(asked, found)
    yield from (f"  {clean(title)}" for title in found.titles)
    if found.is_short and not found.of_pages:
        yield "Its entries are only beginnings: their pages are read too, but for `--pages never`."
    yield from other_lines(found)


def other_lines(found: "FeedPreview") -> Iterator[str]:
    """Further feeds that its page names."""
    if found.others:
        yield "The page names other feeds too:"
        yield from (f"  {clean(shown_address(other))}" for other in found.others)
