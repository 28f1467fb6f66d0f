"""`copydesk help`: what there is, and how one command is used."""

import argparse
import json

from services.cli import usage
from services.cli.command import Command
from services.cli.command_table import COMMANDS, GROUPS
from services.cli.endings import FINE
from services.cli.parsing import NAMED, end_usage, suggest


def help(args: argparse.Namespace) -> int:  # named as the command is
    """The help of all, of a group, or of a command."""
    words = " ".join(args.words)
    if words and words not in NAMED and words not in GROUPS:
        message = f"{words!r} is no command{suggest(words, (*NAMED, *GROUPS))}"
        end_usage(message, usage.MAIN_USAGE, as_json=args.json)
    if args.json:
        print(json.dumps([_as_json(one) for one in COMMANDS if f"{one.words} ".startswith(f"{words} ".lstrip())]))
    elif words in NAMED:
        print(usage.help_of(NAMED[words]))
    else:
        print(usage.group_help(words) if words else usage.main_help())
    return FINE


def _as_json(command: Command) -> dict[str, object]:
    arguments = [{"names": one.names, "value": one.value, "help": one.help} for one in command.arguments]
    examples = [example._asdict() for example in command.examples]
    return {"command": command.words, "help": command.help, "arguments": arguments, "examples": examples}
