"""Which elements of a fragment are captions and credits, and what they say."""

from collections.abc import Iterator

from services.normalize.document import size
from services.normalize.html.class_names import CAPTION_NAMES, CREDIT_NAMES
from services.normalize.html.tree import Element, names_of, text_of
from services.normalize.readers.element import local_name
from services.normalize.readers.markup_parts import CREDITS, PICTURES, SHAPES

LONGEST_CAPTION = 60  # words


def holds(element: Element, tags: frozenset[str]) -> bool:
    """Whether an element of these names stands anywhere in it."""
    return any(local_name(item) in tags for item in element.iterdescendants())


def is_caption(element: Element, tag: str, names: str) -> bool:
    """Whether an element is a caption by its tag, or by its class names and its length."""
    if SHAPES.get(tag) == "caption":
        return True
    return CAPTION_NAMES.search(names) is not None and size(text_of(element)) <= LONGEST_CAPTION


def is_caption_of(element: Element) -> bool:
    """Whether an element of a figure is a caption, and not inside another one."""
    tag = local_name(element)
    if SHAPES.get(tag) == "caption" or tag == "media-producer":
        return next(element.iterancestors("{*}table"), None) is None
    is_named = CAPTION_NAMES.search(names_of(element)) is not None and not holds(element, PICTURES)
    return is_named and not any(map(_is_named_caption, element.iterancestors()))


def _is_named_caption(element: Element) -> bool:
    return SHAPES.get(local_name(element)) == "caption"


def is_credit(element: Element) -> bool:
    """Whether an element sets a credit apart from its caption."""
    return local_name(element) in CREDITS or CREDIT_NAMES.search(names_of(element)) is not None


def caption_and_credit(captions: list[Element]) -> tuple[str | None, str | None]:
    """The words of captions, and the credits set apart in them; a caption that is all credit stays one."""
    said: list[str] = []
    credits: list[str] = []
    for element in captions:
        marks = [item for item in element.iter() if is_credit(item)]
        text = text_of(element, frozenset(marks)) if element not in marks else ""
        credits += _credits(marks) if text or local_name(element) in CREDITS else []
        said += [text or ("" if local_name(element) in CREDITS else text_of(element))]
    return " ".join(filter(None, said)) or None, ", ".join(dict.fromkeys(credits)) or None


def _credits(marks: list[Element]) -> Iterator[str]:
    """The words of the marks, none twice where one stands in another."""
    taken: set[Element] = set()
    for mark in marks:
        if not taken.intersection(mark.iterancestors()):
            taken.add(mark)
            if text := text_of(mark):
                yield text
