"""`make bench`: runs the benchmarks, prints their figures, and exits 1 when a goal or a stored ratio is missed."""

import argparse
import importlib
import sys
from collections.abc import Sequence

from benchmarks.figures import Figure, judge, read_baseline, show, write_baseline
from shared import log as logging

MODULES = (
    "door", "feeds", "growth", "index", "ledger", "limits", "listing", "many_feeds", "memory", "novelty", "pages",
    "polls", "search", "sinks", "spine", "start", "texts", "workers",
)  # fmt: skip
"""Modules of this folder, each with `run() -> list[Figure]`."""


def main(argv: Sequence[str]) -> int:
    """Run what was asked for; 1 when something was missed by more than a fifth."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure cost, delay and memory.")
    parser.add_argument("--only", choices=MODULES, action="append", help="this benchmark alone; may be repeated")
    parser.add_argument("--keep", action="store_true", help="keep this run's ratios in baseline.json")
    options = parser.parse_args(argv)
    logging.configure("error")
    figures: list[Figure] = []
    for name in options.only or MODULES:
        print(name, flush=True)
        measured: list[Figure] = importlib.import_module(f"benchmarks.{name}").run()
        for figure in measured:
            print(show(figure), flush=True)
        figures += measured
    missed = judge(figures, read_baseline())
    for miss in missed:
        print(f"missed: {miss.name} is {miss.value:.2f}, its {miss.why} {miss.limit:g}")
    if options.keep:
        write_baseline(figures)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
