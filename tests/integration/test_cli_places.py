"""Commands say where they looked: a folder without a desk, an index that is not there, a Redis of somebody else's."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.cli import main as cli
from services.cli.command_table import COMMANDS
from services.ingest.intake import open_archive
from services.web.app import open_state
from shared.data_version import make_folder
from shared.settings import Settings
from tests.conftest import Server
from tests.integration.test_article_list import Desk
from tests.integration.test_list_command import run

STRANGERS = ("status", "list", "tail", "balance", "dead list", "refused list", "watch --once", "dead replay --all",
             "release https://news.example/a", "withdraw https://news.example/a --because x", "resume index",
             "push page.txt", "show https://news.example/a")  # fmt: skip


@pytest.fixture
def desk(settings: Settings) -> Desk:
    return Desk(open_state(settings, open_archive(settings)), settings, 0, "")


@pytest.mark.parametrize("words", STRANGERS)
def test_a_redis_where_no_desk_ever_lived_is_left_alone(
    words: str,
    shared_redis: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    client: Any = shared_redis.client()
    client.set("somebody's", "own")
    monkeypatch.chdir(tmp_path)
    make_folder(Path("data"))
    Path("page.txt").write_text("Chợ nổi mở thêm bến thuyền\n", encoding="utf-8")
    assert cli.main([*words.split(), "--redis-url", shared_redis.url, "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f"no desk has ever run on the Redis at {shared_redis.url}" in json.loads(err)["detail"]
    assert client.keys() == [b"somebody's"]


def test_no_hit_is_told_from_no_index(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    make_folder(Path(desk.settings.data_dir))
    assert run(desk, "search", "huế", "--json") == 2
    problem = json.loads(capsys.readouterr().err)
    assert f"there is no index in {desk.settings.index_dir}" in problem["detail"]
    desk.take("Một")
    desk.clean("Huế đón khách")
    assert run(desk, "search", "nowhere", "--json") == 1
    out, err = capsys.readouterr()
    assert (json.loads(out)["hits"], err) == ([], "")
    assert run(desk, "search", "huế") == 0


WHERE_THERE_NEED_BE_NONE = (
    "feeds add", "feeds import", "keys create", "keys add", "sources set",  # these make it
    "feeds check", "push", "read", "normalize", "restore", "sinks list", "doctor", "config show", "config check",
    "help", "completion", "man", "up", "demo", "work", "web", "notify",
)  # fmt: skip
EXAMPLES = {
    command.words: shlex.split(command.examples[0].line.partition("|")[0])[1:]
    for command in COMMANDS
    if command.words not in WHERE_THERE_NEED_BE_NONE
} | {"verify": ["verify"], "watch": ["watch", "--once"]}


@pytest.mark.parametrize("there", [False, True], ids=["missing", "empty"])
@pytest.mark.parametrize("words", EXAMPLES)
def test_a_folder_without_a_desk_is_named(
    words: str, there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "elsewhere"
    if there:
        folder.mkdir()
    monkeypatch.chdir(tmp_path)
    assert cli.main([*EXAMPLES[words], "--data-dir", str(folder)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.search(r"(there is no data folder|the folder|no desk is up on the data folder) .*elsewhere", err), err
    assert folder.exists() == there, "looking makes nothing"


def test_a_backup_is_verified_where_there_is_no_desk(desk: Desk, tmp_path: Path) -> None:
    desk.take("Một")
    assert run(desk, "backup", str(tmp_path / "backups")) == 0
    assert cli.main(["verify", str(tmp_path / "backups"), "--data-dir", str(tmp_path / "elsewhere")]) == 0


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-"])
@pytest.mark.parametrize("words", ["status", "keys list", "help", "search x", "feeds list"])
def test_whoever_closes_an_answer_gets_the_exit_code_alone(words: str, closed: str, tmp_path: Path) -> None:
    make_folder(tmp_path)
    script = f"{sys.executable} -m services.cli {words} --data-dir {tmp_path} --redis-url unix:///nowhere {closed}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stdout + done.stderr
    assert done.returncode == (2 if words in ("status", "search x") else 0)


@pytest.mark.parametrize("zone", ["Asia/Hanoi", "Asia/Saigon", "asia/hanoi", "Asia/Ho_Chi_Minh"])
def test_the_cities_of_vietnam_are_one_zone(zone: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = ["--data-dir", str(tmp_path)]
    assert cli.main(["keys", "create", "hue", "--zone", zone, *folder]) == 0
    capsys.readouterr()
    assert cli.main(["keys", "list", "--json", *folder]) == 0
    assert [key["zone"] for key in json.loads(capsys.readouterr().out)] == ["Asia/Ho_Chi_Minh"]
