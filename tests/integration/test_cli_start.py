"""What a command that looks loads before it answers: nothing that only processes need. Time is for benchmarks."""

import subprocess
import sys

import pytest

from services.cli.command_table import COMMANDS
from services.ingest.intake import open_archive
from services.web.app import open_state
from shared.settings import Settings
from tests.conftest import options_of
from tests.integration.test_article_list import Desk

HEAVY = (
    "asyncio", "celery", "kombu", "redis", "structlog", "starlette", "uvicorn", "httpx", "feedparser", "lxml", "jinja2",
    "prometheus_client", "multiprocessing", "http.client", "email", "logging", "ssl", "playwright",
)  # fmt: skip
READING = {
    "status": 0, "list": 0, "show ID": 0, "search huế": 0, "tail": 0, "balance": 0, "dead list": 0, "refused list": 0,
    "feeds list": 0, "doctor": 0, "config show": 0, "keys list": 0, "help": 0, "help feeds add": 0,
}  # fmt: skip
LOADED = """
import sys
from services.cli.main import main
code = main(sys.argv[1:])
print([name for name in {heavy!r} if name in sys.modules], code, file=sys.stderr)
"""


@pytest.fixture
def desk(settings: Settings) -> Desk:
    return Desk(open_state(settings, open_archive(settings)), settings, 0, "")


@pytest.mark.parametrize("words", READING)
def test_a_command_that_looks_loads_nothing_heavy(desk: Desk, words: str) -> None:
    article = desk.take("Một")
    desk.clean("Huế đón khách")
    over = options_of(desk.settings)
    over += ["--set", f"index_dir={desk.settings.index_dir}"]
    command = [sys.executable, "-c", LOADED.format(heavy=HEAVY), *words.replace("ID", article).split(), *over]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == f"[] {READING[words]}", done.stderr


def test_each_of_them_is_a_command() -> None:
    known = {command.words for command in COMMANDS}
    assert {" ".join(words.split()[:2]) in known or words.split()[0] in known for words in READING} == {True}
