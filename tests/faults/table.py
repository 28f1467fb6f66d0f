"""`make faults`: every fault that the desk promises to bear, one after the other on a desk of its own, and a table.

After each: nothing lost, nothing double, nothing corrupt, the books balance, and within 30 seconds every stage and
every sink consumes again without a hand. Exit code 1 when a promise was broken.

    python -m tests.faults.table [--only F1,F4] [--list] [--seed 2015]

As root it runs in a mount namespace of its own, where folders lie on small disks that can be filled. Servers are
started as `tests.engines` starts them. What this machine cannot provide is told in the table, and fails nothing.
"""

import argparse
import os
import random
import re
import subprocess
import sys
import time

from msgspec import structs

from tests.engines.__main__ import started
from tests.faults.chaos import IN_NAMESPACE, again_in_a_namespace
from tests.faults.chaos_desk import find_faketime
from tests.faults.outcome import CONSUMING_S, SETTLED_S, Outcome, table
from tests.faults.row import Row
from tests.faults.rows import ROWS
from tests.faults.scene import Found, Scene, compare, open_scene, together, until
from tests.faults.traffic import Traffic

MODULE = "tests.faults.table"
STARTED_S = 120.0


def main() -> int:
    """Run the rows, print the table."""
    arguments = _arguments()
    rows = [row for row in ROWS if not arguments.only or row.fault in arguments.only.split(",")]
    if arguments.list:
        print(*(f"{row.fault}: {row.done}" for row in rows), sep="\n")
        return 0
    if os.geteuid() == 0 and not os.environ.get(IN_NAMESPACE):
        return again_in_a_namespace(MODULE)
    with started() as told:
        os.environ |= told
        outcomes = [_run(row, random.Random(arguments.seed)) for row in rows]
    print("", *table(outcomes), "", sep="\n")
    broken = [f"{one.fault}: {why}" for one in outcomes for why in one.broken]
    print(*broken, "BROKEN" if broken else "HOLDS", sep="\n")
    return 1 if broken else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default="", help="names of faults, with commas")
    parser.add_argument("--list", action="store_true", help="name the faults, and run none")
    parser.add_argument("--seed", type=int, default=2015)
    return parser.parse_args()


def _run(row: Row, chance: random.Random) -> Outcome:
    begun = time.monotonic()
    lacking = _lacking(row)
    if lacking:
        outcome = Outcome(fault=row.fault, done=row.done, asked=0, skipped=lacking)
    elif row.tests:
        outcome = _by_tests(row)
    else:
        with open_scene(row.needs) as scene:
            outcome = _befall(row, scene, chance)
    print(f"{table([outcome])[-1]}  {'; '.join(outcome.broken)} ({time.monotonic() - begun:.0f} s)", flush=True)
    return outcome


def _lacking(row: Row) -> str:
    """What this machine does not have for the row; "" where it has all."""
    servers = {"postgres": "DESK_TEST_POSTGRES", "opensearch": "DESK_TEST_OPENSEARCH", "object-store": "DESK_TEST_S3"}
    missing = [kind for kind in row.needs.sinks if kind in servers and servers[kind] not in os.environ]
    if missing:
        return f"no {missing[0]} here"
    if row.needs.disks and not os.environ.get(IN_NAMESPACE):
        return "a small disk needs root"
    if row.needs.own_clock and find_faketime() is None:
        return "no libfaketime here"
    return "" if row.tests or row.needs.program() else "no history of the code here"


def _by_tests(row: Row) -> Outcome:
    done = subprocess.run([sys.executable, "-m", "pytest", *row.tests], capture_output=True, text=True, check=False)
    passed = re.search(r"(\d+) passed", done.stdout)
    held = passed is not None and done.returncode == 0
    notes = () if held else (f"its tests do not hold it: {done.stdout[-500:]}",)
    return Outcome(fault=row.fault, done=row.done, asked=int(passed[1]) if passed else 0, tests=True, notes=notes)


def _befall(row: Row, scene: Scene, chance: random.Random) -> Outcome:
    traffic = row.traffic(scene)
    traffic.begin()
    if until(traffic.is_under_way, STARTED_S) is None:
        traffic.finish()
        return Outcome(fault=row.fault, done=row.done, asked=0, notes=("nothing came through before the fault",))
    told = row.strike(scene, chance)
    canary = scene.send_canary()
    consuming = until(lambda: scene.is_through(canary), CONSUMING_S * 3)
    traffic.finish()
    settled = until(lambda: scene.is_settled() and _is_whole(scene, traffic), SETTLED_S)
    outcome = _judged(row, scene, traffic)
    return structs.replace(outcome, consuming_s=consuming, settled_s=settled, notes=(*told, *outcome.notes))


def _compared(scene: Scene, traffic: Traffic) -> Found:
    expected, others = traffic.expected() | scene.canaries, traffic.others()
    places = {"index": scene.in_index(), **scene.shown()}
    return together([compare(place, shown, expected, others) for place, shown in places.items()])


def _is_whole(scene: Scene, traffic: Traffic) -> bool:
    return traffic.is_all_there() and not any(_compared(scene, traffic)[:3])


def _judged(row: Row, scene: Scene, traffic: Traffic) -> Outcome:
    found = _compared(scene, traffic)
    balance, troubles = scene.desk.ledger().balance(), scene.troubles()
    integrity = scene.desk.integrity()
    notes = [*found.notes, *traffic.complaints(), *(f"trouble left: {one}" for one in troubles)]
    return Outcome(
        fault=row.fault,
        done=row.done,
        asked=len(traffic.expected() | scene.canaries) + traffic.others(),
        lost=found.lost,
        double=found.double,
        corrupt=found.corrupt + (integrity != "ok"),
        difference=balance.difference,
        dead=balance.dead,
        notes=tuple(notes),
    )


if __name__ == "__main__":
    sys.exit(main())
