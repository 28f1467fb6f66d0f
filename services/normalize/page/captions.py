"""Pictures with their captions and credits: each picture with the little text that stands in one box with it."""

import re

import msgspec

from services.normalize.page.credits import SAID_CREDIT, clean_credit, split_credit
from services.normalize.page.outline import REFUSED, Block, Box, Outline
from services.normalize.page.picture_words import credit_elements, edged, split_words
from services.normalize.page.titles import letters
from services.normalize.page.tree import Element, names_of, text_of
from services.normalize.page.words import BYLINE_NAMES, CAPTION_NAMES, DATE_NAMES, PICTURE_DEBRIS

_CLOCK = re.compile(r"\b\d{1,2}[:.]\d\d\b|\b(?:19|20)\d\d$")
_WIDEST = 1000
_LARGE = frozenset({"body", "html", "main", "article"})
_NOT_BESIDE = frozenset({"h1", "h2", "h3", "h4", "li"})
_TITLES = frozenset({"h1", "h2", "h3", "h4"})
_SHORTEST = 8
_NEAR = 4
_MOST_PICTURES = 300


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of the article: where it stands among the blocks, its words and whose it is."""

    element: Element
    index: int
    caption: str
    credit: str | None = None
    href: str | None = None
    blocks: frozenset[int] = frozenset()
    rule: str = "figure"


def read_pictures(outline: Outline, scope: Box, region: Box, first: int, last: int) -> list[Picture]:
    """The pictures that stand between two blocks of a box, in reading order."""
    images = [
        (image, box)
        for image in scope.element.iter("img", "amp-img", "picture", "video", "figure")
        if (box := _box_of(outline, image)) is not None
    ]
    crowd = _crowd(images)
    found: list[Picture] = []
    done: set[int] = set()
    taken: set[int] = set()
    for _, box in images:
        group = _group(outline, box, scope, crowd)
        if id(group) in done or not first <= group.first <= last or _is_debris(group, region):
            continue
        done.add(id(group))
        picture = _read(outline, group)
        if picture is not None and taken.isdisjoint(picture.blocks):
            found.append(picture)
            taken |= picture.blocks
        if len(found) == _MOST_PICTURES:
            break
    found += _loose(outline, scope, region, first, last, taken)
    taken |= {index for picture in found for index in picture.blocks}
    found += _said_in_markup(outline, region, first, last, taken, images)
    return _once(sorted(found, key=lambda picture: picture.index))


def _box_of(outline: Outline, image: Element) -> Box | None:
    node: Element | None = image
    while node is not None:
        box = outline.order.get(node)
        if box is not None:
            return box
        node = node.getparent()
    return None


def _crowd(images: list[tuple[Element, Box]]) -> dict[int, int]:
    """How many pictures stand in a box; `<picture>`, `<figure>` and the image in it are one."""
    crowd: dict[int, int] = {}
    for image, box in images:
        parent = image.getparent()
        if image.tag in {"picture", "figure"} or (parent is not None and parent.tag == "noscript"):
            continue
        node: Box | None = box
        while node is not None:
            crowd[id(node)] = crowd.get(id(node), 0) + 1
            node = node.parent
    return crowd


def _group(outline: Outline, box: Box, scope: Box, crowd: dict[int, int]) -> Box:
    """The widest box round a picture that holds no other picture, no heading and little text."""
    while box.parent is not None and box.parent is not scope:
        if box.tag == "figure" and _words(outline, box):
            break
        if not _is_small(outline, box.parent, crowd) or not _adds_little(outline, box, box.parent):
            break
        box = box.parent
    return box


def _is_small(outline: Outline, box: Box, crowd: dict[int, int]) -> bool:
    if crowd.get(id(box), 0) > 1 or box.prose or box.tag in _LARGE or box.last - box.first > 6:
        return False
    blocks = outline.blocks[box.first : box.last]
    if any(block.box.tag in _NOT_BESIDE for block in blocks):
        return False
    return sum(block.size for block in blocks) < 600 and sum(block.size > 25 for block in blocks) <= 3


def _adds_little(outline: Outline, box: Box, parent: Box) -> bool:
    """A box with a caption in it grows by no more than a credit or a second line."""
    inside = sum(block.size for block in _words(outline, box))
    whole = sum(block.size for block in _words(outline, parent))
    return inside < 12 or whole - inside < 120


def _words(outline: Outline, box: Box) -> list[Block]:
    return outline.blocks[box.first : box.last]


def _is_debris(box: Box, region: Box) -> bool:
    """Whether a box, or one round it that does not hold the whole article, is named as something else."""
    node: Box | None = box
    while node is not None and not (node.first <= region.first and region.last <= node.last and node is not box):
        if node.tag in {"nav", "footer", "a"} or (PICTURE_DEBRIS.search(node.names) and not node.prose):
            return True
        node = node.parent
    return False


def _read(outline: Outline, group: Box) -> Picture | None:
    blocks = _words(outline, group)
    href = _href(group.element)
    size = sum(block.size for block in blocks)
    if size > _WIDEST or next(group.element.iter("table", "blockquote", "pre"), None) is not None:
        return None
    if size and sum(block.linked for block in blocks) > 0.7 * size:
        return None
    nodes = (
        [node for node in group.element.iter("figcaption") if text_of(node)] or _named(group.element) or [group.element]
    )
    caption, credit = split_words(group.element, nodes[:1] if nodes[0].tag == "figcaption" else nodes)
    if _is_signed(nodes[0]):
        return None
    declared = group.tag == "figure" or nodes[0] is not group.element
    if credit is None and caption:
        credit = _credit_around(group)
    if (not declared or nodes[0] is group.element) and not _may_be_caption(caption, group, blocks):
        caption, credit = "", credit if not caption and _is_said_credit(blocks) else None
    if not caption and not credit and not href:
        return None
    taken = frozenset(range(group.first, group.last)) if caption or credit or declared else frozenset()
    return Picture(
        element=nodes[0],
        index=group.first,
        caption=caption,
        credit=credit,
        href=href,
        blocks=taken,
        rule="figure caption" if declared else "beside the picture",
    )


def _is_signed(element: Element) -> bool:
    """A portrait beside a byline is set like a picture with its caption."""
    return next(element.iter("address", "time"), None) is not None


def _credit_around(group: Box) -> str | None:
    """A credit that stands beside the caption's box, in a box with little else."""
    box = group.parent
    for _ in range(_NEAR):
        if box is None or box.tag in _LARGE or box.last - box.first > 4:
            return None
        for element in credit_elements(box.element):
            credit = clean_credit(text_of(element))
            if credit:
                return credit
        box = box.parent
    return None


