"""Who asks, behind a proxy: told by `X-Forwarded-*` or `Forwarded`, and believed from `trusted_proxies` alone."""

import ipaddress
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import msgspec
from starlette.datastructures import Headers
from starlette.types import Scope

from shared.net.addresses import Address, Network, read_networks

SCHEMES = frozenset({"http", "https"})
MOST_HOPS = 32
ADDRESS_PART = 2  # one address has at most this part of all connections, and of all requests at work
HOST = re.compile(r"[A-Za-z0-9._~\-\[\]:]{1,255}")
# One `name=value` of `Forwarded` (RFC 7239, 4); what stands between quotes may hold the marks that part others.
_PAIR = re.compile(r'\s*([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*+)"|([^\s;,"]*+))\s*([;,]|$)')


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """What one proxy says of the request that it was handed."""

    client: str = ""
    scheme: str = ""
    host: str = ""


class TrustedProxies:
    """The proxies whose word counts. Each adds to what came before it, so the chain is read from its near end: the
    first that is no proxy of ours is who asks, whatever it says of others."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._networks: Sequence[Network] = read_networks("trusted_proxies", entries)

    def is_trusted(self, address: str) -> bool:
        """Is it a proxy of ours."""
        found = read_address(address)
        return found is not None and any(found in network for network in self._networks)

    def see_through(self, scope: Scope) -> bool:
        """Put client, scheme and host as the browser has them into a request; False where it came straight."""
        peer = (scope.get("client") or ("", 0))[0]
        if not self._networks or not self.is_trusted(peer):
            return False
        headers = Headers(scope=scope)
        hops = list(_hops(headers))
        client = peer
        while hops and self.is_trusted(client) and (named := read_address(hops.pop().client)) is not None:
            client = str(named)
        nearest = _nearest(headers)
        scope["client"] = (client, 0)
        if nearest.scheme in SCHEMES:
            scope["scheme"] = nearest.scheme
        if HOST.fullmatch(nearest.host):
            others = [(name, value) for name, value in scope["headers"] if name != b"host"]
            scope["headers"] = [(b"host", nearest.host.encode()), *others]
        return client != peer


class ProxiedRequests:
    """What each address has at work behind proxies: at most the part that it could have of the connections."""

    def __init__(self, most: int) -> None:
        self._most_of_address = max(1, most // ADDRESS_PART)
        self._counts: Counter[str] = Counter()

    @contextmanager
    def counted(self, client: str) -> Iterator[bool]:
        """Count a request of a client until the block ends ("": none of a proxy's); False where it has too many."""
        if not client:
            yield True
            return
        address = subscriber_of(client)
        self._counts[address] += 1
        try:
            yield self._counts[address] <= self._most_of_address
        finally:
            self._counts[address] -= 1
            if not self._counts[address]:
                del self._counts[address]


def subscriber_of(client: str) -> str:
    """Whom something is counted to: an IPv4 address, or the /64 of an IPv6 one, which is one subscriber's."""
    address = ipaddress.ip_address(client.partition("%")[0])
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((address, 64), strict=False))


def read_address(text: str) -> Address | None:
    """`192.0.2.43`, `192.0.2.43:4711`, `[2001:db8::17]:4711`; None for `unknown` and names. IPv4 in IPv6 is IPv4."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _hops(headers: Headers) -> Iterator[Hop]:
    """The chain, the far end first; where both forms are there the older counts, which every proxy sets."""
    said = [part for line in headers.getlist("x-forwarded-for") for part in line.split(",")]
    if said:
        yield from (Hop(client=part) for part in said[-MOST_HOPS:])
    else:
        yield from _forwarded(headers)[-MOST_HOPS:]


def _nearest(headers: Headers) -> Hop:
    """Scheme and host as the nearest proxy has them: it puts its own in the place of what a stranger wrote."""
    lines = {name: headers.getlist(f"x-forwarded-{name}")[-1:] for name in ("proto", "host")}
    told = {name: "".join(last).rpartition(",")[2].strip() for name, last in lines.items()}
    last = next(reversed(_forwarded(headers)), Hop()) if "x-forwarded-for" not in headers else Hop()
    return Hop(scheme=(told["proto"] or last.scheme).lower(), host=told["host"] or last.host)


def _forwarded(headers: Headers) -> list[Hop]:
    """The elements of `Forwarded`; all of a header that is none say nothing."""
    hops: list[Hop] = []
    for line in headers.getlist("forwarded"):
        at, pairs = 0, {}
        while at < len(line):
            found = _PAIR.match(line, at)
            if found is None:
                return []
            pairs[found[1].lower()] = re.sub(r"\\(.)", r"\1", found[2]) if found[2] is not None else found[3]
            at = found.end()
            if found[4] != ";":
                hops.append(Hop(client=pairs.get("for", ""), scheme=pairs.get("proto", ""), host=pairs.get("host", "")))
                pairs = {}
    return hops
