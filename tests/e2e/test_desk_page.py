"""The desk in a real browser: what a monitor does there, what nobody can make it do, and who can use it."""

import json
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from services.web.listing import Wanted
from services.web.sessions import COOKIE
from tests.e2e.newsroom import DROP, PAGE, Newsroom, open_newsroom
from tests.require import lacking

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Error, Page, Request
try:
    from playwright import sync_api
except ImportError:
    sync_api = None  # type: ignore[assignment,unused-ignore]

AXE = Path(__file__).parents[1] / "vendor" / "axe" / "axe-4.14.1.min.js"
PAGES = (
    "/", "/articles", "/articles?q=khong-co", "/articles/all?state=failed", "/dead", "/dead?state=refused", "/feeds",
    "/feeds?state=failing", "/feeds/failing", "/resume?kind=stage&name=index", "/publishers", "/quality",
    "/docs", "/problems/outdated",
)  # fmt: skip
SHIFTS = """() => new Promise((done) => new PerformanceObserver((list, observer) => { observer.disconnect();
done(list.getEntries().reduce((sum, entry) => sum + entry.value, 0)); }).observe({type: 'layout-shift', buffered: true})
|| setTimeout(() => done(0), 100))"""


class Watched:
    """A person's browser window; keeps what the console complains of and what was asked of elsewhere."""

    def __init__(self, context: "BrowserContext", room: Newsroom) -> None:
        self.page: Page = context.new_page()
        self.room = room
        self.complaints: list[str] = []
        self.page.on("console", self._note_console)
        self.page.on("pageerror", self._note_error)
        self.page.on("dialog", self._note_dialog)
        self.page.on("request", self._note_request)

    def open(self, path: str) -> None:
        self.page.goto(self.room.address + path)

    def log_in(self) -> None:
        self.open("/")
        self.page.keyboard.insert_text(self.room.key)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(self.room.address + "/")

    def _note_console(self, said: "ConsoleMessage") -> None:
        if said.type in ("error", "warning"):
            self.complaints.append(said.text)

    def _note_error(self, error: "Error") -> None:
        self.complaints.append(str(error))

    def _note_dialog(self, dialog: "Dialog") -> None:
        self.complaints.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _note_request(self, request: "Request") -> None:
        if not request.url.startswith(self.room.address):
            self.complaints.append(request.url)


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with open_newsroom() as opened:
        opened.fill()
        yield opened


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if sync_api is None:
        lacking("browser", "needs the package playwright of requirements/dev.lock")
    if program is None:
        lacking("browser", "needs chromium on PATH")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def cookies(browser: "Browser", room: Newsroom) -> list[Any]:
    context = browser.new_context()
    Watched(context, room).log_in()
    kept: list[Any] = list(context.cookies())
    context.close()
    return kept


