"""`copydesk list` and `copydesk tail` over a real ledger and index."""

import json
from pathlib import Path

import pytest

from services.cli import main as cli
from services.ingest.intake import open_archive
from services.web.app import open_state
from shared.article import Article
from shared.clock import now_us
from shared.ledger.calls import Failure
from shared.ledger.events import EventStream
from shared.settings import Settings
from shared.work.liveness import WorkerRecord
from tests.integration.test_article_list import FEED, Desk


@pytest.fixture
def desk(settings: Settings) -> Desk:
    return Desk(open_state(settings, open_archive(settings)), settings, 0, "")


def run(desk: Desk, *words: str) -> int:
    names = ("redis_url", "index_dir", "archive_dir", "seeds_dir")
    over = [f"--set={name}={getattr(desk.settings, name)}" for name in names]
    return cli.main([*over, "--data-dir", str(desk.settings.data_dir), *words])


def test_the_list_shows_what_failed_and_why(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.take("Một")
    desk.clean("Huế đón khách")
    dead = desk.take("Hai", FEED, url="https://tin.example/hai")
    desk.bury("KeyError: 'x'")
    assert run(desk, "list") == 0
    shown = capsys.readouterr().out
    assert [line.split()[2] for line in shown.splitlines()[1:]] == ["dead", "indexed"]
    assert "https://tin.example/hai | unforeseen: KeyError: 'x'" in shown
    assert "Huế đón khách" in shown
    assert run(desk, "list", "--state", "failed", "--json") == 0
    (row,) = json.loads(capsys.readouterr().out)["articles"]
    assert (row["article"], row["source"]) == (dead, "feed:https://tin.example/rss")


def test_the_next_page_begins_where_the_first_ends(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    articles = [desk.take(f"Bài {number}") for number in range(3)]
    assert run(desk, "list", "--limit", "2") == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("... and more: --before ")
    assert run(desk, "list", "--json", "--before", last.split()[-1]) == 0
    assert [row["article"] for row in json.loads(capsys.readouterr().out)["articles"]] == articles[:1]


def test_a_filter_that_makes_no_sense_is_told_to_the_person(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.take("Một")
    assert run(desk, "list", "--state", "lost") == 2
    assert "'lost' is no state; there are queued" in capsys.readouterr().err


def test_the_tail_shows_the_last_changes(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    article = desk.take("Một")
    desk.take("Hai", FEED)
    desk.clean()
    assert run(desk, "tail", "--publisher", "hue", "-n", "2") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines] == ["working", "indexed"]
    assert all(article in line for line in lines)
    assert run(desk, "tail", "--json", "--state", "received") == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [change["source"] for change in told] == ["push:hue", "feed:https://tin.example/rss"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        pytest.param(("--source", "feed:https://tin.example/rss"), "fed", id="a source"),
        pytest.param(("--source", "feed"), "fed", id="a kind"),
        pytest.param(("--publisher", "hue"), "pushed", id="a publisher"),
    ],
)
def test_the_list_of_a_source_has_what_is_on_its_way(
    desk: Desk, capsys: pytest.CaptureFixture[str], filters: tuple[str, str], expected: str
) -> None:
    articles = {"pushed": desk.take("Một"), "fed": desk.take("Hai", FEED)}
    assert run(desk, "list", "--json", *filters) == 0
    rows = json.loads(capsys.readouterr().out)["articles"]
    assert [(row["article"], row["state"]) for row in rows] == [(articles[expected], "queued")]


def test_status_names_the_workers_as_tail_takes_them(
    desk: Desk, capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    desk.take("Một")
    desk.clean()
    record = WorkerRecord(settings, "normalize", boot="1447046040")
    record.beat()
    try:
        run(desk, "status")
        (line,) = [
            line for line in capsys.readouterr().out.splitlines() if line.startswith("normalize ") and ":" in line
        ]
        worker = line.split()[1]
        assert worker.endswith(":1447046040")
        assert run(desk, "tail", "--worker", worker) == 0, "it runs, and has taken nothing up"
        assert capsys.readouterr() == ("", "")
        assert run(desk, "tail", "--worker", worker.partition(":")[0]) == 0, "all of that host"
        assert "working" in capsys.readouterr().out
        assert run(desk, "tail", "--worker", "nobody") == 1
        assert "no worker nobody runs" in capsys.readouterr().err
    finally:
        record.stop()


def test_what_waits_for_the_end_of_its_embargo_is_listed_by_its_headline(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.take("Tin lúc sáu giờ")
    (item,) = desk.ledger.claim("normalize", "test")
    desk.ledger.commit("normalize", [desk._cleaned(item.ref, item.token, Article(headline="Tin lúc sáu giờ"))])
    (item,) = desk.ledger.claim("index", "test")
    held = Failure(ref=item.ref, token=item.token, verdict="hold", reason="embargo", due_us=now_us() + 3_600_000_000)
    desk.ledger.fail("index", [held])
    assert run(desk, "list") == 0
    assert "Tin lúc sáu giờ | embargo" in capsys.readouterr().out


def test_a_worker_that_nobody_knows_is_told_of(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.take("Một")
    assert run(desk, "list", "--worker", "nobody") == 1
    told = capsys.readouterr()
    assert ("no worker nobody runs" in told.err, told.out) == (True, "")
    desk.clean("Một")
    (change, *_) = [one for one in EventStream(desk.ledger.client).latest() if one.state == "working"]
    (host, *_) = change.note.split(":")
    assert run(desk, "list", "--worker", host) == 0


def test_what_is_not_there_is_named_once_and_as_it_was_asked_for(
    desk: Desk, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    desk.take("Một")
    lost = f"{tmp_path}/lost.txt"
    assert run(desk, "push", lost) == 1
    assert capsys.readouterr().err.count(lost) == 1
    target = f"{tmp_path}/nowhere/out.ndjson"
    assert run(desk, "export", "--ndjson", target) == 2
    assert f"copydesk: {target}: No such file" in capsys.readouterr().err
    assert run(desk, "sinks", "list") == 0
    assert "docs/sinks.md" in capsys.readouterr().out
