"""Addresses that somebody at the desk's page wants to be looked at: ingest asks them, as the front door has no way out.

A check is a wish in Redis and, some seconds later, its answer; both are gone after ten minutes.
"""

import secrets
import threading
from collections.abc import Callable
from typing import Any

import msgspec

from services.ingest.feed_preview import FeedPreview
from services.ingest.periodic import repeat
from services.ingest.section_settings import Section
from shared.errors import CopydeskError, IntakeFull
from shared.ledger import keys
from shared.ledger.connection import Client, redis_errors

KEPT_S = 600
MOST_WAITING = 50
LOOK_S = 0.5


class FeedCheck(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An address, and what was seen there: the feed, or why there is none; neither yet while it waits. A page that
    lists articles is read by the selectors of its `section`."""

    address: str
    section: Section | None = None
    preview: FeedPreview | None = None
    problem: str | None = None

    @property
    def waits(self) -> bool:
        return self.preview is None and self.problem is None


class FeedChecks:
    """The checks of a desk; any number of processes may ask for some and answer them."""

    def __init__(self, client: Client) -> None:
        self._client: Any = client  # redis-py types its answers for text and bytes clients at once

    def ask(self, address: str, section: Section | None = None) -> str:
        """Have an address looked at soon; gives the check's id. Raises `IntakeFull` where too many wait."""
        name = secrets.token_urlsafe(12)
        with redis_errors(self._client):
            if int(self._client.llen(keys.FEEDS_CHECKS)) >= MOST_WAITING:
                told = "too many addresses wait to be looked at"
                raise IntakeFull(told, retry_after=30, told=told)
            pipe = self._client.pipeline()
            pipe.set(keys.feed_check(name), msgspec.json.encode(FeedCheck(address=address, section=section)), ex=KEPT_S)
            pipe.lpush(keys.FEEDS_CHECKS, name)
            pipe.expire(keys.FEEDS_CHECKS, KEPT_S)
            pipe.execute()
        return name

    def get(self, name: str) -> FeedCheck | None:
        """A check as it stands; None where there is none, or none any more."""
        with redis_errors(self._client):
            packed = self._client.get(keys.feed_check(name))
        return None if packed is None else msgspec.json.decode(packed, type=FeedCheck)

    def answer_next(self, find: Callable[[str, Section | None], FeedPreview]) -> bool:
        """Look at the address that waits longest; False where none does."""
        with redis_errors(self._client):
            popped = self._client.rpop(keys.FEEDS_CHECKS)
        if popped is None:
            return False
        name = popped.decode()
        check = self.get(name)
        if check is None:  # whoever asked has waited too long
            return True
        try:
            answer = msgspec.structs.replace(check, preview=find(check.address, check.section))
        except CopydeskError as error:
            answer = msgspec.structs.replace(check, problem=str(error))
        with redis_errors(self._client):
            self._client.set(keys.feed_check(name), msgspec.json.encode(answer), ex=KEPT_S)
        return True

    def run(self, stop: threading.Event, find: Callable[[str, Section | None], FeedPreview]) -> None:
        """Answer until told to stop."""

        def answer_all() -> None:
            while not stop.is_set() and self.answer_next(find):
                pass

        repeat(answer_all, stop, LOOK_S, postponed="feed_checks_postponed", failed="feed_checks_failed")
