"""The front door on a real socket: what the wire brings, how it stops, and a push through the real spine."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from services.web.keys import Keys
from services.web.routes import front_door
from services.web.server import LEFTOVER_BYTES, Server, listen
from services.web.state import AppState
from shared.errors import PermanentError
from tests.conftest import wait_for
from tests.unit.web.stand_ins import KEY, RECEIPT, SECRET, Desk, a_desk, a_line

PUSH = (
    f"POST /v1/articles HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {KEY}\r\nContent-Type: text/plain\r\n".encode()
)
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


@contextmanager
def door_of(app_state: AppState, port: int = 0) -> Iterator[tuple[int, Server, threading.Thread]]:
    listener = listen("127.0.0.1", port)
    port = listener.getsockname()[1]
    door = Server(front_door(app_state), app_state)
    thread = threading.Thread(target=door.run, kwargs={"sockets": [listener]})
    thread.start()
    wait_for(lambda: door.started, "the door did not open")
    try:
        yield port, door, thread
    finally:
        door.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return a_desk(Keys(tmp_path / "keys.json", listed=SECRET), max_input_bytes=200_000, push_body_s=0.3)


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """One door for the whole table: what one sender does must not trouble the next."""
    keys = Keys(tmp_path_factory.mktemp("wire") / "keys.json", listed=SECRET)
    with door_of(a_desk(keys, max_input_bytes=200_000, push_body_s=0.3).app_state) as (port, _, _):
        yield port


@pytest.fixture
def port(desk: Desk) -> Iterator[int]:
    with door_of(desk.app_state) as (port, _, _):
        yield port


def send(port: int, *pieces: bytes, backoff: float = 10) -> bytes:
    """Send the pieces as they are, and read until the other side closes or has answered."""
    with closing(socket.create_connection(("127.0.0.1", port), backoff)) as wire:
        for piece in pieces:
            wire.sendall(piece)
        answer = b""
        while not _is_whole(answer):
            piece = wire.recv(65536)
            if not piece:
                break
            answer += piece
        return answer


def _is_whole(answer: bytes) -> bool:
    head, gap, body = answer.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(gap and lengths) and len(body) >= int(lengths[0].partition(b":")[2])


def ask(port: int, method: str, path: str, body: bytes = b"", /, **headers: str) -> tuple[int, dict[str, str], Any]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as wire:
        given = {"Authorization": f"Bearer {KEY}"} | {n.replace("_", "-"): v for n, v in headers.items()}
        wire.request(method, path, body, given)
        answer = wire.getresponse()
        text = answer.read()
        is_json = "json" in answer.headers.get("content-type", "")
        return answer.status, {n.lower(): v for n, v in answer.headers.items()}, json.loads(text) if is_json else text


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        pytest.param([b"\x16\x03\x01\x02\x00 TLS to a plain door\r\n\r\n"], 400, id="no HTTP at all"),
        pytest.param([b"GET / HTTP/1.1\r\nno colon here\r\n\r\n"], 400, id="a broken header line"),
        pytest.param([b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 100_000 + b"\r\n\r\n"], 431, id="100 kB of headers"),
        pytest.param([PUSH + b"X: " + b"x" * 30_000 + b"\r\nContent-Length: 1\r\n\r\nx"], 431, id="30 kB of headers"),
        pytest.param([PUSH + b"Content-Length: 50000000\r\n\r\n"], 413, id="declared too large: before the body"),
        pytest.param([PUSH + CHUNKED, *[chunk(b"x" * 60_000)] * 4], 413, id="chunks over the limit"),
        pytest.param([PUSH + b"Content-Length: 100\r\n\r\nslow"], 408, id="a body that stalls"),
        pytest.param([PUSH + CHUNKED + b"not a length\r\n"], 400, id="broken chunks"),
        pytest.param([PUSH + b"Content-Length: -1\r\n\r\n"], 400, id="a negative length"),
        pytest.param([PUSH + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"], 400, id="two lengths"),
        pytest.param([PUSH + b"Content-Length: 0\r\n\r\n"], 422, id="an empty body"),
        pytest.param([PUSH.replace(b"POST", b"GET").replace(b"articles", b"articles/%2e%2e/%2e%2e") + b"\r\n"], 404,
                     id="a path upwards"),
        pytest.param([b"GET /v1/status HTTP/1.1\r\nHost: desk\r\n\r\n"], 401, id="no key"),
        pytest.param([b"GET /healthz HTTP/1.1\r\nHost: desk\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"], 200,
                     id="a wish for another protocol is passed over"),
        pytest.param([PUSH + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 5\r\n\r\n", b"words"], 202,
                     id="a push that would speak HTTP/2"),
        pytest.param([b"GET /healthz HTTP/1.1\r\n\r\n"], 400, id="no host"),
        pytest.param([b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"], 400, id="two hosts"),
        pytest.param([b"GET /healthz HTTP/1.0\r\n\r\n"], 200, id="an older client names no host"),
        pytest.param([PUSH + CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: 3\r\n\r\n"), chunk(b"abc")], 400,
                     id="a length beside chunks"),
        pytest.param([b"GET /healthz HTTP/1.1\r\nHost: a\r\n", *[b"X-%d: y\r\n" % i for i in range(9000)]], 431,
                     id="headers without end"),
        pytest.param([PUSH + CHUNKED + chunk(b"words") + b"0\r\n", *[b"X-%d: y\r\n" % i for i in range(9000)]], 431,
                     id="trailers without end"),
        pytest.param([PUSH + CHUNKED + b"5;x=", *[b"y" * 10_000] * 8], 431, id="a chunk's mark without end"),
    ],
)  # fmt: skip
def test_what_the_wire_brings_is_answered_with_a_problem(wire: int, pieces: list[bytes], status: int) -> None:
    head, _, body = send(wire, *pieces).partition(b"\r\n\r\n")
    assert head.split(b" ")[1] == str(status).encode()
    assert b"server:" not in head.lower()
    if status >= 400:
        assert b"application/problem+json" in head
        assert json.loads(body)["status"] == status


def test_a_large_body_sent_in_one_go_gets_its_413_and_not_a_reset(port: int) -> None:
    status, _, told = ask(port, "POST", "/v1/articles", b"x" * 20_000_000, Content_Type="text/plain")
    assert (status, told["maxBytes"]) == (413, 200_000)


def test_a_refused_sender_that_wished_the_connection_closed_gets_its_answer_too(port: int) -> None:
    for _ in range(5):
        status, headers, told = ask(
            port, "POST", "/v1/articles", b"x" * 6_000_000, Content_Type="text/plain", Connection="close"
        )
        assert (status, told["maxBytes"], headers["connection"]) == (413, 200_000, "close")


def test_a_connection_is_closed_at_once_when_nothing_more_arrives(port: int) -> None:
    with closing(socket.create_connection(("127.0.0.1", port), 5)) as wire:
        wire.sendall(PUSH + b"Connection: close\r\nContent-Length: 5\r\n\r\nwords")
        answer = b"".join(iter(lambda: wire.recv(65536), b""))
        assert b" 202 " in answer.partition(b"\r\n")[0]
        with pytest.raises(ConnectionError):  # a connection that is only half closed would take all of this
            _flood(wire)


def _flood(wire: socket.socket) -> None:
    for _ in range(1000):
        wire.sendall(b"x" * 1000)


def test_a_sender_that_goes_on_after_its_refusal_is_read_away_within_bounds(port: int) -> None:
    part, sent = b"x" * 1024 * 1024, 0
    with socket.create_connection(("127.0.0.1", port), 10) as sender:
        sender.sendall(PUSH + b"Content-Length: 999999999999\r\n\r\n")
        answer = sender.recv(65536)
        most = LEFTOVER_BYTES + 32 * len(part)  # what the kernel holds between the two is far less
        with suppress(ConnectionError):
            while sent < most:
                sender.sendall(part)
                sent += len(part)
    assert b" 413 " in answer.partition(b"\r\n")[0]
    assert LEFTOVER_BYTES - len(part) <= sent < most


def test_a_sender_that_hangs_up_disturbs_nobody(port: int, desk: Desk) -> None:
    for _ in range(5):
        with closing(socket.create_connection(("127.0.0.1", port), 5)) as wire:
            wire.sendall(PUSH + b"Content-Length: 100000\r\n\r\n" + b"x" * 50_000)
    assert ask(port, "GET", "/healthz")[0] == 200
    wait_for(lambda: desk.app_state.room.held == 0, "the bodies of those who left are still held")
    assert desk.intake.taken == []


def test_many_pushes_at_once_are_all_taken(port: int, desk: Desk) -> None:
    def push(number: int) -> int:
        return ask(port, "POST", "/v1/articles", f"Bai {number}".encode(), Content_Type="text/plain")[0]

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(push, range(200))) == {202}
    assert len(desk.intake.taken) == 200


def test_a_revoked_key_closes_at_once(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys.json")
    desk = a_desk(keys)
    with door_of(desk.app_state) as (port, _, _):
        key = Keys(keys.path).create("hue", scopes=("monitor",))
        assert ask(port, "GET", "/v1/status", Authorization=f"Bearer {key}")[0] == 200
        Keys(keys.path).revoke("hue")
        assert ask(port, "GET", "/v1/status", Authorization=f"Bearer {key}")[0] == 401


def test_stopping_answers_those_who_wait_and_takes_no_longer_than_two_seconds(desk: Desk) -> None:
    desk.lines.receipts[RECEIPT] = [a_line("queued")]
    with door_of(desk.app_state) as (port, door, thread), ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(ask, port, "GET", f"/v1/receipts/{RECEIPT}?wait=60") for _ in range(3)]
        slow = socket.create_connection(("127.0.0.1", port), 5)
        slow.sendall(b"GET /healthz HT")
        wait_for(lambda: len(door.server_state.tasks) == 3, "nobody waits")
        door.should_exit = True
        assert {answer.result(30)[0] for answer in waiting} == {200}
        thread.join(30)  # who waits asked for a minute
        assert not thread.is_alive()
        slow.close()


def test_stopping_tells_a_slow_sender_to_come_again(tmp_path: Path) -> None:
    desk = a_desk(Keys(tmp_path / "keys.json", listed=SECRET), push_body_s=60)
    with door_of(desk.app_state) as (port, door, thread), ThreadPoolExecutor(1) as pool:
        slow = pool.submit(send, port, PUSH + b"Content-Length: 100\r\n\r\nslow")
        wait_for(lambda: len(door.server_state.tasks) == 1, "nobody sends")
        door.should_exit = True
        thread.join(5)
        assert not thread.is_alive()
        assert b"503" in slow.result(10).partition(b"\r\n")[0]
        assert b"/problems/unavailable" in slow.result()
    assert desk.intake.taken == []


def test_a_taken_port_is_told_in_one_line() -> None:
    with closing(listen("127.0.0.1", 0)) as taken, pytest.raises(PermanentError, match="is taken by another program"):
        listen("127.0.0.1", taken.getsockname()[1])
