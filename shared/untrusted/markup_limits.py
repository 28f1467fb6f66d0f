"""One linear look at markup before any parser sees it: small inputs that cost parsers minutes are refused here.

80,000 attributes in a tag or 64,000 nested elements, a few hundred kilobytes, keep lxml and nh3 busy for longer than a
worker may live. Real pages (1,159 of them measured) stay under 12,000 tags, 60 attributes and 60 open elements.
"""

import re
from collections import Counter

from shared.errors import NotAnArticle

MAX_TAGS = 200_000
MAX_ATTRIBUTES = 500
MAX_DEPTH = 1_000
MAX_TAG_LENGTH = 8 * 1024 * 1024  # a picture may stand in an attribute as a data: address

# Nothing in these is tried twice (possessive), and a tag without an end takes the rest: linear on any input.
_ATTRIBUTES = r"""(?:[^>=]++|=++\s*+(?:"[^"]*+"?|'[^']*+'?)?)*+"""
_XML_TAG = re.compile(f"<(/?[A-Za-z]{_ATTRIBUTES})")
# To a parser of broken XML any angle bracket ends a tag, whatever quote is open.
_LOOSE_TAG = re.compile(r"<(/?[^\s<>/!?][^<>]*+)>")
_HTML_TAG = re.compile(
    rf"<((?i:script)(?=[\s/>]){_ATTRIBUTES})(?:>(?:[^<]++|<(?!/(?i:script)))*+)?|<(/?[A-Za-z]{_ATTRIBUTES})"
)
_NAME = re.compile(r"/?[^\s/>]*")
_VALUE = re.compile(r"""=++\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s]++)?|/""")
_NEVER_OPEN = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_CLOSED_BY_THE_NEXT = frozenset("p li dt dd option optgroup tr td th thead tbody tfoot colgroup rt rp".split())
_NOT_COUNTED = _NEVER_OPEN | _CLOSED_BY_THE_NEXT


def check(
    markup: str,
    *,
    xml: bool = False,
    loose: bool = False,
    max_tags: int = MAX_TAGS,
    max_attributes: int = MAX_ATTRIBUTES,
    max_depth: int | None = MAX_DEPTH,
    max_tag_length: int = MAX_TAG_LENGTH,
) -> None:
    """Raise `NotAnArticle`, with the reason, for markup that no parser should be given.

    `loose` is for XML that is read however broken it is: there an end tag closes what was left open in its element too.
    `max_depth` is None for a parser that counts open elements itself.
    """
    if xml and "<!ENTITY" in markup:
        raise NotAnArticle("The document declares entities, which no article needs; it is not parsed.")
    opened = markup.count("<")
    if opened > max_tags:
        raise NotAnArticle(f"The document has {opened} tags; more than {max_tags} are not parsed.")
    tags = _tags(markup, xml=xml, loose=loose)
    if tags and len(max(tags, key=len)) > 2 * max_attributes:
        for tag in tags:
            if len(tag) > 2 * max_attributes:
                _check_tag(tag, max_attributes, max_tag_length)
    if max_depth is not None and opened - markup.count("</") > max_depth:
        depth = _deepest(tags, frozenset() if xml or loose else _NOT_COUNTED, loose=loose)
        if depth > max_depth:
            raise NotAnArticle(
                f"The document is nested deeper than {max_depth} elements: {depth} elements are open at once."
            )


def _tags(markup: str, *, xml: bool, loose: bool) -> list[str]:
    if xml or loose:
        return (_LOOSE_TAG if loose else _XML_TAG).findall(markup)
    return [script or other for script, other in _HTML_TAG.findall(markup)]


def _check_tag(tag: str, max_attributes: int, max_tag_length: int) -> None:
    if len(tag) > max_tag_length:
        raise NotAnArticle(
            f"The document has a tag of {len(tag)} characters, too large to parse: {max_tag_length} is the most."
        )
    attributes = len(_VALUE.sub(" ", tag).split()) - 1
    if attributes > max_attributes:
        raise NotAnArticle(
            f"The document has a tag with {attributes} attributes, too large to parse: {max_attributes} is the most."
        )


def _deepest(tags: list[str], not_counted: frozenset[str], *, loose: bool) -> int:
    """How many elements are open at once at most, if an end tag closes one of its own name (`loose`: and all in it)."""
    is_open: Counter[str] = Counter()
    path: list[str] = []
    depth = deepest = 0
    for tag in tags:
        name = _NAME.match(tag)[0].lower()  # type: ignore[index]  # it matches the empty string too
        if name.startswith("/"):
            name = name[1:]
            if is_open[name]:
                is_open[name] -= 1
                depth -= 1
                while loose and (inner := path.pop()) != name:
                    is_open[inner] -= 1
                    depth -= 1
        elif name not in not_counted and not tag.endswith("/"):
            is_open[name] += 1
            path.append(name)
            depth += 1
            deepest = max(deepest, depth)
    return deepest
