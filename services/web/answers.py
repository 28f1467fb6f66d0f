"""Answers to requests with an `Idempotency-Key`, in Redis: for a day, and at most the last thousands of a publisher."""

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec
import redis

from shared.clock import now_us
from shared.ledger import keys
from shared.ledger.connection import redis_errors

IN_FLIGHT_S = 120  # longer than any request may take; a process that died on it holds nobody up for ever
KEPT_S = 86_400
MOST_OF_A_PUBLISHER = 5_000


class GivenAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a request was answered; `request` is the hash of all it said, "" while it is being answered."""

    request: str = ""
    status: int = 0
    media_type: str = ""
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Answers(Protocol):
    """Where answers are remembered, by publisher and key."""

    def begin(self, publisher: str, key: str, /) -> GivenAnswer | None:
        """Take the key up, or give what is known of it."""

    def remember(self, publisher: str, key: str, answered: GivenAnswer, /) -> None: ...
    def forget(self, publisher: str, key: str, /) -> None: ...


class AnswerStore:
    """Takes keys up and lets them go, for any number of front doors."""

    def __init__(self, client: redis.Redis, most: int = MOST_OF_A_PUBLISHER) -> None:
        self._client: Any = client  # redis-py types its answers for text and bytes clients at once
        self._most = most

    def begin(self, publisher: str, key: str) -> GivenAnswer | None:
        """Take a key up, unless it is: then what is known of it."""
        place = keys.answer(publisher, key)
        with redis_errors(self._client):
            while not self._client.set(place, b"", nx=True, ex=IN_FLIGHT_S):
                known = self._client.get(place)
                if known is not None:
                    return msgspec.msgpack.decode(known, type=GivenAnswer) if known else GivenAnswer()
        return None

    def remember(self, publisher: str, key: str, answered: GivenAnswer) -> None:
        """Keep an answer; of those of one publisher the oldest go."""
        line = keys.answers_of(publisher)
        with redis_errors(self._client), self._client.pipeline(transaction=True) as pipe:
            pipe.set(keys.answer(publisher, key), msgspec.msgpack.encode(answered), ex=KEPT_S)
            pipe.zadd(line, {key: now_us()})
            pipe.expire(line, KEPT_S)
            pipe.zcard(line)
            count = pipe.execute()[-1]
            if count > self._most:
                oldest = self._client.zpopmin(line, count - self._most)
                self._client.delete(*(keys.answer(publisher, name.decode()) for name, _ in oldest))

    def forget(self, publisher: str, key: str) -> None:
        """Let a key go: nothing came of its request."""
        with redis_errors(self._client):
            self._client.delete(keys.answer(publisher, key))
