"""Each trouble provoked with the real thing: seen, and gone again once its cause is mended."""

from pathlib import Path

import msgspec
import pytest

from services.ingest.drop_loop import DropLoop
from services.ingest.feed_states import FeedStates
from services.ingest.intake import open_archive
from services.ingest.parser_process import FeedParser
from services.ingest.subscriptions import Subscriptions
from services.ingest.watch import FeedWatch
from shared.envelope import Input, Source
from shared.errors import CopydeskError, PermanentError
from shared.ledger import keys
from shared.ledger.calls import Ledger
from shared.ledger.connection import connect
from shared.ledger.overview import Watchman
from shared.ledger.troubles import Code
from shared.settings import Settings
from shared.work.celery_app import open_ledger
from shared.work.liveness import WorkerRecord
from tests.conftest import Server, settings_over, wait_for
from tests.integration import test_drops, test_feeds
from tests.integration.feed_claims import claim_now
from tests.integration.origin import Origin, Reply, rss
from tests.integration.rights import without_override


class Told:
    """What a desk over these settings tells."""

    def __init__(self, settings: Settings) -> None:
        self.ledger = open_ledger(settings)
        self._watchman = Watchman(self.ledger, settings, check_room=self.ledger.check_room)

    def codes(self) -> list[Code]:
        return [trouble.code for trouble in self._watchman.look().troubles]

    def what(self) -> str:
        return " ".join(trouble.what for trouble in self._watchman.look().troubles)

    def since(self) -> list[int]:
        return [trouble.since for trouble in self._watchman.look().troubles]


@pytest.fixture
def told(settings: Settings) -> Told:
    return Told(settings)


def test_a_feed_that_is_not_there_is_told_by_its_address_until_it_is(
    shared_redis: Server, tmp_path: Path, origin: Origin, parser: FeedParser
) -> None:
    settings = settings_over(shared_redis, tmp_path, allow_networks=(f"127.0.0.1:{origin.port}",))
    desk, told = test_feeds.Desk(settings, parser), Told(settings)
    feed = desk.subscribe(origin.url("/feed"))
    desk.visit(feed)
    assert told.codes() == ["feeds-failing"]
    assert origin.url("/feed") in told.what()
    origin.pages["/feed"] = Reply(body=rss([("a", "Một")]))
    desk.visit(feed)
    assert "feeds-failing" not in told.codes()


def test_a_failing_feed_that_is_removed_is_no_trouble(
    shared_redis: Server, tmp_path: Path, origin: Origin, parser: FeedParser
) -> None:
    settings = settings_over(shared_redis, tmp_path, allow_networks=(f"127.0.0.1:{origin.port}",))
    desk, told = test_feeds.Desk(settings, parser), Told(settings)
    desk.visit(desk.subscribe(origin.url("/feed")))
    desk.subscriptions.remove(origin.url("/feed"))
    desk.states.sync(desk.subscriptions.list())
    assert told.codes() == []


def test_one_failed_visit_that_may_go_better_is_no_trouble(
    shared_redis: Server, tmp_path: Path, origin: Origin, parser: FeedParser
) -> None:
    settings = settings_over(shared_redis, tmp_path, allow_networks=(f"127.0.0.1:{origin.port}",))
    desk, told = test_feeds.Desk(settings, parser), Told(settings)
    origin.pages["/feed"] = Reply(status=503)
    feed = desk.subscribe(origin.url("/feed"))
    desk.visit(feed)
    assert told.codes() == []
    desk.visit(feed)
    desk.visit(feed)
    assert told.codes() == ["feeds-failing"]


