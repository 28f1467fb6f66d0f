"""A page as a flat list of text blocks and the boxes round them, made in one walk over the tree."""

import re
from functools import lru_cache
from itertools import accumulate, islice

import msgspec

from services.normalize.html.class_names import (
    DATELINE_NAMES,
    DEBRIS,
    HIDDEN_STYLE,
    PROSE,
    STRONG_DEBRIS,
    SUBJECTS,
    UNSEEN_NAMES,
    WEAK_DEBRIS,
    WITH_OTHERS,
)
from services.normalize.html.tree import INLINE, MAX_DEPTH, SILENT, Element, names_of, squeeze

MARKS = re.compile(r"[.,;:!?…。、，！？«»„“”]")
_WEIGHTS = {"p": 1.0, "li": 0.4, "dd": 0.4, "td": 0.7, "th": 0.0, "figcaption": 0.0}
_BREAKS = re.compile(r"\x1e[\s\u00a0]*(?:\x1e[\s\u00a0]*)+")

# The readings printed over Japanese words: in running text they would say each word twice.
_READINGS = frozenset({"rt", "rp"})
_RUNNING = frozenset(
    {"p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "dd", "dt", "td", "th", "blockquote", "figcaption"}
)
# Lines of one paragraph that are given its inline elements, and how many of these: each is looked at for each.
_MOST_SHARING, _MOST_SHARED = 40, 60
_MAY_SWALLOW = frozenset({"noscript", "button", "svg", "object", "video", "audio", "canvas", "select", "textarea"})
_MOST_LOOKED_AT = 5000
_MOST_NAMES = 200
_SUBHEADS = frozenset({"h2", "h3", "h4", "h5", "h6", "dt", "summary"})
NORMAL, DOUBTED, SUSPECT, REFUSED = 0, 1, 2, 3


class Box(msgspec.Struct, eq=False):
    """A block-level element. `first` and `last` are the range of blocks in it; `verdict` what its names say of it."""

    element: Element
    tag: str
    names: str
    parent: "Box | None"
    depth: int
    verdict: int
    prose: bool
    first: int
    last: int = 0
    children: "list[Box]" = []


class Block(msgspec.Struct, eq=False):
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


class Outline(msgspec.Struct, eq=False):
    """All blocks and boxes of a page in reading order."""

    blocks: list[Block]
    boxes: list[Box]
    order: dict[Element, Box]

    def sums(self, values: "list[float]") -> list[float]:
        """Prefix sums over blocks: the sum over a box is `sums[box.last] - sums[box.first]`."""
        return [0.0, *accumulate(values)]


def read_outline(root: Element) -> Outline:
    """Walk the tree once."""
    walk = _Walk()
    body = root.find("body") if root.tag == "html" else root
    walk.box(body if body is not None else root, None, 0, False)
    return Outline(blocks=walk.blocks, boxes=walk.boxes, order=walk.order)


class _Walk:
    """The state of the one walk: the text gathered since the last border, and what it was dressed in."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.boxes: list[Box] = []
        self.order: dict[Element, Box] = {}
        self.parts: list[str] = []
        self.linked = self.bold = self.italic = 0
        self.inline: list[Element] = []

    def box(self, element: Element, parent: Box | None, depth: int, in_link: bool) -> None:
        tag = element.tag
        names = names_of(element)
        box = Box(
            element,
            tag,
            names,
            parent,
            depth,
            _verdict(element, tag, names),
            _is_prose(names),
            len(self.blocks),
            0,
            [],
        )
        self.boxes.append(box)
        self.order[element] = box
        if parent is not None:
            parent.children.append(box)
        if depth < MAX_DEPTH:
            self.inside(element, box, depth, in_link, False, False)
        else:
            self.parts.append(" ".join(str(text) for text in element.itertext()))
        self.flush(box)
        box.last = len(self.blocks)

    def inside(self, element: Element, box: Box, depth: int, in_link: bool, bold: bool, italic: bool) -> None:
        if element.text:
            self.take(element.text, in_link, bold, italic)
        for child in element:
            tag = child.tag
            if isinstance(tag, str):
                self.child(child, tag, box, depth, in_link, bold, italic)
            if child.tail:
                self.take(child.tail, in_link, bold, italic)

    def child(self, child: Element, tag: str, box: Box, depth: int, in_link: bool, bold: bool, italic: bool) -> None:
        if tag == "br":
            self.parts.append("\x1e")
        elif tag in _READINGS:
            return
        elif tag in INLINE or _is_unknown(tag, box.tag):
            if child.get("class") or tag in {"time", "address"} or child.get("itemprop") or child.get("rel"):
                self.inline.append(child)
            if depth < MAX_DEPTH and not _hidden(child) and not _is_unseen(child.get("class")):
                self.inside(
                    child, box, depth + 1, in_link or (tag == "a" and _leads_away(child, box.tag)),
                    bold or tag in {"b", "strong"}, italic or tag in {"i", "em"},
                )  # fmt: skip
                if is_dateline(child):
                    self.parts.append(" ")  # the dash between the two is drawn by a style sheet
        elif _is_shown(child, tag):
            self.flush(box)
            self.box(child, box, depth + 1, in_link)

    def take(self, text: str, in_link: bool, bold: bool, italic: bool) -> None:
        self.parts.append(text)
        if not (in_link or bold or italic):
            return
        size = len(text.strip())
        if in_link:
            self.linked += size
        if bold:
            self.bold += size
        if italic:
            self.italic += size

    def flush(self, box: Box) -> None:
        if not self.parts:
            return
        text = "".join(self.parts)
        self.parts.clear()
        linked, bold, italic, inline = self.linked, self.bold, self.italic, tuple(self.inline[:_MOST_SHARED])
        self.linked = self.bold = self.italic = 0
        self.inline.clear()
        if not text or text.isspace():
            return
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
        pieces = [text]
    elif tag in {"p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "figcaption", "pre", "dd", "dt", "th"}:
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


def _leads_away(anchor: Element, around: str) -> bool:
    """Whether an `<a>` is a link: one without an address is none, nor is a subhead's link to itself."""
    href = anchor.get("href")
    return href is not None and not (href.startswith("#") and around in _SUBHEADS)


def _is_unseen(names: str | None) -> bool:
    """Whether a part of a line is shown only to screen readers or when pointed at."""
    return bool(names) and _says_unseen((names or "")[:_MOST_NAMES])


@lru_cache(maxsize=4096)
def _says_unseen(names: str) -> bool:
    return UNSEEN_NAMES.search(names.lower()) is not None


def is_dateline(element: Element) -> bool:
    """Whether a part of a line calls itself the place it was written in: VnExpress' `location-stamp`, say."""
    return DATELINE_NAMES.search((element.get("class") or "").lower()) is not None


def _hidden(element: Element) -> bool:
    style = element.get("style")
    return element.get("hidden") is not None or bool(style and HIDDEN_STYLE.search(style))


def _verdict(element: Element, tag: str, names: str) -> int:
    if (
        tag in {"nav", "footer", "menu"}
        or _hidden(element)
        or element.get("role")
        in {"navigation", "contentinfo", "dialog", "complementary", "alertdialog", "search", "menu"}
    ):
        return REFUSED
    if tag == "aside" or element.get("aria-hidden") == "true":
        return SUSPECT
    if tag in {"html", "body", "main", "h1"} or len(names) < 5:
        return NORMAL
    return _judge(names)


@lru_cache(maxsize=4096)
def _judge(names: str) -> int:
    """What the names of a box say of it; a page and a site use the same ones over and over."""
    names = WITH_OTHERS.sub(" ", names)
    if "hentry" in names or "type-post" in names:  # WordPress names an article by its subjects, "tag-newsletter" too
        names = SUBJECTS.sub(" ", names)
    if STRONG_DEBRIS.search(names):
        return REFUSED
    if DEBRIS.search(names):
        return SUSPECT
    return DOUBTED if WEAK_DEBRIS.search(names) else NORMAL


@lru_cache(maxsize=4096)
def _is_prose(names: str) -> bool:
    return PROSE.search(names) is not None
