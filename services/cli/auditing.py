"""The audit log of what is done at the terminal: each act that succeeded, by whom, on what, and why."""

import getpass

from services.cli.context import Context, warn
from shared.audit import AuditLog
from shared.errors import Unavailable


def note_act(context: Context) -> None:
    """Write an act down that has been done; an audit log that cannot be written is told, and undoes nothing."""
    args = context.args
    if not getattr(args, "yes", True) or getattr(args, "count", False):  # it has only counted
        return
    act = args.command.target.partition(":")[2].replace("_", " ")
    audit, who = AuditLog(context.settings.audit_folder), person()
    try:
        audit.note_each(who=who, act=act, on=_objects(context), why=getattr(args, "because", None) or "")
    except Unavailable as error:
        warn(str(error))


def _objects(context: Context) -> list[str]:
    """What it was done to: the articles, the key or the feed that the command names."""
    args = context.args
    named = getattr(args, "refs", None) or [getattr(args, "name", None) or getattr(args, "url", None) or "all"]
    return [str(name) for name in named]


def person() -> str:
    """Who acts at this terminal: `cli:lan`."""
    try:
        return f"cli:{getpass.getuser()}"
    except (OSError, KeyError):  # a container's user without a name
        return "cli:unknown"
