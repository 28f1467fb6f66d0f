"""The entries of a live report, as schema.org's `liveBlogUpdate` declares them in a page or a document."""

from services.normalize.document import Piece
from services.normalize.fields.date import date_of_value
from services.normalize.readers.json_document import code_at, objects_at, text_at
from services.normalize.readers.markup import pieces_of_value, plain_text_of
from shared.article import Block, BlockType, LiveEntry
from shared.envelope import Raw

_MOST_ENTRIES = 500
_TYPES: dict[str, BlockType] = {"heading": "subhead", "quote": "quote", "list": "list", "code": "code"}


def live_entries(updates: object, raw: Raw, language: str | None) -> tuple[tuple[str, LiveEntry], ...]:
    """Each entry with its path below the list: its instant where the zone is known, who wrote it, and its words."""
    return tuple(
        (below, entry)
        for below, update in objects_at(updates)[:_MOST_ENTRIES]
        if (entry := _entry(update, raw, language)).headline or entry.blocks
    )


def _entry(update: dict[str, object], raw: Raw, language: str | None) -> LiveEntry:
    dated = date_of_value(code_at(update.get("datePublished")) or code_at(update.get("dateModified")), raw, language)
    at = dated.moment.value if dated is not None and dated.moment.precision != "day" else None
    body = text_at(update.get("articleBody")) or text_at(update.get("text")) or ""
    return LiveEntry(
        at=at if at is not None and at.tzinfo is not None else None,
        headline=plain_text_of(text_at(update.get("headline")) or text_at(update.get("name"))),
        byline=", ".join(filter(None, map(_name, _listed(update.get("author"))))) or None,
        blocks=tuple(block for piece in pieces_of_value(body, None, "") if (block := _block(piece)) is not None),
    )


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _name(author: object) -> str | None:
    return text_at(author.get("name")) if isinstance(author, dict) else text_at(author)


def _block(piece: Piece) -> Block | None:
    if piece.shape in ("picture", "embed", "debris") or not (piece.text or piece.items):
        return None
    text = None if piece.items else piece.text
    return Block(type=_TYPES.get(piece.shape, "paragraph"), text=text, items=piece.items)
