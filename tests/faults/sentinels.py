"""A master, two replicas and three Sentinels of a test's own, which it may kill, cut off and bring back."""

import contextlib
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import redis

from tests.conftest import valkey_binary, wait_for
from tests.machine import free_port

NAME = "desk"
SENTINEL = """\
port {port}
dir {folder}
sentinel monitor {name} 127.0.0.1 {master} 2
sentinel down-after-milliseconds {name} 1000
sentinel failover-timeout {name} 3000
sentinel parallel-syncs {name} 2
"""


class Replicated:
    """Three servers, the first of them the master at the start, and who watches over them."""

    def __init__(self, folder: Path, secret: str = "") -> None:
        self.folder = folder
        self.secret = secret
        self.ports = [free_port() for _ in range(3)]
        self.sentinel_ports = [free_port() for _ in range(3)]
        self.processes: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.sentinel_ports)
        return f"redis+sentinel://{f':{self.secret}@' if self.secret else ''}{hosts}/{NAME}/0"

    def start(self) -> None:
        for port in self.ports:
            self.start_server(port, follows=None if port == self.ports[0] else self.ports[0])
        wait_for(lambda: self._replicas() == 2, "the replicas did not come")
        for port in self.sentinel_ports:
            file = self.folder / f"sentinel-{port}.conf"
            text = SENTINEL.format(port=port, folder=self.folder, name=NAME, master=self.ports[0])
            file.write_text(text + (f"sentinel auth-pass {NAME} {self.secret}\n" if self.secret else ""))
            self._start(port, [str(file), "--sentinel"])
        wait_for(self._agreed, "the Sentinels did not find each other and the replicas")

    def start_server(self, port: int, follows: int | None) -> None:
        """Start a server; one that died as the master begins as one, until the Sentinels tell it whom to follow."""
        folder = self.folder / str(port)
        folder.mkdir(exist_ok=True)
        options = {
            "port": port,
            "dir": folder,
            "save": '""',
            "appendonly": "yes",
            "maxmemory-policy": "noeviction",
            "min-replicas-to-write": 1,
            "min-replicas-max-lag": 10,
            "repl-diskless-sync-delay": 0,
        }
        options |= {"replicaof": f"127.0.0.1 {follows}"} if follows else {}
        options |= {"requirepass": self.secret, "masterauth": self.secret} if self.secret else {}
        file = folder / "server.conf"
        file.write_text("".join(f"{name} {value}\n" for name, value in options.items()))
        self._start(port, [str(file)])
        wait_for(lambda: self._answers(port), "a server did not start", process=self.processes[port])

    def master(self) -> int:
        """The port that the Sentinels name."""
        for port in self.sentinel_ports:
            with contextlib.suppress(redis.RedisError):
                asked: Any = redis.Redis(port=port)
                _, found = asked.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME)
                return int(found)
        raise AssertionError("no Sentinel answers")

    def server(self, port: int) -> redis.Redis:
        return redis.Redis(port=port, password=self.secret or None, socket_timeout=5)

    def kill(self, port: int) -> None:
        self.processes[port].kill()
        self.processes[port].wait()

    def wait_for_another(self, old: int) -> int:
        wait_for(lambda: self.master() != old and self._role(self.master()) == "master", "no replica took its place")
        return self.master()

    def hold_back_replicas(self) -> None:
        """Cut every replica off from its master, and let it go on alone: what it writes from now on, it alone has."""
        master = self.master()
        replicas: list[Any] = [self.server(port) for port in self.ports if port != master]
        wait_for(lambda: all(map(_is_linked, replicas)), "the replicas do not follow", 90)
        self.server(master).config_set("min-replicas-to-write", 0)
        for replica in replicas:
            replica.config_set("masterauth", "no such password")
            replica.execute_command("CLIENT", "KILL", "TYPE", "master")
        wait_for(lambda: self._replicas(master) == 0, "the replicas still follow")

    def let_replicas_follow(self) -> None:
        """The opposite, once that master is dead."""
        for port in self.ports:
            if self.processes[port].poll() is None:
                self.server(port).config_set("masterauth", self.secret)

    def close(self) -> None:
        for process in self.processes.values():
            process.send_signal(signal.SIGKILL)
            process.wait()

    def _start(self, port: int, arguments: Sequence[str]) -> None:
        with (self.folder / f"{port}.log").open("ab") as log:
            self.processes[port] = subprocess.Popen([valkey_binary(), *arguments], stdout=log, stderr=log)

    def _answers(self, port: int) -> bool:
        with contextlib.suppress(redis.RedisError):
            return bool(self.server(port).ping())
        return False

    def _role(self, port: int) -> str:
        with contextlib.suppress(redis.RedisError):
            return str(self.server(port).info("replication")["role"])
        return ""

    def _replicas(self, port: int | None = None) -> int:
        info = self.server(port or self.ports[0]).info("replication")
        return sum(info[f"slave{n}"]["state"] == "online" for n in range(info["connected_slaves"]))

    def _agreed(self) -> bool:
        with contextlib.suppress(redis.RedisError):
            sentinels: list[Any] = [redis.Redis(port=port) for port in self.sentinel_ports]
            told = [sentinel.sentinel_masters()[NAME] for sentinel in sentinels]
            return all(one["num-other-sentinels"] == 2 and one["num-slaves"] == 2 for one in told)
        return False


def _is_linked(replica: redis.Redis) -> bool:
    return replica.info("replication").get("master_link_status") == "up"


@contextlib.contextmanager
def replicated(folder: Path, secret: str = "") -> Iterator[Replicated]:
    """All six, started and agreed."""
    made = Replicated(folder, secret)
    try:
        made.start()
        yield made
    finally:
        made.close()
