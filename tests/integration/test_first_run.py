"""A desk without any key: the first one is made by who proves to be on the machine, once, and by nobody else."""

import re
import threading
from pathlib import Path

import pytest

from services.web.keys import Keys
from services.web.scopes import may
from shared.audit import AuditLog
from tests.integration.test_article_list import Desk
from tests.integration.test_pages import Browser, desk, key_with

__all__ = ["desk"]


def file_of(desk: Desk) -> Path:
    return Path(desk.settings.data_dir, "setup-code")


def code_of(desk: Desk) -> str:
    return file_of(desk).read_text().strip()


def test_who_knows_the_code_makes_the_first_key_and_is_logged_in(desk: Desk) -> None:
    browser = Browser(desk.port)
    assert browser.get("/").headers["location"] == "/login?next=/"
    assert browser.get("/login?next=/").headers["location"] == "/setup"
    form = browser.get("/setup").text
    assert code_of(desk) not in form
    assert file_of(desk).stat().st_mode & 0o777 == 0o600
    done = browser.post("/setup", code=f"  {code_of(desk).replace('-', ' ')} ", name="lan")
    key = re.findall(r"cd_lan_\w{43}", done.text)[0]
    assert done.headers["cache-control"] == "no-store"
    assert browser.get("/").status == 200
    (made,) = Keys(desk.app_state.keys.path).list()
    assert may(made.publisher.scopes, "admin")
    assert not file_of(desk).exists()
    assert Browser(desk.port).log_in(key).status == 303
    (acted,) = AuditLog(desk.settings.audit_folder).latest()
    assert (acted.who, acted.act, acted.on) == ("setup code", "create key", "lan")


def test_once_there_is_a_key_the_page_is_closed(desk: Desk) -> None:
    browser = Browser(desk.port)
    browser.get("/setup")
    code = code_of(desk)
    key_with(desk, "monitor")
    assert browser.get("/setup").headers["location"] == "/login"
    assert browser.post("/setup", code=code, name="mallory").headers["location"] == "/login"
    assert [key.publisher.name for key in Keys(desk.app_state.keys.path).list()] == ["lan"]


def test_a_file_of_keys_that_cannot_be_read_opens_nothing(desk: Desk) -> None:
    desk.app_state.keys.path.parent.mkdir(exist_ok=True)
    desk.app_state.keys.path.write_text("{ broken")
    browser = Browser(desk.port)
    assert browser.get("/setup").headers["location"] == "/login"
    assert "cd_" not in browser.post("/setup", code="", name="mallory").text
    assert not file_of(desk).exists()


@pytest.mark.parametrize("code", ["", "-", "00000-00000-00000-00000", "ổ" * 20])
def test_a_wrong_code_makes_no_key(desk: Desk, code: str) -> None:
    browser = Browser(desk.port)
    browser.get("/setup")
    assert browser.post("/setup", code=code, name="mallory").status == 401
    assert Keys(desk.app_state.keys.path).list() == ()


def test_who_guesses_must_wait(desk: Desk) -> None:
    browser = Browser(desk.port)
    browser.get("/setup")
    statuses = [browser.post("/setup", code=f"guess-{number}", name="mallory").status for number in range(11)]
    assert statuses == [401] * 10 + [429]
    assert browser.post("/setup", code=code_of(desk), name="mallory").status == 429


def test_a_name_that_no_key_may_have_is_told_and_the_code_stays_good(desk: Desk) -> None:
    browser = Browser(desk.port)
    browser.get("/setup")
    code = code_of(desk)
    told = browser.post("/setup", code=code, name="Lan Anh")
    assert told.status == 422
    assert "is no publisher" in told.text
    assert browser.post("/setup", code=code, name="lan-anh").status == 200


def test_of_two_who_come_at_once_one_makes_a_key(desk: Desk) -> None:
    first_run = desk.app_state.first_run
    first_run.tell_code()
    code, made, ready = code_of(desk), list[str | None](), threading.Barrier(4)

    def make(name: str) -> None:
        ready.wait(10)
        made.append(first_run.make_key(code, name))

    threads = [threading.Thread(target=make, args=(f"n{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([key for key in made if key is not None]) == 1
    assert len(Keys(desk.app_state.keys.path).list()) == 1


def test_the_codes_file_goes_with_the_first_key_wherever_that_is_made(desk: Desk) -> None:
    Browser(desk.port).get("/setup")
    assert file_of(desk).exists()
    key_with(desk, "admin")
    assert not file_of(desk).exists()
