"""What people decide on causes of deaths: muted, assigned, and what came back after it was replayed."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.cli import main as cli
from services.notify.notices import facts_of
from services.web.listing import Wanted
from shared.audit import AuditLog
from shared.clock import now_us
from shared.ledger import keys
from shared.ledger.triage import open_triage
from tests.conftest import options_of
from tests.integration.test_article_list import Desk
from tests.integration.test_pages import Browser, browser, desk

__all__ = ["browser", "desk"]


def bury(desk: Desk, words: str, note: str) -> str:
    """An article that died of it; its ref."""
    desk.take(words)
    desk.bury(note)
    return f"{(row := desk.app_state.list_articles(Wanted(states=('dead',))).rows[0]).article}@{row.rev}"


def decide(browser: Browser, act: str, ref: str, **fields: str) -> str:
    given = {"csrf": browser.csrf(), "ref": ref, "why": "known, a release is coming"} | fields
    answer = browser.post(f"/dead/{act}", None, **given)
    assert answer.status == 303, answer.text
    return answer.headers["location"]


def troubles(desk: Desk) -> list[str]:
    return [trouble.what for trouble in desk.app_state.look().troubles]


def test_a_muted_cause_is_no_trouble_until_it_grows(desk: Desk, browser: Browser) -> None:
    ref = bury(desk, "Một", "KeyError: 'a' at 1")
    assert decide(browser, "mute", ref, until="grows") == "/dead?done=1&left=0&act=mute"
    assert troubles(desk) == []
    assert facts_of(desk.app_state.look(), []) == []  # and so nobody is told
    text = " ".join(browser.get("/dead").text.split())
    assert "muted" in text and "known, a release is coming" in text
    bury(desk, "Hai", "OSError: another")
    assert troubles(desk) == ["1 article is dead: no further try will help it (1 more are muted)"]
    bury(desk, "Ba", "KeyError: 'b' at 2")
    assert troubles(desk) == ["3 articles are dead: no further try will help them"]


def test_a_cause_is_muted_for_a_time_however_much_it_grows(desk: Desk, browser: Browser) -> None:
    ref = bury(desk, "Một", "KeyError: 'a'")
    decide(browser, "mute", ref, until="1h")
    bury(desk, "Hai", "KeyError: 'b'")
    assert troubles(desk) == []
    book = open_triage(desk.settings, desk.ledger)
    (told,) = book.triaged(now_us() + 3_600_000_000)
    assert (told.count, told.muted) == (2, False)
    decide(browser, "unmute", ref)
    assert len(troubles(desk)) == 1


def test_a_cause_is_assigned_and_every_door_says_to_whom(
    desk: Desk, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    ref = bury(desk, "Một", "KeyError: 'a'")
    assert decide(browser, "assign", ref, assignee=" Lan   Anh ") == "/dead?done=1&left=0&act=assign"
    assert "Lan Anh" in browser.get("/dead").text
    (told,) = desk.app_state.look().as_told()["triage"]
    assert (told["triage"]["assignee"], told["count"], told["muted"]) == ("Lan Anh", 1, False)
    flags = options_of(desk.settings)
    assert cli.main(["status", *flags]) == 1
    assert "1 × KeyError: …: looked after by Lan Anh (lan: known, a release is coming)" in capsys.readouterr().out
    acted = AuditLog(desk.settings.audit_folder).latest(1)[0]
    assert (acted.who, acted.act, acted.on) == ("lan", "assign to Lan Anh", "cause normalize unforeseen: KeyError: …")


def test_what_was_decided_outlives_redis(desk: Desk, browser: Browser) -> None:
    decide(browser, "mute", bury(desk, "Một", "KeyError: 'a'"), until="grows")
    desk.ledger.client.delete(keys.TRIAGE)
    assert troubles(desk) == []
    assert desk.ledger.client.hlen(keys.TRIAGE) == 1
    assert Path(desk.settings.data_dir, "triage.json").stat().st_mode & 0o777 == 0o600


def test_a_decision_names_a_dead_article_and_gives_a_reason(desk: Desk, browser: Browser) -> None:
    ref = bury(desk, "Một", "KeyError")
    word = browser.csrf()
    assert browser.post("/dead/mute", csrf=word, ref=ref, until="grows").status == 400
    assert browser.post("/dead/mute", csrf=word, ref=ref, until="ever", why="x").status == 400
    assert browser.post("/dead/burn", csrf=word, ref=ref, why="x").status == 400
    assert decide(browser, "mute", f"{'b' * 26}@1", until="grows") == "/dead?done=0&left=1&act=mute"


def test_an_article_that_dies_again_after_a_replay_is_marked_everywhere(
    desk: Desk, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    ref = bury(desk, "Một", "KeyError: 'a'")
    decide(browser, "mute", ref, until="1h")
    assert "came back after replay" not in browser.get(f"/articles/{ref}").text + browser.get("/dead").text
    browser.post("/acts/replay", csrf=browser.csrf(), refs=ref, why="mended", next="/dead")
    desk.bury("KeyError: 'a'")
    assert troubles(desk) == ["1 article is dead: no further try will help it"]  # a replay ends the muting
    assert browser.get("/dead").text.count("came back after replay") == 2  # the cause and the article
    assert browser.get(f"/articles/{ref}").text.count("came back after replay") == 1
    code, told = at_the_terminal(desk, capsys, "dead", "list")
    assert (code, [one["cameBack"] for one in told]) == (0, [True])


def test_a_cause_that_was_replayed_comes_back_with_another_article(
    desk: Desk, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    ref = bury(desk, "Một", "KeyError: 'a'")
    assert at_the_terminal(desk, capsys, "dead", "replay", ref)[0] == 0
    desk.clean("Một")
    bury(desk, "Hai", "KeyError: 'b'")
    bury(desk, "Ba", "OSError")
    assert browser.get("/dead").text.count("came back after replay") == 1
    _, told = at_the_terminal(desk, capsys, "dead", "list")
    assert [one.get("cameBack", False) for one in told] == [False, True]


def test_what_was_edited_comes_not_back_when_another_dies_of_its_cause(desk: Desk, browser: Browser) -> None:
    ref = bury(desk, "Một", "KeyError: 'a'")
    form = {"csrf": browser.csrf(), "refs": ref, "why": "cut short", "next": "/dead"}
    assert browser.post("/acts/edit", None, **form, text="Một bài khác").status == 303
    desk.clean("Một bài khác")
    bury(desk, "Hai", "KeyError: 'b'")
    assert "came back after replay" not in browser.get("/dead").text


def at_the_terminal(desk: Desk, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    """The exit code of a command, and what it told in JSON."""
    code = cli.main([*words, *options_of(desk.settings), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_terminal_decides_the_same(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    ref = bury(desk, "Một", "KeyError: 'a'")
    code, told = at_the_terminal(desk, capsys, "dead", "mute", ref, "--because", "known")
    assert (code, told["mutedCount"], told["note"]) == (0, 1, "known")
    assert troubles(desk) == []
    _, told = at_the_terminal(desk, capsys, "dead", "assign", ref, "minh", "--because", "his source")
    assert told["assignee"] == "minh"
    _, found = at_the_terminal(desk, capsys, "doctor")
    assert any(one["name"] == "muted" and "1 dead article of 1 cause" in one["found"] for one in found)
    assert at_the_terminal(desk, capsys, "dead", "unmute", ref, "--because", "mended")[0] == 0
    assert len(troubles(desk)) == 1
    acted = AuditLog(desk.settings.audit_folder).latest()
    assert [(act.act, act.on) for act in acted] == [(f"{act} dead", ref) for act in ("unmute", "assign", "mute")]


def test_a_file_that_nobody_can_read_mutes_nothing_and_hinders_no_act(
    desk: Desk, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    ref = bury(desk, "Một", "KeyError: 'a'")
    Path(desk.settings.data_dir, "triage.json").write_text("{ broken")
    assert len(troubles(desk)) == 1
    assert "KeyError" in browser.get("/dead").text
    told = browser.post("/dead/mute", csrf=browser.csrf(), ref=ref, until="grows", why="known")
    assert told.status == 400
    assert "cannot be read" in told.text
    assert at_the_terminal(desk, capsys, "dead", "list")[0] == 0
    done = browser.post("/acts/replay", csrf=browser.csrf(), refs=ref, why="mended", next="/dead")
    assert done.headers["location"] == "/dead?done=1&left=0&act=replay"
    assert AuditLog(desk.settings.audit_folder).latest(1)[0].act == "replay"
