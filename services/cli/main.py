"""`copydesk`: parses and delegates; what a command needs is imported only when it is called."""

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from services.cli.arguments import (
    BECAUSE,
    EXPIRES,
    NOTIFY,
    PREFIX,
    PURGED,
    REFS,
    SCOPE,
    SOURCE,
    STAGES,
    Argument,
    arg,
    count,
    number,
)  # fmt: skip
from services.cli.endings import explain, log_end

RUN_THE_DESK = ("up:up", "demo:demo")
INTERRUPTED = 130


class Command(NamedTuple):
    """One command: its function, what it is for, what it takes.

    `target` is `module:function` below `commands/`, both named as the command is: `feeds list` is `feeds:list_feeds`.
    """

    words: str
    target: str
    help: str
    arguments: tuple[Argument, ...] = ()
    serves: bool = False  # a process that runs for long: it logs, where other commands speak to a person
    opens: bool = True  # the data folder, whose version is checked first
    alone: bool = False  # of no desk: options that place one are not its business


COMMANDS = (
    Command("up", "up:up", "run the whole desk on this machine until Ctrl-C"),
    Command("demo", "demo:demo", "take in what lies in seeds/, show the articles, stop"),
    Command(
        "push",
        "push:push",
        "take files in as a publisher would",
        (
            arg("files", nargs="+", metavar="FILE", help="a file, or - for standard input"),
            arg(
                "--url", help="push over HTTP to this desk (COPYDESK_URL; its key in COPYDESK_KEY or COPYDESK_KEY_FILE)"
            ),
            arg("--type", dest="media_type", metavar="TYPE", help="media type, when the file's name does not tell it"),
            arg("--uri", help="the article's own address (one file only)"),
            *SOURCE,
        ),
        opens=False,  # another machine's desk is pushed to by --url
    ),
    Command("status", "status:status", "what stands where, and how old the oldest is"),
    Command(
        "show",
        "show:show",
        "one article: what was read, from where, and its way through the desk",
        (
            arg("id", metavar="ID", help="an article's id, a receipt, an address, or the path of a drop"),
            arg("--evidence", action="store_true", help="with every reading, the rule behind it and how sure it is"),
        ),
    ),
    Command(
        "list",
        "list:list",
        "the articles by state, source and time, the newest first",
        (
            arg("words", nargs="*", metavar="WORD", help="words, an id, a receipt, an address or a drop's path"),
            arg("--state", metavar="STATE", help="dead, queued …, or in-flight, failed, all (several with commas)"),
            arg(
                "--source", metavar="SOURCE", help="feed, drop or push, or one source as feed:https://news.example/rss"
            ),
            arg("--publisher", metavar="NAME", help="what this publisher pushed"),
            arg("--since", metavar="TIME", help="30min, 1h, 2d, or a moment with its zone"),
            arg("--before", type=number, metavar="REV", help="the page after the one that named it"),
            arg("--limit", type=count, default=50, metavar="N"),
        ),
    ),
    Command(
        "tail",
        "tail:tail",
        "the last changes of articles; -f for those that come",
        (
            arg("-f", "--follow", action="store_true", help="go on with each change as it happens, until Ctrl-C"),
            arg("-n", "--lines", type=count, default=20, metavar="N", help="how many to begin with (20)"),
            arg("--state", metavar="STATE", help="only these states (several with commas)"),
            arg("--source", metavar="SOURCE", help="only this source; feed:* takes all that begin so"),
            arg("--publisher", metavar="NAME", help="only what this publisher pushed"),
            arg("--article", metavar="ID", help="only this article"),
            arg("--worker", metavar="HOST[:START]", help="only what this worker took up"),
        ),
    ),
    Command(
        "search",
        "search:search",
        "find articles, with or without Vietnamese diacritics",
        (
            arg("query", nargs="+", metavar="QUERY"),
            arg("--limit", type=count, default=10, metavar="N"),
            arg("--offset", type=count, default=0, metavar="N"),
        ),
    ),
    Command(
        "feeds add",
        "feeds:add_feed",
        "subscribe to a feed",
        (arg("url", metavar="URL"), *SOURCE),
    ),
    Command("feeds list", "feeds:list_feeds", "the feeds and when each is due"),
    Command("feeds remove", "feeds:remove_feed", "end a subscription", (arg("url", metavar="URL"),)),
    Command(
        "keys create",
        "keys:create_key",
        "make a key for a publisher, a monitor or an operator; it is shown once",
        (arg("name", metavar="NAME"), SCOPE, EXPIRES, PREFIX, *SOURCE),
    ),
    Command(
        "keys add",
        "keys:add_prefixes",
        "give a publisher's keys the pages below an address; make a key where there is none yet",
        (arg("name", metavar="NAME"), SCOPE, EXPIRES, PREFIX, *SOURCE),
    ),
    Command(
        "keys take",
        "keys:take_prefixes",
        "take pages back that a publisher's keys carry",
        (arg("name", metavar="NAME"), PREFIX),
    ),
    Command(
        "keys scope",
        "keys:scope_keys",
        "say anew what a publisher's keys, or the one with this id, may do",
        (arg("name", metavar="NAME|ID"), SCOPE),
    ),
    Command("keys list", "keys:list_keys", "whose keys there are"),
    Command(
        "keys revoke",
        "keys:revoke_keys",
        "end a publisher's keys, or the one with this id",
        (
            arg("name", metavar="NAME|ID"),
            arg("--with-articles", action="store_true", help="and withdraw all that this publisher pushed"),
            arg("--yes", action="store_true", help="do it; without, they are only counted"),
            arg("--because", metavar="WHY", help="kept for good, for whoever asks later"),
        ),
    ),
    Command("balance", "balance:balance", "prove that every input is accounted for"),
    Command(
        "dead list",
        "dead:list_dead",
        "what no further try will help, and why",
        (arg("--limit", type=count, default=100, metavar="N"), arg("--offset", type=count, default=0, metavar="N")),
    ),
    Command("dead show", "dead:show_dead", "one dead article, with its input", (arg("ref", metavar="ID"),)),
    Command("dead replay", "dead:replay_dead", "send dead articles through again", REFS),
    Command(
        "dead discard",
        "dead:discard_dead",
        "give dead articles up for good",
        (*REFS, arg("--because", default="discarded by hand", metavar="WHY", help="kept in the timeline")),
    ),
    Command(
        "dead strays",
        "dead:strays",
        "messages that no worker could read",
        (arg("--clear", action="store_true", help="forget them, once they are shown"),),
    ),
    Command(
        "refused list",
        "refused:list_refused",
        "inputs that only their sender can mend, and why",
        (arg("--limit", type=count, default=100, metavar="N"), arg("--offset", type=count, default=0, metavar="N")),
    ),
    Command(
        "refused replay",
        "refused:replay_refused",
        "read refused inputs once more, after the reader was mended",
        (
            arg("refs", nargs="*", metavar="ID", help="id@rev as `refused list` shows it"),
            arg("--all", action="store_true", help="all that are listed"),
        ),
    ),
    Command(
        "release",
        "release:release",
        "give an address free that a publisher has pushed",
        (arg("name", metavar="ADDRESS|ID", help="a page's address, or the article's id"),),
    ),
    Command(
        "withdraw",
        "withdraw:withdraw",
        "take an article back for its readers; a tombstone stays",
        (arg("name", metavar="ADDRESS|ID", help="the article's address, its id or a receipt"), BECAUSE),
    ),
    Command(
        "correct",
        "correct:correct",
        "put other words in an article's place, whoever sent it",
        (
            arg("name", metavar="ADDRESS|ID", help="the article's address, its id or a receipt"),
            arg("file", metavar="FILE", help="the whole article as it is to be, or - for standard input"),
            arg("--type", dest="media_type", metavar="TYPE", help="media type, when the file's name does not tell it"),
            BECAUSE,
        ),
    ),
    Command("purge", "purge:purge", "erase the words of an article for good, archive included", PURGED),
    Command("resume", "resume:resume", "end the rest of a stage or a source", (arg("name", metavar="STAGE|SOURCE"),)),
    Command("recover", "recover:recover", "enter again what the archive holds and the ledger does not know"),
    Command(
        "read",
        "read:read",
        "show the article in a document, with the evidence for each field: no desk, no Redis",
        (
            arg("document", metavar="FILE|-|URL", help="a file, standard input, or a page of the web"),
            arg("--ninjs", action="store_true", help="as an item of IPTC ninjs 3.1"),
            arg("--markdown", action="store_true", help="as Markdown"),
            arg("--url", help="the address the document stands at"),
            arg("--type", dest="media_type", metavar="TYPE", help="media type, when the file's name does not tell it"),
            *SOURCE,
        ),
        opens=False,
        alone=True,
    ),
    Command(
        "normalize",
        "normalize:normalize",
        "clean articles from standard input to standard output, without Redis",
        (arg("--jsonl", action="store_true", required=True, help='one input a line: {"path"|"text"|"body_b64": …}'),),
        opens=False,
        alone=True,
    ),
    Command("config show", "config:show_config", "every setting and where it comes from", opens=False),
    Command("doctor", "doctor:doctor", "what this machine lacks, and what to do about it", opens=False),
    Command("work", "work:work", "one worker of a stage", (arg("stage", choices=STAGES),), serves=True),
    Command("watch", "watch:watch", "the watcher of drops and feeds", serves=True),
    Command("web", "web:web", "the front door over HTTP", serves=True),
    Command("notify", "notify:notify", "tell troubles and failing feeds by mail, webhook or chat", NOTIFY, serves=True),
)

GROUPS = {
    "feeds": "subscriptions",
    "keys": "keys of publishers, monitors and operators",
    "dead": "articles that need a person",
    "refused": "inputs that only their sender can mend",
    "config": "settings",
}


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
    loaded = _module("shared.settings").load(flags)
    module, _, function = args.target.partition(":")
    if args.opens:
        _open_folder(loaded.settings, migrates=args.serves or args.target in RUN_THE_DESK)
    command: Callable[[Any], int] = getattr(_module(f"services.cli.commands.{module}"), function)
    if "structlog" in sys.modules:  # a person is told by the answer; processes set up their own log
        _module("shared.log").configure("warning")
    call = context.Context(args=args, flags=flags, loaded=loaded)
    code = command(call)
    auditing = _module("services.cli.auditing")
    if code == context.OK and auditing.is_act(args.target):
        auditing.note_act(call)
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
        made.set_defaults(target=command.target, serves=command.serves, opens=command.opens)
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
