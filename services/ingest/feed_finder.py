"""Finds the feed of a site and looks at it, with nothing kept: by its own address, by what a page names, by habit."""

import asyncio
import contextlib
import re
from collections import deque
from typing import Protocol

import msgspec

from services.ingest.feed_links import feed_links, usual_feeds
from services.ingest.feed_preview import FeedPreview, preview
from services.ingest.formats.feed import Feed
from services.ingest.formats.sitemap import is_near
from services.ingest.parser_process import FeedParser
from services.ingest.request_settings import RequestSettings
from services.ingest.robots import MOST_BYTES, robots_address, sitemaps_in
from services.ingest.section_settings import Section
from shared.errors import NotAFeed, PermanentError, TransientError
from shared.identity import without_login
from shared.net.http import Client, Fetched, Reading, RequestRefused, fetch, fetch_beginning
from shared.settings import Settings

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, text/html;q=0.9, application/xml;q=0.9, "
    "*/*;q=0.5"
)
SITEMAPS_ASKED = 3
MOST_ASKED = 10  # addresses of one search, the page itself beside them
NO_SETTINGS = RequestSettings()
PACE_S = 0.5  # between two of them
SEARCH_S = 45.0
SCHEMES = ("http://", "https://")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_HTML = re.compile(rb"<(?:html|!doctype\s+html)[\s>]", re.IGNORECASE)
_HEAD = 4096  # bytes of a document that tell what it is


class NoFeedFound(PermanentError):
    """A site that names no feed and has none where feeds usually are."""


class ReadsFeeds(Protocol):
    """A safe place to read a document in: `services.ingest.parser_process.FeedParser`."""

    def parse(self, body: bytes, content_type: str | None, url: str, section: Section | None = None, /) -> Feed: ...


def find_feed(
    settings: Settings,
    address: str,
    parser: ReadsFeeds | None = None,
    pace_s: float = PACE_S,
    request: RequestSettings = NO_SETTINGS,
    section: Section | None = None,
) -> FeedPreview:
    """Look at the feed that an address is of: of the feed itself, of a page, or a site's name such as `example.org`.

    `request` says how it is asked, beside the plain request. With a `section` the page itself is read as a feed, by
    these selectors.

    Raises `NoFeedFound`, `NotAFeed` for XML or JSON that is none, and as `shared.net.http.fetch` does where the address
    itself cannot be asked.
    """
    if parser is None:
        with contextlib.closing(FeedParser()) as own:
            return find_feed(settings, address, own, pace_s, request, section)
    return asyncio.run(_Search(settings, parser, pace_s, request, section).run(address))


