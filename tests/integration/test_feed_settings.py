"""What an operator sets for one feed, at the terminal, on the desk's page and in `feeds.toml`; secrets stay unseen."""

import json
from pathlib import Path

import pytest

from services.ingest.operator_list import read_operator_list
from services.ingest.request_settings import RequestSettings
from shared.errors import PermanentError
from tests.integration.feed_notes import note_state
from tests.integration.test_article_list import Desk
from tests.integration.test_feed_desk import ENDED, FINE, Feeds, feeds, run
from tests.integration.test_pages import Browser, browser, desk

__all__ = ["browser", "desk", "feeds"]
SECRETS = ("s=geheim", "lan:geheim", "key-geheim")


def test_what_is_set_at_the_terminal_is_kept_and_secrets_are_named_alone(
    desk: Desk, feeds: Feeds, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    login = tmp_path / "login.txt"
    login.write_text("lan:geheim\n", encoding="utf-8")
    options = ("--shortest", "600", "--longest", "7200", "--pause", "60", "--scope", "domain", "--user-agent", "Desk/1")
    secret = ("--cookie", "s=geheim", "--login", f"@{login}", "--header", "X-Key: key-geheim")
    assert run(desk, "feeds", "edit", FINE, *options, *secret) == 0
    feed = feeds.find(FINE)
    assert (feed.shortest_s, feed.longest_s, feed.pause_s, feed.scope) == (600, 7200, 60, "domain")
    assert feed.request == RequestSettings(
        user_agent="Desk/1", cookie="s=geheim", login="lan:geheim", headers={"X-Key": "key-geheim"},
        origin="https://tin.example",
    )  # fmt: skip
    told = capsys.readouterr()
    for command in (("show", FINE), ("list",), ("export", "-"), ("show", FINE, "--json"), ("list", "--json")):
        assert run(desk, "feeds", *command) == 0
    shown = capsys.readouterr()
    audit = "".join(path.read_text() for path in desk.settings.audit_folder.iterdir())
    assert not [text for text in SECRETS if text in told.out + told.err + shown.out + shown.err + audit]
    assert "cookie, login, header X-Key, for https://tin.example alone" in " ".join(shown.out.split())
    assert run(desk, "feeds", "edit", FINE, "--cookie", "", "--header", "x-key:", "--login", "", "--scope", "auto") == 0
    feed = feeds.find(FINE)
    assert (feed.request, feed.scope) == (RequestSettings(user_agent="Desk/1"), None)


@pytest.mark.parametrize(
    "wrong",
    [
        ("--shortest", "900", "--longest", "600"),
        ("--shortest", "1"),
        ("--interval", "600", "--shortest", "900"),
        ("--interval", "600", "--longest", "300"),
        ("--header", "no colon"),
        ("--header", "Host: evil.example"),
        ("--login", "nobody"),
        ("--cookie", "@/nowhere/at/all"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(desk: Desk, feeds: Feeds, wrong: tuple[str, ...]) -> None:
    before = feeds.find(FINE)
    assert run(desk, "feeds", "edit", FINE, *wrong) == 2
    assert feeds.find(FINE) == before
    assert run(desk, "feeds", "add", "https://moi.example/rss", "--unchecked", *wrong) == 2
    assert len(feeds.subscriptions.list()) == 3


def test_a_feed_is_added_with_its_settings(desk: Desk, feeds: Feeds, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(desk, "feeds", "add", "https://moi.example/rss", "--unchecked", "--cookie", "s=geheim", "--json") == 0
    added = json.loads(capsys.readouterr().out)
    assert (added["secrets"], added["url"]) == (["cookie"], "https://moi.example/rss")
    assert feeds.find(added["id"]).request.origin == "https://moi.example"


def test_who_adds_a_feed_that_has_ended_begins_anew(desk: Desk, browser: Browser, feeds: Feeds) -> None:
    assert run(desk, "feeds", "add", ENDED, "--unchecked") == 0
    assert not feeds.states.get(feeds.find(ENDED)).stopped
    assert feeds.due() == {ENDED}
    note_state(feeds.states, feeds.find(ENDED), feeds.states.get(feeds.find(ENDED)), None)
    answer = browser.post("/feeds/add", None, csrf=browser.csrf(), url=ENDED, next="/feeds")
    assert answer.status == 303
    assert not feeds.states.get(feeds.find(ENDED)).stopped


def test_programs_are_told_the_state_and_its_reason(
    desk: Desk, feeds: Feeds, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(desk, "feeds", "list", "--json") == 0
    told = {one["url"]: (one["state"], one["reason"]) for one in json.loads(capsys.readouterr().out)}
    assert sorted(told.values(), key=str) == [("fine", None), ("gone", None), ("soft", "it answered 503")]


def test_the_page_sets_what_is_secret_and_shows_none_of_it(browser: Browser, feeds: Feeds) -> None:
    feed = feeds.find(FINE)
    fields = {"shortest_s": "600", "scope": "feed", "cookie": "s=geheim", "header": "X-Key: key-geheim"}
    sent = {"csrf": browser.csrf(), "id": feed.id, "url": FINE, "title": "Tin"}
    assert browser.post("/feeds/edit", None, **sent, **fields).status == 303
    edited = feeds.find(FINE)
    assert (edited.shortest_s, edited.scope, edited.request.secrets) == (600, "feed", ("cookie", "header X-Key"))
    page = browser.get(f"/feeds/one?id={feed.id}").text
    assert "cookie, header X-Key (https://tin.example)" in page
    assert "geheim" not in page
    assert browser.post("/feeds/edit", None, **sent).status == 303
    assert feeds.find(FINE).request == edited.request  # what was left empty stays
    assert browser.post("/feeds/edit", None, **sent, forget="yes").status == 303
    assert feeds.find(FINE).request.secrets == ()
    assert browser.post("/feeds/edit", None, **sent, shortest_s="1").status == 422
    assert browser.post("/feeds/edit", None, **sent, header="no colon").status == 422


def test_the_operators_list_says_how_a_feed_is_asked() -> None:
    text = """
[[feeds]]
url = "https://hue.example/rss"
shortest_s = 600
scope = "domain"
user_agent = "Desk/1"
login = "lan:geheim"
headers = { X-Key = "key-geheim" }
"""
    (wanted,) = read_operator_list(text.encode())
    assert (wanted.shortest_s, wanted.scope) == (600, "domain")
    assert wanted.request is not None
    assert wanted.request.secrets == ("login", "header X-Key")
    with pytest.raises(PermanentError) as refusal:
        read_operator_list(text.replace("lan:geheim", "geheim").encode())
    assert "geheim" not in str(refusal.value)
