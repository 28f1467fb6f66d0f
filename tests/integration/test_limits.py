"""Limits that hold under attack: what one sender holds, no other one misses."""

import gzip
import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from services.web.keys import Keys
from services.web.request_body import IN_MEMORY, SHARE, BodyRoom
from shared.settings import Settings, as_environment
from shared.untrusted.gzip_stream import STEP
from tests.conftest import wait_for
from tests.integration.test_web import ask, door_of, send
from tests.machine import free_port
from tests.unit.web.stand_ins import ARTICLE, KEY, SECRET, Desk, a_desk, a_stored

HANOI = f"Bearer cd_hanoi_{'h' * 43}"
TEXT = {"Content_Type": "text/plain"}
PUSH = (
    f"POST /v1/articles HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {KEY}\r\nContent-Type: text/plain\r\n".encode()
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = a_desk(Keys(tmp_path / "keys.json", listed=SECRET), push_body_s=20)
    object.__setattr__(desk.app_state, "room", BodyRoom(8 * SHARE * STEP, folder=tmp_path / "data", stall_s=0.5))
    return desk


@pytest.fixture
def port(desk: Desk) -> Iterator[int]:
    with door_of(desk.app_state) as (port, _, _):
        yield port


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), 10)


def test_stalled_bodies_of_one_publisher_take_its_own_share_and_no_other_s(tmp_path: Path, desk: Desk) -> None:
    room = desk.app_state.room
    room.stall_s = 20
    with door_of(desk.app_state) as (port, _, _), ExitStack() as held:
        for _ in range(8):
            held.enter_context(connect(port)).sendall(PUSH + b"Content-Length: 100\r\n\r\nslow")
        wait_for(lambda: room.held_by["hue"] == 8 * STEP, "the stalled bodies do not stand there")
        status, headers, told = ask(port, "POST", "/v1/articles", b"one more", **TEXT)
        assert (status, headers["retry-after"], told["type"]) == (503, "1", "/problems/busy")
        assert "Your other bodies" in told["detail"]
        assert ask(port, "POST", "/v1/articles", b"of another", Authorization=HANOI, **TEXT)[0] == 202
    wait_for(lambda: not room.held and not room.held_by, "what those who left held is not given back")


def test_who_stalls_is_let_go_long_before_the_time_for_a_body_is_over(port: int, desk: Desk) -> None:
    told = send(port, PUSH + b"Content-Length: 300000\r\n\r\n" + b"x" * 299_999)
    assert b" 408 " in told.partition(b"\r\n")[0]
    assert b"no pause above 0.5 s" in told
    assert desk.app_state.room.held == 0


def test_who_sends_a_byte_now_and_then_is_let_go_too(port: int) -> None:
    with connect(port) as wire:
        wire.sendall(PUSH + b"Content-Length: 100000\r\n\r\n")
        wire.settimeout(0.02)
        answer = b""
        for _ in range(1000):  # of which each comes sooner than a pause may be long
            wire.sendall(b"x")
            try:
                answer = wire.recv(65536)
                break
            except TimeoutError:
                continue
    assert b" 408 " in answer.partition(b"\r\n")[0]


@pytest.mark.parametrize("packed", [False, True])
def test_a_large_body_goes_over_the_disk_and_comes_in_whole(port: int, desk: Desk, packed: bool) -> None:
    words = random.Random(10).randbytes(IN_MEMORY).hex().encode()[: IN_MEMORY + STEP + 1]
    headers = TEXT | ({"Content_Encoding": "gzip"} if packed else {})
    body = gzip.compress(words) if packed else words
    assert ask(port, "POST", "/v1/articles", body, **headers)[0] == 202
    assert [item.body for item in desk.intake.taken] == [words]
    folder = desk.app_state.room.folder
    assert folder is not None
    assert [path.name for path in folder.iterdir()] == ["VERSION"]
    assert desk.app_state.room.held == 0


def test_a_bomb_is_opened_no_further_than_there_is_room(port: int, desk: Desk) -> None:
    desk.app_state.room.total = 2 * SHARE * STEP
    bomb = gzip.compress(b"\0" * 4_000_000)
    status, _, told = ask(port, "POST", "/v1/articles", bomb, Content_Encoding="gzip", **TEXT)
    assert (status, told["type"]) == (503, "/problems/busy")
    assert desk.app_state.room.held == 0


