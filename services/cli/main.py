"""`copydesk`: parses and delegates; what a command needs is imported only when it is called."""

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from services.cli.command import Command
from services.cli.endings import VOICE, explain, log_end
from services.cli.parsing import JSON, read_words

RUN_THE_DESK = ("up", "demo")
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Exit codes: 0 fine, 1 something is wrong with the data, 2 wrong usage or a system away, 3 data of a newer release.
    """
    serves = False
    if sys.stdout is None:  # `>&-`: a program that only wants the exit code
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # as long as the process
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    try:
        words = sys.argv[1:] if argv is None else argv
        VOICE.as_json = JSON in words
        args = read_words(words)
        serves = args.command.serves and not (getattr(args, "once", False) or getattr(args, "test", False))
        code = _run(args)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `copydesk search … | head`: the reader has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # the last line: no traceback reaches a person who did not ask for it
        if os.environ.get("COPYDESK_DEBUG"):
            raise
        return log_end(error) if serves else explain(error)


def _run(args: argparse.Namespace) -> int:
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a terminal without Vietnamese letters shows ? and goes on
    _refuse_no_text(args)
    chosen: Command = args.command
    module, _, function = chosen.target.partition(":")
    if chosen.tells:
        return int(getattr(_module(f"services.cli.commands.{module}"), function)(args))
    context = _module("services.cli.context")
    flags = _flags(args)
    settings = _module("shared.settings")
    loaded = settings.load(flags) if chosen.reads_settings else settings.load(environ={}, folder=Path(os.devnull))
    if chosen.opens:
        _open_folder(loaded.settings, chosen)
    command: Callable[[Any], int] = getattr(_module(f"services.cli.commands.{module}"), function)
    if "structlog" in sys.modules:  # a person is told by the answer; processes set up their own log
        _module("shared.log").configure("warning")
    call = context.Context(args=args, flags=flags, loaded=loaded)
    code = command(call)
    if chosen.act and code == context.OK:
        _module("services.cli.auditing").note_act(call)
    return code


def _open_folder(settings: Any, chosen: Command) -> None:
    """Refuse a data folder of a newer release, and none at all; bring an older one up to date before a process works
    on it."""
    versions = _module("shared.data_version")
    folder, migrates = Path(settings.data_dir), chosen.serves or chosen.words in RUN_THE_DESK
    if not (chosen.makes or chosen.remote or migrates):
        _module("services.cli.reach").refuse_no_data(folder)
    if versions.check_folder(folder) < versions.VERSION and migrates:
        _module("shared.log").configure()  # that it was brought up to date is worth a line to anybody
        _module("services.desk.migration").migrate(settings)
    elif migrates and folder.is_dir() and os.access(folder, os.W_OK):
        versions.make_folder(folder)


def _refuse_no_text(args: argparse.Namespace) -> None:
    """Words that are kept, looked up or answered must be text; a file's name may be any bytes."""
    for name, value in vars(args).items():
        for word in value if isinstance(value, list) and name != "files" else () if name == "document" else (value,):
            if isinstance(word, str) and not word.isascii() and word != word.encode(errors="replace").decode():
                raise _module("shared.errors").PermanentError(f"{word!a} is no text in UTF-8")


def _module(name: str) -> ModuleType:
    return importlib.import_module(name)


def _flags(args: argparse.Namespace) -> dict[str, str]:
    flags: dict[str, str] = {}
    for pair in getattr(args, "set_pairs", ()):
        name, equals, value = pair.partition("=")
        if not equals:
            raise _module("shared.settings").SettingError(f"--set takes NAME=VALUE, not {pair!r}")
        flags[name.strip().replace("-", "_")] = value
    for name in ("data_dir", "seeds_dir", "redis_url", "web_host", "web_port"):
        if hasattr(args, name):
            flags[name] = getattr(args, name)
    return flags


if __name__ == "__main__":
    sys.exit(main())
