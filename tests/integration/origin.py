"""A small web server on loopback whose answers a test scripts, and a canary that nobody may reach."""

import contextlib
import gzip
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. A `cut` closes the connection after so many bytes of the body."""

    status: int = 200
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One request as it came in."""

    path: str
    headers: Mapping[str, str]


Answerer = Callable[[Seen], Reply]


class Origin:
    """Serves on loopback; `pages` maps a path to a reply or to what makes one."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.pages: dict[str, Reply | Answerer] = {}
        self.seen: list[Seen] = []
        self._server = ThreadingHTTPServer((host, port), self._handler())
        self._server.daemon_threads = True
        self.host, self.port = host, self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def url(self, path: str) -> str:
        return f"http://{self.host}:{self.port}{path}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        origin = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                seen = Seen(path=self.path, headers={name.lower(): value for name, value in self.headers.items()})
                origin.seen.append(seen)
                page = origin.pages.get(self.path, Reply(status=404))
                reply = page(seen) if callable(page) else page
                self.send_response(reply.status)
                if "Content-Length" not in reply.headers:
                    self.send_header("Content-Length", str(len(reply.body)))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(reply.body)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: the test looks at `seen`."""

        return Handler


@contextlib.contextmanager
def raw_server(chunks: Sequence[bytes], pause: Callable[[], object], family: int = socket.AF_INET) -> Iterator[int]:
    """A server that sends raw chunks to each caller with a pause between them; gives its port."""
    host = "127.0.0.1" if family == socket.AF_INET else "::1"
    server = socket.create_server((host, 0), family=family)

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = server.accept()
                with caller, contextlib.suppress(OSError):
                    caller.recv(65536)
                    for chunk in chunks:
                        caller.sendall(chunk)
                        pause()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(timeout=5)


def rss(items: Sequence[tuple[str, str]], link: str = "http://news.example") -> bytes:
    """An RSS document of `(slug, title)`."""
    rows = "".join(
        f"<item><title>{title}</title><link>{link}/{slug}</link><guid>{slug}</guid>"
        f"<pubDate>Mon, 09 Nov 2015 05:34:00 +0700</pubDate><description>{title} …</description></item>"
        for slug, title in items
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Tin</title>{rows}</channel></rss>'.encode()


def gzipped(body: bytes) -> Reply:
    """A body in gzip, labelled so."""
    return Reply(headers={"Content-Encoding": "gzip"}, body=gzip.compress(body))


def cut(reply: Reply) -> Reply:
    """The same reply with the end of its body missing, and its length as if that were all."""
    return Reply(status=reply.status, headers=reply.headers, body=reply.body[:-20])
