"""docs/cli.md is made from the tables of commands, and nobody forgot to make it anew."""

from pathlib import Path

from services.cli.command_table import COMMANDS
from tools.cli_page import make_page

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"


def test_the_page_of_commands_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == make_page(), "make cli-page"


def test_every_command_stands_on_it_with_an_example() -> None:
    page = make_page()
    assert [command.words for command in COMMANDS if f"\n### {command.words}\n" not in page] == []
    assert [command.words for command in COMMANDS if not command.examples] == []
