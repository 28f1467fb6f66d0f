"""The floors of tests/corpus/floors.toml: the least that each figure may be, by path and field, and by language."""

import math
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from tests.corpus.documents import PATHS
from tests.corpus.scorer import Scored, mean
from tests.corpus.truth import Field

FLOORS = Path(__file__).with_name("floors.toml")
MOST_NAMES = 25
SLACK = 0.01


class Floors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`paths` has a floor for each path and field, `languages` one for each path: no language may be under it."""

    paths: dict[str, dict[Field, float]]
    languages: dict[str, float]


def read_floors() -> Floors:
    """The floors as they stand: raised with every improvement."""
    return msgspec.convert(tomllib.loads(FLOORS.read_text(encoding="utf-8")), Floors)


def fall_short(scored: Sequence[Scored], floor: float, field: Field | None = None) -> str:
    """Says how far a figure is below its floor, and which documents pull it down, the worst first; "" when it holds."""
    figure = mean(scored, field)
    if figure is not None and figure >= floor:
        return ""
    marks = {entry.document.name: mean([entry], field) for entry in scored}
    failed = sorted(((mark, name) for name, mark in marks.items() if mark is not None and mark < 1))
    told = [f"  {name} {mark:.2f}" for mark, name in failed[:MOST_NAMES]]
    rest = [f"  and {len(failed) - MOST_NAMES} more"] if len(failed) > MOST_NAMES else []
    head = f"{field or 'all fields'}: {0 if figure is None else figure:.3f} is below {floor:.3f}. To see one: "
    return "\n".join((f"{head}python -m tests.corpus NAME", *told, *rest))


def by_language(scored: Iterable[Scored]) -> dict[str, list[Scored]]:
    """The documents of each language."""
    groups: dict[str, list[Scored]] = {}
    for entry in scored:
        groups.setdefault(entry.document.setting.newsroom.language, []).append(entry)
    return groups


def measured(scored: Sequence[Scored]) -> str:
    """What is reached, less a little slack, as floors.toml would say it; that nothing is invented has none."""
    lines: list[str] = []
    least: dict[str, float] = {}
    for path in PATHS:
        of_path = [entry for entry in scored if entry.document.path == path]
        figures = ((field, mean(of_path, field)) for field in Field)
        lines += ["", f"[paths.{path}]"]
        lines += [f"{field} = {_floor(figure, field)}" for field, figure in figures if figure is not None]
        least[path] = min(mean(group) or 0 for group in by_language(of_path).values())
    lines += ["", "[languages]", *(f"{path} = {_floor(figure)}" for path, figure in least.items())]
    return "\n".join(lines).lstrip()


def _floor(figure: float, field: Field | None = None) -> float:
    if field is Field.INVENTED:
        return 1.0
    return math.floor(max(0, figure - SLACK) * 1000) / 1000
