"""The body that a feed, a JSON document or an XML one carries as markup, as pieces in reading order.

A fragment is the article and nothing else: no menu to leave out, and every visible word is in one of the pieces.
"""

import html
import re
from collections.abc import Callable

from msgspec.structs import replace

from services.normalize.document import Piece, Shape, size
from services.normalize.html.class_names import CAPTION_NAMES, NOTE_NAMES
from services.normalize.html.tree import Element, local_name, names_of, parse, place_of, plain_name, squeeze, text_of
from services.normalize.readers import markup_parts as parts
from shared.untrusted.markup_limits import check

_TAG = re.compile(r"</?[A-Za-z][\w:-]*(?:\s[^<>]*)?/?>")
_ENTITY = re.compile(r"&(?:[A-Za-z]\w{1,30}|#\d{2,7}|#[xX][0-9a-fA-F]{2,6});")
_DEEPEST = 120  # below it an element is one run of text


def pieces_of_markup(
    markup: str, base: str | None, path: str, prepare: Callable[[Element], None] | None = None
) -> tuple[Piece, ...]:
    """The pieces of a fragment of HTML; raises `NotAnArticle` for markup that is hostile. `prepare` gets its tree."""
    if not markup.strip():
        return ()
    if "<" not in markup and "&" not in markup:
        return pieces_of_text(markup, path)
    check(markup)
    root = parse(f"<div>{markup}</div>")
    if prepare is not None:
        prepare(root)
    return _walk(root, base, path)


def pieces_of_element(root: Element, base: str | None) -> tuple[Piece, ...]:
    """The pieces under an element of an XML document, XHTML or NITF, whatever its namespace."""
    return _walk(root, base, "")


def pieces_at(element: Element, base: str | None, path: str) -> tuple[Piece, ...]:
    """The pieces of one element of a page: a table, a quote, a program, with the words that belong to it."""
    walker = _Walker(base, path)
    walker.visit(element, "", path, 0, 0)
    walker.flush(path)
    return tuple(walker.pieces)


def pieces_of_text(text: str, path: str) -> tuple[Piece, ...]:
    """The lines of a body in plain text; what they are is for the steps to judge, but for one that stands alone."""
    pieces = []
    gap = 0
    for line in text.splitlines():
        words = squeeze(line)
        if not words:
            gap += 1
            continue
        pieces.append(Piece(text=words, shape="line", path=path, gap=gap))
        gap = 0
    if len(pieces) == 1:
        return (replace(pieces[0], shape="paragraph", is_running=True),)
    return tuple(pieces)


def pieces_of_value(text: str, base: str | None, path: str) -> tuple[Piece, ...]:
    """The pieces of a value that does not say whether it is markup: tags and entities tell."""
    if _TAG.search(text):
        return pieces_of_markup(text, base, path)
    return pieces_of_text(html.unescape(text) if _ENTITY.search(text) else text, path)


def plain_text_of(value: str | None) -> str | None:
    """The words of a value that may be markup or hold entities, on one line; None without words."""
    if value is None or not (_TAG.search(value) or _ENTITY.search(value)):
        return value
    return " ".join(piece.text for piece in pieces_of_value(value, None, "") if piece.text) or None


def _walk(root: Element, base: str | None, path: str) -> tuple[Piece, ...]:
    walker = _Walker(base, path)
    place = path or place_of(root)
    walker.inside(root, place, 0, 0)
    walker.flush(place)
    return tuple(walker.pieces)


