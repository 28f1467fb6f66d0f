"""The drop folder with a real Valkey, a real intake and real file events."""

import errno
import os
import resource
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.cli.commands.status import drop_problems
from services.ingest.drop_files import DropNames, Unreadable, read_drop
from services.ingest.drop_memory import MAX_PROBLEMS, DropMemory, Notes, Taken
from services.ingest.drop_pictures import DropPictures
from services.ingest.drop_problem_files import ProblemFiles
from services.ingest.drop_problems import DropProblem
from services.ingest.drop_watch import DropWatch, Mode, Why
from services.ingest.drops import Drops, take_file
from services.ingest.intake import Intake, open_archive
from services.ingest.watch import run
from shared.envelope import Source
from shared.errors import InputRefused, IntakeFull
from shared.heartbeat import Heartbeat
from shared.ledger import keys
from shared.ledger.calls import Ledger
from shared.ledger.connection import connect
from shared.settings import Settings
from shared.work.celery_app import open_ledger
from tests.conftest import Server, settings_over, wait_for
from tests.integration.origin import rss


class Desk:
    """A drop folder with all that stands behind it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.folder = Path(settings.seeds_dir)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.ledger: Ledger = open_ledger(settings)
        self.archive = open_archive(settings)
        self.intake = Intake(self.ledger, self.archive, settings)
        self.redis: Any = connect(settings)
        self.drops = Drops(settings, self.intake, self.redis)

    def take(self, names: Sequence[str], still_s: float = 0.0) -> dict[str, Why]:
        """Take files, documents as well; why those that were not are to be offered again."""
        answers = self.drops.take(dict.fromkeys(names, still_s))

        def done() -> bool:
            answers.update(self.drops.finished())
            return not self.drops.is_reading()

        wait_for(done, "the documents were not read")
        return {name: why for name, why in answers.items() if why is not None}

    def accepted(self) -> int:
        return self.ledger.balance().accepted

    def drop(self, name: str, body: bytes = b"Some words.") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        return path

    def reasons(self) -> dict[str, str]:
        return {problem.path: problem.reason for problem in drop_problems(self.ledger)}


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    made = Desk(settings)
    yield made
    made.drops.close()


@pytest.fixture
def watched(desk: Desk) -> Iterator[Desk]:
    with watching(desk.settings):
        yield desk


class watching:  # noqa: N801 - reads as the `with` it is for
    """A watcher in a thread of the test's own, over a folder it has begun to listen to."""

    def __init__(self, settings: Settings, wake: Callable[[], None] | None = None) -> None:
        self.stop = threading.Event()
        self.beat = Path(settings.data_dir) / "beat"
        self.beat.parent.mkdir(parents=True, exist_ok=True)
        self.beat.unlink(missing_ok=True)
        arguments = {"wake": wake or (lambda: None), "heartbeat": Heartbeat(self.beat)}
        self.thread = threading.Thread(target=run, args=(settings, self.stop), kwargs=arguments)

    def __enter__(self) -> "watching":
        self.thread.start()
        wait_for(self.beat.exists, "the watcher did not start")
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join(timeout=5)
        assert not self.thread.is_alive()


def test_a_file_that_was_there_before_and_one_that_comes_later_are_taken(desk: Desk) -> None:
    early = desk.drop("early.txt", b"There before.")
    os.utime(early, (1, 1))
    with watching(desk.settings):
        wait_for(lambda: desk.accepted() == 1, "the early file was not taken")
        desk.drop("hue/later.txt", b"Comes later.")
        wait_for(lambda: desk.accepted() == 2, "the later file was not taken")
    assert early.exists()


def test_a_file_written_slowly_is_taken_whole_and_once(watched: Desk) -> None:
    with (watched.folder / "slow.txt").open("wb") as file:
        for part in range(5):
            file.write(b"part %d of a slow text. " % part)
            file.flush()
            watched.drop(f"beside-{part}.txt", b"beside %d" % part)
            wait_for(lambda count=part + 1: watched.accepted() == count, "a file beside was not taken")  # type: ignore[misc]
    wait_for(lambda: watched.accepted() == 6, "the slow file was not taken")


