"""Whose a host is: its registrable domain, by the list of public suffixes that a library brings along.

Some publishers count all visits to their domain, whatever the host: a blog each, or `www` and `old`.
"""

import functools
import ipaddress
from collections.abc import Iterable

from publicsuffixlist import PublicSuffixList

from services.ingest.feed_lanes import host_of_feed, lane_of
from services.ingest.subscriptions import Subscription


@functools.cache
def registrable_domain(host: str) -> str:
    """`example.com.vn` of `feeds.example.com.vn`, `lan.github.io` of itself; an address of a machine, or a name that is
    a suffix itself, is its own."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return str(_suffixes().privatesuffix(host) or host)
    return host


def lanes_beside(feed: Subscription, feeds: Iterable[Subscription]) -> list[str]:
    """The other lanes of a feed's domain in which some of these wait."""
    domain = registrable_domain(host_of_feed(feed))
    lanes = {lane_of(other) for other in feeds if host_of_feed(other).endswith(domain)} - {lane_of(feed)}
    return sorted(lane for lane in lanes if registrable_domain(lane) == domain)


@functools.cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
