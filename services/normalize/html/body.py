"""The article among the blocks of its box: which belong to it, and the lead above them."""

from collections import Counter
from itertools import islice, takewhile

import msgspec

from services.normalize.html.blocks import MARKS, Block, Box, Outline
from services.normalize.html.class_names import (
    BYLINE_NAMES,
    CAPTION_NAMES,
    DATE_NAMES,
    DEBRIS_LINE,
    DEBRIS_START,
    DOUBTED,
    LEAD_NAMES,
    REFUSED,
)
from services.normalize.html.edges import DAY, END, trimmed
from services.normalize.html.tree import HEADINGS
from services.normalize.language.phrases import is_aside, is_notice
from shared.patterns import pattern_of

_LABEL = pattern_of(r"^[^.!?|:»>►▶→]{2,32}\s?[|:»>►▶→]\s*")
_PLAIN = frozenset({"p", "div", "span", "strong", "h4", "h5", "h6"})
_MAY_REPEAT = frozenset({"li", "td", "th", "h2", "h3", "h4", "pre", "dt", "dd"})
_LEAD_TAGS = frozenset({"p", "div", "section", "header", "h2", "h3", "h4"})
_LONGEST_LEAD = 1500
_NEAR_ABOVE = 12
_LONG = 120  # characters of a paragraph that a page says twice only where it shows its text again, for other screens


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """The article's blocks: lead and text; `front` and `back` are short lines cut off it, signatures among them."""

    container: Box
    lead: tuple[Block, ...]
    kept: tuple[Block, ...]
    front: tuple[Block, ...]
    back: tuple[Block, ...]
    dropped: tuple[Block, ...]


def read_body(outline: Outline, container: Box, head: Block | None, headline: str, names: tuple[str, ...]) -> Body:
    """Judge every block from the headline to the end of the container."""
    last = _end(outline, container, head)
    out = _pruned(outline, container, head)
    repeated = {text for text, count in Counter(block.text for block in outline.blocks).items() if count > 2}
    kept: list[Block] = []
    dropped: list[Block] = []
    said: dict[str, Box | None] = {}
    start = _start(outline, container, head, last)
    for block in outline.blocks[start:last]:
        refused = (
            block.index in out
            or (block.text in repeated and block.size < 200 and block.box.tag not in _MAY_REPEAT)
            or said.get(block.text, block.box.parent) is not block.box.parent
            or not _belongs(block)
        )
        if not refused and block.size >= _LONG:
            said.setdefault(block.text, block.box.parent)
        (dropped if refused else kept).append(block)
    kept, front, back = trimmed(kept, headline, names)
    lead = _lead(outline, container, head, kept, names)
    if not lead and len(kept) > 2 and _opens_in_bold(kept):
        lead, kept = kept[:1], kept[1:]
    return Body(
        container=container,
        lead=tuple(lead),
        kept=tuple(kept),
        front=(*_between(outline, container, head), *front),
        back=tuple(back),
        dropped=tuple(dropped),
    )


def _start(outline: Outline, container: Box, head: Block | None, last: int) -> int:
    """Where the article begins: under its headline, unless much of the text stands above what repeats it."""
    if head is None or not container.first <= head.index < last:
        return container.first
    above = sum(block.prose for block in outline.blocks[container.first : head.index])
    below = sum(block.prose for block in outline.blocks[head.index : last])
    return head.index + 1 if above < 0.5 * below else container.first


def _end(outline: Outline, container: Box, head: Block | None) -> int:
    """Where the article ends: at the next page-high headline, when a second article follows in the same box."""
    if head is None:
        return container.last
    read = 0.0
    for block in outline.blocks[max(head.index + 1, container.first) : container.last]:
        if (
            read > 500
            and block.box.tag == "h1"
            and block.text != head.text
            and block.box.article() is not head.box.article()
        ):
            return block.index
        read += block.prose
    return container.last


def _pruned(outline: Outline, container: Box, head: Block | None) -> set[int]:
    """Indexes of blocks in boxes of the container that are named, or filled, like something else."""
    weights = [block.prose for block in outline.blocks]
    sums = outline.sums(weights)
    sizes = outline.sums([float(block.size) for block in outline.blocks])
    links = outline.sums([float(block.linked) for block in outline.blocks])
    own = head.box.article() if head is not None else None
    mine = sums[own.last] - sums[own.first] if own is not None else 0.0
    alone = mine > 150
    whole = sums[container.last] - sums[container.first] or 1.0
    out: set[int] = set()
    for box in outline.boxes[container.place + 1 : container.end]:
        size, linked, text = (table[box.last] - table[box.first] for table in (sizes, links, sums))
        within = alone and own is not None and own.first <= box.first and box.last <= own.last
        share = text / min(whole, mine) if within else text / whole
        others = head is not None and box.tag == "article" and not box.first <= head.index < box.last
        if (alone and others and (share < 0.3 if within else text < 0.5 * whole)) or (
            size and _is_debris(box, share, text / size, linked / size, size)
        ):
            out.update(range(box.first, box.last))
    return out


def _is_debris(box: Box, share: float, density: float, linkage: float, size: float) -> bool:
    if box.tag in {"figure", "figcaption"}:
        return not _holds_text(box)
    if box.tag == "footer" and any(outer.tag == "blockquote" for outer in islice(box.rising(), _NEAR_ABOVE + 1)):
        return False
    if box.verdict == REFUSED or box.tag == "blockquote":
        return share < 0.4 and box.verdict == REFUSED
    if box.tag in {"aside", "nav", "footer", "address", "form"}:
        return share < 0.4 and (box.tag != "form" or density < 0.5)
    if box.verdict == DOUBTED:
        return share < 0.4 and linkage > 0.25
    if box.verdict:
        return share < 0.4 and (density < 0.5 or linkage > 0.25) and box.tag not in {"p", "h2", "h3", "h4"}
    return box.tag in {"div", "section", "ul", "ol", "dl", "article"} and linkage > 0.65 and size < 3000 and share < 0.3


