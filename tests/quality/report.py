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
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from tests.quality import cms
from tests.quality.layouts import write

FLOORS = Path(__file__).with_name("floors.json")
ANSWER = "-m tests.quality.answer"
WORDS = ("feeds-dev", "pages::150", "jsonld:20", "vietnamese")
SHARE = re.compile(r"^([\w-]+)[:\w]*: \d+ documents,.* SHARE ([\d.]+)", re.MULTILINE)
ASKED = frozenset({"calibration"})  # fits of minutes: only when they are asked for by --only
FITS = {"headline": "fit_headline", "day": "fit_dates", "names": "fit_people"}
ERROR = re.compile(r"expected calibration error ([\d.]+)")
PATIENCE_S = 3000

Figures = dict[str, float]


class Floor(msgspec.Struct, frozen=True, kw_only=True):
    """A figure and the least it may be (or, for a leak, a loss or an error, the most)."""

    name: str
    value: float | None
    floor: float

    @property
    def holds(self) -> bool:
        """Whether the figure is where it must be; one that was not scored does not fail."""
        if self.value is None:
            return True
        rounded = round(self.value, 3)
        return rounded <= self.floor if self.name.endswith(("leak", "lost", "error")) else rounded >= self.floor


def main() -> int:
    """Score what is there; 1 when a figure is below its floor."""
    parser = argparse.ArgumentParser(description="Score the normaliser over labelled corpora.")
    parser.add_argument("--corpora", type=Path, required=True, metavar="DIR")
    parser.add_argument("--only", choices=[part for part, _, _ in PARTS], help="one of the corpora")
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
    """The floors: raised with every improvement, lowered only where a wider corpus shows a figure to be overfitted."""
    return msgspec.json.decode(FLOORS.read_bytes(), type=Figures)


def score(corpora: Path, only: str | None) -> Figures:
    """All figures that the scorers beside the corpora give, under names as "vietnamese.txt.captions"."""
    bench = corpora.parent / "bench"
    figures: Figures = {}
    for part, needs, scorer in PARTS:
        if only in ((part,) if part in ASKED else (None, part)) and (corpora / needs).is_dir() and bench.is_dir():
            figures |= scorer(corpora, bench)
    return figures


def score_vietnamese(corpora: Path, bench: Path) -> Figures:
    """Means over all documents, the plain texts and the pages, and over the same documents in other layouts."""
    scorer = bench / "vietnamese" / "score.py"
    figures = score_parts("vietnamese", corpora / "vietnamese-dev", scorer)
    return figures | score_layouts(corpora / "vietnamese-dev", scorer)


def score_wide(corpora: Path, bench: Path) -> Figures:
    """The same means over the documents of far more formats."""
    return score_parts("wide", corpora / "vietnamese-wide", bench / "vietnamese" / "score.py")


def score_parts(name: str, corpus: Path, scorer: Path) -> Figures:
    """The scorer's means over all documents, the plain texts and the pages."""
    found = judge(corpus / "truth.jsonl", scorer)
    return {
        f"{name}.{part}.{field}": value
        for part in ("all", "txt", "html")
        for field, value in found[part].items()
        if value is not None
    }


def score_copytext(corpora: Path, bench: Path) -> Figures:
    """The means over copy in twenty languages, each language's own, and the least of them."""
    found = judge(corpora / "copytext-dev" / "truth.jsonl", bench / "copytext" / "score.py")
    means = {f"copytext.all.{field}": value for field, value in found["all"].items() if value is not None}
    languages = {f"copytext.{tag}.overall": fields["overall"] for tag, fields in found["language"].items()}
    return means | languages | {"copytext.least.overall": min(languages.values())}


def score_layouts(corpus: Path, scorer: Path) -> Figures:
    """The scorer's overall mean over the same documents set in layouts that the corpus does not have."""
    with tempfile.TemporaryDirectory() as folder:
        truths = write(corpus, Path(folder))
        scored = {name: judge(truth, scorer)["all"]["overall"] for name, truth in truths.items()}
    return {f"layouts.{name}.overall": value for name, value in scored.items() if value is not None}


def judge(truth: Path, scorer: Path) -> dict[str, Any]:
    """What the scorer says of our answers to the documents of a truth file, by part and field."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        command = f"{sys.executable} {ANSWER} vietnamese"
        run([sys.executable, str(scorer), "--truth", str(truth), "--cmd", command, "--json", str(result)])
        found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        return found


def score_pages(corpora: Path, bench: Path) -> Figures:
    """The tables that the page scorer prints, read back."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "BENCH_OUT": folder}
        answer = f"cd {Path.cwd()} && exec {sys.executable} {ANSWER} pages"
        command = [sys.executable, str(bench / "pages" / "run.py")]
        run([*command, "predict", "ours", answer, "--corpora", "all"], environ, bench / "pages")
        return read_tables(run([*command, "score", "ours", "--corpora", "all"], environ, bench / "pages"))


def score_words(corpora: Path, bench: Path) -> Figures:
    """Which share of the words that inputs print stands in a field, or is told as removed, by kind of input."""
    environ = {**os.environ, "WORDS_PROJECT": str(Path.cwd()), "WORDS_CORPORA": str(corpora)}
    printed = run([sys.executable, "words.py", *WORDS], environ, bench / "words")
    return {f"words.{name}.share": float(share) for name, share in SHARE.findall(printed)}


def score_cms(corpora: Path, bench: Path) -> Figures:
    """What is read of pages and feeds that real publishing programs made of the same articles."""
    return cms.score(corpora / "cms-dev")


def score_calibration(corpora: Path, _: Path) -> Figures:
    """How far stated sureness and what came out right lie apart, field by field, on sites held aside from the fit."""
    printed = {
        field: run([sys.executable, "-m", f"tests.quality.{fit}", "--corpora", str(corpora)])
        for field, fit in FITS.items()
    }
    found = {field: ERROR.findall(text) for field, text in printed.items()}
    return {f"calibration.{field}.error": float(errors[-1]) for field, errors in found.items() if errors}


PARTS: tuple[tuple[str, str, Callable[[Path, Path], Figures]], ...] = (
    ("vietnamese", "vietnamese-dev", score_vietnamese),
    ("wide", "vietnamese-wide", score_wide),
    ("copytext", "copytext-dev", score_copytext),
    ("words", "feeds-dev", score_words),
    ("cms", "cms-dev", score_cms),
    ("pages", "pages-dev", score_pages),
    ("calibration", "pages-dev", score_calibration),
)
"""The corpora: the name of each, its folder, and what scores it."""


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
