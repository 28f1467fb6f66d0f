"""What the routes work with: built once by the composition root, handed to every request."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

from starlette.requests import Request

from services.index.changes import Change
from services.index.feed_page import FeedPage, FeedWanted
from services.index.hits import Results
from services.index.search import Answered, Stored
from services.index.stories.keeper import Story
from services.ingest.intake import WeighsInputs
from services.ingest.pings import Pinged
from services.web.answers import Answers
from services.web.batcher import Batcher
from services.web.change_hub import ChangeHub
from services.web.desk import Desk
from services.web.first_run import FirstRun
from services.web.fuse import WatchesRefusals
from services.web.keys import Keys, Publisher
from services.web.listing import Listing, Wanted
from services.web.quota import Quota
from services.web.readiness import Readiness
from services.web.reading import ReadingRoom
from services.web.request_body import BATCHES_ON_DISK, BodyRoom
from services.web.sessions import Session
from shared.envelope import Source
from shared.ledger.overview import Overview
from shared.ledger.reader import Head, InputStatus, Meta
from shared.metrics import Meters
from shared.picture_files import PictureFiles
from shared.settings import Settings

if TYPE_CHECKING:
    from services.web.oidc.login import OidcLogin

P = ParamSpec("P")
T = TypeVar("T")

PUSHING_THREADS, ASKING_THREADS = 4, 8
WAITERS = 200
BATCHES = 2


class LedgerReader(Protocol):
    """The ledger's reading side."""

    def receipt(self, receipt: str, /) -> InputStatus | None: ...
    def line(self, ref: str, /) -> InputStatus | None: ...
    def freed(self, article: str, /) -> int | None: ...
    def owner(self, address: str, /) -> str | None: ...
    def head(self, article: str, /) -> Head | None: ...
    def meta(self, ref: str, /) -> Meta | None: ...


class KeepsSessions(Protocol):
    """Who is logged in at the desk."""

    def open(self, token: str) -> str | None: ...
    def open_for(self, person: Publisher, seconds: int, id_token: str = "", /) -> str: ...
    def find(self, cookie: str) -> Session | None: ...
    def end(self, cookie: str) -> str | None: ...
    def may_try(self, address: str) -> bool: ...
    def forgive(self, address: str) -> None: ...


class TellsStories(Protocol):
    """Which articles say the same."""

    def of(self, article: str, /) -> Story | None: ...
    def numbers(self, articles: Sequence[str], /) -> dict[str, tuple[int, int]]: ...
    def close(self) -> None: ...


class Index(Protocol):
    """The searchable index, read only."""

    def get(self, name: str, /) -> Stored | None: ...
    def receipt(self, receipt: str, /) -> Answered | None: ...
    def publishers(self) -> tuple[str, ...]: ...
    def count(self) -> int: ...
    def check_engine(self) -> None: ...
    def close(self) -> None: ...


class SearchesIndex(Protocol):
    """Finds articles by a name or by words."""

    def __call__(
        self, q: str, *, limit: int, offset: int = 0, of: str = "", cursor: str = "", facets: Sequence[str] = ()
    ) -> Results: ...


@dataclass(frozen=True, kw_only=True)
class AppState:
    """The parts of one desk, and the threads in which they may block."""

    settings: Settings
    keys: Keys
    intake: WeighsInputs
    ledger: LedgerReader
    look: Callable[[], Overview]
    index: Index
    list_articles: Callable[[Wanted], Listing]
    stories: TellsStories
    list_changes: Callable[[int, int], Sequence[Change]]
    read_feed: Callable[[FeedWanted], FeedPage]
    search: SearchesIndex
    changes: ChangeHub
    sessions: KeepsSessions
    first_run: FirstRun
    desk: Desk
    meters: Meters
    answers: Answers
    ping: Callable[[str], Sequence[Pinged]]
    ask_visit: Callable[[str, Source, tuple[str, ...]], int]
    reading: ReadingRoom
    pictures: PictureFiles
    fuses: WatchesRefusals
    oidc: "OidcLogin | None" = None
    readiness: Readiness = field(default_factory=Readiness)
    room: BodyRoom = field(default_factory=BodyRoom)
    waiters: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(WAITERS))
    batch_room: BodyRoom = field(default_factory=lambda: BodyRoom(BATCHES_ON_DISK))
    quota: Quota = field(default_factory=lambda: Quota(None))
    batches: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(BATCHES))
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    pushing: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(PUSHING_THREADS, "web-push"))
    asking: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(ASKING_THREADS, "web-ask"))
    probing: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "web-probe"))

    async def read(self, reading: Callable[[], T]) -> T:
        """Read something large, without holding up the loop."""
        return await asyncio.get_running_loop().run_in_executor(self.pushing, reading)

    async def ask(self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Ask the ledger or the index, without holding up the loop."""
        return await asyncio.get_running_loop().run_in_executor(self.asking, lambda: question(*args, **kwargs))

    async def probe(self) -> Sequence[str]:
        """What stands in the way of a push; on a thread of its own, so that a flood never makes the desk look dead."""
        return await asyncio.get_running_loop().run_in_executor(self.probing, self.readiness.failures)

    @cached_property
    def batcher(self) -> Batcher:
        """The way in for pushes."""
        return Batcher(self.intake.take_each, self.pushing)

    def close(self) -> None:
        """Let go of the threads; what still runs in them is safe to lose."""
        self.changes.close()
        self.reading.close()
        for pool in (self.pushing, self.asking, self.probing):
            pool.shutdown(wait=False, cancel_futures=True)
        self.index.close()
        self.stories.close()


def state_of(request: Request) -> AppState:
    """The desk this request came to."""
    app_state: AppState = request.app.state.app_state
    return app_state


def publisher_of(request: Request) -> Publisher:
    """Whose key came with the request; the middleware has checked it."""
    publisher: Publisher = request.state.publisher
    return publisher
