"""What a command gets: the words it was called with, and the settings that hold for it."""

import argparse
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from services.cli.endings import VOICE, say_problem
from shared.errors import InputRefused
from shared.harmless import harmless_text
from shared.settings import Loaded, Settings

OK, WRONG, UNUSABLE, NEWER = 0, 1, 2, 3


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """One call of `copydesk`. `flags` are the settings given on the command line, as text."""

    args: argparse.Namespace
    flags: Mapping[str, str]
    loaded: Loaded

    @property
    def as_json(self) -> bool:
        return bool(self.args.json)

    @property
    def settings(self) -> Settings:
        return self.loaded.settings

    @property
    def data_dir(self) -> Path:
        return Path(self.settings.data_dir)

    def hint(self, words: str) -> str:
        """A command as this person would type it: on the same data folder, where that was given by hand."""
        given = self.flags.get("data_dir")
        return f"{program()} {words}" + (f" --data-dir {shlex.quote(given)}" if given else "")


def show_json(value: Any) -> None:
    """One JSON document on one line, in UTF-8 whatever the terminal's language."""
    sys.stdout.flush()
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.buffer.flush()


def standard_input() -> BinaryIO:
    """What is handed in; raises `InputRefused` where the caller closed it (`<&-`)."""
    if sys.stdin is None:
        raise InputRefused("standard input is closed: nothing was handed in")
    return sys.stdin.buffer


def warn(message: str) -> None:
    """A line for the person, beside the answer; for a program one JSON object."""
    if VOICE.as_json:
        say_problem("not-done", message)
    else:
        print(f"copydesk: {harmless_text(message)}", file=sys.stderr)


def warn_each(messages: Sequence[str]) -> None:
    """A line each for the person; for a program one JSON object of them all."""
    if VOICE.as_json:
        messages = ["; ".join(messages)] if messages else []
    for message in messages:
        warn(message)


def program() -> str:
    """How this person calls `copydesk`: by its name where it is on the path, else as it was called."""
    called = sys.argv[0]
    if import_module("shutil").which("copydesk") or Path(called).name != "copydesk":
        return "copydesk"
    return min(os.path.relpath(called), os.path.abspath(called), key=len)