def test_a_file_moved_in_under_its_name_is_taken(watched: Desk, tmp_path: Path) -> None:
    watched.drop("bai.txt.part", b"Moved in from beside.").rename(watched.folder / "bai.txt")
    outside = tmp_path / "outside.txt"
    outside.write_bytes(b"Moved in from outside.")
    outside.rename(watched.folder / "outside.txt")
    wait_for(lambda: watched.accepted() == 2, "the renamed files were not taken")


def test_a_whole_folder_moved_in_is_taken(watched: Desk, tmp_path: Path) -> None:
    (tmp_path / "box" / "deep").mkdir(parents=True)
    for number in range(3):
        path = tmp_path / "box" / "deep" / f"{number}.txt"
        path.write_bytes(b"number %d" % number)
        os.utime(path, (1, 1))
    (tmp_path / "box").rename(watched.folder / "box")
    wait_for(lambda: watched.accepted() == 3, "the folder's files were not taken")


def test_many_files_at_once_are_all_taken_once(watched: Desk) -> None:
    for number in range(120):
        watched.drop(f"{number}.txt", b"article number %d" % number)
    wait_for(lambda: watched.accepted() >= 120, "not all were taken")
    watched.drop("last.txt", b"the last one")
    wait_for(lambda: watched.accepted() >= 121, "the last was not taken")
    assert watched.accepted() == 121


def test_an_edit_is_taken_as_the_same_article(desk: Desk) -> None:
    desk.drop("bai.txt", b"The first edition.")
    desk.take(["bai.txt"])
    first = take_file(desk.folder / "bai.txt", desk.settings, desk.intake)[0]
    desk.drop("bai.txt", b"The second edition, corrected.")
    second = take_file(desk.folder / "bai.txt", desk.settings, desk.intake)[0]
    assert (first.state, second.state) == ("duplicate", "received")
    assert first.article == second.article
    assert first.rev < second.rev


def test_what_was_taken_is_not_read_again_until_it_changes(desk: Desk) -> None:
    path = desk.drop("bai.txt", b"One text.")
    desk.take(["bai.txt"])
    desk.take(["bai.txt"])
    assert desk.accepted() == 1
    path.write_bytes(b"Another text.")
    desk.take(["bai.txt"])
    assert desk.accepted() == 2


def test_files_that_are_gone_are_forgotten(desk: Desk) -> None:
    for name in ("a.txt", "b.txt"):
        desk.drop(name, name.encode())
    desk.take(["a.txt", "b.txt"])
    (desk.folder / "a.txt").unlink()
    desk.drops.tidy()
    assert desk.redis.hkeys(keys.DROPS_TAKEN) == [b"b.txt"]


def test_an_emptied_memory_costs_duplicates_and_nothing_else(desk: Desk) -> None:
    desk.drop("bai.txt", b"One text.")
    desk.take(["bai.txt"])
    desk.redis.delete(keys.DROPS_TAKEN)
    desk.take(["bai.txt"])
    assert desk.ledger.balance().duplicate == 1


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        pytest.param("table.xlsx", b"PK\3\4", "of a kind that is not read", id="another kind"),
        pytest.param("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word", id="told by its bytes"),
        pytest.param("bai.docx", b"PK\3\4", "is no ZIP that can be read", id="cut off"),
        pytest.param("empty.txt", b"", "is empty", id="empty"),
        pytest.param("feed.xml", b"<rss><channel><title>x</title></channel></rss>", "without entries", id="no entries"),
        pytest.param("bomb.xml", b"<rss>" + b"<a>" * 5000, "without entries", id="hostile feed"),
    ],
)
def test_a_refused_file_is_told_once_and_stops_no_other(desk: Desk, name: str, body: bytes, reason: str) -> None:
    desk.drop(name, body)
    desk.drop("good.txt")
    desk.take([name, "good.txt"])
    assert reason in desk.reasons()[name]
    assert "drop:" not in desk.reasons()[name]
    assert desk.accepted() == 1
    told = desk.redis.hget(keys.DROPS_PROBLEMS, name)
    desk.take([name, "good.txt"])
    assert desk.redis.hget(keys.DROPS_PROBLEMS, name) == told


