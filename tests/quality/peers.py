"""Copydesk beside other extractors on the same pages: `python -m tests.quality.peers --corpora DIR --python PYTHON`.

PYTHON is the interpreter of the environment that `make peers` makes for them. Prints a table a corpus, the one that
docs/normalize.md shows, and the pages that each reads in a second of processor time.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.quality.peer_answers import PEERS
from tests.quality.report import ANSWER, run


def main() -> int:
    """Ask everybody, then let the scorer beside the corpora judge."""
    parser = argparse.ArgumentParser(description="Score Copydesk beside other extractors over labelled pages.")
    parser.add_argument("--corpora", type=Path, required=True, metavar="DIR")
    parser.add_argument("--python", type=Path, required=True, metavar="PYTHON", help="where the others are installed")
    parser.add_argument("--time", type=int, default=0, metavar="PAGES", help="also take the time over so many pages")
    options = parser.parse_args()
    scorer = options.corpora.resolve().parent / "bench" / "pages" / "run.py"
    if not scorer.is_file():
        print(f"no scorer beside {options.corpora}: nothing scored")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "BENCH_OUT": folder}
        script = Path(__file__).with_name("peer_answers.py")
        answers = {"copydesk": f"cd {Path.cwd()} && exec {sys.executable} {ANSWER} pages"}
        answers |= {peer: f"exec {options.python.absolute()} {script} {peer}" for peer in PEERS}
        for name, command in answers.items():
            run([sys.executable, str(scorer), "predict", name, command, "--corpora", "all"], environ, scorer.parent)
        print(run([sys.executable, str(scorer), "score", *answers, "--corpora", "all"], environ, scorer.parent))
        for name, command in answers.items() if options.time else ():
            timed = [sys.executable, str(scorer), "time", name, command, "--pages", str(options.time)]
            print(run(timed, environ, scorer.parent))
    return 0


if __name__ == "__main__":
    sys.exit(main())
