"""Finding the article among a page's blocks: where its prose stands together, and which blocks in there belong to it."""

import re

from services.normalize.page.outline import REFUSED, SUSPECT, Block, Box, Outline

_STOP = re.compile(r"[.!?…。！？।؟»”\"’':;)\]]\s*$")
_MARKS = re.compile(r"[.,;:!?…。、，！？«»„“”]")

TEXT_TAGS = frozenset(
    {"p", "div", "td", "section", "article", "main", "span", "blockquote", "li", "dd", "pre", "center", "body"}
)


def prose(block: Block) -> float:
    """How much a block reads like running text: its length, less what is linked, nothing for scraps."""
    size = block.size
    if block.linkage > 0.5 or size < 25:
        return 0.0
    marks = len(_MARKS.findall(block.text))
    if size < 80 and not (block.box.tag == "p" and marks):
        return 0.0
    if marks * 250 < size and marks < 2:
        return size * 0.3
    weight = {"p": 1.0, "li": 0.4, "dd": 0.4, "td": 0.7, "th": 0.0, "figcaption": 0.0}.get(block.box.tag, 0.8)
    return weight * (size - block.linked)


def find_container(outline: Outline, head: Block | None) -> Box | None:
    """The smallest box that holds nearly all the prose of the article."""
    if not outline.boxes:
        return None
    weights = [prose(block) for block in outline.blocks]
    _discount(outline, weights)
    sums = outline.sums(weights)

    def held(box: Box) -> float:
        return sums[box.last] - sums[box.first]

    box = outline.boxes[0]
    total = held(box)
    if total == 0:
        return box
    while box.children:
        best = max(box.children, key=held)
        share = held(best) / max(1.0, held(box))
        if share < (0.7 if best.prose else 0.85):
            break
        box = best
    return _lift(box)


def _lift(box: Box) -> Box:
    """A paragraph is no container: take the box round it."""
    while (
        box.parent is not None
        and (box.tag in {"p", "li", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3", "tr", "tbody", "td"})
        and box.tag != "td"
    ):
        box = box.parent
    return box


def _discount(outline: Outline, weights: list[float]) -> None:
    """Prose in boxes that are named like debris counts less, unless most of the page's prose stands there."""
    total = sum(weights) or 1.0
    sums = outline.sums(weights)
    for box in outline.boxes:
        if box.verdict and sums[box.last] - sums[box.first] < 0.5 * total:
            factor = 0.02 if box.verdict == REFUSED else 0.3
            for index in range(box.first, box.last):
                weights[index] *= factor


def belongs(outline: Outline, container: Box, block: Block) -> bool:
    """Whether a block in the container is part of the article."""
    box: Box | None = block.box
    while box is not None and box is not container:
        if box.verdict == REFUSED:
            return False
        if box.tag in {"figure", "figcaption", "aside", "address"}:
            return False
        box = box.parent
    if block.linkage > 0.8 and block.size < 200:
        return False
    return not (block.size < 3)


def is_refused(box: Box) -> bool:
    """Whether a box or one round it is named as something else than the article."""
    node: Box | None = box
    while node is not None:
        if node.verdict == REFUSED:
            return True
        node = node.parent
    return False


def is_heading(box: Box, *tags: str) -> bool:
    """Whether a box is a heading or stands in one."""
    node: Box | None = box
    for _ in range(3):
        if node is None:
            return False
        if node.tag in (tags or ("h1", "h2")):
            return True
        node = node.parent
    return False
