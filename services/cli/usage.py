"""The help of `copydesk` and of each command, made from the tables of commands."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module

from services.cli.arguments import COMMON, Argument
from services.cli.columns import terminal_columns
from services.cli.command import Command, Example
from services.cli.command_table import ABOUT, GROUPS, SECTIONS, below

WIDEST, NARROWEST = 100, 40
LABEL = 24
MAIN_USAGE = "usage: copydesk COMMAND [OPTIONS]"
VERSION_HELP = ("--version", "the release, and nothing else")
HELP_HELP = ("-h, --help", "this help")


def version() -> str:
    """The release that is installed."""
    return str(import_module("importlib.metadata").version("copydesk"))


def main_help() -> str:
    """All commands, by what they are for."""
    lines = [MAIN_USAGE, "", *_wrapped(ABOUT)]
    for title, commands in SECTIONS.items():
        lines += ["", f"{title}:", *_rows(_entries(commands))]
    common = [*((argument.label, argument.help) for argument in COMMON), HELP_HELP, VERSION_HELP]
    lines += ["", *_wrapped("Options of every command, before or after its name:"), *_rows(common)]
    lines += ["", *_wrapped("`copydesk help COMMAND` shows what one takes, with examples.")]
    return "\n".join(lines)


def group_help(group: str) -> str:
    """The commands of a group."""
    rows = [(command.words.partition(" ")[2], command.help) for command in below(group)]
    lines = [group_usage(group), "", *_wrapped(f"{_sentence(GROUPS[group])}."), "", "Commands:", *_rows(rows)]
    examples = [example for command in below(group) for example in command.examples[:1]]
    return "\n".join([*lines, *_examples(examples)])


def help_of(command: Command) -> str:
    """What a command is for, what it takes, how it is used; the options of every command come last."""
    own, words = [one for one in command.arguments if one.is_option], [one for one in command.arguments if one.help]
    words = [one for one in words if not one.is_option]
    lines = [usage_of(command), "", *_wrapped(f"{_sentence(command.help)}.")]
    for title, arguments in (("Arguments", words), ("Options", own)):
        if arguments:
            lines += ["", f"{title}:", *_rows((one.label, one.help) for one in arguments)]
    lines += _examples(command.examples)
    common = [*((argument.label, argument.help) for argument in command.common), HELP_HELP]
    return "\n".join([*lines, "", "Options of every command:", *_rows(common)])


def usage_of(command: Command) -> str:
    """`usage: copydesk feeds add [OPTIONS] URL`."""
    needed = [one.label for one in command.arguments if one.is_option and one.options.get("required")]
    options = ["[OPTIONS]", *needed]
    words = [one.label for one in command.arguments if not one.is_option]
    return " ".join(["usage: copydesk", command.words, *options, *words])


def group_usage(group: str) -> str:
    return f"usage: copydesk {group} COMMAND [OPTIONS]"


def _entries(commands: Sequence[Command]) -> Iterator[tuple[str, str]]:
    """Each command with what it is for; of a group what there is in it."""
    told = set()
    for command in commands:
        group = command.words.partition(" ")[0] if " " in command.words else ""
        if not group:
            yield command.words, command.help
        elif group not in told:
            told.add(group)
            yield group, f"{GROUPS[group]}: {', '.join(one.words.partition(' ')[2] for one in below(group))}"


def _examples(examples: Sequence[Example]) -> list[str]:
    lines = [line for example in examples for line in (f"  {example.line}", *_wrapped(example.does, "      "))]
    return ["", "Examples:", *lines] if lines else []


def _rows(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A label and what it means beside it, or below it where the label is long."""
    for label, words in rows:
        lines = _wrapped(words, " " * LABEL) or [""]
        if len(label) + 4 > LABEL:
            yield f"  {label}"
            yield from lines if words else ()
        else:
            yield f"  {label:<{LABEL - 2}}{lines[0].lstrip()}".rstrip()
            yield from lines[1:]


def _wrapped(text: str, indent: str = "") -> list[str]:
    columns = max(NARROWEST, min(terminal_columns(), WIDEST))
    options = {"break_on_hyphens": False, "break_long_words": False}
    return textwrap.wrap(text, columns, initial_indent=indent, subsequent_indent=indent, **options)  # type: ignore[arg-type]


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def arguments_of(command: Command) -> tuple[Argument, ...]:
    """All that may be written after a command."""
    return (*command.arguments, *command.common)