class _Search:
    """One search: a page first, then some addresses one after another until one of them is a feed."""

    def __init__(
        self,
        settings: Settings,
        parser: ReadsFeeds,
        pace_s: float,
        request: RequestSettings,
        section: Section | None,
    ) -> None:
        self._settings, self._parser, self._pace_s, self._request = settings, parser, pace_s, request
        self._section = section
        self._is_busy = False

    async def run(self, address: str) -> FeedPreview:
        address = address.strip()
        shown = without_login(address)
        try:
            async with asyncio.timeout(SEARCH_S), Client(self._settings) as client:
                return await self._find(client, address)
        except TimeoutError as error:
            raise TransientError(f"{shown}: no feed was found within {SEARCH_S:.0f} s") from error

    async def _find(self, client: Client, address: str) -> FeedPreview:
        url, page = await self._open(client, address)
        named: tuple[str, ...] = ()
        if self._section is not None and page is not None:
            return preview(page.moved or url, await self._parse(page), "moved" if page.moved else None)
        if page is not None:
            try:
                feed = await self._parse(page)
            except NotAFeed:
                if _is_data(page):  # no page that could name feeds: others of the site are not what was asked for
                    raise
            else:
                return preview(page.moved or url, feed, "moved" if page.moved else None)
            named = feed_links(page.body.decode("utf-8", "replace"), page.url)
        at = url if page is None else page.url
        try:
            return await self._try(client, at, named)
        except NoFeedFound:
            listed = None if self._is_busy else await self._try_sitemaps(client, at)
            if listed is None:
                raise
            return listed

    async def _open(self, client: Client, address: str) -> tuple[str, Fetched | None]:
        """What is behind an address; nothing where a site shows its page to nobody like us, but perhaps its feed."""
        if address.lower().startswith(SCHEMES):
            return address, await self._fetch(client, address)
        if _SCHEME.match(address):
            raise PermanentError(f"{without_login(address)[:200]!r} is no http or https address")
        url = f"https://{address.removeprefix('//')}"
        try:
            return url, await self._fetch(client, url)
        except RequestRefused as error:
            if error.status == 410:
                raise
            return url, None
        except TransientError as error:
            url = f"http://{address.removeprefix('//')}"
            try:
                return url, await self._fetch(client, url)
            except (TransientError, PermanentError):
                raise error from None  # what went wrong at the address that people mean

    async def _fetch(self, client: Client, url: str) -> Fetched:
        return await fetch(client, url, Reading(own=self._request.headers_for), accept=ACCEPT)

    async def _try(self, client: Client, url: str, named: tuple[str, ...]) -> FeedPreview:
        """The first feed among those that a page names, and where feeds usually are."""
        pending = deque(dict.fromkeys((*named, *usual_feeds(url))))
        hops = dict.fromkeys(named, 1)
        asked = set[str]()
        while pending and len(asked) < MOST_ASKED:
            candidate = pending.popleft()
            if candidate in asked:
                continue
            asked.add(candidate)
            await asyncio.sleep(self._pace_s)
            try:
                answer = await self._fetch(client, candidate)
            except PermanentError:
                continue
            except TransientError as error:
                self._is_busy = error.retry_after is not None
                if self._is_busy:  # it is asked too much already
                    break
                continue
            feed = await self._read(answer)
            if feed is not None:
                others = tuple(link for link in (*named, *hops) if link not in asked)
                found = preview(answer.moved or candidate, feed, "named" if candidate in hops else "usual")
                return msgspec.structs.replace(found, others=tuple(dict.fromkeys(others)))
            if hops.get(candidate, 1) == 1:  # such as a page "RSS" that lists a site's feeds
                listed = feed_links(answer.body.decode("utf-8", "replace"), answer.url)
                hops |= {link: 2 for link in listed if link not in hops}
                pending.extendleft(link for link in reversed(listed) if link not in asked)
        told = f"{without_login(url)} names no feed that can be read, and has none where feeds usually are"
        raise NoFeedFound(f"{told}: give the feed's own address")

    async def _try_sitemaps(self, client: Client, url: str) -> FeedPreview | None:
        """The first sitemap among those that a site's robots.txt lists: the last resort."""
        try:
            robots = await fetch_beginning(client, robots_address(url), MOST_BYTES)
            for link in [link for link in sitemaps_in(robots.body) if is_near(link, url)][:SITEMAPS_ASKED]:
                await asyncio.sleep(self._pace_s)
                feed = await self._read(await self._fetch(client, link))
                if feed is not None and (feed.entries or feed.maps):
                    return preview(link, feed, "listed")
        except (PermanentError, TransientError):
            return None
        return None

    async def _read(self, answer: Fetched) -> Feed | None:
        try:
            return await self._parse(answer)
        except NotAFeed:
            return None

    async def _parse(self, answer: Fetched) -> Feed:
        media_type = answer.headers.get("content-type")
        return await asyncio.to_thread(self._parser.parse, answer.body, media_type, answer.url, self._section)


def _is_data(answer: Fetched) -> bool:
    """Whether a document is XML or JSON that is no page, by its words or, where it has none, by its media type."""
    head = answer.body[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if _HTML.search(head) or "html" in media_type:
        return False
    return head.startswith((b"<?xml", b"{", b"[")) or media_type.endswith(("xml", "json"))
