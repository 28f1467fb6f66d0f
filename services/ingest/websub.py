"""WebSub (W3C REC 2018-01-23), the subscriber's rules: what a hub is asked, when, and what of its calls is believed."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlencode

import msgspec

from services.ingest.formats.links import web_link

ASKED_S = 600.0  # so long a hub has to call back, before it is asked again
DAY_S = 86_400.0
SHORTEST_LEASE_S, LONGEST_LEASE_S = 300.0, 30 * DAY_S
LEASE_WISHED_S = int(10 * DAY_S)
RENEW_FROM, RENEW_SPREAD = 0.75, 0.15
DIGESTS = frozenset({"sha1", "sha256", "sha384", "sha512"})

LONGEST_HEADER = 8_000
LINK = re.compile(r"<([^<>]*)>([^<>]*)")
RELATION = re.compile(r";\s*rel\s*=\s*\"?([^\";,]+)", re.IGNORECASE)

Standing = Literal["found", "asked", "active", "denied"]


class HubSubscription(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A feed's subscription with the hub that its document names.

    `token` is in the callback's address and `secret` signs what the hub sends; `tries` are those in a row that nobody
    confirmed. Times are in µs: `ends_us` is when the lease ends, `told_us` when the hub last had news.
    """

    feed: str
    hub: str
    topic: str
    token: str
    secret: str
    state: Standing = "found"
    tries: int = 0
    ends_us: int = 0
    told_us: int = 0
    problem: str | None = None


def read_links(header: str | None, url: str) -> Mapping[str, str]:
    """The first hub and self in `Link: <https://hub.example/>; rel="hub", </rss>; rel=self` (4), made absolute."""
    found = dict[str, str]()
    for target, parameters in LINK.findall((header or "")[:LONGEST_HEADER]):
        relation = RELATION.search(parameters)
        for name in relation[1].lower().split() if relation else ():
            if name in ("hub", "self") and name not in found and (link := web_link(target, url)) is not None:
                found[name] = link
    return found


def subscribe_form(subscription: HubSubscription, callback: str) -> bytes:
    """What the hub is sent to subscribe (5.1); its secret stays below 200 bytes."""
    return urlencode(
        {
            "hub.callback": callback,
            "hub.mode": "subscribe",
            "hub.topic": subscription.topic,
            "hub.lease_seconds": LEASE_WISHED_S,
            "hub.secret": subscription.secret,
        }
    ).encode()


def wait_after_asking(tries: int, jitter: float) -> float:
    """Seconds until a hub that does not call back is asked again: longer each time, a day at most."""
    return min(ASKED_S * 2.0 ** min(tries, 10), DAY_S) * (1 + 0.2 * jitter)


def wait_for_renewal(lease_s: float | None, jitter: float) -> tuple[float, float]:
    """The lease (s), as far as it is believed, and the seconds until it is renewed: at 75 to 90 % of it."""
    lease = min(max(DAY_S if lease_s is None else lease_s, SHORTEST_LEASE_S), LONGEST_LEASE_S)
    return lease, lease * (RENEW_FROM + RENEW_SPREAD * jitter)


class Signature:
    """`X-Hub-Signature: sha256=…` (7.1), held against a body that comes in pieces, of which none is kept."""

    def __init__(self, header: str | None, secret: str) -> None:
        method, _, digest = (header or "").strip().partition("=")
        self._digest = digest.strip().lower()
        is_known = method.lower() in DIGESTS and self._digest.isascii()
        self._mac = hmac.new(secret.encode(), None, getattr(hashlib, method.lower())) if is_known else None

    @property
    def may_match(self) -> bool:
        """Can it be of any body: is it there, by a method that we know."""
        return self._mac is not None

    def update(self, piece: bytes) -> None:
        """The next piece of the body."""
        if self._mac is not None:
            self._mac.update(piece)

    @property
    def matches(self) -> bool:
        """Whether the hub signed just these bytes."""
        return self._mac is not None and hmac.compare_digest(self._mac.hexdigest(), self._digest)
