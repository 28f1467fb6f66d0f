"""Signs of life: the file grows young, and systemd's socket hears of it; who asked for none gets none."""

import socket
from pathlib import Path

import pytest

from shared.heartbeat import Heartbeat, read_heartbeat


def test_the_file_is_touched(tmp_path: Path) -> None:
    read_heartbeat({"COPYDESK_HEARTBEAT": str(tmp_path / "beat")}).beat()
    assert (tmp_path / "beat").exists()


@pytest.mark.parametrize("kind", ["a file", "a name that is no file"])
def test_systemd_hears_that_the_process_lives(kind: str, short_folder: Path) -> None:
    name = f"@{short_folder.name}" if kind != "a file" else str(short_folder / "n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(name.replace("@", "\0"))
        heard.settimeout(5)
        read_heartbeat({"NOTIFY_SOCKET": name}).beat()
        assert heard.recv(64) == b"WATCHDOG=1"


def test_a_supervisor_that_has_gone_ends_nobody(short_folder: Path) -> None:
    Heartbeat(notify=str(short_folder / "gone")).beat()


def test_nobody_asked() -> None:
    read_heartbeat({}).beat()
