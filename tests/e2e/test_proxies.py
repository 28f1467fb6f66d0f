"""The desk behind nginx and Caddy, as docs/operate.md sets them up, below a path: every address leads back to it."""

import itertools
import json
import re
import shutil
import subprocess
import urllib.parse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from services.web.sessions import TRIES
from tests.conftest import wait_for
from tests.e2e.newsroom import Newsroom, open_newsroom
from tests.e2e.test_desk_page import PAGES, Watched, articles, browser, push
from tests.machine import free_port
from tests.require import lacking

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["browser"]  # a fixture, used by name

OPERATE = (Path(__file__).parents[2] / "docs" / "operate.md").read_text("utf-8")
PORTS_TRIED = 5
CLIENT = "127.0.0.2"  # another address of loopback than the proxy's
ADDRESSES = re.compile(r"""(href|src|action|formaction|hx-get|hx-post|sse-connect)="([^"#][^"]*)\"""")
FOLLOWED = ("href", "src", "hx-get")
NGINX = """daemon off; pid {folder}/pid; error_log {folder}/log; worker_processes 1;
events {{}}
http {{ access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
uwsgi_temp_path {folder}; scgi_temp_path {folder}; client_max_body_size 1m;
{server} }}"""


def example(language: str) -> str:
    """The setting-up as the page shows it."""
    found = re.search(rf"^```{language}\n(.*?)^```", OPERATE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@contextmanager
def proxied(kind: str, room: Newsroom, folder: Path) -> Iterator[None]:
    program = shutil.which(kind)
    if program is None:
        lacking(kind, "is not on PATH")
    process, port = started(kind, program, f"127.0.0.1:{room.port}", folder)
    try:
        room.shown_at = f"http://127.0.0.1:{port}/desk"
        yield
    finally:
        room.shown_at = ""
        process.terminate()
        process.wait()


def started(kind: str, program: str, upstream: str, folder: Path) -> "tuple[subprocess.Popen[bytes], int]":
    """The proxy, once it listens; a port that was free a moment ago may be taken by somebody else since."""
    for _ in range(PORTS_TRIED):
        port = free_port()
        command = set_up(kind, program, port, upstream, folder)
        with (folder / "out").open("wb") as out:
            environ = {"HOME": str(folder), "PATH": "/usr/bin"}
            process = subprocess.Popen(command, stdout=out, stderr=out, cwd=folder, env=environ)
        wait_for(lambda: process.poll() is not None or listens(port), f"{kind} does not listen")  # noqa: B023
        if process.poll() is None:
            return process, port
    pytest.fail(f"{kind} does not start: {(folder / 'out').read_text('utf-8', 'replace')[-2000:]}")


def set_up(kind: str, program: str, port: int, upstream: str, folder: Path) -> list[str]:
    """Write the page's example down for these ports; gives what is to be run."""
    server = example("nginx" if kind == "nginx" else "caddyfile").replace("127.0.0.1:8080", upstream)
    file = folder / "config"
    if kind == "nginx":
        server = server.replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
        file.write_text(NGINX.format(folder=folder, server=server))
        return [program, "-e", str(folder / "log"), "-c", str(file)]
    server = server.replace("news.example", f"http://127.0.0.1:{port}")
    file.write_text("{\nadmin off\nauto_https off\nstorage file_system %s\n}\n%s" % (folder, server))  # noqa: UP031
    return [program, "run", "--adapter", "caddyfile", "--config", str(file)]


def listens(port: int) -> bool:
    try:
        with closing(HTTPConnection("127.0.0.1", port, timeout=1)) as wire:
            wire.connect()
            return True
    except OSError:
        return False


SUBNETS = itertools.count(1)  # the desk is one for all proxies: what tried a key behind one is known behind the next


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with open_newsroom(public_url="https://news.example/desk/", trusted_proxies=("127.0.0.1",)) as opened:
        opened.fill()
        yield opened


@pytest.fixture(params=["nginx", "caddy"])
def shown(room: Newsroom, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Newsroom]:
    with proxied(request.param, room, tmp_path):
        yield room


def ask(
    room: Newsroom, method: str, path: str, body: bytes = b"", /, *, source: str = CLIENT, **headers: str
) -> tuple[HTTPResponse, bytes]:
    """Ask through the proxy from an address of our own."""
    host = urllib.parse.urlsplit(room.address).netloc
    with closing(HTTPConnection(host, timeout=20, source_address=(source, 0))) as wire:
        wire.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = wire.getresponse()
        return answer, answer.read()


def test_every_address_of_a_push_leads_back_through_the_proxy(shown: Newsroom) -> None:
    key = f"Bearer {shown.key}"
    answer, body = ask(
        shown, "POST", "/desk/v1/articles", b"Tin qua proxy", Authorization=key, Content_Type="text/plain"
    )
    assert answer.status in (200, 202)
    receipt = answer.headers["Location"]
    assert receipt.startswith("/desk/v1/receipts/")
    links = json.loads(body)["links"]
    assert {ask(shown, "GET", links["receipt"], Authorization=key)[0].status} == {200}
    not_yet, problem = ask(shown, "GET", links["article"], Authorization=key)
    assert not_yet.status == 404
    told, text = ask(shown, "GET", json.loads(problem)["type"])
    assert (told.status, b"The article is not in the index yet" in text) == (200, True)


def test_who_tries_keys_is_told_by_the_proxy_and_not_by_the_client(shown: Newsroom) -> None:
    def tried(client: str, claimed: int) -> int:
        form, said = b"key=wrong", {"X-Forwarded-For": f"203.0.113.{claimed}", "Forwarded": f"for=203.0.113.{claimed}"}
        said |= {"Content-Type": "application/x-www-form-urlencoded"}
        return ask(shown, "POST", "/desk/login", form, source=client, **said)[0].status

    one, other = (f"127.0.{next(SUBNETS)}.9" for _ in range(2))
    assert [tried(one, number) for number in range(TRIES + 1)] == [401] * TRIES + [429]
    assert tried(other, 1) == 401


def test_every_address_on_every_page_leads_back_through_the_proxy(shown: Newsroom) -> None:
    to_login, _ = ask(shown, "GET", "/desk/articles?state=dead", Accept="text/html")
    assert to_login.headers["Location"].startswith("/desk/login?next=")
    form = urllib.parse.urlencode({"key": shown.key, "next": "/articles"}).encode()
    entered, _ = ask(shown, "POST", "/desk/login", form, Content_Type="application/x-www-form-urlencoded")
    assert (entered.status, entered.headers["Location"]) == (303, "/desk/articles")
    cookie = entered.headers["Set-Cookie"]
    assert "Path=/desk/" in cookie
    seen, waiting = set(), {f"/desk{path}" for path in ("/docs", *PAGES, *articles(shown))}
    while waiting:
        path = waiting.pop()
        seen.add(path)
        answer, text = ask(shown, "GET", path, Cookie=cookie.partition(";")[0], Accept="text/html")
        assert answer.status == 200, path
        if "html" in answer.headers["Content-Type"] and len(seen) < 150:
            found = {(name, one.replace("&amp;", "&")) for name, one in ADDRESSES.findall(text.decode())}
            ours = {(name, one) for name, one in found if not one.startswith(("http://", "https://"))}
            assert {one for _, one in ours if not one.startswith("/desk/")} == set(), path
            waiting |= {one for name, one in ours if name in FOLLOWED} - seen
    assert any("/static/" in path for path in seen)


def test_the_desk_lives_in_a_browser_below_the_path(shown: Newsroom, browser: "Browser") -> None:
    context = browser.new_context()
    window = Watched(context, shown)
    window.log_in()
    window.page.wait_for_selector("html[data-live]")
    article = push(shown, f"Sông Hương qua {shown.address}\n\nHUẾ - Nước sông đã trong.")
    window.page.wait_for_selector(f'#rows a[href^="/desk/articles/{article}@"]')
    window.page.select_option("select[name=theme]", "dark")
    window.page.click("button:text('Keep')")
    window.page.wait_for_selector("html[data-theme=dark]")
    window.page.click("nav a:text('Dead')")
    window.page.wait_for_url(f"{shown.address}/dead")
    window.page.click("button:text('Log out')")
    window.page.wait_for_url(f"{shown.address}/login")
    context.close()
    assert window.complaints == []
