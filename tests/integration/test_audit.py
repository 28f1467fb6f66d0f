"""What people do at the terminal stands in the audit log: who, what, on which article or key, and why."""

import pytest

from services.cli.command_table import COMMANDS
from services.ingest.intake import open_archive
from services.web.app import open_state
from shared.audit import AuditLog
from shared.settings import Settings
from tests.integration.test_article_list import Desk
from tests.integration.test_list_command import run


@pytest.fixture
def desk(settings: Settings) -> Desk:
    return Desk(open_state(settings, open_archive(settings)), settings, 0, "")


def test_an_act_is_written_down_with_who_and_why(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    article = desk.take("Một")
    desk.bury()
    (row,) = desk.app_state.ledger.dead(1)  # type: ignore[attr-defined]  # the real ledger's reading side
    assert run(desk, "dead", "discard", row.ref, "--because", "junk of a test") == 0
    (acted,) = AuditLog(desk.settings.audit_folder).latest(on=article)
    assert (acted.act, acted.on, acted.why) == ("discard dead", row.ref, "junk of a test")
    assert acted.who.startswith("cli:")


def test_what_only_looks_or_fails_is_not_written_down(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.take("Một")
    assert run(desk, "list") == 0
    assert run(desk, "dead", "discard", f"{'a' * 26}@1") == 1
    assert AuditLog(desk.settings.audit_folder).latest() == []


def test_keys_are_acts_too_and_never_shown_in_the_log(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(desk, "keys", "create", "hue") == 0
    key = capsys.readouterr().out.strip()
    (acted,) = AuditLog(desk.settings.audit_folder).latest(on="hue")
    assert acted.act == "create key"
    assert key not in "".join(path.read_text() for path in desk.settings.audit_folder.iterdir())


def test_the_password_of_a_feed_stands_in_the_file_of_feeds_alone(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "https://anna:secret@news.example/rss"
    assert run(desk, "feeds", "add", "--unchecked", url) == 0
    assert run(desk, "feeds", "remove", url) == 0
    assert [one.on for one in AuditLog(desk.settings.audit_folder).latest()] == ["https://news.example/rss"] * 2
    told = capsys.readouterr()
    assert "secret" not in told.out + told.err
    assert "secret" not in "".join(path.read_text() for path in desk.settings.audit_folder.iterdir())


def test_every_command_that_takes_a_reason_is_an_act() -> None:
    reasoned = {c.words for c in COMMANDS if any("--because" in argument.names for argument in c.arguments)}
    assert reasoned
    assert {command.words for command in COMMANDS if command.words in reasoned and not command.act} == set()