@pytest.mark.parametrize("content", [b"{bad", b"", b"[]", b"null", b"\xff\xfe", b'{"version": 99, "feeds": []}'])
def test_a_list_of_feeds_that_cannot_be_read_is_told_until_it_can(
    shared_redis: Server, tmp_path: Path, origin: Origin, parser: FeedParser, content: bytes
) -> None:
    settings = settings_over(shared_redis, tmp_path, allow_networks=(f"127.0.0.1:{origin.port}",))
    desk, told = test_feeds.Desk(settings, parser), Told(settings)
    watch = FeedWatch(desk.subscriptions, desk.states, lambda: None)
    feed = desk.subscribe(origin.url("/feed"))
    watch.turn()
    assert told.codes() == []
    file = Path(settings.feeds_file)
    kept = file.read_bytes()
    file.write_bytes(content)
    for _ in range(2):
        with pytest.raises(CopydeskError):
            watch.turn()
    assert told.codes() == ["feeds-failing"]
    assert str(file) in told.what()
    file.write_bytes(kept)
    watch.turn()
    assert told.codes() == []
    assert claim_now(desk.states, feed)


def test_a_list_of_feeds_that_lost_its_rights_is_told_until_it_has_them(settings: Settings, told: Told) -> None:
    subscriptions = Subscriptions(settings)
    subscriptions.add("https://hue.example/feed")
    watch = FeedWatch(subscriptions, FeedStates(connect(settings)), lambda: None)
    watch.turn()
    file = Path(settings.feeds_file)
    file.chmod(0)
    with pytest.raises(PermanentError, match="Permission denied"):
        without_override(watch.turn)
    assert told.codes() == ["feeds-failing"]
    file.chmod(0o600)
    without_override(watch.turn)
    assert told.codes() == []


def test_a_drop_of_a_kind_that_is_not_read_is_told_until_it_is_gone(settings: Settings, told: Told) -> None:
    desk = test_drops.Desk(settings)
    try:
        path = desk.drop("scan.pdf")
        desk.take(["scan.pdf"])
        assert told.codes() == ["drops-refused"]
        assert "scan.pdf" in told.what()
        path.unlink()
        desk.drops.tidy()
        assert told.codes() == []
    finally:
        desk.drops.close()


def test_a_drop_folder_that_is_away_is_told_until_it_is_back(settings: Settings, told: Told) -> None:
    desk = test_drops.Desk(settings)
    try:
        away = desk.folder.rename(desk.folder.with_name("away"))
        desk.drops.tidy()
        assert told.codes() == ["drops-refused"]
        assert told.what().startswith("1 file or folder is not taken: the drop folder ")
        assert f"{desk.folder} cannot be read, and nothing in it is taken: No such file" in told.what()
        desk.folder.touch()
        desk.drops.tidy()
        assert "Not a directory" in told.what()
        desk.folder.unlink()
        away.rename(desk.folder)
        desk.drops.tidy()
        assert told.codes() == []
    finally:
        desk.drops.close()


def test_a_folder_of_drops_that_cannot_be_read_is_told_until_it_can(settings: Settings, told: Told) -> None:
    """By the watcher's own loop, in a thread that has no right to pass over rights."""
    desk = test_drops.Desk(settings)
    desk.drop("a/open.txt", b"In a folder that can be read.")
    closed = desk.drop("hue/closed.txt", b"In a folder that cannot.").parent
    closed.chmod(0)
    loop = DropLoop(msgspec.structs.replace(settings, drops_scan_s=0.1), desk.drops)
    without_override(loop.start)
    try:
        wait_for(lambda: told.codes().count("drops-refused") == 1, "the closed folder is not told")
        assert "the folder hue cannot be read, and nothing in it is taken: Permission denied" in told.what()
        wait_for(lambda: desk.accepted() == 1, "the other folder was not looked through")
        closed.chmod(0o755)
        wait_for(lambda: desk.accepted() == 2, "what lay in the closed folder was not taken")
        desk.drops.tidy()
        assert "drops-refused" not in told.codes()
    finally:
        loop.stop()


def test_messages_that_nobody_could_read_are_told_until_they_are_cleared(told: Told) -> None:
    told.ledger.client.lpush(keys.STRAYS, "1|normalize|is no message|b''")
    assert told.codes() == ["messages-unreadable"]
    told.ledger.client.delete(keys.STRAYS)
    assert told.codes() == []


