"""A page as a flat list of text blocks and the boxes round them, made in one walk over the tree."""

import re
from collections.abc import Iterator
from itertools import accumulate, islice

import msgspec
from lxml import etree

from services.normalize.html.class_names import HIDDEN_STYLE, NORMAL, REFUSED, SUSPECT, judge_inline, judge_names
from services.normalize.html.tree import INLINE, READINGS, SILENT, Element, attributes_of, names_in, squeeze

MARKS = re.compile(r"[.,;:!?…。、，！？«»„“”]")
_WEIGHTS = {"p": 1.0, "li": 0.4, "dd": 0.4, "td": 0.7, "th": 0.0, "figcaption": 0.0}
_BREAKS = re.compile(r"\x1e[\s\u00a0]*(?:\x1e[\s\u00a0]*)+")

_RUNNING = frozenset(
    {"p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "dd", "dt", "td", "th", "blockquote", "figcaption"}
)
# Lines of one paragraph that are given its inline elements, and how many of these: each is looked at for each.
_MOST_SHARING, _MOST_SHARED = 40, 60
_MAY_SWALLOW = frozenset({"noscript", "button", "svg", "object", "video", "audio", "canvas", "select", "textarea"})
_MOST_LOOKED_AT = 5000
_MOST_NAMES = 200
_SUBHEADS = frozenset({"h2", "h3", "h4", "h5", "h6", "dt", "summary"})
_OF_A_LINE = INLINE - READINGS
_NEVER_TEXT = frozenset({"nav", "footer", "menu"})
_ALWAYS_TEXT = frozenset({"html", "body", "main", "h1"})
_ROLES_APART = frozenset({"navigation", "contentinfo", "dialog", "complementary", "alertdialog", "search", "menu"})
_MEDIA = ("img", "amp-img", "picture", "figure", "video", "audio", "iframe", "amp-iframe", "amp-youtube")
_SEEN = frozenset({*_MEDIA, "sup"})
_MAY_HOLD_MEDIA = frozenset({*_MEDIA, "noscript", "button", "object"})
_LINK, _BOLD, _ITALIC = 1, 2, 4
_DRESS = {"a": _LINK, "b": _BOLD, "strong": _BOLD, "i": _ITALIC, "em": _ITALIC}
_NOTHING, _BOX, _DATELINE, _SKIPPED = 0, 1, 2, 3


# None of the three holds what holds it: counting references frees them with their page, and the collector of cycles
# need not look through thousands of them for each page.
class Box(msgspec.Struct, eq=False, gc=False):
    """A block-level element. `first` and `last` are the range of blocks in it, `place` and `end` that of boxes;
    `verdict` is what its names say of it."""

    element: Element
    tag: str
    names: str
    parent: "Box | None"
    verdict: int
    prose: bool
    first: int
    last: int = 0
    place: int = 0
    end: int = 0

    def holds(self, box: "Box") -> bool:
        """Whether a box is this one or stands in it."""
        return self.place <= box.place < self.end

    def spans(self, block: "Block | None") -> bool:
        """Whether a block stands in it."""
        return block is not None and self.first <= block.index < self.last

    def rising(self) -> Iterator["Box"]:
        """This box and those round it, the nearest first."""
        box: Box | None = self
        while box is not None:
            yield box
            box = box.parent

    def article(self) -> "Box | None":
        """The nearest `<article>`: this box or one round it."""
        return next((box for box in self.rising() if box.tag == "article"), None)


class Block(msgspec.Struct, eq=False, gc=False):
    """A run of text in one box, between two block-level borders. `linked`, `bold` and `italic` count characters;
    `prose` says how much it reads like running text."""

    box: Box
    text: str
    linked: int
    bold: int
    italic: int
    index: int
    prose: float
    inline: tuple[Element, ...] = ()

    @property
    def size(self) -> int:
        return len(self.text)

    @property
    def linkage(self) -> float:
        """Share of the text that is links."""
        return min(1.0, self.linked / max(1, len(self.text)))


class Medium(msgspec.Struct, eq=False, gc=False):
    """A picture, figure or player: its box, and how many blocks stand before it."""

    element: Element
    box: Box
    index: int


class Outline(msgspec.Struct, eq=False):
    """All blocks, boxes and media of a page in reading order."""

    blocks: list[Block]
    boxes: list[Box]
    order: dict[Element, Box]
    media: list[Medium]

    def children(self, box: Box) -> Iterator[Box]:
        """The boxes right in a box, in reading order."""
        place = box.place + 1
        while place < box.end:
            yield self.boxes[place]
            place = self.boxes[place].end

    def box_of(self, element: Element) -> Box | None:
        """The box of an element that is none itself is the nearest one round it."""
        nodes = (element, *element.iterancestors())
        return next((box for node in nodes if (box := self.order.get(node)) is not None), None)

    def sums(self, values: "list[float]") -> list[float]:
        """Prefix sums: of blocks a box has `sums[box.last] - sums[box.first]`, of boxes those at `end` and `place`."""
        return [0.0, *accumulate(values)]


def read_outline(root: Element) -> Outline:
    """Walk the tree once, without entering what no reader sees."""
    body = root.find("body") if root.tag == "html" else root
    walk = _Walk()
    events = etree.iterwalk(body if body is not None else root, events=("start", "end"))
    begin, end = walk.open, walk.close
    for event, element in events:
        if event == "end":
            end(element)
        elif not begin(element):
            events.skip_subtree()
    return Outline(blocks=walk.blocks, boxes=walk.boxes, order=walk.order, media=walk.media)


class _Walk:
    """The state of the one walk: the text gathered since the last border, and what it was dressed in.

    `stack` holds for each open element the box it is in, its dress, and what is to be done at its end.
    """

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.boxes: list[Box] = []
        self.order: dict[Element, Box] = {}
        self.media: list[Medium] = []
        self.parts: list[str] = []
        self.linked = self.bold = self.italic = 0
        self.inline: list[Element] = []
        self.stack: list[tuple[Box | None, int, int]] = [(None, 0, _NOTHING)]

    def open(self, element: Element) -> bool:
        """Begin an element; says whether what is in it is to be read."""
        tag = element.tag
        box, dress, _ = self.stack[-1]
        if box is None or tag not in _OF_A_LINE:
            return self.begin(element, tag, box, dress)
        if tag in _SEEN:
            self.look_at(element, tag, box)
        attributes = attributes_of(element)
        if attributes:
            end = self.dressed(element, tag, attributes)
            if end == _SKIPPED:
                self.stack.append((box, dress, _SKIPPED))
                return False
        else:
            end = _NOTHING
            if tag == "time":
                self.inline.append(element)
        if tag != "a" or _leads_away(attributes.get("href"), box.tag):
            dress |= _DRESS.get(tag, 0)
        self.stack.append((box, dress, end))
        text = element.text
        if text:
            self.take(text, dress)
        return True

    def look_at(self, element: Element, tag: str, box: Box) -> None:
        """Keep a picture or player; part the mark of a note, a raised link within the page, from the word before it."""
        if tag in _MEDIA:
            self.media.append(Medium(element, box, len(self.blocks)))
            return
        around = element.getparent()
        links = (element[0] if len(element) else None, around)
        if any(link is not None and link.tag == "a" and (link.get("href") or "").startswith("#") for link in links):
            self.parts.append(" ")

    def dressed(self, element: Element, tag: str, attributes: dict[str, str]) -> int:
        """Keep an element of a line that may say what it is; says what is to be done at its end."""
        names = attributes.get("class")
        if names or tag == "time" or "itemprop" in attributes or "rel" in attributes:
            self.inline.append(element)
        if "hidden" in attributes or _is_hidden(attributes.get("style")):
            return _SKIPPED
        if not names:
            return _NOTHING
        unseen, dateline = judge_inline(names[:_MOST_NAMES])
        return _SKIPPED if unseen else _DATELINE if dateline else _NOTHING

    def begin(self, element: Element, tag: str, box: Box | None, dress: int) -> bool:
        """Begin an element that is not of a line by its own name."""
        if tag == "br":
            self.parts.append("\x1e")
        elif box is not None and _is_unknown(tag, box.tag):
            end = self.dressed(element, tag, attributes_of(element))
            self.stack.append((box, dress, end))
            if element.text and end != _SKIPPED:
                self.take(element.text, dress)
            return end != _SKIPPED
        elif tag not in READINGS and (box is None or _is_shown(element, tag)):
            if box is not None and self.parts:
                self.flush(box)
            self.stack.append((self.box(element, tag, box), dress & _LINK, _BOX))
            text = element.text
            if text:
                self.take(text, dress & _LINK)
            return True
        self.stack.append((box, dress, _SKIPPED))
        if box is not None and tag in _MAY_HOLD_MEDIA:
            self.media += [Medium(held, box, len(self.blocks)) for held in element.iter(*_MEDIA)]
        return False

    def box(self, element: Element, tag: str, parent: Box | None) -> Box:
        attributes = attributes_of(element)
        names = names_in(attributes)
        verdict, prose = judge_names(names)
        if verdict or attributes or tag in _TELLING:
            verdict = _verdict(tag, attributes, verdict)
        place, first = len(self.boxes), len(self.blocks)
        box = Box(element, tag, names, parent, verdict, prose, first, 0, place)
        self.boxes.append(box)
        if tag in _MEDIA:
            self.media.append(Medium(element, box, first))
        self.order[element] = box
        return box

    def close(self, element: Element) -> None:
        """End an element, and read what stands behind it."""
        box, _, end = self.stack.pop()
        if end == _BOX and box is not None:
            if self.parts:
                self.flush(box)
            box.last, box.end = len(self.blocks), len(self.boxes)
        elif end == _DATELINE:
            self.parts.append(" ")  # the dash between the two is drawn by a style sheet
        text = element.tail
        if text and len(self.stack) > 1:
            self.take(text, self.stack[-1][1])

    def take(self, text: str, dress: int) -> None:
        self.parts.append(text)
        if not dress:
            return
        size = len(text.strip())
        if dress & _LINK:
            self.linked += size
        if dress & _BOLD:
            self.bold += size
        if dress & _ITALIC:
            self.italic += size

    def flush(self, box: Box) -> None:
        """End the text gathered since the last border: one block, or one for each line that `<br>` parts."""
        text = "".join(self.parts)
        self.parts.clear()
        inline = tuple(self.inline[:_MOST_SHARED]) if self.inline else ()
        if inline:
            self.inline.clear()
        if text.isspace():
            return
        linked, bold, italic = self.linked, self.bold, self.italic
        self.linked = self.bold = self.italic = 0
        runs = _runs(text, box.tag)
        total = sum(map(len, runs)) or 1
        for place, run in enumerate(runs):
            share = len(run) / total
            self.blocks.append(
                Block(
                    box,
                    run,
                    round(linked * share),
                    round(bold * share),
                    round(italic * share),
                    len(self.blocks),
                    _prose(run, box.tag, linked * share),
                    inline if place < _MOST_SHARING else (),
                )
            )


def _prose(text: str, tag: str, linked: float) -> float:
    """How much a text reads like running text: its length, less what is linked, nothing for scraps."""
    size = len(text)
    if size < 25 or linked > 0.5 * size:
        return 0.0
    marks = len(MARKS.findall(text))
    if size < 80 and not (tag == "p" and marks):
        return 0.0
    if marks * 250 < size and marks < 2:
        return size * 0.3
    return _WEIGHTS.get(tag, 0.8) * (size - linked)


def _runs(text: str, tag: str) -> list[str]:
    """The paragraphs of a text with `<br>`: two of them part paragraphs, one does so where there is no `<p>`."""
    if "\x1e" not in text:
        run = squeeze(text)
        return [run] if run else []
    if tag in {"p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "figcaption", "pre", "dd", "dt", "th"}:
        pieces = _BREAKS.split(text)
    else:
        pieces = text.split("\x1e")
    return [run for run in (squeeze(piece.replace("\x1e", " ")) for piece in pieces) if run]


def _is_shown(element: Element, tag: str) -> bool:
    """Whether a box is part of the page: not a script, not a mould for scripts.

    Three paragraphs are an article also in `<noscript>`, and in a button or drawing that someone forgot to close.
    """
    if tag == "template":
        return element.get("shadowrootmode") is not None
    if tag not in SILENT:
        return True
    if tag not in _MAY_SWALLOW or not len(element):
        return False
    return sum(inner.tag == "p" for inner in islice(element.iter(), _MOST_LOOKED_AT)) > 2


def _is_unknown(tag: str, around: str) -> bool:
    """Whether an element inside a paragraph is one that browsers set in its line: `<x-term>`, Word's `<o:p>`, a
    subhead that opens and closes its answer by `<button>`."""
    if around in _RUNNING and ("-" in tag or ":" in tag):
        return True
    return tag == "button" and around in _SUBHEADS


def _leads_away(href: str | None, around: str) -> bool:
    """Whether an `<a>` is a link: one without an address is none, nor is a subhead's link to itself."""
    return href is not None and not (href.startswith("#") and around in _SUBHEADS)


def is_dateline(element: Element) -> bool:
    """Whether a part of a line calls itself the place it was written in: VnExpress' `location-stamp`, say."""
    names = element.get("class")
    return bool(names) and judge_inline((names or "")[:_MOST_NAMES])[1]


def _is_hidden(style: str | None) -> bool:
    return bool(style) and HIDDEN_STYLE.search(style or "") is not None


_TELLING = _NEVER_TEXT | _ALWAYS_TEXT | {"aside"}


def _verdict(tag: str, attributes: dict[str, str], named: int) -> int:
    """How much a box looks like debris by its tag, its role and its names."""
    if tag in _NEVER_TEXT or "hidden" in attributes or attributes.get("role") in _ROLES_APART:
        return REFUSED
    if _is_hidden(attributes.get("style")):
        return REFUSED
    if tag == "aside" or attributes.get("aria-hidden") == "true":
        return SUSPECT
    return NORMAL if tag in _ALWAYS_TEXT else named
