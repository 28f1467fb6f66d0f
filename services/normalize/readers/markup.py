"""The body that a feed, a JSON document or an XML one carries as markup, as pieces in reading order."""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from services.normalize.document import Piece, Shape
from services.normalize.html.tree import INLINE, SILENT, Element, parse, squeeze, text_of
from services.normalize.readers.element import local_name, place_of
from shared.untrusted.markup_limits import check

_MOST_PIECES = 5000
_DEEPEST = 100
_SHAPES: dict[str, Shape] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "hl1", "hl2"), "heading"),
    **dict.fromkeys(("blockquote", "bq", "pullquote"), "quote"),
    **dict.fromkeys(("figcaption", "caption", "media-caption"), "caption"),
}
_LISTS = frozenset({"ul", "ol", "dl"})
_ITEMS = frozenset({"li", "dt", "dd"})
_FIGURES = frozenset({"figure", "media"})
_CAPTIONS = ("figcaption", "media-caption", "caption")
_CREDITS = ("media-producer", "cite", "small")
_PICTURES = ("img", "amp-img", "media-reference")
_SMALLEST = 8  # a picture of a pixel or a few is a counter, not a picture
_TEXTLESS = SILENT - {"object"}


def pieces_of_markup(markup: str, base: str | None, path: str) -> tuple[Piece, ...]:
    """The pieces of a fragment of HTML; raises `NotAnArticle` for markup that is hostile."""
    if not markup.strip():
        return ()
    if "<" not in markup and "&" not in markup:
        return pieces_of_text(markup, path)
    check(markup)
    root = parse(f"<div>{markup}</div>")
    return tuple(_walk(root, base, path))


def pieces_of_element(root: Element, base: str | None) -> tuple[Piece, ...]:
    """The pieces under an element of an XML document, XHTML or NITF, whatever its namespace."""
    return tuple(_walk(root, base, ""))


def pieces_of_text(text: str, path: str) -> tuple[Piece, ...]:
    """The lines of a body in plain text; what they are is for the steps to judge."""
    pieces = []
    gap = 0
    for line in text.splitlines():
        words = line.strip()
        if not words:
            gap += 1
            continue
        pieces.append(Piece(text=words, shape="line", path=path, gap=gap))
        gap = 0
    return tuple(pieces[:_MOST_PIECES])


def _walk(root: Element, base: str | None, path: str) -> Iterator[Piece]:
    walker = _Walker(base, path)
    walker.visit(root, 0)
    walker.flush(None)
    yield from walker.pieces[:_MOST_PIECES]


class _Walker:
    """Goes through a tree once: running text gathers until an element that is a block of its own ends it."""

    def __init__(self, base: str | None, path: str) -> None:
        self.base, self.path = base, path
        self.pieces: list[Piece] = []
        self._words: list[str] = []

    def visit(self, element: Element, depth: int) -> None:
        """Add the pieces of an element and all under it."""
        tag = local_name(element)
        if not tag or tag in _TEXTLESS or depth > _DEEPEST:
            return
        if tag in INLINE and tag not in _PICTURES:
            self._inside(element, depth)
        elif tag == "br":
            self._words.append("\n")
        else:
            self.flush(None)
            self._block(element, tag, depth)

    def flush(self, element: Element | None, shape: Shape = "paragraph") -> None:
        """End the running text: two line breaks in a row part paragraphs, as editors without a mouse type them."""
        text, self._words = "".join(self._words), []
        for part in _parted(text):
            self._add(part, shape, element)

    def _block(self, element: Element, tag: str, depth: int) -> None:
        if tag in _PICTURES or tag in _FIGURES:
            self._picture(element)
        elif tag in _LISTS:
            items = tuple(text for item in element if local_name(item) in _ITEMS and (text := text_of(item)))
            self._add_piece(Piece(text="", shape="list", items=items, path=self._place(element)) if items else None)
        elif tag == "table":
            rows = tuple(row for row in map(_cells, element.iter()) if row)
            self._add_piece(Piece(text="", shape="table", rows=rows, path=self._place(element)) if rows else None)
        else:
            shape = _SHAPES.get(tag, "paragraph")
            if shape in ("quote", "heading", "caption"):
                self._add(text_of(element), shape, element)
            else:
                self._inside(element, depth)
                self.flush(element)

    def _inside(self, element: Element, depth: int) -> None:
        self._words.append(_squeezed(element.text))
        for child in element:
            self.visit(child, depth + 1)
            self._words.append(_squeezed(child.tail))

    def _picture(self, element: Element) -> None:
        pictures = [item for item in element.iter() if local_name(item) in _PICTURES]
        if pictures and all(map(_is_counter, pictures)):
            return
        captions = [item for item in element.iter() if local_name(item) in _CAPTIONS]
        caption = " ".join(text for item in captions if (text := text_of(item, frozenset(_credits(item)))))
        credit = next((text for item in _credits(element) if (text := text_of(item))), None)
        source = next((link for item in pictures if (link := _source(item))), None)
        if caption or source:
            href = self._link(source)
            self._add_piece(Piece(text=caption, shape="picture", href=href, byline=credit, path=self._place(element)))

    def _link(self, link: str | None) -> str | None:
        if link is None:
            return None
        try:
            joined = urljoin(self.base or "", link)
            return joined if urlsplit(joined).scheme in ("http", "https", "") else None
        except ValueError:
            return None

    def _add(self, text: str, shape: Shape, element: Element | None) -> None:
        if text:
            self._add_piece(Piece(text=text, shape=shape, path=self._place(element)))

    def _add_piece(self, piece: Piece | None) -> None:
        if piece is not None:
            self.pieces.append(piece)

    def _place(self, element: Element | None) -> str:
        if self.path or element is None:
            return self.path
        return place_of(element)


def _squeezed(text: str | None) -> str:
    if not text:
        return ""
    edge = " " if text[:1].isspace() else "", " " if text[-1:].isspace() else ""
    return f"{edge[0]}{squeeze(text)}{edge[1]}"


def _parted(text: str) -> Iterator[str]:
    part: list[str] = []
    for line in text.split("\n"):
        words = squeeze(line)
        if words:
            part.append(words)
        elif part:
            yield " ".join(part)
            part = []
    if part:
        yield " ".join(part)


def _cells(row: Element) -> tuple[str, ...]:
    if local_name(row) != "tr":
        return ()
    return tuple(text_of(cell) for cell in row if local_name(cell) in ("td", "th"))


def _credits(element: Element) -> list[Element]:
    return [item for item in element.iter() if local_name(item) in _CREDITS]


def _source(picture: Element) -> str | None:
    for attribute in ("src", "data-src", "data-original", "source"):
        link = (picture.get(attribute) or "").strip()
        if link and not link.startswith("data:"):
            return link
    return None


def _is_counter(picture: Element) -> bool:
    return any(
        (picture.get(side) or "").isdigit() and int(picture.get(side) or 0) < _SMALLEST for side in ("width", "height")
    )
