"""The same articles brought to an OpenSearch by a sink, and a second front door whose searches it answers."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.desk import Desk
from services.index.outbox.deliverer import Deliverer
from services.index.outbox.outbox import Outbox, outbox_file
from services.index.search import Index
from services.index.sinks.opensearch import OpenSearchSink
from shared.settings import INDEX_FILE, Settings
from shared.sink_settings import SinkSettings
from tests.machine import free_port

NAME = "bench"
STARTS_S = 60.0


class Brought:
    """A sink of its own, filled from the index in a folder; removed at the end."""

    def __init__(self, folder: Path, server: str) -> None:
        host = server.rpartition("//")[2]
        self.url = f"opensearch+http://{host}/copydesk-bench-sink-{os.getpid()}?replicas=0"
        settings = Settings(index_dir=str(folder), sinks={NAME: SinkSettings(url=self.url)})
        self._sink = OpenSearchSink(NAME, settings.sinks[NAME], settings)
        index, outbox = Index(folder / INDEX_FILE), Outbox(outbox_file(settings, NAME))
        deliverer = Deliverer(NAME, self._sink, outbox, index)
        begun = time.process_time()
        while deliverer.step() == 0:
            pass
        self.cpu_s = time.process_time() - begun
        assert deliverer.standing().rest is None, deliverer.standing()
        self._sink.client.indices.flush(index=self._sink.alias)
        self._sink.client.indices.refresh(index=self._sink.alias)
        outbox.close()
        index.close()

    def size(self) -> int:
        """Bytes on the server's disk."""
        told = self._sink.client.indices.stats(index=self._sink.alias, metric="store")
        return int(told["_all"]["primaries"]["store"]["size_in_bytes"])

    def remove(self) -> None:
        """Take the indexes away."""
        for place in self._sink.client.indices.get(index=f"{self._sink.alias}-*"):
            self._sink.client.indices.delete(index=place)
        self._sink.client.indices.delete_index_template(name=f"{self._sink.alias}-*", ignore=404)
        self._sink.close()


@contextmanager
def door_through(desk: Desk, folder: Path, brought: Brought) -> Iterator[str]:
    """The address of a front door of this desk that asks the sink."""
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COPYDESK_")}
    environ = clean | {
        "COPYDESK_REDIS_URL": desk.settings.redis_url,
        "COPYDESK_DATA_DIR": desk.settings.data_dir,
        "COPYDESK_INDEX_DIR": str(folder),
        "COPYDESK_WEB_PORT": str(port),
        "COPYDESK_SINKS": f"{NAME}={brought.url}",
        "COPYDESK_SEARCH_SINK": NAME,
    }
    command = [sys.executable, "-m", "services.cli", "web"]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{address}/readyz", process)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _wait(address: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + STARTS_S
    while time.monotonic() < deadline:
        assert process.poll() is None, "the front door ended"
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)  # nobody listens yet: there is no event to wait for
    raise TimeoutError(address)
