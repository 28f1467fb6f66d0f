"""Pictures with their captions and credits: each picture with the little text that stands in one box with it."""

import re
from functools import lru_cache
from itertools import islice, takewhile

import msgspec
from msgspec.structs import replace

from services.normalize.grammar.credit_lines import clean_credit, is_credit, is_photo_line
from services.normalize.grammar.titles import letters
from services.normalize.html.blocks import Block, Box, Outline
from services.normalize.html.caption_lines import (
    NOT_BESIDE,
    credit_of,
    is_icon,
    is_linked,
    is_portrait,
    is_quoted,
    is_said_credit,
    is_surely_credit,
    may_be_caption,
    named_captions,
    named_credit,
    split_credit,
    split_words,
)
from services.normalize.html.class_names import CAPTION_NAMES, PICTURE_DEBRIS, REFUSED, SAID_CREDIT
from services.normalize.html.tree import HEADINGS, Element, names_of, squeeze, text_of

_WIDEST = 1000
_LARGE = frozenset({"body", "html", "main", "article"})
_WHOLE = frozenset({"main", "article", "section", "body"})
_STATES = re.compile(r"(?:has|with|without|no|hide|show)-?_?caption")
_OTHERS = ("table", "blockquote", "pre")
_SHOWN = frozenset({"img", "amp-img", "picture", "video", "figure"})
_SENTENCE_TAGS = frozenset({"p", "li", "blockquote"})
_STOPS = (".", "!", "?", "…", "。", "”", "»")
_NEAR = 4
_SPOKEN = ("alt", "title")
_SAID_CREDIT = ("data-credit", "data-credits", "data-copyright", "data-image-credit", "data-photo-credit")
_NAMED = 10
_LONGEST = 400
_MOST_PICTURES = 300


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of the article: where it stands among the blocks, its words and whose it is.

    `is_beside`: the words only stand beside it, no markup calls them its caption. `hint` is the source's setting that
    says so.
    """

    element: Element
    index: int
    caption: str
    credit: str | None = None
    href: str | None = None
    blocks: frozenset[int] = frozenset()
    is_beside: bool = False
    hint: str = ""


def read_pictures(outline: Outline, scope: Box, text: Box, first: int, last: int) -> list[Picture]:
    """The pictures that stand between two blocks of a box, in reading order."""
    images = [
        (medium.element, medium.box)
        for medium in outline.media
        if medium.element.tag in _SHOWN and scope.holds(medium.box) and not is_icon(medium.element)
    ]
    crowd = _crowd(outline, images)
    galleries = _galleries(images, crowd)
    figures = [box for _, box in images if box.tag == "figure"]
    first = min((box.first for box in figures if box.first < first <= box.last), default=first)
    found: list[Picture] = []
    done: set[int] = set()
    taken: set[int] = set()
    for _, box in images:
        if id(box) in galleries:
            continue
        group = _group(outline, box, scope, crowd)
        if id(group) in done or not first <= group.first <= last or _is_debris(group, text) or _holds(group, text):
            continue
        done.add(id(group))
        picture = _read(outline, group)
        if picture is None or not (picture.caption or picture.credit):
            picture = _under(outline, group) or picture
        if picture is not None and taken.isdisjoint(picture.blocks):
            found.append(picture)
            taken |= picture.blocks
        if len(found) == _MOST_PICTURES:
            break
    found += _loose(outline, scope, text, range(first, last + 1), taken)
    taken |= {index for picture in found for index in picture.blocks}
    found += _named_inline(outline.blocks[first : last + 1], text, taken)
    return _once(sorted(found, key=lambda picture: picture.index))


def _holds(group: Box, text: Box) -> bool:
    """Whether a picture stands among the article's paragraphs in one box: none of them are its words for that."""
    return group.first <= text.first and text.last <= group.last and text.last - text.first > 1


def _galleries(images: list[tuple[Element, Box]], crowd: list[float]) -> set[int]:
    """Figures that hold figures of several pictures: each of these is a picture with its own words."""
    figures = (box for image, box in images if image.tag == "figure")
    round_them = (next((one for one in islice(box.rising(), 1, None) if one.tag == "figure"), None) for box in figures)
    return {id(outer) for outer in round_them if outer is not None and crowd[outer.end] - crowd[outer.place] > 1}


def _crowd(outline: Outline, images: list[tuple[Element, Box]]) -> list[float]:
    """Sums over boxes of how many pictures stand in each; `<picture>`, `<figure>` and the image in it are one."""
    held = [0.0] * len(outline.boxes)
    for image, box in images:
        parent = image.getparent()
        if image.tag not in {"picture", "figure"} and (parent is None or parent.tag != "noscript"):
            held[box.place] += 1
    return outline.sums(held)


