"""XML that claims to be an article, parsed without entities, network or size exceptions."""

import re

from lxml import etree

from services.normalize.html.tree import Element, local_name, squeeze
from services.normalize.readers.markup_parts import is_inline
from shared.errors import NotAnArticle
from shared.untrusted.markup_limits import check

_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NO_MARKUP = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_DEEPEST = 200


def parse_xml(text: str) -> Element:
    """The root; raises `NotAnArticle` for what is hostile, no XML at all, or several documents behind each other.

    Slips in the markup are forgiven.
    """
    check(text, xml=True, max_depth=_DEEPEST)
    body = _UNREADABLE.sub("", _DECLARATION.sub("", text)).lstrip("\ufeff \t\r\n").encode("utf-8")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotAnArticle(f"The XML cannot be read: {error}.") from error
    if root is None:
        raise NotAnArticle("The XML cannot be read: it holds no element.")
    _check_alone(root, text)
    return root


def _check_alone(root: Element, text: str) -> None:
    """Take the first document for no whole: the parser passes over what stands behind its end without a word."""
    name = local_name(root)
    begun = len(re.findall(rf"<(?:[\w.-]+:)?{re.escape(name)}(?=[\s/>])", _NO_MARKUP.sub("", text)))
    if begun > 1 and begun > sum(1 for item in root.iter() if local_name(item) == name):
        raise NotAnArticle(f"This XML holds several <{name}> documents behind each other: send each by itself.")


def first(root: Element, *names: str) -> Element | None:
    """The first element with this name, or under a chain of names, whatever the namespaces."""
    return next(iter(every(root, *names)), None)


def every(root: Element, *names: str) -> list[Element]:
    """Every element reached by the chain of names, each anywhere under the one before."""
    found = [root]
    for name in names:
        found = [item for under in found for item in under.iter() if item is not under and local_name(item) == name]
    return found


def words_of(element: Element | None) -> str | None:
    """The words of an element and all under it, or None when it has none."""
    if element is None:
        return None
    parts: list[str] = []
    for event, item in etree.iterwalk(element, events=("start", "end")):
        apart = "" if is_inline(local_name(item), "p") else " "
        parts += (apart, str(item.text or "")) if event == "start" else (apart, "")
        if event == "end" and item is not element:
            parts.append(str(item.tail or ""))
    return squeeze("".join(parts)) or None
