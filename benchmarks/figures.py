"""What a benchmark measures, and the judgement: a goal or a stored ratio missed by more than a fifth fails the run."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

MARGIN = 0.2
BASELINE = Path(__file__).with_name("baseline.json")
P50_SAMPLES, P99_SAMPLES = 20, 300


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One measured value; less is better. `ratio` holds on any machine and is kept in baseline.json; a time is not.

    `goal` is the value to reach, None where there is none. A name is unique: "push.found.p99".
    """

    name: str
    value: float
    unit: str
    goal: float | None = None
    is_ratio: bool = False


class Missed(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that is more than a fifth above what it was to reach."""

    name: str
    value: float
    limit: float
    why: str


def judge(figures: Sequence[Figure], baseline: Mapping[str, float]) -> list[Missed]:
    """The goals and stored ratios that were missed by more than a fifth; a figure without either is never missed."""
    missed = []
    for figure in figures:
        if figure.goal is not None and figure.value > figure.goal * (1 + MARGIN):
            missed.append(Missed(name=figure.name, value=figure.value, limit=figure.goal, why="goal"))
        stored = baseline.get(figure.name) if figure.is_ratio else None
        if stored is not None and figure.value > stored * (1 + MARGIN):
            missed.append(Missed(name=figure.name, value=figure.value, limit=stored, why="stored ratio"))
    return missed


def percentile(samples: Sequence[float], percent: int) -> float:
    """The value that this share of the samples does not exceed; ValueError where too few were taken to say so."""
    needed = P99_SAMPLES if percent >= 99 else P50_SAMPLES
    if len(samples) < needed:
        raise ValueError(f"p{percent} needs {needed} samples, {len(samples)} were taken")
    return sorted(samples)[-(-len(samples) * percent // 100) - 1]


def show(figure: Figure) -> str:
    """The line that is printed: "push.found.p50    4.10 round trips (goal 4)"."""
    goal = "" if figure.goal is None else f" (goal {figure.goal:g})"
    return f"  {figure.name:<34} {figure.value:>10.2f} {figure.unit}{goal}"


def read_baseline(path: Path = BASELINE) -> dict[str, float]:
    """The ratios of an earlier run by their names; none where no file is."""
    return msgspec.json.decode(path.read_bytes(), type=dict[str, float]) if path.exists() else {}


def write_baseline(figures: Sequence[Figure], path: Path = BASELINE) -> None:
    """Keep the ratios of this run, and those of an earlier one that this run did not measure."""
    ratios = read_baseline(path) | {figure.name: round(figure.value, 3) for figure in figures if figure.is_ratio}
    path.write_text(json.dumps(ratios, indent=2, sort_keys=True) + "\n", encoding="utf-8")
