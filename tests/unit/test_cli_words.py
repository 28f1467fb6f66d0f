"""The words of the command line: help from the tables, examples that hold, mistypes answered with what was meant."""

import json
import re
import shlex
from pathlib import Path

import pytest

from services.cli import main as cli
from services.cli import usage
from services.cli.command import Command
from services.cli.command_table import COMMANDS, GROUPS
from services.cli.parsing import find_command, read_words

EACH = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.words)
AWAY = "redis://127.0.0.1:1/0"
OURS = re.compile(r"copydesk .+?(?=\)$| \| | \|\| | >>? |$)")


def ended(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as end:
        cli.main(argv)
    out, err = capsys.readouterr()
    return end.value.code, out, err


@EACH
def test_the_help_of_a_command_says_first_what_it_is_for_and_last_what_all_take(command: Command) -> None:
    lines = usage.help_of(command).splitlines()
    assert lines[0].startswith(f"usage: copydesk {command.words}")
    assert lines[2].lower().startswith(command.help[:30].lower())
    titles = [line for line in lines if line.endswith(":") and not line.startswith(" ")]
    assert titles == [
        one for one in ("Arguments:", "Options:", "Examples:", "Options of every command:") if one in titles
    ]
    assert titles[-2:] == ["Examples:", "Options of every command:"]
    for argument in command.arguments:
        assert argument.is_option is False or any(argument.label in line for line in lines)


@EACH
def test_every_example_is_a_command_line_that_is_understood(command: Command) -> None:
    for example in command.examples:
        found = OURS.search(example.line)
        assert found, example.line
        args = read_words(shlex.split(found[0])[1:])
        assert args.command is command


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_lists_its_commands(group: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ended(capsys, group, "--help")
    assert code == 0
    assert cli.main(["help", group]) == 0
    assert capsys.readouterr().out == out
    assert f"usage: copydesk {group} COMMAND" in out


def test_help_of_a_command_is_the_same_either_way(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = ended(capsys, "feeds", "add", "-h")
    assert cli.main(["help", "feeds", "add"]) == 0
    assert capsys.readouterr().out == out
    assert cli.main(["help", "feeds", "add", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["command"] == "feeds add"
    assert told["examples"]


@pytest.mark.parametrize("columns", [40, 60, 100])
def test_help_fits_the_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    texts = [usage.main_help(), *map(usage.group_help, GROUPS), *map(usage.help_of, COMMANDS)]
    # An example is to be copied: it stays in one line.
    examples = {f"  {example.line}" for command in COMMANDS for example in command.examples}
    lines = [line for text in texts for line in text.splitlines() if line not in examples and " " in line.strip()]
    too_long = [line for line in lines if len(line) > columns and not line.startswith(("usage:", "  -", "  ["))]
    assert too_long == []


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(capsys, "--version") == (0, f"copydesk {usage.version()}\n", "")


@pytest.mark.parametrize(
    ("argv", "meant"),
    [
        pytest.param(["staus"], "did you mean status?", id="a command"),
        pytest.param(["fedes", "add"], "did you mean feeds?", id="a group"),
        pytest.param(["feeds", "lst"], "did you mean list?", id="a command of a group"),
        pytest.param(["dead"], "dead needs one of list, show", id="a group alone"),
        pytest.param(["list", "--stat-us", "dead"], "did you mean --state", id="an option"),
        pytest.param(["work", "normalise"], "did you mean normalize?", id="a choice"),
        pytest.param(["status", "now"], "'now' is one word too many", id="a word too many"),
        pytest.param([], "which command?", id="nothing"),
        pytest.param(["--wide"], "no option --wide", id="an option of none"),
        pytest.param(["help", "serch"], "did you mean search?", id="help for a mistype"),
    ],
)
def test_a_mistype_is_answered_with_what_was_meant(
    argv: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = ended(capsys, *argv)
    assert (code, out) == (2, "")
    assert err.startswith("usage: copydesk")
    assert meant in err
    code, out, err = ended(capsys, *argv, "--json")
    assert (code, out) == (2, "")
    problem = json.loads(err)
    assert set(problem) == {"type", "title", "detail", "do"}
    assert problem["type"] == "wrong-usage"
    assert meant in problem["detail"]


@pytest.mark.parametrize(
    ("words", "named", "rest"),
    [
        pytest.param("--data-dir status list -n", ["list"], "--data-dir status -n", id="a value named as a command"),
        pytest.param("--json feeds --data d list x", ["feeds", "list"], "--json --data d x", id="between the words"),
        pytest.param("search -- list --all", ["search"], "-- list --all", id="after two dashes"),
        pytest.param("--set=a=b show list", ["show"], "--set=a=b list", id="a value in the same word"),
        pytest.param("search status search", ["search"], "status search", id="the same word again"),
    ],
)
def test_common_options_may_stand_anywhere(words: str, named: list[str], rest: str) -> None:
    assert find_command(words.split()) == (named, rest.split())


@pytest.mark.parametrize(
    ("argv", "kind", "said"),
    [
        pytest.param(["dead", "list", "--set", "web_prot=1"], "not-possible", "web_prot", id="a wrong setting"),
        pytest.param(["dead", "list", "--redis-url", AWAY], "unavailable", "does not answer", id="Redis is away"),
        pytest.param(
            ["up", "--redis-url", AWAY, "--port", "18399"], "unavailable", "not answer", id="nothing to start on"
        ),
    ],
)
def test_an_error_is_a_problem_for_a_program(
    argv: list[str], kind: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*argv, "--json", "--data-dir", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    problem = json.loads(err)
    assert (out, problem["type"]) == ("", kind)
    assert said in problem["detail"]
    assert problem["do"]
