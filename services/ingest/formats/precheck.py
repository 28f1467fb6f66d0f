"""A look at a feed document before the parser gets it: linear in its size, where the parser is not.

feedparser is quadratic in the attributes of one tag and the depth of nesting, and expands entities. What would make it
stall is left out here where the rest can be read without it (the tags of elements nested too deep, entities that fetch
or multiply), else refused with a sentence (facts: 200 000 nested elements cost it more than 25 s of CPU).
"""

import collections
import re
from html.entities import html5

from services.ingest.formats import unread
from shared.errors import NotAFeed, NotAnArticle
from shared.untrusted.markup_limits import check

MAX_DEPTH = 256
MAX_ATTRIBUTES = 400
MAX_TAG = 1024 * 1024
MAX_ENTRIES = 10_000
MAX_TAGS = 1_000_000
MAX_ENTITY = 200
MAX_EXPANDED = 1024 * 1024
HEAD = 64 * 1024

ROOT = re.compile(r"<(?:[\w.-]+:)?(rss|feed|rdf|channel)(?=[\s>/])", re.IGNORECASE)
# RFC 4287, 2: a document may be one entry.
LONE_ENTRY = re.compile(r"<((?:[\w.-]+:)?)entry(\s[^<>]*?)?/?>")
ELEMENT = re.compile(r"<[A-Za-z_]")
TAG = re.compile(unread.UNREAD + r"|<(/?)([^\s<>/!?]++)[^<>]*+>")
PAGE = re.compile(r"<(?:html|!doctype\s+html)[\s>]", re.IGNORECASE)
ENTITY = re.compile(r"""<!ENTITY\s++(?:%\s++)?+([^\s"'<>]++)\s++(?:(SYSTEM|PUBLIC)\b|"([^"]*+)"|'([^']*+)')""")
NESTED = re.compile(r"[&%](?!#)[\w.:-]")
UNREAD = re.compile(unread.UNREAD)
COMMENT = re.compile(unread.COMMENT)
# The words of a page that only wraps a feed, as some bridges and browsers save it: hardly any.
WRAPPER = re.compile(r"<(?:script|style|p|h1|article|ul|table|form)[\s>]", re.IGNORECASE)
REFERENCE = re.compile(unread.UNREAD + r"|&(?!#[0-9]{1,9};|#x[0-9a-fA-F]{1,8};)([A-Za-z_][\w.-]*+;)?")
OF_XML = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
ENTRY = re.compile(r"<(?:item|entry)[\s>/]", re.IGNORECASE)
CHARACTER = re.compile(r"&#(?:x([0-9a-fA-F]++)|([0-9]++));?+")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def open_document(text: str, url: str) -> str:
    """The document from its root on, without DTD and control characters; `NotAFeed` for what is none or hostile."""
    text = _with_root(text)
    start = COMMENT.sub(lambda comment: " " * len(comment[0]), text[:HEAD])
    root = ROOT.search(start)
    head = start[: root.start()] if root else start
    page = PAGE.search(head) is not None
    if root is None or (page and not _only_wraps(head, text[root.start() :])):
        kind = "an HTML page" if page else "no feed: it has no <rss>, <feed> or <rdf:RDF> at its root"
        raise NotAFeed(f"{url} is {kind}")
    end = text.rfind(f"</{root[0][1:]}") if page else -1
    inner = text[root.start() : len(text) if end < 0 else end + len(root[0]) + 2]
    document = CHARACTER.sub(_real_character, CONTROLS.sub("", inner))
    document = _with_references_read(document, _entities(head))
    skeleton = UNREAD.sub("", document)
    _refuse_shape(skeleton, url)
    if skeleton.count("<") - skeleton.count("</") > MAX_DEPTH:
        document = _without_depths(document)
    return _leave_out_cut(document)


