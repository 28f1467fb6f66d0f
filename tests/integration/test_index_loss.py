"""An index that is lost is made anew from the archive, whatever the ledger remembers; nothing comes in twice."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.cli import main as cli
from services.desk.verification import verify
from services.index.loss import refill_lost, set_aside
from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from services.ingest.decisions import discard
from services.ingest.intake import open_decisions
from services.ingest.recovery import recover
from shared.data_version import make_folder
from shared.errors import PermanentError
from shared.ledger import keys
from shared.settings import Settings
from tests.entries import make_entry
from tests.integration.test_stages import InputStatus as Line

WORDS = ("sen", "mai", "đào")


@pytest.fixture
def line(settings: Settings) -> Iterator[Line]:
    made = Line(settings)
    for word in WORDS:
        made.push(f"Hoa {word} nở\n\nMùa hoa {word} đã về trên phố nhỏ bên sông.", "text/plain", f"uri:{word}")
    made.run()
    yield made
    made.sink.close()


def begin_anew(line: Line) -> bool:
    """What the index service does when it starts."""
    line.sink = SqliteSink(line.file)
    return refill_lost(Index(line.file), line.ledger)


def test_what_the_index_has_lost_is_read_again_from_the_archive(settings: Settings, line: Line) -> None:
    line.sink.close()
    aside = set_aside(settings)
    assert aside is not None
    assert (aside / line.file.name).exists()
    assert not line.file.exists()
    assert begin_anew(line)
    assert not line.ledger.client.exists(keys.EPOCH), "whoever looks after the ledger sees that it must be filled"
    assert recover(line.ledger, line.archive, settings) == (3, 3)
    line.run()
    balance = line.ledger.balance()
    assert (balance.accepted, balance.indexed, balance.difference) == (3, 3, 0)
    assert all(Index(line.file).search(f'"hoa {word}"').total == 1 for word in WORDS)
    assert verify(settings, line.ledger, None).differences == ()


def test_an_index_that_holds_something_and_a_new_desk_are_left_alone(settings: Settings, line: Line) -> None:
    assert not refill_lost(Index(line.file), line.ledger)
    line.ledger.client.flushall()
    line.sink.close()
    set_aside(settings)
    assert not begin_anew(line), "an empty Redis is filled by itself"


def test_what_was_on_its_way_or_given_up_is_as_it_was(settings: Settings, line: Line) -> None:
    line.push("\x00\x01 no text \x02")
    line.run()
    waiting = line.push("Tin mới\n\nMột bản tin còn trên đường.", "text/plain", "uri:new")
    dead = [one.ref for one in line.ledger.dead()]
    discard(line.ledger, open_decisions(settings), dead, "no text")
    line.sink.close()
    set_aside(settings)
    assert begin_anew(line)
    recover(line.ledger, line.archive, settings)
    line.run()
    balance = line.ledger.balance()
    assert (balance.accepted, balance.indexed, balance.in_flight, balance.difference) == (5, 4, 0, 0)
    assert Index(line.file).get(waiting) is not None


def test_a_stale_worker_changes_nothing(settings: Settings, line: Line) -> None:
    line.push("Tin mới\n\nMột bản tin còn trên đường.", "text/plain", "uri:new")
    (claimed,) = line.ledger.claim("normalize", "m")
    line.ledger.forget()
    assert line.ledger.claim("normalize", "m2") == []
    assert line.ledger.balance().accepted == 0
    recover(line.ledger, line.archive, settings)
    line.run()
    assert line.ledger.balance().difference == 0
    assert claimed.ref


def test_only_what_is_known_of_articles_is_forgotten(line: Line) -> None:
    kept = {"drops:taken", "feeds:due", "workers", "ledger:version", "ledger:freed", "kombu.x"}
    for name in kept - {"ledger:version"}:
        line.ledger.client.set(name, 1)
    line.ledger.forget()
    left = {key.decode() for key in line.ledger.client.keys("*")}
    assert kept <= left
    assert [key for key in left if key.startswith(("art:", "seen:", "rcpt:", "ledger:waiting", "ledger:balance"))] == []


def test_an_index_is_not_moved_from_under_its_writer(settings: Settings, line: Line) -> None:
    with pytest.raises(PermanentError, match=f"process {os.getpid()}"):
        set_aside(settings)
    assert line.file.exists()


def test_the_command_tells_first_and_acts_with_yes(
    settings: Settings, line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--data-dir", settings.data_dir]
    assert cli.main(["reindex", *place]) == 0
    assert "holds 3 articles" in capsys.readouterr().out
    assert cli.main(["reindex", "--yes", *place]) == 2, "its writer lives"
    line.sink.close()
    for left in line.file.parent.glob(f"{line.file.name}-*"):
        left.unlink()  # SQLite's log, in which a small index stands as a whole
    line.file.write_bytes(b"no database" * 1000)
    assert cli.main(["reindex", *place]) == 0
    assert "cannot be read" in capsys.readouterr().out
    assert cli.main(["reindex", "--yes", *place]) == 0
    assert not Path(line.file).exists()


def test_the_command_counts_one_article_as_one(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    make_folder(Path(settings.data_dir))
    sink = SqliteSink(settings.index_file)
    sink.put_many([make_entry("a")])
    sink.close()
    place = ["--data-dir", settings.data_dir]
    assert cli.main(["reindex", *place]) == 0
    assert "holds 1 article." in capsys.readouterr().out
    assert cli.main(["reindex", "--words", *place]) == 0
    assert capsys.readouterr().out == "The words of 1 article are made anew.\n"
