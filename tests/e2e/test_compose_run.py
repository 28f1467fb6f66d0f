"""The compose file, for real: up from a fresh clone, a drop found by search, scaled, all killed, watched, stopped.

Skipped where no Docker engine answers. `COMPOSE_FILE` may add an override, as for an engine without a registry.
"""

import json
import os
import shutil
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import wait_for
from tests.machine import free_port
from tests.require import lacking

ROOT = Path(__file__).parents[2]
SERVICES = ("redis", "web", "watch", "ingest", "normalize", "index")
PUSHES_A_KILL = 50
KILLED_BY_GRACE_PERIOD = 137

pytestmark = pytest.mark.timeout(900)


class Desk:
    """A project of its own over a copy of the working tree, and its front door."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.tag = f"check-{os.getpid()}"
        self.address = f"http://127.0.0.1:{port}"
        ours = {name: value for name, value in os.environ.items() if not name.startswith("COPYDESK_")}
        self.environ = ours | {
            "COMPOSE_PROJECT_NAME": f"copydesk-check-{os.getpid()}",
            "COPYDESK_WEB_PORT": str(port),
            "DESK_TAG": self.tag,
        }
        self.key = ""

    def docker(self, *words: str, check: bool = True) -> str:
        done = subprocess.run(
            ["docker", *words], cwd=self.folder, env=self.environ, capture_output=True, text=True, check=False
        )
        if check and done.returncode:
            pytest.fail(f"docker {' '.join(words)}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done.stdout

    def up(self, *words: str) -> None:
        self.docker("compose", "up", "-d", "--wait", "--wait-timeout", "180", *words)

    def copydesk(self, *words: str) -> Any:
        return json.loads(self.docker("compose", "exec", "-T", "web", "copydesk", *words, "--json"))

    def new_key(self, name: str, *scopes: str) -> str:
        key: str = self.copydesk("keys", "create", name, *(f"--scope={scope}" for scope in scopes))["key"]
        return key

    def containers(self, *services: str) -> list[dict[str, Any]]:
        ids = self.docker("compose", "ps", "-aq", *services).split()
        found: list[dict[str, Any]] = json.loads(self.docker("inspect", *ids))
        return found

    def ask(self, path: str, body: bytes | None = None) -> Any:
        request = urllib.request.Request(self.address + path, data=body)
        request.add_header("Authorization", f"Bearer {self.key}")
        if body is not None:
            request.add_header("Content-Type", "text/plain; charset=utf-8")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def push(self, text: str) -> None:
        """As a publisher does: again and again until it is taken."""

        def taken() -> bool:
            try:
                self.ask("/v1/articles", text.encode())
            except (OSError, urllib.error.URLError):
                time.sleep(0.2)
                return False
            return True

        wait_for(taken, "a push was not taken", seconds=120)

    def found(self, query: str) -> int:
        try:
            return int(self.ask(f"/v1/search?q={urllib.parse.quote(query)}")["total"])
        except (OSError, urllib.error.URLError):
            return 0

    def balance(self) -> dict[str, int]:
        books: dict[str, int] = self.copydesk("balance")
        return books

    def settled(self) -> bool:
        try:
            return int(self.ask("/v1/status")["balance"]["inFlight"]) == 0
        except (OSError, urllib.error.URLError):
            return False


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The desk as a fresh clone gives it, healthy, with a push key made in it."""
    look_for_docker()
    folder = tmp_path_factory.mktemp("clone")
    folder.chmod(0o755)
    for ancestor in folder.parents[:2]:  # the container is another user: it must reach seeds/
        ancestor.chmod(ancestor.stat().st_mode | 0o011)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    desk = Desk(folder, free_port())
    try:
        desk.up()
        desk.key = desk.new_key("check", "push", "read-all", "monitor")
        yield desk
    finally:
        desk.docker("compose", "--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "5", check=False)
        desk.docker("image", "rm", f"copydesk:{desk.tag}", check=False)


def look_for_docker() -> None:
    if shutil.which("docker") is None:
        lacking("docker", "is not on PATH")
    for words in (["version", "--format", "{{.Server.Version}}"], ["compose", "version", "--short"]):
        done = subprocess.run(["docker", *words], capture_output=True, text=True, check=False, timeout=30)
        if done.returncode:
            lacking("docker", f"does not answer `docker {' '.join(words)}`")


def article(word: str) -> str:
    return f"Bản tin {word}\n\nHôm nay, bản tin {word} được gửi đến tòa soạn để kiểm tra đường đi của tin.\n"


def test_every_container_is_healthy_and_none_is_root(desk: Desk) -> None:
    states = {c["Name"]: (c["State"]["Status"], c["State"]["Health"]["Status"]) for c in desk.containers()}
    assert len(states) == len(SERVICES)
    assert set(states.values()) == {("running", "healthy")}
    assert all(c["Config"]["User"].split(":")[0] not in ("", "0", "root") for c in desk.containers())
    assert all(c["HostConfig"]["ReadonlyRootfs"] for c in desk.containers())


def test_a_file_dropped_on_the_host_is_found_by_search_through_the_published_port(desk: Desk) -> None:
    assert desk.found("thảrơi") == 0
    part = desk.folder / "seeds" / "drop.txt.part"
    part.write_text(article("thảrơi"), encoding="utf-8")
    part.chmod(0o644)
    part.rename(desk.folder / "seeds" / "drop.txt")
    wait_for(lambda: desk.found("thảrơi") == 1, "the drop was not found by search", seconds=60)
    assert desk.found("tharoi") == 1, "nor without diacritics"


def test_normalize_scales_to_four(desk: Desk) -> None:
    desk.up("--no-build", "--scale", "normalize=4")
    assert len(desk.containers("normalize")) == 4
    for number in range(20):
        desk.push(article(f"rộng{number}x"))
    wait_for(desk.settled, "pushes to four workers did not settle", seconds=60)
    desk.up("--no-build", "--scale", "normalize=1")
    assert len(desk.containers("normalize")) == 1
    assert desk.balance()["difference"] == 0


def test_no_process_killed_loses_anything(desk: Desk) -> None:
    words = []
    for service in SERVICES:
        mine = [f"{service}{number}z" for number in range(PUSHES_A_KILL)]
        words += mine
        kill_amid(desk, service, mine)
    desk.up("--no-build")
    wait_for(desk.settled, "the desk did not settle after the kills", seconds=240)
    books = desk.balance()
    assert books["difference"] == 0
    assert books["dead"] == 0
    assert [word for word in words if desk.found(word) != 1] == []


def kill_amid(desk: Desk, service: str, words: list[str]) -> None:
    """Kill the service's first process from outside while articles are being pushed; it comes back by itself."""
    under_way = threading.Event()

    def push_all() -> None:
        for number, word in enumerate(words):
            desk.push(article(word))
            if number == len(words) // 3:
                under_way.set()

    publisher = threading.Thread(target=push_all)
    publisher.start()
    assert under_way.wait(120)
    (before,) = desk.containers(service)
    try:
        os.kill(before["State"]["Pid"], signal.SIGKILL)
    except (PermissionError, ProcessLookupError) as error:
        publisher.join()
        lacking("docker", f"keeps its processes out of reach: {error}")
    wait_for(lambda: came_back(desk, before), f"{service} did not come back", seconds=60)
    publisher.join(180)
    assert not publisher.is_alive()


def came_back(desk: Desk, before: dict[str, Any]) -> bool:
    (now,) = json.loads(desk.docker("inspect", before["Id"]))
    return bool(now["State"]["Running"] and now["State"]["StartedAt"] != before["State"]["StartedAt"])


HOOK = """
import http.server, sys
class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        print(self.rfile.read(int(self.headers["Content-Length"])).decode(), flush=True)
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_): pass
http.server.HTTPServer(("", 9000), Hook).serve_forever()
"""


@pytest.fixture
def watched_desk(desk: Desk) -> Iterator[Desk]:
    """With Prometheus and `notify` beside it, which tells a webhook of ours on the desk's own network."""
    hook = f"{desk.environ['COMPOSE_PROJECT_NAME']}-hook"
    secrets = desk.folder / "secrets"
    secrets.mkdir()
    files = {
        secrets / "monitor_key": desk.new_key("prometheus", "monitor"),
        secrets / "grafana_password": "only for this run",
        secrets / "notify": f"http://{hook}:9000/",
        desk.folder / "copydesk.env": "COPYDESK_NOTIFY_AFTER_S=2\n",
    }
    for path, content in files.items():
        path.write_text(content, encoding="utf-8")
        path.chmod(0o644)
    desk.docker("compose", "run", "-d", "--no-deps", "--name", hook, "web", "python", "-c", HOOK)
    try:
        names = ["prometheus", "notify", *(["grafana"] if has_grafana(desk) else [])]
        desk.docker(
            *("compose", "--profile", "monitoring", "--profile", "notify", "up", "-d", "--no-build", "--no-recreate"),
            *("--wait", "--wait-timeout", "180", *names),
        )
        yield desk
    finally:
        (desk.folder / "copydesk.env").unlink()
        guests = ("prometheus", "notify", "grafana")
        desk.docker("compose", "--profile", "*", "rm", "--stop", "--force", *guests, check=False)
        desk.docker("rm", "--force", hook, check=False)


def has_grafana(desk: Desk) -> bool:
    """Grafana shows what Prometheus has; an engine without a registry runs the rest of the profile without it."""
    config = json.loads(desk.docker("compose", "--profile", "monitoring", "config", "--format", "json"))
    image = config["services"]["grafana"]["image"]
    is_here = bool(desk.docker("image", "ls", "--quiet", image).strip())
    return is_here or bool(desk.docker("pull", "--quiet", image, check=False).strip())


def query(desk: Desk, expression: str) -> str:
    words = ("promtool", "query", "instant", "http://127.0.0.1:9090", expression)
    return desk.docker("compose", "--profile", "monitoring", "exec", "-T", "prometheus", *words, check=False)


def test_a_stage_without_workers_is_an_alert_in_prometheus_and_told_to_the_webhook(watched_desk: Desk) -> None:
    desk, hook = watched_desk, f"{watched_desk.environ['COMPOSE_PROJECT_NAME']}-hook"
    wait_for(lambda: "=> 1 @" in query(desk, 'up{job="copydesk"}'), "Prometheus does not scrape the desk", seconds=90)
    wait_for(lambda: "=> 1 @" in query(desk, "copydesk_up"), "the desk's own figures did not come", seconds=60)
    assert 'code="worker-missing"' not in query(desk, "copydesk_trouble > 0")
    desk.docker("compose", "stop", "normalize")
    firing = 'ALERTS{alertname="CopydeskStandsStill", alertstate="firing", code="worker-missing"}'
    wait_for(lambda: "=> 1 @" in query(desk, firing), "the alert does not fire", seconds=240)
    wait_for(lambda: "normalize" in desk.docker("logs", hook), "the webhook was not told", seconds=60)
    desk.up("--no-build")
    wait_for(lambda: "=> 1 @" not in query(desk, firing), "the alert does not end", seconds=120)
    wait_for(lambda: "over" in desk.docker("logs", hook), "the webhook was not told of the end", seconds=60)


def test_a_stop_ends_everyone_within_its_grace_period(desk: Desk) -> None:
    for number in range(20):
        desk.push(article(f"dừng{number}y"))
    desk.docker("compose", "stop")
    codes = {c["Name"]: c["State"]["ExitCode"] for c in desk.containers()}
    assert KILLED_BY_GRACE_PERIOD not in codes.values(), codes


def test_what_was_accepted_before_the_stop_is_there_after_the_next_start(desk: Desk) -> None:
    desk.up("--no-build")
    wait_for(desk.settled, "the desk did not settle after the restart", seconds=120)
    assert desk.balance()["difference"] == 0
    assert [n for n in range(20) if desk.found(f"dừng{n}y") != 1] == []
