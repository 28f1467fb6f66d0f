"""Reads the page that an entry leads to, and takes both in as one input: two readings of one article."""

import contextlib
import functools
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
import structlog

from services.ingest.feed_news import entry_date
from services.ingest.intake import TakesInputs
from services.ingest.page_queue import ClaimedPage, PageQueue, PageRow
from services.ingest.page_tallies import PageOutcome, PageTallies
from services.ingest.page_words import page_mark
from services.ingest.robots_keeper import RobotsKeeper
from services.ingest.rooms import Rooms
from services.ingest.subscriptions import Subscription
from services.ingest.visit_rules import TOO_MANY, status_of
from shared.clock import now_us
from shared.entry_with_page import ENTRY_WITH_PAGE_TYPE, Page, pack_entry_with_page
from shared.envelope import FEED_ENTRY_TYPE, MOST_BYTES, FeedEntry, Input
from shared.errors import CopydeskError, InputRefused, IntakeFull, TransientError
from shared.identity import clean_link
from shared.net.http import AskedToWait, Client, Fetched, Reading, fetch
from shared.settings import Pages

log = structlog.get_logger(__name__)

ACCEPT = "text/html,application/xhtml+xml;q=0.9"
PAGES = frozenset({"text/html", "application/xhtml+xml"})
PAUSE_S = 2.0  # of a host behind each of its pages
TRIES, RETRY_S, LONGEST_RETRY_S = 8, 60.0, 7200.0
# Corrections come in the first hours: a page is looked at again so many seconds after each look.
CHECKS_S = (3600.0, 5 * 3600.0, 18 * 3600.0, 48 * 3600.0)
FRESH_S = 3 * 24 * 3600.0  # an article that is older when its page is first read is corrected no more
_SLACK = 4096


class PageReader:
    """Makes visits that were claimed. `in_thread` runs what blocks somewhere else than in the loop."""

    def __init__(
        self,
        queue: PageQueue,
        robots: RobotsKeeper,
        tallies: PageTallies,
        intake: TakesInputs,
        in_thread: Callable[..., Any],
        which: Pages = "when-short",
    ) -> None:
        self._queue, self._robots, self._tallies = queue, robots, tallies
        self._intake, self._in_thread, self._which = intake, in_thread, which

    async def visit(self, client: Client, rooms: Rooms, claimed: ClaimedPage, feed: Subscription | None) -> None:
        """Visit a page and note when it is looked at again. `rooms` bound how many large bodies are held at once.

        Raises `TransientError` where Redis is away: then the claim ends, and the page is due again.
        """
        row, pause_s = claimed.row, PAUSE_S
        outcome: PageOutcome
        if feed is None:  # it is watched no more
            await self._in_thread(self._queue.done, claimed, None, 0.0, 0.0)
            return
        problem: str | None = None
        asks_for_rest = False
        try:
            if not row.of_pages and (feed.pages or self._which) == "never":
                raise InputRefused("the feed's settings say that no page of its entries is read any more")
            pause_s = max(PAUSE_S, float(feed.pause_s or 0), (await self._robots.rules(client, row.url)).pause_s)
            following, outcome = await self._read(client, rooms, row, feed)
        except TransientError as error:
            pause_s, problem = max(pause_s, _rest_of(error)), str(error)
            asks_for_rest = status_of(error) == TOO_MANY
            following = await self._postponed(row, feed, error)
            outcome = "postponed" if following else "given-up"
        except CopydeskError as error:
            following, problem, outcome = None, str(error), "refused"
            await self._take_alone(row, feed)
        log.info("page_visited", page=row.url, feed=feed.shown(), outcome=outcome, problem=problem)
        await self._in_thread(self._tallies.note, feed, outcome, problem)
        wait_s = _wait_of(following)
        note = functools.partial(self._queue.done, feeds_rest=asks_for_rest)
        await self._in_thread(note, claimed, following, wait_s, pause_s)

    async def _read(
        self, client: Client, rooms: Rooms, row: PageRow, feed: Subscription
    ) -> tuple[PageRow | None, PageOutcome]:
        async with contextlib.AsyncExitStack() as held:
            how = Reading(
                make_room=rooms.maker(held),
                may_ask=functools.partial(self._robots.check, client),
                own=feed.request.headers_for,
            )
            answer = await fetch(client, row.url, how, etag=row.etag, modified=row.modified, accept=ACCEPT)
            if answer.status == 304:
                return checked(row, answer, row.mark), "same"
            page = page_of(row, answer)
            mark = await self._in_thread(page_mark, page.body)
            if row.checks and mark == row.mark:
                return checked(row, answer, mark), "same"
            await self._take(with_page(row, feed, page))
            return checked(row, answer, mark), "taken"

    async def _postponed(self, row: PageRow, feed: Subscription, error: TransientError) -> PageRow | None:
        """The row as it is tried again; an entry does not wait for a page that is away again and again."""
        if isinstance(error, IntakeFull):
            return row
        if row.tries + 1 < TRIES:
            return msgspec.structs.replace(row, tries=row.tries + 1)
        await self._take_alone(row, feed)
        return None

    async def _take_alone(self, row: PageRow, feed: Subscription) -> None:
        """Let an entry that waited for its page come in without it, where it says something by itself."""
        if row.is_held and not row.checks and msgspec.json.decode(row.said, type=FeedEntry).title:
            with contextlib.suppress(InputRefused):
                await self._take(alone(row, feed))

    async def _take(self, item: Input) -> None:
        answers: Sequence[Any] = await self._in_thread(self._intake.take_each, [item])
        if isinstance(answers[0], InputRefused):
            raise answers[0]


