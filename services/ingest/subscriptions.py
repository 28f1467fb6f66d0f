"""Which feeds are watched: the list on the data volume is the truth (`services.ingest.feeds_file`)."""

from collections.abc import Collection, Mapping, Sequence
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import msgspec

from services.ingest.feeds_file import FeedsFile
from services.ingest.request_settings import RequestSettings, check_request
from services.ingest.schedule import Scope
from services.ingest.section_settings import Section, check_section
from shared.clock import now_us
from shared.envelope import Source
from shared.errors import PermanentError
from shared.identity import feed_id, without_login
from shared.net.addresses import PORTS, read_allowed, refuse_closed
from shared.settings import Pages, Settings

MIN_INTERVAL_S = 10
LONGEST_S = 30 * 86_400
MAX_URL = 2000
NOTHING_SAID: Mapping[str, Any] = {}
NUMBERS = ("interval_s", "shortest_s", "longest_s", "pause_s")  # of its pace, in seconds
# What a list may say of a feed.
SAID = ("zone", "language", "title", "folder", "pages", *NUMBERS, "scope", "request", "section")


class UnknownFeed(PermanentError):
    """A name that is no feed's."""


class Subscription(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One feed as it was added.

    It is visited each `interval_s` where that is set, else by its own pace, not more often than each `shortest_s` and
    not more rarely than each `longest_s`. `pause_s` lies between two visits to its host. `scope` says for whom its
    server means a wish to be left alone; None: as its answer tells. `request` is what its server is told.
    `formerly` are ids under which its entries are known too: the first release called a feed by its present address.
    `added_us` tells one that was removed and added again from the one before. `title` and `folder` are what a list that
    it came with calls it, and in which folders that has it, the outermost first. `listed` feeds stand in the operator's
    own list, and end with their place there. `pages` says which of its entries' pages are read, where it is not as the
    desk's settings say. A page that lists articles is read as its `section` says.
    `moved_from` is the address that it left for good at `moved_us`.
    """

    id: str
    url: str
    zone: str | None = None
    language: str | None = None
    interval_s: int | None = None
    formerly: tuple[str, ...] = ()
    added_us: int = 0
    title: str | None = None
    folder: tuple[str, ...] = ()
    listed: bool = False
    pages: Pages | None = None
    shortest_s: int | None = None
    longest_s: int | None = None
    pause_s: int | None = None
    scope: Scope | None = None
    request: RequestSettings = RequestSettings()
    section: Section | None = None
    moved_from: str | None = None
    moved_us: int = 0

    def source(self) -> Source:
        """The feed as the source of its entries."""
        return self.source_with(self.zone, self.language)

    def source_with(self, zone: str | None, language: str | None) -> Source:
        """The same with what somebody has said of it just now, and no more."""
        return Source(kind="feed", name=self.shown(), zone=zone, language=language)

    def shown(self) -> str:
        """The address without a name and password in it: these are for the feed's server alone."""
        return shown_address(self.url)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A feed that is to be watched, as a list says it; what is None is not said, and stays as it was."""

    url: str
    zone: str | None = None
    language: str | None = None
    interval_s: int | None = None
    title: str | None = None
    folder: tuple[str, ...] | None = None
    pages: Pages | None = None
    shortest_s: int | None = None
    longest_s: int | None = None
    pause_s: int | None = None
    scope: Scope | None = None
    request: RequestSettings | None = None
    section: Section | None = None


class AddedFeeds(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a list: the feeds that are new, those that were watched already, why others were not taken, and
    those that the operator's list names no more."""

    added: tuple[Subscription, ...] = ()
    known: tuple[Subscription, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    removed: tuple[Subscription, ...] = ()


class Subscriptions:
    """The list of feeds: of all that change it one at a time."""

    def __init__(self, settings: Settings) -> None:
        self._file = FeedsFile(settings.feeds_file, Subscription, _from_first)
        self._allow_networks = settings.allow_networks

    def list(self) -> tuple[Subscription, ...]:
        """All feeds, in the order they were added."""
        return tuple(self.by_id().values())

    def by_id(self) -> Mapping[str, Subscription]:
        """The same by their ids. It is read again only where it has changed."""
        return self._file.read()

    def stamp(self) -> object:
        """What changes whenever the list does; None where there is none."""
        return self._file.stamp()

    @property
    def name(self) -> str:
        """What the file is called."""
        return self._file.name

    def add(
        self,
        url: str,
        changes: Mapping[str, Any] = NOTHING_SAID,
        *,
        zone: str | None = None,
        language: str | None = None,
        interval_s: int | None = None,
    ) -> Subscription:
        """Add a feed, or give a known one other settings: what is said by name, or in `changes` as `edit` takes them.
        What is not said stays as it is."""
        wanted = Wanted(url=checked_address(url), zone=zone, language=language, interval_s=interval_s)
        with self._file.changing() as feeds:
            added = _Additions(feeds, _addresses(feeds.values())).add(wanted.url, _said(wanted))
            feeds[added.id] = _edited(added, changes)
            return feeds[added.id]

    def add_all(self, wanted: Sequence[Wanted]) -> AddedFeeds:
        """Add a list of feeds, or give known ones what it says of them, all in one change of the file."""
        refused = list[tuple[str, str]]()
        with self._file.changing() as feeds:
            shown = {feed.shown(): feed.id for feed in feeds.values()}
            additions = _Additions(feeds, shown | _addresses(feeds.values()))
            allowed = read_allowed(self._allow_networks)
            for one in wanted:
                try:
                    check_pacing(one)
                    url = checked_address(one.url)
                    at = urlsplit(url)
                    refuse_closed(at.hostname or "", at.port or PORTS[at.scheme], allowed)
                except PermanentError as error:
                    refused.append((shown_address(one.url)[:MAX_URL], str(error)))
                    continue
                additions.add(url, _said(one))
        return msgspec.structs.replace(additions.result(), refused=tuple(refused))

    def follow_list(self, wanted: Sequence[Wanted]) -> AddedFeeds:
        """Make the feeds of the operator's list watched as it says, and end those that it named before and no more.

        Feeds that were added otherwise, and stand in no list, are left alone.
        """
        with self._file.changing() as feeds:
            additions = _Additions(feeds, _addresses(feeds.values()))
            for one in wanted:
                said = {name: getattr(one, name) for name in SAID}  # what it leaves out too: it says all there is
                said |= {"folder": one.folder or (), "request": one.request or RequestSettings(), "listed": True}
                additions.add(one.url, said)
            gone = [feed for feed in feeds.values() if feed.listed and feed.id not in additions]
            for feed in gone:
                del feeds[feed.id]
        return msgspec.structs.replace(additions.result(), removed=tuple(gone))

    def find(self, name: str) -> Subscription:
        """A feed by its id or address; raises `UnknownFeed`."""
        return _named(self.list(), name)

    def remove(self, name: str) -> Subscription:
        """Remove a feed by its id or address."""
        with self._file.changing() as feeds:
            removed = _named(feeds.values(), name)
            del feeds[removed.id]
        return removed

    def move(self, own_id: str, url: str) -> None:
        """Note a feed's new address; its id and state stay. It ends where another is watched there."""
        with self._file.changing() as feeds:
            if own_id in feeds and any(feed.url == url for feed in feeds.values() if feed.id != own_id):
                del feeds[own_id]
            elif own_id in feeds and feeds[own_id].url != url:
                feeds[own_id] = msgspec.structs.replace(
                    feeds[own_id], url=checked_address(url), moved_from=feeds[own_id].shown(), moved_us=now_us()
                )

    def edit(self, name: str, changes: Mapping[str, Any]) -> Subscription:
        """Give a feed other settings, by the names of `Subscription`; its id, and all that is known of it, stay.

        `request` is a function of the feed as it is then, which gives its new settings. Secrets stay with their origin.
        """
        with self._file.changing() as feeds:
            feed = _named(feeds.values(), name)
            said = dict(changes)
            if said.get("url") == feed.shown():  # as it was shown: what logs in there stays
                del said["url"]
            if "url" in said:
                said["url"] = checked_address(said["url"])
                if any(other.url == said["url"] for other in feeds.values() if other.id != feed.id):
                    raise PermanentError(f"{shown_address(said['url'])} is watched already, as another feed")
                said |= {"moved_from": None, "moved_us": 0}  # a person says where it is
            feeds[feed.id] = _edited(feed, said)
            return feeds[feed.id]

    def bring_up_to_date(self) -> None:
        """Write the list anew in its present version, where there is one of an older."""
        if self.stamp() is not None:
            self._file.bring_up_to_date()


class _Additions:
    """The feeds that one change of the list makes watched, or gives other settings; `ids` are by their addresses."""

    def __init__(self, feeds: dict[str, Subscription], ids: dict[str, str]) -> None:
        self._feeds, self._ids = feeds, ids
        self._added, self._known = dict[str, Subscription](), dict[str, Subscription]()

    def __contains__(self, own_id: str) -> bool:
        return own_id in self._added or own_id in self._known

    def add(self, url: str, said: Mapping[str, Any]) -> Subscription:
        """Watch what is at an address, with what is said of it."""
        own_id = self._ids.setdefault(url, feed_id(url))
        is_new = own_id not in self._feeds
        before = Subscription(id=own_id, url=url, added_us=now_us()) if is_new else self._feeds[own_id]
        feed = self._feeds[own_id] = msgspec.structs.replace(before, **said)
        (self._added if is_new or own_id in self._added else self._known)[own_id] = feed
        return feed

    def result(self) -> AddedFeeds:
        """What came of it."""
        return AddedFeeds(added=tuple(self._added.values()), known=tuple(self._known.values()))


def _addresses(feeds: Collection[Subscription]) -> dict[str, str]:
    """The ids of feeds by their addresses, and by those that they left for good: who names one means the same feed."""
    former = {feed.moved_from: feed.id for feed in feeds if feed.moved_from is not None}
    return former | {feed.url: feed.id for feed in feeds}


def _said(wanted: Wanted) -> dict[str, Any]:
    """What is said of a feed; the rest stays as it is."""
    return {name: value for name in SAID if (value := getattr(wanted, name)) is not None}


def _edited(feed: Subscription, said: Mapping[str, Any]) -> Subscription:
    """A feed with other settings; raises `PermanentError` for such as none can have."""
    plain = {name: value for name, value in said.items() if name != "request"}
    edited = msgspec.structs.replace(feed, **plain)
    if "request" in said:
        edited = msgspec.structs.replace(edited, request=said["request"](edited))
    check_pacing(edited)
    return edited


def check_interval(interval_s: int | None) -> None:
    """Refuse to visit a feed more often than any desk does."""
    if interval_s is not None and interval_s < MIN_INTERVAL_S:
        raise PermanentError(f"a feed is visited at most every {MIN_INTERVAL_S} s, not every {interval_s} s")


def check_pacing(feed: Subscription | Wanted) -> None:
    """Refuse what no feed is visited by, and what no request can carry; raises `PermanentError`."""
    check_interval(feed.interval_s)
    check_interval(feed.shortest_s)
    check_interval(feed.longest_s)
    if max(feed.longest_s or 0, feed.pause_s or 0, feed.shortest_s or 0, feed.interval_s or 0) > LONGEST_S:
        raise PermanentError(f"a feed is visited at least every {LONGEST_S} s, which is a month")
    if feed.shortest_s and feed.longest_s and feed.shortest_s > feed.longest_s:
        raise PermanentError("the shortest time between two visits is longer than the longest")
    if feed.interval_s and not (feed.shortest_s or 0) <= feed.interval_s <= (feed.longest_s or LONGEST_S):
        told = f"an interval of {feed.interval_s} s contradicts the bounds of the feed's own pace"
        raise PermanentError(f"{told}: set the interval, or the shortest and longest time; 0 takes one back")
    if feed.section is not None:
        check_section(feed.section)
    if feed.request is not None:
        check_request(feed.request)


def _named(feeds: Collection[Subscription], name: str) -> Subscription:
    for feed in feeds:
        if name.strip() in (feed.id, feed.url, feed.shown()):
            return feed
    for feed in feeds:
        if feed.moved_from is not None and name.strip() == feed.moved_from:
            return feed
    raise UnknownFeed(f"no feed is called {shown_address(name)}; `copydesk feeds list` names them")


def _from_first(feed: Subscription) -> Subscription:
    """A feed of the first file: its entries were known by the address it had, without what logs in there."""
    then = feed_id(feed.shown())
    return feed if then == feed.id else msgspec.structs.replace(feed, formerly=(then,))


def shown_address(url: str) -> str:
    """An address without the name and password in it, also where it is none that can be read."""
    return without_login(url)


def checked_address(url: str) -> str:
    """An address that we may ask; raises `PermanentError` for another."""
    url = url.strip()
    try:
        _read_url(url)
    except PermanentError as error:
        raise PermanentError(f"{shown_address(url)[:200]!r} is no http or https address") from error
    if len(url) > MAX_URL:
        raise PermanentError(f"{shown_address(url)[:200]!r} is no http or https address that we ask")
    return url


def _read_url(url: str) -> Any:
    """The guarded client's reading of an address: whoever only looks at feeds does not load it."""
    return import_module("shared.net.http").read_url(url)
