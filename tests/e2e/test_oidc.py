"""Logging in at a real login service (oidc-provider on node): by hand over HTTP, and in a real browser."""

import asyncio
import html
import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import pytest

from services.web.oidc.refusals import TOLD, LoginRefused, Why
from services.web.pages.oidc_login import COOKIE as LOGIN_COOKIE
from services.web.sessions import COOKIE
from tests.e2e.newsroom import DROP, Newsroom, open_newsroom
from tests.e2e.test_desk_page import AXE, Watched, browser, violations
from tests.machine import free_port
from tests.oidc.service import SECRET, login_service

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["browser"]  # a fixture, used by name

GROUPS = {"lan": ["news-desk"], "minh": ["sport"], "nobody": []}
ROLES = ("groups=news-desk:admin", "groups=sport:monitor")


@contextmanager
def desk_with_service(secret: str = SECRET) -> Iterator[Newsroom]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with (
        login_service(f"{address}/login/oidc", GROUPS) as issuer,
        open_newsroom(
            web_port=port,
            public_url=address,
            oidc_issuer=issuer,
            oidc_client_id="desk",
            oidc_client_secret=secret,
            oidc_scopes=("groups", "email"),
            oidc_roles=ROLES,
            allow_networks=("127.0.0.0/8", "::1"),
        ) as room,
    ):
        yield room


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with desk_with_service() as room:
        yield room


class Shown(NamedTuple):
    status: int
    url: str
    text: str


class Visitor:
    """Follows redirects and keeps cookies, as a browser does; fills in the service's forms."""

    def __init__(self, room: Newsroom) -> None:
        self.room, self.cookies = room, http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def open(self, url: str, **form: str) -> Shown:
        body = urllib.parse.urlencode(form).encode() if form else None
        try:
            answer = self._opener.open(
                urllib.request.Request(url, data=body, headers={"Accept": "text/html"}), timeout=20
            )
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return Shown(answer.status or 0, answer.url, answer.read().decode())

    def log_in(self, name: str) -> Shown:
        asked = self.open(f"{self.room.address}/login/oidc/begin?next=/dead")
        for prompt in ("login", "consent"):
            action = html.unescape(re.findall(r'action="([^"]+)"', asked.text)[0])
            asked = self.open(urllib.parse.urljoin(asked.url, action), prompt=prompt, login=name, password="any")
        return asked

    @property
    def has_session(self) -> bool:
        return COOKIE in {cookie.name for cookie in self.cookies}


def is_told(shown: Shown, why: Why) -> bool:
    status, told = TOLD[why]
    return (shown.status, told in html.unescape(shown.text)) == (status, True)


def test_the_real_service_lets_in_who_has_a_role(room: Newsroom) -> None:
    visitor = Visitor(room)
    done = visitor.log_in("minh")
    assert (done.status, visitor.has_session) == (200, True)
    assert 'content="0; url=/dead"' in done.text
    page = visitor.open(room.address + "/")
    assert "oidc:minh@news.example" in page.text
    assert visitor.open(done.url).status == 400  # the same answer again
    assert "oidc:minh@news.example" in visitor.open(room.address + "/").text


def test_who_leaves_the_desk_and_the_real_service_comes_back_to_the_desk(room: Newsroom) -> None:
    visitor = Visitor(room)
    visitor.log_in("minh")
    (word,) = set(re.findall(r'name="csrf" value="([^"]+)"', visitor.open(room.address + "/").text))
    led = visitor.open(room.address + "/logout", csrf=word)
    (address,) = re.findall(r'content="0; url=([^"]+)"', led.text)
    asked = visitor.open(html.unescape(address))
    (token,) = re.findall(r'name="xsrf" value="([^"]+)"', asked.text)
    (action,) = re.findall(r'action="([^"]+)"', asked.text)
    left = visitor.open(html.unescape(action), xsrf=token, logout="yes")
    assert (left.status, left.url) == (200, room.address + "/login")
    assert not visitor.has_session
    assert "password" in visitor.open(f"{room.address}/login/oidc/begin?next=/").text, (
        "the service knows nobody any more"
    )


def test_the_real_service_knows_somebody_whom_the_desk_does_not(room: Newsroom) -> None:
    visitor = Visitor(room)
    assert is_told(visitor.log_in("nobody"), "role")
    assert not visitor.has_session


def test_a_code_that_was_used_is_not_taken_by_the_real_service(room: Newsroom) -> None:
    oidc = room.app_state.oidc
    assert oidc is not None
    visitor = Visitor(room)
    answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(visitor.log_in("lan").url).query))
    for more in ({}, {"code": "guessed"}):
        with pytest.raises(LoginRefused, match="invalid_grant") as refused:
            asyncio.run(oidc.finish(answer | more, "n" * 20, "v" * 43, "/"))
        assert refused.value.why == "code"


def test_a_wrong_secret_is_told_to_the_operator() -> None:
    with desk_with_service("another") as room:
        visitor = Visitor(room)
        assert is_told(visitor.log_in("lan"), "settings")
        assert not visitor.has_session


@pytest.mark.parametrize("script", [True, False])
def test_a_person_clicks_logs_in_there_acts_here_and_leaves(browser: "Browser", room: Newsroom, script: bool) -> None:
    room.take("Một bài chết\n\nCâu.", DROP, name=f"chet-{script}.txt")
    room.fail("dead", "unforeseen", f"OSError: {script}")
    context = browser.new_context(java_script_enabled=script)
    here = ("127.0.0.1", "localhost")
    context.route(lambda url: urllib.parse.urlsplit(url).hostname not in here, lambda route: route.abort())
    page = context.new_page()
    page.goto(room.address + "/dead")
    page.click(f"text=Log in with {urllib.parse.urlsplit(str(room.settings.oidc_issuer)).netloc}")
    page.fill("input[name=login]", "lan")
    page.fill("input[name=password]", "any")
    page.click("button[type=submit]")
    page.click("button[type=submit]")
    page.wait_for_url(room.address + "/dead")
    cookies = {cookie["name"]: cookie for cookie in context.cookies(room.address + "/login/oidc")}
    assert cookies[COOKIE]["sameSite"] == "Strict"
    assert cookies[LOGIN_COOKIE]["sameSite"] == "Lax"
    group = page.locator(".group", has_text=f"OSError: {script}")
    group.locator("input[name=why]").first.fill("again")
    group.locator("button", has_text="Replay all").click()
    assert "Replayed: 1" in page.inner_text("[role=status]")
    assert room.app_state.desk.audit.latest(limit=1)[0].who == "oidc:lan@news.example"
    page.click("text=Log out")
    page.click("button:text('Yes, sign me out')")  # the service asks, on its own page
    page.wait_for_url(room.address + "/login")
    page.goto(room.address + "/")
    page.wait_for_url(room.address + "/login?next=/")
    page.click("text=Log in with localhost")
    page.wait_for_selector("input[name=password]")  # it knows the browser no more
    context.close()


def test_the_login_page_can_be_used_by_everybody(browser: "Browser", room: Newsroom) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    window = Watched(context, room)
    window.page.add_init_script(path=AXE)
    for scheme in ("light", "dark"):
        window.page.emulate_media(color_scheme=scheme)
        window.open("/login?next=/")
        assert violations(window.page, {}) == []
        assert window.page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
    assert window.complaints == []
