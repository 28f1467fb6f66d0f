"""A fetcher of its own for a measurement: Valkey and one process of `ingest`, and what these cost."""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.desk import cpu_s, tree, until
from services.desk.valkey import find_server
from services.ingest.feed_states import FeedStates
from services.ingest.subscriptions import Subscription, Subscriptions, Wanted
from shared.ledger import keys
from shared.ledger.connection import connect
from shared.settings import Settings
from shared.work.celery_app import open_ledger


class Fetcher:
    """A running fetcher over a data folder of its own."""

    def __init__(self, settings: Settings, pids: Sequence[int]) -> None:
        self.settings = settings
        self.subscriptions = Subscriptions(settings)
        self.redis = connect(settings)
        self.states, self.ledger = FeedStates(self.redis), open_ledger(settings)
        self._pids = pids

    def cpu_ms(self) -> float:
        """CPU ms of Valkey, ingest and the parsers' processes until now."""
        return 1000 * cpu_s([pid for own in self._pids for pid in (own, *tree(own))])

    def watch(self, urls: Sequence[str]) -> Sequence[Subscription]:
        """Watch these feeds, due within seconds."""
        self.subscriptions.add_all([Wanted(url=url, zone="Asia/Ho_Chi_Minh") for url in urls])
        feeds = self.subscriptions.list()
        self.states.sync(feeds)
        return feeds

    def make_due(self, feeds: Sequence[Subscription]) -> None:
        """Let these be due now."""
        for feed in feeds:
            self.states.hasten(feed, 0)

    def command(self, *words: str) -> str:
        """What a command prints over this data folder."""
        command = [sys.executable, "-m", "services.cli", *words]
        return subprocess.run(command, env=_environ(self.settings), check=True, capture_output=True, text=True).stdout

    def rest(self) -> None:
        """Wait until nobody is being visited."""
        until(lambda: not self.redis.exists(keys.FEEDS_CLAIMS), "visits did not end")


@contextlib.contextmanager
def running_fetcher(**environ: str) -> Iterator[Fetcher]:
    """Valkey and ingest until the measurement ends."""
    with tempfile.TemporaryDirectory(prefix="cd-bench-") as name, contextlib.ExitStack() as stack:
        socket = Path(name, "valkey.sock")
        settings = Settings(
            redis_url=f"unix://{socket}", data_dir=f"{name}/data", archive_dir=f"{name}/data/archive",
            index_dir=f"{name}/data/index", backlog_limit=10_000_000, disk_reserve_mb=1,
        )  # fmt: skip
        Path(settings.data_dir).mkdir()
        valkey = [str(find_server()), "--port", "0", "--unixsocket", str(socket), "--dir", name, "--save", ""]
        server = stack.enter_context(_running([*valkey, "--appendonly", "yes"], {}))
        until(socket.exists, "Valkey did not start")
        words = [sys.executable, "-m", "services.cli", "work", "ingest"]
        worker = stack.enter_context(_running(words, _environ(settings) | environ))
        yield Fetcher(settings, (server, worker))


def _environ(settings: Settings) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COPYDESK_")}
    chosen = {
        f"COPYDESK_{field.upper()}": str(getattr(settings, field))
        for field in ("redis_url", "data_dir", "archive_dir", "index_dir", "backlog_limit", "disk_reserve_mb")
    }
    return clean | chosen | {"COPYDESK_ALLOW_NETWORKS": "127.0.0.0/16", "COPYDESK_LOG_LEVEL": "warning"}


@contextlib.contextmanager
def _running(command: Sequence[str], environ: dict[str, str]) -> Iterator[int]:
    process = subprocess.Popen(command, env=environ or None, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)
