"""A receiver of webhooks on a real socket, which drops, delays and lies as a test wants it."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[Mapping[str, Any]], int]


class Receiver:
    """What came, and what each request is answered: a status, or 0 to hang up without a word."""

    def __init__(self) -> None:
        self.events: list[Mapping[str, Any]] = []
        self.headers: list[Mapping[str, str]] = []
        self.bodies: list[bytes] = []
        self.answer: Answer = lambda _: 204
        self.url = ""

    def headlines(self) -> dict[str, str]:
        """The headlines of the articles as a reader of all events has them: the highest version counts."""
        newest: dict[str, Mapping[str, Any]] = {}
        for event in self.events:
            data = event["data"]
            if data["article"] not in newest or newest[data["article"]]["data"]["version"] < data["version"]:
                newest[data["article"]] = event
        return {
            name: next(one["value"] for one in event["data"]["item"]["headlines"] if one["role"] == "main")
            for name, event in newest.items()
            if event["type"] != "article.withdrawn"
        }


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver on a free port of loopback."""
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            event = json.loads(body)
            status = kept.answer(event)
            if status == 0:
                self.close_connection = True
                return
            if 200 <= status < 300:
                kept.events.append(event)
                kept.headers.append({name.lower(): value for name, value in self.headers.items()})
                kept.bodies.append(body)
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
