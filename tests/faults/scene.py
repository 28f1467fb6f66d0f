"""A desk that hands on to sinks while a fault of the table befalls it; and what is compared at the end."""

import functools
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from shared.errors import CopydeskError
from tests.engines.places import PLACES, Place, files_in, told_by
from tests.engines.receiver import Receiver, receiver
from tests.faults.chaos_desk import PROGRAM, ChaosDesk
from tests.faults.chaos_load import article_of, headline_of
from tests.faults.relay import Relay, relayed

LOOK_S = 0.1
BY_WIRE = frozenset({"opensearch", "postgres", "object-store"})


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """What a desk is made of, beside what every one has: disks of their own, sinks, a clock, a Redis behind a wire."""

    disks: tuple[str, ...] = ()
    sinks: tuple[str, ...] = ("files", "webhook")
    environ: Mapping[str, str] = {}
    own_clock: bool = False
    wired_redis: bool = False
    program: Callable[[], Path | None] = lambda: PROGRAM


class Found(NamedTuple):
    """What of that which was sent is not there, is there too often, or is there in other words."""

    lost: int
    double: int
    corrupt: int
    notes: tuple[str, ...] = ()


class Scene:
    """A running desk, its sinks by kind, and the wires to their servers."""

    def __init__(self, desk: ChaosDesk, hook: Receiver, places: Mapping[str, Place]) -> None:
        self.desk, self.hook, self.places = desk, hook, places
        self.wires: dict[str, Relay] = {}
        self.canaries: dict[str, str] = {}

    @functools.cached_property
    def index(self) -> Any:
        """The index, as a reader has it."""
        return self.desk.index()

    def shown(self) -> dict[str, dict[str, str]]:
        """The headlines that each sink shows, by article."""
        return {kind: place.headlines() for kind, place in self.places.items()}

    def in_index(self) -> dict[str, str]:
        """The headlines that the index shows, by article."""
        return {hit.article_id: hit.headline or "" for hit in self.index.recent(100_000)}

    def send_canary(self) -> str:
        """One push that must come through, sent until it is taken; the article's id."""
        uri = f"urn:canary:{len(self.canaries)}"
        while (article := self.desk.push(uri, article_of(uri))) is None:
            time.sleep(LOOK_S)  # as a publisher would
        self.canaries[article] = headline_of(uri)
        return article

    def is_through(self, article: str) -> bool:
        """Whether the article can be found here and in every sink."""
        return self.index.get(article) is not None and all(article in shown for shown in self.shown().values())

    def is_settled(self) -> bool:
        """Whether nothing is in flight, at the desk or before a sink, and no trouble is left."""
        overview = self.desk.watchman().look()
        behind = sum(one.behind + one.waiting for one in overview.sinks)
        return overview.status.balance.in_flight == 0 and not overview.troubles and behind == 0

    def troubles(self) -> list[str]:
        """What the desk says is wrong."""
        return [f"{one.code} {one.subject}" for one in self.desk.watchman().look().troubles]

    def revisions(self) -> int:
        """How many revisions the index keeps."""
        with self.index.reading() as database:
            return int(database.execute("SELECT count(*) FROM revisions").fetchone()[0])


def until(happened: Callable[[], bool], seconds: float) -> float | None:
    """How many seconds it took; None where it did not happen in time. Who is away meanwhile is asked again."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        try:
            if happened():
                return time.monotonic() - begun
        except (CopydeskError, OSError, sqlite3.Error):
            pass
        time.sleep(LOOK_S)
    return None


def compare(place: str, shown: Mapping[str, str], expected: Mapping[str, str], others: int) -> Found:
    """What a place shows beside what it must: headlines by article, and how many articles more there may be."""
    lost = [article for article in expected if article not in shown]
    wrong = [article for article, words in expected.items() if shown.get(article, words) != words]
    more = len(shown) - len(expected) + len(lost) - others
    notes = [f"{place} lacks {article}" for article in lost[:3]]
    notes += [f"{place} has too few" if more < 0 else f"{place} has too many"] if more else []
    notes += [f"{place} of {article} shows {shown[article]!r} for {expected[article]!r}" for article in wrong[:3]]
    return Found(len(lost) + max(0, -more), max(0, more), len(wrong), tuple(notes))


def together(found: Sequence[Found]) -> Found:
    """The sum of what was found in several places."""
    notes = tuple(note for one in found for note in one.notes)
    return Found(sum(f.lost for f in found), sum(f.double for f in found), sum(f.corrupt for f in found), notes)


@contextmanager
def open_scene(needs: Needs) -> Iterator[Scene]:
    """A desk of its own, gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="cd-faults-", dir="/tmp"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        hook = stack.enter_context(receiver())
        places = {kind: _place(kind, folder, hook, stack) for kind in needs.sinks}
        desk = ChaosDesk(
            folder, disks=needs.disks, environ=needs.environ, own_clock=needs.own_clock, own_redis=needs.wired_redis,
            program=needs.program() or PROGRAM,
        )  # fmt: skip
        stack.callback(desk.end)
        scene = Scene(desk, hook, places)
        if needs.wired_redis:
            wire = Relay(desk.redis_address.removeprefix("unix://"))
            stack.callback(wire.close)
            scene.wires["redis"] = wire
            desk.redis_address = f"redis://127.0.0.1:{wire.port}/0"
        _write_settings(folder, scene, stack)
        desk.up()
        yield scene


def _place(kind: str, folder: Path, hook: Receiver, stack: ExitStack) -> Place:
    if kind == "files":
        return files_in(folder / "days")
    return told_by(hook) if kind == "webhook" else stack.enter_context(PLACES[kind]())


def _write_settings(folder: Path, scene: Scene, stack: ExitStack) -> None:
    """The sinks as an operator writes them down; each server stands behind a wire."""
    sinks = []
    for kind, place in scene.places.items():
        url = place.settings.url
        if kind in BY_WIRE:
            url, scene.wires[kind] = stack.enter_context(relayed(url))
        elif kind == "redis-stream":
            parts = urlsplit(url)
            scene.wires[kind] = wire = Relay(parts.path)
            stack.callback(wire.close)
            url = f"redis://127.0.0.1:{wire.port}/0?{parts.query}"
        sinks.append(place.config(kind, url))
    (folder / "copydesk.toml").write_text("".join(sinks), encoding="utf-8")
