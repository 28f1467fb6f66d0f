"""Lists of feeds in and out: what an OPML says becomes subscriptions in one change, and the other way round."""

import datetime as dt
from collections.abc import Iterable, Mapping

from services.ingest.formats.opml import FeedList, ListedFeed, write_opml
from services.ingest.subscriptions import AddedFeeds, Subscription, Subscriptions, Wanted
from shared.envelope import Source
from shared.source_settings import problems_of_source


def add_list(subscriptions: Subscriptions, listed: FeedList) -> AddedFeeds:
    """Watch the feeds of a list; one with a setting that nobody knows is refused, and the rest are taken."""
    wanted, refused = list[Wanted](), list(listed.left)
    for feed in listed.feeds:
        problems = problems_of_source(zone=feed.zone, language=feed.language)
        if problems:
            refused.append((feed.url, "; ".join(problems.values())))
            continue
        wanted.append(
            Wanted(
                url=feed.url,
                zone=feed.zone,
                language=feed.language,
                interval_s=feed.interval_s,
                shortest_s=feed.shortest_s,
                longest_s=feed.longest_s,
                pause_s=feed.pause_s,
                scope=feed.scope,
                title=feed.title,
                folder=feed.folder or None,
                pages=feed.pages,
                section=feed.section,
            )
        )
    done = subscriptions.add_all(wanted)
    return AddedFeeds(added=done.added, known=done.known, refused=(*refused, *done.refused))


def made_by(listed: FeedList, done: AddedFeeds) -> list[Source]:
    """The feeds that a list brought, as sources with the zone and language that it says of them."""
    watched = {address: feed for feed in (*done.added, *done.known) for address in (feed.url, feed.shown())}
    return [watched[one.url].source_with(one.zone, one.language) for one in listed.feeds if one.url in watched]


def list_feeds(
    feeds: Iterable[Subscription], titles: Mapping[str, str | None], *, with_logins: bool = False
) -> tuple[ListedFeed, ...]:
    """The feeds as a list that goes out. `titles` are what the feeds call themselves, by id; passwords in addresses
    stay here unless they are asked for."""
    return tuple(
        ListedFeed(
            url=feed.url if with_logins else feed.shown(),
            title=feed.title or titles.get(feed.id),
            folder=feed.folder,
            zone=feed.zone,
            language=feed.language,
            interval_s=feed.interval_s,
            shortest_s=feed.shortest_s,
            longest_s=feed.longest_s,
            pause_s=feed.pause_s,
            scope=feed.scope,
            pages=feed.pages,
            section=feed.section,
        )
        for feed in feeds
    )


def as_opml(feeds: Iterable[ListedFeed], now: dt.datetime) -> bytes:
    """OPML, in folders, each folder's feeds together."""
    return write_opml(sorted(feeds, key=lambda feed: feed.folder), now)