def _holds_text(box: Box) -> bool:
    """Whether a figure, or the one round a figcaption, shows something that is read."""
    figures = islice(box.rising(), 1 if box.tag == "figure" else _NEAR_ABOVE + 1)
    return any(holds_words(figure) for figure in figures if figure.tag == "figure")


def holds_words(figure: Box) -> bool:
    """Whether a figure shows a table, a quote or a program, not a picture: its words are the article's."""
    return next(figure.element.iter("table", "blockquote", "pre"), None) is not None and "embed" not in figure.names


def _belongs(block: Block) -> bool:
    if block.linkage > 0.8 and block.size < 200 and block.box.tag not in {"td", "th", "li"}:
        return False
    is_cell = block.box.tag in {"td", "th"}
    if block.size < 200 and block.box.tag != "pre" and not (is_cell and not block.linked) and _is_of_the_site(block):
        return False
    if block.size < 500 and is_notice(block.text):
        return False
    return block.size >= 3 or is_cell


def _is_of_the_site(block: Block) -> bool:
    """Whether a short block is a line of the site, a byline in its own paragraph, or a label with a link to more."""
    if block.box.tag in _PLAIN and block.size < 80 and not END.search(block.text):
        own = block.box.names
        if BYLINE_NAMES.search(own) or (DATE_NAMES.search(own) and DAY.search(block.text)):
            return True
    if block.box.tag in _PLAIN and block.linkage > 0.4 and _points_elsewhere(block):
        return True
    return bool(DEBRIS_LINE.match(block.text) or DEBRIS_START.match(block.text)) or is_aside(block.text)


def _points_elsewhere(block: Block) -> bool:
    """Whether a line is a label and then a link to its end: "ALSO | Man held", "Schauen Sie auch: Der Fall"."""
    label = _LABEL.match(block.text)
    return label is not None and abs(block.size - block.linked - len(label[0].strip())) < 4


def _lead(
    outline: Outline, container: Box, head: Block | None, kept: list[Block], names: tuple[str, ...]
) -> list[Block]:
    """The sentence or two between the headline and the text; where no headline is seen, what names itself so above."""
    if head is not None and head.index >= container.first:
        return []
    start = head.index + 1 if head is not None else max(0, container.first - _NEAR_ABOVE)
    lead: list[Block] = []
    texts = {block.text for block in kept}
    room = _LONGEST_LEAD
    for block in outline.blocks[start : container.first]:
        refused = is_refused_below(block.box, head) if head is not None else is_refused(block.box)
        if refused or block.text in texts or block.linkage > 0.3 or not _belongs(block):
            continue
        near = head is not None and not lead and block.index - head.index <= 2
        if _is_named_lead(block) or (head is not None and _reads_as_lead(block, near, names)):
            if block.size > room:
                break
            room -= block.size
            lead.append(block)
            texts.add(block.text)
    return lead


def _reads_as_lead(block: Block, under_headline: bool, names: tuple[str, ...]) -> bool:
    """A sentence; right under the headline also one without a full stop, unless it says by whom, when or what of."""
    near = block.box.names + (block.box.parent.names if block.box.parent is not None else "")
    if block.size <= 60 or CAPTION_NAMES.search(near) or BYLINE_NAMES.search(near):
        return False
    if END.search(block.text) and (block.prose > 0 or MARKS.search(block.text)):
        return True
    said = DAY.search(block.text) or DATE_NAMES.search(block.box.names)
    return (
        under_headline
        and not said
        and block.box.tag in _LEAD_TAGS
        and block.linkage < 0.1
        and len(block.text.split()) > 8
        and not any(name in block.text for name in names)
    )


def _opens_in_bold(kept: list[Block]) -> bool:
    """Whether the first block is set as a lead: named one, or bold before text that is not."""
    first, rest = kept[0], kept[1:4]
    if not 40 < first.size < 700 or first.box.tag in HEADINGS:
        return False
    return _is_named_lead(first) or (
        first.bold > 0.9 * first.size and all(block.bold < 0.5 * block.size for block in rest)
    )


def _between(outline: Outline, container: Box, head: Block | None) -> list[Block]:
    """The short lines between the headline and the text, and right above it: date, byline, section."""
    if head is None:
        return []
    above = outline.blocks[max(0, head.index - 4) : head.index]
    return [block for block in (*outline.blocks[head.index + 1 : container.first], *above) if block.size < 120]


def _is_named_lead(block: Block) -> bool:
    if block.size <= 30 or CAPTION_NAMES.search(block.box.names):
        return False
    near = (box.names for box in islice(block.box.rising(), 2))
    return any(LEAD_NAMES.search(names) and not BYLINE_NAMES.search(names) for names in near)


def is_refused_below(box: Box, head: Block) -> bool:
    """Whether a box, or one round it that does not hold the headline too, is named as something else."""
    below = takewhile(lambda outer: not outer.spans(head), box.rising())
    return any(outer.verdict == REFUSED or outer.tag in {"figure", "aside", "form", "address"} for outer in below)


def is_refused(box: Box) -> bool:
    """Whether a box or one round it is named as something else than the article."""
    return any(outer.verdict == REFUSED for outer in box.rising())


def is_heading(box: Box, *tags: str) -> bool:
    """Whether a box is a heading or stands in one."""
    return any(outer.tag in (tags or ("h1", "h2")) for outer in islice(box.rising(), 3))
