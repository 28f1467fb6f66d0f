"""What a person calls an article is read alike by every command, by the list, the search and the box of the page."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from services.ingest.drop_files import path_alias
from services.web.keys import Keys
from services.web.names import looks_like_name
from tests.integration.test_article_list import DROP, Desk, desk
from tests.integration.test_list_command import run

__all__ = ["desk"]

URI = "urn:b:1"


@pytest.fixture
def articles(desk: Desk) -> dict[str, str]:
    """A pushed one under its publisher's own uri, a dropped one, and one that has words of both names."""
    pushed = desk.take("Một bài", aliases=(f"uri:hue {URI}",))
    dropped = desk.take("Hai bài", DROP, aliases=(path_alias("bai.txt"),), name="bai.txt")
    desk.take("urn b 1 seeds bai txt", aliases=("url:https://tin.example/b/1",))
    desk.clean("urn b 1 seeds bai txt 404")
    return {"pushed": pushed, "dropped": dropped}


NAMES = [
    pytest.param(URI, "pushed", id="an own uri"),
    pytest.param(f"uri:hue {URI}", "pushed", id="an alias"),
    pytest.param("bai.txt", "dropped", id="a path"),
    pytest.param("seeds/bai.txt", "dropped", id="a path with its folder"),
    pytest.param("./seeds/bai.txt", "dropped", id="a path from here"),
]
UNKNOWN = ["urn:b:404", "seeds/404.txt", "404.txt", "https://tin.example/404", "/seeds/404.txt", "r" + 26 * "0"]


@pytest.mark.parametrize(("name", "expected"), NAMES)
def test_a_name_is_known_everywhere(
    desk: Desk,
    articles: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    name: str,
    expected: str,
) -> None:
    article = articles[expected]
    assert run(desk, "show", name, "--json") == 0
    assert json.loads(capsys.readouterr().out)["id"] == article
    assert run(desk, "list", name, "--json") == 0
    assert [row["article"] for row in json.loads(capsys.readouterr().out)["articles"]] == [article]
    assert run(desk, "search", name, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert ([hit["articleId"] for hit in found["hits"]], found["matched"]) == ([article], "name")
    assert desk.names(f"?q={quote(name)}") == [article]
    if expected == "pushed":
        found = desk.ask(f"/v1/search?q={quote(name)}")
        assert ([hit["article"] for hit in found["hits"]], found["total"]) == ([article], 1)


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_name_that_nobody_knows_finds_no_words(
    desk: Desk,
    articles: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    assert run(desk, "list", name) == 1
    told = capsys.readouterr()
    assert (told.out, f"no article is known by {name}" in told.err) == ("", True)
    assert run(desk, "search", name) == 1
    assert "has this name" in capsys.readouterr().out
    listed = desk.ask(f"/v1/articles?q={quote(name)}")
    assert (listed["articles"], listed["unknown"]) == ([], name)
    found = desk.ask(f"/v1/search?q={quote(name)}")
    assert (found["hits"], found["total"], found["matched"]) == ([], 0, "name")


def test_a_publisher_learns_nothing_of_the_names_of_another(desk: Desk, articles: dict[str, str]) -> None:
    keys = Keys(desk.app_state.keys.path)
    desk.key = f"Bearer {keys.create('vinh', scopes=('push', 'read'))}"
    for name in (articles["pushed"], f"uri:hue {URI}", URI):
        known, unknown = desk.ask(f"/v1/articles?q={quote(name)}"), desk.ask("/v1/articles?q=urn:none")
        assert (known["articles"], known["unknown"]) == (unknown["articles"], name)
        assert desk.ask(f"/v1/search?q={quote(name)}")["hits"] == []


def test_words_stay_words(desk: Desk, articles: dict[str, str]) -> None:
    assert len(desk.names("?q=seeds+bai")) == 3
    assert "unknown" not in desk.ask("/v1/articles?q=khongco")


def test_show_tells_who_took_an_article_back_and_why(
    desk: Desk, articles: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    for name, words in (("pushed", URI), ("dropped", "bai.txt")):
        assert run(desk, "withdraw", words, "--because", "Sai tên người bị hại") == 0
        desk.work()
        capsys.readouterr()
        assert run(desk, "show", articles[name]) == 0
        shown = " ".join(capsys.readouterr().out.split())
        assert "withdrawn by the desk, " in shown
        assert shown.count("Sai tên người bị hại") == 2, "as its state, and where its way ends"
        assert run(desk, "show", words, "--json") == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["state"], told["note"]) == ("withdrawn", "Sai tên người bị hại")
        source = {"pushed": "push:hue", "dropped": "drop:"}[name]
        assert f"{told['source']['kind']}:{told['source']['name']}" == source, "its source stays its own"
        for query in (f"?q={articles[name]}", "?state=withdrawn"):
            rows = {row["article"]: row["source"] for row in desk.ask(f"/v1/articles{query}")["articles"]}
            assert rows[articles[name]] == source


def test_a_source_that_nobody_knows_is_told(
    desk: Desk, articles: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["sources", "try", "push:nobody", "--zone", "Asia/Tokyo"], ["sources", "replay", "push:nobody"]):
        assert run(desk, *words) == 1
        assert "no source is called push:nobody, and no article ever came" in capsys.readouterr().err
    assert run(desk, "sources", "set", "push:../../x", "--zone", "Asia/Tokyo") == 2
    assert "'../../x' is no publisher's name" in capsys.readouterr().err


def test_a_key_that_is_over_before_it_begins_is_not_made(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    before = len(desk.app_state.keys.list())
    assert run(desk, "keys", "create", "tin", "--expires", "2015-11-09") == 2
    assert "the day 2015-11-09 has begun already" in capsys.readouterr().err
    assert len(Keys(desk.app_state.keys.path).list()) == before


def test_a_file_that_is_not_there_is_a_problem_as_any_other(
    desk: Desk, articles: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(desk, "push", "nofile.txt", "--json") == 1
    told = capsys.readouterr()
    (result,), problem = json.loads(told.out), json.loads(told.err)
    assert (problem["type"], "nofile.txt" in problem["detail"]) == ("refused", True)
    assert set(problem) == {"type", "title", "detail", "do"}
    assert result["problem"] == problem


@pytest.mark.parametrize(
    "text", ["lúa gạo", "Huế:", "17:30", "TP.HCM", "24/7", "giá: lúa", "a/b", "bài viết.txt cũ", "AT&T", "3.5"]
)
def test_what_people_search_is_no_name(text: str) -> None:
    assert not looks_like_name(text)


def test_a_file_below_a_folder_may_have_blanks() -> None:
    assert looks_like_name("hue/bài 1.txt")


@pytest.mark.parametrize("command", ["withdraw", "release", "purge"])
@pytest.mark.parametrize(("name", "expected"), NAMES)
def test_every_act_knows_what_show_knows(
    desk: Desk,
    articles: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    command: str,
    name: str,
    expected: str,
) -> None:
    because = [] if command == "release" else ["--because", "sai tên người"]
    assert run(desk, command, name, "--json", *because) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told[0] if command == "withdraw" else told)["article"] == articles[expected]


def test_a_correction_knows_what_show_knows(
    desk: Desk,
    articles: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    file = tmp_path / "better.txt"
    file.write_text("Bài đã sửa\n\nNội dung đã sửa của bài này.\n")
    assert run(desk, "correct", URI, str(file), "--because", "sai tên", "--json") == 0
    assert json.loads(capsys.readouterr().out)["article"] == articles["pushed"]
