"""A desk without Redis and disk: parts that keep the promises of the real ones, for tests of the door alone."""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from services.index.deliveries import Delivery
from services.index.entry import Entry
from services.index.feed_page import FeedPage
from services.index.hits import Hit, Results
from services.index.quality import Drift
from services.index.rhythm import Beat
from services.index.search import Answered, Revision, Stored
from services.index.stories.keeper import Stories
from services.ingest.feed_states import FeedState
from services.ingest.hub_subscriptions import HubSubscriptions
from services.ingest.intake import Receipt
from services.ingest.pings import Pinged
from services.ingest.subscriptions import Subscription
from services.web.acts import Acts
from services.web.answers import GivenAnswer
from services.web.change_hub import ChangeHub
from services.web.feed_desk import FeedDesk
from services.web.first_run import FirstRun
from services.web.fuse import Told, Verdict
from services.web.keys import Keys, Publisher
from services.web.listing import Listing, Row
from services.web.pages.input_view import ArchivedInput
from services.web.reading import Limits, ReadingRoom
from services.web.saved_filters import FILTERS_FILE, SavedFilters
from services.web.sessions import Session
from services.web.source_desk import SourceDesk
from services.web.source_register import SourceRegister
from services.web.state import AppState
from services.web.triage_desk import TriageDesk
from shared.article import Article, Block
from shared.audit import AuditLog
from shared.envelope import Event, Input, Source, SourceKind
from shared.ledger.calls import EnteredState, Weighed
from shared.ledger.events import FIRST, Change
from shared.ledger.overview import Overview
from shared.ledger.reader import Balance, Head, InputStatus, Meta, StageStatus, Status
from shared.ledger.triage import Triage
from shared.ledger.troubles import Failing, Pause, Trouble
from shared.metrics import Meters
from shared.picture_files import PictureFiles
from shared.settings import Settings
from tests.pictures import a_jpeg

KEY = "cd_hue_" + "k" * 43
SECRET = f"hue:{KEY} zone=Asia/Ho_Chi_Minh language=vi\nhanoi:cd_hanoi_{'h' * 43}"
ARTICLE = "a" * 26
PICTURE = "nluNzP4aWy870kRzXgXTo2GbC8v_D8NQ50DO4RghcGo"
RECEIPT = "r" + "0" * 26
REV = 1_700_000_000_000_000


def a_receipt(state: EnteredState = "received", *, receipt: str = RECEIPT) -> Receipt:
    return Receipt(receipt=receipt, article=ARTICLE, rev=REV, state=state)


@dataclass
class MemoryIntake:
    """Takes everything; the same bytes again are a duplicate; `failing` is raised instead."""

    taken: list[Input] = field(default_factory=list)
    failing: Exception | None = None

    def take_each(self, inputs: Sequence[Input], /) -> list[Receipt]:
        if self.failing is not None:
            raise self.failing
        bodies = [item.body for item in self.taken]
        self.taken += inputs
        return [a_receipt("duplicate" if i.body in bodies else "received") for i in inputs]

    def weigh(self, inputs: Sequence[Input], /) -> list[Weighed]:
        return [Weighed(article=ARTICLE, rev=0, state="received") for _ in inputs]


@dataclass
class MemoryLines:
    """Answers the lines it was given; each look at a receipt takes the next of its lines."""

    receipts: dict[str, list[InputStatus]] = field(default_factory=dict)
    current: InputStatus | None = None
    failing: Exception | None = None
    told: Status | None = None
    freed_us: int | None = None
    troubles: tuple[Trouble, ...] = ()

    def receipt(self, receipt: str, /) -> InputStatus | None:
        self._fail()
        lines = self.receipts.get(receipt, [])
        return lines.pop(0) if len(lines) > 1 else next(iter(lines), None)

    def line(self, _ref: str, /) -> InputStatus | None:
        return self.current

    def owner(self, _address: str, /) -> str | None:
        return None

    def head(self, article: str, /) -> Head | None:
        self._fail()
        is_it = self.current is not None and self.current.article == article
        return Head(rev=self.current.rev) if self.current is not None and is_it else None

    def meta(self, _ref: str, /) -> Meta | None:
        return None

    def freed(self, _article: str, /) -> int | None:
        return self.freed_us

    def look(self) -> Overview:
        self._fail()
        return Overview(status=self.told or a_status(), workers=(), troubles=self.troubles)

    def _fail(self) -> None:
        if self.failing is not None:
            raise self.failing


