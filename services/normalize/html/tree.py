"""The one tree of a page, and the text of its elements."""

import re
from collections.abc import Iterator

from lxml import etree

from shared.errors import NotAnArticle

Element = etree._Element

_SPACE = re.compile(r"[\s\u00a0\u200b\ufeff\u2060]+")
_UNSEEN = frozenset("\u200b\ufeff\u2060")
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")

SILENT = frozenset(
    {
        "script", "style", "noscript", "iframe", "svg", "math", "select", "option", "button", "input", "textarea",
        "object", "embed", "canvas", "audio", "video", "dialog", "head", "datalist", "source", "track", "map", "area",
        "applet", "frame", "frameset", "noframes", "meter", "progress",
    }
)  # fmt: skip


def parse(markup: str) -> Element:
    """Build the tree of a page or fragment; raises `NotAnArticle` for markup that is hostile or holds no element."""
    cleaned = _UNREADABLE.sub(" ", _DECLARATION.sub("", markup))
    # Not lxml.html's parser: it asks Python for a class of every element, a twentieth of what a page costs.
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = etree.fromstring(cleaned.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise NotAnArticle("The page holds no markup that can be read.") from error
    if root is None:
        raise NotAnArticle("The page holds no markup that can be read.")
    return root


def squeeze(text: str) -> str:
    """One space for every run of white space, none at the ends."""
    if _UNSEEN.isdisjoint(text):
        return " ".join(text.split())  # four times as fast, and right for nearly every text
    return _SPACE.sub(" ", text).strip()


def text_of(element: Element, skip: frozenset[Element] = frozenset()) -> str:
    """The visible words of an element, without those of the elements in `skip`."""
    return squeeze("".join(_strings(element, skip)))


def _strings(element: Element, skip: frozenset[Element], depth: int = 0) -> Iterator[str]:
    if element.text:
        yield element.text
    for child in element:
        tag = child.tag
        if tag not in SILENT:
            apart = "" if tag in INLINE else " "
            yield apart
            if child not in skip and depth < MAX_DEPTH:
                yield from _strings(child, skip, depth + 1)
            yield apart
        if child.tail:
            yield child.tail


MAX_DEPTH = 200
_MOST_NAMES = 400

INLINE = frozenset(
    {
        "a", "b", "i", "em", "strong", "span", "font", "abbr", "sup", "sub", "u", "s", "small", "mark", "code", "q",
        "cite", "time", "label", "ins", "del", "wbr", "bdi", "bdo", "kbd", "tt", "big", "dfn", "var", "samp", "acronym",
        "nobr", "strike", "data", "ruby", "rt", "rp", "rb", "blink", "img", "amp-img", "slot",
    }
)  # fmt: skip


def names_of(element: Element) -> str:
    """Class, id and the like of an element in one lower-case string, for the word tables."""
    get = element.get
    names = f" {get('class') or ''} {get('id') or ''} {get('data-testid') or ''} {get('itemprop') or ''} "
    return names[:_MOST_NAMES].lower()


def path_of(element: Element) -> str:
    """Where an element stands: `/html/body/article/p[3]`."""
    return element.getroottree().getpath(element)
