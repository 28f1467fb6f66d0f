"""What a search, a list and the desk's page find of some days, asked by the days alone."""

import datetime as dt
import json
from urllib.parse import quote

import pytest

from services.web.keys import Keys
from shared.article import Article
from tests.integration.test_article_list import Desk, desk
from tests.integration.test_list_command import run
from tests.integration.test_pages import Browser
from tests.integration.test_web import ask

__all__ = ["desk"]


@pytest.fixture
def november(desk: Desk) -> str:
    """An article of November 2026, beside one of the year before."""
    desk.take("Một")
    desk.clean(article=Article(headline="Năm ngoái", first_created=dt.datetime(2025, 11, 30, 9, tzinfo=dt.UTC)))
    article = desk.take("Hai")
    desk.clean(article=Article(headline="Năm nay", first_created=dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)))
    return article


@pytest.mark.parametrize("q", ["after:2026-01-01", "date:2026-11", "Date:2026-11-01..2026-11-30", "after:1/1/2026"])
def test_days_alone_are_a_search(desk: Desk, november: str, capsys: pytest.CaptureFixture[str], q: str) -> None:
    found = desk.ask(f"/v1/search?q={quote(q)}")
    assert ([hit["article"] for hit in found["hits"]], found["matched"]) == ([november], "exact")
    assert desk.names(f"?q={quote(q)}") == [november]
    assert run(desk, "search", q, "--json") == 0
    assert [hit["articleId"] for hit in json.loads(capsys.readouterr().out)["hits"]] == [november]
    assert run(desk, "list", q, "--json") == 0
    assert [row["article"] for row in json.loads(capsys.readouterr().out)["articles"]] == [november]


def test_the_days_before_are_found_as_well(desk: Desk, november: str) -> None:
    (other,) = desk.names("?q=before:2026")
    assert other != november


@pytest.mark.parametrize("q", ["after:yesterday", "date:2026-13", "năm before:31-12"])
def test_days_that_are_none_are_a_problem_at_every_door(
    desk: Desk, november: str, capsys: pytest.CaptureFixture[str], q: str
) -> None:
    name = q.rpartition(":")[0].split()[-1]
    told = f"says no day: {name}: takes a year, a month or a day (2026, 2026-11, 2026-11-30 or 30/11/2026)"
    for path in ("/v1/search", "/v1/articles"):
        status, _, problem = ask(desk.port, "GET", f"{path}?q={quote(q)}", Authorization=desk.key)
        assert (status, problem["errors"][0]["parameter"], told in problem["detail"]) == (400, "q", True)
    for command in ("search", "list"):
        assert run(desk, command, q) == 2
        assert told in capsys.readouterr().err
    browser = Browser(desk.port)
    assert browser.log_in(Keys(desk.app_state.keys.path).create("lan", scopes=("monitor",))).status == 303
    page = browser.get(f"/articles?q={quote(q)}").text
    assert (told in page, "Did you mean" in page, "No article is like that" in page) == (True, False, False)