def _with_root(text: str) -> str:
    """An entry that stands alone, within a feed of its own."""
    head = COMMENT.sub(lambda comment: " " * len(comment[0]), text[:HEAD])
    first = ELEMENT.search(head)
    entry = LONE_ENTRY.match(head, first.start()) if first else None
    if entry is None:
        return text
    return f"{text[: entry.start()]}<{entry[1]}feed{entry[2] or ''}>{text[entry.start() :]}</{entry[1]}feed>"


def _without_depths(document: str) -> str:
    """The document without the tags of what is nested too deep; its words stay, in the element around it.

    An end tag closes what was left open in its element too, and an entry stands in none.
    """
    out: list[str] = []
    path: list[str] = []
    is_open: collections.Counter[str] = collections.Counter()
    at = 0
    for tag in TAG.finditer(document):
        name = (tag[2] or "").lower()
        if not name or tag[0].endswith("/>"):
            continue
        depth = len(path)
        if not tag[1]:
            if name in ("item", "entry"):
                path, depth = [], 0
                is_open.clear()
            path.append(name)
            is_open[name] += 1
        elif is_open[name]:
            while (inner := path.pop()) != name:
                is_open[inner] -= 1
            is_open[name] -= 1
            depth = len(path)
        if depth >= MAX_DEPTH:
            out.append(document[at : tag.start()])
            at = tag.end()
    return "".join((*out, document[at:]))


def _only_wraps(head: str, inner: str) -> bool:
    return WRAPPER.search(head) is None and ENTRY.search(inner) is not None


def _with_references_read(document: str, entities: dict[str, str]) -> str:
    """Names of characters as their numbers, the document's own entities as what they stand for; a bare "&" escaped.

    Where its own entities stand for more than any feed needs, the rest of them are left as text.
    XML knows five names and no bare "&": its strict parser stops at others, its loose one reads "R&D" as "R&D;".
    """
    budget = MAX_EXPANDED

    def read(found: re.Match[str]) -> str:
        nonlocal budget
        name = found[1]
        if found[0][0] == "<" or name in OF_XML:
            return found[0]
        if name is None or (name[:-1] not in entities and name not in html5):
            return f"&amp;{name or ''}"
        if name[:-1] not in entities:
            return "".join(f"&#{ord(letter)};" for letter in html5[name])
        value = entities[name[:-1]]
        budget -= len(value)
        return value if budget >= 0 else f"&amp;{name}"

    return REFERENCE.sub(read, document)


def _real_character(reference: re.Match[str]) -> str:
    """A reference to a character that is one; feedparser raises on `&#xD800;`."""
    digits, base = (reference[1], 16) if reference[1] else (reference[2], 10)
    code = int(digits, base) if len(digits) < 10 else 0
    return reference[0] if 31 < code < 0xD800 or 0xDFFF < code < 0x110000 or code in (9, 10, 13) else "\ufffd"


def _leave_out_cut(document: str) -> str:
    """Without its last entry where that is not whole: half an article is none, and the next visit brings it."""
    start = max(document.rfind(f"<{tag}") for tag in ("item>", "item ", "entry>", "entry "))
    end = max(document.rfind(f"</{tag}>") for tag in ("item", "entry"))
    return document[:start] if -1 < end < start else document


def _entities(head: str) -> dict[str, str]:
    """The harmless entities of a DTD: short texts that name no other entity and fetch nothing. Others stay text."""
    return {
        name: double or single
        for name, external, double, single in ENTITY.findall(head)
        if not (external or NESTED.search(double or single) or len(double or single) > MAX_ENTITY)
    }


def _refuse_shape(skeleton: str, url: str) -> None:
    """Refuse attributes and numbers that no newsroom writes."""
    if len(ENTRY.findall(skeleton)) > MAX_ENTRIES:
        raise NotAFeed(f"{url} holds more than {MAX_ENTRIES} entries")
    try:
        check(
            skeleton,
            loose=True,
            max_tags=MAX_TAGS,
            max_attributes=MAX_ATTRIBUTES,
            max_depth=None,
            max_tag_length=MAX_TAG,
        )
    except NotAnArticle as error:
        raise NotAFeed(f"{url} is no feed that can be read. {error}") from error
