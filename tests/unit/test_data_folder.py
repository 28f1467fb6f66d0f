"""One desk on one data folder, found by all other commands, and forgotten when it has ended."""

from pathlib import Path

import msgspec
import pytest

from services.desk import data_folder as running
from services.desk.data_folder import Desk, DeskIsUp, describe, find_desk, hold_folder, reach, refuse_second
from shared.errors import PermanentError
from shared.settings import load

HERE = Desk(pid=1, redis_url="unix:///run/x/valkey.sock", web_url="http://127.0.0.1:8080")


def test_a_desk_is_found_while_it_holds_its_folder(tmp_path: Path) -> None:
    assert find_desk(tmp_path) is None
    with hold_folder(tmp_path):
        assert find_desk(tmp_path) is None, "it has not said yet where it is"
        describe(tmp_path, HERE)
        assert find_desk(tmp_path) == HERE
    assert find_desk(tmp_path) is None


def test_a_second_is_refused_and_does_the_first_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "LOCK_PATIENCE_S", 0.05)
    with hold_folder(tmp_path):
        describe(tmp_path, HERE)
        with pytest.raises(DeskIsUp, match=r"process 1, at http://127\.0\.0\.1:8080"):
            refuse_second(tmp_path)
        with pytest.raises(DeskIsUp), hold_folder(tmp_path):
            pass
        assert find_desk(tmp_path) == HERE


def test_what_a_killed_desk_wrote_is_not_believed(tmp_path: Path) -> None:
    with hold_folder(tmp_path):
        describe(tmp_path, HERE)
        left = (tmp_path / "run" / "desk.json").read_bytes()
    (tmp_path / "run" / "desk.json").write_bytes(left)
    assert find_desk(tmp_path) is None
    refuse_second(tmp_path)


def test_its_redis_is_used_where_none_was_set(tmp_path: Path) -> None:
    flags = {"data_dir": str(tmp_path)}
    with hold_folder(tmp_path):
        describe(tmp_path, HERE)
        assert reach(load(flags, {}, tmp_path)).redis_url == HERE.redis_url
        own = load(flags | {"redis_url": "redis://mine:6379/0"}, {}, tmp_path)
        assert reach(own).redis_url == "redis://mine:6379/0"
    assert reach(load(flags, {}, tmp_path)).redis_url == "redis://127.0.0.1:6379/0"


def test_a_torn_description_is_no_desk(tmp_path: Path) -> None:
    with hold_folder(tmp_path):
        (tmp_path / "run" / "desk.json").write_bytes(msgspec.json.encode(HERE)[:-5])
        assert find_desk(tmp_path) is None


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PermanentError, match="cannot be written"), hold_folder(tmp_path / "file" / "data"):
        pass
