"""`copydesk up`: starts, serves, refuses a second, stops in time, and leaves nobody behind however it ends."""

import json
import os
import signal
import socket
import stat
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.conftest import wait_for
from tests.e2e.desk import Folder, make_folder

ARTICLE = "09/11/2015 - 05:34\n\nChợ nổi mở thêm bến thuyền\n\nTTH - Khách có thể lên thuyền ở ba bến mới.\n"
SHORT_CLOCKS = {  # a busy machine may need seconds for an article, and one that is ended twice is dead
    "COPYDESK_TASK_LIMIT_S": "10",
    "COPYDESK_VISIBILITY_TIMEOUT_S": "21",
    "COPYDESK_LEASE_S": "23",
    "COPYDESK_SWEEP_S": "0.5",
}
FEWEST = 8  # supervisor, watchdog, Valkey, three workers with two children at least, watcher, front door


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    made = make_folder(tmp_path, seeds=False)
    yield made
    made.end()


@pytest.fixture(scope="module")
def desk_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Folder, dict[str, Any]]]:
    """One desk for those tests that neither stop nor kill it."""
    made = make_folder(tmp_path_factory.mktemp("desk"), seeds=False)
    (made.path / "seeds").rmdir()
    yield made, made.up()[1]
    made.end()


def push(told: dict[str, Any], key: str, text: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "text/plain"}
    request = urllib.request.Request(f"{told['url']}/v1/articles", data=text.encode(), headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 202
        return dict(json.loads(answer.read()))


def test_a_push_is_found_and_ctrl_c_stops_everything(folder: Folder) -> None:
    desk, told = folder.up()
    assert told["key"].startswith("cd_desk_")
    receipt = push(told, told["key"], ARTICLE)
    folder.wait_for(lambda: folder.run("search", "cho noi mo them", "--json").returncode == 0, "the push is not found")
    shown = folder.ask("show", receipt["receipt"])
    assert (shown["id"], shown["state"]) == (receipt["article"], "indexed")
    assert shown["article"]["headline"] == "Chợ nổi mở thêm bến thuyền"
    balance = folder.run("balance", "--json")
    assert (balance.returncode, json.loads(balance.stdout)["indexed"]) == (0, 1)
    assert len(folder.alive()) >= FEWEST
    desk.send_signal(signal.SIGINT)
    assert desk.wait(timeout=20) == 0
    assert folder.alive() == []
    assert folder.run("search", "chợ nổi").returncode == 0, "the index is there without a desk"
    assert folder.run("status").returncode == 2


def test_nothing_outlives_a_killed_supervisor_and_the_next_one_goes_on(folder: Folder) -> None:
    folder.environ |= SHORT_CLOCKS  # what the killed workers had claimed comes back when its lease ends
    desk, told = folder.up()
    push(told, told["key"], ARTICLE)
    desk.kill()
    desk.wait()
    wait_for(lambda: not folder.alive(), "a process outlives its supervisor", 5)
    _, again = folder.up()
    assert again["key"] is None, "the key is shown only once"
    folder.wait_for(lambda: folder.run("search", "cho noi mo them", "--json").returncode == 0, "the push is not found")
    assert folder.ask("balance")["difference"] == 0


def test_a_killed_process_is_started_again(folder: Folder) -> None:
    _, told = folder.up()
    before = folder.workers("index")
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    folder.wait_for(
        lambda: folder.workers("index") and not set(folder.workers("index")) & set(before), "none is started again"
    )
    push(told, told["key"], ARTICLE)
    folder.wait_for(lambda: folder.run("search", "cho noi mo them", "--json").returncode == 0, "the push is not found")


def test_a_second_desk_on_the_folder_is_refused(desk_up: tuple[Folder, dict[str, Any]]) -> None:
    folder, _ = desk_up
    second = folder.run("up")
    assert second.returncode == 2
    assert "a desk is already up on the data folder" in second.stderr
    assert second.stderr.count("\n") == 1


def test_a_taken_port_is_told_before_anything_starts(folder: Folder) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(folder.environ["COPYDESK_WEB_PORT"])))
        taken.listen()
        refused = folder.run("up")
    assert refused.returncode == 2
    assert "is taken: stop what listens there, or choose another with --port" in refused.stderr
    assert not folder.data.exists()


def test_the_drop_folder_that_is_announced_is_there(desk_up: tuple[Folder, dict[str, Any]]) -> None:
    folder, _ = desk_up
    assert (folder.path / "seeds").is_dir()
    assert stat.S_IMODE(folder.data.stat().st_mode) == 0o700


