"""The subscriptions with hubs, in Redis: gone with Redis, they are made anew, and the old callbacks end."""

import random
import secrets
from collections.abc import Sequence
from typing import Any

import msgspec

from services.ingest.subscriptions import Subscription
from services.ingest.websub import DAY_S, HubSubscription, wait_after_asking, wait_for_renewal
from shared.clock import now_us
from shared.ledger import keys
from shared.ledger.connection import Client, redis_errors

AT_ONCE = 20


class HubSubscriptions:
    """What is known of each feed's hub; any number of processes ask, and the front door is called."""

    def __init__(self, client: Client) -> None:
        self._client: Any = client  # redis-py types its answers for text and bytes clients at once

    def get(self, feed_id: str) -> HubSubscription | None:
        """A feed's subscription; None where its document names no hub."""
        with redis_errors(self._client):
            packed = self._client.hget(keys.FEEDS_HUBS, feed_id)
        return None if packed is None else _read(packed)

    def note_hub(self, feed: Subscription, hub: str, topic: str) -> None:
        """A document names this hub for this topic: it is asked soon, once; another hub than before is asked anew."""
        before = self.get(feed.id)
        if before is not None and (before.hub, before.topic) == (hub, topic):
            with redis_errors(self._client):  # a process that died while it asked has left no time
                self._client.zadd(keys.FEEDS_HUBS_DUE, {feed.id: max(before.ends_us, now_us())}, nx=True)
            return
        if before is not None:
            self.forget([feed.id])
        found = HubSubscription(
            feed=feed.id, hub=hub, topic=topic, token=secrets.token_urlsafe(24), secret=secrets.token_urlsafe(32)
        )
        self._keep(found, 0.0)

    def due(self) -> Sequence[HubSubscription]:
        """Those whose hub is to be asked now; each is given to one caller."""
        with redis_errors(self._client):
            ids = self._client.zrangebyscore(keys.FEEDS_HUBS_DUE, "-inf", now_us(), start=0, num=AT_ONCE)
            mine = [one for one in ids if self._client.zrem(keys.FEEDS_HUBS_DUE, one)]
        found = (self.get(one.decode()) for one in mine)
        return [one for one in found if one is not None]

    def note_asked(self, subscription: HubSubscription, problem: str | None) -> None:
        """The hub was asked, or could not be: again later, unless it calls back before that."""
        is_now = self._as_it_is(subscription)
        if is_now is None:
            return
        wait_s = wait_after_asking(is_now.tries, random.random())  # noqa: S311 - spreads requests
        standing = "active" if is_now.state == "active" else "asked"
        self._keep(
            msgspec.structs.replace(is_now, state=standing, tries=is_now.tries + 1, problem=problem), wait_s, nx=True
        )

    def confirm(self, token: str, mode: str, topic: str, lease_s: float | None) -> bool:
        """The hub asks whether it was us who subscribed; False where it was not."""
        known = self.of_token(token)
        if known is None or mode != "subscribe" or topic != known.topic:
            return False
        lease, wait_s = wait_for_renewal(lease_s, random.random())  # noqa: S311 - spreads requests
        ends_us = now_us() + int(lease * 1_000_000)
        self._keep(msgspec.structs.replace(known, state="active", tries=0, ends_us=ends_us, problem=None), wait_s)
        return True

    def deny(self, token: str, topic: str, reason: str) -> bool:
        """The hub refuses the subscription: it is asked again after a day."""
        known = self.of_token(token)
        if known is None or topic != known.topic:
            return False
        self._keep(msgspec.structs.replace(known, state="denied", problem=reason[:300] or None), DAY_S)
        return True

    def note_told(self, subscription: HubSubscription) -> None:
        """The hub called with news, and signed it."""
        is_now = self._as_it_is(subscription)
        if is_now is None:
            return
        noted = msgspec.structs.replace(is_now, told_us=now_us())
        with redis_errors(self._client):
            self._client.hset(keys.FEEDS_HUBS, subscription.feed, msgspec.json.encode(noted))

    def forget(self, ids: Sequence[str]) -> None:
        """Forget feeds that were removed: their callbacks are answered by 410, which ends them at the hub."""
        with redis_errors(self._client):
            tokens = [_read(packed).token for packed in self._client.hmget(keys.FEEDS_HUBS, ids) if packed is not None]
            pipe = self._client.pipeline()
            pipe.hdel(keys.FEEDS_HUBS, *ids)
            pipe.zrem(keys.FEEDS_HUBS_DUE, *ids)
            if tokens:
                pipe.hdel(keys.FEEDS_CALLBACKS, *tokens)
            pipe.execute()

    def of_token(self, token: str) -> HubSubscription | None:
        """Whose callback has this in its address."""
        with redis_errors(self._client):
            feed_id = self._client.hget(keys.FEEDS_CALLBACKS, token)
        return None if feed_id is None else self.get(feed_id.decode())

    def _as_it_is(self, subscription: HubSubscription) -> HubSubscription | None:
        """What it has become while a hub was asked, or called; None where it was forgotten or made anew."""
        is_now = self.get(subscription.feed)
        return None if is_now is None or is_now.token != subscription.token else is_now

    def _keep(self, subscription: HubSubscription, wait_s: float, *, nx: bool = False) -> None:
        with redis_errors(self._client):
            pipe = self._client.pipeline()
            pipe.hset(keys.FEEDS_HUBS, subscription.feed, msgspec.json.encode(subscription))
            pipe.hset(keys.FEEDS_CALLBACKS, subscription.token, subscription.feed)
            pipe.zadd(keys.FEEDS_HUBS_DUE, {subscription.feed: now_us() + int(wait_s * 1_000_000)}, nx=nx)
            pipe.execute()


def _read(packed: bytes) -> HubSubscription:
    return msgspec.json.decode(packed, type=HubSubscription)
