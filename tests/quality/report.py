"""Scores the normaliser over labelled corpora: `python -m tests.quality.report --corpora DIR`.

The scorers that came with the corpora (bench/ beside them) run as commands of their own; this module drives them,
prints their figures beside the floors of floors.json and fails below any. Without corpora it says so and succeeds.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from tests.quality.layouts import write

FLOORS = Path(__file__).with_name("floors.json")
ANSWER = "-m tests.quality.answer"
PAGES = ("fundus", "htmldate", "trafilatura", "aeb")
PATIENCE_S = 3000

Figures = dict[str, float]


class Floor(msgspec.Struct, frozen=True, kw_only=True):
    """A figure and the least it may be (or, for a leak, the most)."""

    name: str
    value: float | None
    floor: float

    @property
    def holds(self) -> bool:
        """Whether the figure is where it must be; one that was not scored does not fail."""
        if self.value is None:
            return True
        rounded = round(self.value, 3)
        return rounded <= self.floor if self.name.endswith("leak") else rounded >= self.floor


def main() -> int:
    """Score what is there; 1 when a figure is below its floor."""
    parser = argparse.ArgumentParser(description="Score the normaliser over labelled corpora.")
    parser.add_argument("--corpora", type=Path, required=True, metavar="DIR")
    parser.add_argument("--only", choices=("vietnamese", "pages"), help="one of the two corpora")
    options = parser.parse_args()
    figures = score(options.corpora.resolve(), options.only)
    if not figures:
        print(f"no corpora at {options.corpora}: nothing scored")
        return 0
    floors = [Floor(name=name, value=figures.get(name), floor=floor) for name, floor in read_floors().items()]
    show(figures, floors)
    low = [floor.name for floor in floors if not floor.holds]
    if low:
        print(f"below the floor: {', '.join(low)}")
    return 1 if low else 0


def read_floors() -> Figures:
    """The floors: raised with every improvement, never lowered."""
    return msgspec.json.decode(FLOORS.read_bytes(), type=Figures)


def score(corpora: Path, only: str | None) -> Figures:
    """All figures that the scorers beside the corpora give, under names as "vietnamese.txt.captions"."""
    bench = corpora.parent / "bench"
    figures: Figures = {}
    if only != "pages" and (corpora / "vietnamese-dev").is_dir() and (bench / "vietnamese" / "score.py").is_file():
        figures |= score_vietnamese(corpora / "vietnamese-dev", bench / "vietnamese" / "score.py")
        figures |= score_layouts(corpora / "vietnamese-dev", bench / "vietnamese" / "score.py")
    if only != "vietnamese" and (corpora / "pages-dev").is_dir() and (bench / "pages" / "run.py").is_file():
        figures |= score_pages(bench / "pages" / "run.py")
    return figures


def score_vietnamese(corpus: Path, scorer: Path) -> Figures:
    """The scorer's means over all documents, the plain texts and the pages."""
    found = judge(corpus / "truth.jsonl", scorer)
    return {
        f"vietnamese.{part}.{field}": value
        for part in ("all", "txt", "html")
        for field, value in found[part].items()
        if value is not None
    }


def score_layouts(corpus: Path, scorer: Path) -> Figures:
    """The scorer's overall mean over the same documents set in layouts that the corpus does not have."""
    with tempfile.TemporaryDirectory() as folder:
        truths = write(corpus, Path(folder))
        scored = {name: judge(truth, scorer)["all"]["overall"] for name, truth in truths.items()}
    return {f"layouts.{name}.overall": value for name, value in scored.items() if value is not None}


def judge(truth: Path, scorer: Path) -> dict[str, dict[str, float | None]]:
    """What the scorer says of our answers to the documents of a truth file, by part and field."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        command = f"{sys.executable} {ANSWER} vietnamese"
        run([sys.executable, str(scorer), "--truth", str(truth), "--cmd", command, "--json", str(result)])
        found: dict[str, dict[str, float | None]] = json.loads(result.read_text(encoding="utf-8"))
        return found


def score_pages(scorer: Path) -> Figures:
    """The tables that the page scorer prints, read back."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "BENCH_OUT": folder}
        answer = f"cd {Path.cwd()} && exec {sys.executable} {ANSWER} pages"
        run([sys.executable, str(scorer), "predict", "ours", answer], environ, scorer.parent)
        return read_tables(run([sys.executable, str(scorer), "score", "ours"], environ, scorer.parent))


def read_tables(printed: str) -> Figures:
    """ "### fundus / dev" over "| system | title_exact |" over "| ours | 0.9 |" gives `pages.fundus.title_exact`."""
    figures: Figures = {}
    corpus, fields = "", list[str]()
    for line in printed.splitlines():
        if line.startswith("### "):
            corpus = line.split()[1]
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        if cells[0] == "system":
            fields = cells
        elif cells[0] == "ours":
            pairs = zip(fields[1:], cells[1:], strict=False)
            figures |= {
                f"pages.{corpus}.{field}": float(cell) for field, cell in pairs if re.fullmatch(r"[\d.]+", cell)
            }
    return figures


def run(command: list[str], environ: dict[str, str] | None = None, folder: Path | None = None) -> str:
    """What a scorer prints; its complaints go to the terminal."""
    done = subprocess.run(
        command, env=environ, cwd=folder, stdout=subprocess.PIPE, text=True, check=True, timeout=PATIENCE_S
    )
    return done.stdout


def show(figures: Figures, floors: list[Floor]) -> None:
    """One line a figure, with its floor where there is one."""
    least = {floor.name: floor for floor in floors}
    for name, value in figures.items():
        floor = least.get(name)
        note = "" if floor is None else f"   floor {floor.floor:.3f}{'' if floor.holds else '  BELOW'}"
        print(f"{name:44} {value:7.3f}{note}")


if __name__ == "__main__":
    sys.exit(main())
