"""A wire to a server that can be cut in the middle of what it carries, slowed down, taken away, and mended."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

PIECE = 16_384


class Relay:
    """Carries connections from a port of loopback to a server.

    `cut_after` ends each connection after so many bytes towards the server, `slow_s` holds each piece up, and while it
    is `down` whoever connects is hung up on.
    """

    def __init__(self, target: tuple[str, int] | str) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open = set[socket.socket]()
        self.port = self._listener.getsockname()[1]
        self.cut_after: int | None = None
        self.slow_s = 0.0
        self.down = False
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections, and end those that stand."""
        self._listener.close()
        self.reset()

    def reset(self) -> None:
        """End every connection that stands."""
        for end in [*self._open]:
            hang_up(end)

    def mend(self) -> None:
        """Carry everything at once again."""
        self.cut_after, self.slow_s, self.down = None, 0.0, False

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                far = self._connect()
            except OSError:
                near.close()
                continue
            self._open |= {near, far}
            threading.Thread(target=self._carry, args=(near, far, True), daemon=True).start()
            threading.Thread(target=self._carry, args=(far, near, False), daemon=True).start()

    def _connect(self) -> socket.socket:
        if self.down:
            raise ConnectionRefusedError("the relay is down")
        if isinstance(self._target, str):
            far = socket.socket(socket.AF_UNIX)
            far.connect(self._target)
            return far
        return socket.create_connection(self._target)

    def _carry(self, one: socket.socket, other: socket.socket, outward: bool) -> None:
        carried = 0
        with contextlib.suppress(OSError):  # the other side was cut
            while piece := one.recv(PIECE):
                carried += len(piece)
                if outward and self.cut_after is not None and carried > self.cut_after:
                    self.cuts += 1
                    break
                if self.slow_s:
                    time.sleep(self.slow_s)  # how slow it is is the fault
                other.sendall(piece)
        for end in (one, other):
            hang_up(end)
        self._open -= {one, other}


def hang_up(end: socket.socket) -> None:
    """Close a connection both ways; it may be closed already."""
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


@contextmanager
def relayed(url: str) -> Iterator[tuple[str, Relay]]:
    """The same address through a relay. A sink's kind may stand before it (`opensearch+http://…`)."""
    parts = urlsplit(url)
    assert parts.hostname is not None and parts.port is not None, url
    relay = Relay((parts.hostname, parts.port))
    try:
        yield url.replace(f"{parts.hostname}:{parts.port}", f"127.0.0.1:{relay.port}", 1), relay
    finally:
        relay.close()