def _group(outline: Outline, box: Box, scope: Box, crowd: list[float]) -> Box:
    """The widest box round a picture that holds no other picture, no heading and little text."""
    while box.parent is not None and box.parent is not scope:
        if box.tag == "figure" and _words(outline, box):
            break
        if not _is_small(outline, box.parent, crowd) or not _adds_little(outline, box, box.parent):
            break
        box = box.parent
    return box


def _is_small(outline: Outline, box: Box, crowd: list[float]) -> bool:
    if crowd[box.end] - crowd[box.place] > 1 or box.prose or box.tag in _LARGE or box.last - box.first > 6:
        return False
    blocks = _words(outline, box)
    if any(block.box.tag in NOT_BESIDE for block in blocks):
        return False
    return sum(block.size for block in blocks) < 600 and sum(block.size > 25 for block in blocks) <= 3


def _adds_little(outline: Outline, box: Box, parent: Box) -> bool:
    """A box with a caption in it grows by no more than a credit or a second line."""
    inside = sum(block.size for block in _words(outline, box))
    whole = sum(block.size for block in _words(outline, parent))
    return inside < 12 or whole - inside < 120


def _words(outline: Outline, box: Box) -> list[Block]:
    return outline.blocks[box.first : box.last]


def _is_debris(box: Box, text: Box) -> bool:
    """Whether a box, or one round it that does not hold the whole text, is named as something else."""
    near = takewhile(lambda one: one is box or not (one.first <= text.first and text.last <= one.last), box.rising())
    return any(
        one.tag in {"nav", "footer", "a"} or (PICTURE_DEBRIS.search(one.names) and not one.prose) for one in near
    )


def _read(outline: Outline, group: Box) -> Picture | None:
    blocks = _words(outline, group)
    size, linked = sum(block.size for block in blocks), sum(block.linked for block in blocks)
    whole = group.element
    if size > _WIDEST or linked > 0.7 * size or is_portrait(group) or next(whole.iter(*_OTHERS), None) is not None:
        return None
    nodes = _declared(whole) or [whole]
    caption, credit = split_words(whole, nodes[:1] if nodes[0].tag == "figcaption" else nodes)
    if credit is None and caption:
        credit = _credit_around(group)
    if nodes[0] is whole and not may_be_caption(caption, group, blocks):
        caption, credit = "", credit if not caption and is_said_credit(blocks) else None
    if credit is None and (caption or not is_linked(whole)):
        credit = _spoken_credit(whole, caption)
    declared = group.tag == "figure" or nodes[0] is not whole
    picture = Picture(
        element=nodes[0],
        index=group.first,
        caption=caption,
        credit=credit,
        href=_href(whole),
        blocks=_own_blocks(blocks, nodes, whole) if caption or credit or declared else frozenset(),
        is_beside=not declared,
    )
    return picture if caption or credit or picture.href else None


def _own_blocks(blocks: list[Block], nodes: list[Element], whole: Element) -> frozenset[int]:
    """The blocks that are the picture's words; sentences beside a caption that calls itself one are the article's."""
    if nodes[0] is whole:
        return frozenset(block.index for block in blocks)
    inside = {inner for node in nodes for inner in node.iter()}
    return frozenset(
        block.index
        for block in blocks
        if block.box.element in inside or block.box.tag not in _SENTENCE_TAGS or not _is_sentence(block)
    )


def _is_sentence(block: Block) -> bool:
    return block.prose > 0 or (
        len(block.text.split()) > 4 and block.text.endswith(_STOPS) and not is_credit(block.text)
    )


def _declared(whole: Element) -> list[Element]:
    """The elements that are or call themselves the caption; a figcaption may hold the credit alone."""
    printed = [node for node in whole.iter("figcaption") if text_of(node)]
    if printed and not SAID_CREDIT.search(names_of(printed[0])):
        return printed
    return named_captions(whole) or printed


def _spoken_credit(element: Element, caption: str) -> str | None:
    """The credit that is not printed but stands in the picture's own words, as its title or alternative text."""
    for image in element.iter("img", "amp-img", "figure"):
        for key in _SAID_CREDIT:
            credit = clean_credit(image.get(key) or "")
            if credit and "://" not in credit:
                return credit
        known = [squeeze(image.get("alt") or ""), caption]
        for key in _SPOKEN:
            credit = named_credit(squeeze(image.get(key) or ""), known)
            if credit is not None:
                return credit
    return None