def test_where_the_disk_takes_no_body_the_sender_comes_again(port: int, desk: Desk, tmp_path: Path) -> None:
    desk.app_state.room.folder = tmp_path / "keys.json"
    desk.app_state.room.folder.write_text("no folder")
    status, headers, told = ask(port, "POST", "/v1/articles", b"x" * (IN_MEMORY + 1), **TEXT)
    assert (status, told["type"]) == (503, "/problems/unavailable")
    assert "retry-after" in headers
    assert ask(port, "POST", "/v1/articles", b"a small one", **TEXT)[0] == 202
    assert desk.app_state.room.held == 0


def test_connections_that_say_nothing_keep_nobody_out(tmp_path: Path) -> None:
    desk = a_desk(Keys(tmp_path / "keys.json", listed=SECRET), web_connections=16)
    with door_of(desk.app_state) as (port, door, _), ExitStack() as held:
        for number in range(100):
            held.enter_context(connect(port)).sendall(b"GET /healthz HTTP/1.1\r\nHost: ")
            if number % 10 == 0:
                assert ask(port, "GET", "/readyz")[0] == 200
                assert ask(port, "POST", "/v1/articles", b"Bai %d" % number, **TEXT)[0] == 202
                assert len(door.limits) <= door.limits.most_of_address


def test_a_connection_too_many_is_told_so_and_one_from_elsewhere_has_a_place(tmp_path: Path) -> None:
    desk = a_desk(Keys(tmp_path / "keys.json", listed=SECRET), web_connections=4)
    with door_of(desk.app_state) as (port, door, _), ExitStack() as held:
        for _ in range(2):
            held.enter_context(connect(port)).sendall(PUSH + b"Content-Length: 9\r\n\r\nslow")
        wait_for(lambda: len(door.server_state.tasks) == 2, "nobody pushes")
        head, _, body = send(port, b"GET /healthz HTTP/1.1\r\nHost: desk\r\n\r\n").partition(b"\r\n\r\n")
        assert b" 503 " in head.partition(b"\r\n")[0]
        assert b"\r\nretry-after: 1" in head.lower()
        assert json.loads(body)["type"] == "/problems/busy"
        elsewhere = held.enter_context(socket.create_connection(("127.0.0.1", port), 10, ("127.0.0.2", 0)))
        elsewhere.sendall(b"GET /healthz HTTP/1.1\r\nHost: desk\r\n\r\n")
        assert b" 200 " in elsewhere.recv(65536).partition(b"\r\n")[0]


def test_an_answer_that_nobody_reads_ends_with_its_connection(desk: Desk) -> None:
    stored = a_stored()
    long = msgspec.structs.replace(stored.article, headline="x" * 20_000_000)
    desk.index.stored[ARTICLE] = msgspec.structs.replace(stored, article=long)
    with door_of(desk.app_state) as (port, door, _), connect(port) as wire:
        door.limits.unread_s = 0.3
        head = f"GET /v1/articles/{ARTICLE} HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {KEY}\r\n\r\n"
        wire.sendall(head.encode())
        assert wire.recv(1)
        wait_for(lambda: not len(door.limits), "the connection stands open for who does not read", 10)


def test_few_descriptors_and_many_half_open_connections_leave_the_desk_answering(
    settings: Settings, tmp_path: Path
) -> None:
    key = Keys(settings.keys_file).create("hue")
    port = free_port()
    flags = {"redis_url": settings.redis_url, "data_dir": settings.data_dir, "disk_reserve_mb": "1"}
    command = [sys.executable, "-m", "services.cli", "web", "--port", str(port)]
    limited = ["sh", "-c", 'ulimit -n 112 && exec "$@"', "sh", *command]
    with ExitStack() as held:
        log = held.enter_context((tmp_path / "web.log").open("wb"))
        web = subprocess.Popen(limited, stderr=log, env=os.environ | as_environment(flags))
        held.callback(web.wait, 10)
        held.callback(web.terminate)
        wait_for(lambda: _is_open(port), "the door did not open", process=web)
        for _ in range(200):
            held.enter_context(connect(port)).sendall(b"GET /healthz HTTP/1.1\r\nHost: ")
        assert ask(port, "GET", "/readyz")[0] == 200
        pushed = ask(port, "POST", "/v1/articles", b"Bai", Authorization=f"Bearer {key}", **TEXT)
        assert pushed[0] == 202
    assert (tmp_path / "web.log").stat().st_size < 10_000


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