@pytest.fixture
def window(browser: "Browser", room: Newsroom, cookies: list[Any], request: pytest.FixtureRequest) -> Iterator[Watched]:
    """A window in which somebody is logged in; nothing may be complained of in it."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}} | getattr(request, "param", {}))
    context.add_cookies(cookies)
    watched = Watched(context, room)
    yield watched
    context.close()
    assert watched.complaints == []


def articles(room: Newsroom, *states: str) -> list[str]:
    """The page of an article in each state, or in these."""
    rows = room.app_state.list_articles(Wanted(limit=200)).rows
    pages = {row.state: f"/articles/{row.article}@{row.rev}" for row in rows}
    return [page for state, page in pages.items() if not states or state in states]


def push(room: Newsroom, text: str) -> str:
    headers = {"Authorization": f"Bearer {room.key}", "Content-Type": "text/plain"}
    request = urllib.request.Request(f"{room.address}/v1/articles", data=text.encode(), headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(json.loads(answer.read())["article"])


def test_from_the_push_to_the_live_row_the_timeline_the_replay_and_the_search(window: Watched) -> None:
    page, room = window.page, window.room
    window.open("/")
    page.wait_for_selector("html[data-live]")
    article = push(room, "Sông Hương trong xanh trở lại\n\nHUẾ - Nước sông đã trong.\n\nNgười dân rất vui.")
    page.wait_for_selector(f'#rows a[href^="/articles/{article}@"]')
    room.fail("dead", "unforeseen", "ValueError: no such river")
    page.wait_for_selector(f'#rows tr:has(a[href^="/articles/{article}@"]) .state-dead')
    page.click(f'#rows a[href^="/articles/{article}@"]')
    assert "received" in page.inner_text(".way")
    assert "ValueError: no such river" in page.inner_text("main")
    page.fill("input[name=why]", "the river is known now")
    page.click("button:text('replay')")
    assert "Replayed: 1" in page.inner_text("[role=status]")
    assert "the river is known now" in page.inner_text("main")
    room.work()
    page.fill("#find", "song huong trong xanh")
    page.press("#find", "Enter")
    page.wait_for_url("**/articles?q=*")
    page.click("text=Sông Hương trong xanh trở lại")
    assert "Người dân rất vui." in page.inner_text("article.read")
    assert page.inner_text(".article-head .state").endswith("indexed")


def test_what_failed_is_edited_and_read_anew_and_what_stands_is_withdrawn(window: Watched) -> None:
    page, room = window.page, window.room
    ref = room.take("Lúa mùa ở Phú Vang\n\n\x7bhỏng\x7d\n\nNông dân gặt sớm.", name="lua.txt")
    room.fail("dead", "unforeseen", "KeyError: 'hỏng'")
    window.open(f"/articles/{ref}")
    page.click("text=Edit and replay")
    page.fill("textarea", "Lúa mùa ở Phú Vang được mùa\n\nHUẾ - Nông dân gặt sớm.\n\nNăng suất cao hơn năm ngoái.")
    page.fill(".edit input[name=why]", "took out the broken line")
    page.click("text=Replay as edited")
    assert "Edited and replayed: 1" in page.inner_text("[role=status]")
    room.work()
    page.fill("#find", "lua mua phu vang duoc mua")
    page.press("#find", "Enter")
    page.click("text=Lúa mùa ở Phú Vang được mùa")
    assert "Năng suất cao hơn năm ngoái." in page.inner_text("article.read")
    assert "took out the broken line" in page.inner_text("main")
    line = room.ledger.line(ref)
    assert line is None or line.state == "discarded"
    page.fill("input[name=why]", "the figures were wrong")
    page.click("button:text('withdraw')")
    assert "Withdrawn: 1" in page.inner_text("[role=status]")
    room.work()
    window.open(f"/articles/{ref.partition('@')[0]}")
    assert page.inner_text(".article-head .state").endswith("withdrawn")


@pytest.mark.parametrize("window", [{"java_script_enabled": False}], indirect=True)
def test_without_script_everything_is_there(window: Watched) -> None:
    page, room = window.page, window.room
    room.take("Không có script\n\nMột bài chết.", DROP, name="khong-script.txt")
    room.fail("dead", "unforeseen", "OSError: without script")
    window.open("/")
    assert "UTC" in page.inner_text("#rows .when time >> nth=0")
    assert "half were done within" in page.inner_text("[data-pace=hour]")
    window.open("/dead")
    group = page.locator(".group", has_text="OSError: without script")
    group.locator("input[name=why]").first.fill("again")
    group.locator("button", has_text="Replay all").click()
    assert "Replayed: 1" in page.inner_text("[role=status]")
    room.work()
    page.select_option("select[name=lang]", "vi")
    page.click(".wishes button")
    assert page.inner_text("h1") == "Bài hỏng"
    page.context.clear_cookies(name="copydesk_lang")


def test_with_the_keyboard_alone(browser: "Browser", room: Newsroom) -> None:
    context = browser.new_context()
    window = Watched(context, room)
    page = window.page
    window.log_in()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("j")
    second = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.getAttribute('href')") == first != second
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{first}")
    page.keyboard.press("/")
    page.keyboard.insert_text("cho noi")
    page.keyboard.press("Enter")
    page.wait_for_url("**/articles?q=cho*noi")
    assert "Chợ nổi mở thêm bến thuyền" in page.inner_text(".rows")
    context.close()
    assert window.complaints == []


def test_who_is_logged_out_elsewhere_is_led_to_the_log_in(browser: "Browser", room: Newsroom) -> None:
    context = browser.new_context()
    window = Watched(context, room)
    window.log_in()
    window.page.wait_for_selector("html[data-live=yes]")
    (cookie,) = [cookie["value"] for cookie in context.cookies() if cookie["name"] == COOKIE]
    room.app_state.sessions.end(cookie)
    push(room, "Tin sau khi đăng xuất\n\nMột câu.")
    window.page.wait_for_url("**/login?next=/")
    context.close()


def test_a_tab_in_the_background_tells_trouble_and_that_it_is_over(window: Watched) -> None:
    page = window.page
    window.open("/")
    assert page.title().startswith("▲ ")
    assert "sign-trouble.svg" in (page.get_attribute("link[rel=icon]", "href") or "")
    for count, title, sign in (("0", "Now · Copydesk", "sign.svg"), ("2", "▲ 2 · Now · Copydesk", "sign-trouble.svg")):
        told = page.evaluate(  # in one step: the page's own news may come in between
            "(count) => { document.querySelector('#sign').value = count; "
            "document.dispatchEvent(new Event('htmx:afterSwap')); "
            "return [document.title, document.querySelector('link[rel=icon]').getAttribute('href')]; }",
            count,
        )
        assert told[0] == title
        assert f"/{sign}" in told[1]


@pytest.mark.parametrize("window", [{"java_script_enabled": False}], indirect=True)
def test_feeds_and_causes_are_looked_after_without_script(window: Watched) -> None:
    page, room = window.page, window.room
    window.open("/feeds?state=failing")
    page.click("text=Try all of these again")
    page.fill("input[name=why]", "the network is back")
    page.click("button:text('Try all again')")
    assert "At work again: 2" in page.inner_text("[role=status]")
    page.fill("input[name=url]", "https://moi.example/rss")
    page.fill("input[name=zone]", "Asia/Hanoy")
    page.click("button:text('Add')")
    assert "unknown zone" in page.inner_text("#zone-wrong")
    window.complaints.clear()  # a browser tells each 422 in its console
    room.take("Một bài chết vì nguyên nhân đã biết.", DROP, name="da-biet.txt")
    room.fail("dead", "unforeseen", "OSError: known for long")
    window.open("/dead")
    group = page.locator(".group", has_text="OSError: known for long")
    group.locator("summary").click()
    group.locator("form[action='/dead/mute'] input[name=why]").fill("a release is coming")
    group.locator("button:text('mute')").click()
    assert "a release is coming" in page.locator(".group.muted", has_text="known for long").inner_text()


@pytest.mark.parametrize("window", [{"viewport": {"width": 390, "height": 800}}], indirect=True)
def test_a_phone_never_scrolls_sideways(window: Watched) -> None:
    for path in (*PAGES, *articles(window.room)):
        window.open(path)
        assert window.page.evaluate("document.documentElement.scrollWidth") <= 390, path


@pytest.mark.parametrize("window", [{"java_script_enabled": False}], indirect=True)
def test_an_article_is_corrected_on_its_page_without_script(window: Watched) -> None:
    page, room = window.page, window.room
    ref = room.take("Cầu mới thông xe\n\nHUẾ - Câu mở đầu của bài.\n\nThân bài có một chữ sai.\n\nCâu cuối của bài.")
    room.work()
    window.open(f"/articles/{ref}")
    page.click("summary:text('Correct')")
    page.fill("#correct-headline", "Cầu mới đã thông xe")
    body = page.input_value("#correct-body")
    page.fill("#correct-body", body.replace("một chữ sai", "chữ đúng"))
    page.fill(".edit input[name=why]", "a slip of the pen")
    page.click("button:text('Correct it')")
    assert "Corrected: 1" in page.inner_text("[role=status]")
    room.work()
    window.open(f"/articles/{ref.partition('@')[0]}")
    assert page.inner_text("article.read h3") == "Cầu mới đã thông xe"
    assert "Thân bài có chữ đúng." in page.inner_text("article.read")
    assert "a slip of the pen" in page.inner_text("main")


def test_everybody_can_use_the_form_of_a_correction(window: Watched) -> None:
    window.page.add_init_script(path=AXE)
    (path,) = articles(window.room, "indexed")
    for scheme in ("light", "dark"):
        window.page.emulate_media(color_scheme=scheme)
        window.open(path)
        window.page.click("summary:text('Correct')")
        assert violations(window.page, {}) == []


def test_everybody_can_use_every_page_in_both_themes(window: Watched) -> None:
    page = window.page
    page.add_init_script(path=AXE)
    for path in (*PAGES, *articles(window.room, "indexed", "dead"), "/login?next=/"):
        page.emulate_media(color_scheme="light")
        window.open(path)
        assert violations(page, {}) == [], path
        if "?" in path:  # the same colours as without
            continue
        page.emulate_media(color_scheme="dark")  # nothing else than colours differs
        assert violations(page, {"runOnly": ["color-contrast"]}) == [], path


def violations(page: "Page", options: dict[str, Any]) -> list[Any]:
    """What axe finds: the rule, the first element, what is wrong with it."""
    # What is repeated row by row is looked at in the first rows.
    told = page.evaluate(
        "(options) => axe.run({include: ['body'], exclude: ['.rows tr:nth-child(n+14)', '.group:nth-of-type(n+5)']}, "
        "{...options, resultTypes: ['violations']}).then((told) => told.violations)",
        options,
    )
    return [(one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"][:300]) for one in told]


def test_the_first_page_is_light_and_nothing_moves(window: Watched) -> None:
    sizes: list[int] = []
    page = window.page
    page.on("requestfinished", lambda asked: sizes.append(asked.sizes()["responseBodySize"]))
    window.open("/")
    page.wait_for_selector(".chart canvas >> nth=1")
    page.evaluate("document.fonts.ready")
    assert sum(sizes) <= 150_000
    assert page.evaluate(SHIFTS) < 0.05


EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)><svg onload=alert(3)>{{7*7}}</textarea></pre>"
ESCAPED = EVIL.replace("&", "&amp;").replace("<", "&lt;")
EVIL_FEED = f"""<rss version="2.0"><channel><title>{ESCAPED}</title><link>https://xau.example/</link><item>
<title>{ESCAPED}</title><link>https://xau.example/?a="onmouseover=alert(4)</link><guid>{ESCAPED}</guid>
<author>{ESCAPED}</author><description><![CDATA[<p>Chữ {EVIL}</p>]]></description></item></channel></rss>"""


def test_nothing_that_an_article_says_is_run(window: Watched) -> None:
    room, page = window.room, window.page
    before = set(articles(room))
    ninjs = {"uri": "javascript:alert(5)", "headlines": [{"value": EVIL}], "bylines": [{"value": EVIL}],
             "body_text": EVIL, "altids": [{"value": EVIL}]}  # fmt: skip
    room.take(f"{EVIL}\n\n{EVIL} - Câu mở đầu.\n\n{EVIL}")
    room.take(PAGE.format(title=ESCAPED, lead=ESCAPED, body=f"<p>Chữ {ESCAPED}</p>{EVIL}"), media_type="text/html")
    room.take(json.dumps(ninjs), media_type="application/ninjs+json")
    room.take(f"Bài thả\n\n{EVIL}", DROP, name=f"x/{EVIL}.txt", aliases=(f"path:x/{EVIL}.txt",))
    room.feed(EVIL_FEED, "https://xau.example/rss")
    room.work()
    room.take(f"Chết {EVIL}", DROP, name=EVIL, url=f"javascript:alert(6)//{EVIL}")
    room.fail("dead", EVIL[:60], EVIL)
    rows = room.app_state.list_articles(Wanted(limit=200)).rows
    evil = [f"/articles/{row.article}@{row.rev}" for row in rows][:6]
    assert set(evil) - before
    for path in (*PAGES, *evil):
        window.open(path)
        assert page.locator("main img, main svg, main script, main [onerror], main [onload]").count() == 0, path
        assert page.locator("a[href^='javascript' i], [onmouseover]").count() == 0, path


@pytest.mark.parametrize(
    "window", [{"viewport": {"width": width, "height": 800}} for width in (390, 1280)], indirect=True
)
def test_one_long_word_widens_no_page_and_no_row(window: Watched) -> None:
    page, room = window.page, window.room
    word = "x" * 4_000
    ref = room.take(f"Từ dài {word}\n\nHUẾ - Câu mở đầu {word}.\n\nThân bài {word}.", name=f"{word[:200]}.txt")
    room.work()
    dead = room.take(f"Chết {word}\n\nMột bài.", name=f"chet-{word[:200]}.txt")
    room.fail("dead", "unforeseen", f"KeyError: {word[:300]}")
    for path in ("/", "/articles", "/dead", f"/articles/{ref}", f"/articles/{dead}"):
        window.open(path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    window.open("/articles")
    heights = "[...document.querySelectorAll('.rows .what > a')].map((link) => link.getBoundingClientRect().height)"
    assert max(page.evaluate(heights)) < 120
