"""House rules that no linter knows: sizes, names, and what must not stand in the code."""

import ast
import re
from pathlib import Path

from services.normalize.readings import RuleId

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


def test_commands_leave_cutting_to_the_terminal() -> None:
    """A cell that is cut before it comes into a table is cut in a pipe too: `table` and `brief` know where it goes."""
    cutting = re.compile(r"\b(shortened|cut)\(|\[:LONGEST")
    assert [name for name, text in TEXTS.items() if name.startswith("services/cli/com") and cutting.search(text)] == []


def test_nothing_is_left_for_later() -> None:
    assert [name for name, text in TEXTS.items() if UNFINISHED.search(text)] == []


def test_whoever_catches_everything_says_why() -> None:
    assert [name for name, text in TEXTS.items() if BLANKET.search(text)] == []


RULED = ("rule", "zone_rule")


def compares_prose(node: ast.AST) -> bool:
    """Whether a comparison, or a question to a string, looks at the words of a rule."""
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        holds_words = any(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in inner(sides))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        sides, holds_words = [node.func.value], node.func.attr in ("startswith", "endswith", "find", "index")
    else:
        return False
    return holds_words and any(isinstance(one, ast.Attribute) and one.attr in RULED for one in sides)


def inner(sides: list[ast.expr]) -> list[ast.AST]:
    """The sides of a comparison and what stands in their tuples, lists and sets, but not in calls."""
    held = [one.elts for one in sides if isinstance(one, ast.Tuple | ast.List | ast.Set)]
    return [*sides, *(one for elements in held for one in elements)]


def test_no_branch_looks_at_the_words_of_a_rule() -> None:
    for prose in ('line.rule == "x"', 'x.rule in ("a", "b")', '"a" in x.rule', 'x.rule.startswith("a")'):
        assert any(map(compares_prose, ast.walk(ast.parse(prose)))), prose
    for name in ("line.rule is RuleId.FIRST_LINE", 'x.kind == "a"', "x.rule in RULES"):
        assert not any(map(compares_prose, ast.walk(ast.parse(name)))), name
    normalizing = (name for name in TREES if name.startswith("services/normalize/"))
    assert [name for name in normalizing if any(map(compares_prose, ast.walk(TREES[name])))] == []


def test_every_rule_is_given_by_somebody() -> None:
    used = {name for text in TEXTS.values() for name in re.findall(r"\bRuleId\.([A-Z_]+)", text)}
    assert {rule.name for rule in RuleId} - used == set()


def test_the_words_of_a_rule_stand_in_its_table_alone() -> None:
    said = [
        (name, node.lineno)
        for name, tree in TREES.items()
        if name.startswith("services/normalize/")
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "rule"
        if isinstance(node.value, ast.JoinedStr | ast.Constant) and name != "services/normalize/grammar/zones.py"
    ]
    assert said == []
