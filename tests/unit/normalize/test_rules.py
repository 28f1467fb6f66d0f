"""The mark of the rules changes with all that decides how bytes are read."""

import ast
from pathlib import Path

from services.normalize.rules import FILES, ROOMS

FOLDER = Path(__file__).parents[3] / "services" / "normalize"
# The shell: it hands bytes in and articles out.
SHELL = {"app.py", "tasks.py", "rules.py"}
# What crosses doors, and how errors are told: a change of these is one of everything.
CARRIERS = {"shared.envelope", "shared.errors"}


def test_the_mark_counts_what_readers_take_from_beside_their_rooms() -> None:
    counted = {f"{room}.{name.removesuffix('.py')}" for room, name in FILES}
    used = {
        node.module
        for file in FOLDER.rglob("*.py")
        if file.name not in SHELL
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and not node.module.startswith(ROOMS)
    }
    assert {module for module in used if module.startswith("shared.")} <= counted | CARRIERS
    assert {"shared.embargo", "shared.patterns"} <= counted
