"""A feed entry from the fetch over HTTP until search finds it, beside the floor: clean it, index it, append it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any
from xml.sax.saxutils import escape

from benchmarks.desk import Desk, cpu_s, running_desk, tree, until
from benchmarks.figures import Figure
from benchmarks.index import bare_insert, make_entries
from benchmarks.texts import RECEIVED_US, normalize_ms
from services.ingest.feeds import make_inputs, read_feed
from services.ingest.subscriptions import Subscriptions
from services.normalize.pipeline import normalize
from shared.article import Article
from shared.envelope import Input, Raw, Source
from shared.ledger import keys
from shared.ledger.reader import PERIOD_US
from shared.settings import Settings

FEEDS, EACH = 20, 100
SEEN = 80_000
LIMIT = 80  # percent of Redis' memory at which the door refuses
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>Báo Nam Đông</title>'
    "<link>http://bao.example/</link><description>Tin</description><language>vi</language>"
)


def run() -> list[Figure]:
    """Every entry is new; each feed has a host of its own, so that none waits for another's turn."""
    documents = list(_documents())
    with running_desk(COPYDESK_DISK_RESERVE_MB="1", COPYDESK_ALLOW_NETWORKS="127.0.0.0/8") as desk:
        spent, held = _visit(desk, documents)
    floor = _floor(documents)
    total = sum(spent.values())
    return [
        Figure(name="feed.cpu", value=total, unit="ms CPU an entry", goal=2.5),
        *(Figure(name=f"feed.cpu.{name}", value=ms, unit="ms") for name, ms in sorted(spent.items())),
        Figure(name="feed.floor", value=floor, unit="ms CPU an entry"),
        Figure(name="feed.in_floor", value=total / floor, unit="x", goal=1.8, is_ratio=True),
        Figure(name="finished.bytes", value=held, unit="B of Redis a finished entry", goal=300),
        Figure(name="finished.in_512_mb", value=_full(held), unit="% filled by 150,000 a day for ever", goal=LIMIT),
    ]


def _documents() -> Iterator[bytes]:
    """RSS as a newspaper's site has it: title, link, guid, date, a summary of one or two sentences."""
    articles = make_entries(FEEDS * EACH)
    for feed in range(FEEDS):
        items = []
        for number in range(EACH):
            article = next(articles).article
            items.append(
                f"<item><title>{escape(article.headline or '')}</title><link>{article.uri}</link>"
                f"<guid isPermaLink='true'>{article.uri}</guid>"
                f"<pubDate>Mon, 09 Nov 2015 {feed % 24:02d}:{number % 60:02d}:00 +0700</pubDate>"
                f"<description>&lt;p&gt;{escape(article.description or '')}.&lt;/p&gt;</description></item>"
            )
        yield (HEAD + "".join(items) + "</channel></rss>").encode()


def _visit(desk: Desk, documents: Sequence[bytes]) -> tuple[dict[str, float], float]:
    """CPU ms an entry by process, and the bytes that Redis holds of each when all are indexed."""
    _, ledger = desk.open_intake()
    names = tree(desk.pid)
    _see(ledger.client)
    used = _held(ledger.client)
    before = {pid: cpu_s([pid]) for pid in names}
    with _origins(documents) as urls:
        subscriptions = Subscriptions(desk.settings)
        for url in urls:
            subscriptions.add(url, zone="Asia/Ho_Chi_Minh")
        wanted = len(urls) * EACH
        until(lambda: ledger.balance().indexed >= wanted, "the feeds were not indexed")
    spent: dict[str, float] = {}
    for pid, name in names.items():
        spent[name] = spent.get(name, 0.0) + (cpu_s([pid]) - before[pid]) / wanted * 1000
    return spent, (_held(ledger.client) - used) / wanted


def _see(client: Any) -> None:
    """Let the ledger have seen some: the buckets of what is finished are there, and are shared by many."""
    period = int(time.time() * 1_000_000) // PERIOD_US
    with client.pipeline(transaction=False) as pipe:
        for number in range(SEEN):
            bucket, field = keys.alias_place(f"{number}")
            pipe.hset(keys.seen(period, bucket), field, "a" * 26)
        pipe.execute()


def _held(client: Any) -> int:
    """Bytes of every key that Redis holds for an article when it is finished.

    Without what goes within the hour (receipts, answers to claims), what is a feed's, of which only the last document
    is kept, and the stream of changes, which is of one size however many articles there were.
    """
    others = ("rcpt:", "ledger:claim:", "feed:", keys.EVENTS)
    held = [key for key in client.scan_iter(count=1000) if not key.decode().startswith(others)]
    return sum(client.memory_usage(key, samples=0) or 0 for key in held)


def _full(held: float) -> float:
    """Percent of 512 MB: what was seen is forgotten a period at once, `retention_days` after its end."""
    return 100 * 150_000 * (PERIOD_US / 86_400_000_000 + Settings().retention_days) * held / (512 * 1024 * 1024)


def _floor(documents: Sequence[bytes]) -> float:
    """ms CPU an entry of cleaning it, one insert into one FTS table a batch of 25, and appending its bytes."""
    source = Source(kind="feed", name="http://bao.example/rss", zone="Asia/Ho_Chi_Minh")
    inputs: list[Input] = []
    for document in documents:
        inputs += [item.input for item in make_inputs(read_feed(document, None, source.name), "f", source)]
    normalize(_raw(inputs[0]))  # what is read once is not an entry's
    with TemporaryDirectory(prefix="cd-bench-") as folder, (Path(folder) / "bytes").open("ab") as file:
        articles: list[Article] = []
        cleaned = normalize_ms([_raw(item) for item in inputs], articles.append)
        appended = _cpu(lambda: [file.write(item.body) for item in inputs])
        inserted = _cpu(bare_insert(Path(folder) / "floor.sqlite3", articles))
    return cleaned + (appended + inserted) / len(inputs)


def _raw(item: Input) -> Raw:
    return Raw(
        source=item.source,
        media_type=item.media_type,
        body=item.body,
        received_us=RECEIVED_US,
        url=item.url,
    )


def _cpu(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return (time.process_time() - before) * 1000


@contextmanager
def _origins(documents: Sequence[bytes]) -> Iterator[list[str]]:
    """Each document on a loopback address of its own."""
    with ExitStack() as stack:
        urls = []
        for number, document in enumerate(documents, start=1):
            server = ThreadingHTTPServer((f"127.0.1.{number}", 0), _handler(document))
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            Thread(target=server.serve_forever, daemon=True).start()
            urls.append(f"http://127.0.1.{number}:{server.server_address[1]}/rss")
        yield urls


def _handler(document: bytes) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *_: object) -> None:
            """Nothing is written while something is measured."""

    return Handler
