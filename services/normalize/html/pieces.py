"""The body of a page as pieces in reading order: paragraphs, quotes, lists, pictures, players, lines at its edges."""

from collections.abc import Iterator
from functools import cache
from itertools import groupby
from re import Pattern

from msgspec.structs import replace

from services.normalize.document import Piece, Shape
from services.normalize.grammar.byline import read_byline
from services.normalize.grammar.printed_byline import is_picture_line
from services.normalize.grammar.titles import letters
from services.normalize.html.blocks import Block, Box, Medium, Outline, is_dateline
from services.normalize.html.body import Body, holds_words
from services.normalize.html.class_names import BYLINE_NAMES, DATE_NAMES, NOTE_NAMES
from services.normalize.html.pictures import Picture
from services.normalize.html.tree import HEADINGS, attributes_of, path_of, text_of
from services.normalize.language.load import for_tag
from services.normalize.readers.markup import pieces_at
from services.normalize.readers.markup_parts import NOTE_ID, address_of, is_tabular, source_of, without_way_back
from services.normalize.tables import read_table

_MOST_PATHS = 3000
_MOST_REMOVED = 200
_LONGEST_BESIDE = 200
_LONGEST_IN_TEXT = 90
_LONGEST_TITLE = 1000


def pieces_of(
    outline: Outline,
    body: Body,
    pictures: list[Picture],
    headline: str | None,
    description: str | None,
    base: str | None = None,
) -> tuple[Piece, ...]:
    """The article's pieces; the first paragraph is the lead when the page describes itself in the same words.

    `base` is the page's address, for those of its pictures and players.
    """
    text = {block.index: block for block in (*body.lead, *body.kept)}
    titled = letters(headline or "")
    pictures = [
        replace(one, caption="", blocks=frozenset())
        if _is_text(one, text, body.container) or _holds_headline(one, titled, text)
        else one
        for one in pictures
    ]
    taken = {index for picture in pictures for index in picture.blocks}
    placed: list[tuple[int, Piece]] = [(picture.index, _picture(picture, base)) for picture in pictures]
    lead = [block for block in body.lead if block.index not in taken and not _is_title(block, titled)]
    placed += [(block.index, _lead(block)) for block in lead]
    kept = [block for block in body.kept if block.index not in taken and not _is_title(block, titled)]
    placed += _grouped(kept, _wholes(outline, body.container), base)
    shown = {piece.href for _, piece in placed}
    placed += [(index, piece) for index, piece in _embeds(outline, body, base) if piece.href not in shown]
    placed.sort(key=lambda pair: pair[0])
    return _with_lead(tuple(piece for _, piece in placed), description)


def removed(
    outline: Outline, body: Body, pictures: list[Picture], headline: str | None, read: frozenset[str]
) -> tuple[Piece, ...]:
    """What stood in the article's box and is the site's, or is cut off the ends of its text: told as taken out, once.

    `read` is what other fields were read from, and the margins that the steps may still read: a line over the text
    that holds any of it has only labels beside.
    """
    taken = {index for picture in pictures for index in picture.blocks}
    titled = letters(headline or "")
    front = (block for block in body.front if not any(said in block.text for said in read))
    blocks = (*body.dropped, *body.back, *front, *_under(outline, body))
    left = {
        block.text: block
        for block in sorted(blocks, key=lambda block: block.index)
        if block.index not in taken and block.text not in read and not _is_title(block, titled)
    }
    return tuple(Piece(text=text, shape="debris", path=_path(block)) for text, block in left.items())[:_MOST_REMOVED]


def _under(outline: Outline, body: Body) -> list[Block]:
    """The running text of the `<article>` that stands round the container: who the author is, a note of the desk."""
    article = body.container.article()
    under = outline.blocks[body.container.last : article.last] if article is not None else []
    return [block for block in under if block.prose > 0]


def _is_title(block: Block, titled: str) -> bool:
    """Whether a block is the headline again."""
    most = min(_LONGEST_TITLE, 4 * len(titled) + _LONGEST_IN_TEXT)  # a title has few signs beside its letters
    return block.size <= most and letters(block.text) == titled


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
    if not picture.is_beside or picture.credit is not None:
        return False
    blocks = [text[index] for index in picture.blocks if index in text]
    plain = all(block.box is container or (block.box.tag == "p" and block.box.parent is container) for block in blocks)
    return bool(blocks) and len(picture.caption) > (_LONGEST_IN_TEXT if plain else _LONGEST_BESIDE)


def _holds_headline(picture: Picture, titled: str, text: dict[int, Block]) -> bool:
    """Whether a box that names its caption has the headline and a line under it in it too."""
    if not titled or not any(index in text and text[index].box.tag in HEADINGS for index in picture.blocks):
        return False
    shown = letters(picture.caption)
    return shown.startswith(titled) and shown != titled


def _picture(picture: Picture, base: str | None) -> Piece:
    href, path = address_of(picture.href, base) or picture.href, path_of(picture.element)
    shape: Shape = "caption" if picture.hint and href is None else "picture"
    return Piece(text=picture.caption, shape=shape, path=path, byline=picture.credit, href=href, hint=picture.hint)


def _embeds(outline: Outline, body: Body, base: str | None) -> Iterator[tuple[int, Piece]]:
    """The players and frames that stand between the first and the last of the article's blocks, or right under it."""
    if not body.kept:
        return
    first, last = body.kept[0].index, body.kept[-1].index + 1
    dropped = {block.index for block in body.dropped}
    for medium in outline.media:
        inside = first <= medium.index <= last and body.container.holds(medium.box)
        own = range(medium.box.first, medium.box.last)
        if inside and not (own and dropped.issuperset(own)) and (piece := read_embed(medium, base)) is not None:
            yield medium.index, piece