def a_stored(*, withdrawn: bool = False, kind: SourceKind = "push", name: str = "hue") -> Stored:
    return Stored(
        article_id=ARTICLE,
        rev=REV,
        article=Article(headline="Từng bước nâng cao"),
        source=Source(kind=kind, name=name),
        timeline=(Event(state="received", at_us=REV), Event(state="indexed", at_us=REV + 5, stage="index")),
        receipts=(RECEIPT,),
        aliases=(),
        revisions=(Revision(rev=REV, indexed_us=REV + 5),),
        received_us=REV,
        indexed_us=REV + 5,
        withdrawn=withdrawn,
        archived=None,
        owner=name if kind == "push" else "",
        owned_us=REV,
    )


def with_picture(desk: "Desk", stored: Stored) -> Stored:
    """The article with a picture that came with it."""
    picture = desk.app_state.pictures.stage([a_jpeg()], ["bridge.jpg"], 10_000)
    desk.app_state.pictures.keep([picture])
    assert picture.told.address.endswith(PICTURE)
    block = Block(type="picture", href=picture.told.address)
    return msgspec.structs.replace(stored, article=msgspec.structs.replace(stored.article, blocks=(block,)))


A_HIT = Hit(
    article_id=ARTICLE,
    rev=REV,
    headline="Từng bước nâng cao",
    description=None,
    first_created=None,
    uri=None,
    snippet="Từng bước",
    score=1.5,
)


@dataclass
class MemoryIndex:
    stored: dict[str, Stored] = field(default_factory=dict)
    answered: dict[str, Answered] = field(default_factory=dict)
    asked: list[tuple[str, int, int]] = field(default_factory=list)

    def search(
        self, q: str, limit: int = 20, offset: int = 0, of: str = "", *, cursor: str = "", facets: Sequence[str] = ()
    ) -> Results:
        self.asked.append((q, limit, offset))
        return Results(total=1, hits=(A_HIT,), matched="exact")

    def get(self, name: str, /) -> Stored | None:
        return self.stored.get(name)

    def receipt(self, receipt: str, /) -> Answered | None:
        return self.answered.get(receipt)

    def publishers(self) -> tuple[str, ...]:
        return ()

    def count(self) -> int:
        return len(self.stored)

    def check_engine(self) -> None:
        """It has no other."""

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class MemoryStream:
    """A stream that holds what a test puts into `coming`, which followers get one after the other."""

    coming: list[Change] = field(default_factory=list)
    past: list[Change] = field(default_factory=list)

    def last_id(self) -> str:
        return FIRST

    def first_id(self) -> str:
        return FIRST

    def after(self, last: str, /) -> list[Change]:
        return [change for change in self.past if change.id > last]

    def wait(self, _: str, seconds: float, /) -> list[Change]:
        if self.coming:
            self.past.append(self.coming.pop(0))
            return self.past[-1:]
        threading.Event().wait(min(seconds, 0.05))
        return []


@dataclass
class MemoryAnswers:
    given: dict[tuple[str, str], GivenAnswer] = field(default_factory=dict)

    def begin(self, publisher: str, key: str, /) -> GivenAnswer | None:
        known = self.given.get((publisher, key))
        self.given.setdefault((publisher, key), GivenAnswer())
        return known

    def remember(self, publisher: str, key: str, answered: GivenAnswer, /) -> None:
        self.given[publisher, key] = answered

    def forget(self, publisher: str, key: str, /) -> None:
        del self.given[publisher, key]


class NoFuses:
    """Nobody is ever kept out: tests/integration/test_fuse.py has the real ones."""

    def look(self, publisher: str, /) -> Verdict:
        return Verdict()

    def note(self, publisher: str, outcomes: str, why: str, /, *, is_trial: bool) -> None:
        return

    def tell(self, told: Told, /) -> None:
        raise AssertionError("there is nothing to tell")

    def must_ask(self, publisher: str, /) -> bool:
        return False


class NoSessions:
    """Nobody is logged in, and nobody can: tests/integration/test_pages.py does it over a real Redis."""

    def open(self, token: str) -> str | None:
        return None

    def open_for(self, person: Publisher, seconds: int, id_token: str = "") -> str:
        raise AssertionError("nobody can log in here")

    def find(self, cookie: str) -> Session | None:
        return None

    def end(self, cookie: str) -> str | None:
        return None

    def may_try(self, address: str) -> bool:
        return True

    def forgive(self, address: str) -> None:
        return None


class NoHubs(HubSubscriptions):
    """A desk that no hub may call."""

    def __init__(self) -> None:
        """There is no Redis."""

    def of_token(self, token: str) -> None:
        return None

    def confirm(self, token: str, mode: str, topic: str, lease_s: float | None) -> bool:
        return False

    def deny(self, token: str, topic: str, reason: str) -> bool:
        return False


