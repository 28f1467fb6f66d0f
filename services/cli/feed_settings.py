"""What `feeds add` and `feeds edit` say of one feed, as changes of its settings. Secrets may come from files."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from services.ingest.request_settings import LONGEST, RequestSettings, changed, read_header
from services.ingest.section_settings import read_section
from services.ingest.subscriptions import NUMBERS
from shared.errors import PermanentError

AUTO = "auto"


def changes_of(args: Namespace, address: str = "") -> dict[str, Any]:
    """The changes that the options ask for, as `Subscriptions.edit` takes them; 0 and `auto` are as the desk does.

    Secrets are for the origin of `address`, else for that of the feed.
    """
    said: dict[str, Any] = {
        name: getattr(args, name) or None for name in NUMBERS if getattr(args, name, None) is not None
    }
    if args.scope is not None:
        said["scope"] = None if args.scope == AUTO else args.scope
    if (section := read_section(args.select, args.select_title, args.select_date)) is not None:
        said["section"] = section
    if request := _request_said(args):
        said["request"] = lambda feed: changed(feed.request, request, _full(address) if address else feed.url)
    return said


def request_for(args: Namespace, address: str) -> RequestSettings:
    """How an address is asked that is not watched yet."""
    return changed(RequestSettings(), _request_said(args), _full(address))


def _full(address: str) -> str:
    """A site's name alone is asked by https first."""
    return address if "://" in address else f"https://{address.removeprefix('//')}"


def _request_said(args: Namespace) -> dict[str, str | None]:
    named = {name: getattr(args, name) for name in ("user_agent", "cookie", "login")}
    said: dict[str, str | None] = {name: _read(value) for name, value in named.items() if value is not None}
    for line in args.header or ():
        name, value = read_header(line)
        said[name] = _read(value)
    return said


def _read(value: str) -> str:
    """A value, or what the file holds that it names (`@FILE`, or `@-`), so that no list of processes shows it."""
    if not value.startswith("@"):
        return value.strip()
    try:
        text = sys.stdin.read(LONGEST + 2) if value == "@-" else Path(value[1:]).read_text("utf-8")[: LONGEST + 2]
    except UnicodeDecodeError as error:
        raise PermanentError(f"{value[1:]} holds no text") from error
    return text.strip()
