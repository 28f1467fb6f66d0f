"""Who is logged in at the desk: sessions of the browser, kept in Redis, each bound to the key it was opened with."""

import hashlib
import secrets
from typing import Any

import msgspec
import redis

from services.web.keys import Keys, Publisher
from shared.ledger import keys as redis_keys
from shared.ledger.connection import redis_errors

COOKIE = "copydesk_session"
SESSION_S = 12 * 3600
TRIES, TRIES_S = 10, 300  # wrong keys from one address before it must wait


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One person at the desk: as whom, and the word that each form must bring (against forged requests)."""

    publisher: Publisher
    csrf: str


class _Kept(msgspec.Struct, frozen=True):
    key_id: str
    csrf: str


class Sessions:
    """Opens, finds and ends sessions. A session ends with its key: what is revoked is out at once."""

    def __init__(self, client: redis.Redis, keys: Keys) -> None:
        self._client: Any = client  # redis-py types its answers for text and bytes clients at once
        self._keys = keys

    def open(self, token: str) -> str | None:
        """Begin a session with a key; gives the cookie's value, None for a key that is not good, or that must sign."""
        key = self._keys.find(token)
        if key is None or key.secrets:  # a browser signs nothing
            return None
        cookie = secrets.token_urlsafe(32)
        kept = msgspec.json.encode(_Kept(key.id, secrets.token_urlsafe(24)))
        with redis_errors(self._client):
            self._client.set(redis_keys.session(_digest(cookie)), kept, ex=SESSION_S)
        return cookie

    def find(self, cookie: str) -> Session | None:
        """Whose session it is; None when it is over, or its key is."""
        with redis_errors(self._client):
            content = self._client.get(redis_keys.session(_digest(cookie)))
        if content is None:
            return None
        kept = msgspec.json.decode(content, type=_Kept)
        publisher = self._keys.publisher_of(kept.key_id)
        return Session(publisher=publisher, csrf=kept.csrf) if publisher is not None else None

    def end(self, cookie: str) -> None:
        """Log out."""
        with redis_errors(self._client):
            self._client.delete(redis_keys.session(_digest(cookie)))

    def may_try(self, address: str) -> bool:
        """Count a try to log in; False when there were too many wrong ones from this address."""
        place = redis_keys.login_tries(_digest(address)[:24])
        with redis_errors(self._client):
            tries = self._client.incr(place)
            if tries == 1:
                self._client.expire(place, TRIES_S)
        return int(tries) <= TRIES

    def forgive(self, address: str) -> None:
        """A right key was given: earlier wrong ones count no more."""
        with redis_errors(self._client):
            self._client.delete(redis_keys.login_tries(_digest(address)[:24]))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