def _under(outline: Outline, group: Box) -> Picture | None:
    """A picture whose next line repeats what it calls itself, or says outright whose picture it is."""
    blocks = _words(outline, group) or outline.blocks[group.last : group.last + 1]
    if len(blocks) > _NEAR:
        return None
    named = [letters(image.get(key) or "") for image in group.element.iter("img", "amp-img") for key in _SPOKEN]
    for block in blocks:
        if block.box.tag in NOT_BESIDE or block.size > _LONGEST or block.linkage > 0.5:
            continue
        small = block.box.last - block.box.first <= _NEAR
        whole = block.box.element
        caption, credit = split_words(whole, [whole]) if small else split_credit(block.text)
        if _is_caption_under(block, caption, credit, named):
            return Picture(
                element=block.box.element,
                index=min(group.first, block.index),
                caption=caption,
                credit=credit,
                href=_href(group.element),
                blocks=frozenset({block.index}),
            )
    return None


def _is_caption_under(block: Block, caption: str, credit: str | None, named: list[str]) -> bool:
    """Whether a line under a picture is in italics, repeats the picture's name or says whose picture it is."""
    if not caption:
        return bool(credit) and is_photo_line(block.text)
    in_italics = block.italic > 0.9 * block.size and block.box.tag == "p" and len(caption.split()) > 2
    return in_italics or is_surely_credit(block.text) or _echoes(letters(caption), named)


def _echoes(text: str, named: list[str]) -> bool:
    for name in named:
        least = min(len(text), len(name))
        if least >= _NAMED and (text == name or (least >= 2 * _NAMED and text[:least] == name[:least])):
            return True
    return False


def _credit_around(group: Box) -> str | None:
    """A credit that stands beside the caption's box, in a box with little else."""
    near = takewhile(lambda box: box.tag not in _LARGE and box.last - box.first <= 4, islice(group.rising(), 1, None))
    return next((credit for box in islice(near, _NEAR) if (credit := credit_of(box.element)) is not None), None)


def _href(element: Element) -> str | None:
    for image in element.iter("img", "amp-img"):
        for key in ("src", "data-src", "data-original", "data-lazy-src"):
            link = image.get(key)
            if link and not link.startswith("data:"):
                return link
    return None


def _loose(outline: Outline, scope: Box, text: Box, span: range, taken: set[int]) -> list[Picture]:
    """Captions that name themselves so outside any picture's box."""
    found: list[Picture] = []
    until = -1
    for box in outline.boxes:
        if len(found) == _MOST_PICTURES:
            break
        if box.first < until or not _is_loose(outline, box, span, taken):
            continue
        if not scope.first <= box.first <= box.last <= scope.last or box.verdict == REFUSED or _is_debris(box, text):
            continue
        caption, credit = split_words(box.element, [box.element])
        if caption or credit:
            until, place = box.last, frozenset(range(box.first, box.last))
            found.append(Picture(element=box.element, index=box.first, caption=caption, credit=credit, blocks=place))
    return found


def _named_inline(blocks: list[Block], text: Box, taken: set[int]) -> list[Picture]:
    """Short lines with an element in them that names itself a caption, as a list of pictures has them."""
    found: list[Picture] = []
    for block in blocks:
        box, index = block.box, block.index
        if index in taken or not _NAMED < block.size < _LONGEST or block.linkage > 0.2:
            continue
        named = any(_is_most(element, block) for element in block.inline)
        if named and box.verdict != REFUSED and box.tag not in HEADINGS and not _is_debris(box, text):
            caption, credit = split_credit(block.text)
            place = frozenset({index})
            found.append(Picture(element=box.element, index=index, caption=caption, credit=credit, blocks=place))
    return found


def _is_most(element: Element, block: Block) -> bool:
    """Whether an element calls itself a caption and holds most of a line."""
    words = text_of(element) if CAPTION_NAMES.search(names_of(element)) else ""
    return 2 * len(words) > block.size and words in block.text


@lru_cache(maxsize=4096)
def _names_caption(names: str) -> bool:
    return CAPTION_NAMES.search(_STATES.sub(" ", names)) is not None


def _is_loose(outline: Outline, box: Box, span: range, taken: set[int]) -> bool:
    """Whether a box is a caption by its element or name and holds little else, no heading above all."""
    if box.first not in span or box.first >= box.last or box.first in taken or box.prose:
        return False
    if (
        not (box.tag == "figcaption" or _names_caption(box.names))
        or box.tag in _WHOLE
        or is_portrait(box)
        or is_quoted(box)
    ):
        return False
    blocks = _words(outline, box)
    size = sum(block.size for block in blocks)
    if size > 600 or sum(block.linked for block in blocks) > 0.6 * size:
        return False
    timed = any(element.tag == "time" for block in blocks for element in block.inline)
    return not timed and not any(block.box.tag in HEADINGS for block in blocks)


def _once(found: list[Picture]) -> list[Picture]:
    """The same caption twice is one picture shown twice: it stands once, and leaves the text at both places."""
    kept: dict[str | int, Picture] = {}
    for place, picture in enumerate(found):
        first = kept.setdefault(picture.caption or place, picture)
        if first is not picture:
            kept[picture.caption] = replace(first, blocks=first.blocks | picture.blocks)
    return list(kept.values())
