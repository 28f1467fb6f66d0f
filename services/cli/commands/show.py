"""`copydesk show ID`: one article, from the index and, while it is on its way, from the ledger."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from services.cli.context import OK, WRONG, Context, show_json, warn
from services.cli.printing import article_lines, clean, moment, row, timeline_lines
from services.cli.reach import reach_desk
from services.cli.standing import origin_rows
from services.index.entry import embargo_end
from services.index.search import Index, Stored
from services.index.withdrawal import taken_back
from services.web.keys import open_keys
from services.web.names import Names
from shared.clock import from_us
from shared.ledger.connection import connect_to_look
from shared.ledger.reader import InputStatus, LedgerReader

LAST_RECEIPTS = 3


def show(context: Context) -> int:
    """ID is an article's id, `id@rev`, a receipt, an address or a drop's path. Exit code 1 when nobody knows it."""
    name = context.args.id
    stored, line = _find(context, name)
    parts = _parts(context, name) if stored is None and line is None else ()
    if parts:
        return _show_parts(context, parts)
    if stored is None and line is None:
        warn(f"nobody knows {name}: it is no id, receipt or address of an article here, and no path of a drop")
        return WRONG
    if context.as_json:
        show_json(as_json(stored, line))
    elif stored is not None:
        print(*stored_lines(stored, detailed=context.args.evidence, whole=context.args.all), sep="\n")
    elif line is not None:
        print(*status_lines(line), sep="\n")
    return OK


def _parts(context: Context, name: str) -> tuple[str, ...]:
    index = Index(context.settings.index_file)
    return Names(context.settings, index, None, open_keys(context.settings)).parts(name)


def _show_parts(context: Context, parts: Sequence[str]) -> int:
    """A container is no article: what it holds is named, each as `show` knows it."""
    if context.as_json:
        show_json({"parts": parts})
    else:
        print("It holds several articles; `copydesk show` knows each by its name:", *map(clean, parts), sep="\n")
    return OK


def stored_lines(stored: Stored, *, detailed: bool = False, whole: bool = False) -> Iterator[str]:
    """The article, where it came from, and its way through the desk; `whole` with each input that told of it."""
    yield from article_lines(stored.article, detailed=detailed)
    yield from row("From", f"{stored.came_from.kind} {stored.came_from.name}".strip())
    if stored.owner:
        yield from row("Pushed by", stored.owner)
    if stored.withdrawn:
        yield from row("State", clean(_withdrawn(stored)))
    yield from row("Id", f"{stored.article_id}@{stored.rev}")
    yield from _receipt_rows(stored.receipts, whole=whole)
    for label, alias in zip(["Known as", *[""] * len(stored.aliases)], _addresses(stored.aliases), strict=False):
        yield from row(label, alias)
    if len(stored.revisions) > 1:
        yield from row("Revisions", str(len(stored.revisions)))
    yield from timeline_lines(stored.timeline, detailed=detailed)
    yield ""


def _receipt_rows(receipts: Sequence[str], *, whole: bool) -> Iterator[str]:
    """The last inputs that told of an article, and how many came before them; or all, one a line."""
    if whole:
        for number, receipt in enumerate(receipts):
            yield from row("" if number else "Receipt", receipt)
        return
    earlier = len(receipts) - LAST_RECEIPTS
    told = f", and {earlier} earlier (`--all` shows them)" if earlier > 0 else ""
    yield from row("Receipt", ", ".join(receipts[-LAST_RECEIPTS:]) + told)


def _withdrawn(stored: Stored) -> str:
    found = taken_back(stored)
    if found is None:  # an earlier revision is looked at
        return "withdrawn since"
    who = "the desk" if found.by_desk else "its publisher"
    why = f": {found.reason}" if found.reason else ""
    return f"withdrawn by {who}, {moment(from_us(found.at_us))}{why}"


def status_lines(line: InputStatus) -> Iterator[str]:
    """What the ledger tells of an article that is not in the index (yet)."""
    yield from row("State", f"{line.state}{f' at {line.stage}' if line.stage else ''}")
    if line.reason:
        yield from row("Reason", f"{line.reason}: {line.note}" if line.note else line.reason)
    if line.state == "held" and line.due_us is not None:
        yield from row("Embargo", f"until {moment(from_us(line.due_us))}")
    yield from origin_rows(line)
    yield from row("Id", f"{line.article}@{line.rev}")
    yield from row("Receipt", line.receipt)
    yield from timeline_lines(line.timeline)


def as_json(stored: Stored | None, line: InputStatus | None) -> dict[str, Any]:
    """The same keys whether it is indexed or on its way; what is not known is null."""
    if stored is not None:
        fields, found = msgspec.to_builtins(stored), taken_back(stored)
        return {
            "id": fields.pop("articleId"),
            "state": "withdrawn" if fields.pop("withdrawn") else "indexed",
            "reason": None,
            "note": found.reason if found is not None else None,
            **{name: value for name, value in fields.items() if name != "origin"},
            "source": msgspec.to_builtins(stored.came_from),
            "embargoedUntil": embargo_end(stored.article),
        }
    fields = msgspec.to_builtins(line) if line is not None else {}
    receipt = fields.pop("receipt", None)
    names = ("rev", "state", "reason", "note", "source", "timeline", "receivedUs")
    return {
        "id": fields.get("article"),
        "article": None,
        "receipts": [receipt],
        "embargoedUntil": from_us(line.due_us) if line is not None and line.due_us is not None else None,
        **{name: fields.get(name) for name in names},
    }


def _find(context: Context, name: str) -> tuple[Stored | None, InputStatus | None]:
    """What the index or the ledger knows; a Redis that is away matters only where the index does not know it."""
    index, keys = Index(context.settings.index_file), open_keys(context.settings)
    found = Names(context.settings, index, None, keys).find(name)
    if found[0] is not None:
        return found
    reader = LedgerReader(connect_to_look(reach_desk(context)))
    return Names(context.settings, index, reader, keys).find(name)


def _addresses(aliases: tuple[str, ...]) -> list[str]:
    return [alias for alias in aliases if not alias.startswith(("sha256:", "id:", "said:"))]
