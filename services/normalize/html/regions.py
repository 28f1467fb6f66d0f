"""Where things stand on a page: the headline's block, the region of the article, the blocks round both."""

from services.normalize.grammar.titles import letters
from services.normalize.html.blocks import Block, Box, Outline
from services.normalize.html.body import is_heading, is_refused
from services.normalize.html.main_content import find_container, pardon
from services.normalize.html.pictures import Picture, read_pictures

_ABOVE = 350  # characters of other text that may stand between a picture and the headline under it


def find_places(outline: Outline, headline: str | None) -> tuple[Box | None, Box | None, Block | None]:
    """The box of the text, the smallest box that holds the headline too, and the headline's block."""
    if not outline.boxes:
        return None, None, None
    pardon(outline)
    container = find_container(outline, _head(outline, outline.boxes[0], headline))
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
