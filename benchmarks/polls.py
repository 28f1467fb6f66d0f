"""What a visit of a feed costs, from the claim until what is new is safe: beside bare httpx, feedparser and a peer."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.desk import until
from benchmarks.feed_origin import RunningOrigin, document, running_origin
from benchmarks.fetcher import Fetcher, running_fetcher
from benchmarks.figures import Figure

HOSTS, FEEDS, ENTRIES = 64, 200, 30
ROUNDS = 10
BEGUN = 16
PEERS = Path(".venv-feed-peers", "bin", "python")
# As much at once, and as many connections kept, as a fetcher does.
BARE = """
import asyncio, json, sys, time, httpx
urls, rounds = json.load(sys.stdin), int(sys.argv[1])
async def main():
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=100)
    tags, places = {}, asyncio.Semaphore(64)
    async with httpx.AsyncClient(limits=limits) as client:
        async def poll(url):
            async with places:
                answer = await client.get(url, headers={"If-None-Match": tags[url]} if url in tags else {})
                tags[url] = answer.headers["etag"]
        async def all_of_them():
            await asyncio.gather(*map(poll, urls))
        for _ in range(2):
            await all_of_them()
        before = time.process_time()
        for _ in range(rounds):
            await all_of_them()
        print((time.process_time() - before) / len(urls) / rounds * 1000)
asyncio.run(main())
"""
PARSE = """
import pathlib, sys, time, feedparser
bodies = [path.read_bytes() for path in pathlib.Path(sys.argv[1]).iterdir()]
feedparser.parse(bodies[0])
before = time.process_time()
for body in bodies:
    assert len(feedparser.parse(body).entries) == 30
print((time.process_time() - before) / len(bodies) * 1000)
"""
# Its feedparser looks for sgmllib by the name it had in Python 2.
READER = """
import json, sys, time, feedparser_sgmllib
sys.modules["sgmllib"] = feedparser_sgmllib
import reader
urls, path = json.load(sys.stdin), sys.argv[1]
store = reader.make_reader(path)
for url in urls:
    store.add_feed(url)
before = time.process_time()
store.update_feeds(workers=8)
assert store.get_entry_counts().total == 30 * len(urls)
print((time.process_time() - before) / len(urls) * 1000)
"""


def run() -> list[Figure]:
    """First visits, then polls of what stayed, then of what has one new entry; peers over the same server."""
    with running_origin(HOSTS, FEEDS, ENTRIES) as origin, running_fetcher(COPYDESK_FEED_INTERVAL_S="36000") as fetcher:
        _begin(fetcher)
        first = _first(fetcher, origin)
        same = _unchanged(fetcher, origin)
        changed = _changed(fetcher, origin)
        bare = float(_run(sys.executable, BARE, origin.urls(), str(ROUNDS)))
        reader = _reader(origin, fetcher)
    parse = _parse()
    figures = [
        Figure(name="poll.same.cpu", value=same, unit="ms CPU a poll"),
        Figure(name="poll.same.in_httpx", value=same / bare, unit="x", goal=0.6, is_ratio=True),
        Figure(name="poll.changed.cpu", value=changed, unit="ms CPU a feed with 1 new of 30"),
        Figure(name="poll.changed.in_feedparser", value=changed / parse, unit="x", goal=0.15, is_ratio=True),
        Figure(name="poll.first.cpu", value=first, unit="ms CPU a feed of 30"),
        Figure(name="poll.first.in_feedparser", value=first / parse, unit="x", is_ratio=True),
    ]
    if reader is not None:
        figures.append(Figure(name="poll.first.in_reader", value=first / reader, unit="x", goal=0.4, is_ratio=True))
    return figures


def _begin(fetcher: Fetcher) -> None:
    """Let the parsers have begun, as the peers have when they are measured."""
    with running_origin(BEGUN, BEGUN, ENTRIES, "tin") as origin:
        fetcher.make_due(fetcher.watch(origin.urls()))
        until(lambda: fetcher.ledger.balance().accepted == BEGUN * ENTRIES, "the first entries did not come in")
        fetcher.rest()
        for url in origin.urls():
            fetcher.subscriptions.remove(url)


def _first(fetcher: Fetcher, origin: RunningOrigin) -> float:
    known = fetcher.ledger.balance().accepted
    feeds = fetcher.watch(origin.urls())
    before = fetcher.cpu_ms()
    fetcher.make_due(feeds)
    until(lambda: fetcher.ledger.balance().accepted == known + FEEDS * ENTRIES, "not all entries came in")
    fetcher.rest()
    return (fetcher.cpu_ms() - before) / FEEDS


def _unchanged(fetcher: Fetcher, origin: RunningOrigin) -> float:
    feeds, spent = fetcher.subscriptions.list(), 0.0
    for number in range(ROUNDS + 2):
        asked, before = origin.answers(304), fetcher.cpu_ms()
        fetcher.make_due(feeds)
        until(lambda asked=asked: origin.answers(304) == asked + FEEDS, "not all were polled")  # type: ignore[misc]
        fetcher.rest()
        spent += fetcher.cpu_ms() - before if number >= 2 else 0  # connections and threads begin
    return spent / ROUNDS / FEEDS


def _changed(fetcher: Fetcher, origin: RunningOrigin) -> float:
    feeds, known = fetcher.subscriptions.list(), fetcher.ledger.balance().accepted
    origin.publish()
    before = fetcher.cpu_ms()
    fetcher.make_due(feeds)
    until(lambda: fetcher.ledger.balance().accepted == known + FEEDS, "not all new entries came in")
    fetcher.rest()
    return (fetcher.cpu_ms() - before) / FEEDS


def _parse() -> float:
    with tempfile.TemporaryDirectory(prefix="cd-bench-") as folder:
        for feed in range(40):
            Path(folder, str(feed)).write_bytes(document(feed, ENTRIES + 1, ENTRIES))
        return float(_run(sys.executable, PARSE, [], folder))


def _reader(origin: RunningOrigin, fetcher: Fetcher) -> float | None:
    """ms CPU of `reader` for a first fetch, where `make bench-feeds` has installed it."""
    if not PEERS.exists():
        return None
    return float(_run(str(PEERS), READER, origin.urls(), str(Path(fetcher.settings.data_dir, "reader.sqlite"))))


def _run(python: str, program: str, urls: list[str], argument: str) -> str:
    command = [python, "-c", program, argument]
    return subprocess.run(command, input=json.dumps(urls), check=True, capture_output=True, text=True).stdout
