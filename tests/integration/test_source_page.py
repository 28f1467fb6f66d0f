"""`/sources` as a browser without script asks for it, over real parts."""

import pytest

from services.web.keys import Keys
from shared.hints import Hints
from tests.integration.test_article_list import Desk
from tests.integration.test_pages import Browser, browser, desk

__all__ = ["browser", "desk"]
HUE = "/sources/push%3Ahue"


def test_saving_needs_a_reason_and_keeps_what_was_typed(browser: Browser, desk: Desk) -> None:
    told = browser.post(HUE, csrf=browser.csrf(), act="save", headline="h2.real", version="0")
    assert told.status == 422
    assert 'value="h2.real"' in told.text
    assert "say why" in told.text
    assert desk.app_state.desk.sources.register.get("push:hue").version == 0


def test_what_is_saved_is_a_version_with_who_and_why(browser: Browser, desk: Desk) -> None:
    done = browser.post(
        HUE,
        csrf=browser.csrf(),
        act="save",
        headline="h2.real",
        leave_out=" .ad \r\n\r\n.ad\r\n.box",
        version="0",
        note="x",
    )
    assert (done.status, done.headers["location"]) == (303, f"{HUE}?saved=1&last=50")
    (change,) = desk.app_state.desk.sources.register.history("push:hue")
    assert change.hints == Hints(headline="h2.real", leave_out=(".ad", ".box"))
    assert (change.who, change.note) == ("lan", "x")


def test_who_saves_over_anothers_change_is_told(browser: Browser, desk: Desk) -> None:
    desk.app_state.desk.sources.register.save("push:hue", Hints(headline="h1"), who="mai", note="x")
    told = browser.post(HUE, csrf=browser.csrf(), act="save", headline="h2", version="0", note="y")
    assert told.status == 409
    assert "version 1 by mai" in told.text
    assert desk.app_state.desk.sources.register.get("push:hue").hints.headline == "h1"


def test_a_setting_that_cannot_be_used_is_told_beside_its_field(browser: Browser) -> None:
    told = browser.post(HUE, csrf=browser.csrf(), act="try", zone="Asia/Ho_Chi_Min", version="0")
    assert told.status == 422
    assert 'id="zone-wrong"' in told.text
    assert "did you mean Asia/Ho_Chi_Minh" in told.text


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"headline": "x" * 200_000}, id="a selector of 200 kB"),
        pytest.param({"leave_out": "\n".join(["* * * * *"] * 30)}, id="every element"),
        pytest.param({"byline_pattern": "(a+)+$"}, id="a pattern made to look back"),
        pytest.param({"agency": "\x00"}, id="no words"),
    ],
)
def test_hostile_settings_are_refused_at_once(browser: Browser, fields: dict[str, str]) -> None:
    assert browser.post(HUE, None, csrf=browser.csrf(), act="try", version="0", **fields).status == 422


def test_a_form_of_a_megabyte_is_no_form(browser: Browser) -> None:
    assert browser.post(HUE, csrf=browser.csrf(), act="try", headline="x" * 1_000_000).status == 413


def test_half_a_form_is_answered_all_the_same(browser: Browser) -> None:
    assert browser.post(HUE, csrf=browser.csrf(), act="try").status == 200
    assert browser.post(HUE, csrf=browser.csrf(), act="eat").status == 400
    assert browser.post(HUE, csrf="", act="save", note="x").status == 403


@pytest.mark.parametrize("name", ["nobody", "host%3A", "host%3Aa%20b", "mail%3Ax"])
def test_what_is_no_source_has_no_page(browser: Browser, name: str) -> None:
    assert browser.get(f"/sources/{name}").status == 404


def test_every_source_is_listed_and_has_a_page_whatever_its_name(browser: Browser, desk: Desk) -> None:
    name = "feed:https://a.example/rss?x=1&y=<b>#z"
    desk.app_state.desk.sources.register.save(name, Hints(headline="h1"), who="mai", note="<script>alert(1)</script>")
    text = browser.get("/sources").text
    address = "/sources/feed%3Ahttps%3A%2F%2Fa.example%2Frss%3Fx%3D1%26y%3D%3Cb%3E%23z"
    assert f'href="{address}"' in text
    page = browser.get(address)
    assert page.status == 200
    assert "<script>alert" not in page.text


def test_a_monitor_sees_the_settings_and_changes_none(desk: Desk) -> None:
    desk.app_state.desk.sources.register.save("push:hue", Hints(headline="h1.seen"), who="mai", note="x")
    monitor = Browser(desk.port)
    monitor.log_in(Keys(desk.app_state.keys.path).create("xem", scopes=("monitor",)))
    assert "h1.seen" in monitor.get(HUE).text
    assert monitor.post(HUE, csrf=monitor.csrf(), act="save", headline="h9", note="x").status == 403
