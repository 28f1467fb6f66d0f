"""What the elements of a fragment are: in the line, unseen, captions or credits; what a table or a list holds."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from lxml import etree

from services.normalize.document import Shape, size
from services.normalize.html.class_names import CAPTION_NAMES, CODE_NAMES, CREDIT_NAMES, GUTTER_NAMES, HIDDEN_STYLE
from services.normalize.html.tree import INLINE, Element, local_name, names_of, squeeze, text_of
from shared.package import sha256_of

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "hl1", "hl2")
SHAPES: dict[str, Shape] = {
    **dict.fromkeys(HEADINGS, "heading"),
    **dict.fromkeys(("figcaption", "caption", "media-caption"), "caption"),
}
QUOTES = frozenset({"blockquote", "bq", "pullquote"})
LISTS = frozenset({"ul", "ol", "dl"})
FIGURES = frozenset({"figure", "media"})
PICTURES = frozenset({"img", "amp-img", "media-reference"})
PLAYERS = frozenset({"iframe", "video", "audio", "embed", "amp-iframe", "amp-youtube", "amp-video"})
SET_APART = frozenset({*QUOTES, *PLAYERS, "table", "pre"})  # what a figure may hold in the place of a picture
CREDITS = frozenset({"media-producer", "cite", "small"})
RICH = frozenset({*FIGURES, *PICTURES, *QUOTES, *PLAYERS, *HEADINGS, "table", "pre", "object"})
UNSEEN = frozenset(
    "script style template noscript svg canvas head select option textarea input datalist source track param map area "
    "rt rp media-metadata frameset".split()
)
# Of NITF, whose words for names and sums stand in the line.
_INLINE = INLINE | frozenset(
    "person location org chron num money classifier event function object.title virtloc pronounce alt-code city "
    "country state region copyrite postaddr frac".split()
)
_RUNNING = frozenset({*HEADINGS, *_INLINE, *"p li dt dd td th figcaption caption media-caption".split()})
_BLOCKS = frozenset(
    {*QUOTES, *LISTS, *FIGURES, *PLAYERS, *SHAPES}
    | set("p div section article main aside header footer nav li dt dd table tbody thead tfoot tr td th pre hr".split())
    | set("form fieldset address details summary center button object fn note block nitf-table".split())
)
NOTE_ID = re.compile(r"(?i)(?:fn[:\-_]?\d|(?:foot|end)-?note)")
BOLD, ITALIC, LINKED = 1, 2, 4
DRESS = {"b": BOLD, "strong": BOLD, "i": ITALIC, "em": ITALIC, "small": ITALIC, "a": LINKED, "button": LINKED}
_WAY_BACK = re.compile(r"[\s↩⤴↑^\ufe0e\ufe0f]+$")
_SMALLEST = 8  # a picture of a pixel or a few is a counter, not a picture
_LONGEST_CELL = 120  # characters
_EMOJI = re.compile(r"smil(?:ey|ie)|emoji")


def is_inline(tag: str, around: str) -> bool:
    """Whether an element stands in the line: by its name, or as one that nobody knows inside running text."""
    return tag in _INLINE or (tag not in _BLOCKS and around in _RUNNING)


def is_hidden(element: Element) -> bool:
    """Whether an element's own attributes hide it."""
    style = element.get("style")
    return element.get("hidden") is not None or (style is not None and HIDDEN_STYLE.search(style) is not None)


def paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a text with line breaks: an empty line parts two."""
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


def items_of(element: Element) -> Iterator[tuple[str, Element | None]]:
    """The items of a list with their words, those of lists within them too, and text that stands in none."""
    loose = [element.text or ""]
    for child in element:
        tag = local_name(child)
        if tag in ("li", "dt", "dd", "div", *LISTS):
            yield from _loose(loose)
            yield from _items_in(child, tag)
        elif tag and tag not in UNSEEN:
            loose.append(text_of(child))
        loose.append(child.tail or "")
    yield from _loose(loose)


def _loose(parts: list[str]) -> Iterator[tuple[str, None]]:
    text = squeeze("".join(parts))
    parts.clear()
    if text:
        yield text, None


def _items_in(element: Element, tag: str) -> Iterator[tuple[str, Element | None]]:
    if is_hidden(element):
        return
    if tag in LISTS or (tag == "div" and any(local_name(item) in ("dt", "dd", "li") for item in element)):
        yield from items_of(element)
        return
    if any(local_name(item) in RICH for item in element.iterdescendants()):
        yield text_of(element), element
        return
    lists = [item for item in element.iterdescendants() if local_name(item) in LISTS]
    outer = [item for item in lists if not any(above in lists for above in item.iterancestors())]
    text = text_of(element, frozenset(outer))
    if text:
        yield text, element
    for inner in outer:
        yield from items_of(inner)


def rows_of(table: Element) -> tuple[tuple[str, ...], ...]:
    """The rows of a table, each a text a cell."""
    rows = (
        tuple(text_of(cell) for cell in row if local_name(cell) in ("td", "th"))
        for row in table.iter()
        if local_name(row) == "tr"
    )
    return tuple(row for row in rows if any(row))


def is_tabular(table: Element) -> bool:
    """Whether a table holds data: rows of several short cells, all its words in them. Else it only places text."""
    rich = RICH - PICTURES
    if any(local_name(item) in rich for item in table.iterdescendants()):
        return False
    rows = rows_of(table)
    cells = [cell for row in rows for cell in row]
    captions = frozenset(item for item in table if local_name(item) == "caption")
    if "".join(text_of(table, captions).split()) != "".join("".join(cells).split()):
        return False
    places_text = len(rows) == 1 and any(local_name(item) in ("a", "img", "p", "div") for item in table.iter())
    short = sum(len(cell) <= _LONGEST_CELL for cell in cells)
    return not places_text and len(cells) > len(rows) and short * 5 >= len(cells) * 4


def printed_lines(element: Element) -> str:
    """The text of an element with the line breaks it shows."""
    parts: list[str] = []
    for event, item in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            parts += "\n" if local_name(item) == "br" else str(item.text or "")
        elif item is not element:
            parts += ("\n" if local_name(item) in ("div", "p", "li") else "") + str(item.tail or "")
    return "".join(parts).strip("\n")


def is_code(element: Element) -> bool:
    """Whether preformatted text is a program's."""
    held = any(local_name(child) == "code" for child in element)
    return held or CODE_NAMES.search(names_of(element)) is not None


