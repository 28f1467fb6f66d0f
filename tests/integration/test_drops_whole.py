"""A drop is taken when it is whole: real writers, the kernel's real answers, and the orders that once broke it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from services.ingest.drop_files import DropNames, has_writer, read_mark
from services.ingest.drop_watch import LONG_STILL_S, DropWatch, Mode, Why
from services.ingest.drops import take_file
from services.ingest.inotify import Listener
from services.ingest.recovery import recover
from shared.archive_entries import unpack_body
from shared.errors import TransientError
from shared.ledger import keys
from shared.settings import Settings
from tests.conftest import wait_for
from tests.integration.origin import rss
from tests.integration.test_drops import Desk, watch_over, watching

FIRST, SECOND = b"The first half of a text. ", b"And the second half of it."
WRITER = """
import sys
file = open(sys.argv[1], "ab", buffering=0)
print("open", flush=True)
for line in sys.stdin.buffer:
    file.write(line.rstrip(b"\\n"))
    print("written", flush=True)
file.close()
print("closed", flush=True)
"""
REMOTE = Mode(kind="scan", reason="nfs4 tells of no changes")


class Writer:
    """A process that writes a file in parts, and stalls in between until it is told to go on."""

    def __init__(self, path: Path) -> None:
        command = [sys.executable, "-S", "-c", WRITER, str(path)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._heard(b"open\n")

    def write(self, part: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(part + b"\n")
        self.process.stdin.flush()
        self._heard(b"written\n")

    def close(self) -> None:
        assert self.process.communicate(timeout=10)[0] == b"closed\n"

    def _heard(self, word: bytes) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == word


class Turns:
    """A watcher whose turns the test takes by hand: a desk, and what came of each name."""

    def __init__(self, desk: Desk, **options: Any) -> None:
        self.desk = desk
        self.watch = watch_over(desk, **options)
        self.told: dict[str, Why | None] = {}

    def turn(self) -> None:
        answers = self.desk.drops.take(self.watch.ready(0.01)) | self.desk.drops.finished()
        for name, why in answers.items():
            self.watch.answer(name, why)
        self.told.update(answers)

    def until(self, name: str, why: Why | None) -> None:
        """Go on until that came of a file."""
        self.told.pop(name, None)

        def happened() -> bool:
            self.turn()
            return name in self.told and self.told[name] == why

        wait_for(happened, f"{name} was never {why or 'done'}", 60)


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    made = Desk(settings)
    yield made
    made.drops.close()


@pytest.fixture
def turns(desk: Desk) -> Iterator[Turns]:
    made = Turns(desk)
    made.turn()
    yield made
    made.watch.close()


def taken(desk: Desk) -> list[tuple[str | None, bytes]]:
    """What was taken in, by name, in the order it came."""
    return [(one.envelope.name, unpack_body(one.body, 1000)) for _, one in desk.archive.entries()]


def articles(desk: Desk) -> list[bytes]:
    """What the articles say, each by its newest revision."""
    said: dict[str, bytes] = {}
    for _, one in desk.archive.entries():
        line = desk.ledger.receipt(one.envelope.receipt)
        assert line is not None
        if line.state != "duplicate":
            said[line.article] = unpack_body(one.body, 1000)
    return sorted(said.values())


@pytest.mark.parametrize(
    "options", [pytest.param({}, id="events"), pytest.param({"how": REMOTE, "scan_s": 0.01, "still_s": 0.1}, id="scan")]
)
def test_a_writer_that_stalls_is_waited_for_whoever_finds_its_file(desk: Desk, options: dict[str, Any]) -> None:
    before = Turns(desk, **options)
    before.turn()
    writer = Writer(desk.folder / "slow.txt")
    writer.write(FIRST)
    os.utime(desk.folder / "slow.txt", (1, 1))
    before.until("slow.txt", "written")
    assert "held open by a writer" in desk.reasons()["slow.txt"]  # it has done nothing for ages
    before.watch.close()
    after = Turns(desk, **options)  # a watcher that starts while the file is open
    after.until("slow.txt", "written")
    writer.write(SECOND)
    after.until("slow.txt", "written")
    assert desk.accepted() == 0
    writer.close()
    after.until("slow.txt", None)
    after.watch.close()
    assert taken(desk) == [("slow.txt", FIRST + SECOND)]
    assert desk.reasons() == {}


def test_a_stalled_writer_is_waited_for_across_a_restart_of_the_real_watcher(desk: Desk) -> None:
    writer = Writer(desk.folder / "slow.txt")
    writer.write(FIRST)
    for number in range(2):
        with watching(desk.settings):
            desk.drop(f"beside-{number}.txt", b"beside %d" % number)
            wait_for(lambda count=number + 1: desk.accepted() == count, "a file beside was not taken")  # type: ignore[misc]
    with watching(desk.settings):
        writer.write(SECOND)
        writer.close()
        wait_for(lambda: desk.accepted() == 3, "the file was not taken after its close")
    assert taken(desk)[-1] == ("slow.txt", FIRST + SECOND)


def test_a_close_by_one_of_two_writers_is_not_the_end(turns: Turns) -> None:
    first, second = Writer(turns.desk.folder / "two.txt"), Writer(turns.desk.folder / "two.txt")
    first.write(FIRST)
    first.close()
    turns.until("two.txt", "written")
    second.write(SECOND)
    second.close()
    turns.until("two.txt", None)
    assert taken(turns.desk) == [("two.txt", FIRST + SECOND)]


def test_a_file_that_is_linked_in_is_taken_when_its_writer_is_done(turns: Turns, tmp_path: Path) -> None:
    writer = Writer(tmp_path / "outside.txt")
    writer.write(FIRST)
    os.link(tmp_path / "outside.txt", turns.desk.folder / "linked.txt")
    turns.until("linked.txt", "written")
    writer.write(SECOND)
    writer.close()
    turns.until("linked.txt", None)
    os.link(tmp_path / "outside.txt", turns.desk.folder / "later.txt")
    turns.until("later.txt", None)
    assert taken(turns.desk)[0] == ("linked.txt", FIRST + SECOND)


def test_of_a_file_whose_writers_nobody_knows_its_close_is_waited_for(turns: Turns) -> None:
    writer = Writer(turns.desk.folder / "foreign.txt")
    offers: dict[str, float] = {}

    def offered() -> bool:
        offers.update(turns.watch.ready(0.01))
        return "foreign.txt" in offers

    wait_for(offered, "the file was not looked at")
    assert offers == {"foreign.txt": LONG_STILL_S}
    turns.watch.answer("foreign.txt", "unsure")
    assert turns.watch.ready(0) == {}
    writer.close()
    offers.clear()
    wait_for(offered, "the close was not heard")
    assert offers == {"foreign.txt": 0.0}


def test_who_writes_is_known_of_our_own_files_only(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x")
    with path.open("rb") as reading:
        with path.open("ab"):
            assert has_writer(reading.fileno()) is True
        assert has_writer(reading.fileno()) is False
    asks = (
        "import os, sys; from services.ingest.drop_files import has_writer; os.geteuid() or os.setuid(65534); "
        "print(has_writer(sys.stdin.fileno()))"
    )
    with Path("/etc/passwd").open("rb") as of_root:
        told = subprocess.run([sys.executable, "-c", asks], stdin=of_root, capture_output=True, check=True)
    assert told.stdout == b"None\n"


def test_a_folder_made_anew_is_listened_to_at_once(turns: Turns) -> None:
    for number in range(3):
        shutil.rmtree(turns.desk.folder)  # the next one often gets the same inode
        turns.desk.drop(f"{number}.txt", b"number %d" % number)
        turns.until(f"{number}.txt", None)
        turns.desk.drop(f"hue/{number}.txt", b"number %d below" % number)
        turns.until(f"hue/{number}.txt", None)
    turns.desk.folder.rename(turns.desk.folder.with_name("away"))
    turns.desk.drop("new.txt", b"In the new folder.")
    turns.until("new.txt", None)
    assert turns.desk.accepted() == 7


def test_a_sub_folder_that_moves_is_heard_under_its_new_name(turns: Turns, tmp_path: Path) -> None:
    turns.desk.drop("old/a.txt", b"a")
    turns.until("old/a.txt", None)
    (turns.desk.folder / "old").rename(turns.desk.folder / "new")
    turns.until("new/a.txt", None)
    turns.desk.drop("new/b.txt", b"b")
    turns.until("new/b.txt", None)
    (turns.desk.folder / "new").rename(tmp_path / "outside")
    (tmp_path / "outside" / "c.txt").write_bytes(b"c")
    turns.desk.drop("last.txt", b"last")
    turns.until("last.txt", None)
    assert "new/c.txt" not in turns.told


def test_news_that_were_lost_are_looked_for(turns: Turns) -> None:
    folder = turns.desk.folder
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    listener = Listener(folder, lambda name: True)
    for number in range(most // 3 + 1):  # each is made, and closed, and given other rights
        descriptor = os.open(folder / f"{number % 7}.pdf", os.O_CREAT | os.O_WRONLY)
        os.fchmod(descriptor, 0o600 + number % 2)
        os.close(descriptor)
        os.unlink(folder / f"{number % 7}.pdf")
    turns.desk.drop("after.txt", b"Its close was not told.")

    def missed() -> bool:
        listener.wait(0)
        return listener.missed

    wait_for(missed, "nothing was lost")
    listener.close()
    turns.until("after.txt", None)


def test_a_drop_is_taken_when_its_rights_are_set_later(turns: Turns) -> None:
    path = turns.desk.drop("a.txt", b"Some words.")
    turns.until("a.txt", None)
    mark = read_mark(path)
    path.chmod(0o640)
    assert read_mark(path) != mark
    turns.until("a.txt", None)
    assert turns.desk.accepted() == 1  # the same words: nothing was taken in anew


def test_a_link_is_refused_until_a_file_stands_there(turns: Turns, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.txt").write_bytes(b"Not for the desk.")
    (turns.desk.folder / "a.txt").symlink_to(tmp_path / "elsewhere.txt")
    turns.until("a.txt", None)
    assert "is a link" in turns.desk.reasons()["a.txt"]
    (turns.desk.folder / "a.txt").unlink()
    turns.desk.drop("a.txt", b"For the desk.")
    turns.until("a.txt", None)
    assert (turns.desk.accepted(), turns.desk.reasons()) == (1, {})


TODAY, TOMORROW, CORRECTED = b"News of today.", b"News of tomorrow.", b"News of yesterday, corrected."


def test_a_file_that_is_renamed_and_replaced_makes_two_articles(desk: Desk) -> None:
    desk.drop("today.txt", TODAY)
    desk.take(["today.txt"])
    (desk.folder / "today.txt").rename(desk.folder / "yesterday.txt")
    desk.take(["yesterday.txt"])
    assert articles(desk) == [TODAY]  # the same words under another name are no news
    desk.drop("today.txt", TOMORROW)
    assert desk.take(["today.txt"]) == {"yesterday.txt": "anew"}
    desk.take(["yesterday.txt"])
    assert articles(desk) == [TODAY, TOMORROW]
    desk.drop("yesterday.txt", CORRECTED)
    desk.take(["yesterday.txt", "today.txt"])
    assert articles(desk) == [TOMORROW, CORRECTED]


@pytest.mark.parametrize("names", [("today.txt", "yesterday.txt"), ("yesterday.txt", "today.txt")])
def test_a_renamed_file_and_its_successor_met_together_make_two_articles(desk: Desk, names: tuple[str, str]) -> None:
    desk.drop("today.txt", TODAY)
    desk.take(["today.txt"])
    (desk.folder / "today.txt").rename(desk.folder / "yesterday.txt")
    desk.drop("today.txt", TOMORROW)
    desk.take(list(desk.take(names)))
    assert articles(desk) == [TODAY, TOMORROW]


def test_a_copy_stays_when_its_original_changes_though_the_watcher_dies_between(turns: Turns) -> None:
    desk = turns.desk
    for name in ("a.txt", "b.txt"):
        desk.drop(name, TODAY)
        turns.until(name, None)
    take_file(desk.drop("a.txt", TOMORROW), desk.settings, desk.intake)  # taken in, and not remembered
    turns.until("a.txt", None)
    turns.until("b.txt", None)
    assert articles(desk) == [TODAY, TOMORROW]


def test_what_is_kept_of_copies_goes_with_them(desk: Desk) -> None:
    for name in ("a.txt", "b.txt"):
        desk.drop(name, TODAY)
        desk.take([name])
    copies = [key for key in desk.redis.scan_iter() if key.startswith(b"drops:copies:")]
    assert [desk.redis.smembers(key) for key in copies] == [{b"b.txt"}]
    (desk.folder / "b.txt").unlink()
    desk.drops.tidy()
    assert desk.redis.exists(*copies) == 0


def test_a_rename_survives_the_loss_of_redis(desk: Desk) -> None:
    desk.drop("today.txt", TODAY)
    desk.take(["today.txt"])
    (desk.folder / "today.txt").rename(desk.folder / "yesterday.txt")
    desk.take(["yesterday.txt"])
    desk.drop("today.txt", TOMORROW)
    desk.take(list(desk.take(["today.txt"])))
    desk.redis.flushall()
    recover(desk.ledger, desk.archive, desk.settings)
    assert articles(desk) == [TODAY, TOMORROW]


def answered(desk: Desk) -> dict[str, Why | None]:
    """What came of the document that is read first."""
    answers: dict[str, Why | None] = {}

    def come() -> bool:
        answers.update(desk.drops.finished())
        return bool(answers)

    wait_for(come, "no document was read")
    return answers


def test_a_large_document_lets_others_pass_and_stops_with_the_watcher(desk: Desk) -> None:
    desk.drop("large.xml", rss([(f"id-{number}", "Một tin dài. " * 20) for number in range(6000)]))
    desk.drop("small.xml", rss([("a", "Một"), ("b", "Hai")]))
    desk.drop("text.txt")
    assert desk.drops.take({"large.xml": 0.0}) == {}
    assert desk.drops.take({"text.txt": 0.0}) == {"text.txt": None}
    assert desk.drops.take({"small.xml": 0.0}) == {}
    assert answered(desk) == {"small.xml": None}
    assert desk.accepted() >= 3
    assert desk.drops.fresh({"large.xml": b"another"}) == []  # it is being read
    desk.drops.close()
    assert desk.drops.finished() == {"large.xml": "troubled"}
    assert desk.reasons() == {}
    assert desk.redis.hkeys(keys.DROPS_TAKEN) == [b"text.txt", b"small.xml"]


def test_a_document_that_changes_while_it_is_read_is_read_again(desk: Desk) -> None:
    desk.drop("tin.xml", rss([("a", "Một")]))
    assert desk.drops.take({"tin.xml": 0.0}) == {}
    assert desk.drops.take({"tin.xml": 0.0}) == {"tin.xml": None}
    assert answered(desk) == {"tin.xml": "anew"}


class opened:  # noqa: N801 - reads as the `with` it is for
    """The files that this process opens meanwhile, as the interpreter itself tells: its hook stays for ever."""

    names: ClassVar[list[str] | None] = None

    def __enter__(self) -> list[str]:
        if opened.names is None:
            sys.addaudithook(lambda event, told: self._hear(str(told[0])) if event == "open" else None)
        opened.names = []
        return opened.names

    def __exit__(self, *_: object) -> None:
        opened.names = []

    @staticmethod
    def _hear(name: str) -> None:
        if opened.names is not None:
            opened.names.append(name)


def commands(desk: Desk) -> int:
    return int(desk.redis.info("stats")["total_commands_processed"])


@pytest.mark.parametrize("count", [1000, 2500])
def test_a_scan_of_files_that_are_known_opens_none_and_asks_once_a_thousand(desk: Desk, count: int) -> None:
    for number in range(count):
        desk.drop(f"{number % 20}/{number}.mp3", b"x")
    before = commands(desk)
    turns = Turns(desk)
    turns.until("9/9.mp3", None)
    while desk.redis.hlen(keys.DROPS_TAKEN) < count:
        turns.turn()
    assert commands(desk) - before < count / 10 + 500
    turns.watch.close()
    asked: list[int] = []

    def fresh(marks: Any) -> Any:
        asked.append(len(marks))
        return desk.drops.fresh(marks)

    again = DropWatch(desk.folder, DropNames(()), fresh)
    with opened() as names:
        wait_for(lambda: again.ready(0) == {} and sum(asked) == count, "the scan did not end")
        assert [name for name in names if name.endswith(".mp3")] == []
    assert len(asked) <= count // 1000 + 1
    again.close()


def test_what_waits_is_not_lost_when_redis_is_away_for_a_turn(desk: Desk) -> None:
    away = [True]

    def fresh(marks: Any) -> Any:
        if away[0]:
            raise TransientError("Redis is away")
        return desk.drops.fresh(marks)

    watch = DropWatch(desk.folder, DropNames(()), fresh)
    desk.drop("waits.txt")
    watch.answer("waits.txt", "anew")
    desk.drop("scanned.txt")
    with pytest.raises(TransientError):
        watch.ready(0)
    away[0] = False
    assert set(watch.ready(0)) == {"waits.txt", "scanned.txt"}
    watch.close()
