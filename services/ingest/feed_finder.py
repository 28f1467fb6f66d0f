"""Finds the feed of a site and looks at it, with nothing kept: by its own address, by what a page names, by habit."""

import asyncio
import contextlib
from collections import deque
from typing import Protocol

import msgspec

from services.ingest.feed_links import feed_links, usual_feeds
from services.ingest.feed_preview import FeedPreview, preview
from services.ingest.formats.feed import Feed
from services.ingest.parser_process import FeedParser
from shared.errors import NotAFeed, PermanentError, TransientError
from shared.identity import without_login
from shared.net.http import Client, Fetched, RequestRefused, fetch
from shared.settings import Settings

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, text/html;q=0.9, application/xml;q=0.9, "
    "*/*;q=0.5"
)
MOST_ASKED = 10  # addresses of one search, the page itself beside them
PACE_S = 0.5  # between two of them
SEARCH_S = 45.0
SCHEMES = ("http://", "https://")


class NoFeedFound(PermanentError):
    """A site that names no feed and has none where feeds usually are."""


class ReadsFeeds(Protocol):
    """A safe place to read a document in: `services.ingest.parser_process.FeedParser`."""

    def parse(self, body: bytes, content_type: str | None, url: str) -> Feed: ...


def find_feed(
    settings: Settings, address: str, parser: ReadsFeeds | None = None, pace_s: float = PACE_S
) -> FeedPreview:
    """Look at the feed that an address is of: of the feed itself, of a page, or a site's name such as `example.org`.

    Raises `NoFeedFound`, and as `shared.net.http.fetch` does where the address itself cannot be asked.
    """
    if parser is None:
        with contextlib.closing(FeedParser()) as own:
            return find_feed(settings, address, own, pace_s)
    return asyncio.run(_Search(settings, parser, pace_s).run(address))


class _Search:
    """One search: a page first, then some addresses one after another until one of them is a feed."""

    def __init__(self, settings: Settings, parser: ReadsFeeds, pace_s: float) -> None:
        self._settings, self._parser, self._pace_s = settings, parser, pace_s

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
        if page is not None:
            feed = await self._read(page)
            if feed is not None:
                return preview(page.moved or url, feed)
            named = feed_links(page.body.decode("utf-8", "replace"), page.url)
        return await self._try(client, url if page is None else page.url, named)

    async def _open(self, client: Client, address: str) -> tuple[str, Fetched | None]:
        """What is behind an address; nothing where a site shows its page to nobody like us, but perhaps its feed."""
        if address.lower().startswith(SCHEMES):
            return address, await fetch(client, address, accept=ACCEPT)
        url = f"https://{address.removeprefix('//')}"
        try:
            return url, await fetch(client, url, accept=ACCEPT)
        except RequestRefused as error:
            if error.status == 410:
                raise
            return url, None
        except TransientError as error:
            url = f"http://{address.removeprefix('//')}"
            try:
                return url, await fetch(client, url, accept=ACCEPT)
            except (TransientError, PermanentError):
                raise error from None  # what went wrong at the address that people mean

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
                answer = await fetch(client, candidate, accept=ACCEPT)
            except PermanentError:
                continue
            except TransientError as error:
                if error.retry_after is not None:  # it is asked too much already
                    break
                continue
            feed = await self._read(answer)
            if feed is not None:
                others = tuple(link for link in (*named, *hops) if link not in asked)
                found = preview(answer.moved or candidate, feed)
                return msgspec.structs.replace(found, others=tuple(dict.fromkeys(others)))
            if hops.get(candidate, 1) == 1:  # such as a page "RSS" that lists a site's feeds
                listed = feed_links(answer.body.decode("utf-8", "replace"), answer.url)
                hops |= {link: 2 for link in listed if link not in hops}
                pending.extendleft(link for link in reversed(listed) if link not in asked)
        told = f"{without_login(url)} names no feed that can be read, and has none where feeds usually are"
        raise NoFeedFound(f"{told}: give the feed's own address")

    async def _read(self, answer: Fetched) -> Feed | None:
        media_type = answer.headers.get("content-type")
        try:
            return await asyncio.to_thread(self._parser.parse, answer.body, media_type, answer.url)
        except NotAFeed:
            return None