class _Walker:
    """Goes through a tree once: running text gathers until an element that is a block of its own ends it.

    `place` is where an element stands: in a fragment the place of the whole, for the fragment is one value of it.
    """

    def __init__(self, base: str | None, path: str) -> None:
        self.base, self.path = base, path
        self.pieces: list[Piece] = []
        self._words: list[str] = []
        self._dressed = [0] * (parts.BOLD | parts.ITALIC | parts.LINKED | 1)
        self._shape: Shape = "paragraph"
        self._skip: set[Element] = set()

    def inside(self, element: Element, place: str, depth: int, dress: int) -> None:
        """Gather the words of an element and the pieces of all under it."""
        self._take(element.text, dress)
        around = local_name(element)
        seen: dict[str, int] = {}
        for child in element:
            self.visit(child, around, self._below(place, child, seen), depth + 1, dress)
            self._take(child.tail, dress)

    def flush(self, place: str, shape: Shape | None = None) -> None:
        """End the running text: two line breaks in a row part paragraphs, as editors without a mouse type them."""
        text, self._words = "".join(self._words), []
        counts, self._dressed = self._dressed, [0] * len(self._dressed)
        whole = counts[0] * 0.9
        bold, italic, linked = counts[parts.BOLD] > whole, counts[parts.ITALIC] > whole, counts[parts.LINKED] > whole
        for part in parts.paragraphs(text):
            kind = shape or self._shape
            if kind == "paragraph" and italic and self._is_under_picture(part):
                kind = "caption"
            is_running = kind == "paragraph" and (linked or not bold)
            self._add(Piece(text=part, shape=kind, path=place, is_running=is_running))

    def _below(self, place: str, child: Element, seen: dict[str, int]) -> str:
        if self.path:
            return self.path
        name = plain_name(child)
        seen[name] = count = seen.get(name, 0) + 1
        return f"{place}/{name}" if count == 1 else f"{place}/{name}[{count}]"

    def _take(self, text: str | None, dress: int) -> None:
        if not text:
            return
        words = squeeze(text)
        before, after = " " if text[0].isspace() else "", " " if text[-1].isspace() else ""
        self._words.append(f"{before}{words}{after}" if words else " ")
        self._dressed[0] += len(words)
        for bit in (parts.BOLD, parts.ITALIC, parts.LINKED):
            if dress & bit:
                self._dressed[bit] += len(words)

    def visit(self, element: Element, around: str, place: str, depth: int, dress: int) -> None:
        """Add the words or the pieces of an element."""
        tag = local_name(element)
        if not tag or tag in parts.UNSEEN or element in self._skip or parts.is_hidden(element):
            return
        if tag == "br":
            self._words.append("\n")
        elif depth > _DEEPEST:
            self._take(f" {' '.join(map(str, element.itertext()))} ", dress)
        elif tag in parts.PICTURES:
            self._picture(element, place)
        elif parts.is_inline(tag, around):
            if tag == "sup" and any(local_name(child) == "a" for child in element):
                self._words.append(" ")  # the mark of a note is no part of the word before it
            self.inside(element, place, depth, dress | parts.DRESS.get(tag, 0))
        else:
            self.flush(self.path or place.rpartition("/")[0])
            self._block(element, tag, place, depth, dress | parts.DRESS.get(tag, 0))

    def _block(self, element: Element, tag: str, place: str, depth: int, dress: int) -> None:
        names = names_of(element)
        if tag in parts.FIGURES or (CAPTION_NAMES.search(names) and parts.holds(element, parts.PICTURES)):
            self._figure(element, place, depth)
        elif tag in parts.PLAYERS:
            self._player(element, place, None)
        elif tag in parts.LISTS:
            self._list(element, place, depth, is_notes=NOTE_NAMES.search(names) is not None)
        elif tag == "table" and parts.is_tabular(element):
            self._table(element, place, None)
        elif tag in parts.QUOTES:
            self._quote(element, place, depth, None)
        elif tag == "pre":
            self._preformatted(element, place, None)
        elif parts.is_caption(element, tag, names):
            self._caption(element, place)
        else:
            was = self._shape
            is_note = tag == "fn" or NOTE_NAMES.search(names) or (element.get("role") or "").startswith("doc-endnote")
            self._shape = "footnote" if is_note else was
            self.inside(element, place, depth, dress)
            self.flush(place, parts.SHAPES.get(tag))
            self._shape = was

    def _list(self, element: Element, place: str, depth: int, *, is_notes: bool) -> None:
        """Items of words alone are one piece; one that holds a picture, a table or the like is walked."""
        items: list[str] = []
        for text, item in parts.items_of(element):
            if item is not None and parts.holds(item, parts.RICH):
                self._close_list(items, place)
                self.inside(item, place, depth + 1, 0)
                self.flush(place)
            elif is_notes or self._shape == "footnote" or (item is not None and parts.is_note(item)):
                self._close_list(items, place)
                self._add(Piece(text=parts.without_way_back(text), shape="footnote", path=place))
            else:
                items.append(text)
        self._close_list(items, place)

    def _close_list(self, items: list[str], place: str) -> None:
        if items:
            self._add(Piece(text=" ".join(items), shape="list", items=tuple(items), path=place))
            items.clear()

    def _table(self, table: Element, place: str, caption: str | None) -> None:
        rows = parts.rows_of(table)
        own = " ".join(text_of(item) for item in table if local_name(item) == "caption")
        said = " ".join(filter(None, (own, caption))) or None
        text = " ".join(cell for row in rows for cell in row if cell)
        self._add(Piece(text=text, shape="table", rows=rows, caption=said, path=place))

    def _quote(self, element: Element, place: str, depth: int, speaker: str | None) -> None:
        """A quote is a piece each paragraph; `cite` or `footer` at its end names who said it, on the last one."""
        marks = [item for item in element.iter() if local_name(item) in ("cite", "footer")][:1]
        said = squeeze(text_of(marks[0]).lstrip("—–-― ")) if marks else speaker
        if said and marks and text_of(element, frozenset(marks)):
            self._skip.update(marks)
        elif marks:
            said = speaker
        start, was, self._shape = len(self.pieces), self._shape, "quote"
        self.inside(element, place, depth, 0)
        self.flush(place)
        self._shape = was
        quotes = [number for number in range(start, len(self.pieces)) if self.pieces[number].shape == "quote"]
        if said and quotes:
            self.pieces[quotes[-1]] = replace(self.pieces[quotes[-1]], byline=said)
        elif said:
            self._add(Piece(text=said, shape="paragraph", path=place, is_running=True))

    def _preformatted(self, element: Element, place: str, caption: str | None) -> None:
        """Code keeps its lines; a poem or a timetable set in `pre` is paragraphs."""
        text = parts.printed_lines(element)
        if parts.is_code(element):
            self._add(Piece(text=text, shape="code", caption=caption, path=place))
            return
        for part in parts.paragraphs(text):
            self._add(Piece(text=part, shape="paragraph", path=place, is_running=True))
        self._add(Piece(text=caption or "", shape="caption", path=place))

    def _figure(self, element: Element, place: str, depth: int) -> None:
        """A picture with its words, a gallery of them, or a table, quote, code or player set in a figure."""
        captions = [item for item in element.iter() if item is not element and parts.is_caption_of(item)]
        if any(local_name(item) in parts.FIGURES for item in element.iterdescendants()):
            self.inside(element, place, depth, 0)
            self.flush(place)
            return
        pictures = [
            item for item in element.iter() if local_name(item) in parts.PICTURES and not parts.is_counter(item)
        ]
        caption, credit = parts.caption_and_credit(captions)
        part = next(
            (item for item in element.iter() if local_name(item) in parts.QUOTES | parts.PLAYERS | {"table", "pre"}),
            None,
        )
        if pictures:
            self._pictures(element, pictures, captions, place)
        elif part is None:
            self._words_of_figure(element, captions, place, depth)
        elif (code := parts.gutter_of(element)) is not None:
            numbers, lines = code
            self._add(Piece(text=text_of(numbers), shape="debris", path=place))
            self._add(Piece(text=parts.printed_lines(lines), shape="code", caption=caption, path=place))
        else:
            self._skip.update(captions)
            self._skip.add(part)
            self.inside(element, place, depth, 0)
            self.flush(place)
            self._part(part, place, depth, " ".join(filter(None, (caption, credit))) or None)

    def _part(self, part: Element, place: str, depth: int, caption: str | None) -> None:
        tag = local_name(part)
        if tag in parts.QUOTES:
            self._quote(part, place, depth, caption)
        elif tag in parts.PLAYERS:
            self._player(part, place, caption)
        elif tag == "table" and parts.is_tabular(part):
            self._table(part, place, caption)
        elif tag == "pre":
            self._preformatted(part, place, caption)
        else:
            self.inside(part, place, depth, 0)
            self.flush(place)
            self._add(Piece(text=caption or "", shape="caption", path=place))

    def _words_of_figure(self, element: Element, captions: list[Element], place: str, depth: int) -> None:
        """A figure of words alone: an address is a player's, drawn by the site; else text under a caption."""
        text = text_of(element, frozenset(captions))
        address = parts.address_of(text, None) if text.startswith(("http://", "https://")) else None
        if address is not None:
            caption, credit = parts.caption_and_credit(captions)
            self._add(Piece(text=text, shape="embed", href=address, caption=caption, byline=credit, path=place))
            return
        self.inside(element, place, depth, 0)
        self.flush(place)

    def _pictures(self, element: Element, pictures: list[Element], captions: list[Element], place: str) -> None:
        """The pictures of a figure: the words belong to the last; what calls itself no caption may be a button."""
        caption, credit = parts.caption_and_credit(captions)
        rest = text_of(element, frozenset(captions))
        if rest and not caption:
            loose = [item for item in element.iter() if parts.is_credit(item)]
            credit = credit or next((text for item in loose if (text := text_of(item))), None)
            caption, rest = text_of(element, frozenset([*captions, *loose])), ""
        hrefs = list(dict.fromkeys(parts.address_of(parts.source_of(item), self.base) for item in pictures))
        for href in hrefs[:-1]:
            self._add(Piece(text="", shape="picture", href=href, path=place))
        self._add(Piece(text=caption or "", shape="picture", href=hrefs[-1], byline=credit, path=place))
        self._add(Piece(text=rest, shape="debris", path=place))

    def _picture(self, element: Element, place: str) -> None:
        href = parts.address_of(parts.source_of(element), self.base)
        if href is not None and not parts.is_counter(element):
            self.flush(self.path or place.rpartition("/")[0])
            self._add(Piece(text="", shape="picture", href=href, path=place))

    def _caption(self, element: Element, place: str) -> None:
        caption, credit = parts.caption_and_credit([element])
        self._add(Piece(text=caption or "", shape="caption", byline=credit, path=place))

    def _player(self, element: Element, place: str, caption: str | None) -> None:
        """A film, a sound or a post of elsewhere, under the name the markup gives it."""
        sources = (parts.source_of(item) for item in element.iter())
        href = next((link for source in sources if (link := parts.address_of(source, self.base))), None)
        if parts.is_counter(element) or (href is None and not caption):
            return
        text = squeeze(element.get("title") or "") or local_name(element)
        self._add(Piece(text=text, shape="embed", href=href, caption=caption, path=place))

    def _is_under_picture(self, text: str) -> bool:
        above = self.pieces[-1] if self.pieces else None
        return above is not None and above.shape == "picture" and not above.text and size(text) <= parts.LONGEST_CAPTION

    def _add(self, piece: Piece) -> None:
        if piece.text or piece.href or piece.byline:
            self.pieces.append(piece)
