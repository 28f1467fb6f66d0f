"""A hub of WebSub and a subscriber on real sockets, as small as the standard lets them be."""

import hashlib
import hmac
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit


class Told(NamedTuple):
    """What a subscriber got: the headers by lower-case name, and the body."""

    headers: dict[str, str]
    body: bytes


class Hub:
    """Subscriptions by topic, the pings that came, and what a ping is answered."""

    def __init__(self) -> None:
        self.url = ""
        self.status = 202
        self.pings: list[str] = []
        self.subscriptions: dict[str, list[tuple[str, bytes]]] = {}

    def subscribe(self, topic: str, callback: str, secret: bytes) -> None:
        """Keep a subscription, once its callback has confirmed it (5.3)."""
        asked = {"hub.mode": "subscribe", "hub.topic": topic, "hub.challenge": "c1", "hub.lease_seconds": "3600"}
        with urllib.request.urlopen(f"{callback}?{urlencode(asked)}", timeout=20) as answer:
            assert answer.read() == b"c1"
        self.subscriptions.setdefault(topic, []).append((callback, secret))

    def distribute(self, topic: str) -> None:
        """Fetch a topic that somebody follows and hand it on, signed (7)."""
        if topic not in self.subscriptions:
            return
        with urllib.request.urlopen(topic, timeout=20) as answer:
            body, kind, link = answer.read(), answer.headers["Content-Type"], answer.headers["Link"]
        for callback, secret in self.subscriptions[topic]:
            signature = f"sha256={hmac.digest(secret, body, hashlib.sha256).hex()}"
            headers = {"Content-Type": kind, "Link": link, "X-Hub-Signature": signature}
            urllib.request.urlopen(urllib.request.Request(callback, body, headers), timeout=20).close()


class Subscriber:
    """A callback, and what came to it."""

    def __init__(self) -> None:
        self.url = ""
        self.told: Queue[Told] = Queue()


@contextmanager
def hub() -> Iterator[Hub]:
    """A hub on a free port of loopback."""
    kept = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[-1] for name, values in parse_qs(body).items()}
            if kept.status >= 300 or form.get("hub.mode") != "publish":
                _answer(self, kept.status if kept.status >= 300 else 400)
                return
            kept.pings.append(form["hub.topic"])
            kept.distribute(form["hub.topic"])
            _answer(self, kept.status)

        def log_message(self, format: str, *args: object) -> None:
            """Tests are quiet."""

    with _served(Handler) as url:
        kept.url = url
        yield kept


@contextmanager
def subscriber() -> Iterator[Subscriber]:
    """A subscriber on a free port of loopback."""
    kept = Subscriber()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _answer(self, 200, parse_qs(urlsplit(self.path).query)["hub.challenge"][0].encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.told.put(Told({name.lower(): value for name, value in self.headers.items()}, body))
            _answer(self, 204)

        def log_message(self, format: str, *args: object) -> None:
            """Tests are quiet."""

    with _served(Handler) as url:
        kept.url = url
        yield kept


def _answer(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"") -> None:
    handler.send_response(status)
    if status != 204:
        handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def _served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
