"""A page of the list over a large desk beside one over a small desk, and what walking all of it leaves in the door."""

import contextlib
import http.client
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import msgspec

from benchmarks.desk import proportional_mb, until
from benchmarks.figures import Figure, percentile
from benchmarks.index import make_entries
from services.desk.valkey import find_server
from services.index.sinks.sqlite import SqliteSink
from services.ingest.intake import Intake, open_archive
from services.web.keys import open_keys
from services.web.sessions import COOKIE
from shared.envelope import Input, Source
from shared.settings import Settings
from shared.work.celery_app import open_ledger
from tests.machine import free_port

SMALL, LARGE = 1_000, 100_000  # BENCH_LISTING_ARTICLES=10000 fills a smaller large one
STANDING_SHARE = 100  # one in so many waits for its turn
SAMPLES, FILL, TAKEN_AT_ONCE = 40, 1_000, 100
PUSHER = Source(kind="push", name="hue")
PAGES = {
    "api": "/v1/articles?limit=50",
    "api_source": "/v1/articles?limit=50&source=feed",
    "api_since": "/v1/articles?limit=50&since=2015-01-01T00:00:00Z&state=indexed",
    "html": "/articles",
    "html_failed": "/articles?state=failed",
}
WALKED = "/v1/articles?limit=200"


def run() -> list[Figure]:
    """Both desks stand at once and take turns, so that both meet the same machine.

    The goals are what is asked of them; milliseconds are too short for a stored ratio that a fifth would miss.
    """
    large = int(os.environ.get("BENCH_LISTING_ARTICLES", str(LARGE)))
    figures: list[Figure] = []
    with _desk(SMALL) as few, _desk(large) as many:
        for name, path in PAGES.items():
            took: dict[int, list[float]] = {few.port: [], many.port: []}
            for _ in range(SAMPLES):
                for door in (few, many):
                    took[door.port].append(door.time(path))
            p50s = [percentile(took[door.port], 50) for door in (few, many)]
            figures += [
                Figure(name=f"listing.{name}.p50", value=p50s[1] * 1000, unit=f"ms over {large:,}"),
                Figure(name=f"listing.{name}.in_small", value=p50s[1] / p50s[0], unit="x", goal=2),
            ]
        before = many.walk()  # what the first walk loads stays
        grown = many.walk() - before
        figures += [
            Figure(name="listing.walked.rss", value=before, unit="MB", goal=160),
            Figure(name="listing.walked.grown", value=max(0.0, grown), unit="MB a walk of all pages", goal=4),
        ]
    return figures


class Door:
    """A front door over a desk that nobody works on, and somebody who is logged in there."""

    def __init__(self, port: int, pid: int, key: str, count: int) -> None:
        self.port, self._pid, self._key, self._count = port, pid, key, count
        self._cookie = ""

    def time(self, path: str) -> float:
        """Seconds that a page takes."""
        begun = time.perf_counter()
        self.ask(path)
        return time.perf_counter() - begun

    def walk(self) -> float:
        """Turn all pages; MB that the door's process has afterwards."""
        path, seen = WALKED, 0
        while path:
            answer = json.loads(self.ask(path))
            seen += len(answer["articles"])
            path = answer["links"].get("next", "")
        if seen < self._count:
            raise SystemExit(f"the list has {seen} of {self._count} articles")
        return proportional_mb(self._pid)

    def ask(self, path: str) -> bytes:
        """What a page answers."""
        is_page = not path.startswith("/v1/")
        if is_page and not self._cookie:
            self._log_in()
        headers = {"Accept": "text/html", "Cookie": self._cookie} if is_page else {"Authorization": self._key}
        status, body, _ = self._send("GET", path, b"", headers)
        if status != 200:
            raise SystemExit(f"{path} answered {status}: {body[:200]!r}")
        return body

    def _log_in(self) -> None:
        form = urlencode({"key": self._key.removeprefix("Bearer "), "next": "/"}).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        _, _, cookies = self._send("POST", "/login", form, kind)
        self._cookie = next(cookie.partition(";")[0] for cookie in cookies if cookie.startswith(COOKIE))

    def _send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes, list[str]]:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as wire:
            wire.request(method, path, body, headers)
            answer = wire.getresponse()
            return answer.status, answer.read(), answer.headers.get_all("Set-Cookie") or []


@contextlib.contextmanager
def _desk(count: int) -> Iterator[Door]:
    """A desk with that many articles, put there by the calls of its own workers."""
    with tempfile.TemporaryDirectory(prefix="cd-", dir="/tmp") as name, contextlib.ExitStack() as ends:
        folder, port = Path(name), free_port()
        settings = Settings(
            redis_url=f"unix://{folder}/s",
            data_dir=str(folder / "data"),
            archive_dir=str(folder / "data" / "archive"),
            index_dir=str(folder / "data" / "index"),
            disk_reserve_mb=1,
        )
        options = ["--port", "0", "--unixsocket", f"{folder}/s", "--save", "", "--dir", str(folder)]
        ends.enter_context(_process([str(find_server()), *options]))
        until(Path(folder, "s").exists, "Valkey did not start", 30)
        _fill(settings, count)
        key = open_keys(settings).create("desk", scopes=("admin",))
        places = ["--data-dir", settings.data_dir, "--redis-url", settings.redis_url, "--port", str(port)]
        web = ends.enter_context(_process([sys.executable, "-m", "services.cli", "web", *places]))
        door = Door(port, web.pid, f"Bearer {key}", count)
        until(lambda: _is_open(door), "the door did not open", 60)
        yield door


def _fill(settings: Settings, count: int) -> None:
    """The articles into the index, those that stand into ledger and archive; a few of them died."""
    sink = SqliteSink(settings.index_file)
    entries = make_entries(count)
    while batch := list(itertools.islice(entries, FILL)):
        sink.put_many(batch)
    sink.close()
    ledger = open_ledger(settings)
    intake = Intake(ledger, open_archive(settings), settings)
    for start in range(0, count // STANDING_SHARE, TAKEN_AT_ONCE):
        numbers = range(start, min(start + TAKEN_AT_ONCE, count // STANDING_SHARE))
        intake.take_each([_input(number) for number in numbers])


def _input(number: int) -> Input:
    body = f"Tin {number}\n\nHUẾ - Một bài chờ đến lượt.".encode()
    return msgspec.structs.replace(Input(source=PUSHER, media_type="text/plain", body=body), name=f"tin-{number}.txt")


@contextlib.contextmanager
def _process(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COPYDESK_")}
    process = subprocess.Popen(command, env=clean, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _is_open(door: Door) -> bool:
    try:
        door.ask("/v1/articles?limit=1")
    except OSError:
        return False
    return True
