"""What an operator does to feeds at the desk, each act written into the audit log."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, get_args

import msgspec

from services.ingest.feed_checks import FeedChecks
from services.ingest.feed_history import FeedVisit, last_visits
from services.ingest.feed_lists import add_list, as_opml, list_feeds, made_by
from services.ingest.feed_states import FeedState, FeedStates
from services.ingest.formats.opml import read_list
from services.ingest.host_rests import shown_states
from services.ingest.hub_subscriptions import HubSubscriptions
from services.ingest.page_tallies import PageTallies, PageTally
from services.ingest.pings import FeedPings
from services.ingest.section_settings import read_section
from services.ingest.sitemap_maps import MAPS, KnownMap, unpack_maps
from services.ingest.subscriptions import AddedFeeds, Subscription, Subscriptions, UnknownFeed, check_interval
from services.ingest.websub import HubSubscription
from services.web.acts import Done
from shared.audit import AuditLog
from shared.clock import from_us, now_us
from shared.errors import PermanentError
from shared.ledger.connection import Client
from shared.ledger.troubles import Failing
from shared.settings import Settings
from shared.source_book import SourceBook
from shared.source_settings import problems_of_source

FeedAct = Literal["refresh", "resume", "remove", "add"]
FEED_ACTS: tuple[FeedAct, ...] = get_args(FeedAct)


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """What came of adding a feed: the feed, or what is wrong by field (`url`, `zone`, `language`)."""

    feed: Subscription | None = None
    problems: dict[str, str] = {}


class FeedShown(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of one feed; its visits the newest first."""

    feed: Subscription
    state: FeedState
    visits: Sequence[FeedVisit]
    hub: HubSubscription | None
    maps: Sequence[KnownMap] = ()
    pages: PageTally | None = None


class FeedDesk:
    """The feeds of a desk, and what may be done to them. Each act is safe to repeat."""

    def __init__(self, settings: Settings, client: Client, audit: AuditLog) -> None:
        self._subscriptions, self._states = Subscriptions(settings), FeedStates(client)
        self._client, self._audit, self._book = client, audit, SourceBook(settings.sources_file)
        self.checks, self.hubs = FeedChecks(client), HubSubscriptions(client)

    def list(self) -> Sequence[tuple[Subscription, FeedState]]:
        """The feeds with their state: those that fail first, then the silent ones, then by address."""
        feeds = self._subscriptions.list()
        told = zip(feeds, shown_states(self._client, feeds), strict=True)
        return sorted(told, key=_by_need)

    def failing_lists(self) -> Sequence[Failing]:
        """The lists of feeds that cannot be read, such as `feeds.toml`."""
        return self._states.failing_lists()

    def take_call(self, subscription: HubSubscription) -> None:
        """A hub called with news: its feed is visited soon."""
        self.hubs.note_told(subscription)
        FeedPings(self._subscriptions, self._states).ping_feed(subscription.feed)

    def one(self, feed_id: str) -> FeedShown | None:
        """One feed by its id, with its last visits."""
        feed = next((feed for feed in self._subscriptions.list() if feed.id == feed_id), None)
        if feed is None:
            return None
        visits = last_visits(self._client, feed)
        (state,) = shown_states(self._client, [feed])
        return FeedShown(
            feed=feed, state=state, visits=visits, hub=self.hubs.get(feed.id),
            maps=unpack_maps(self._states.kept(feed, MAPS)), pages=PageTallies(self._client).get(feed),
        )  # fmt: skip

    def edit(self, feed_id: str, changes: Mapping[str, Any], *, who: str) -> Added:
        """Give a feed other settings, as `Subscriptions.edit` takes them; it stays the same feed."""
        for name in ("interval_s", "shortest_s", "longest_s"):
            try:
                check_interval(changes.get(name))
            except PermanentError as error:
                return Added(problems={name: str(error)})
        try:
            feed = self._subscriptions.edit(feed_id, changes)
        except PermanentError as error:
            return Added(problems={"url" if "url" in changes else "all": str(error)})
        self._audit.note(who=who, act="edit feed", on=feed.shown())
        return Added(feed=feed)

    def add_list(self, body: bytes, *, who: str) -> AddedFeeds:
        """Watch all feeds of a list; raises `InputRefused` for what is none."""
        listed = read_list(body)
        done = add_list(self._subscriptions, listed)
        added = [feed.shown() for feed in done.added]
        self._audit.note_each(who=who, act="add feed", on=added, why="from a list")
        self._book.save_all_as_made(made_by(listed, done), who=who)
        return done

    def as_opml(self) -> bytes:
        """The feeds as a list that goes out."""
        feeds = self._subscriptions.list()
        titles = {feed.id: state.title for feed, state in zip(feeds, self._states.get_all(feeds), strict=True)}
        return as_opml(list_feeds(feeds, titles), from_us(now_us()))

    def add(self, url: str, zone: str, language: str, select: str = "", *, who: str, why: str) -> Added:
        """Subscribe to a feed, or give a known one other settings; the watcher sees it within seconds."""
        if problems := problems_of_source(zone=zone or None, language=language or None):
            return Added(problems=problems)
        try:
            section = read_section(select, None, None)
        except PermanentError as error:
            return Added(problems={"select": str(error)})
        try:
            changes = {} if section is None else {"section": section}
            feed = self._subscriptions.add(url, changes, zone=zone or None, language=language or None)
        except PermanentError as error:
            return Added(problems={"url": str(error)})
        self._audit.note(who=who, act="add feed", on=feed.shown(), why=why)
        if self._states.get(feed).stopped:  # who adds it wants it visited
            self._states.resume(feed)
        self._book.save_as_made(feed.source_with(zone or None, language or None), who=who)
        return Added(feed=feed)

    def refresh(self, names: Sequence[str], *, who: str, why: str) -> Done:
        """Let the next visit of these feeds be now."""
        return self._each("refresh", names, self._states.refresh, who=who, why=why)

    def resume(self, names: Sequence[str], *, who: str, why: str) -> Done:
        """Begin anew with feeds that failed or have ended (410)."""
        return self._each("resume", names, self._states.resume, who=who, why=why)

    def remove(self, names: Sequence[str], *, who: str, why: str) -> Done:
        """End subscriptions; what came from them stays."""

        def remove(feed: Subscription) -> bool:
            self._subscriptions.remove(feed.id)
            return True

        return self._each("remove", names, remove, who=who, why=why)

    def _each(
        self, act: FeedAct, names: Sequence[str], do: Callable[[Subscription], bool], *, who: str, why: str
    ) -> Done:
        feeds = {feed.id: feed for feed in self._subscriptions.list()}
        done = []
        for name in dict.fromkeys(names):
            feed = feeds.get(name)
            try:
                if feed is None or not do(feed):
                    continue
            except UnknownFeed:  # somebody else has removed it meanwhile
                continue
            self._audit.note(who=who, act=f"{act} feed", on=feed.shown(), why=why)
            done.append(name)
        return Done(done=len(done), left=tuple(name for name in names if name not in done))


def _by_need(told: tuple[Subscription, FeedState]) -> tuple[object, ...]:
    """Where a feed stands among those that a person looks at."""
    feed, state = told
    return not state.stopped, -state.failures, not state.novelty.is_silent, feed.shown()


def read_feed_act(name: str) -> FeedAct:
    """An act on feeds by its name; raises `PermanentError` for one that nobody knows."""
    if name not in FEED_ACTS:
        raise PermanentError(f"{name[:40]!r} is no act on feeds: there are {', '.join(FEED_ACTS)}")
    act: FeedAct = msgspec.convert(name, FeedAct)
    return act
