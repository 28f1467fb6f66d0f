"""What a document declares and no reader has a field for: notes to editors, rights, series, an author's life.

Whoever filled a member meant it to be read, so its words are told as removed, each at its place, whatever the member is
called. Codes, addresses and instants are no words.
"""

import re
from collections.abc import Iterator

from services.normalize.html.tree import Element, local_name, place_of
from services.normalize.readers.markup import plain_text_of
from services.normalize.readers.xml_document import words_of

_DEEPEST = 12
_LETTERS = re.compile(r"[^\W\d_]")
_SPACE = re.compile(r"\s")
_CODE = re.compile(r"[:@_={}\\]|\w\.\w|^[#./]|[0-9a-f]{8}|^\w*\d\w*-[\w-]*\d")
# Members whose value is a word of the format's own vocabulary, in any of the formats.
_OF_THE_FORMAT = frozenset(
    "type rel role roles profile standard schema scheme mimetype contenttype encodingformat encoding format href uri "
    "url id identifier guid code codes qcode language inlanguage languages version pubstatus urgency priority width "
    "height duration sameas logo symbol hash algorithm charset medium creativeworkstatus cssselector xpath "
    "potentialaction speakable renditions trustindicators langid encodedrights".split()
)
_INSTANTS_TOLD = frozenset({"expires", "date.expire", "validto"})  # until when it may be used: we have no field for it
_WORDS_IN_ATTRIBUTES = frozenset(
    "info holder owner series.name regsrc tobject.subject.type tobject.subject.matter tobject.subject.detail "
    "tobject.property.type rep-name name creator credit key".split()
)


def leaves_of_json(value: object, path: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Each text of a JSON value that holds words of its producer, as plain text, with its path."""
    if isinstance(value, str):
        text = plain_text_of(value.strip())
        if text and _holds_words(text):
            yield path, text
    elif depth < _DEEPEST and isinstance(value, dict):
        yield from _leaves_of_object(value, path, depth)
    elif depth < _DEEPEST and isinstance(value, list):
        for place, below in enumerate(value):
            yield from leaves_of_json(below, f"{path}[{place}]", depth + 1)


def _leaves_of_object(item: dict[str, object], path: str, depth: int) -> Iterator[tuple[str, str]]:
    for key, value in item.items():
        if key.lower() in _INSTANTS_TOLD and isinstance(value, str):
            yield f"{path}.{key}", value
        elif not (key.startswith("@") or key.lower() in _OF_THE_FORMAT):
            yield from leaves_of_json(value, f"{path}.{key}", depth + 1)


def leaves_of_xml(root: Element, *skipped: str) -> Iterator[tuple[str, str]]:
    """Each text under an element that holds words of its producer, with its place; not that of `skipped` elements."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if local_name(element) in skipped:
            continue
        yield from _attributes(element)
        if local_name(element) in _OF_THE_FORMAT:
            continue
        below = [child for child in element if local_name(child)]
        is_running = any(str(text or "").strip() for text in (element.text, *(child.tail for child in below)))
        if is_running or not below:
            text = words_of(element)
            if text and _holds_words(text):
                yield place_of(element), text
        else:
            waiting += reversed(below)


def _attributes(element: Element) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        plain, text = str(name).rpartition("}")[2], str(value).strip()
        is_told = plain.lower() in _WORDS_IN_ATTRIBUTES and _holds_words(text)
        if is_told or (plain == "norm" and local_name(element) in _INSTANTS_TOLD):
            yield f"{place_of(element)}/@{plain}", text


def _holds_words(text: str) -> bool:
    """Whether a value is words: a single one is, unless it looks like a code, an address or an instant."""
    if _SPACE.search(text):
        return _LETTERS.search(text) is not None
    return len(_LETTERS.findall(text)) * 2 > len(text) and _CODE.search(text) is None
