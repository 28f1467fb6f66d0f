"""`copydesk completion`: what lets a shell complete our commands."""

import argparse

from services.cli.completions import SCRIPTS
from services.cli.endings import FINE


def completion(args: argparse.Namespace) -> int:
    """Print the script of a shell."""
    print(SCRIPTS[args.shell](), end="")
    return FINE