def gutter_of(figure: Element) -> tuple[Element, Element] | None:
    """A program set as a table, as some publishing programs do: its column of numbers, and its lines."""
    cells = [item for item in figure.iter() if local_name(item) == "td"]
    numbers = next((cell for cell in cells if GUTTER_NAMES.search(names_of(cell))), None)
    lines = [cell for cell in cells if cell is not numbers]
    return (numbers, lines[0]) if numbers is not None and len(lines) == 1 else None


def is_note(item: Element) -> bool:
    """Whether an item names itself a footnote."""
    return NOTE_ID.match(item.get("id") or "") is not None


def without_way_back(text: str) -> str:
    """A note without the arrow that leads back to its mark."""
    return _WAY_BACK.sub("", text)


def source_of(element: Element) -> str | None:
    """The address that an element shows."""
    for attribute in ("src", "data-src", "data-original", "data-lazy-src", "source"):
        link = (element.get(attribute) or "").strip()
        if link and not link.startswith("data:"):
            return link
    return None


def is_counter(picture: Element) -> bool:
    """Whether a picture counts readers, or is a letter of the text: too small to be seen as one."""
    sides = [side for name in ("width", "height") if (side := picture.get(name) or "").isdigit()]
    return any(int(side) < _SMALLEST for side in sides) or _EMOJI.search(picture.get("class") or "") is not None


def address_of(link: str | None, base: str | None) -> str | None:
    """A web address, made whole, or the name of a picture that came with an article; None for what is neither."""
    if not link or any(letter.isspace() for letter in link):
        return None
    if sha256_of(link) is not None:
        return link
    try:
        joined = urljoin(base or "", link)
        parts = urlsplit(joined)
    except ValueError:
        return None
    return joined if parts.scheme in ("http", "https", "") else None


LONGEST_CAPTION = 60  # words


def holds(element: Element, tags: frozenset[str]) -> bool:
    """Whether an element of these names stands anywhere in it."""
    return any(local_name(item) in tags for item in element.iterdescendants())


def is_caption(element: Element, tag: str, names: str) -> bool:
    """Whether an element is a caption by its tag, or by its class names and its length."""
    if SHAPES.get(tag) == "caption":
        return True
    return CAPTION_NAMES.search(names) is not None and size(text_of(element)) <= LONGEST_CAPTION


def is_caption_of(element: Element) -> bool:
    """Whether an element of a figure is a caption, and not inside another one."""
    tag = local_name(element)
    if SHAPES.get(tag) == "caption" or tag == "media-producer":
        return next(element.iterancestors("{*}table"), None) is None
    is_named = CAPTION_NAMES.search(names_of(element)) is not None and not holds(element, PICTURES)
    return is_named and not any(map(_is_named_caption, element.iterancestors()))


def _is_named_caption(element: Element) -> bool:
    return SHAPES.get(local_name(element)) == "caption"


def is_credit(element: Element) -> bool:
    """Whether an element sets a credit apart from its caption."""
    return local_name(element) in CREDITS or CREDIT_NAMES.search(names_of(element)) is not None


def caption_and_credit(captions: list[Element]) -> tuple[str | None, str | None]:
    """The words of captions, and the credits set apart in them; a caption that is all credit stays one."""
    said: list[str] = []
    credits: list[str] = []
    for element in captions:
        marks = [item for item in element.iter() if is_credit(item)]
        text = text_of(element, frozenset(marks)) if element not in marks else ""
        credits += _credits(marks) if text or local_name(element) in CREDITS else []
        said += [text or ("" if local_name(element) in CREDITS else text_of(element))]
    return " ".join(filter(None, said)) or None, ", ".join(dict.fromkeys(credits)) or None


def _credits(marks: list[Element]) -> Iterator[str]:
    """The words of the marks, none twice where one stands in another."""
    taken: set[Element] = set()
    for mark in marks:
        if not taken.intersection(mark.iterancestors()):
            taken.add(mark)
            if text := text_of(mark):
                yield text
