"""The embedded server: found, started behind a socket only we can reach, keeping what it was told."""

import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from services.desk import valkey
from services.desk.supervisor import Spec, Supervisor
from shared.errors import PermanentError
from shared.settings import Settings

LONG = "a-folder-with-a-name-that-goes-on-" * 5


@pytest.fixture
def runtime(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = Path(subprocess.check_output(["mktemp", "-d", "/tmp/cd-XXXXXX"], text=True).strip())
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    yield folder
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    folder.rmdir()


def server(settings: Settings, socket_path: Path) -> Spec:
    command = valkey.server_command(settings, socket_path, valkey.find_server())
    return Spec(name="valkey", command=command, environ=os.environ, last=True)


def test_it_serves_on_a_private_socket_and_evicts_nothing(tmp_path: Path, runtime: Path) -> None:
    settings = Settings(data_dir=str(tmp_path), embedded_memory_mb=64)
    socket_path = valkey.runtime_folder(tmp_path) / "valkey.sock"
    with Supervisor(tmp_path / "log") as desk:
        desk.start(server(settings, socket_path))
        desk.wait_until(lambda: valkey.answers(socket_path), 20, "Valkey")
        assert stat.S_IMODE(socket_path.parent.stat().st_mode) == 0o700
        client = redis.Redis.from_url(valkey.socket_url(socket_path))
        config = {name: client.config_get(name)[name] for name in ("appendonly", "appendfsync", "port", "save")}
        assert config == {"appendonly": "yes", "appendfsync": "everysec", "port": "0", "save": ""}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("maxmemory") == {"maxmemory": str(64 * 1024 * 1024)}
        client.close()
    assert not valkey.answers(socket_path)


def test_after_a_crash_it_is_started_again_with_what_it_held(tmp_path: Path, runtime: Path) -> None:
    socket_path = valkey.runtime_folder(tmp_path) / "valkey.sock"
    with Supervisor(tmp_path / "log") as desk:
        desk.start(server(Settings(data_dir=str(tmp_path)), socket_path))
        desk.wait_until(lambda: valkey.answers(socket_path), 20, "Valkey")
        client = redis.Redis.from_url(valkey.socket_url(socket_path))
        client.set("kept", "yes")
        first = int(client.info("server")["process_id"])
        client.close()
        os.kill(first, signal.SIGKILL)

        def is_back() -> bool:
            return valkey.answers(socket_path)

        desk.wait_until(lambda: not is_back(), 20, "the crash")
        desk.wait_until(is_back, 20, "Valkey")
        client = redis.Redis.from_url(valkey.socket_url(socket_path))
        assert client.get("kept") == b"yes"
        assert int(client.info("server")["process_id"]) != first
        client.close()


def test_the_socket_stays_short_where_folders_are_long(
    tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / LONG
    long.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    folder = valkey.runtime_folder(long / "data")
    assert len(os.fsencode(folder / "valkey.sock")) <= valkey.LONGEST_SOCKET_PATH
    folder.rmdir()


def test_each_data_folder_has_a_socket_of_its_own(tmp_path: Path, runtime: Path) -> None:
    assert valkey.runtime_folder(tmp_path / "a") != valkey.runtime_folder(tmp_path / "b")
    assert valkey.runtime_folder(tmp_path / "a") == valkey.runtime_folder(tmp_path / "x" / ".." / "a")


def test_a_link_in_the_place_of_the_folder_is_refused(tmp_path: Path, runtime: Path) -> None:
    folder = valkey.runtime_folder(tmp_path)
    folder.rmdir()
    folder.symlink_to(tmp_path)
    with pytest.raises(PermanentError, match="only this user can enter"):
        valkey.runtime_folder(tmp_path)


def test_a_folder_open_to_others_is_refused(tmp_path: Path, runtime: Path) -> None:
    valkey.runtime_folder(tmp_path).chmod(0o755)
    with pytest.raises(PermanentError, match="only this user can enter"):
        valkey.runtime_folder(tmp_path)


def test_a_server_on_the_path_stands_in_for_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packaged = valkey.find_server()
    assert packaged.name == "valkey-server"
    monkeypatch.setattr("sys.path", [])
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(valkey.ServerMissing, match="set redis_url"):
        valkey.find_server()
    (tmp_path / "redis-server").symlink_to(packaged)
    assert valkey.find_server() == tmp_path / "redis-server"
