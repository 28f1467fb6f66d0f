"""Where things stand on a page: the headline's block, the box of the article's prose, the blocks round both."""

from collections import Counter
from collections.abc import Callable

from services.normalize.grammar.titles import letters
from services.normalize.html.blocks import Block, Box, Outline
from services.normalize.html.body import is_heading, is_refused
from services.normalize.html.class_names import LONG_DEBRIS, NORMAL, REFUSED
from services.normalize.html.pictures import Picture, read_pictures

_ABOVE = 350  # characters of other text that may stand between a picture and the headline under it


def find_places(
    outline: Outline, headline: str | None, told: Box | None = None
) -> tuple[Box | None, Box | None, Block | None]:
    """The box of the text (`told` where it is known), the smallest box that holds the headline too, and its block."""
    if not outline.boxes:
        return None, None, None
    pardon(outline)
    container = told or find_container(outline, _head(outline, outline.boxes[0], headline))
    if container is None:
        return None, None, None
    head = _head(outline, container, headline)
    region = container
    while head is not None and region.parent is not None and not region.first <= head.index < region.last:
        region = region.parent
    return container, region, head


def _head(outline: Outline, container: Box, headline: str | None) -> Block | None:
    """The block that shows the headline: its words in a heading, its words anywhere, else the nearest h1 on top."""
    if headline is None:
        return None
    wanted = letters(headline)
    same = [
        block
        for block in outline.blocks[: container.last]
        if len(wanted) <= 2 * block.size < 4 * len(headline) + 40 and letters(block.text) == wanted
    ]
    shown = [block for block in same if not is_refused(block.box)]
    heads = [block for block in shown if is_heading(block.box)] or shown
    before = [block for block in heads if block.index <= container.first + 3]
    if before or heads:
        return before[-1] if before else heads[0]
    return _head_in_other_words(outline, container, wanted, same)


def _head_in_other_words(outline: Outline, container: Box, wanted: str, hidden: list[Block]) -> Block | None:
    """The nearest h1 on top; else a heading with more or fewer words, as with a kicker; else an h1 nobody sees."""
    above = [block for block in outline.blocks[: container.first + 4] if is_heading(block.box, "h1", "h2", "h3")]
    seen = [block for block in above if not is_refused(block.box)]
    tall = [block for block in seen if is_heading(block.box, "h1")]
    if tall:
        return tall[-1]
    alike = [block for block in seen if _is_alike(letters(block.text), wanted)]
    if alike:
        return alike[-1]
    last = container.first + 3 if container.parent is not None else container.last
    unseen = [block for block in hidden if block.index <= last and is_heading(block.box, "h1")]
    return unseen[-1] if unseen else None


def _is_alike(shown: str, wanted: str) -> bool:
    """Whether one of two headlines is most of the other."""
    short, long = sorted((shown, wanted), key=len)
    return 3 * len(short) > len(long) and short in long


def find_near(outline: Outline, container: Box | None, head: Block | None) -> list[Block]:
    """The blocks where date and byline lines stand: round the headline, at the head of the text, after its end."""
    if container is None:
        return outline.blocks[:60]
    start = max(0, head.index - 8 if head is not None else container.first - 25)
    stop = min(len(outline.blocks), max(container.first, head.index if head is not None else 0) + 12)
    tail = [
        block
        for block in outline.blocks[max(stop, container.last - 4) : container.last + 30]
        if (not is_refused(block.box) or "author" in block.box.names)
        and "comment" not in block.box.names
        and not _is_of_another(block, head)
    ]
    return outline.blocks[start:stop][:80] + tail


def _is_of_another(block: Block, head: Block | None) -> bool:
    """Whether a block stands in an `<article>` that does not hold the headline."""
    article = block.box.article()
    return article is not None and head is not None and not article.spans(head)


def _around(region: Box, levels: int) -> Box:
    """The box so many levels up; a level that adds no text, as web components nest them, is none."""
    scope = region
    while levels and scope.parent is not None and scope.parent.tag not in {"body", "html"}:
        wider = (scope.parent.first, scope.parent.last) != (scope.first, scope.last)
        levels -= wider
        scope = scope.parent
    return scope


def find_pictures(outline: Outline, container: Box | None, region: Box | None, head: Block | None) -> list[Picture]:
    """The pictures of the text, of the head above it, and those right over the headline."""
    if container is None or region is None:
        return []
    scope = _around(region, 3)
    above = 0
    start = min(region.first, head.index if head is not None else region.first)
    while start > scope.first and above + outline.blocks[start - 1].size < _ABOVE:
        start -= 1
        above += outline.blocks[start].size
    return read_pictures(outline, scope, container, start, max(container.last - 1, container.first))


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
