"""The guarded client against real sockets on loopback: where it goes, how long it waits, how much it reads."""

import asyncio
import datetime as dt
import gzip
import socket
import threading
import zlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from services.cli import main as cli
from shared.errors import CopydeskError, InputRefused, PermanentError, TransientError
from shared.net.http import Client, Fetched, Reading, RequestRefused, fetch, read_url
from shared.net.retry_after import read_retry_after
from shared.settings import Settings
from tests.integration.origin import Origin, Reply, Seen, cut, gzipped, raw_server

NOW = dt.datetime(2015, 11, 9, 5, 34, tzinfo=dt.UTC)


@pytest.fixture
def canary() -> Iterator[Origin]:
    """A server that must never be reached."""
    made = Origin()
    made.pages["/"] = Reply(body=b"secret")
    yield made
    made.close()
    assert made.seen == []


def get(
    url: str,
    *allowed: str,
    total_s: int = 5,
    max_bytes: int = 1_000_000,
    make_room: Callable[[int], Awaitable[int]] | None = None,
    **conditions: Any,
) -> Fetched:
    settings = Settings(allow_networks=allowed, fetch_timeout_s=total_s, max_input_bytes=max_bytes)

    async def once() -> Fetched:
        async with Client(settings) as client:
            return await fetch(client, url, Reading(make_room=make_room), **conditions)

    return asyncio.run(once())


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "0.0.0.0", "127.1", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "[::1]",
        "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "user:pass@127.0.0.1", "127.0.0.1.", "①②⑦.⓪.⓪.①", "LOCALHOST",
    ],
)  # fmt: skip
def test_no_way_leads_to_this_machine(canary: Origin, host: str) -> None:
    with pytest.raises(CopydeskError, match=r"not on the open internet|is not known|is no web address|is no http"):
        get(f"http://{host}:{canary.port}/")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0x7f000001"])
def test_no_redirect_leads_to_this_machine(origin: Origin, canary: Origin, status: int, host: str) -> None:
    origin.pages["/"] = Reply(status=status, headers={"Location": f"http://{host}:{canary.port}/"})
    with pytest.raises(PermanentError, match=r"not on the open internet; the setting allow_networks"):
        get(origin.url("/"), f"127.0.0.1:{origin.port}")


def test_a_name_that_resolves_inside_is_refused_whatever_it_resolved_to_before(
    canary: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def rebound(loop: object, host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", rebound)
    with pytest.raises(PermanentError, match="open internet"):
        get(f"http://news.example:{canary.port}/")
    assert asked == ["news.example"]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://a.example/", "gopher://a/", "http://", "//a/", "a", "", "http://[/",
        "http://a.example:65536/", "http://a.example:0/",
    ],
)  # fmt: skip
def test_other_addresses_are_none(url: str) -> None:
    with pytest.raises(PermanentError):
        read_url(url)


@pytest.mark.parametrize("url", ["http://lan:secret@a.example:65536/", "http://lan:secret@[/", "ftp://lan:secret@a/"])
def test_what_is_no_address_is_told_without_its_login(url: str) -> None:
    with pytest.raises(PermanentError) as raised:
        read_url(url)
    assert "secret" not in str(raised.value)


def test_proxies_of_the_environment_are_not_used(
    origin: Origin, canary: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, canary.url("/"))
    origin.pages["/"] = Reply(body=b"here")
    assert get(origin.url("/"), "127.0.0.0/8").body == b"here"


def test_a_document_comes_with_its_last_address_and_headers(origin: Origin) -> None:
    origin.pages["/a"] = Reply(status=301, headers={"Location": "/b"})
    origin.pages["/b"] = Reply(status=308, headers={"Location": "c?x=1"})
    origin.pages["/c?x=1"] = gzipped(b"a document")
    answer = get(origin.url("/a"), "127.0.0.0/8")
    assert (answer.url, answer.moved, answer.body) == (origin.url("/c?x=1"), origin.url("/c?x=1"), b"a document")
    assert answer.headers["content-encoding"] == "gzip"
    assert origin.seen[0].headers["accept-encoding"] == "gzip"
    assert origin.seen[0].headers["user-agent"].startswith("Copydesk/")


