"""`copydesk`: parses and delegates; what a command needs is imported only when it is called."""

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from services.cli.command_table import COMMANDS, GROUPS
from services.cli.endings import explain, log_end

RUN_THE_DESK = ("up:up", "demo:demo")
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Exit codes: 0 fine, 1 something is wrong with the data, 2 wrong usage or a system away, 3 data of a newer release.
    """
    serves = False
    if sys.stdout is None:  # `>&-`: a program that only wants the exit code
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # as long as the process
    try:
        args = _parser().parse_args(argv)
        serves = args.serves and not (getattr(args, "once", False) or getattr(args, "test", False))
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
    context = _module("services.cli.context")
    flags = _flags(args)
    settings = _module("shared.settings")
    loaded = settings.load(flags) if args.reads_settings else settings.load(environ={}, folder=Path(os.devnull))
    module, _, function = args.target.partition(":")
    if args.opens:
        _open_folder(loaded.settings, migrates=args.serves or args.target in RUN_THE_DESK)
    command: Callable[[Any], int] = getattr(_module(f"services.cli.commands.{module}"), function)
    if "structlog" in sys.modules:  # a person is told by the answer; processes set up their own log
        _module("shared.log").configure("warning")
    call = context.Context(args=args, flags=flags, loaded=loaded)
    code = command(call)
    if args.act and code == context.OK:
        _module("services.cli.auditing").note_act(call)
    return code


def _open_folder(settings: Any, *, migrates: bool) -> None:
    """Refuse a data folder of a newer release; bring an older one up to date before a process works on it."""
    versions = _module("shared.data_version")
    folder = Path(settings.data_dir)
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
    for pair in (*getattr(args, "set_before", ()), *getattr(args, "set_after", ())):
        name, equals, value = pair.partition("=")
        if not equals:
            raise _module("shared.settings").SettingError(f"--set takes NAME=VALUE, not {pair!r}")
        flags[name.strip().replace("-", "_")] = value
    for name in ("data_dir", "seeds_dir", "redis_url", "web_host", "web_port"):
        if hasattr(args, name):
            flags[name] = getattr(args, name)
    return flags


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="copydesk",
        description="News in, clean articles out: feeds, drops and pushes become one searchable article each.",
        parents=[_common("set_before")],
    )
    parser.set_defaults(json=False)
    common, alone = _common("set_after"), _common("set_after", alone=True)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    groups: dict[str, Any] = {}
    for command in COMMANDS:
        group, _, word = command.words.rpartition(" ")
        if group and group not in groups:
            within = commands.add_parser(group, help=GROUPS[group], description=GROUPS[group])
            groups[group] = within.add_subparsers(metavar="COMMAND", required=True)
        place = groups[group] if group else commands
        parents = [alone if command.alone else common]
        made = place.add_parser(word, help=command.help, description=command.help, parents=parents)
        made.set_defaults(target=command.target, serves=command.serves, opens=command.opens, act=command.act)
        made.set_defaults(reads_settings=command.reads_settings)
        for argument in command.arguments:
            made.add_argument(*argument.names, **argument.options)
    return parser


_PLACES: dict[str, dict[str, Any]] = {
    "--data-dir": {"metavar": "DIR", "help": "where everything is kept (data)"},
    "--seeds-dir": {"metavar": "DIR", "help": "the watched folder (seeds)"},
    "--redis-url": {"metavar": "URL", "help": "a Redis of yours instead of the embedded one"},
    "--host": {"dest": "web_host", "metavar": "HOST", "help": "the front door's address (127.0.0.1)"},
    "--port": {"dest": "web_port", "metavar": "PORT", "help": "the front door's port (8080)"},
}


def _common(pairs: str, *, alone: bool = False) -> argparse.ArgumentParser:
    """What every command takes, before or after its name; absent is absent, so that the one does not undo the other.

    A command that works `alone` takes the options that place a desk as well, for scripts, but does not speak of them.
    """
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--json", action="store_true", help="answer in JSON, for programs")
    for name, options in _PLACES.items():
        common.add_argument(name, **(options | {"help": argparse.SUPPRESS} if alone else options))
    common.add_argument(
        "--set", dest=pairs, action="append", metavar="NAME=VALUE", help="any other setting (`config show`)"
    )
    return common


if __name__ == "__main__":
    sys.exit(main())
