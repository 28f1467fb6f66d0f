"""The faults of the table: what is done to a desk, what it is made of, and what comes in meanwhile."""

import functools
import random
import signal
import subprocess
import time
from collections.abc import Sequence

from tests.faults import chaos_faults
from tests.faults.chaos_desk import strike
from tests.faults.restoring import restore_beside
from tests.faults.row import Row, Strike
from tests.faults.scene import Needs, Scene, until
from tests.faults.storms import Drippers, Poisoners, Revisers, Storm
from tests.faults.upgrading import Newcomers, old_program, upgrade

DISKS = ("data", "redis", "archive", "index", "outbox", "days")
VICTIMS = ("web", "watch", "ingest", "normalize", "index", "child", "deliver")
DAY_S, HOUR_S = 86_400, 3_600
LONGEST_STOP_S = 10.0


def kills(names: Sequence[str], count: int, pause: tuple[float, float]) -> Strike:
    """SIGKILL to one process of a name drawn by lot, again and again."""

    def strike_all(scene: Scene, chance: random.Random) -> Sequence[str]:
        hit = 0
        while hit < count:
            hit += chaos_faults.kill(chance.choice(names), scene.desk, chance)
            time.sleep(chance.uniform(*pause))  # the time between two kills is what is random here
        return ()

    return strike_all


def freeze_redis(scene: Scene, _: random.Random) -> Sequence[str]:
    """SIGSTOP for half a minute."""
    pids = scene.desk.pids("valkey")
    strike(pids, signal.SIGSTOP)
    time.sleep(30)  # how long the freeze lasts is the fault
    strike(pids, signal.SIGCONT)
    return ()


def empty_redis(scene: Scene, chance: random.Random) -> Sequence[str]:
    """FLUSHALL, twice."""
    for _ in range(2):
        chaos_faults.empty_redis(scene.desk, chance)
        time.sleep(4)  # so that the second meets a desk that is being refilled
    return ()


def cut_redis(scene: Scene, chance: random.Random) -> Sequence[str]:
    """All connections are reset, now and again in the middle of what they carry; then nobody is let in for a while."""
    wire = scene.wires["redis"]
    for _ in range(12):
        wire.cut_after = chance.randrange(500, 20_000)
        wire.reset()
        time.sleep(chance.uniform(0.3, 1.0))  # the time between two cuts is what is random here
    wire.down = True
    wire.reset()
    time.sleep(5)  # how long it is away is the fault
    wire.mend()
    wire.reset()
    return ()


def trouble_hook(scene: Scene, _: random.Random) -> Sequence[str]:
    """A receiver that answers 503, that is slow, that hangs up without a word."""

    def slowly(_: object) -> int:
        time.sleep(1.5)  # how slow it is is the fault
        return 204

    for answer in (lambda _: 503, slowly, lambda _: 0):
        scene.hook.answer = answer
        time.sleep(10)  # how long it lasts is the fault
    scene.hook.answer = lambda _: 204
    return ()


def trouble_wire(kind: str, scene: Scene, _: random.Random) -> Sequence[str]:
    """A server that is away, that is slow, and whose connections end in the middle of a bulk."""
    wire = scene.wires[kind]
    wire.down = True
    wire.reset()
    time.sleep(12)  # how long it is away is the fault
    wire.mend()
    wire.slow_s = 0.3
    time.sleep(8)  # how long it is slow is the fault
    wire.mend()
    wire.cut_after, before = 20_000, wire.cuts  # what a connection begins with goes through
    wire.reset()
    was_cut = until(lambda: wire.cuts >= before + 2, 60)
    wire.mend()
    return () if was_cut else ("no bulk was cut",)


def fill(name: str, scene: Scene, _: random.Random) -> Sequence[str]:
    """No byte left on the disk for ten seconds."""
    with chaos_faults.full(scene.desk.disks[name]):
        time.sleep(10)  # how long it is full is the fault
    return ()


def move_clock(scene: Scene, _: random.Random) -> Sequence[str]:
    """A day forward and two back, then an hour each way, as a clock that is set and one that is put back in autumn."""
    for seconds in (DAY_S, -2 * DAY_S, DAY_S, HOUR_S, -HOUR_S):
        scene.desk.put_clock_forward(seconds)
        time.sleep(4)  # each must be seen: the clock is looked up once a second
    return ()


def stop_and_start(scene: Scene, _: random.Random) -> Sequence[str]:
    """SIGTERM to the whole desk, three times."""
    told = []
    for _time in range(3):
        process = scene.desk.process
        assert process is not None
        begun = time.monotonic()
        process.terminate()
        try:
            code = process.wait(LONGEST_STOP_S * 3)
        except subprocess.TimeoutExpired:
            return ("it does not end",)
        took = time.monotonic() - begun
        if code != 0 or took > LONGEST_STOP_S:
            told.append(f"it ended with {code} after {took:.1f} s")
        scene.desk.restart()
        time.sleep(2)  # so that each stop meets a desk at work
    return told


