"""A desk of its own for a measurement: `copydesk up` in a temporary folder, and what its processes cost."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from services.ingest.intake import Intake, open_archive
from shared.envelope import FEED_ENTRY_TYPE, FeedEntry, Input, Source
from shared.ledger.calls import Ledger
from shared.settings import Settings
from shared.work.celery_app import open_ledger
from tests.machine import free_port

TICKS = os.sysconf("SC_CLK_TCK")
WORDS = "nâng cao chất lượng đội ngũ cán bộ đảng viên trong huyện góp phần phát triển kinh tế xã hội".split()


class Desk:
    """A running desk: its address, key, settings, and the processes below its supervisor."""

    def __init__(self, folder: Path, process: subprocess.Popen[str], greeting: dict[str, str]) -> None:
        self.folder = folder
        self.pid = process.pid
        self.url, self.key = greeting["url"], greeting["key"]
        running = json.loads((folder / "data" / "run" / "desk.json").read_text())
        self.settings = Settings(
            redis_url=running.get("redisUrl") or running["redis_url"],
            data_dir=str(folder / "data"),
            archive_dir=str(folder / "data" / "archive"),
            index_dir=str(folder / "data" / "index"),
        )

    def open_intake(self) -> tuple[Intake, Ledger]:
        ledger = open_ledger(self.settings)
        return Intake(ledger, open_archive(self.settings), self.settings), ledger

    def push(self, words: str, media_type: str = "text/plain", headers: Mapping[str, str] = {}) -> None:
        """One push over HTTP."""
        self._ask("/v1/articles", words.encode(), {"Content-Type": media_type, **headers})

    def finds(self, query: str) -> bool:
        """Whether the search over HTTP finds it."""
        answer = json.loads(self._ask(f"/v1/search?q={query}"))
        return int(answer["total"]) > 0

    def command(self, *words: str) -> str:
        """What a command prints in this desk's folder."""
        command = [sys.executable, "-m", "services.cli", *words]
        clean = {k: v for k, v in os.environ.items() if not k.startswith("COPYDESK_")}
        return subprocess.run(command, cwd=self.folder, env=clean, check=True, capture_output=True, text=True).stdout

    def _ask(self, path: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
        request = urllib.request.Request(
            self.url + path, data=data, headers={"Authorization": f"Bearer {self.key}"} | (headers or {})
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            body: bytes = answer.read()
        return body


@contextlib.contextmanager
def running_desk(*, nofile: int | None = None, **environ: str) -> Iterator[Desk]:
    """`copydesk up` until the measurement ends; each of its processes may open `nofile` descriptors and no more."""
    with tempfile.TemporaryDirectory(prefix="cd-bench-") as name:
        folder = Path(name)
        (folder / "seeds").mkdir()
        command = [sys.executable, "-m", "services.cli", "--json", "up", "--port", str(free_port())]
        if nofile is not None:
            command = ["sh", "-c", f'ulimit -n {nofile} && exec "$@"', "sh", *command]
        clean = {k: v for k, v in os.environ.items() if not k.startswith("COPYDESK_")}
        process = subprocess.Popen(
            command, cwd=folder, env=clean | environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            assert process.stdout is not None
            yield Desk(folder, process, json.loads(process.stdout.readline()))
        finally:
            process.terminate()
            process.wait(30)


def tree(pid: int) -> dict[int, str]:
    """The processes below a supervisor, with what each is, whichever of its threads started them."""
    found: dict[int, str] = {}
    with contextlib.suppress(OSError):
        started = [path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children")]
        for child in (int(word) for words in started for word in words):
            words = Path(f"/proc/{child}/cmdline").read_bytes().decode().split("\0")
            found[child] = _name(words)
            found |= dict.fromkeys(tree(child), f"{found[child]} child")
    return found


def _name(words: list[str]) -> str:
    """What a process is, by its command line: "valkey", "web", "normalize", "watchdog"."""
    if "valkey-server" in words[0]:
        return "valkey"
    named = [word for word in words if word.isidentifier()]
    if named:
        return named[-1]
    return next((word.rpartition(".")[2] for word in words if word.startswith("services.")), "other")


def cpu_s(pids: list[int]) -> float:
    """CPU seconds these processes have used, with their reaped children."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            total += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:15]))
    return total / TICKS


def proportional_mb(pid: int) -> float:
    """Memory of a process in MB, a page shared by n processes counted as 1/n (PSS); 0 when it is gone."""
    with contextlib.suppress(OSError):
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        return int(rollup.partition("\nPss:")[2].split()[0]) / 1000
    return 0.0


def entries(first: int, count: int) -> list[Input]:
    """Short feed entries, each of its own words."""
    return [_entry(number) for number in range(first, first + count)]


def _entry(number: int) -> Input:
    start = number % len(WORDS)
    words = " ".join([*WORDS[start:], *WORDS[:start]])
    entry = FeedEntry(
        feed="http://feeds.example/f.xml",
        guid=f"g{number}",
        link=f"http://news.example/{number}",
        title=f"Tin {number}: {words[:40]}",
        summary=f"<p>{words} {number}</p>",
        content=f"<p>{words}</p><p>{words} lần {number}</p>",
        published="Mon, 09 Nov 2015 05:34:00 +0700",
        authors=("Anh Phong",),
    )
    source = Source(kind="feed", name="http://feeds.example/f.xml", zone="Asia/Ho_Chi_Minh")
    aliases = (f"url:http://news.example/{number}", f"guid:http://feeds.example/f.xml g{number}")
    return Input(source=source, media_type=FEED_ENTRY_TYPE, body=msgspec.json.encode(entry), aliases=aliases)


def until(happened: Callable[[], bool], failure: str, seconds: float = 300, every_s: float = 0.05) -> None:
    """Look until it happened."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise SystemExit(f"{failure} within {seconds} s")
        time.sleep(every_s)
