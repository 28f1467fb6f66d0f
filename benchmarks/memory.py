"""The front door's memory while a hundred thousand articles pass it, listed, searched and looked at all the while."""

import json
import os
import time
import urllib.error
import urllib.request
from pathlib import Path

from benchmarks.desk import Desk, running_desk, tree, until
from benchmarks.figures import Figure

ARTICLES = int(os.environ.get("BENCH_ARTICLES", "100000"))
BATCH, FIRST = 1000, 0.1
ASKED = ("/v1/articles?limit=200", "/v1/search?q=cao+su", "/v1/status", "/metrics", "/", "/articles")


def run() -> list[Figure]:
    """What stays after the first tenth is what serving needs; what comes after it grows with the articles."""
    with running_desk(COPYDESK_DISK_RESERVE_MB="1", COPYDESK_BACKLOG_LIMIT="1000000") as desk:
        web = next(pid for pid, name in tree(desk.pid).items() if name == "web")
        monitor = desk.command("keys", "create", "watch", "--scope", "read-all", "--scope", "monitor").split()[-1]
        first = last = 0.0
        for number in range(0, ARTICLES, BATCH):
            _push_batch(desk, number)
            for path in ASKED:
                _ask(desk, path, monitor)
            last = _rss_mb(web)
            if number <= ARTICLES * FIRST:
                first = last
        _, ledger = desk.open_intake()
        until(lambda: ledger.balance().accepted == ARTICLES, "not all were taken in")
    return [
        Figure(name="memory.web.first_tenth", value=first, unit="MB"),
        Figure(name="memory.web.all", value=last, unit="MB"),
        Figure(name="memory.web.grown", value=last - first, unit="MB", goal=10),
    ]


def _push_batch(desk: Desk, first: int) -> None:
    lines = [
        json.dumps(
            {"uri": f"urn:memory:{number}", "headline": f"Cao su {number}", "body_text": f"Mủ tốt, lần {number}."}
        )
        for number in range(first, first + BATCH)
    ]
    headers = {"Authorization": f"Bearer {desk.key}", "Content-Type": "application/x-ndjson"}
    while True:
        request = urllib.request.Request(f"{desk.url}/v1/batches", "\n".join(lines).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                answer.read()
                return
        except urllib.error.HTTPError as error:  # no room in Redis: the workers make some
            if error.code != 503:
                raise
            time.sleep(float(error.headers["Retry-After"]))


def _ask(desk: Desk, path: str, key: str) -> None:
    request = urllib.request.Request(desk.url + path, headers={"Authorization": f"Bearer {key}", "Accept": "*/*"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        answer.read()


def _rss_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0]) / 1000
