"""What the page does with the dead, the command line does too: count first, choose by source, edit and replay."""

import io
import json

import pytest

from services.ingest.intake import open_archive
from services.web.app import open_state
from shared.audit import AuditLog
from shared.ledger import keys
from shared.ledger.reader import LedgerReader
from shared.settings import Settings
from tests.integration.test_article_list import FEED, Desk
from tests.integration.test_list_command import run


@pytest.fixture
def desk(settings: Settings) -> Desk:
    return Desk(open_state(settings, open_archive(settings)), settings, 0, "")


def dead(desk: Desk) -> list[str]:
    return [one.ref for one in LedgerReader(desk.ledger.client).dead(9)]


def test_many_are_counted_before_anything_is_done(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.take("Một")
    desk.bury()
    of_feed = desk.take("Hai", FEED)
    desk.bury()
    assert run(desk, "dead", "discard", "--all", "--count") == 0
    assert capsys.readouterr().out == "2 articles. Nothing was done yet: leave out --count to do it.\n"
    assert run(desk, "dead", "replay", "--all", "--source", "feed", "--count", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"count": 1}
    assert len(dead(desk)) == 2
    assert AuditLog(desk.settings.audit_folder).latest() == []
    assert run(desk, "dead", "replay", "--all", "--source", FEED.kind + ":" + FEED.name, "--because", "mended") == 0
    assert [ref.partition("@")[0] for ref in dead(desk)] != [of_feed]
    assert len(dead(desk)) == 1
    (acted,) = AuditLog(desk.settings.audit_folder).latest()
    assert (acted.act, acted.why) == ("replay dead", "mended")


def test_a_dead_input_goes_through_again_with_other_words(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    article = desk.take("Chợ nổi mở thêm bến thuyền")
    desk.bury()
    (ref,) = dead(desk)
    assert run(desk, "dead", "show", ref, "--raw") == 0
    assert capsysbinary.readouterr().out == "Chợ nổi mở thêm bến thuyền".encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("Chợ nổi đông khách".encode())))
    assert run(desk, "dead", "edit", ref, "-", "--because", "cut short") == 0
    assert dead(desk) == []
    desk.clean("Chợ nổi đông khách")
    capsysbinary.readouterr()
    assert run(desk, "show", article, "--json") == 0
    assert json.loads(capsysbinary.readouterr().out)["article"]["headline"] == "Chợ nổi đông khách"
    (acted,) = AuditLog(desk.settings.audit_folder).latest(on=article)
    assert (acted.act, acted.on, acted.why) == ("edit dead", ref, "cut short")


def test_nothing_is_cut_in_a_pipe(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    reason, message = "KeyError: " + "section " * 20 + "ends", "pickle " * 40 + "ends"
    desk.take("Một")
    desk.bury(reason)
    desk.ledger.client.lpush(keys.STRAYS, f"1|normalize|unreadable|{message}")
    assert run(desk, "dead", "list") == 0
    assert reason in capsys.readouterr().out
    assert run(desk, "dead", "strays") == 0
    assert message in capsys.readouterr().out


def test_what_is_not_dead_is_not_edited(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    article = desk.take("Một")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"Hai")))
    assert run(desk, "dead", "edit", article, "-", "--because", "x") == 1


def test_an_edit_without_a_word_says_so_of_the_text(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.take("Một")
    desk.bury()
    (ref,) = dead(desk)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b" \n")))
    assert run(desk, "dead", "edit", ref, "-", "--because", "x") != 0
    assert "the text is empty: to give the article up, discard it" in capsys.readouterr().err
    assert dead(desk) == [ref]
