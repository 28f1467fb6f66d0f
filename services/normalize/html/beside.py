"""What may be a caption without calling itself one, and what looks like a picture of the article but is none."""

import re
from itertools import islice

from services.normalize.html.blocks import Block, Box
from services.normalize.html.class_names import BYLINE_NAMES, DATE_NAMES, DEBRIS_LINE, SAID_CREDIT
from services.normalize.html.tree import Element, attributes_of

_NO_CAPTION = re.compile(
    r"(?i)(?:von|by|par|por|di|door|av|af|od|oleh)\s+(?:\w+[\s.-]+){1,3}\w+$|.{0,12}sponsor|"
    r"präsentiert von|presented by|in kooperation mit|en partenariat avec|in partnership with|error loading|-?A\s*\+A"
)
_SENTENCES = re.compile(r"[.!?…] +\S.{20}|[。！？]\S.{20}")
_CLOCK = re.compile(r"\b\d{1,2}[:.]\d\d\b|\b(?:19|20)\d\d$")
NOT_BESIDE = frozenset({"h1", "h2", "h3", "h4", "li"})
_NEAR = 4
_LONGEST = 400
_ICON = 48


def is_icon(image: Element) -> bool:
    """Whether a picture says that it is no larger than a button or a dot, or lies behind words that are set over it.

    A size of 16 or 9 only says its proportions.
    """
    attributes = attributes_of(image)
    sizes = [int(size[:5]) for key in ("width", "height") if (size := attributes.get(key, "")).isdecimal()]
    if sizes and (max(sizes) <= 1 or 17 <= max(sizes) <= _ICON):
        return True
    return "background" in attributes.get("class", "")


def is_portrait(group: Box) -> bool:
    """Whether a figure shows the writer: it signs the article or says when it was written."""
    if group.tag not in {"figure", "figcaption"}:
        return False
    return any(node.tag in {"address", "time"} or node.get("rel") == "author" for node in group.element.iter())


def is_quoted(box: Box) -> bool:
    """Whether a figcaption names the speaker of a quote or the title of a table, not what a picture shows."""
    near = islice(box.rising(), _NEAR + 1) if box.tag == "figcaption" else ()
    figure = next((outer for outer in near if outer.tag == "figure"), None)
    if figure is None or figure.last - figure.first > 4 * _NEAR:
        return False
    return next(figure.element.iter("blockquote", "table", "pre"), None) is not None


def is_linked(element: Element) -> bool:
    """Whether a picture leads elsewhere, as a teaser's does."""
    near = islice(element.iterancestors(), _NEAR)
    return next(element.iter("a"), None) is not None or any(node.tag == "a" for node in near)


def is_said_credit(blocks: list[Block]) -> bool:
    """Whether all there is beside a picture calls itself a credit."""
    return bool(blocks) and all(SAID_CREDIT.search(block.box.names) for block in blocks)


def may_be_caption(caption: str, group: Box, blocks: list[Block]) -> bool:
    """Text beside a picture that nothing declares a caption: no byline, no date, no teaser, no form."""
    if not _reads_as_caption(caption) or len(blocks) > 6 or any(block.box.tag in NOT_BESIDE for block in blocks):
        return False
    size, linked = sum(block.size for block in blocks), sum(block.linked for block in blocks)
    if linked > 0.2 * size or any(block.linkage > 0.8 and block.size > 12 for block in blocks):
        return False
    boxes = [group, *(block.box for block in blocks)]
    if any(BYLINE_NAMES.search(box.names) for box in boxes) or any(DATE_NAMES.search(box.names) for box in boxes[1:]):
        return False
    if _SENTENCES.search(caption) and group.tag != "figure" and next(group.element.iter("figure"), None) is not None:
        return False
    if group.tag == "aside" or next(group.element.iterancestors("aside"), None) is not None:
        return False
    return next(group.element.iter("button", "input", "form", "time", "ul"), None) is None


def _reads_as_caption(text: str) -> bool:
    """Whether a line may say what a picture shows: neither a byline or time nor a sponsor's or the page's own words."""
    if not 12 <= len(text) <= _LONGEST or " " not in text:
        return False
    return not (_NO_CAPTION.match(text) or DEBRIS_LINE.match(text) or _CLOCK.search(text))
