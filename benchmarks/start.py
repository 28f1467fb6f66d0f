"""What a command costs before it answers: processor time beside a Python that does nothing, over a Redis that answers.

Each runs as its installed script does, its bytecode written before, and in turn with the bare Python.
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.index import make_entries
from benchmarks.ledger import open_server
from services.index.sinks.sqlite import SqliteSink
from services.ingest.intake import open_archive
from shared.settings import INDEX_FILE
from shared.work.celery_app import open_ledger

ROUNDS = 11
MOST = 5.0
MAIN = "import sys; from services.cli.main import main; sys.exit(main())"
LOOK = (
    "status", "list", "show x", "search x", "tail", "dead list", "feeds list", "doctor", "config show", "keys list",
    "help", "--version",
)  # fmt: skip
READ = "read page.txt"
PAGE = "09/11/2015 - 05:34\n\nChợ nổi mở thêm bến thuyền\n\nTTH - Khách đến chợ nổi có thể lên thuyền ở ba bến mới.\n"


def run() -> list[Figure]:
    """The median of each command, in medians of the bare Python of the same rounds."""
    with open_server() as (settings, _):
        folder = Path(settings.data_dir)
        open_archive(settings).close()
        open_ledger(settings).free("a" * 26, 1)  # a ledger has been there
        (folder / "index").mkdir()
        with closing(SqliteSink(folder / "index" / INDEX_FILE)) as sink:  # and articles: else a search refuses at once
            sink.put_many([*make_entries(3)])
        (folder / "page.txt").write_text(PAGE, encoding="utf-8")
        programs = {"bare": ["-c", "pass"]}
        for words in (*LOOK, READ):
            there = (
                []
                if words in (READ, "help", "--version")
                else ["--redis-url", settings.redis_url, "--data-dir", settings.data_dir]
            )
            programs[words] = ["-c", MAIN, *words.split(), *there]
        for program in programs.values():
            _spend(folder, program)  # its bytecode is written
        rounds = [{words: _spend(folder, program) for words, program in programs.items()} for _ in range(ROUNDS)]
    spent = {words: statistics.median(taken[words] for taken in rounds) for words in programs}
    bare = spent.pop("bare")
    return [
        Figure(name="start.bare", value=bare, unit="ms CPU"),
        *(
            Figure(name=f"start.{words.split(' x')[0]}", value=took / bare, unit="x bare Python", goal=_goal(words))
            for words, took in spent.items()
        ),
    ]


def _goal(words: str) -> float | None:
    return None if words == READ else MOST


def _spend(folder: Path, words: Sequence[str]) -> float:
    """Milliseconds of the processor, in the program and in the kernel for it."""
    root = str(Path(__file__).parents[1])
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("COPYDESK_", "PYTHON"))}
    environ |= {"PYTHONPATH": root, "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    with (folder / "answer").open("wb") as answer:
        child = subprocess.Popen([sys.executable, *words], cwd=folder, env=environ, stdout=answer, stderr=answer)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):  # 1: nothing found, or a trouble
        raise RuntimeError(f"{words}: {(folder / 'answer').read_text()}")
    return (used.ru_utime + used.ru_stime) * 1000