def test_a_problem_ends_when_the_file_is_mended_or_gone(desk: Desk) -> None:
    desk.drop("a.txt", b"")
    desk.drop("b.bin", b"x")
    desk.take(["a.txt", "b.bin"])
    assert set(desk.reasons()) == {"a.txt", "b.bin"}
    desk.drop("a.txt", b"Mended.")
    (desk.folder / "b.bin").unlink()
    desk.take(["a.txt", "b.bin"])
    assert desk.reasons() == {}


def test_a_large_file_is_refused_with_its_size(shared_redis: Server, tmp_path: Path) -> None:
    desk = Desk(settings_over(shared_redis, tmp_path, max_input_bytes=1000))
    desk.drop("large.txt", b"x" * 1001)
    desk.take(["large.txt"])
    assert "has 1001 bytes; max_input_bytes is 1000" in desk.reasons()["large.txt"]


def test_links_pipes_and_sockets_are_refused_and_never_waited_for(desk: Desk, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("not for the desk")
    (desk.folder / "link.txt").symlink_to(secret)
    (desk.folder / "linked").symlink_to(tmp_path)
    os.mkfifo(desk.folder / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.open(desk.folder, os.O_RDONLY)
        listener.bind(f"/proc/self/fd/{here}/sock.txt")
        os.close(here)
        desk.take(["link.txt", "pipe.txt", "sock.txt", "linked/secret.txt"])
    assert set(desk.reasons()) == {"link.txt", "pipe.txt", "sock.txt", "linked/secret.txt"}
    assert {desk.reasons()[name] for name in ("pipe.txt", "sock.txt")} == {
        "pipe.txt is no plain file",
        "sock.txt is no plain file",
    }
    assert desk.accepted() == 0


def test_names_that_are_not_ready_are_left_alone(watched: Desk) -> None:
    for name in (".hidden.txt", "a.txt.tmp", "a.txt.part", "a.txt~", ".git/config.txt"):
        watched.drop(name)
    watched.drop("good.txt", b"The good one.")
    wait_for(lambda: watched.accepted() == 1, "the good file was not taken")
    assert watched.reasons() == {}


def test_a_name_that_is_no_text_is_taken(desk: Desk) -> None:
    name = os.fsdecode(b"b\xe0i \x1b[31m.txt")
    desk.drop(name, b"Some words.")
    desk.take([name])
    assert desk.accepted() == 1


def test_a_file_that_vanished_is_no_problem(desk: Desk) -> None:
    assert desk.take(["gone.txt"]) == {}
    assert desk.reasons() == {}


def test_a_feed_as_a_drop_gives_its_entries(desk: Desk) -> None:
    path = desk.drop("tin.xml", rss([("a", "Một"), ("b", "Hai")]))
    receipts = take_file(path, desk.settings, desk.intake)
    assert [one.state for one in receipts] == ["received", "received"]
    assert len({one.article for one in receipts}) == 2


def test_other_xml_is_one_input(desk: Desk) -> None:
    path = desk.drop("bai.xml", b"<nitf><body/></nitf>")
    line = desk.ledger.receipt(take_file(path, desk.settings, desk.intake)[0].receipt)
    assert line is not None
    assert line.media_type == "application/xml"


@pytest.mark.parametrize(
    "body",
    [
        b'{"@type":"NewsArticle","headline":"How the <rss> element works","articleBody":"Words."}',
        b'{"headline":"On https://jsonfeed.org/version/1.1","body_text":"<feed>"}',
    ],
)
def test_an_article_that_speaks_of_feeds_is_no_feed(desk: Desk, body: bytes) -> None:
    line = desk.ledger.receipt(take_file(desk.drop("bai.json", body), desk.settings, desk.intake)[0].receipt)
    assert line is not None
    assert line.media_type == "application/json"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_json_feed_as_a_drop_gives_its_entries(desk: Desk, encoding: str) -> None:
    text = '{"items":[{"id":"1","title":"Một"},{"id":"2","title":"Hai"}],"version":"https://jsonfeed.org/version/1.1"}'
    path = desk.drop("tin.json", text.encode(encoding))
    assert len(take_file(path, desk.settings, desk.intake)) == 2


def test_a_file_from_elsewhere_goes_by_its_own_path(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.txt"
    path.write_bytes(b"From elsewhere.")
    assert take_file(path, desk.settings, desk.intake)[0].state == "received"
    with pytest.raises(InputRefused, match="is not there"):
        take_file(tmp_path / "nowhere.txt", desk.settings, desk.intake)


def test_drops_wait_while_redis_is_away(redis_server: Server, tmp_path: Path) -> None:
    desk = Desk(settings_over(redis_server, tmp_path))
    with watching(desk.settings):
        redis_server.kill()
        desk.drop("meanwhile.txt", b"Dropped while Redis was away.")
        redis_server.start()
        wait_for(lambda: desk.accepted() == 1, "the file was not taken after Redis came back")


def test_a_watcher_that_starts_before_redis_waits_for_it(redis_server: Server, tmp_path: Path) -> None:
    desk = Desk(settings_over(redis_server, tmp_path))
    desk.drop("early.txt", b"Dropped before Redis was there.")
    redis_server.kill()
    with watching(desk.settings):
        redis_server.start()
        wait_for(lambda: desk.accepted() == 1, "the file was not taken after Redis came")


def test_drops_wait_while_the_desk_is_full(shared_redis: Server, tmp_path: Path) -> None:
    roomy = Desk(settings_over(shared_redis, tmp_path))
    for name in ("a.txt", "b.txt", "c.txt"):
        roomy.drop(name, name.encode())
    roomy.take(["a.txt", "b.txt"])
    full = Desk(settings_over(shared_redis, tmp_path, backlog_limit=1))
    with pytest.raises(IntakeFull):
        full.take(["a.txt", "b.txt", "c.txt"])
    roomy.take(["a.txt", "b.txt", "c.txt"])
    assert roomy.accepted() == 3


def watch_over(desk: Desk, **options: Any) -> DropWatch:
    return DropWatch(desk.folder, DropNames(desk.settings.drops_ignore), desk.drops.fresh, **options)


def test_without_events_a_file_is_taken_when_it_has_held_still(desk: Desk) -> None:
    watch = watch_over(desk, how=Mode(kind="scan", reason="nfs4 tells of no changes"), scan_s=0.01, still_s=0.3)
    desk.drop("nfs.txt", b"On a network drive.")
    assert watch.ready(0) == {}
    wait_for(lambda: watch.ready(0.05) == {"nfs.txt": 0.0}, "the file was not offered")
    watch.close()


def test_the_folder_may_come_after_the_watcher(desk: Desk) -> None:
    desk.folder.rmdir()
    watch = watch_over(desk)
    assert watch.ready(0) == {}
    desk.folder.mkdir()
    desk.drop("first.txt")
    assert "first.txt" in watch.ready(0)
    watch.close()


def test_settings_of_the_folder_ride_on_the_input(shared_redis: Server, tmp_path: Path) -> None:
    zones = {"hue": {"zone": "Asia/Ho_Chi_Minh", "language": "vi"}}
    settings = msgspec.convert(
        msgspec.to_builtins(settings_over(shared_redis, tmp_path)) | {"drops": zones}, type=Settings
    )
    desk = Desk(settings)
    receipt = take_file(desk.drop("hue/2015/bai.txt"), settings, desk.intake)[0].receipt
    line = desk.ledger.receipt(receipt)
    assert line is not None
    assert line.source == Source(kind="drop", name="hue/2015", zone="Asia/Ho_Chi_Minh", language="vi")


def test_a_file_that_cannot_be_read_is_told_tried_again_and_stops_no_other(desk: Desk) -> None:
    desk.drop("bad.txt")

    def broken(descriptor: int, limit: int) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with pytest.raises(Unreadable, match="cannot be read: Input/output error"):
        read_drop(desk.folder, "bad.txt", 1000, read=broken)


def test_files_met_while_no_descriptor_was_left_are_taken_later(desk: Desk) -> None:
    desk.drop("a.txt")
    desk.redis.ping()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        assert desk.take(["a.txt"]) == {"a.txt": "troubled"}
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert "not readable" in desk.reasons()["a.txt"]
    assert desk.take(["a.txt"]) == {}
    assert (desk.accepted(), desk.reasons()) == (1, {})


def test_a_folder_that_was_away_for_a_moment_is_not_taken_anew(desk: Desk) -> None:
    desk.drop("a.txt")
    desk.take(["a.txt"])
    away = desk.folder.rename(desk.folder.with_name("away"))
    desk.drops.tidy()
    away.rename(desk.folder)
    desk.take(["a.txt"])
    assert desk.accepted() == 1


def test_files_are_not_forgotten_while_another_disk_stands_in_for_theirs(shared_redis: Server, tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as elsewhere:
        folder = tmp_path / "drops"
        folder.symlink_to(tmp_path)
        memory = DropMemory(shared_redis.client(), folder, ProblemFiles(tmp_path, folder))
        memory.remember({"a.txt": Taken(mark=b"5:1:7:2:644")}, {})
        (tmp_path / "a.txt").touch()
        memory.tidy()
        folder.unlink()
        folder.symlink_to(elsewhere)
        memory.tidy()
        assert memory.recall(["a.txt"]) == [Taken(mark=b"5:1:7:2:644")]
        folder.unlink()
        folder.symlink_to(tmp_path)
        (tmp_path / "a.txt").unlink()
        memory.tidy()
        assert memory.recall(["a.txt"]) == [None]


def test_no_more_problems_are_kept_than_a_person_reads(shared_redis: Server, tmp_path: Path) -> None:
    client = shared_redis.client()
    memory = DropMemory(client, tmp_path, ProblemFiles(tmp_path / "data", tmp_path))
    memory.note(Notes(troubled={f"{n}.txt": "not readable" for n in range(MAX_PROBLEMS)}))
    memory.note(Notes(troubled={"one more.txt": "not readable", "7.txt": "a disk in trouble"}))
    rows = [msgspec.json.decode(row, type=DropProblem) for row in client.hvals(keys.DROPS_PROBLEMS)]
    assert len(rows) == MAX_PROBLEMS
    assert [row.path for row in rows if row.reason == "a disk in trouble"] == ["7.txt"]


def test_the_watcher_obeys_its_own_settings(shared_redis: Server, tmp_path: Path) -> None:
    desk = Desk(settings_over(shared_redis, tmp_path, drops_ignore=("sent/",), drops_scan_s=0.05))
    with watching(desk.settings):
        desk.drop("sent/gone.txt", b"For others.")
        desk.drop(".hidden.txt", b"Not hidden from this desk.")
        wait_for(lambda: desk.accepted() == 1, "the file was not taken")
        desk.redis.delete(keys.DROPS_TAKEN)  # no event tells of it: the scan does
        wait_for(lambda: desk.accepted() == 2, "the folder was not looked through")
    assert desk.redis.hkeys(keys.DROPS_TAKEN) == [b".hidden.txt"]
    desk.drops.close()


def test_what_is_waited_for_is_forgotten_with_its_article_however_much_there_is(
    shared_redis: Server, tmp_path: Path
) -> None:
    client = shared_redis.client()
    pictures = DropPictures(client, tmp_path)
    (tmp_path / "here.txt").touch()
    pictures.await_for("here.txt", [f"{number}.jpg" for number in range(1000)])  # more than one look takes in
    pictures.await_for("gone.txt", [f"a/{number}.jpg" for number in range(100)])
    for _ in range(40):
        pictures.tidy(at_once=100)
    assert client.hlen(keys.DROPS_AWAITED) == 1000
