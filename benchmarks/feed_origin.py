"""A server of feeds for measurements, raw HTTP: `python -m benchmarks.feed_origin PORT HOSTS FEEDS ENTRIES SITE`.

Feed n is `/f/n` at one of so many loopback addresses, with validators. `POST /publish` adds one entry to each feed;
`GET /answers` counts its answers by status, `GET /last` tells when each feed was last asked (monotonic s).
"""

import asyncio
import gzip
import json
import random
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.desk import WORDS
from tests.machine import free_port

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Báo số {feed}</title>'
    "<link>http://{site}{feed}.example/</link><description>Tin trong ngày</description><language>vi</language>"
)
PARAGRAPHS, WORDS_EACH = 6, 75
SITE = "bao"


def address(number: int, port: int, hosts: int) -> str:
    """Where a feed is: `http://127.0.1.7:8000/f/6`."""
    host = number % hosts
    return f"http://127.0.{1 + host // 250}.{1 + host % 250}:{port}/f/{number}"


def entry(feed: int, number: int, site: str = SITE) -> str:
    """One entry as a newspaper's feed has it: headline, page, date, author, summary, six paragraphs."""
    words = random.Random(f"{feed}/{number}")
    paragraphs = [" ".join(words.choices(WORDS, k=WORDS_EACH)).capitalize() + f" {number}." for _ in range(PARAGRAPHS)]
    page = f"http://{site}{feed}.example/{number}.html"
    text = "".join(f"&lt;p&gt;{paragraph}&lt;/p&gt;" for paragraph in paragraphs)
    return (
        f"<item><title>Tin {number} của báo {feed}: {paragraphs[0][:50]}</title><link>{page}</link>"
        f'<guid isPermaLink="true">{page}</guid><pubDate>Mon, 09 Nov 2015 {number % 24:02d}:34:00 +0700</pubDate>'
        f"<dc:creator>Anh Phong</dc:creator><category>Xã hội</category><description>{paragraphs[1][:200]}</description>"
        f"<content:encoded>{text}</content:encoded></item>"
    )


def document(feed: int, newest: int, entries: int, site: str = SITE) -> bytes:
    """A feed whose newest entry has this number."""
    items = (entry(feed, number, site) for number in range(newest, newest - entries, -1))
    return (HEAD.format(feed=feed, site=site) + "".join(items) + "</channel></rss>").encode()


class Origin:
    """What it serves, and what it was asked."""

    def __init__(self, feeds: int, entries: int, site: str) -> None:
        self._site = site
        self._entries, self._newest = entries, entries
        self._bodies: dict[int, bytes] = {}
        self._feeds = feeds
        self.answers: Counter[int] = Counter()
        self.last: dict[int, float] = {}

    def publish(self) -> None:
        """One new entry in each feed."""
        self._newest += 1
        self.fill()

    def fill(self) -> None:
        """Make all documents, so that nobody waits for them."""
        self._bodies = {
            feed: gzip.compress(document(feed, self._newest, self._entries, self._site), 1, mtime=0)
            for feed in range(self._feeds)
        }

    def answer(self, head: bytes) -> bytes:
        """The answer to a request."""
        path = head.split(b" ", 2)[1].decode()
        if path == "/publish":
            self.publish()
        if not path.startswith("/f/"):
            said = json.dumps(self.last if path == "/last" else self.answers).encode()
            return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(said) + said
        feed, etag = int(path[3:]), b'"%d"' % self._newest
        self.last[feed] = time.monotonic()
        if b"\r\nif-none-match: " + etag in head.lower():
            self.answers[304] += 1
            return b"HTTP/1.1 304 Not Modified\r\nETag: %b\r\n\r\n" % etag
        self.answers[200] += 1
        body = self._bodies[feed]
        return (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml; charset=utf-8\r\nContent-Encoding: gzip\r\n"
            b"ETag: %b\r\nContent-Length: %d\r\n\r\n" % (etag, len(body)) + body
        )


class Speaker(asyncio.Protocol):
    """One connection to it."""

    def __init__(self, origin: Origin) -> None:
        self._origin, self._held = origin, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._wire = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        while b"\r\n\r\n" in self._held:
            head, _, self._held = self._held.partition(b"\r\n\r\n")
            self._wire.write(self._origin.answer(head))


async def serve(port: int, hosts: int, feeds: int, entries: int, *, site: str) -> None:
    """Serve until ended; says so when it is ready."""
    origin, loop = Origin(feeds, entries, site), asyncio.get_running_loop()
    origin.fill()
    for host in {address(number, port, hosts).split("/")[2].split(":")[0] for number in range(hosts)}:
        await loop.create_server(lambda: Speaker(origin), host, port, backlog=4096)
    print("ready", flush=True)
    await asyncio.Event().wait()


class RunningOrigin:
    """An origin in a process of its own."""

    def __init__(self, port: int, hosts: int, feeds: int) -> None:
        self._port, self._hosts, self.feeds = port, hosts, feeds

    def urls(self) -> list[str]:
        """The addresses of all its feeds."""
        return [address(number, self._port, self._hosts) for number in range(self.feeds)]

    def answers(self, status: int) -> int:
        """How many answers of this status it gave."""
        return int(self._ask("/answers").get(str(status), 0))

    def last_asked(self) -> dict[str, float]:
        """When each feed was asked last."""
        return self._ask("/last")

    def publish(self) -> None:
        """Have one new entry in each feed."""
        self._ask("/publish")

    def _ask(self, path: str) -> dict[str, float]:
        url = address(0, self._port, self._hosts).rpartition("/f/")[0] + path
        with urllib.request.urlopen(url, timeout=60) as answer:
            said: dict[str, float] = json.loads(answer.read())
        return said


@contextmanager
def running_origin(hosts: int, feeds: int, entries: int, site: str = SITE) -> Iterator[RunningOrigin]:
    """An origin until the measurement ends."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.feed_origin", *map(str, (port, hosts, feeds, entries)), site]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield RunningOrigin(port, hosts, feeds)
    finally:
        process.terminate()
        process.wait(30)


if __name__ == "__main__":
    asyncio.run(serve(*map(int, sys.argv[1:5]), site=sys.argv[5]))
