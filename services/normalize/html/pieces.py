"""The body of a page as pieces in reading order: paragraphs, headings, quotes, lists, tables and pictures."""

from collections.abc import Iterator
from itertools import groupby

import msgspec

from services.normalize.document import Piece, Shape
from services.normalize.grammar.titles import letters
from services.normalize.html.blocks import Block, Box, is_dateline
from services.normalize.html.body import Body
from services.normalize.html.pictures import Picture
from services.normalize.html.tree import path_of, text_of

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SMALL_CELL = 80
_MOST_PATHS = 3000
_MOST_REMOVED = 200
_LONGEST_BESIDE = 200
_LONGEST_IN_TEXT = 90


def pieces_of(body: Body, pictures: list[Picture], headline: str | None, description: str | None) -> tuple[Piece, ...]:
    """The article's pieces; the first paragraph is the lead when the page describes itself in the same words."""
    text = {block.index: block for block in (*body.lead, *body.kept)}
    titled = letters(headline or "")
    pictures = [
        _bare(picture) if _is_text(picture, text, body.container) or _holds_headline(picture, titled, text) else picture
        for picture in pictures
    ]
    taken = {index for picture in pictures for index in picture.blocks}
    placed: list[tuple[int, Piece]] = [(picture.index, _picture(picture)) for picture in pictures]
    lead = [block for block in body.lead if block.index not in taken and letters(block.text) != titled]
    placed += [(block.index, _lead(block)) for block in lead]
    kept = [block for block in body.kept if block.index not in taken and letters(block.text) != titled]
    placed += _grouped(kept, body.container)
    placed.sort(key=lambda pair: pair[0])
    return _with_lead(tuple(piece for _, piece in placed), description)


def removed(body: Body, pictures: list[Picture]) -> tuple[Piece, ...]:
    """What stood inside the article's box and is the site's: kept as having been taken out, each text once."""
    taken = {index for picture in pictures for index in picture.blocks}
    left = {block.text: block for block in body.dropped if block.index not in taken}
    return tuple(Piece(text=text, shape="debris", path=_path(block)) for text, block in left.items())[:_MOST_REMOVED]


def _lead(block: Block) -> Piece:
    return Piece(text=block.text, shape="lead", path=path_of(block.box.element), dateline=_dateline(block))


def _dateline(block: Block) -> str | None:
    """The words at the start of a block that call themselves its dateline; a day is none."""
    for element in block.inline:
        words = text_of(element) if is_dateline(element) else ""
        if words and block.text.startswith(words) and not any(letter.isdigit() for letter in words):
            return words
    return None


def _is_text(picture: Picture, text: dict[int, Block], container: Box) -> bool:
    """Whether long words beside a picture, called a caption by nothing, are a paragraph with a picture set into it."""
    if picture.rule != "beside the picture" or picture.credit is not None:
        return False
    blocks = [text[index] for index in picture.blocks if index in text]
    plain = all(block.box.tag == "p" and block.box.parent is container for block in blocks)
    return bool(blocks) and len(picture.caption) > (_LONGEST_IN_TEXT if plain else _LONGEST_BESIDE)


def _holds_headline(picture: Picture, titled: str, text: dict[int, Block]) -> bool:
    """Whether a box that names its caption has the headline and a line under it in it too."""
    if not titled or not any(index in text and text[index].box.tag in _HEADINGS for index in picture.blocks):
        return False
    shown = letters(picture.caption)
    return shown.startswith(titled) and shown != titled


def _bare(picture: Picture) -> Picture:
    return msgspec.structs.replace(picture, caption="", blocks=frozenset())


def _picture(picture: Picture) -> Piece:
    path = path_of(picture.element)
    return Piece(text=picture.caption, shape="picture", path=path, byline=picture.credit, href=picture.href)


def _grouped(blocks: list[Block], container: Box) -> Iterator[tuple[int, Piece]]:
    """Items of one list and cells of one table are one piece."""
    for (whole, shape), run in groupby(blocks, key=lambda block: _whole(block, container)):
        members = list(run)
        if shape == "list":
            items = tuple(block.text for block in members)
            yield members[0].index, Piece(text=" ".join(items), shape="list", items=items, path=path_of(whole.element))
        elif shape == "table" and _is_tabular(members):
            text, rows = " ".join(block.text for block in members), _rows(members)
            yield members[0].index, Piece(text=text, shape="table", rows=rows, path=path_of(whole.element))
        else:
            for block in members:
                dateline = _dateline(block)
                yield (
                    block.index,
                    Piece(text=block.text, shape=_shape(block, shape), path=_path(block), dateline=dateline),
                )


def _path(block: Block) -> str | None:
    """Where a block stands; not asked of the thousands of a very long page, where each answer counts its siblings."""
    return path_of(block.box.element) if block.index < _MOST_PATHS else None


def _whole(block: Block, container: Box) -> tuple[Box, Shape]:
    """The outermost list, table or quote round a block inside the container, else its own box."""
    found: tuple[Box, Shape] = (block.box, "paragraph")
    box: Box | None = block.box
    while box is not None and box is not container:
        if box.tag in {"ul", "ol"}:
            found = (box, "list")
        elif box.tag == "table":
            found = (box, "table")
        elif box.tag == "blockquote":
            found = (box, "quote")
        box = box.parent
    return found


def _shape(block: Block, shape: Shape) -> Shape:
    if block.box.tag in _HEADINGS:
        return "heading"
    return "quote" if shape == "quote" else "paragraph"


def _is_tabular(blocks: list[Block]) -> bool:
    """A table of data, not one that only places running text."""
    cells = [block for block in blocks if block.box.tag in {"td", "th"}]
    rows = {id(block.box.parent) for block in cells}
    small = sum(block.size < _SMALL_CELL for block in blocks)
    return len(rows) > 1 and len(cells) > len(rows) and len(cells) > 0.8 * len(blocks) and small > 0.8 * len(blocks)


def _rows(blocks: list[Block]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(block.text for block in row) for _, row in groupby(blocks, key=lambda block: id(block.box.parent))
    )


def _with_lead(pieces: tuple[Piece, ...], description: str | None) -> tuple[Piece, ...]:
    first = next((place for place, piece in enumerate(pieces) if piece.shape in ("lead", "paragraph")), None)
    if first is None or pieces[first].shape == "lead" or letters(pieces[first].text) != letters(description or ""):
        return pieces
    return (*pieces[:first], msgspec.structs.replace(pieces[first], shape="lead"), *pieces[first + 1 :])
