"""The desk's pages over the real ledger, index and archive, as a browser without script asks for them."""

import http.client
import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import msgspec
import pytest

from services.index.outbox.outbox import Logged, Outbox
from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from services.index.stories.keeper import StoryKeeper
from services.ingest.intake import open_archive
from services.web.acts import is_editable
from services.web.app import open_state
from services.web.keys import Keys
from services.web.listing import Wanted
from shared.article import Article, Block
from shared.clock import now_us
from shared.envelope import Source
from shared.ledger import keys
from shared.settings import Settings
from tests.entries import make_entry
from tests.integration.test_article_list import FEED, Desk
from tests.integration.test_web import ask, door_of


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    text: str


class Browser:
    """Keeps cookies; asks for pages and sends forms."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, b"", {name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path: str, headers: dict[str, str] | None = None, **fields: str) -> Answer:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", path, urlencode(fields).encode(), form | (headers or {}))

    def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        sent = {"Accept": "text/html"} | headers
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, told, answer.read().decode("utf-8", "replace"))

    def log_in(self, key: str) -> Answer:
        return self.post("/login", key=key, next="/")

    def csrf(self) -> str:
        (word,) = map(str, set(re.findall(r'name="csrf" value="([^"]+)"', self.get("/articles").text)))
        return word


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    app_state = open_state(settings, open_archive(settings))
    with door_of(app_state) as (port, _, _):
        yield Desk(app_state, settings, port, "")


def key_with(desk: Desk, *scopes: str) -> str:
    return Keys(desk.app_state.keys.path).create("lan", scopes=scopes)  # type: ignore[arg-type]


@pytest.fixture
def browser(desk: Desk) -> Browser:
    browser = Browser(desk.port)
    assert browser.log_in(key_with(desk, "admin")).status == 303
    return browser


def test_who_is_not_logged_in_is_led_to_the_form_and_then_back(desk: Desk) -> None:
    browser = Browser(desk.port)
    key = key_with(desk, "monitor")
    led = browser.get("/dead")
    assert (led.status, led.headers["location"]) == (303, "/login?next=/dead")
    form = browser.get("/login?next=/dead")
    assert (form.status, 'name="next" value="/dead"' in form.text) == (200, True)
    assert browser.post("/login", key="cd_wrong_key", next="/dead").status == 401
    done = browser.post("/login", key=key, next="/dead")
    assert (done.status, done.headers["location"]) == (303, "/dead")
    cookie = done.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert browser.get("/dead").status == 200


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_a_login_never_leads_to_another_site(desk: Desk, onward: str) -> None:
    done = Browser(desk.port).post("/login", key=key_with(desk, "monitor"), next=onward)
    assert (done.status, done.headers["location"]) == (303, "/")


def test_a_publishers_key_does_not_open_the_desk(desk: Desk) -> None:
    assert Browser(desk.port).log_in(key_with(desk, "push", "read")).status == 401


def test_a_session_ends_with_its_key_and_with_the_log_out(desk: Desk) -> None:
    first, second = Browser(desk.port), Browser(desk.port)
    key = key_with(desk, "monitor")
    assert first.log_in(key).status == second.log_in(key).status == 303
    assert first.post("/logout", csrf=first.csrf()).status == 303
    assert first.get("/").status == 303
    assert second.get("/").status == 200
    Keys(desk.app_state.keys.path).revoke("lan")
    assert second.get("/").status == 303


def test_who_guesses_keys_must_wait(desk: Desk) -> None:
    browser = Browser(desk.port)
    answers = [browser.log_in(f"cd_guess_{number}").status for number in range(12)]
    assert answers[:10] == [401] * 10
    assert set(answers[10:]) == {429}


def test_the_first_page_shows_stages_books_and_the_newest(desk: Desk, browser: Browser) -> None:
    desk.take("Huế đón khách")
    desk.clean("Huế đón khách")
    desk.take("Đang đến", FEED, url="https://tin.example/hai")
    text = browser.get("/").text
    assert "Huế đón khách" in text
    assert "https://tin.example/hai" in text
    for words in ("normalize", "index", "accepted", "in flight"):
        assert words in text
    assert "/static/desk.css?v=" in text


def test_one_article_shows_its_way_its_input_and_what_was_read(desk: Desk, browser: Browser) -> None:
    article = desk.take("Huế đón khách\n\nHôm nay trời nắng đẹp.")
    desk.clean("Huế đón khách")
    text = browser.get(f"/articles/{article}").text
    for words in ("received", "normalized", "indexed", "As it came", "Hôm nay trời nắng đẹp.", "As it was read"):
        assert words in text
    assert browser.get(f"/articles/{'b' * 26}").status == 404


def test_what_failed_is_grouped_by_cause_and_replayed_with_a_reason(desk: Desk, browser: Browser) -> None:
    refs = []
    for number in range(3):
        desk.take(f"Bài {number}")
        desk.bury(f"KeyError: 'x{number}'")
    text = browser.get("/dead").text
    assert text.count('class="group"') == 1
    refs = re.findall(r'name="refs" value="([^"]*)"', text)[0].split()
    assert len(refs) == 3
    done = browser.post("/acts/replay", csrf=browser.csrf(), refs=" ".join(refs), why="mended", next="/dead")
    assert (done.status, done.headers["location"]) == (303, "/dead?done=3&left=0&act=replay")
    assert desk.app_state.look().status.balance.dead == 0
    page = browser.get(f"/articles/{refs[0]}").text
    assert "lan: replay, mended" in " ".join(page.split())


def test_a_thousand_are_replayed_at_once_and_an_act_without_a_reason_is_not_done(desk: Desk, browser: Browser) -> None:
    desk.take("Bài")
    desk.bury()
    (row,) = desk.app_state.list_articles(Wanted()).rows
    refs = " ".join([f"{row.article}@{row.rev}", *(f"{'b' * 26}@{number:019d}" for number in range(999))])
    word = browser.csrf()
    assert "say why" in browser.post("/acts/replay", csrf=word, refs=refs).text
    done = browser.post("/acts/replay", csrf=word, refs=refs, why="mended", next="/articles?state=dead")
    assert done.headers["location"] == "/articles?state=dead&done=1&left=999&act=replay"


def test_what_does_not_rest_is_not_resumed_and_an_unknown_act_is_none(desk: Desk, browser: Browser) -> None:
    word = browser.csrf()
    done = browser.post("/acts/resume", csrf=word, refs="push:nobody", why="mended")
    assert done.headers["location"] == "/?done=0&left=1&act=resume"
    assert browser.post("/acts/burn", csrf=word, refs="b" * 26, why="mended").status == 400
    for act in ("replay", "discard", "withdraw", "edit"):
        done = browser.post(f"/acts/{act}", csrf=word, refs="b" * 26, why="mended")
        assert done.headers["location"] == f"/?done=0&left=1&act={act}"


@pytest.mark.parametrize(("kind", "name"), [("stage", "index"), ("source", "push:hue"), ("sink", "sqlite")])
def test_what_rests_is_looked_at_and_then_works_again(desk: Desk, browser: Browser, kind: str, name: str) -> None:
    desk.ledger.client.hset(
        keys.health(kind, name), mapping={"state": "paused", "since": now_us(), "reason": "the disk"}
    )
    desk.ledger.client.sadd(keys.PAUSES, f"{kind}:{name}")
    link = re.findall(r'href="(/resume[^"]*)"', browser.get("/").text)[0].replace("&amp;", "&")
    assert "the disk" in browser.get(link).text
    given = {"csrf": browser.csrf(), "kind": kind, "refs": name, "why": "mended", "next": "/"}
    assert browser.post("/acts/resume", None, **given).headers["location"] == "/?done=1&left=0&act=resume"
    assert "It does not rest (any more)." in browser.get(link).text
    assert desk.app_state.look().troubles == ()
    assert browser.get("/resume?kind=door&name=x").status == 400


def test_what_was_sent_anew_is_not_overwritten_by_an_edit_of_the_old(desk: Desk, browser: Browser) -> None:
    path = ("path:hue/ba.txt",)
    desk.take("Ba", aliases=path)
    desk.bury()
    (row,) = desk.app_state.list_articles(Wanted()).rows
    ref = f"{row.article}@{row.rev}"
    word = browser.csrf()
    assert "names no article" in browser.post("/acts/edit", csrf=word, refs="../x", text="Bốn", why="typo").text
    assert desk.take("Ba, đã sửa", aliases=path) == row.article
    assert "a newer revision" in browser.post("/acts/edit", csrf=word, refs=ref, text="Bốn", why="typo").text
    assert desk.app_state.look().status.balance.accepted == 2


def test_what_a_filter_means_is_counted_before_it_is_done(desk: Desk, browser: Browser) -> None:
    for number in range(3):
        desk.take(f"Bài {number}", FEED)
        desk.bury(f"KeyError: 'x{number}'")
    desk.take("Khác")
    desk.bury("OSError")
    text = browser.get("/articles/all?state=dead&source=feed").text
    assert "Replay all (3)" in text
    refs = re.findall(r'name="refs" value="([^"]*)"', text)[0]
    done = browser.post("/acts/discard", csrf=browser.csrf(), refs=refs, why="old news", next="/articles?state=dead")
    assert done.headers["location"] == "/articles?state=dead&done=3&left=0&act=discard"
    assert desk.app_state.look().status.balance.dead == 1
    assert browser.get("/articles/all?state=huh").status == 400


def test_inputs_that_are_no_utf_8_text_are_not_edited_in_a_page() -> None:
    assert is_editable("text/plain", "Huế".encode(), 100)
    assert not is_editable("text/plain; charset=windows-1258", b"Hue", 100)
    assert not is_editable("text/plain", b"Hu\xea", 100)
    assert not is_editable("", b"a\0b", 100)
    assert not is_editable("text/plain", b"a" * 101, 100)


def test_an_act_needs_the_sessions_word_the_right_origin_and_the_scope(desk: Desk, browser: Browser) -> None:
    desk.take("Bài")
    desk.bury()
    (row,) = desk.app_state.list_articles(Wanted()).rows
    ref = f"{row.article}@{row.rev}"
    assert browser.post("/acts/discard", csrf="guess", refs=ref).status == 403
    assert browser.post("/acts/discard", refs=ref).status == 403
    word = browser.csrf()
    assert browser.post("/acts/discard", {"Origin": "https://evil.example"}, csrf=word, refs=ref).status == 403
    assert browser.post("/acts/discard", {"Origin": "null"}, csrf=word, refs=ref).status == 403
    assert browser.post("/acts/discard", {"Sec-Fetch-Site": "cross-site"}, csrf=word, refs=ref).status == 403
    watcher = Browser(desk.port)
    watcher.log_in(key_with(desk, "monitor"))
    assert watcher.post("/acts/discard", csrf=watcher.csrf(), refs=ref).status == 403
    assert "/acts/" not in watcher.get(f"/articles/{ref}").text
    assert desk.app_state.look().status.balance.dead == 1
    assert browser.post("/acts/discard", csrf=word, refs=ref, why="junk").status == 303
    assert desk.app_state.look().status.balance.discarded == 1


WORDS = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}"


@pytest.mark.parametrize("path", ["/", "/articles", "/dead", "/publishers", "/feeds"])
def test_what_articles_say_is_text_and_nothing_else(desk: Desk, browser: Browser, path: str) -> None:
    desk.take(WORDS, FEED, url="https://tin.example/<script>", name=WORDS)
    desk.clean(WORDS)
    desk.take(f"Hai {WORDS}", name=WORDS)
    desk.bury(WORDS)
    answer = browser.get(path)
    assert answer.status == 200
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text
    assert "49" not in re.findall(r"onerror=alert\(1\)(?:&gt;|>)(\S*)", answer.text)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_what_was_asked_for_is_marked_and_a_mistype_is_told(desk: Desk, browser: Browser) -> None:
    article = Article(
        headline="Nước dâng", blocks=(Block(type="paragraph", text="Bão <số 9> gây lũ lớn & mưa ở Quảng Nam."),)
    )
    sink = SqliteSink(desk.settings.index_file)
    sink.put_many([make_entry("a", now_us(), article=article)])
    sink.close()
    text = browser.get("/articles?q=lu+lon").text
    assert "Bão &lt;số 9&gt; gây <mark>lũ</mark> <mark>lớn</mark> &amp; mưa" in text
    text = browser.get("/articles?q=Qang+Nam+gay").text
    assert re.search(r'Did you mean <a href="/articles\?q=[^"]+">Quảng Nam gay</a>', text)


def test_language_theme_and_times_are_kept(browser: Browser) -> None:
    assert 'lang="vi"' in browser.get("/", Accept_Language="vi-VN,vi;q=0.9").text
    word = browser.csrf()
    assert browser.post("/preferences", csrf=word, lang="vi", theme="dark", times="utc", next="/dead").status == 303
    text = browser.get("/").text
    assert re.search(r'<html lang="vi" data-theme="dark" data-times="utc"', text)
    assert "Mới nhất" in text


def test_a_site_that_has_changed_stands_out_the_same_day(desk: Desk, browser: Browser) -> None:
    now, day_us = now_us(), 86_400_000_000
    entries = [
        make_entry(
            f"a{hours}", now - hours * day_us // 24,
            article=Article(headline=f"Bài {hours}", byline="Lan Anh" if hours > 24 else None),
        )
        for hours in (*range(1, 11), *range(30, 60))
    ]  # fmt: skip
    sink = SqliteSink(desk.settings.index_file)
    sink.put_many([msgspec.structs.replace(entry, source=FEED) for entry in entries])
    sink.close()
    assert "Sources that are read otherwise" not in browser.get("/").text
    browser.get("/now/rhythm")
    assert "Sources that are read otherwise than before: 1" in " ".join(browser.get("/").text.split())
    text = " ".join(browser.get("/quality").text.split())
    assert "changed: Byline" in text
    assert '0 % <span class="was">/ 100 %' in text


def test_what_is_read_of_each_source_is_told(desk: Desk, browser: Browser) -> None:
    desk.take("Một", FEED)
    desk.take("Hai")
    desk.clean()
    text = browser.get("/quality").text
    assert [text.count(name) for name in ("tin.example/rss", "push:hue", "push%3Ahue")] == [
        3,
        1,
        2,
    ]  # with its settings


def test_figures_for_the_charts_are_told_in_columns(desk: Desk, browser: Browser) -> None:
    desk.take("Huế")
    desk.clean()
    told = json.loads(browser.get("/now/rhythm").text)
    assert (len(told["hour"]["at"]), len(told["day"]["at"])) == (60, 96)
    assert sum(told["day"]["count"]) == 1


def test_static_files_live_for_ever_under_their_own_address(browser: Browser) -> None:
    address = re.findall(r'href="(/static/desk\.css\?v=\w+)"', browser.get("/").text)[0]
    packed = browser.send("GET", address, b"", {})
    assert "immutable" in packed.headers["cache-control"]
    assert browser.get("/static/desk.css?v=old").headers["cache-control"] == "no-cache"
    assert browser.get("/static/vendor.toml").status == 404
    assert browser.get("/static/..%2Fkeys.py").status == 404


def test_a_filter_is_saved_by_name_shown_above_the_list_and_forgotten(desk: Desk, browser: Browser) -> None:
    word = browser.csrf()
    given = {"csrf": word, "name": "  Hỏng ở  Huế ", "query": "state=dead&source=push%3Ahue&before=9&evil=1"}
    saved = browser.post("/filters/save", None, **given)
    assert saved.headers["location"] == "/articles?state=dead&source=push%3Ahue"
    page = browser.get(saved.headers["location"]).text
    assert re.search(r'href="/articles\?state=dead&amp;source=push%3Ahue" aria-current="page">Hỏng ở Huế</a>', page)
    assert "Forget this filter" in page
    assert "Hỏng ở Huế" in browser.get("/articles").text
    kept = Path(desk.settings.data_dir, "filters.json")
    assert kept.stat().st_mode & 0o777 == 0o600
    watcher = Browser(desk.port)
    watcher.log_in(key_with(desk, "monitor"))
    assert "Hỏng ở Huế" in watcher.get("/articles").text
    assert watcher.post("/filters/remove", csrf=watcher.csrf(), name="Hỏng ở Huế").status == 403
    assert browser.post("/filters/remove", csrf=word, name="Hỏng ở Huế", next="/articles").status == 303
    assert "Hỏng ở Huế" not in browser.get("/articles").text


def test_a_filter_takes_the_place_of_another_only_where_that_is_said(desk: Desk, browser: Browser) -> None:
    def save(query: str, **more: str) -> int:
        return browser.post("/filters/save", None, csrf=browser.csrf(), name="Huế", query=query, **more).status

    def kept() -> list[str]:
        return [one.query for one in desk.app_state.desk.filters.list()]

    assert save("q=mưa") == 303
    assert save("q=mưa") == 303
    assert save("q=nắng") == 400
    assert kept() == ["q=m%C6%B0a"]
    assert "in the place of one of that name" in browser.get("/articles?q=n").text
    assert save("q=nắng", replace="yes") == 303
    assert kept() == ["q=n%E1%BA%AFng"]


@pytest.mark.parametrize(("name", "query"), [("", "state=dead"), ("x" * 61, "state=dead"), ("x", ""), ("x", "evil=1")])
def test_what_makes_no_filter_is_not_saved(desk: Desk, browser: Browser, name: str, query: str) -> None:
    assert browser.post("/filters/save", csrf=browser.csrf(), name=name, query=query).status == 400
    assert not Path(desk.settings.data_dir, "filters.json").exists()


def test_the_title_and_the_sign_tell_trouble(desk: Desk, browser: Browser) -> None:
    calm = browser.get("/").text
    assert "<title>Now · Copydesk</title>" in calm
    assert 'href="/static/sign.svg' in calm
    desk.take("Bài")
    desk.bury()
    troubled = browser.get("/").text
    assert "<title>▲ 1 · Now · Copydesk</title>" in troubled
    assert 'href="/static/sign-trouble.svg' in troubled
    assert '<data id="sign" value="1"' in browser.get("/now/state").text


def test_what_became_of_an_article_stands_delivery_by_delivery(desk: Desk, browser: Browser) -> None:
    path = ("path:hue/ba.txt",)
    article = desk.take("Ba", aliases=path)
    desk.clean("Ba")
    desk.take("Ba, đã sửa", aliases=path)
    desk.clean("Ba, đã sửa")
    told = desk.app_state.desk.deliveries(article)
    assert [(one.sink, one.outcome) for one in told] == [("sqlite", "indexed"), ("sqlite", "indexed")]
    assert told[0].rev > told[1].rev
    part = browser.get(f"/articles/{article}").text.partition('id="deliveries"')[2]
    assert part.count("sqlite") == 2


def test_what_a_sink_was_given_stands_beside_what_the_index_decided(desk: Desk, browser: Browser) -> None:
    article = desk.take("Ba")
    desk.clean("Ba")
    outbox = Outbox(desk.settings.outbox_folder / "search.sqlite3")
    tried = {"rev": 1, "change": 1, "kind": "put", "ending": "dead", "attempt": 12, "atUs": now_us(), "waitedUs": 0}
    tried |= {"article": article, "note": "mapping"}
    outbox.note(None, [msgspec.convert(tried, Logged)], [], [])
    outbox.close()
    told = desk.app_state.desk.deliveries(article)
    assert [(one.sink, one.outcome, one.note) for one in told] == [
        ("search", "dead", "mapping"),
        ("sqlite", "indexed", ""),
    ]
    assert "mapping" in browser.get(f"/articles/{article}").text.partition('id="deliveries"')[2]


def test_who_else_tells_a_story_is_told_to_those_who_may_see_it(desk: Desk, browser: Browser) -> None:
    names = []
    for number, source in enumerate(("hue", "ttxvn")):
        names.append(desk.take(f"Bản {number}", source=Source(kind="push", name=source)))
        desk.clean("Bão số 9 mạnh cấp 12 hướng về Trường Sa tối nay")
    keeper = StoryKeeper(desk.settings.stories_file, Index(desk.settings.index_file))
    while keeper.step():
        pass
    keeper.close()
    kept = Keys(desk.app_state.keys.path)
    desk.key = f"Bearer {kept.create('watch', scopes=('monitor',))}"
    assert [one["article"] for one in desk.ask(f"/v1/stories/{names[1]}")["articles"]] == names
    assert [hit["story"] for hit in desk.ask("/v1/search?q=Truong+Sa")["hits"]] == [{"articles": 2}] * 2
    part = browser.get(f"/articles/{names[1]}").text.partition('id="story"')[2].partition("</section>")[0]
    assert "push:hue" in part and names[0] in part
    own = kept.create("ttxvn", scopes=("push", "read"))
    status, _, found = ask(desk.port, "GET", "/v1/search?q=Truong+Sa", Authorization=f"Bearer {own}")
    assert status == 200
    assert [hit.get("story") for hit in found["hits"]] == [None]
    assert ask(desk.port, "GET", f"/v1/stories/{names[1]}", Authorization=f"Bearer {own}")[0] == 403


def test_what_has_no_headline_is_known_by_its_first_words(desk: Desk, browser: Browser) -> None:
    article = desk.take("x", url="https://tin.example/khong-tieu-de")
    desk.clean(article=Article(blocks=(Block(type="paragraph", text="Sáng nay mưa lớn ở Huế. " * 20),)))
    (row,) = [row for row in desk.app_state.list_articles(Wanted()).rows if row.article == article]
    assert row.title().startswith("Sáng nay mưa lớn ở Huế.")
    assert len(row.title()) <= 100
    text = browser.get("/articles").text
    assert "Sáng nay mưa lớn ở Huế." in text
    assert "Not read yet" not in text


@pytest.mark.parametrize("path", ["/nothing", "/publishers/nobody", "/articles/khong-co"])
def test_a_page_that_is_not_there_is_told_as_a_page(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no such page" in answer.text
    assert browser.get(path, Accept="application/json").headers["content-type"] == "application/problem+json"


def test_a_right_key_opens_the_desk_also_where_somebody_guesses(desk: Desk) -> None:
    key, browser = key_with(desk, "monitor"), Browser(desk.port)
    assert [browser.log_in(f"cd_guess_{number}").status for number in range(12)][-1] == 429
    assert browser.log_in(key).status == 303


def test_what_was_typed_into_a_form_that_came_to_nothing_is_still_there(desk: Desk, browser: Browser) -> None:
    article = desk.take("Một")
    desk.clean("Cầu mới")
    stored = desk.app_state.index.get(article)
    assert stored is not None
    form = {"csrf": browser.csrf(), "refs": f"{article}@{stored.rev}", "next": f"/articles/{article}"}
    typed = {"headline": "Cầu mới thông xe", "date": "hôm qua", "body": "Câu <một>.", "why": "a slip"}
    answer = browser.post("/acts/correct", None, **form, **typed)
    assert answer.status == 400
    assert "&#39;hôm qua&#39; is no date" in answer.text.partition('role="alert"')[2].partition("</p>")[0]
    page = answer.text.partition('<details class="edit" open>')[2].partition("</form>")[0]
    for words in ("Cầu mới thông xe</textarea>", 'value="hôm qua"', "Câu &lt;một&gt;.</textarea>", 'value="a slip"'):
        assert words in page
    assert f'name="next" value="/articles/{article}"' in answer.text
    assert "/acts/correct" not in re.findall(r'name="next" value="([^"]*)"', answer.text)
    assert desk.take("Hai", aliases=("path:hai.txt",))
    desk.bury()
    (row,) = desk.app_state.list_articles(Wanted(states=("dead",))).rows
    refs = {"csrf": form["csrf"], "refs": f"{row.article}@{row.rev}", "next": "/dead"}
    page = browser.post("/acts/edit", None, **refs, text="Hai, đã sửa", why="").text
    assert "Hai, đã sửa</textarea>" in page.partition('<details class="edit" open>')[2]


def test_what_was_typed_is_shown_where_its_form_can_be_sent_no_more(desk: Desk, browser: Browser) -> None:
    path = ("path:hue/ba.txt",)
    article = desk.take("Ba", aliases=path)
    desk.clean("Ba")
    stored = desk.app_state.index.get(article)
    assert stored is not None
    desk.take("Ba, đã sửa", aliases=path)
    form = {"csrf": browser.csrf(), "refs": f"{article}@{stored.rev}", "headline": "Ba, của tôi", "why": "a slip"}
    page = browser.post("/acts/correct", None, **form).text
    assert "a newer revision" in page
    assert ">Ba, của tôi</pre>" in page
