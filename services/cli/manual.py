"""The page for `man`, made from the tables of commands."""

import os
import re
import textwrap
import time
from collections.abc import Iterable, Iterator

from services.cli.arguments import COMMON, Argument
from services.cli.command import Command
from services.cli.command_table import ABOUT, SECTIONS
from services.cli.usage import HELP_HELP, VERSION_HELP, usage_of, version

EXITS = (
    ("0", "fine"),
    ("1", "something is wrong with the data: an article is not known, a trouble stands, nothing was found"),
    ("2", "wrong usage, or a part of the desk is away"),
    ("3", "a newer release has written these data; nothing was changed"),
    ("130", "interrupted"),
)
ENVIRONMENT = (
    ("COPYDESK_NAME", "the setting NAME, such as COPYDESK_DATA_DIR; `copydesk config show` lists all"),
    ("COPYDESK_NAME_FILE", "a file that holds the value of the setting NAME"),
    ("COPYDESK_URL, COPYDESK_KEY, COPYDESK_KEY_FILE", "where `push` pushes over HTTP, and with which key"),
    ("COPYDESK_DEBUG", "1 shows where an error came from"),
    ("NO_COLOR", "without styles"),
)
FILES = (
    ("data/", "everything that is kept; --data-dir names another folder"),
    ("seeds/", "the watched folder of drops"),
    ("copydesk.toml", "settings, in the data folder"),
)
LINE = 78
QUOTED = re.compile(r"`([^`]+)`")


def make_page() -> str:
    """The whole page in the language of man(7)."""
    return "\n".join(
        [
            f'.TH COPYDESK 1 "{_day()}" "Copydesk {_plain(version())}" "User commands"',
            *(".SH NAME", r"copydesk \- read news in, hand clean articles on"),
            *(".SH SYNOPSIS", ".B copydesk", r".I COMMAND", r"[\fIOPTIONS\fR] [\fIARGUMENTS\fR]"),
            *(".SH DESCRIPTION", _text(ABOUT)),
            *_sections(),
            ".SH OPTIONS OF EVERY COMMAND",
            "They may stand before the name of a command or after it.",
            *_tagged([*((one.label, one.help) for one in COMMON), HELP_HELP, VERSION_HELP]),
            *(".SH EXIT STATUS", *_tagged(EXITS)),
            *(".SH ENVIRONMENT", *_tagged(ENVIRONMENT)),
            *(".SH FILES", *_tagged(FILES)),
            "",
        ]
    )


def _sections() -> Iterator[str]:
    for title, commands in SECTIONS.items():
        yield f".SH {_plain(title.upper())}"
        for command in commands:
            yield from _command(command)


def _command(command: Command) -> Iterator[str]:
    yield f".SS {_plain(usage_of(command).removeprefix('usage: '))}"
    yield _text(f"{command.help[:1].upper()}{command.help[1:]}.")
    arguments: list[Argument] = [one for one in command.arguments if one.help or one.is_option]
    yield from _tagged((one.label, one.help) for one in arguments)
    for example in command.examples:
        yield ".PP"
        yield _text(f"{example.does[:1].upper()}{example.does[1:]}:")
        yield from (".PP", ".RS 4", ".EX", _plain(example.line), ".EE", ".RE")


def _tagged(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for label, words in rows:
        yield from (".TP", rf"\fB{_plain(label)}\fR", _text(words) if words else r"\&")


def _text(words: str) -> str:
    """Running text in short lines, with what stands in backquotes in bold."""
    return "\n".join(textwrap.wrap(QUOTED.sub(r"\\fB\1\\fR", _plain(words)), LINE, break_on_hyphens=False))


def _day() -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))))


def _plain(words: str) -> str:
    r"""Words that roff takes for nothing else: `-` is a hyphen to it, and a dot at the begin of a line an order."""
    escaped = words.replace("\\", r"\e").replace("-", r"\-").replace("…", r"\[u2026]")
    return rf"\&{escaped}" if escaped.startswith((".", "'")) else escaped