def page_of(row: PageRow, answer: Fetched) -> Page:
    """The page in an answer; raises `InputRefused` for what is none, is too large, or is the front page of a site that
    has taken the article away."""
    media_type = answer.headers.get("content-type", "")
    said, semicolon, parameters = media_type.partition(";")
    essence = said.strip().lower()
    if essence not in PAGES:
        raise InputRefused(f"{row.url} is {essence or 'of no said type'}, and no page of HTML")
    if len(answer.body) + len(row.said) + _SLACK > MOST_BYTES:
        raise InputRefused(f"{row.url} is larger than {MOST_BYTES} bytes")
    if _is_front(answer.url) and not _is_front(row.url):
        raise InputRefused(f"{row.url} leads to the front page {answer.url}")
    return Page(url=answer.url, media_type=f"text/html{semicolon}{parameters}", body=answer.body)


def with_page(row: PageRow, feed: Subscription, page: Page) -> Input:
    """An entry and its page as one input. A page that says other words than at the last look was edited."""
    return msgspec.structs.replace(
        alone(row, feed),
        media_type=ENTRY_WITH_PAGE_TYPE,
        body=pack_entry_with_page(row.said, page),
        url=clean_link(page.url),
        changed=row.changed or row.checks > 0,
    )


def alone(row: PageRow, feed: Subscription) -> Input:
    """An entry as an input without its page."""
    return Input(
        source=feed.source(), media_type=FEED_ENTRY_TYPE, body=row.said, aliases=row.aliases, url=row.url,
        name=row.url, changed=row.changed,
    )  # fmt: skip


def checked(row: PageRow, answer: Fetched, mark: bytes) -> PageRow | None:
    """The row of a page that was read, as it is looked at again; None after the last look."""
    date = entry_date(msgspec.json.decode(row.said, type=FeedEntry))
    is_old = date is not None and now_us() / 1_000_000 - date.timestamp() > FRESH_S
    if row.checks >= len(CHECKS_S) or (is_old and not row.checks):
        return None
    etag, modified = answer.validators
    if answer.status == 304:  # what it does not say anew stays
        etag, modified = etag or row.etag, modified or row.modified
    return msgspec.structs.replace(
        row, checks=row.checks + 1, tries=0, is_held=False, mark=mark, etag=etag or None, modified=modified or None
    )


def _wait_of(following: PageRow | None) -> float:
    if following is None:
        return 0.0
    if following.tries or not following.checks:
        return min(RETRY_S * 2.0 ** max(following.tries - 1, 0), LONGEST_RETRY_S)
    return CHECKS_S[following.checks - 1]


def _rest_of(error: TransientError) -> float:
    """Seconds that a host asks to be left alone for, an hour at most."""
    return min(error.retry_after or PAUSE_S, 3600.0) if isinstance(error, AskedToWait) else 0.0


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query
