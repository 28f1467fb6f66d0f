"""`feeds.toml` in the data folder: the operator's own list of feeds, kept in a repository and followed on each change.

[[feeds]]
url = "https://news.example/rss"
zone = "Asia/Ho_Chi_Minh"
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import msgspec
import structlog

from services.ingest.feed_states import FeedStates
from services.ingest.request_settings import RequestSettings, changed
from services.ingest.schedule import Scope
from services.ingest.section_settings import read_section
from services.ingest.subscriptions import Subscriptions, Wanted, check_pacing, checked_address, shown_address
from shared.clock import now_us
from shared.errors import PermanentError
from shared.ledger.troubles import Failing
from shared.settings import Pages, Settings
from shared.source_settings import problems_of_source
from shared.whole_file import stamp_of

log = structlog.get_logger(__name__)

NAME = "feeds.toml"
MOST_BYTES = 8 * 1024 * 1024


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    url: str
    zone: str | None = None
    language: str | None = None
    interval_s: int | None = None
    title: str | None = None
    folder: str | None = None
    pages: Pages | None = None
    shortest_s: int | None = None
    longest_s: int | None = None
    pause_s: int | None = None
    scope: Scope | None = None
    user_agent: str | None = None
    headers: dict[str, str] = {}
    cookie: str | None = None
    login: str | None = None
    select: str | None = None
    select_title: str | None = None
    select_date: str | None = None


class _List(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    feeds: tuple[_Row, ...] = ()


class OperatorList:
    """Makes the feeds that the list names watched, and ends those that it names no more. A list with a fault changes
    nothing: it is told as a trouble until it is mended. One that is taken away ends nothing either."""

    def __init__(self, settings: Settings, subscriptions: Subscriptions, states: FeedStates) -> None:
        self._path = Path(settings.data_dir, NAME)
        self._subscriptions, self._states = subscriptions, states
        self._stamp: object = self  # unlike any stamp: the first look follows the list
        self._failing: Failing | None = None

    def follow(self) -> None:
        """Follow the list where it has changed; one with a fault is read again at each look, until all is well."""
        stamp = stamp_of(self._path)
        if stamp == self._stamp:
            return
        problem = self._try() if stamp is not None else None
        if problem is not None and (self._failing is None or self._failing.reason != problem):
            self._failing = Failing(name=NAME, since=now_us(), reason=problem, is_list=True)
            log.warning("feed_list_refused", reason=problem)
        self._failing = None if problem is None else self._failing
        self._states.note_list(NAME, self._failing)
        self._stamp = stamp if problem is None else self

    def _try(self) -> str | None:
        """Follow the list; what is wrong with it, if anything is."""
        try:
            done = self._subscriptions.follow_list(read_operator_list(self._path.read_bytes()))
        except (PermanentError, OSError) as error:
            return f"{NAME}: {error}"
        log.info("feed_list_followed", added=len(done.added), removed=len(done.removed))
        return None


def read_operator_list(content: bytes) -> Sequence[Wanted]:
    """Read the list; raises `PermanentError` that says which feed has what fault."""
    if len(content) > MOST_BYTES:
        raise PermanentError(f"is larger than {MOST_BYTES} bytes")
    try:
        rows = msgspec.convert(tomllib.loads(content.decode()), _List).feeds
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise PermanentError(str(error)) from error
    return [_wanted(row) for row in rows]


def _wanted(row: _Row) -> Wanted:
    try:
        wanted = _read_row(row, checked_address(row.url))
        check_pacing(wanted)
    except PermanentError as error:
        raise PermanentError(f"{shown_address(row.url)[:200]}: {error}") from error
    if problems := problems_of_source(zone=row.zone, language=row.language):
        raise PermanentError(f"{shown_address(wanted.url)[:200]}: {'; '.join(problems.values())}")
    return wanted


def _read_row(row: _Row, url: str) -> Wanted:
    said = {"user_agent": row.user_agent, "cookie": row.cookie, "login": row.login}
    said |= {f"header {name}": value for name, value in row.headers.items()}
    return Wanted(
        url=url, zone=row.zone, language=row.language, title=row.title, pages=row.pages,
        folder=tuple(part for part in (row.folder or "").split("/") if part),
        interval_s=row.interval_s, shortest_s=row.shortest_s, longest_s=row.longest_s, pause_s=row.pause_s,
        scope=row.scope, request=changed(RequestSettings(), said, url),
        section=read_section(row.select, row.select_title, row.select_date),
    )  # fmt: skip
