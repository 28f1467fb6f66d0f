"""What a command gets: the words it was called with, and the settings that hold for it."""

import argparse
import os
import shlex
import shutil
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from services.desk.data_folder import reach
from shared.data_version import check_folder
from shared.errors import NewerData, TransientError
from shared.ledger.connection import connect
from shared.ledger.reader import LedgerReader
from shared.log import harmless_text
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

    def reached(self) -> Settings:
        """The settings, with the Redis of the desk that is up on the data folder where none was set.

        Raises `NewerData` when a newer release wrote the folder, or what Redis holds.
        """
        check_folder(self.data_dir)
        settings = reach(self.loaded)
        if self.loaded.origins["redis_url"] == "default" and settings is self.settings and not _somebody_listens():
            raise TransientError(
                f"no desk is up on the data folder {self.data_dir}, and no Redis listens at the default address: "
                "start `copydesk up` there, or set redis_url"
            )
        refuse_newer_ledger(settings)
        return settings


def refuse_newer_ledger(settings: Settings) -> None:
    """Raise `NewerData` for a ledger of a newer release; a Redis that is away says so when it is asked."""
    try:
        LedgerReader(connect(settings)).check_version()
    except NewerData:
        raise
    except TransientError:
        return


def _somebody_listens() -> bool:
    try:
        socket.create_connection(("127.0.0.1", 6379), timeout=2).close()
    except OSError:
        return False
    return True


def show_json(value: Any) -> None:
    """One JSON document on one line, in UTF-8 whatever the terminal's language."""
    sys.stdout.flush()
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.buffer.flush()


def warn(message: str) -> None:
    """A line for the person, beside the answer."""
    print(f"copydesk: {harmless_text(message)}", file=sys.stderr)


def program() -> str:
    """How this person calls `copydesk`: by its name where it is on the path, else as it was called."""
    called = sys.argv[0]
    if shutil.which("copydesk") or Path(called).name != "copydesk":
        return "copydesk"
    return min(os.path.relpath(called), os.path.abspath(called), key=len)
