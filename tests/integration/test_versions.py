"""Data of a newer release are left alone and told of; data of an older one are brought up to date, once."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.cli import main as cli
from services.desk.data_folder import Desk as RunningDesk
from services.desk.data_folder import DeskIsUp, describe, hold_folder
from services.desk.migration import migrate
from services.ingest.subscriptions import Subscriptions
from services.ingest.watch import FETCH_TASK
from services.web.keys import VERSION as KEYS_VERSION
from services.web.keys import Keys
from services.web.problems import problem_of
from shared.data_version import VERSION, make_folder, version_of
from shared.envelope import VERSION as MESSAGES
from shared.errors import NewerData, PermanentError
from shared.identity import feed_id
from shared.ledger import keys
from shared.ledger.overview import Watchman
from shared.settings import Settings
from shared.work.celery_app import INGEST, make_app, open_ledger, task_name
from tests.conftest import Server, options_of, settings_over, wait_for
from tests.faults.bench import push, running_worker
from tests.machine import free_port

NEWER = keys.LEDGER_VERSION + 1
REFUSED = 3


def answer(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str]:
    code = cli.main(argv)
    return code, capsys.readouterr().err


@pytest.fixture
def data(settings: Settings) -> Path:
    folder = Path(settings.data_dir)
    make_folder(folder)
    return folder


@pytest.mark.parametrize(
    "words",
    "up,work index,status,balance,search x,feeds list,keys create hue,dead list,recover,doctor".split(","),
)
def test_each_command_refuses_a_data_folder_of_a_newer_release(
    data: Path, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "VERSION").write_text(f"{VERSION + 1}\n")
    code = cli.main([*words.split(), "--data-dir", str(data)])
    told = "".join(capsys.readouterr())
    assert code == REFUSED
    assert f"the data folder {data} has version {VERSION + 1}, and this release knows up to {VERSION}" in told
    assert "start the newer Copydesk" in told
    assert [path.name for path in data.iterdir()] == ["VERSION"], "it has changed something"


def test_whoever_makes_the_data_folder_writes_its_version(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, words in (("a", "keys create hue"), ("b", "feeds add https://a.example/rss")):
        folder = tmp_path / name
        code, told = answer(capsys, *words.split(), "--data-dir", str(folder))
        assert code == 0, told  # a feed that does not answer is watched all the same
        assert version_of(folder) == VERSION
    with hold_folder(tmp_path / "c"):
        assert version_of(tmp_path / "c") == VERSION


def test_a_version_that_is_none_is_told_by_its_file(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "VERSION").write_text("hai")
    code, told = answer(capsys, "balance", "--data-dir", str(data))
    assert code == 2
    assert f"{data / 'VERSION'} holds 'hai' where a version should stand" in told


FIRST_FEEDS = {
    "version": 1,
    "feeds": [
        {"id": feed_id("https://a.example/old"), "url": "https://a.example/new"},
        {"id": feed_id("https://b.example/rss"), "url": "https://b.example/rss"},
        {"id": feed_id("https://me:secret@c.example/rss"), "url": "https://me:secret@c.example/rss"},
    ],
}


def test_a_data_folder_of_the_first_release_is_brought_up_to_date(settings: Settings) -> None:
    folder = Path(settings.data_dir)
    folder.mkdir()
    (folder / "feeds.json").write_text(json.dumps(FIRST_FEEDS))
    assert version_of(folder) == 1
    migrate(settings)
    assert version_of(folder) == VERSION
    assert json.loads((folder / "feeds.json").read_text())["version"] == 3
    named = [feed.formerly for feed in Subscriptions(settings).list()]
    assert named == [(feed_id("https://a.example/new"),), (), (feed_id("https://c.example/rss"),)]
    before = (folder / "feeds.json").read_bytes()
    migrate(settings)
    assert (folder / "feeds.json").read_bytes() == before


def test_what_fails_half_way_is_not_said_to_be_migrated(settings: Settings) -> None:
    folder = Path(settings.data_dir)
    folder.mkdir()
    (folder / "feeds.json").write_text("no JSON")
    with pytest.raises(PermanentError, match=r"feeds\.json cannot be read"):
        migrate(settings)
    assert version_of(folder) == 1


def test_a_folder_is_not_migrated_under_an_older_desk(settings: Settings) -> None:
    folder = Path(settings.data_dir)
    with hold_folder(folder):
        (folder / "VERSION").unlink()
        describe(folder, RunningDesk(pid=1, redis_url=settings.redis_url))
        with pytest.raises(DeskIsUp, match="stop it first"):
            migrate(settings)
        assert version_of(folder) == 1


def test_feeds_and_keys_of_a_newer_release_are_refused_and_kept(settings: Settings, data: Path) -> None:
    (data / "feeds.json").write_text(json.dumps(FIRST_FEEDS | {"version": 4}))
    (data / "keys.json").write_text(json.dumps({"v": KEYS_VERSION + 1, "keys": []}))
    with pytest.raises(NewerData, match=r"feeds\.json has version 4"):
        Subscriptions(settings).add("https://d.example/rss")
    with pytest.raises(NewerData, match=rf"keys\.json has version {KEYS_VERSION + 1}"):
        Keys(data / "keys.json").create("hue")
    assert json.loads((data / "feeds.json").read_text())["version"] == 4
    assert json.loads((data / "keys.json").read_text())["v"] == KEYS_VERSION + 1


def test_a_ledger_of_a_newer_release_is_refused_by_each_call(
    settings: Settings, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = push(settings, "good")
    assert int(ledger.client.get(keys.VERSION)) == keys.LEDGER_VERSION
    ledger.client.set(keys.VERSION, NEWER)
    before = {key: ledger.client.dump(key) for key in ledger.client.keys("*")}
    for call in (
        lambda: push(settings, "too new"),
        lambda: ledger.claim("normalize", "m"),
        ledger.sweep,
        lambda: ledger.discard(["a@1"], ""),
    ):
        with pytest.raises(NewerData, match="was written by a newer release: nothing was changed"):
            call()
    assert {key: ledger.client.dump(key) for key in ledger.client.keys("*")} == before
    for words in ("balance", "status --json", "dead list", "recover", "doctor"):
        code = cli.main([*words.split(), "--data-dir", str(data), "--redis-url", str(settings.redis_url)])
        told = "".join(capsys.readouterr())
        assert code == REFUSED
        assert f"the ledger in Redis has version {NEWER}" in told


def test_a_ledger_of_the_first_release_is_brought_up_to_date_by_the_first_call(settings: Settings) -> None:
    ledger = open_ledger(settings)
    ledger.client.mset({keys.paused("index"): 1, keys.passed("normalize"): 7})
    ledger.sweep()
    assert int(ledger.client.get(keys.VERSION)) == keys.LEDGER_VERSION
    assert ledger.client.exists(keys.paused("index"), keys.passed("normalize")) == 0


@pytest.fixture
def desk(shared_redis: Server, tmp_path: Path) -> Settings:
    return settings_over(shared_redis, tmp_path, soft_stop_s=0.1)


@pytest.fixture
def worker(desk: Settings, tmp_path: Path) -> "Iterator[subprocess.Popen[bytes]]":
    with running_worker(desk, tmp_path) as process:
        yield process
        os.killpg(process.pid, signal.SIGKILL)  # how it ends is not what is looked at, and would take its time


def told(desk: Settings) -> dict[str, Any]:
    return {one.code: one.what for one in Watchman(open_ledger(desk), desk).look().troubles}


def test_a_worker_hands_back_what_a_newer_release_sent_and_rests(
    desk: Settings, worker: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    ledger = push(desk, "good")
    wait_for(lambda: ledger.status().stages["index"].queued == 1, "it does not work", process=worker)
    app = make_app(desk, "normalize")
    app.send_task(task_name("normalize"), args=[MESSAGES + 1], queue="normalize", ignore_result=True)
    wait_for(lambda: "worker-outdated" in told(desk), "nobody was told", process=worker)
    assert f"a message has version {MESSAGES + 1}" in told(desk)["worker-outdated"]
    wait_for(lambda: ledger.client.llen("normalize") == 1, "the message was not handed back", process=worker)
    push(desk, "for the newer one")
    assert (tmp_path / "worker.log").read_text().count("message_handed_back") <= 2, "it tries again and again"
    assert ledger.status().stages["normalize"].queued == 1
    assert worker.poll() is None


def test_a_worker_rests_when_the_ledger_becomes_a_newer_releases(
    desk: Settings, worker: "subprocess.Popen[bytes]"
) -> None:
    ledger = push(desk, "good")
    wait_for(lambda: ledger.status().stages["index"].queued == 1, "it does not work", process=worker)
    ledger.client.set(keys.VERSION, NEWER)
    wait_for(lambda: "worker-outdated" in told(desk), "nobody was told", process=worker)
    assert "the ledger in Redis" in told(desk)["worker-outdated"]
    assert worker.poll() is None


def test_the_worker_of_feeds_hands_back_and_rests_too(desk: Settings, tmp_path: Path) -> None:
    client = open_ledger(desk).client
    words = [sys.executable, "-P", "-m", "services.cli", "work", "ingest", "--redis-url", desk.redis_url]
    with (tmp_path / "ingest.log").open("ab") as log:
        process = subprocess.Popen(
            [*words, "--data-dir", desk.data_dir], stdout=log, stderr=log, start_new_session=True
        )
    try:
        make_app(desk, INGEST).send_task(FETCH_TASK, args=[MESSAGES + 1, ["f1"]], queue=INGEST)
        wait_for(lambda: "worker-outdated" in told(desk), "nobody was told", process=process)
        wait_for(lambda: client.llen(INGEST) == 1, "the message was not handed back", process=process)
    finally:
        assert process.poll() is None
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def refused(desk: Settings, *words: str) -> str:
    """What a command says that ends at once, in a process of its own."""
    named = [*options_of(desk), "--seeds-dir", desk.seeds_dir]
    command = [sys.executable, "-P", "-m", "services.cli", *words, *named, "--port", str(free_port())]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (ended.returncode, ended.stdout) == (REFUSED, "")
    return ended.stderr


@pytest.mark.parametrize("words", ["up --json", "work index", "work watch", "web"])
def test_no_process_starts_on_a_ledger_of_a_newer_release(desk: Settings, words: str) -> None:
    open_ledger(desk).client.set(keys.VERSION, NEWER)
    assert f"the ledger in Redis has version {NEWER}" in refused(desk, *words.split())


def test_no_door_opens_on_keys_of_a_newer_release(desk: Settings) -> None:
    make_folder(Path(desk.data_dir))
    Path(desk.data_dir, "keys.json").write_text(json.dumps({"v": 99, "keys": []}))
    assert "keys.json has version 99" in refused(desk, "web")


def test_pushes_wait_while_the_ledger_is_a_newer_releases(settings: Settings) -> None:
    ledger = open_ledger(settings)
    ledger.client.set(keys.VERSION, NEWER)
    with pytest.raises(NewerData) as refused:
        ledger.accept([])
    problem = problem_of(refused.value, "POST")
    assert (problem.kind.status, problem.slug) == (503, "unavailable")
