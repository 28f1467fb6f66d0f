"""A look at a feed document before the parser gets it: linear in its size, where the parser is not.

feedparser is quadratic in the attributes of one tag and the depth of nesting, and expands entities: what would make it
stall is refused here, with a sentence (facts: 200 000 nested elements cost it more than 25 s of CPU).
"""

import re
from html.entities import html5

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
PAGE = re.compile(r"<(?:html|!doctype\s+html)[\s>]", re.IGNORECASE)
ENTITY = re.compile(r"""<!ENTITY\s++(?:%\s++)?+([^\s"'<>]++)\s++(?:(SYSTEM|PUBLIC)\b|"([^"]*+)"|'([^']*+)')""")
NESTED = re.compile(r"[&%](?!#)[\w.:-]")
UNREAD = re.compile(r"<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+(?:\]\]>)?|<!--(?:[^-]++|-(?!->))*+(?:-->)?")
COMMENT = re.compile(r"<!--(?:[^-]++|-(?!->))*+(?:-->)?")
# The words of a page that only wraps a feed, as some bridges and browsers save it: hardly any.
WRAPPER = re.compile(r"<(?:script|style|p|h1|article|ul|table|form)[\s>]", re.IGNORECASE)
REFERENCE = re.compile(
    r"<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+(?:\]\]>)?|<!--(?:[^-]++|-(?!->))*+(?:-->)?"
    r"|&(?!#[0-9]{1,9};|#x[0-9a-fA-F]{1,8};)([A-Za-z_][\w.-]*+;)?"
)
OF_XML = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
ENTRY = re.compile(r"<(?:item|entry)[\s>/]", re.IGNORECASE)
CHARACTER = re.compile(r"&#(?:x([0-9a-fA-F]++)|([0-9]++));?+")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def open_document(text: str, url: str) -> str:
    """The document from its root on, without DTD and control characters; `NotAFeed` for what is none or hostile."""
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
    document = _with_references_read(document, _entities(head, url), url)
    _refuse_shape(UNREAD.sub("", document), url)
    return _leave_out_cut(document)


def _only_wraps(head: str, inner: str) -> bool:
    return WRAPPER.search(head) is None and ENTRY.search(inner) is not None


def _with_references_read(document: str, entities: dict[str, str], url: str) -> str:
    """Names of characters as their numbers, the document's own entities as what they stand for; a bare "&" escaped.

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
        if budget < 0:
            raise NotAFeed(f"{url} uses its own entities more often than any feed does; it is not read")
        return value

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


def _entities(head: str, url: str) -> dict[str, str]:
    """The harmless entities of a DTD: short texts that name no other entity and fetch nothing."""
    if "<!ENTITY" not in head:
        return {}
    entities = ENTITY.findall(head)
    if len(entities) != head.count("<!ENTITY"):
        raise NotAFeed(f"{url} declares entities in a way that is not read")
    for _, external, double, single in entities:
        value = double or single
        if external or NESTED.search(value) or len(value) > MAX_ENTITY:
            raise NotAFeed(f"{url} declares entities that fetch or multiply; it is not read")
    return {name: double or single for name, _, double, single in entities}


def _refuse_shape(skeleton: str, url: str) -> None:
    """Refuse depth, attributes and numbers that no newsroom writes."""
    if len(ENTRY.findall(skeleton)) > MAX_ENTRIES:
        raise NotAFeed(f"{url} holds more than {MAX_ENTRIES} entries")
    try:
        check(
            skeleton,
            loose=True,
            max_tags=MAX_TAGS,
            max_attributes=MAX_ATTRIBUTES,
            max_depth=MAX_DEPTH,
            max_tag_length=MAX_TAG,
        )
    except NotAnArticle as error:
        raise NotAFeed(f"{url} is no feed that can be read. {error}") from error