def deliver_twice(scene: Scene, chance: random.Random) -> Sequence[str]:
    """A second deliverer beside the first; then the one that delivers is killed, and the other goes on."""
    second = scene.desk.start("work", "deliver")
    try:
        before = len(scene.hook.events)
        until(lambda: len(scene.hook.events) > before + 60, 40)
        ids = [headers["webhook-id"] for headers in scene.hook.headers]
        told = [f"{len(ids) - len(set(ids))} words went out twice"] if len(ids) != len(set(ids)) else []
        for _ in range(3):
            chaos_faults.kill("deliver", scene.desk, chance)
            time.sleep(2)  # the one in reserve goes on, the one that is started anew waits
        return told
    finally:
        second.kill()
        second.wait()


KINDS = ("postgres", "opensearch", "object-store", "redis-stream")
ROWS: tuple[Row, ...] = (
    Row(fault="F1", done="SIGKILL to a worker every 1 to 3 s, 12 times", strike=kills(VICTIMS, 12, (1.0, 3.0))),
    Row(fault="F2", done="SIGKILL to Valkey, 5 times", strike=kills(("valkey",), 5, (2.0, 4.0))),
    Row(fault="F3", done="FLUSHALL in mid-flight, twice", strike=empty_redis),
    Row(fault="F4 frozen", done="SIGSTOP of Valkey for 30 s", strike=freeze_redis),
    Row(
        fault="F4 cut",
        done="connections to Redis cut in what they carry, 12 times; away for 5 s",
        strike=cut_redis,
        needs=Needs(wired_redis=True),
    ),
    Row(fault="F5", done="SIGKILL to the front door under pushes, 8 times", strike=kills(("web",), 8, (0.4, 1.2))),
    Row(fault="F6 webhook", done="503 for 10 s, slow for 10 s, hangs up for 10 s", strike=trouble_hook),
    *(
        Row(
            fault=f"F6 {kind}",
            done="away for 12 s, slow for 8 s, cut in the middle of bulks",
            strike=functools.partial(trouble_wire, kind),
            needs=Needs(sinks=("files", "webhook", kind)),
        )
        for kind in KINDS
    ),
    Row(
        fault="F6 cluster",
        done="OpenSearch: nodes killed, a conflict in one of 500, a full disk, cut bulks",
        needs=Needs(sinks=("opensearch",)),
        tests=("tests/faults/test_sinks.py", "tests/faults/test_search_cluster.py"),
    ),
    *(
        Row(
            fault=f"F7 {name}",
            done=f"the disk of {what} full for 10 s",
            strike=functools.partial(fill, name),
            needs=Needs(disks=(name,)),
        )
        for name, what in zip(
            DISKS,
            ("the data folder", "Redis", "the archive", "the index and outboxes", "the outboxes", "the sink of files"),
            strict=True,
        )
    ),
    Row(
        fault="F7 copies",
        done="index and backup on really full disks",
        tests=("tests/faults/test_index_disk.py", "tests/faults/test_backup_disk.py"),
    ),
    Row(
        fault="F8",
        done="two pages whose worker dies whenever it is at one of them",
        traffic=Poisoners,
        needs=Needs(environ={"COPYDESK_ARTICLE_CPU_S": "20"}),
    ),
    Row(
        fault="F9",
        done="clocks a day forward, two back, an hour each way",
        strike=move_clock,
        needs=Needs(own_clock=True),
    ),
    Row(fault="F10", done="the same stories by push, batch, feed and drop at once", traffic=Storm),
    Row(
        fault="F11",
        done="versions out of order, withdrawals among them",
        traffic=Revisers,
        needs=Needs(environ={"COPYDESK_FUSE_PERCENT": "100"}),
    ),
    Row(fault="F12", done="files written slowly, stalled, renamed, linked; links and pipes", traffic=Drippers),
    Row(
        fault="F13",
        done="an earlier release, killed with messages in flight, then this one on its folder",
        strike=upgrade,
        needs=Needs(sinks=(), program=old_program),
        traffic=Newcomers,
    ),
    Row(
        fault="F13 versions",
        done="messages, ledger and folders of other releases",
        tests=("tests/integration/test_versions.py", "tests/e2e/test_upgrade.py"),
    ),
    Row(fault="F14", done="SIGTERM under load, three times", strike=stop_and_start),
    Row(fault="restore", done="backup under load, restored beside the running desk", strike=restore_beside),
    Row(fault="two deliverers", done="a second one, then SIGKILL to the one that delivers", strike=deliver_twice),
)
