"""Logins that are under way at the login service: kept in Redis for ten minutes, each taken once."""

import hashlib
import secrets
from typing import Any

import msgspec
import redis

from shared.ledger import keys as redis_keys
from shared.ledger.connection import redis_errors

PENDING_S = 600


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """One login under way: the browser it began in, what its token and code must fit, where it goes on."""

    browser: str
    nonce: str
    verifier: str
    onward: str


class PendingLogins:
    """Keeps what no address and no page may carry."""

    def __init__(self, client: redis.Redis) -> None:
        self._client: Any = client  # redis-py types its answers for text and bytes clients at once

    def begin(self, browser: str, onward: str) -> tuple[str, Pending]:
        """A new login of this browser's; gives the word (`state`) that comes back with it."""
        state = secrets.token_urlsafe(32)
        pending = Pending(
            browser=digest_of(browser),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            onward=onward,
        )
        with redis_errors(self._client):
            self._client.set(redis_keys.pending_login(digest_of(state)), msgspec.json.encode(pending), ex=PENDING_S)
        return state, pending

    def take(self, state: str, browser: str) -> Pending | None:
        """The login of this word, and never again; None where it is over, was taken, or is another browser's."""
        with redis_errors(self._client):
            content = self._client.getdel(redis_keys.pending_login(digest_of(state)))
        if content is None:
            return None
        pending = msgspec.json.decode(content, type=Pending)
        return pending if secrets.compare_digest(pending.browser, digest_of(browser)) else None


def digest_of(secret: str) -> str:
    """What is kept of a secret word."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
