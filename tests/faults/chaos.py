"""`make chaos`: a live desk under load while its processes, its Redis, its disks and its clock fail, a hundred times.

What must hold at the end: nothing lost, nothing doubled, nothing corrupt, nothing dead without reason, the books
balance, no trouble is left, and all of it within half a minute of the last fault.

    python -m tests.faults.chaos [--faults 100] [--seed 2015] [--settle 30]

As root it runs in a mount namespace of its own, where archive and index lie on small disks that can be filled. With
libfaketime installed Redis sees a clock that the harness puts forward, and two more normalisers run two seconds ahead
and behind.
"""

import argparse
import itertools
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.faults.chaos_desk import ChaosDesk, find_faketime
from tests.faults.chaos_faults import FAULTS, Fault, usable
from tests.faults.chaos_load import Load, Verdict

IN_NAMESPACE = "DESK_CHAOS_NAMESPACE"  # no setting: commands know those that begin with COPYDESK_


def main() -> int:
    """Run, judge, print; exit code 1 when a promise was broken."""
    arguments = _arguments()
    if os.geteuid() == 0 and not os.environ.get(IN_NAMESPACE):
        return again_in_a_namespace("tests.faults.chaos")
    folder = Path(tempfile.mkdtemp(prefix="cd-chaos-", dir="/tmp"))
    disks = ("archive", "index") if os.environ.get(IN_NAMESPACE) else ()
    desk = ChaosDesk(folder, disks=disks, faketime=find_faketime())
    try:
        verdict = _run(desk, arguments)
    finally:
        desk.end()
    print(*verdict.lines(), sep="\n")
    if verdict.holds:
        shutil.rmtree(folder, ignore_errors=True)
        return 0
    print(f"kept for a look: {folder}")
    return 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--faults", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2015)
    parser.add_argument("--settle", type=float, default=30.0, help="seconds after the last fault")
    parser.add_argument("--only", default="", help="names of faults, with commas")
    return parser.parse_args()


def again_in_a_namespace(module: str) -> int:
    """Run the module with the same options where what it mounts is seen by nobody else; its exit code."""
    command = ["unshare", "--mount", "--propagation", "private", sys.executable, "-m", module]
    return subprocess.run(
        [*command, *sys.argv[1:]], env=os.environ | {IN_NAMESPACE: "1"}, check=False, cwd=Path(__file__).parents[2]
    ).returncode


def _run(desk: ChaosDesk, arguments: argparse.Namespace) -> Verdict:
    desk.up()
    chance = random.Random(arguments.seed)
    faults = [fault for fault in usable(FAULTS, desk) if not arguments.only or fault.name in arguments.only.split(",")]
    load = Load(desk)
    load.begin()
    done = Counter[str]()
    for fault in itertools.islice(_shuffled(faults, chance), arguments.faults):
        time.sleep(chance.uniform(0.2, 1.2))  # the time between two faults is what is random here
        if fault.strike(desk, chance):
            done[fault.name] += 1
            print(f"{sum(done.values()):4} {fault.name}", flush=True)
    load.finish()
    ended = time.monotonic()
    return load.judge(done, ended, arguments.settle)


def _shuffled(faults: list[Fault], chance: random.Random) -> "itertools.chain[Fault]":
    return itertools.chain.from_iterable(chance.sample(faults, len(faults)) for _ in itertools.count())


if __name__ == "__main__":
    sys.exit(main())
