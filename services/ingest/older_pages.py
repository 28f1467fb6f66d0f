"""The older pages of a feed that is read for the first time (RFC 5005), as far as a first visit goes back."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import structlog

from services.ingest.documents import FeedDocuments, Part, TakenDocument
from services.ingest.formats.sitemap import is_near
from services.ingest.rooms import Rooms
from services.ingest.subscriptions import Subscription
from shared.errors import CopydeskError, IntakeFull
from shared.net.http import Client, Reading, fetch

log = structlog.get_logger(__name__)

MOST_PAGES = 20
PAUSE_S = 0.5


class OlderPages:
    """Visits the pages that a feed's first document leads to; `most` entries are enough in all."""

    def __init__(
        self, documents: FeedDocuments, in_documents: Callable[..., Any], most: int, pause_s: float = PAUSE_S
    ) -> None:
        self._documents, self._in_documents, self._most, self._pause_s = documents, in_documents, most, pause_s

    async def visit(
        self, client: Client, rooms: Rooms, feed: Subscription, first: TakenDocument, accept: str
    ) -> TakenDocument:
        """What came of the first document and of those behind it, as one.

        A page that cannot be read ends the way back: what is older is left. Raises `IntakeFull` where the desk has no
        room; then all is read anew, and what is in comes back as a duplicate.
        """
        whole, page, seen = first, first, {feed.url}
        for _ in range(MOST_PAGES):
            url, left = page.feed.older, self._most - whole.news
            if url is None or url in seen or left <= 0 or not page.news or not is_near(url, feed.url):
                break
            seen.add(url)
            await asyncio.sleep(self._pause_s)
            try:
                page = await self._read(client, rooms, feed, url, Part(is_kept=False, most=left), accept)
            except IntakeFull:
                raise
            except CopydeskError as error:
                log.info("older_page_not_read", feed=feed.shown(), page=url, reason=str(error))
                break
            whole = whole.with_older(page)
        return whole

    async def _read(
        self, client: Client, rooms: Rooms, feed: Subscription, url: str, part: Part, accept: str
    ) -> TakenDocument:
        async with contextlib.AsyncExitStack() as held:
            how = Reading(make_room=rooms.maker(held), own=feed.request.headers_for)
            answer = await fetch(client, url, how, accept=accept)
            media_type = answer.headers.get("content-type")
            taken: TakenDocument = await self._in_documents(
                self._documents.take_document, feed, answer.body, media_type, answer.url, None, part
            )
            return taken
