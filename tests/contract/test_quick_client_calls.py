"""Whatever the ledger's readers ask of Redis, the quick client can be asked too: a person's command has only it."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.ledger.quick_client import Pipeline, QuickClient

ROOT = Path(__file__).parents[2]
OWN = {"calls.py", "quick_client.py", "connection.py"}  # the writing side, which redis-py serves, and the client itself
READERS = [path for path in sorted((ROOT / "shared/ledger").glob("*.py")) if path.name not in OWN]
COMMANDS = sorted((ROOT / "services/cli").rglob("*.py"))
CLIENTS = {"client": QuickClient, "_client": QuickClient, "pipe": Pipeline}


def calls_of(path: Path) -> Iterator[tuple[type, ast.Call, str]]:
    """Each call on a client or a pipeline in a module: of what class, and the method's name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        on = node.func.value
        name = on.attr if isinstance(on, ast.Attribute) else on.id if isinstance(on, ast.Name) else ""
        if name in CLIENTS:
            yield CLIENTS[name], node, node.func.attr


ASKED = [
    pytest.param(kind, call, method, id=f"{path.name}:{call.lineno} {method}")
    for path in (*READERS, *COMMANDS)
    for kind, call, method in calls_of(path)
]


@pytest.mark.parametrize(("kind", "call", "method"), ASKED)
def test_the_quick_client_takes_what_the_readers_ask(kind: type, call: ast.Call, method: str) -> None:
    known = getattr(kind, method, None)
    assert known is not None, f"{kind.__name__} has no {method}"
    given: dict[str, Any] = {word.arg: None for word in call.keywords if word.arg is not None}
    positions = [None for one in call.args if not isinstance(one, ast.Starred)]
    inspect.signature(known).bind(None, *positions, **given)


def test_the_readers_do_ask() -> None:
    methods = {param.values[2] for param in ASKED}
    assert {"sort", "hgetall", "zrange", "xread", "execute"} <= methods
