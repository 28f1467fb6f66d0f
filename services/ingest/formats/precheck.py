"""A look at a feed document before the parser gets it: linear in its size, where the parser is not.

feedparser is quadratic in the attributes of one tag and the depth of nesting, and expands entities: what would make it
stall is refused here, with a sentence (facts: 200 000 nested elements cost it more than 25 s of CPU).
"""

import re

from shared.errors import NotAFeed, NotAnArticle
from shared.untrusted.markup_limits import check

MAX_DEPTH = 256
MAX_ATTRIBUTES = 400
MAX_TAG = 1024 * 1024
MAX_ENTRIES = 10_000
MAX_TAGS = 1_000_000
MAX_ENTITY = 200
HEAD = 64 * 1024

ROOT = re.compile(r"<(?:[\w.-]+:)?(rss|feed|rdf|channel)(?=[\s>/])", re.IGNORECASE)
PAGE = re.compile(r"<(?:html|!doctype\s+html)[\s>]", re.IGNORECASE)
ENTITY = re.compile(r"""<!ENTITY\s++(?:%\s++)?+[^\s"'<>]++\s++(?:(SYSTEM|PUBLIC)\b|"([^"]*+)"|'([^']*+)')""")
NESTED = re.compile(r"[&%](?!#)[\w.:-]")
UNREAD = re.compile(r"<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+(?:\]\]>)?|<!--(?:[^-]++|-(?!->))*+(?:-->)?")
ENTRY = re.compile(r"<(?:item|entry)[\s>/]", re.IGNORECASE)
CHARACTER = re.compile(r"&#(?:x([0-9a-fA-F]++)|([0-9]++));?+")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def open_document(text: str, url: str) -> str:
    """The document from its root on, without DTD and control characters; `NotAFeed` for what is none or hostile."""
    root = ROOT.search(text, 0, HEAD)
    head = text[: root.start()] if root else text[:HEAD]
    if root is None or PAGE.search(head):
        kind = "an HTML page" if PAGE.search(head) else "no feed: it has no <rss>, <feed> or <rdf:RDF> at its root"
        raise NotAFeed(f"{url} is {kind}")
    _refuse_entities(head, url)
    document = CHARACTER.sub(_real_character, CONTROLS.sub("", text[root.start() :]))
    _refuse_shape(UNREAD.sub("", document), url)
    return _leave_out_cut(document)


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


def _refuse_entities(head: str, url: str) -> None:
    if "<!ENTITY" not in head:
        return
    entities = ENTITY.findall(head)
    if len(entities) != head.count("<!ENTITY"):
        raise NotAFeed(f"{url} declares entities in a way that is not read")
    for external, double, single in entities:
        value = double or single
        if external or NESTED.search(value) or len(value) > MAX_ENTITY:
            raise NotAFeed(f"{url} declares entities that fetch or multiply; it is not read")


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
