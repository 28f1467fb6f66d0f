"""Ten thousand feeds: what they cost while nothing is due, and when all are due at once; and subscribing a list."""

import time
from pathlib import Path

from benchmarks.desk import until
from benchmarks.feed_origin import RunningOrigin, running_origin
from benchmarks.fetcher import Fetcher, running_fetcher
from benchmarks.figures import Figure
from services.ingest.subscriptions import Subscriptions

FEEDS, HOSTS, ENTRIES = 10_000, 500, 0  # what is in them is measured by `polls`
LISTED = 2000
INTERVAL_S = 900
REST_S = 20.0
SINGLE = 50


def run() -> list[Figure]:
    """The first visits are not measured: they are those of `polls`."""
    with running_origin(HOSTS, FEEDS, ENTRIES) as origin, running_fetcher(COPYDESK_FEED_INTERVAL_S="36000") as fetcher:
        listed = _import(fetcher, origin.urls()[:LISTED])
        started = time.perf_counter()
        feeds = fetcher.watch(origin.urls())
        all_listed = time.perf_counter() - started
        added, written = _add_one_by_one(fetcher, origin)
        fetcher.make_due(feeds)
        until(lambda: origin.answers(200) >= FEEDS, "not all were visited", 600)
        fetcher.rest()
        rest = _rest(fetcher)
        spent, took = _all_due(fetcher, origin)
    return [
        Figure(name="feeds.import_2000", value=listed, unit="s from the command to its end", goal=10),
        Figure(name="feeds.watch_10000", value=all_listed, unit="s until 10,000 are listed and have their times"),
        Figure(name="feeds.add_to_10000", value=added, unit="ms CPU each, one by one"),
        Figure(name="feeds.add_written", value=written, unit="kB written for each", goal=8),
        Figure(name="feeds.rest_10000", value=rest, unit="ms CPU a minute, nothing due", goal=600),
        Figure(name="feeds.due_10000", value=spent, unit="s CPU, all due at once and unchanged"),
        # What is due all at once is 10 % of its interval late at most.
        Figure(name="feeds.due_late", value=100 * took / INTERVAL_S, unit="% of the interval, the last one", goal=10),
    ]


def _import(fetcher: Fetcher, urls: list[str]) -> float:
    """Seconds of `copydesk feeds import` for an OPML file as another reader writes it."""
    path = Path(fetcher.settings.data_dir, "list.opml")
    rows = "".join(f'<outline type="rss" text="Báo {at}" xmlUrl="{url}"/>' for at, url in enumerate(urls))
    path.write_text(f'<?xml version="1.0"?><opml version="2.0"><head/><body>{rows}</body></opml>', encoding="utf-8")
    started = time.perf_counter()
    fetcher.command("feeds", "import", str(path))
    return time.perf_counter() - started


def _add_one_by_one(fetcher: Fetcher, origin: RunningOrigin) -> tuple[float, float]:
    """ms CPU of adding one more feed to all, in a process that knows the list, and kB that are written for it."""
    subscriptions = Subscriptions(fetcher.settings)
    subscriptions.list()
    written, started = _written(), time.process_time()
    for number in range(SINGLE):
        subscriptions.add(f"{origin.urls()[0]}?{number}")
    took, written = time.process_time() - started, _written() - written
    for number in range(SINGLE):
        subscriptions.remove(f"{origin.urls()[0]}?{number}")
    return 1000 * took / SINGLE, written / 1000 / SINGLE


def _written() -> int:
    """Bytes that this process has handed to the system to write."""
    rows = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(rows["wchar"])


def _rest(fetcher: Fetcher) -> float:
    before = fetcher.cpu_ms()
    time.sleep(REST_S)
    return (fetcher.cpu_ms() - before) * 60 / REST_S


def _all_due(fetcher: Fetcher, origin: RunningOrigin) -> tuple[float, float]:
    """CPU seconds, and seconds until the last one was asked."""
    feeds, asked = fetcher.subscriptions.list(), origin.answers(304)
    before, started = fetcher.cpu_ms(), time.monotonic()
    fetcher.make_due(feeds)
    until(lambda: origin.answers(304) >= asked + FEEDS, "not all were polled", 600)
    took = time.monotonic() - started
    fetcher.rest()
    return (fetcher.cpu_ms() - before) / 1000, took
