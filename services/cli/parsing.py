"""From the words of a command line to a command and its arguments; what is mistyped is answered with what was meant."""

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any, NoReturn

from services.cli.arguments import COMMON, Argument
from services.cli.command import Command
from services.cli.command_table import COMMANDS, GROUPS, below
from services.cli.endings import WRONG_USAGE, say_problem

NAMED = {command.words: command for command in COMMANDS}
WITH_VALUE = tuple(argument.names[0] for argument in COMMON if argument.takes_value)
CHOICE = re.compile(r"invalid choice: '(.*)' \(choose from (.*)\)")
HELP, VERSION, JSON = ("-h", "--help"), "--version", "--json"


def read_words(words: Sequence[str]) -> argparse.Namespace:
    """The arguments of a command, with its `command`. Help and what is not understood end with `SystemExit`."""
    named, rest = find_command(words)
    command = NAMED.get(" ".join(named))
    if command is None:
        _end_without_command(named, rest)
    parser = make_parser(command)
    parser.as_json = JSON in words
    args, unknown = parser.parse_known_args(rest)
    if unknown:
        parser.error(_unknown(command, unknown))
    args.command = command
    return args


def find_command(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words that name a command, and the others in their order: common options may stand before and between."""
    named: list[str] = []
    for number, word in enumerate(words):
        if number and _takes_next(words[number - 1]):
            continue
        if word == "--" or (named and named[0] not in GROUPS) or len(named) == 2:
            break
        if not word.startswith("-"):
            named.append(word)
    rest, left = [], list(named)
    for number, word in enumerate(words):
        if left and word == left[0] and not (number and _takes_next(words[number - 1])):
            left.pop(0)
        else:
            rest.append(word)
    return named, rest


def make_parser(command: Command) -> "CommandParser":
    """The parser of one command: others are not made, since a start must not cost them."""
    parser = CommandParser(prog=f"copydesk {command.words}", add_help=False)
    parser.command = command
    parser.set_defaults(json=False)
    for argument in command.arguments:
        parser.add_argument(*argument.names, **argument.options)
    for argument in COMMON:
        default = {} if argument.names == (JSON,) else {"default": argparse.SUPPRESS}
        parser.add_argument(*argument.names, **(argument.options | default))
    parser.add_argument(*HELP, action=_ShowHelp, nargs=0)
    return parser


def suggest(word: str, known: Iterable[str]) -> str:
    """What may have been meant, as settings and the API suggest it; who types what there is does not load it."""
    return str(import_module("shared.suggestions").suggest(word, known))


class CommandParser(argparse.ArgumentParser):
    """Speaks of its command as the tables do."""

    command: Command
    as_json = False

    def format_usage(self) -> str:
        return str(_usage().usage_of(self.command)) + "\n"

    def format_help(self) -> str:
        return str(_usage().help_of(self.command)) + "\n"

    def error(self, message: str) -> NoReturn:
        wrong = CHOICE.search(message)
        choices = [choice.strip(" '") for choice in wrong[2].split(",")] if wrong else []
        meant = suggest(wrong[1], choices) if wrong else ""
        end_usage(message + meant, _usage().usage_of(self.command), as_json=self.as_json)


class _ShowHelp(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(parser.format_help(), end="")
        parser.exit()


def end_usage(message: str, how: str, *, as_json: bool) -> NoReturn:
    """Say what was not understood and how it is written, and end with 2."""
    if as_json:
        say_problem("wrong-usage", message, do=how)
    else:
        print(f"{how}\ncopydesk: error: {message}", file=sys.stderr)
    raise SystemExit(WRONG_USAGE)


def _end_without_command(named: Sequence[str], rest: Sequence[str]) -> NoReturn:
    group = named[0] if named and named[0] in GROUPS else ""
    if any(word in HELP for word in rest):
        print(_usage().group_help(group) if group else _usage().main_help())
        raise SystemExit(0)
    if VERSION in rest:
        print(f"copydesk {_usage().version()}")
        raise SystemExit(0)
    how = _usage().group_usage(group) if group else _usage().MAIN_USAGE
    end_usage(_missing(named, rest), how, as_json=JSON in rest)


def _missing(named: Sequence[str], rest: Sequence[str]) -> str:
    if len(named) == 2:
        return f"{named[1]!r} is no command of {named[0]}{suggest(named[1], _words_of(named[0]))}"
    if named and named[0] in GROUPS:
        return f"{named[0]} needs one of {', '.join(_words_of(named[0]))}"
    if named:
        return f"{named[0]!r} is no command{suggest(named[0], (*NAMED, *GROUPS))}"
    options = [word for word in rest if word.startswith("-") and not _is_common(word)]
    return f"no option {options[0]}" if options else "which command? `copydesk help` lists them"


def _unknown(command: Command, words: Sequence[str]) -> str:
    first = next((word for word in words if word.startswith("-")), words[0])
    if not first.startswith("-"):
        return f"{first!r} is one word too many"
    known = [name for argument in (*command.arguments, *COMMON) for name in argument.names if name.startswith("--")]
    return f"no option {first}{suggest(first.partition('=')[0], known)}"


def _words_of(group: str) -> list[str]:
    return [command.words.partition(" ")[2] for command in below(group)]


def _takes_next(word: str) -> bool:
    """Whether an option has its value in the word after it; argparse also takes the beginning of a name."""
    return word.startswith("--") and len(word) > 2 and any(name.startswith(word) for name in WITH_VALUE)


def _is_common(word: str) -> bool:
    name = word.partition("=")[0]
    return any(known.startswith(name) for argument in COMMON for known in _long(argument))


def _long(argument: Argument) -> tuple[str, ...]:
    return tuple(name for name in argument.names if name.startswith("--"))


def _usage() -> Any:
    """The help: whoever is understood needs none."""
    return import_module("services.cli.usage")