@pytest.mark.parametrize(
    ("label", "body"),
    [
        pytest.param("deflate", zlib.compress(b"<a document>"), id="deflate"),
        pytest.param("deflate", zlib.compress(b"<a document>")[2:-4], id="deflate without its wrapping"),
        pytest.param("deflate", b"<a document>", id="nothing labelled deflate"),
        pytest.param("deflate", gzip.compress(b"<a document>"), id="gzip labelled deflate"),
        pytest.param("deflate, gzip", gzip.compress(zlib.compress(b"<a document>")), id="both"),
        pytest.param("none", b"<a document>", id="none"),
        pytest.param("UTF-8", b"<a document>", id="a charset"),
        pytest.param("", gzip.compress(b"<a document>"), id="gzip without its label"),
    ],
)
@pytest.mark.parametrize("status", [200, 203])
def test_a_body_is_opened_however_it_is_labelled(origin: Origin, label: str, body: bytes, status: int) -> None:
    origin.pages["/"] = Reply(status=status, headers={"Content-Encoding": label} if label else {}, body=body)
    assert get(origin.url("/"), "127.0.0.0/8").body == b"<a document>"


def test_a_password_is_sent_to_its_host_and_told_to_nobody(origin: Origin) -> None:
    origin.pages["/"] = Reply(status=404)
    with pytest.raises(RequestRefused) as caught:
        get(f"http://name:secret@127.0.0.1:{origin.port}/", "127.0.0.0/8")
    assert origin.seen[0].headers["authorization"].startswith("Basic ")
    assert str(caught.value) == f"{origin.url('/')} answered 404"


def test_a_temporary_redirect_on_the_way_is_no_move(origin: Origin) -> None:
    origin.pages["/a"] = Reply(status=302, headers={"Location": "/b"})
    origin.pages["/b"] = Reply(status=301, headers={"Location": "/c"})
    origin.pages["/c"] = Reply(body=b"x")
    assert get(origin.url("/a"), "127.0.0.0/8").moved is None


def test_conditions_are_asked_and_304_is_an_answer(origin: Origin) -> None:
    origin.pages["/"] = lambda seen: Reply(status=304 if seen.headers.get("if-none-match") == 'W/"1"' else 200)
    assert get(origin.url("/"), "127.0.0.0/8", etag='W/"1"').status == 304


@pytest.mark.parametrize(
    ("reply", "error", "match"),
    [
        pytest.param(Reply(status=404), RequestRefused, "answered 404", id="404"),
        pytest.param(Reply(status=500), TransientError, "answered 500", id="500"),
        pytest.param(Reply(headers={"Content-Length": "9999999"}), InputRefused, "announces 9999999", id="large"),
        pytest.param(gzipped(b"\0" * 50_000_000), InputRefused, "opens to more", id="a bomb"),
        pytest.param(
            Reply(headers={"Content-Encoding": "gzip, gzip"}, body=gzip.compress(gzip.compress(b"\0" * 50_000_000))),
            InputRefused, "opens to more", id="a bomb in a bomb",
        ),
        pytest.param(Reply(headers={"Content-Encoding": "gzip,gzip,gzip"}), InputRefused, "only gzip", id="3 layers"),
        pytest.param(
            Reply(headers={"Content-Encoding": "deflate"}, body=zlib.compress(b"\0" * 50_000_000)),
            InputRefused, "opens to more", id="a bomb in deflate",
        ),
        pytest.param(
            cut(Reply(headers={"Content-Encoding": "deflate"}, body=zlib.compress(b"a document" * 99))),
            TransientError, "deflate stream ends", id="cut deflate",
        ),
        pytest.param(Reply(headers={"Content-Encoding": "zstd"}), InputRefused, "only gzip", id="another encoding"),
        pytest.param(Reply(status=302, headers={"Location": "/"}), PermanentError, "more than 5 times", id="a loop"),
        pytest.param(Reply(status=302, headers={"Location": "http://[/"}), PermanentError, "no http", id="nonsense"),
    ],
)  # fmt: skip
def test_what_is_refused_is_told(origin: Origin, reply: Reply, error: type[CopydeskError], match: str) -> None:
    origin.pages["/"] = reply
    with pytest.raises(error, match=match):
        get(origin.url("/"), "127.0.0.0/8")


def test_a_body_of_no_announced_length_is_capped_too() -> None:
    endless = [b"HTTP/1.1 200 OK\r\n\r\n", *([b"x" * 100_000] * 20)]
    with raw_server(endless, lambda: None) as port, pytest.raises(InputRefused, match="larger than 1000000"):
        get(f"http://127.0.0.1:{port}/", "127.0.0.0/8")


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"


@pytest.mark.parametrize(
    "chunks",
    [
        pytest.param([b"HTTP/1.1 200 OK\r\nX: ", *([b"x"] * 80)], id="a header drop by drop"),
        pytest.param([HEAD, *([b"x"] * 80)], id="a body drop by drop"),
    ],
)
def test_the_total_clock_ends_what_never_stands_still(chunks: list[bytes]) -> None:
    stop = threading.Event()
    with raw_server(chunks, lambda: stop.wait(0.1)) as port:
        with pytest.raises(TransientError, match="longer than 1 s"):
            get(f"http://127.0.0.1:{port}/", "127.0.0.0/8", total_s=1)
        stop.set()


