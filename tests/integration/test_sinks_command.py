"""`copydesk sinks`: what is delivered once more, of what, and by which names."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from services.cli import main as cli
from services.cli.commands.status import worker_lines
from services.index.deliver import run
from services.index.outbox.deliverer import Deliverer
from services.index.outbox.outbox import Outbox, outbox_file
from shared.errors import PermanentError
from shared.ledger.troubles import Worker
from shared.settings import Settings
from shared.sink_settings import SinkSettings
from tests.conftest import options_of, wait_for
from tests.integration.verbs import Newsdesk, news, newsdesk_of
from tests.unit.index.outbox.test_deliverer import Shelf

OURS, THEIRS = "urn:news:1", "urn:news:2"
CONFIG = '[sinks.shelf]\nurl = "files:///srv/shelf"\nsources = ["push:hue"]\n'


class Shell:
    """A desk with an article of each of two publishers, of which one goes to the sink."""

    def __init__(self, desk: Newsdesk, capsys: pytest.CaptureFixture[str]) -> None:
        self.desk, self.capsys, self.shelf = desk, capsys, Shelf()
        desk.push(news("Rubber", uri=OURS), "hue")
        desk.push(news("Timber", uri=THEIRS), "hanoi")
        desk.work()
        self.deliver()

    def deliver(self) -> list[str]:
        """The articles that come to the sink."""
        before, outbox = len(self.shelf.taken), Outbox(outbox_file(self.desk.settings, "shelf"))
        deliverer = Deliverer("shelf", self.shelf, outbox, self.desk.index, sources=("push:hue",))
        while not deliverer.step():
            pass
        outbox.close()
        names = {self.desk.stored(f"uri:{by} {uri}").article_id: uri for by, uri in (("hue", OURS), ("hanoi", THEIRS))}
        return [names[article] for article, _ in self.shelf.taken[before:]]

    def sinks(self, *words: str) -> tuple[int, Any]:
        place = options_of(self.desk.settings)
        self.capsys.readouterr()
        done = cli.main(["sinks", *words, "--json", *place])
        return done, json.loads(self.capsys.readouterr().out or "null")


@pytest.fixture
def shell(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shell]:
    (tmp_path / "sinks.toml").write_text(CONFIG)
    monkeypatch.setenv("COPYDESK_CONFIG", str(tmp_path / "sinks.toml"))
    with newsdesk_of(settings) as desk:
        yield Shell(desk, capsys)


@pytest.mark.parametrize("asked", [("--since", "1h"), (OURS, THEIRS)], ids=["a span", "named articles"])
def test_what_is_delivered_once_more_is_of_the_sources_that_go_there(shell: Shell, asked: tuple[str, ...]) -> None:
    assert shell.sinks("replay", "shelf", *asked) == (0, {"sink": "shelf", "replayed": 1, "leftOut": 1})
    assert shell.deliver() == [OURS]


def test_what_does_not_go_there_is_not_promised(shell: Shell) -> None:
    assert shell.sinks("replay", "shelf", THEIRS) == (1, {"sink": "shelf", "replayed": 0, "leftOut": 1})
    assert shell.deliver() == []


def test_an_article_is_known_by_all_its_names(shell: Shell) -> None:
    article = shell.desk.stored(f"uri:hue {OURS}")
    for name in (OURS, f"uri:hue {OURS}", article.article_id, article.receipts[0]):
        done, told = shell.sinks("log", name)
        assert (done, {one["article"] for one in told["deliveries"]}) == (0, {article.article_id})
        assert shell.sinks("replay", "shelf", name)[0] == 0
        assert shell.deliver() == [OURS]
    assert shell.sinks("log", "urn:news:none")[0] != 0


def test_what_is_dead_is_given_up_by_any_name(shell: Shell) -> None:
    shell.shelf.answer = lambda _: PermanentError("no place")
    shell.sinks("replay", "shelf", OURS)
    shell.deliver()
    assert shell.sinks("discard", "shelf", THEIRS)[1]["discarded"] == 0
    assert shell.sinks("discard", "shelf", OURS) == (0, {"sink": "shelf", "discarded": 1})


def test_what_the_process_handed_on_is_counted_as_its_work(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = replace(settings, sinks={"out": SinkSettings(url=f"files://{tmp_path}/out?format=ndjson")})
    stop = threading.Event()
    with newsdesk_of(settings) as desk:
        for uri in (OURS, THEIRS):
            desk.push(news("Rubber", uri=uri))
        desk.work()
        process = threading.Thread(target=run, args=(settings, stop))
        process.start()

        def told() -> dict[str, list[str]]:
            cli.main(["status", *options_of(settings)])
            rows = [line.split() for line in capsys.readouterr().out.splitlines()]
            return {row[0]: row[-2:] for row in rows if row}

        try:
            wait_for(lambda: told().get("deliver") == ["2", "0"], "what was delivered is not counted")
        finally:
            stop.set()
            process.join()


def test_a_process_that_works_on_no_article_tells_of_none() -> None:
    row = "\n".join(worker_lines([Worker(name="web", host="h", boot="b", pid=1, version="1", since=0, beat=0)], 0))
    assert row.split()[-2:] == ["-", "-"]
