"""What a key may do: its scopes, what each lets in, and whose articles it may see."""

from collections.abc import Sequence
from typing import Any, Literal, get_args

from shared.envelope import Source, pushed_by

Scope = Literal["push", "feeds", "read", "read-all", "monitor", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
MEANINGS: dict[Scope, str] = {
    "push": "push, correct and withdraw articles",
    "feeds": "read the desk's outgoing feeds; a key with this scope alone may stand in their addresses",
    "read": "read its own articles and receipts",
    "read-all": "read and search all articles",
    "monitor": "see the desk: status, metrics, lists, changes, feeds, the dead",
    "admin": "act on the desk: replay, discard, release, settings of sources",
}
INCLUDED: dict[Scope, tuple[Scope, ...]] = {
    "push": (),
    "feeds": (),
    "read": (),
    "read-all": ("feeds", "read"),
    "monitor": ("feeds", "read", "read-all"),
    "admin": ("feeds", "read", "read-all", "monitor"),
}
PUBLISHER: tuple[Scope, ...] = ("push", "read")
IN_ADDRESSES: tuple[Scope, ...] = ("feeds",)  # addresses stand in logs and histories: such a key may do nothing else
BEFORE: tuple[Scope, ...] = ("push", "monitor")  # what every key could do before there were scopes


def may(scopes: Sequence[Scope], needed: Scope) -> bool:
    """Do these scopes let somebody do it, by name or by one that includes it?"""
    return any(needed == scope or needed in INCLUDED[scope] for scope in scopes)


def only_of(publisher: Any) -> str:
    """Whose articles alone this key may see; "" for those of everybody."""
    return "" if may(publisher.scopes, "read-all") else str(publisher.name)


def is_seen_by(only: str, source: Source | None) -> bool:
    """May whoever sees `only` one publisher's articles ("": all) see what came from this source?"""
    return only in ("", pushed_by(source)) if source is not None else only == ""
