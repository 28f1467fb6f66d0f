"""The one tree of a page or document, the names and places of its elements, and their text."""

import re
from collections.abc import Iterator

from lxml import etree

from shared.errors import NotAnArticle

Element = etree._Element

_SPACE = re.compile(r"[\s\u00a0\u200b\ufeff\u2060]+")
_UNSEEN = frozenset("\u200b\ufeff\u2060")
_UNREADABLE = bytes((*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F))
_READABLE = bytes.maketrans(_UNREADABLE, b" " * len(_UNREADABLE))
_MOST_DECLARED = 2_000
_MOST_SHORT = 400  # parts of a text that is expected to be a line or two
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")

SILENT = frozenset(
    {
        "script", "style", "noscript", "iframe", "svg", "math", "select", "option", "button", "input", "textarea",
        "object", "embed", "canvas", "audio", "video", "dialog", "head", "datalist", "source", "track", "map", "area",
        "applet", "frame", "frameset", "noframes", "meter", "progress",
    }
)  # fmt: skip

# The readings printed over Japanese words: in running text they would say each word twice.
READINGS = frozenset({"rt", "rp"})

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_METADATA = frozenset({"base", "link", "meta", "noscript", "script", "style", "template", "title"})


def parse(markup: str) -> Element:
    """Build the tree of a page or fragment; raises `NotAnArticle` for markup that is hostile or holds no element."""
    body = _DECLARATION.sub("", markup[:_MOST_DECLARED]) + markup[_MOST_DECLARED:]
    root = _parsed(body.encode("utf-8", "replace").translate(_READABLE), huge=False)
    if root is None:
        raise NotAnArticle("The page holds no markup that can be read.")
    _end_head(root)
    return root


def _end_head(root: Element) -> None:
    """Move what is no metadata out of the head: HTML ends it there, where `</head>` and `<body>` are left out.

    The parser knows this of the elements of HTML 4 alone: `main`, `article` and `section` stay in the head.
    """
    head = root.find("head")
    if head is None:
        return
    first = next((at for at, child in enumerate(head) if child.tag not in _METADATA), None)
    if first is None:
        return
    body = root.find("body")
    if body is None:
        body = etree.SubElement(root, "body")
    words, body.text = body.text, None
    moved = list(head)[first:]
    for at, child in enumerate(moved):
        body.insert(at, child)
    moved[-1].tail = (moved[-1].tail or "") + (words or "") or None


def _parsed(body: bytes, *, huge: bool) -> Element | None:
    """The tree of bytes in UTF-8; where elements that nobody closed nest too deep for it, the parser is given more."""
    # Not lxml.html's parser: it asks Python for a class of every element, a twentieth of what a page costs.
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=huge)
    try:
        root = etree.fromstring(body, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise NotAnArticle("The page holds no markup that can be read.") from error
    last = parser.error_log.last_error
    if last is None or last.type != etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        return root
    if huge:
        raise NotAnArticle("The page is nested deeper than any parser reads.")
    return _parsed(body, huge=True)


def squeeze(text: str) -> str:
    """One space for every run of white space, none at the ends."""
    if _UNSEEN.isdisjoint(text):
        return " ".join(text.split())  # four times as fast, and right for nearly every text
    return _SPACE.sub(" ", text).strip()


def text_of(element: Element, skip: frozenset[Element] = frozenset()) -> str:
    """The visible words of an element, without those of the elements in `skip`."""
    return squeeze("".join(_strings(element, skip)))


def short_text_of(element: Element, most: int) -> str | None:
    """The visible words of an element; None of one that has more than `most` characters, or is too long a walk."""
    parts: list[str] = []
    size = 0
    for part in _strings(element, frozenset()):
        parts.append(part)
        size += len(part.strip())
        if size > most or len(parts) > _MOST_SHORT:
            return None
    return squeeze("".join(parts))


def _strings(element: Element, skip: frozenset[Element], depth: int = 0) -> Iterator[str]:
    if element.text:
        yield element.text
    for child in element:
        tag = child.tag
        if tag not in SILENT and tag not in READINGS:
            apart = "" if tag in INLINE else " "
            yield apart
            if child not in skip:
                yield from _strings(child, skip, depth + 1) if depth < MAX_DEPTH else map(str, child.itertext())
            yield apart
        if child.tail:
            yield child.tail


MAX_DEPTH = 260
_MOST_NAMES = 400

INLINE = frozenset(
    {
        "a", "b", "i", "em", "strong", "span", "font", "abbr", "sup", "sub", "u", "s", "small", "mark", "code", "q",
        "cite", "time", "label", "ins", "del", "wbr", "bdi", "bdo", "kbd", "tt", "big", "dfn", "var", "samp", "acronym",
        "nobr", "strike", "data", "ruby", "rt", "rp", "rb", "blink", "img", "amp-img", "slot",
    }
)  # fmt: skip


_NAMELESS = "     "


def names_of(element: Element) -> str:
    """Class, id and the like of an element in one lower-case string, for the word tables."""
    get = element.get
    named, name, test, item = get("class"), get("id"), get("data-testid"), get("itemprop")
    if not (named or name or test or item):
        return _NAMELESS
    return f" {named or ''} {name or ''} {test or ''} {item or ''} "[:_MOST_NAMES].lower()


def attributes_of(element: Element) -> dict[str, str]:
    """All attributes of an element, asked for at once."""
    return dict(element.items())  # type: ignore[arg-type]  # the stubs tell of bytes, which an HTML parser never gives


def names_in(attributes: dict[str, str]) -> str:
    """The same of an element's attributes."""
    if not attributes:
        return _NAMELESS
    get = attributes.get
    names = f" {get('class', '')} {get('id', '')} {get('data-testid', '')} {get('itemprop', '')} "
    return names[:_MOST_NAMES].lower()


def path_of(element: Element) -> str:
    """Where an element stands: `/html/body/article/p[3]`."""
    return element.getroottree().getpath(element)


_NAMESPACE = re.compile(r"\{[^}]*\}")


def local_name(element: Element) -> str:
    """The name of an element without its namespace; empty for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""  # type: ignore[redundant-expr]  # as stubbed


def plain_name(element: Element) -> str:
    """The name of an element as written, without its namespace: a step of a path."""
    return str(element.tag).rpartition("}")[2]


def place_of(element: Element) -> str:
    """Where an element stands, without namespaces: `/newsItem/contentMeta/headline`."""
    tree = element.getroottree()
    path = _NAMESPACE.sub("", tree.getelementpath(element))
    root = _NAMESPACE.sub("", str(tree.getroot().tag))
    return f"/{root}" if path == "." else f"/{root}/{path}"
