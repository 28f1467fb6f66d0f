"""The short lines at the edges of a page's text that the steps may still read: a date line, a signature."""

from collections.abc import Iterator
from re import Pattern

from services.normalize.document import Piece
from services.normalize.grammar.byline import read_byline
from services.normalize.grammar.printed_byline import is_picture_line
from services.normalize.html.blocks import Block, Box
from services.normalize.html.body import Body
from services.normalize.html.class_names import BYLINE_NAMES, DATE_NAMES
from services.normalize.html.tree import path_of
from services.normalize.language.load import for_tag

_LONGEST = 120


def margins(body: Body, language: str | None, *, dated: bool, signed: bool) -> Iterator[Piece]:
    """What calls itself a date or byline over the text, and signatures set apart under it; nothing that is settled.

    Who made the pictures is told beside those who signed, wherever over the text.
    """
    first = body.kept[0].index if body.kept else 0
    dropped = (block for block in body.dropped if block.index < first and is_picture_line(block.text))
    for block in (*body.front, *dropped):
        if not dated and _calls_itself(block, DATE_NAMES):
            yield Piece(text=block.text, shape="date", path=path_of(block.box.element))
        elif (not signed or is_picture_line(block.text)) and _calls_itself(block, BYLINE_NAMES):
            yield Piece(text=block.text, shape="byline", path=path_of(block.box.element))
    for block in body.back:
        if block.size <= _LONGEST and _is_signature(block, language):
            yield Piece(text=block.text, shape="byline", path=path_of(block.box.element))


def _calls_itself(block: Block, names: Pattern[str]) -> bool:
    own = block.box.names + " ".join((element.get("class") or "").lower() for element in block.inline)
    return block.size <= _LONGEST and bool(names.search(own))


def _is_signature(block: Block, language: str | None) -> bool:
    """A byline by its grammar, set in another type or to the right; where papers sign at the end that is enough."""
    tag = (language or "").lower()
    apart = block.bold + block.italic > 0.8 * block.size or _is_right(block.box)
    return (apart or for_tag(tag).bylines.bare_name_ends_page) and read_byline(block.text, tag or "und") is not None


def _is_right(box: Box) -> bool:
    return box.element.get("align") == "right" or "right" in (box.element.get("style") or "")
