"""`python -m tests.suite [options of pytest]`: the whole suite in three processes side by side, as `make test` does.

Each takes about as long as the others: what computes and what breaks single workers; what starts whole desks and
browsers, with the last of what waits for processes and sockets; and all the rest.
"""

import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

FIRST = ("unit", "contract", "faults")
WHOLE = ("e2e", "recipes")
SHARED = "integration"  # the one folder that is too long for a part
LAST = 0.7  # of its files, those behind so many go with whole desks
TESTS = Path(__file__).parent
_COUNTED = re.compile(r"\b(\d+) (passed|skipped|failed|errors?|xfailed|xpassed)\b")


def parts() -> list[list[str]]:
    """The folders and files of tests that each of the three processes takes."""
    folders = sorted({path.relative_to(TESTS).parts[0] for path in TESTS.rglob("test_*.py")})
    others = [name for name in folders if name not in (*FIRST, *WHOLE, SHARED)]
    first, whole, rest = ([f"tests/{name}" for name in part if name in folders] for part in (FIRST, WHOLE, others))
    files = sorted(str(path.relative_to(TESTS.parent)) for path in (TESTS / SHARED).rglob("test_*.py"))
    cut = int(len(files) * LAST)
    return [first, whole + files[cut:], rest + files[:cut]]


def summed(last_lines: Iterable[str]) -> str:
    """One line for the closing lines of several runs: "4551 passed, 6 skipped"."""
    counts: Counter[str] = Counter()
    for line in last_lines:
        for number, outcome in _COUNTED.findall(line):
            counts[outcome] += int(number)
    return ", ".join(f"{number} {outcome}" for outcome, number in counts.items())


def main(options: list[str]) -> int:
    """Run all parts, the later ones into files that are shown after the first; the exit code is the first but 0."""
    begun = time.monotonic()
    command = [sys.executable, "-m", "pytest", *options]
    first, *others = parts()
    with ExitStack() as stack:
        behind = []
        for part in others:
            later = stack.enter_context(tempfile.TemporaryFile("w+"))
            behind.append((subprocess.Popen([*command, *part], stdout=later, stderr=subprocess.STDOUT), later))
        ahead = subprocess.Popen([*command, *first], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert ahead.stdout is not None
        last_lines = [_show(ahead.stdout)]
        codes = [ahead.wait()]
        for process, later in behind:
            codes.append(process.wait())
            later.seek(0)
            last_lines.append(_show(later))
    print(f"{summed(last_lines)} in {time.monotonic() - begun:.0f} s")
    return next(filter(None, codes), 0)


def _show(lines: Iterable[str]) -> str:
    """Print lines as they come; the last one."""
    last = ""
    for line in lines:
        print(line, end="", flush=True)
        last = line
    return last


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
