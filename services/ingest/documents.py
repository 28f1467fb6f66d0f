"""A feed's document, whichever door brought it: parsed apart, its new entries taken in, and then remembered."""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec
import structlog

from services.ingest.feed_news import FirstVisit, News, Watched
from services.ingest.feed_states import FeedStates
from services.ingest.formats.feed import Feed
from services.ingest.intake import TakesInputs
from services.ingest.page_queue import Asked, PageRow
from services.ingest.sitemap_maps import memory_of
from services.ingest.subscriptions import Subscription
from services.ingest.websub import read_links
from shared.archive_entries import pack_body
from shared.clock import now_us
from shared.envelope import Input
from shared.errors import InputRefused, IntakeFull, TransientError
from shared.settings import Pages, Settings

log = structlog.get_logger(__name__)

PAGES_WAIT_S = 600.0
LONGEST_ENTRY = 256 * 1024  # bytes: what says more waits for no page, nor need it


class ParsesFeeds(Protocol):
    """A safe place to parse in: `services.ingest.parser_process.FeedParser`."""

    def read_news(self, body: bytes, content_type: str | None, url: str, watched: Watched) -> News: ...


class AsksForPages(Protocol):
    """Whoever reads pages: `services.ingest.page_queue.PageQueue`."""

    def ask(self, rows: Sequence[PageRow], /) -> Asked: ...


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Which of a feed's documents one is: the whole feed, the sitemap at `url` of an index, each with a memory of its
    own, or an older page, of which nothing is kept and no page of an entry is read. `most` entries are taken of it."""

    url: str = ""
    is_kept: bool = True
    most: int | None = None


WHOLE = Part()


class TakenDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a document: how many entries it had, how many were handed in, how many changed and said nothing
    new, and for how many visits in a row most were edited.

    `feed` is without its entries, `novel` is how many count as news of it, `dates` when these came. `was_unknown` says
    that no document was known.
    """

    feed: Feed
    entries: int
    news: int
    quiet: int
    restless: int
    dates: tuple[float, ...] = ()
    novel: int = 0
    was_unknown: bool = False

    def with_older(self, page: "TakenDocument") -> "TakenDocument":
        """Both as one, with the facts of this one's feed."""
        return msgspec.structs.replace(
            self, entries=self.entries + page.entries, news=self.news + page.news, dates=(*self.dates, *page.dates)
        )


class FeedDocuments:
    """Takes in documents of watched feeds, from any number of threads and doors."""

    def __init__(
        self,
        settings: Settings,
        states: FeedStates,
        intake: TakesInputs,
        parser: ParsesFeeds,
        note_hub: Callable[[Subscription, str, str], None] | None = None,
        pages: AsksForPages | None = None,
    ) -> None:
        self._note_hub, self._pages, self._which = note_hub, pages, settings.feed_pages
        self._first = FirstVisit(entries=settings.feed_first_entries, days=settings.feed_first_days)
        self._states, self._intake, self._parser = states, intake, parser

    def take_document(
        self,
        feed: Subscription,
        body: bytes,
        media_type: str | None,
        url: str,
        links: str | None = None,
        part: Part = WHOLE,
    ) -> TakenDocument:
        """Take in what a document says that is new, and remember it; `url` is where it was found, `links` the header
        `Link` of the answer, which names a hub before the document does, `part` which of a feed's documents this is.

        Raises `NotAFeed` for what is none, `IntakeFull` where the desk has no room: then nothing is remembered, and the
        document may come again.
        """
        watched = Watched(
            key=feed.id,
            formerly=feed.formerly,
            source=feed.source(),
            memory=self._memory_of(feed, part),
            now_s=now_us() / 1_000_000,
            first=self._first if part.most is None else msgspec.structs.replace(self._first, entries=part.most),
            is_new=not part.url or not self._states.get(feed).body_hash,
            section=feed.section,
        )
        news = self._parser.read_news(body, media_type, url, watched)
        if news.passed_over:
            log.info("entries_passed_over", feed=feed.shown(), count=news.passed_over)
        self._take(feed, news, part)
        # Only now, with the entries in: a crash before this line means reading again, never missing one.
        if part.is_kept:
            self._states.remember(feed, news.memory, memory_of(part.url) if part.url else "memory")
        said = read_links(links, url)
        hub, topic = said.get("hub", news.feed.hub), said.get("self", news.feed.topic)
        if self._note_hub is not None and hub is not None:
            self._note_hub(feed, hub, topic or url)
        return TakenDocument(
            feed=news.feed, entries=news.entries, news=len(news.inputs), quiet=news.quiet, restless=news.restless,
            dates=news.dates, novel=news.novel, was_unknown=not watched.memory,
        )  # fmt: skip

    def _memory_of(self, feed: Subscription, part: Part) -> bytes:
        if part.url:
            return self._states.kept(feed, memory_of(part.url))
        return self._states.memory(feed) if part.is_kept else b""

    def _take(self, feed: Subscription, news: News, part: Part) -> None:
        """Hand the new entries in; one that no door takes does not stop the rest of its feed. Those that wait for their
        page come in with it."""
        rows = (
            () if self._pages is None or not part.is_kept else rows_of(feed, news, feed.pages or self._which, now_us())
        )
        held = {row.url: row for row in rows if row.is_held}
        self._take_each([item for item in news.inputs if item.url not in held])
        if self._pages is None or not rows:
            return
        asked = self._pages.ask(rows)
        if asked.no_room and news.feed.of_pages:
            raise IntakeFull("too many pages wait for their visit", retry_after=PAGES_WAIT_S)
        if left := {row.url for row in (*asked.no_room, *(() if news.feed.of_pages else asked.of_others))}:
            log.warning("pages_not_asked", feed=feed.shown(), count=len(left))
            self._take_each([item for item in news.inputs if item.url in held.keys() & left])

    def _take_each(self, inputs: Sequence[Input]) -> None:
        try:
            answers = self._intake.take_each(inputs)
        except TransientError as error:  # the desk's trouble, not the feed's: it waits without a mark against it
            raise IntakeFull(str(error), retry_after=error.retry_after) from error
        for item, answer in zip(inputs, answers, strict=True):
            if isinstance(answer, InputRefused):
                log.warning("entry_refused", source=item.source.name, entry=item.name, reason=str(answer))


def rows_of(feed: Subscription, news: News, which: Pages, now: int) -> Sequence[PageRow]:
    """The pages that are to be read beside what is new in a feed; an edited entry waits for its page, since by itself
    it would take the place of what was read of both."""
    of_pages = news.feed.of_pages  # of which nothing can be read but its pages
    if not of_pages and (which == "never" or (which == "when-short" and not news.is_short)):
        return ()
    leads = [lead for lead in news.leads if lead.is_short or of_pages or which == "always"]
    items = [news.inputs[lead.place] for lead in leads]
    return [
        PageRow(
            url=item.url, feed=feed.id, entry=pack_body(item.body), aliases=item.aliases, changed=item.changed,
            is_held=item.changed or of_pages, of_pages=of_pages, asked_us=now,
        )
        for item in items if item.url is not None and len(item.body) <= LONGEST_ENTRY
    ]  # fmt: skip
