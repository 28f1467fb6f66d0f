"""`copydesk man`: the page for man."""

import argparse

from services.cli.endings import FINE
from services.cli.manual import make_page


def man(args: argparse.Namespace) -> int:
    """Print it as roff, for `man -l -` or a folder of pages."""
    print(make_page(), end="")
    return FINE
