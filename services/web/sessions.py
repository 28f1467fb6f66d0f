"""Who is logged in at the desk: sessions of the browser, kept in Redis, each bound to the key it was opened with,
or to a person whom the login service named.
"""

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


class _Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """A session in Redis: of a key, or of a `publisher` by the login service, as the desk was set up (`setup`) then,
    with its `id_token`."""

    key_id: str
    csrf: str
    publisher: Publisher | None = None
    setup: str = ""
    id_token: str = ""


class Sessions:
    """Opens, finds and ends sessions. A session ends with its key: what is revoked is out at once.

    One by the login service ends when the desk is started with another `setup` of it ("": none).
    """

    def __init__(self, client: redis.Redis, keys: Keys, setup: str = "") -> None:
        self._client: Any = client  # redis-py types its answers for text and bytes clients at once
        self._keys, self._setup = keys, setup

    def open(self, token: str) -> str | None:
        """Begin a session with a key; gives the cookie's value, None for a key that is not good, or that must sign."""
        key = self._keys.find(token)
        if key is None or key.secrets:  # a browser signs nothing
            return None
        return self._keep(_Kept(key.id, secrets.token_urlsafe(24)), SESSION_S)

    def open_for(self, person: Publisher, seconds: int, id_token: str = "") -> str:
        """Begin a session of a person whom the login service named, by this token; gives the cookie's value."""
        # A release from before there were such sessions looks for the key "", and finds nobody.
        return self._keep(_Kept("", secrets.token_urlsafe(24), person, self._setup, id_token), seconds)

    def find(self, cookie: str) -> Session | None:
        """Whose session it is; None when it is over, or its key is."""
        with redis_errors(self._client):
            content = self._client.get(redis_keys.session(_digest(cookie)))
        if content is None:
            return None
        kept = msgspec.json.decode(content, type=_Kept)
        publisher = self._publisher_of(kept)
        return Session(publisher=publisher, csrf=kept.csrf) if publisher is not None else None

    def _publisher_of(self, kept: _Kept) -> Publisher | None:
        if kept.publisher is None:
            return self._keys.publisher_of(kept.key_id)
        return kept.publisher if self._setup and kept.setup == self._setup else None

    def _keep(self, kept: _Kept, seconds: int) -> str:
        cookie = secrets.token_urlsafe(32)
        with redis_errors(self._client):
            self._client.set(redis_keys.session(_digest(cookie)), msgspec.json.encode(kept), ex=seconds)
        return cookie

    def end(self, cookie: str) -> str | None:
        """Log out; gives the token of a session by the login service ("" where it was not kept), None of any other."""
        with redis_errors(self._client):
            content = self._client.getdel(redis_keys.session(_digest(cookie)))
        kept = msgspec.json.decode(content, type=_Kept) if content is not None else None
        return kept.id_token if kept is not None and kept.publisher is not None else None

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
