"""`copydesk show` and the page of an article tell when an embargo ends; `show` also how many receipts it left out."""

import datetime as dt
import json

import pytest

from services.web.keys import Keys
from shared.article import Article
from tests.integration.test_article_list import Desk, desk
from tests.integration.test_list_command import run
from tests.integration.test_pages import Browser

__all__ = ["desk"]

UNTIL = dt.datetime(2099, 1, 31, 6, tzinfo=dt.timezone(dt.timedelta(hours=7)))
PAST = dt.datetime(2015, 1, 31, 6, tzinfo=dt.timezone(dt.timedelta(hours=7)))


@pytest.fixture
def browser(desk: Desk) -> Browser:
    browser = Browser(desk.port)
    assert browser.log_in(Keys(desk.app_state.keys.path).create("lan", scopes=("monitor",))).status == 303
    return browser


def shown(desk: Desk, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(desk, "show", *words) == 0
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("until", "state", "text", "at"),
    [
        (UNTIL, "held", "Friday 30 January 2099, 23:00 (UTC)", "2099-01-30T23:00:00+00:00"),
        (PAST, "indexed", "Saturday 31 January 2015, 06:00 (UTC+07:00)", "2015-01-30T23:00:00+00:00"),
    ],
    ids=["held", "over"],
)
def test_the_end_of_an_embargo_is_told(
    desk: Desk,
    browser: Browser,
    capsys: pytest.CaptureFixture[str],
    until: dt.datetime,
    state: str,
    text: str,
    at: str,
) -> None:
    article = desk.take("Tin lúc sáu giờ")
    desk.clean(article=Article(headline="Tin lúc sáu giờ", embargoed_until=until))
    assert f"Embargo until {text}" in shown(desk, capsys, article)
    told = json.loads(shown(desk, capsys, article, "--json"))
    assert (told["state"], dt.datetime.fromisoformat(told["embargoedUntil"])) == (state, until)
    assert f'<dt>Embargo ends</dt><dd><time datetime="{at}">' in browser.get(f"/articles/{article}").text


def test_where_there_is_no_embargo_none_is_told(
    desk: Desk, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    article = desk.take("Tin")
    assert json.loads(shown(desk, capsys, article, "--json"))["embargoedUntil"] is None
    desk.clean("Tin")
    assert "earlier" not in shown(desk, capsys, article)
    assert "Embargo" not in shown(desk, capsys, article) + browser.get(f"/articles/{article}").text


def test_receipts_that_are_left_out_are_counted_and_all_of_them_can_be_seen(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    receipts = []
    for number in range(5):
        article = desk.take(f"Bài {number}", aliases=("url:https://hue.example/1",))
        line = desk.ledger.line(desk.ledger.latest(article) or "")
        assert line is not None
        receipts.append(line.receipt)
        desk.clean(f"Bài {number}")
    told = shown(desk, capsys, article)
    assert f"{', '.join(receipts[2:])}, and 2 earlier (`--all` shows them)" in told
    assert receipts[0] not in told
    whole = shown(desk, capsys, article, "--all")
    assert ("earlier" in whole, [one in whole for one in receipts]) == (False, [True] * 5)
