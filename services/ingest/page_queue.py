"""The pages that entries of feeds lead to: which wait for their visit, in Redis; any number of processes make them."""

import functools
import math
import secrets
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from services.ingest.redis_scripts import script_source
from shared.archive_entries import unpack_body
from shared.envelope import MOST_BYTES
from shared.identity import canonical_url
from shared.ledger import keys
from shared.ledger.connection import Client, redis_errors

MOST_WAITING = 50_000
AT_ONCE = 200  # pages a call: Redis does nothing else meanwhile
LEASE_S = 300.0


class PageRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page that is to be read beside the entry of a feed (its id), and what is known of its last reading.

    `entry` is the entry's JSON, packed, `aliases` what it is known by; `is_held` says that it did not come in by
    itself, so that it must where the page cannot be read, `of_pages` that its feed has nothing but pages. `tries`
    counts failures, `checks` how often the page was read; the rest is what the next look asks with, and what the page
    said then. `asked_us` tells one asking from the next.
    """

    url: str
    feed: str
    entry: bytes
    asked_us: int
    aliases: tuple[str, ...] = ()
    changed: bool = False
    is_held: bool = False
    of_pages: bool = False
    tries: int = 0
    checks: int = 0
    etag: str | None = None
    modified: str | None = None
    mark: bytes = b""

    @property
    def said(self) -> bytes:
        """The entry's JSON."""
        return unpack_body(self.entry, MOST_BYTES)

    @property
    def id(self) -> str:
        """What tells its page from others."""
        return keys.digest(canonical_url(self.url) or self.url)

    @property
    def host(self) -> str:
        """Whose turn it takes."""
        return urlsplit(self.url).hostname or ""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The pages that were not taken: there is no room for them, or another feed has asked for them."""

    no_room: tuple[PageRow, ...] = ()
    of_others: tuple[PageRow, ...] = ()


class ClaimedPage(msgspec.Struct, frozen=True, kw_only=True):
    """The right to visit a page until its lease ends."""

    id: str
    host: str
    token: str
    packed: bytes

    @property
    def row(self) -> PageRow:
        """The page as it was claimed."""
        return msgspec.msgpack.decode(self.packed, type=PageRow)


class PageQueue:
    """The pages that wait. `clock` sets Redis' time in seconds by hand, for tests."""

    def __init__(
        self, client: Client, clock: Callable[[], float] | None = None, budget: int = 1_000, most: int = MOST_WAITING
    ) -> None:
        self._redis: Any = client
        self._clock, self._budget, self._most = clock, budget, most

    @functools.cached_property
    def _script(self) -> Any:
        """The script that keeps the times: whoever only looks needs none."""
        return self._redis.register_script(script_source("page_queue"))

    def ask(self, rows: Sequence[PageRow]) -> Asked:
        """Let pages be visited soon."""
        no_room, of_others = set[bytes](), set[bytes]()
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            pages, packed = [(row.id, row.host, row.feed) for row in part], map(msgspec.msgpack.encode, part)
            left = self._call("ask", *packed, pages=pages, most=self._most)
            no_room.update(left[0])
            of_others.update(left[1])
        return Asked(
            no_room=tuple(row for row in rows if row.id.encode() in no_room),
            of_others=tuple(row for row in rows if row.id.encode() in of_others),
        )

    def claim(self, limit: int) -> list[ClaimedPage]:
        """Pages that are due, one a host."""
        token = secrets.token_hex(8)
        found = self._call("claim", limit=limit, lease=LEASE_S, budget=self._budget, token=token)
        return [
            ClaimedPage(id=id_.decode(), host=host.decode(), token=token.decode(), packed=row)
            for id_, host, token, row in found
        ]

    def done(
        self,
        claimed: ClaimedPage,
        following: PageRow | None,
        wait_s: float,
        pause_s: float,
        *,
        feeds_rest: bool = False,
    ) -> bool:
        """Note that a visit has ended: the next is in so many seconds, None for none; its host rests, where it asks for
        that with its feeds. False where the claim has ended meanwhile."""
        packed = b"" if following is None else msgspec.msgpack.encode(following)
        check = "1" if following is not None and following.checks else "0"
        return bool(
            self._call(
                "done", claimed.packed, packed, id=claimed.id, host=claimed.host, token=claimed.token, check=check,
                wait=wait_s, pause=pause_s, most=self._most, feeds_rest=feeds_rest,
            )
        )  # fmt: skip

    def give_back(self, claimed: ClaimedPage) -> None:
        """Let a page be due again that was claimed and not visited."""
        self.done(claimed, claimed.row, 0.0, 0.0)

    def next_due_in(self) -> float:
        """Seconds until a page may be visited; infinite without any."""
        wait = int(self._call("next"))
        return math.inf if wait < 0 else wait / 1000

    def waiting(self) -> int:
        """How many pages wait, those that were read before among them."""
        with redis_errors(self._redis):
            return int(self._redis.hlen(keys.PAGES_ROWS))

    def _call(self, command: str, *rows: bytes, **args: Any) -> Any:
        if self._clock is not None:
            args["now"] = self._clock()
        names = [
            keys.PAGES_ROWS, keys.PAGES_PLACES, keys.PAGES_TURNS, keys.PAGES_BUSY, keys.FEEDS_PAUSES, keys.PAGES_CLOCK,
        ]  # fmt: skip
        told = [command, keys.pages_of(""), keys.pages_spent(""), msgspec.msgpack.encode(args), *rows]
        with redis_errors(self._redis):
            return self._script(keys=names, args=told)