def _grouped(
    blocks: list[Block], wholes: dict[Box, tuple[Box, Shape]], base: str | None
) -> Iterator[tuple[int, Piece]]:
    """Items of one list are one piece; a table, quote or program that is all the article's is read as fragments are."""
    for (whole, shape), run in groupby(blocks, key=lambda block: wholes.get(block.box, (block.box, "paragraph"))):
        members = list(run)
        first = members[0].index
        if shape == "footnote":
            notes = (without_way_back(block.text) for block in members)
            yield from ((first, Piece(text=note, shape="footnote", path=path_of(whole.element))) for note in notes)
        elif shape == "list":
            items = tuple(block.text for block in members)
            yield first, Piece(text=" ".join(items), shape="list", items=items, path=path_of(whole.element))
        elif shape in ("table", "quote", "code") and len(members) == whole.last - whole.first and _is_whole(whole):
            yield from ((first, piece) for piece in pieces_at(whole.element, base, path_of(whole.element)))
        else:
            yield from ((block.index, _piece(block, shape)) for block in members)


def _piece(block: Block, shape: Shape) -> Piece:
    shape = "heading" if block.box.tag in HEADINGS else "quote" if shape == "quote" else "paragraph"
    return Piece(text=block.text, shape=shape, path=_path(block), dateline=_dateline(block))


def _is_whole(box: Box) -> bool:
    """Whether a box is a table of data or no table at all, not one that only places running text."""
    table = box.element if box.tag == "table" else next(box.element.iter("table"), None)
    return table is None or is_tabular(table)


def _path(block: Block) -> str | None:
    """Where a block stands; not asked of the thousands of a very long page, where each answer counts its siblings."""
    return path_of(block.box.element) if block.index < _MOST_PATHS else None


_SHAPES: dict[str, Shape] = {
    "ul": "list", "ol": "list", "dl": "list", "table": "table", "blockquote": "quote", "pre": "code",
}  # fmt: skip


def _wholes(outline: Outline, container: Box) -> dict[Box, tuple[Box, Shape]]:
    """The footnote or the outermost list, table, quote or program round each box inside the container."""
    found: dict[Box, tuple[Box, Shape]] = {}
    for box in outline.boxes[container.place + 1 : container.end]:  # a box stands behind the one round it
        if NOTE_NAMES.search(box.names) or NOTE_ID.match(_id_of(box)):
            found[box] = box, "footnote"
        elif box.parent in found:
            found[box] = found[box.parent]
        elif box.tag in _SHAPES:
            found[box] = box, _SHAPES[box.tag]
        elif box.tag == "figure" and holds_words(box):
            found[box] = box, "table"
    return found


def _id_of(box: Box) -> str:
    """The name of a box, or of the mark that its paragraph begins with."""
    element = box.element
    named = element.get("id")
    if named or box.tag != "p" or not len(element) or (element.text or "").strip():
        return named or ""
    mark = element[0]
    return mark.get("id") or mark.get("name") or (mark[0].get("id") if len(mark) else None) or ""


def _with_lead(pieces: tuple[Piece, ...], description: str | None) -> tuple[Piece, ...]:
    first = next((place for place, piece in enumerate(pieces) if piece.shape in ("lead", "paragraph")), None)
    if first is None or pieces[first].shape == "lead" or letters(pieces[first].text) != letters(description or ""):
        return pieces
    return (*pieces[:first], replace(pieces[first], shape="lead"), *pieces[first + 1 :])


_LONGEST_MARGIN = 120


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
        if block.size <= _LONGEST_MARGIN and _is_signature(block, language):
            yield Piece(text=block.text, shape="byline", path=path_of(block.box.element))


def _calls_itself(block: Block, names: Pattern[str]) -> bool:
    own = block.box.names + " ".join((element.get("class") or "").lower() for element in block.inline)
    return block.size <= _LONGEST_MARGIN and bool(names.search(own))


def _is_signature(block: Block, language: str | None) -> bool:
    """A byline by its grammar, set in another type or to the right; where papers sign at the end that is enough."""
    tag = (language or "").lower()
    apart = block.bold + block.italic > 0.8 * block.size or _is_right(block.box)
    return (apart or for_tag(tag).bylines.bare_name_ends_page) and read_byline(block.text, tag or "und") is not None


def _is_right(box: Box) -> bool:
    return box.element.get("align") == "right" or "right" in (box.element.get("style") or "")


_FRAMES = frozenset({"iframe", "amp-iframe"})
_PLAYERS = {"video": "video", "audio": "audio", "amp-youtube": "video"}
_SOURCES = ("src", "data-src", "data-lazy-src", "data-original", "data-url", "data-litespeed-src")


def read_embed(medium: Medium, base: str | None) -> Piece | None:
    """What a frame or player shows and where; None for a picture, and for a frame that shows none of the article."""
    element, tag = medium.element, medium.element.tag
    if tag in _FRAMES:
        get = attributes_of(element).get
        link = next((link for name in _SOURCES if (link := (get(name) or "").strip()).startswith(("http", "//"))), None)
        kind = kind_of(link or "")
    elif tag in _PLAYERS:
        link = next((link for item in element.iter() if (link := source_of(item))), None)
        kind = _PLAYERS[tag] if link else None
    else:
        return None
    href = address_of(link, base)
    if kind is None or href is None:
        return None
    return Piece(text=kind, shape="embed", href=href, path=path_of(element))


def kind_of(link: str) -> str | None:
    """What is shown at an address: "video", "post", "map" and the like, or None where nobody knows."""
    lowered = link[:200].lower()
    return next((kind for kind, parts in _known().items() if any(part in lowered for part in parts)), None)


@cache
def _known() -> dict[str, list[str]]:
    return read_table("data/embeds.toml", dict[str, list[str]])
