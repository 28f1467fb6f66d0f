"""Connections of the guarded client over real sockets: which are kept, which serve no more, and what ends an answer."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from shared.errors import CopydeskError, PermanentError, TransientError
from shared.net.http import Client, Fetched, fetch, post
from shared.net.http1 import Connection
from shared.settings import Settings
from tests.integration.origin import Origin, Reply

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Script = Sequence[bytes]  # what one connection answers to each request, in turn; then it closes


@contextlib.contextmanager
def scripted(*connections: Script) -> Iterator[tuple[int, list[list[bytes]]]]:
    """A server whose connections answer as they are told, one after another; its port, and what each was asked."""
    server, asked = socket.create_server(("127.0.0.1", 0)), list[list[bytes]]()

    def serve() -> None:
        with contextlib.suppress(OSError):
            for script in connections:
                caller, _ = server.accept()
                asked.append([])
                with caller, contextlib.suppress(OSError):
                    for answer in script:
                        asked[-1].append(caller.recv(65536))
                        caller.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1], asked
    finally:
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(timeout=5)


def ask(
    port: int, times: int, once: Callable[[Client, str], object] = fetch, *, total_s: int = 5
) -> list[Fetched | CopydeskError]:
    """Answers to the same question, asked over one client; what it raises counts as an answer."""

    async def run() -> list[Fetched | CopydeskError]:
        answers: list[Fetched | CopydeskError] = []
        async with Client(Settings(allow_networks=("127.0.0.0/8",), fetch_timeout_s=total_s)) as client:
            for _ in range(times):
                try:
                    answers.append(await once(client, f"http://127.0.0.1:{port}/feed"))  # type: ignore[misc]
                except CopydeskError as error:
                    answers.append(error)
        return answers

    return asyncio.run(run())


def bodies(answers: Sequence[Fetched | CopydeskError]) -> list[bytes]:
    return [answer.body for answer in answers if isinstance(answer, Fetched)]


def test_one_connection_serves_what_is_asked_in_turn() -> None:
    with scripted([OK, OK, OK]) as (port, asked):
        assert bodies(ask(port, 3)) == [b"ok"] * 3
    assert [len(requests) for requests in asked] == [3]


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", id="as it says"),
        pytest.param(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", id="HTTP/1.0"),
        pytest.param(OK + b"and more", id="what nobody asked for behind the answer"),
        pytest.param(OK + OK, id="a second answer behind the first"),
    ],
)
def test_what_serves_no_more_is_not_asked_again(first: bytes) -> None:
    with scripted([first, OK], [OK]) as (port, asked):
        assert bodies(ask(port, 2)) == [b"ok"] * 2
    assert [len(requests) for requests in asked][1:] == [1]


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\nto the end", b"to the end", id="no length: to the end"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nto the end", b"to the end", id="an old word for it"
        ),
        pytest.param(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", b"ok", id="bare line feeds"),
        pytest.param(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK, b"ok", id="an interim answer before it"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            b"ok",
            id="a length beside chunks",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\no\r\n1\r\nk\r\n0\r\nX-End: 1\r\n\r\n",
            b"ok",
            id="chunks with extensions and a trailer",
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: a,\r\n  b\0\r\nContent-Length: 2\r\n\r\nok", b"ok", id="a folded header"),
        pytest.param("HTTP/1.1 200 Được\r\nX-Bao: có\r\nContent-Length: 2\r\n\r\nok".encode(), b"ok", id="bare UTF-8"),
    ],
)
def test_an_answer_is_read_as_browsers_read_it(answer: bytes, body: bytes) -> None:
    with scripted([answer]) as (port, _):
        assert bodies(ask(port, 1)) == [body]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nETag: x\r\nX-End: 1\r\n\r\n",
            id="a trailer",
        ),
        pytest.param(OK + OK.replace(b"OK\r\n", b"OK\r\nETag: x\r\n"), id="a second answer"),
    ],
)
def test_what_comes_behind_an_answer_has_no_say_in_its_headers(answer: bytes) -> None:
    with scripted([answer]) as (port, _):
        (read,) = ask(port, 1)
    assert isinstance(read, Fetched)
    assert read.body == b"ok"
    assert "etag" not in read.headers


@pytest.mark.parametrize(
    "begun",
    [
        pytest.param(b"X-Long: ", id="a head"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Long: ", id="a trailer"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n2;", id="what parts chunks"),
    ],
)
def test_headers_without_end_are_not_read_on(begun: bytes) -> None:
    with scripted([b"HTTP/1.1 200 OK\r\n" + begun + b"x" * 1_000_000]) as (port, _):
        (answer,) = ask(port, 1)
    assert isinstance(answer, TransientError)
    assert "endless headers" in str(answer)


def test_a_cookie_beyond_ascii_goes_back_as_it_came() -> None:
    said = "HTTP/1.1 200 OK\r\nSet-Cookie: ten=Việt; Path=/\r\nContent-Length: 2\r\n\r\nok".encode()
    with scripted([said, OK]) as (port, asked):
        assert bodies(ask(port, 2)) == [b"ok"] * 2
    assert "Cookie: ten=Việt\r\n".encode() in asked[0][1]


def test_a_kept_connection_that_was_closed_meanwhile_costs_no_answer() -> None:
    with scripted([OK, b""], [OK]) as (port, asked):
        assert bodies(ask(port, 2)) == [b"ok"] * 2
    assert sum(map(len, asked)) in (2, 3)  # it may have heard the second question before it closed


def test_what_is_handed_over_is_never_sent_twice() -> None:
    async def hand_over(client: Client, url: str) -> None:
        await post(client, url, b"an article", {"Content-Type": "text/plain"})

    with scripted([OK, b""], [OK]) as (port, asked):
        ask(port, 2, hand_over)
    assert sum(request.endswith(b"an article") for requests in asked for request in requests) <= 2


def test_a_new_connection_that_answers_nothing_is_not_tried_again() -> None:
    with scripted([b""], [OK]) as (port, asked):
        (answer,) = ask(port, 1)
    assert isinstance(answer, TransientError)
    assert len(asked) == 1


def test_a_header_never_brings_another() -> None:
    async def smuggle(client: Client, url: str) -> Fetched:
        return await fetch(client, url, etag='"1"\r\nX-Other: 1')

    with scripted([OK]) as (port, asked):
        (answer,) = ask(port, 1, smuggle)
    assert isinstance(answer, PermanentError)
    assert asked == []


def test_validators_go_back_as_they_came() -> None:
    async def again(client: Client, url: str) -> Fetched:
        first = await fetch(client, url)
        return await fetch(client, url, etag=first.headers["etag"])

    said = 'HTTP/1.1 200 OK\r\nETag: "số-1"\r\nContent-Length: 2\r\n\r\nok'.encode()
    with scripted([said, OK]) as (port, asked):
        ask(port, 1, again)
    assert 'If-None-Match: "số-1"\r\n'.encode() in asked[0][1]


def test_a_wall_of_cookies_is_passed_and_remembered_for_its_site_alone(origin: Origin) -> None:
    cookies: list[str | None] = []

    def wall(seen: object) -> Reply:
        cookies.append(getattr(seen, "headers", {}).get("cookie"))
        return Reply(body=b"in") if cookies[-1] else Reply(status=302, headers={"Location": "/", "Set-Cookie": "a=1"})

    origin.pages["/"] = wall

    async def run() -> list[bytes]:
        async with Client(Settings(allow_networks=("127.0.0.0/8",))) as client:
            here, there = origin.url("/"), origin.url("/").replace("127.0.0.1", "localhost")
            return [(await fetch(client, url)).body for url in (here, here, there)]

    assert asyncio.run(run()) == [b"in"] * 3
    assert cookies == [None, "a=1", "a=1", None, "a=1"]


class Wire(asyncio.Transport):
    """A wire that notes whether it is read."""

    def __init__(self) -> None:
        super().__init__()
        self.is_read = True

    def pause_reading(self) -> None:
        self.is_read = False

    def resume_reading(self) -> None:
        self.is_read = True

    def is_closing(self) -> bool:
        return False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        pass


def test_a_body_is_read_no_faster_than_it_is_used() -> None:
    async def run() -> list[bool]:
        wire, connection = Wire(), Connection(step_s=60)
        connection.connection_made(wire)
        asking = asyncio.create_task(connection.ask(b"GET / HTTP/1.1\r\n\r\n"))
        await asyncio.sleep(0)
        connection.data_received(b"HTTP/1.1 200 OK\r\nContent-Length: 400000\r\n\r\n" + b"x" * 100_000)
        await asking
        was_read = [wire.is_read]
        connection.data_received(b"x" * 200_000)
        was_read.append(wire.is_read)
        size = len(await connection.read()) + len(await connection.read())
        rest = asyncio.create_task(connection.read())
        await asyncio.sleep(0)
        was_read.append(wire.is_read)
        connection.data_received(b"x" * (400_000 - size))
        assert len(await rest) == 400_000 - size
        return was_read

    assert asyncio.run(run()) == [True, False, True]