@pytest.mark.parametrize(
    "chunks",
    [
        pytest.param([HEAD, b"half"], id="cut before its length"),
        pytest.param([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"], id="cut in chunks"),
        pytest.param([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"], id="a bad chunk"),
        pytest.param([b"ICY 200 OK\r\n\r\n"], id="no HTTP"),
        pytest.param([b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 300_000], id="endless headers"),
        pytest.param([], id="nothing"),
    ],
)
def test_a_broken_answer_may_be_better_next_time(chunks: list[bytes]) -> None:
    with raw_server(chunks, lambda: None) as port, pytest.raises(TransientError):
        get(f"http://127.0.0.1:{port}/", "127.0.0.0/8")


def test_ipv6_is_spoken() -> None:
    with raw_server([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"], lambda: None, socket.AF_INET6) as port:
        assert get(f"http://[::1]:{port}/", f"[::1]:{port}").body == b"ok"


def test_a_host_is_asked_two_things_at_a_time(origin: Origin) -> None:
    inside, most = [0], [0]
    lock, pause = threading.Lock(), threading.Event()

    def page(seen: Seen) -> Reply:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        pause.wait(0.02)
        with lock:
            inside[0] -= 1
        return Reply()

    async def many() -> None:
        async with Client(Settings(allow_networks=("127.0.0.0/8",))) as client:
            await asyncio.gather(*(fetch(client, origin.url("/")) for _ in range(10)))

    origin.pages["/"] = page
    asyncio.run(many())
    assert most[0] == 2


def test_two_that_hang_hold_up_no_other_of_their_host(origin: Origin) -> None:
    hang = threading.Event()
    origin.pages["/hang"] = lambda seen: Reply(status=500 if hang.wait(10) else 501)
    origin.pages["/"] = Reply(body=b"x")

    async def all_three() -> list[Fetched | BaseException]:
        async with Client(Settings(allow_networks=("127.0.0.0/8",), fetch_timeout_s=20), place_s=0.1) as client:
            held_up = [asyncio.create_task(fetch(client, origin.url("/hang"))) for _ in range(2)]
            answer = await fetch(client, origin.url("/"))
            hang.set()
            return [answer, *await asyncio.gather(*held_up, return_exceptions=True)]

    answer, *others = asyncio.run(all_three())
    assert isinstance(answer, Fetched)
    assert [str(one)[-3:] for one in others] == ["500", "500"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("120", 120.0, id="seconds"),
        pytest.param("Mon, 09 Nov 2015 05:36:00 GMT", 120.0, id="a moment"),
        pytest.param("Mon, 09 Nov 2015 05:00:00 GMT", 0.0, id="a moment past"),
        pytest.param("31536000", 86400.0, id="a year is a day"),
        pytest.param("9" * 5000, 86400.0, id="a very long number"),
        pytest.param("soon", None, id="no number"),
        pytest.param("-5", None, id="negative"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="absent"),
    ],
)
def test_read_retry_after(value: str | None, expected: float | None) -> None:
    assert read_retry_after(value, NOW) == expected


def test_a_page_of_the_web_is_read_by_one_command(origin: Origin, capsys: pytest.CaptureFixture[str]) -> None:
    page = "<html><body><h1>Ferry runs again</h1><p>It left at nine, as it had before the storm.</p></body></html>"
    origin.pages["/ferry"] = Reply(headers={"Content-Type": "text/html; charset=utf-8"}, body=page.encode())
    allow = ("--set", f"allow_networks={origin.host}:{origin.port}")
    assert cli.main(["read", origin.url("/ferry"), "--markdown", *allow]) == 0
    assert capsys.readouterr().out.startswith("# Ferry runs again\n")
    assert cli.main(["read", origin.url("/absent"), *allow]) == 2
    assert "404" in capsys.readouterr().err


def test_reading_a_page_leads_nowhere_inside(canary: Origin, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["read", f"http://127.0.0.1:{canary.port}/"]) == 2
    assert "not on the open internet" in capsys.readouterr().err


@pytest.mark.parametrize(("size", "asked"), [(60_000, 0), (600_000, 1)])
def test_a_large_body_waits_for_room_once_while_its_clock_stands(origin: Origin, size: int, asked: int) -> None:
    origin.pages["/feed"] = gzipped(b"x" * size)
    rooms: list[float] = []

    async def make_room(size: int) -> int:
        assert size >= 64 * 1024
        await asyncio.sleep(1.1)  # longer than the visit may take
        rooms.append(1.1)
        return size + 10_000_000

    fetched = get(origin.url("/feed"), f"127.0.0.1:{origin.port}", total_s=1, make_room=make_room)
    assert (len(fetched.body), len(rooms)) == (size, asked)
