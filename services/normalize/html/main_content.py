"""The box of the article: where its prose stands together, and which boxes that sound like debris are not."""

from collections import Counter
from collections.abc import Callable

from services.normalize.html.blocks import Block, Box, Outline
from services.normalize.html.class_names import LONG_DEBRIS, NORMAL, REFUSED

_PAGE = frozenset({"body", "html"})
_MOST_LEVELS = 4
_LEAST_TWIN = 0.05
_LEAST_BELOW = 150.0  # characters of prose
# How much of a box's prose must stand below the headline in one of its parts for that part to be the article: less
# where the page calls it an article and other columns only stand beside.
_SHARE_BELOW, _SHARE_TOLD = 0.4, 0.15

# One paragraph, item or row is never all of an article.
TOO_SMALL = frozenset({"p", "li", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3", "tr", "tbody"})


def find_container(outline: Outline, head: Block | None = None) -> Box | None:
    """The smallest box that holds nearly all the prose of the article."""
    if not outline.boxes:
        return None
    weights = [block.prose for block in outline.blocks]
    _discount(outline, weights)
    sums = outline.sums(weights)

    def held(box: Box) -> float:
        return sums[box.last] - sums[box.first]

    box = outline.boxes[0]
    if held(box) == 0:
        return box
    article = head.box.article() if head is not None else None
    while children := list(outline.children(box)):
        best = max(children, key=held)
        if held(best) < (0.7 if best.prose and not box.prose else 0.85) * held(box):
            own = next((child for child in children if child.spans(head)), None)
            after = sums[own.last] - sums[head.index] if own is not None and head is not None else 0.0
            told = article is not None and own is not None and own.holds(article)
            share = _SHARE_TOLD if told else _SHARE_BELOW
            if own is None or box.tag == "article" or after < share * held(box) or after < _LEAST_BELOW:
                break
            best = own
        box = best
    while box.parent is not None and box.tag in TOO_SMALL:
        box = box.parent
    return _with_twins(outline, box, held)


def _with_twins(outline: Outline, box: Box, held: Callable[[Box], float]) -> Box:
    """The box, or the one above that holds another of the same name with prose too: a text told in sections."""
    names = (box.tag, box.names)
    outer, levels = box, _MOST_LEVELS
    while outer.parent is not None and levels and outer.parent.tag not in _PAGE:
        inner, outer, levels = outer, outer.parent, levels - 1
        twins = [
            twin
            for child in outline.children(outer)
            if child is not inner and (twin := _same(outline, child, names, _MOST_LEVELS - levels - 1)) is not None
        ]
        if any(held(twin) > _LEAST_TWIN * held(box) for twin in twins):
            return outer
    return box


def _same(outline: Outline, box: Box, names: tuple[str, str], levels: int) -> Box | None:
    """The box so many levels down a chain of only or first children that has these names."""
    for _ in range(levels):
        if box.end == box.place + 1:
            return None
        box = outline.boxes[box.place + 1]
    return box if (box.tag, box.names) == names else None


def _discount(outline: Outline, weights: list[float]) -> None:
    """Prose in boxes that are named like debris counts less."""
    for box in outline.boxes:
        if box.verdict:
            factor = 0.02 if box.verdict == REFUSED else 0.3
            for index in range(box.first, box.last):
                weights[index] *= factor


def pardon(outline: Outline) -> None:
    """A box named like debris that holds a good part of the page's prose is misnamed, unless long debris is usual."""
    sums = outline.sums([block.prose for block in outline.blocks])
    heads = outline.sums([float(block.box.tag == "h1") for block in outline.blocks])
    total = sums[-1] or 1.0
    for box in outline.boxes:
        only_head = heads[-1] == heads[box.last] - heads[box.first] == 1
        least = total * (0.2 if only_head and box.verdict == REFUSED else 0.5)
        if box.verdict == NORMAL or box.tag in {"nav", "footer"} or sums[box.last] - sums[box.first] < least:
            continue
        if box.verdict != REFUSED or heads[box.last] > heads[box.first] or not LONG_DEBRIS.search(box.names):
            box.verdict = NORMAL
    _pardon_paragraphs(outline, sums, total)


def _pardon_paragraphs(outline: Outline, sums: list[float], total: float) -> None:
    """Paragraphs of one name that are much of the page's prose together, such as those for subscribers."""
    refused = [box for box in outline.boxes if box.verdict == REFUSED and box.tag == "p"]
    held: Counter[str] = Counter()
    for box in refused:
        held[box.names] += round(sums[box.last] - sums[box.first])
    for box in refused:
        if held[box.names] >= 0.3 * total and not LONG_DEBRIS.search(box.names):
            box.verdict = NORMAL
