"""Visits the sitemaps of an index, within the visit of the index: one after another, those that changed."""

import asyncio
import contextlib
import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import structlog

from services.ingest.documents import FeedDocuments, Part, TakenDocument
from services.ingest.feed_states import FeedStates
from services.ingest.rooms import Rooms
from services.ingest.sitemap_maps import MAPS, KnownMap, follow, pack_maps, read_ill, read_well, to_ask, unpack_maps
from services.ingest.subscriptions import Subscription
from shared.clock import now_us
from shared.errors import IntakeFull, NotAFeed, PermanentError, TransientError
from shared.net.http import AskedToWait, Client, Fetched, Reading, RequestRefused, fetch

log = structlog.get_logger(__name__)

ACCEPT = "application/xml, text/xml, application/gzip;q=0.9, */*;q=0.5"
PAUSE_S = 0.5
FOR_GOOD = frozenset({404, 410})


class MapsRead(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the sitemaps of an index: how many entries those had that were read, how many of them were new, and
    when these were dated (s)."""

    entries: int = 0
    news: int = 0
    dates: tuple[float, ...] = ()


class SitemapVisits:
    """Visits sitemaps; `in_redis` and `in_documents` run what blocks in threads of their own."""

    def __init__(
        self,
        states: FeedStates,
        documents: FeedDocuments,
        in_redis: Callable[..., Any],
        in_documents: Callable[..., Any],
        pause_s: float = PAUSE_S,
    ) -> None:
        self._states, self._documents, self._pause_s = states, documents, pause_s
        self._in_redis, self._in_documents = in_redis, in_documents

    async def visit(
        self,
        client: Client,
        rooms: Rooms,
        feed: Subscription,
        listed: Sequence[tuple[str, str | None]] | None,
    ) -> MapsRead:
        """Ask those that changed of an index's sitemaps, as it lists them now; None where it is as it was.

        Raises `IntakeFull` where the desk has no room: what was not read is asked at the next visit.
        """
        maps = unpack_maps(await self._in_redis(self._states.kept, feed, MAPS))
        if listed is not None:
            maps = follow(maps, listed, dt.datetime.now(dt.UTC))
        known, read = {one.url: one for one in maps}, MapsRead()
        try:
            for number, one in enumerate(to_ask(maps)):
                if number:
                    await asyncio.sleep(self._pause_s)
                known[one.url], taken = await self._read(client, rooms, feed, one)
                if taken is not None:
                    read = MapsRead(
                        entries=read.entries + taken.entries, news=read.news + taken.news,
                        dates=(*read.dates, *taken.dates),
                    )  # fmt: skip
        except AskedToWait as error:  # the rest comes at the next visit
            log.info("sitemaps_wait", feed=feed.shown(), reason=str(error))
        finally:
            await self._in_redis(self._states.remember, feed, pack_maps(tuple(known.values())), MAPS)
        return read

    async def _read(
        self, client: Client, rooms: Rooms, feed: Subscription, one: KnownMap
    ) -> tuple[KnownMap, TakenDocument | None]:
        try:
            async with contextlib.AsyncExitStack() as held:
                how = Reading(make_room=rooms.maker(held), own=feed.request.headers_for)
                answer = await fetch(client, one.url, how, etag=one.etag, modified=one.modified, accept=ACCEPT)
                return await self._take(feed, one, answer)
        except IntakeFull:
            raise
        except TransientError as error:
            if isinstance(error, AskedToWait) and error.retry_after is not None:
                raise
            after = read_ill(one, now_us(), str(error), for_good=False)
        except PermanentError as error:
            is_gone = isinstance(error, RequestRefused) and error.status in FOR_GOOD
            after = read_ill(one, now_us(), str(error), for_good=is_gone)
        log.info("sitemap_not_read", feed=feed.shown(), sitemap=one.url, failures=after.failures, retired=after.retired)
        return after, None

    async def _take(self, feed: Subscription, one: KnownMap, answer: Fetched) -> tuple[KnownMap, TakenDocument | None]:
        etag, modified = answer.validators
        validators = (etag or one.etag, modified or one.modified)
        body_hash = hashlib.sha256(answer.body).hexdigest() if answer.body else ""
        if answer.status == 304 or body_hash == one.body_hash:
            return read_well(one, now_us(), body_hash, validators), None
        media_type = answer.headers.get("content-type")
        taken: TakenDocument = await self._in_documents(
            self._documents.take_document, feed, answer.body, media_type, answer.url, None, Part(url=one.url)
        )
        if taken.feed.is_index:
            raise NotAFeed(f"{one.url} is an index within an index, which the protocol does not have")
        return read_well(one, now_us(), body_hash, validators), taken