def test_a_full_backlog_is_told_with_the_limit_that_is_over(shared_redis: Server, tmp_path: Path) -> None:
    settings = settings_over(shared_redis, tmp_path, backlog_limit=1)
    desk = test_drops.Desk(settings)
    try:
        desk.intake.take([an_input("một")])
        desk.intake.take([an_input("hai")])
        told = Told(settings)
        assert "intake-refusing" in told.codes()
        assert "over the limit of 1" in told.what()
        told.ledger.client.flushall()
        assert Told(settings).codes() == []
    finally:
        desk.drops.close()


def test_an_archive_that_cannot_be_written_is_told_until_it_can(settings: Settings, told: Told) -> None:
    archive = open_archive(settings)
    archive.folder.mkdir(parents=True)
    record = WorkerRecord(settings, "web", probes=(archive.check_writable,))
    archive.folder.chmod(0o555)
    without_override(record.beat)
    assert "intake-refusing" in told.codes()
    assert f"the archive at {archive.folder} cannot be written" in told.what()
    assert "Permission denied" in told.what()
    archive.folder.chmod(0o755)
    without_override(record.beat)
    assert "intake-refusing" not in told.codes()
    archive.folder.rmdir()
    archive.folder.write_text("a file where the archive was")
    record.beat()
    assert "Not a directory" in told.what()
    archive.folder.unlink()  # the next input makes it
    record.beat()
    assert "intake-refusing" not in told.codes()


def test_a_redis_that_is_nearly_full_is_told_until_it_has_room(redis_server: Server, tmp_path: Path) -> None:
    told = Told(settings_over(redis_server, tmp_path))
    client = redis_server.client()
    client.config_set("maxmemory", 32 * 1024 * 1024)
    for _ in range(22):
        client.rpush("ballast", b"x" * 1024 * 1024)
    assert "redis-memory" in told.codes()
    client.delete("ballast")
    wait_for(lambda: told.codes() == [], "it is told of, though there is room")  # the intake looks once a second


def test_a_redis_that_will_be_full_within_a_week_is_told_with_the_days_until_then(
    redis_server: Server, tmp_path: Path
) -> None:
    """What grows is measured by the sweeps, hour by hour: here the hours are those of a clock set by hand."""
    settings = settings_over(redis_server, tmp_path)
    client, told = redis_server.client(), Told(settings)
    client.config_set("maxmemory", 64 * 1024 * 1024)
    moment = [2_000_000_000_000_000]
    ledger = Ledger(client, settings, clock=lambda: moment[0])

    def hours(count: int, *, grows: bool) -> None:
        for _ in range(count):
            if grows:
                client.rpush("kept", b"x" * 512 * 1024)
            for _minute in range(2):
                moment[0] += 1_800_000_000
                ledger.sweep()

    hours(5, grows=True)
    assert told.codes() == [], "too little is known"
    hours(5, grows=True)
    assert told.codes() == ["redis-memory"]
    days = float(told.what().partition("it is full in ")[2].partition(" days")[0])
    assert 2.5 < days < 4.5, "12 MiB a day into 51 MiB of which ten are used"
    hours(12, grows=False)
    assert told.codes() == [], "it grows no more"
    hours(90, grows=False)
    assert client.hlen(keys.MEMORY) <= 72


def test_a_trouble_keeps_its_moment_however_often_and_by_whomever_it_is_looked_at(
    settings: Settings, told: Told
) -> None:
    told.ledger.client.lpush(keys.STRAYS, "1|normalize|is no message|b''")
    first = told.since()
    assert (told.since(), Told(settings).since()) == (first, first)
    told.ledger.client.delete(keys.STRAYS)
    assert told.codes() == []
    told.ledger.client.lpush(keys.STRAYS, "1|normalize|is no message|b''")
    assert told.since() > first


def an_input(words: str) -> Input:
    return Input(source=Source(kind="push", name="hue"), media_type="text/plain", body=words.encode())
