"""OpenSearch on loopback, one node or several, from Maven's artifacts: built once, started and killed by tests."""

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engines.jars import ENGINES, bring, is_newer
from tests.machine import free_port

HERE = Path(__file__).parent / "opensearch"
BUILT = ENGINES / "opensearch"
CLASSES = BUILT / "classes"
HEAP = "320m"
START_S = 120.0


class NodeDied(RuntimeError):
    """A node ended while it was waited for."""


class Cluster:
    """Nodes with their addresses; each can be killed and brought back."""

    def __init__(self, folder: Path, nodes: int) -> None:
        self._folder = folder
        self._http = [free_port() for _ in range(nodes)]
        self._transport = [free_port() for _ in range(nodes)]
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def addresses(self) -> list[str]:
        """Where each node is asked."""
        return [f"http://127.0.0.1:{port}" for port in self._http]

    def start(self, *numbers: int) -> None:
        """Start nodes, all where none is named, and wait until the cluster has them."""
        for number in numbers or range(len(self._http)):
            self._processes[number] = self._run(number)
        self.wait()

    def kill(self, number: int) -> None:
        """End a node as a loss of power does."""
        process = self._processes.pop(number)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """End all nodes."""
        for number in [*self._processes]:
            self.kill(number)

    def wait(self, status: str = "green") -> None:
        """Wait until the nodes that run have formed a cluster of this status."""
        path = f"/_cluster/health?wait_for_status={status}&wait_for_nodes={len(self._processes)}&timeout=5s"
        number = next(iter(self._processes))
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            for other, process in self._processes.items():
                if process.poll() is not None:
                    raise NodeDied(self._log(other).read_text(encoding="utf-8", errors="replace")[-2000:])
            if _answers(self.addresses[number] + path):
                return
        raise TimeoutError(f"the cluster is not {status}: {self._log(number).read_text(encoding='utf-8')[-2000:]}")

    def _run(self, number: int) -> subprocess.Popen[bytes]:
        words: list[str] = [
            "cluster.name=tests",
            f"node.name=node-{number}",
            f"http.port={self._http[number]}",
            f"transport.port={self._transport[number]}",
            *self._discovery(),
        ]
        home = self._folder / f"node-{number}"
        home.mkdir(parents=True, exist_ok=True)
        command = [
            "java",
            f"-Xms{HEAP}",
            f"-Xmx{HEAP}",
            "-cp",
            f"{CLASSES}:{BUILT / 'lib'}/*",
            "Server",
            str(home),
        ]
        with self._log(number).open("ab") as log:
            return subprocess.Popen([*command, *words], stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def _discovery(self) -> list[str]:
        if len(self._http) == 1:
            return ["discovery.type=single-node"]
        seeds = ",".join(f"127.0.0.1:{port}" for port in self._transport)
        names = ",".join(f"node-{number}" for number in range(len(self._http)))
        return [f"discovery.seed_hosts={seeds}", f"cluster.initial_cluster_manager_nodes={names}"]

    def _log(self, number: int) -> Path:
        return self._folder / f"node-{number}.log"


@contextmanager
def cluster(folder: Path, nodes: int = 1) -> Iterator[Cluster]:
    """A cluster of one's own, with the server's own rules about full disks."""
    build()
    made = Cluster(folder, nodes)
    try:
        made.start()
        yield made
    finally:
        made.stop()


def build() -> None:
    """Bring the server's jars and compile what starts it, once for each virtual environment."""
    folder = bring("opensearch", HERE / "pom.xml", needs=("mvn", "javac", "java"))
    if not is_newer(CLASSES / "Server.class", HERE / "Server.java"):
        CLASSES.mkdir(exist_ok=True)
        command = ["javac", "-cp", f"{folder / 'lib'}/*", "-d", str(CLASSES), str(HERE / "Server.java")]
        subprocess.run(command, check=True, timeout=120)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return not json.load(answer)["timed_out"]
    except (urllib.error.URLError, OSError, ValueError):
        time.sleep(0.2)  # nothing listens yet: there is no event to wait for
        return False
