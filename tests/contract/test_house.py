"""House rules that no linter knows: sizes, names, and what must not stand in the code."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXTS = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for room in ("copydesk", "services", "shared")
    for path in sorted((ROOT / room).rglob("*.py"))
}
TREES = {name: ast.parse(text) for name, text in TEXTS.items()}
MAX_FUNCTION, MAX_FILE = 40, 400
DRAWERS = {"utils", "util", "helpers", "common", "manager", "base", "data", "misc"}
MAY_IMPORT_LATE = {"services/cli/main.py"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError")
BLANKET = re.compile(r"^\s*except Exception\b(?!.*# )", re.MULTILINE)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(name: str) -> list[Function]:
    return [node for node in ast.walk(TREES[name]) if isinstance(node, Function)]


def test_a_file_has_at_most_four_hundred_lines() -> None:
    assert [name for name, text in TEXTS.items() if len(text.splitlines()) > MAX_FILE] == []


def test_a_function_has_at_most_forty_lines() -> None:
    def length(function: Function) -> int:
        return (function.end_lineno or function.lineno) - function.lineno + 1

    assert [(name, f.name, length(f)) for name in TEXTS for f in functions(name) if length(f) > MAX_FUNCTION] == []


def test_every_module_has_a_name_of_the_trade_and_says_what_it_is_for() -> None:
    assert [name for name in TEXTS if Path(name).stem in DRAWERS] == []
    assert [name for name, text in TEXTS.items() if text.strip() and not ast.get_docstring(TREES[name])] == []


def test_imports_stand_at_the_top() -> None:
    late = [
        (name, function.name)
        for name in TEXTS
        if name not in MAY_IMPORT_LATE
        for function in functions(name)
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(function))
    ]
    assert late == []


def test_nothing_is_left_for_later() -> None:
    assert [name for name, text in TEXTS.items() if UNFINISHED.search(text)] == []


def test_whoever_catches_everything_says_why() -> None:
    assert [name for name, text in TEXTS.items() if BLANKET.search(text)] == []
