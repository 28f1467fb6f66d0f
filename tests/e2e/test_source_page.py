"""The page of a source in a real browser: settings tried, saved and counted, by keyboard and without script."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from services.web.keys import Keys
from shared.hints import Hints
from tests.e2e.newsroom import Newsroom, open_newsroom
from tests.e2e.test_desk_page import AXE, Watched, browser, cookies, violations, window

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["browser", "cookies", "window"]
HUE = "/sources/push%3Ahue"


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with open_newsroom() as opened:
        opened.fill()
        yield opened


def test_settings_are_tried_then_saved_and_the_last_articles_read_anew(window: Watched, room: Newsroom) -> None:
    window.open("/publishers")
    window.page.get_by_role("link", name="Settings: hue").click()
    page = window.page
    page.get_by_label("Headline stands at").fill("article b")
    page.get_by_role("button", name="Try").click()
    assert "6 of 6 would be read otherwise" in page.locator("#tried").inner_text()
    assert page.locator(".diff ins").count() > 0
    assert page.get_by_label("Headline stands at").input_value() == "article b"
    page.locator("form.hints").get_by_label("Why").fill("thử tiêu đề")
    page.get_by_role("button", name="Save").click()
    assert "Saved: version 1" in page.locator("#anew").inner_text()
    page.locator("form", has=page.get_by_role("button", name="Read the last ones anew")).get_by_label("Why").fill(
        "mẫu mới"
    )
    page.get_by_role("button", name="Read the last ones anew").click()
    assert "Replayed: 6" in page.get_by_role("status").first.inner_text()
    room.work()
    window.open("/articles?source=push:hue&state=indexed")
    assert "Hàng nghìn du khách" in page.locator("main").inner_text()


def test_a_wrong_selector_is_told_beside_its_field_and_what_was_typed_stays(window: Watched) -> None:
    window.open(HUE)
    page = window.page
    page.get_by_label("Byline stands at").fill(".who:hover")
    page.get_by_role("button", name="Try").click()
    field = page.get_by_label("Byline stands at")
    assert field.input_value() == ".who:hover"
    assert field.get_attribute("aria-invalid") == "true"
    assert "character 5" in page.locator("#byline-wrong").inner_text()
    window.complaints[:] = [said for said in window.complaints if "422" not in said]  # the browser tells the status


def test_the_form_is_used_by_keyboard_alone(window: Watched) -> None:
    window.open(HUE)
    page = window.page
    page.get_by_label("Zone of dates without one").focus()
    page.keyboard.type("Asia/Tokyo")
    page.keyboard.press("Tab")
    page.keyboard.type("vi")
    page.get_by_label("Try on the last").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#trial")


@pytest.mark.parametrize(
    "window",
    [
        pytest.param({"java_script_enabled": False}, id="without script"),
        pytest.param({"viewport": {"width": 390, "height": 844}}, id="small"),
        pytest.param({"color_scheme": "dark"}, id="dark"),
    ],
    indirect=True,
)
def test_it_works_however_it_is_looked_at(window: Watched) -> None:
    window.open(HUE)
    page = window.page
    page.get_by_label("Text stands at").fill("article")
    page.get_by_role("button", name="Try").click()
    assert page.locator("#trial").count() == 1
    window.open("/sources")
    assert page.get_by_role("link", name="push:hue").count() == 1


def test_nothing_on_it_is_out_of_anybodys_reach(window: Watched, room: Newsroom) -> None:
    desk = room.app_state.desk.sources
    desk.register.save("push:saigon", Hints(headline="b.gone", leave_out=(".x", ".y")), who="lan", note="a & <b>")
    page = window.page
    page.add_init_script(path=AXE)
    for path in ("/sources", "/sources/push%3Asaigon", "/sources/host%3Ahue.example"):
        page.emulate_media(color_scheme="light")
        window.open(path)
        assert violations(page, {}) == [], path
        page.emulate_media(color_scheme="dark")
        assert violations(page, {"runOnly": ["color-contrast"]}) == [], path
    window.open(HUE)
    page.get_by_label("Text stands at").fill("article")
    page.get_by_label("Captions stand at").fill("b.gone")
    page.get_by_role("button", name="Try").click()
    assert violations(page, {}) == []


def test_who_may_only_look_sees_the_settings_and_no_form(browser: "Browser", room: Newsroom) -> None:
    room.app_state.desk.sources.register.save("push:hue", Hints(caption=".under"), who="lan", note="x")
    watched = Watched(browser.new_context(), room)
    watched.room = Newsroom(room.app_state, room.settings, room.port)
    watched.room.key = Keys(room.app_state.keys.path).create("xem", scopes=("monitor",))
    watched.log_in()
    watched.open(HUE)
    assert ".under" in watched.page.locator("dl.facts").inner_text()
    assert watched.page.locator("form.hints").count() == 0
    watched.page.context.close()
