"""`copydesk show ID`: one article, from the index and, while it is on its way, from the ledger."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from services.cli.context import OK, WRONG, Context, show_json, warn
from services.cli.printing import article_lines, row, timeline_lines
from services.cli.reach import check_data, reach_desk
from services.cli.standing import find_status, origin_rows
from services.index.search import Index, Stored
from services.ingest.drop_files import path_alias
from services.web.keys import open_keys
from shared.errors import PermanentError, TransientError
from shared.ledger.connection import connect_to_look
from shared.ledger.reader import DECIDED_BY_THE_INDEX, InputStatus, LedgerReader


class Ambiguous(PermanentError):
    """An address that different publishers use for different articles."""


def show(context: Context) -> int:
    """ID is an article's id, `id@rev`, a receipt, an address or a drop's path. Exit code 1 when nobody knows it."""
    check_data(context)
    name = context.args.id
    stored, line = _find(context, name)
    if stored is None and line is None:
        warn(f"nobody knows {name}: it is no id, receipt or address of an article here, and no path of a drop")
        return WRONG
    if context.as_json:
        show_json(as_json(stored, line))
    elif stored is not None:
        print(*stored_lines(stored, detailed=context.args.evidence), sep="\n")
    elif line is not None:
        print(*status_lines(line), sep="\n")
    return OK


def stored_lines(stored: Stored, *, detailed: bool = False) -> Iterator[str]:
    """The article, where it came from, and its way through the desk."""
    yield from article_lines(stored.article, detailed=detailed)
    yield from row("From", f"{stored.source.kind} {stored.source.name}".strip())
    if stored.owner:
        yield from row("Pushed by", stored.owner)
    if stored.withdrawn:
        yield from row("State", "withdrawn by its publisher")
    yield from row("Id", f"{stored.article_id}@{stored.rev}")
    yield from row("Receipt", ", ".join(stored.receipts[-3:]))
    for label, alias in zip(["Known as", *[""] * len(stored.aliases)], _addresses(stored.aliases), strict=False):
        yield from row(label, alias)
    if len(stored.revisions) > 1:
        yield from row("Revisions", str(len(stored.revisions)))
    yield from timeline_lines(stored.timeline, detailed=detailed)
    yield ""


def status_lines(line: InputStatus) -> Iterator[str]:
    """What the ledger tells of an article that is not in the index (yet)."""
    yield from row("State", f"{line.state}{f' at {line.stage}' if line.stage else ''}")
    if line.reason:
        yield from row("Reason", f"{line.reason}: {line.note}" if line.note else line.reason)
    yield from origin_rows(line)
    yield from row("Id", f"{line.article}@{line.rev}")
    yield from row("Receipt", line.receipt)
    yield from timeline_lines(line.timeline)


def as_json(stored: Stored | None, line: InputStatus | None) -> dict[str, Any]:
    """The same keys whether it is indexed or on its way; what is not known is null."""
    if stored is not None:
        fields = msgspec.to_builtins(stored)
        return {
            "id": fields.pop("articleId"),
            "state": "withdrawn" if fields.pop("withdrawn") else "indexed",
            "reason": None,
            "note": None,
            **fields,
        }
    fields = msgspec.to_builtins(line) if line is not None else {}
    receipt = fields.pop("receipt", None)
    names = ("rev", "state", "reason", "note", "source", "timeline", "receivedUs")
    return {
        "id": fields.get("article"),
        "article": None,
        "receipts": [receipt],
        **{name: fields.get(name) for name in names},
    }


def _status_of(context: Context, name: str) -> InputStatus | None:
    reader = LedgerReader(connect_to_look(reach_desk(context)))
    try:
        return find_status(reader, name)
    except TransientError as error:
        raise TransientError(f"the index does not hold {name}, and {error}") from error


def _find(context: Context, name: str) -> tuple[Stored | None, InputStatus | None]:
    """The article as the index holds it, else what the ledger knows of it; the index alone is asked where it knows."""
    index = Index(context.settings.index_file)
    stored = index.get(name)
    line = None if stored is not None else _status_of(context, name)
    for others in (_of_a_drop, _of_a_publisher):
        if stored is None and line is None:
            stored, line = others(context, index, name)
    if stored is None and line is None:  # it may have been done between the two looks
        stored = index.get(name)
    if stored is None and line is not None:  # the receipt of a duplicate leads to what it repeats
        stored = index.get(line.article) if line.state in DECIDED_BY_THE_INDEX else None
    return stored, line


def _of_a_drop(context: Context, index: Index, name: str) -> tuple[Stored | None, InputStatus | None]:
    """The article of a dropped file, by its path in the drop folder, or from where this person stands."""
    file, folder = Path(os.path.abspath(name)), Path(os.path.abspath(context.settings.seeds_dir))
    paths = [name, *([file.relative_to(folder).as_posix()] if file.is_relative_to(folder) else [])]
    for alias in dict.fromkeys(map(path_alias, paths)):
        stored = index.get(alias)
        line = None if stored is not None else _status_of(context, alias)
        if stored is not None or line is not None:
            return stored, line
    return None, None


def _of_a_publisher(context: Context, index: Index, name: str) -> tuple[Stored | None, InputStatus | None]:
    """What a publisher calls so: a pushed uri is its publisher's own, and people leave out whose when it is plain."""
    keys = open_keys(context.settings)
    whose = dict.fromkeys(f"uri:{key.publisher.name} {name}" for key in keys.list())
    matches = {}
    for alias in whose:
        stored = index.get(alias)
        line = None if stored is not None else _status_of(context, alias)
        if stored is not None or line is not None:
            matches[alias] = (stored, line)
    if len(matches) > 1:
        raise Ambiguous(f"several publishers have an article {name}: say whose, as in '{next(iter(matches))}'")
    return next(iter(matches.values()), (None, None))


def _addresses(aliases: tuple[str, ...]) -> list[str]:
    return [alias for alias in aliases if not alias.startswith(("sha256:", "id:", "said:"))]
