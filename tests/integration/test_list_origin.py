"""What the desk does to an article stands in the list of its publisher, who can follow each link of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.cli import main as cli
from services.web.keys import Keys
from shared.settings import Settings
from tests.conftest import options_of
from tests.integration.verbs import Newsdesk, news, newsdesk_of

PAGE = "https://hue.example/2015/rubber"


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Newsdesk]:
    """A desk with an article of each of two publishers."""
    with newsdesk_of(settings) as made:
        made.push(news("Rubber", uri=PAGE), "hue")
        made.push(news("Timber", uri="urn:news:1"), "hanoi")
        made.work()
        yield made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "rubber.txt"
    file.write_text("Rubber, corrected\n\nWithout the names, at the old price of a pound.\n")
    return file


def copydesk(desk: Newsdesk, *words: str) -> None:
    assert cli.main([*words, *options_of(desk.settings)]) == 0


def listed(desk: Newsdesk, query: str = "", by: str = "") -> list[dict[str, Any]]:
    """As a publisher sees it, or whoever may see all."""
    key = desk.key(by) if by else Keys(desk.app_state.keys.path).create("reader", scopes=("read-all",))
    rows: list[dict[str, Any]] = desk.call("GET", f"/v1/articles{query}", Authorization=f"Bearer {key}").body[
        "articles"
    ]
    return rows


def shown(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(row["state"], row["source"]) for row in rows]


@pytest.mark.parametrize("query", ["?source=push:hue", "?publisher=hue"])
def test_a_correction_on_its_way_stands_under_its_articles_source(desk: Newsdesk, file: Path, query: str) -> None:
    copydesk(desk, "correct", PAGE, str(file), "--because", "the names are out")
    assert shown(listed(desk, query)) == [("queued", "push:hue"), ("indexed", "push:hue")]
    assert shown(listed(desk, query, by="hue")) == shown(listed(desk, query))
    assert listed(desk, "?source=push:command+line") == []
    desk.work()
    assert shown(listed(desk, query)) == [("indexed", "push:hue")]


def test_a_page_is_full_where_others_words_stand_between(desk: Newsdesk, file: Path) -> None:
    copydesk(desk, "push", str(file))
    copydesk(desk, "correct", PAGE, str(file), "--because", "the names are out")
    copydesk(desk, "correct", "urn:news:1", str(file), "--because", "wrong wood")
    assert shown(listed(desk, "?source=push:hue&state=queued&limit=1")) == [("queued", "push:hue")]
    assert shown(listed(desk, "?source=push:command+line&state=queued")) == [("queued", "push:command line")]
    assert len(listed(desk, "?source=push&state=queued")) == 3


def test_a_publisher_does_not_see_who_at_the_desk_worked_on_it(desk: Newsdesk) -> None:
    (row,) = listed(desk, by="hue")
    assert "worker" not in row
    assert all("worker" in row for row in listed(desk))


@pytest.mark.parametrize("works", [False, True], ids=["on its way", "done"])
@pytest.mark.parametrize("act", ["correct", "withdraw"])
def test_a_publisher_can_follow_each_link_of_his_list(desk: Newsdesk, file: Path, act: str, works: bool) -> None:
    given = (str(file),) if act == "correct" else ()
    copydesk(desk, act, PAGE, *given, "--because", "the names are out")
    if works:
        desk.work()
    rows = listed(desk, by="hue")
    assert len(rows) == (1 if works else 2)
    for row in rows:
        receipt = desk.call("GET", row["links"]["receipt"], by="hue")
        assert (receipt.status, receipt.body["article"]) == (200, row["article"])
        assert json.dumps(receipt.body).count("command") == 0
        assert desk.call("GET", row["links"]["receipt"], by="hanoi").status == 404