def _is_said_credit(blocks: list[Block]) -> bool:
    """Whether all there is beside a picture calls itself a credit."""
    return bool(blocks) and all(SAID_CREDIT.search(block.box.names) for block in blocks)


def _may_be_caption(caption: str, group: Box, blocks: list[Block]) -> bool:
    """Text beside a picture that nothing declares a caption: no byline, no date, no teaser, no form."""
    if len(caption) < 12 or _CLOCK.search(caption) or caption.count(" ") < 1:
        return False
    if len(blocks) > 6 or any(block.box.tag in _NOT_BESIDE for block in blocks):
        return False
    if any(block.linkage > 0.8 and block.size > 12 for block in blocks) or sum(b.linked for b in blocks) > 0.2 * sum(
        b.size for b in blocks
    ):
        return False
    if any(
        BYLINE_NAMES.search(block.box.names) or DATE_NAMES.search(block.box.names) for block in blocks
    ) or BYLINE_NAMES.search(group.names):
        return False
    return next(group.element.iter("button", "input", "form", "time", "ul"), None) is None


def _named(element: Element) -> list[Element]:
    """The outermost elements in a box that name themselves a caption."""
    named = [
        node
        for node in element.iter()
        if node is not element and CAPTION_NAMES.search(names_of(node)) and text_of(node)
    ]
    inner = {child for node in named for child in node.iterdescendants()}
    return [node for node in named if node not in inner]


def _href(element: Element) -> str | None:
    for image in element.iter("img", "amp-img"):
        for key in ("src", "data-src", "data-original", "data-lazy-src"):
            link = image.get(key)
            if link and not link.startswith("data:"):
                return link
    return None


def _loose(outline: Outline, scope: Box, region: Box, first: int, last: int, taken: set[int]) -> list[Picture]:
    """Captions that name themselves so, with a picture not far before them or none at all."""
    found: list[Picture] = []
    until = -1
    for box in outline.boxes:
        if not first <= box.first <= last or box.first < until or box.first in taken or len(found) == _MOST_PICTURES:
            continue
        if not (_names_itself(box) and _within(box, scope)) or _is_debris(box, region) or _is_signed(box.element):
            continue
        size = sum(block.size for block in _words(outline, box))
        if size > 600 or sum(block.linked for block in _words(outline, box)) > 0.6 * size:
            continue
        caption, credit = split_words(box.element, [box.element])
        if caption or credit:
            until = box.last
            blocks = frozenset(range(box.first, box.last))
            rule = "caption by its class"
            found.append(
                Picture(element=box.element, index=box.first, caption=caption, credit=credit, blocks=blocks, rule=rule)
            )
    return found


def _names_itself(box: Box) -> bool:
    """Whether a box with words in it calls itself a caption."""
    if box.first == box.last or box.prose or box.tag in {"main", "article", "section", "body"}:
        return False
    return box.tag == "figcaption" or CAPTION_NAMES.search(box.names) is not None


def _said_in_markup(
    outline: Outline, region: Box, first: int, last: int, taken: set[int], images: list[tuple[Element, Box]]
) -> list[Picture]:
    """Short blocks with an inline element named a caption, or in the very words of the picture's right before them."""
    told = {
        letters(words): box.first
        for image, box in images
        for key in ("alt", "title", "data-caption")
        if (words := image.get(key))
    }
    found: list[Picture] = []
    for block in outline.blocks[first : last + 1]:
        if block.index in taken or not _SHORTEST < block.size < 400 or block.linkage > 0.2 or block.box.tag in _TITLES:
            continue
        named = any(CAPTION_NAMES.search(names_of(element)) for element in block.inline)
        said = 0 <= block.index - told.get(letters(block.text), block.index + 1) <= _NEAR
        if (named or said) and block.box.verdict != REFUSED and not _is_debris(block.box, region):
            caption, credit = split_credit(block.text)
            rule = "caption by its class" if named else "the words of the picture's alternative text"
            found.append(
                Picture(
                    element=block.box.element,
                    index=block.index,
                    caption=edged(caption),
                    credit=credit,
                    blocks=frozenset({block.index}),
                    rule=rule,
                )
            )
    return found


def _within(box: Box, scope: Box) -> bool:
    return scope.first <= box.first and box.last <= scope.last and box.verdict != REFUSED


def _once(found: list[Picture]) -> list[Picture]:
    """The same caption twice is one picture shown twice."""
    kept: list[Picture] = []
    seen: set[str] = set()
    for picture in found:
        if picture.caption not in seen:
            kept.append(picture)
        if picture.caption:
            seen.add(picture.caption)
    return kept