def test_a_pause_is_told_and_ended_by_hand(desk_up: tuple[Folder, dict[str, Any]]) -> None:
    folder, _ = desk_up
    client = redis_of(folder)
    client.hset(
        "health:source:push:hue", mapping={"state": "paused", "since": 1, "reason": "20 died", "probe": 1 << 60}
    )
    client.sadd("health", "source:push:hue")
    told = folder.run("status")
    assert (told.returncode, "TROUBLE source-paused" in told.stdout) == (1, True)
    assert folder.ask("resume", "push:hue") == {"source": "push:hue", "resumed": True}
    assert "source-paused" not in folder.run("status").stdout
    assert "was not paused" in folder.run("resume", "normalize").stdout


def test_stray_messages_are_counted_listed_and_cleared(desk_up: tuple[Folder, dict[str, Any]]) -> None:
    folder, _ = desk_up
    redis_of(folder).lpush("ledger:strays", "1447046040000000|index|no task|b'x|y'")
    assert [trouble["code"] for trouble in folder.ask("status")["troubles"]] == ["messages-unreadable"]
    assert "copydesk dead strays" in folder.run("status").stdout
    told = [{"atUs": 1447046040000000, "queue": "index", "reason": "no task", "message": "b'x|y'"}]
    assert folder.ask("dead", "strays") == told
    assert "1 message cleared" in folder.run("dead", "strays", "--clear").stdout
    assert folder.ask("dead", "strays") == []


def test_an_article_is_shown_by_its_publishers_own_uri(desk_up: tuple[Folder, dict[str, Any]]) -> None:
    folder, told = desk_up
    (folder.path / "own.txt").write_text("A note of its own.\n\nWith a body.\n", encoding="utf-8")
    pushed = folder.run(
        "push", "own.txt", "--uri", "urn:alice:1", "--json", COPYDESK_URL=told["url"], COPYDESK_KEY=told["key"]
    )
    (receipt,) = json.loads(pushed.stdout)
    assert folder.ask("show", "urn:alice:1")["id"] == receipt["article"]
    assert folder.run("show", "urn:alice:2").returncode == 1


def redis_of(folder: Folder) -> Any:
    return redis.Redis.from_url(json.loads((folder.data / "run" / "desk.json").read_bytes())["redisUrl"])


def test_files_are_pushed_straight_in_and_over_http(desk_up: tuple[Folder, dict[str, Any]]) -> None:
    folder, told = desk_up
    (folder.path / "bai.txt").write_text(ARTICLE, encoding="utf-8")
    (folder.path / "empty.txt").write_text("", encoding="utf-8")
    direct = folder.run("push", "bai.txt", "empty.txt", "gone.txt", "--json")
    first, empty, gone = json.loads(direct.stdout)
    assert (direct.returncode, first["state"], "empty" in empty["error"]) == (1, "received", True)
    assert gone["error"]
    over_http = folder.run("push", "bai.txt", "--json", COPYDESK_URL=told["url"], COPYDESK_KEY=told["key"])
    (second,) = json.loads(over_http.stdout)
    assert (over_http.returncode, second["state"]) == (0, "received"), "a publisher has no share in the desk's own"
    assert second["article"] != first["article"]
    refused = folder.run("push", "bai.txt", COPYDESK_URL=told["url"], COPYDESK_KEY="cd_desk_wrong")
    assert refused.returncode == 2
    assert "401" in refused.stderr


def test_a_dead_article_can_be_looked_at_replayed_and_given_up(desk_up: tuple[Folder, dict[str, Any]]) -> None:
    folder, _ = desk_up
    (folder.path / "bad.txt").write_text("A text whose record is damaged on its way.", encoding="utf-8")
    for pid in folder.workers("normalize"):
        os.kill(pid, signal.SIGSTOP)
    (receipt,) = json.loads(folder.run("push", "bad.txt", "--json").stdout)
    client, ref = redis_of(folder), f"{receipt['article']}@{receipt['rev']}"
    client.set(f"art:{ref}:raw", b"no frame")
    for pid in folder.workers("normalize"):
        os.kill(pid, signal.SIGCONT)
    folder.wait_for(lambda: folder.ask("dead", "list"), "the damaged one is not dead")
    (dead,) = folder.ask("dead", "list")
    assert (dead["stage"], dead["reason"], "bad.txt" in dead["name"]) == ("normalize", "undecodable", True)
    assert folder.ask("dead", "show", dead["ref"])["state"] == "dead"
    assert folder.run("status").returncode == 1
    assert folder.run("dead", "replay").returncode == 2
    assert folder.ask("dead", "replay", ref.partition("@")[0])["replayed"] == 1
    folder.wait_for(lambda: folder.ask("dead", "list"), "the damaged one is not dead")
    assert folder.ask("dead", "discard", dead["ref"], "--because", "no text")["discarded"] == 1
    assert folder.ask("dead", "list") == []
    assert folder.ask("balance")["difference"] == 0
