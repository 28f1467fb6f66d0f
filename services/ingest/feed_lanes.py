"""Whose visits a feed's count among: each lane has its own pace, and rests as a whole."""

from collections.abc import Iterable
from importlib import import_module
from urllib.parse import urlsplit

import msgspec

from services.ingest.subscriptions import Subscription


class HostRest(msgspec.Struct, frozen=True, kw_only=True):
    """For how long a host asked to be left alone. The other lanes of its domain (`beside`) rest as well where that is
    said (`is_of_domain`), or one of them was asked to rest already."""

    wait_s: float
    beside: tuple[str, ...] = ()
    is_of_domain: bool = False


def host_of_feed(feed: Subscription) -> str:
    """The host of a feed's address."""
    return urlsplit(feed.url).hostname or ""


def lane_of(feed: Subscription) -> str:
    """The lane of a feed: its host, or its whole domain where that is set for it."""
    host = host_of_feed(feed)
    if feed.scope != "domain":
        return host
    return str(import_module("services.ingest.site_domains").registrable_domain(host))  # few load its list


def place_of(feed: Subscription) -> str:
    """Where a feed waits, and which of those that had its id: "news.example 1750000000000000"."""
    return f"{lane_of(feed)} {feed.added_us}"


def pauses_of(feeds: Iterable[Subscription]) -> dict[str, float]:
    """The seconds between two visits of lanes for which they are set; of several wishes the longest."""
    pauses: dict[str, float] = {}
    for feed in feeds:
        if feed.pause_s is not None:
            lane = lane_of(feed)
            pauses[lane] = max(pauses.get(lane, 0.0), float(feed.pause_s))
    return pauses