class NoFeeds(FeedDesk):
    """A desk that watches no feed."""

    def __init__(self) -> None:
        """No hub has a callback, either."""
        self.hubs = NoHubs()

    def failing_lists(self) -> Sequence[Failing]:
        return ()

    def list(self) -> list[tuple[Subscription, FeedState]]:
        return []

    def one(self, feed_id: str) -> None:
        return None


class NoTriage(TriageDesk):
    """A desk on which nobody has decided anything."""

    def __init__(self) -> None:
        return

    def all(self) -> dict[str, Triage]:
        return {}


class NoSources(SourceDesk):
    """A desk that nobody has set a source of."""

    def __init__(self) -> None:
        nowhere = Settings(data_dir="/nonexistent")
        self.register = SourceRegister(nowhere, Keys(nowhere.keys_file), AuditLog(nowhere.audit_folder))


class NoDesk:
    """A desk whose pages nobody opens here: tests/integration/test_pages.py does, over the real parts."""

    acts: Acts
    feeds: FeedDesk = NoFeeds()
    triage: TriageDesk = NoTriage()
    audit = AuditLog(Path(os.devnull))  # it cannot be written, and that undoes nothing
    sources: SourceDesk = NoSources()

    def __init__(self, folder: Path) -> None:
        self.filters = SavedFilters(folder / FILTERS_FILE, AuditLog(folder / "audit"))

    def rhythm(self, *, since_us: int, until_us: int, step_us: int) -> list[Beat]:
        return []

    def drift(self, *, wait: bool) -> list[Drift]:
        return []

    def drifted(self) -> int:
        return 0

    def archived(self, ref: str, stored: Stored | None) -> ArchivedInput | None:
        return None

    def pause_of(self, kind: str, name: str) -> Pause | None:
        return None

    def with_headlines(self, rows: Sequence[Row]) -> Sequence[Row]:
        return rows

    def read_held(self, ref: str) -> Article | None:
        return None

    def held_until(self, entry: Entry) -> int | None:
        return None

    def deliveries(self, article: str) -> list[Delivery]:
        return []


@dataclass
class Desk:
    """The stand-ins of one desk, each within reach of the test."""

    app_state: AppState
    intake: MemoryIntake
    lines: MemoryLines
    index: MemoryIndex
    stream: MemoryStream


def a_desk(keys: Keys, **settings: object) -> Desk:
    intake, lines, index, stream = MemoryIntake(), MemoryLines(), MemoryIndex(), MemoryStream()
    app_state = AppState(
        settings=Settings(**settings),  # type: ignore[arg-type]
        keys=keys,
        intake=intake,
        ledger=lines,
        index=index,
        list_articles=lambda _: Listing(rows=(), next=None),
        list_changes=lambda *_: (),
        read_feed=lambda _: FeedPage(),
        stories=Stories(Path("no such folder", "stories.sqlite3")),
        search=index.search,
        changes=ChangeHub(stream),
        sessions=NoSessions(),
        first_run=FirstRun(keys.path.with_name("setup-code"), keys, AuditLog(keys.path.with_name("audit"))),
        desk=NoDesk(keys.path.parent),
        look=lines.look,
        answers=MemoryAnswers(),
        ask_visit=lambda _url, _source, _prefixes: REV,
        ping=lambda address: [Pinged(feed=address, due_us=REV)],
        reading=ReadingRoom(Limits(cpu_s=2)),
        fuses=NoFuses(),
        pictures=PictureFiles(keys.path.parent / "archive"),
        meters=Meters(lines.look),
    )
    return Desk(app_state, intake, lines, index, stream)


def a_line(state: str = "working", **more: object) -> InputStatus:
    values: dict[str, object] = {
        "receipt": RECEIPT,
        "article": ARTICLE,
        "rev": REV,
        "state": state,
        "stage": "normalize",
    }
    return InputStatus(**(values | more))  # type: ignore[arg-type]


def a_status(*, dead: int = 0, difference: int = 0, paused: bool = False) -> Status:
    stage = StageStatus(queued=3, working=2, retrying=1, held=0, messages=1, oldest_us=REV, paused=paused)
    balance = Balance(
        accepted=20, indexed=10, duplicate=2, superseded=1, withdrawn=0, discarded=0, refused=0, dead=dead, in_flight=6,
        difference=difference,
    )  # fmt: skip
    return Status(balance=balance, stages={"normalize": stage}, redis_bytes=1000, redis_max_bytes=0)


def an_overview(**changes: Any) -> Overview:
    return Overview(status=a_status(**changes), workers=(), troubles=())


HUE = Publisher(name="hue", zone="Asia/Ho_Chi_Minh", language="vi")
