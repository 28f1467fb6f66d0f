"""The text of a feed document; entry by entry where a newsroom's old system wrote some of them in another encoding."""

import re
from collections.abc import Sequence

from shared.errors import NotAnArticle
from shared.untrusted.charsets.damage import is_damaged, is_plainly_utf8, is_utf8, with_pairs_joined, without_strays
from shared.untrusted.decode import decode

ENTRY = re.compile(rb"(?=<(?:item|entry)[\s>])", re.IGNORECASE)


def read_text(body: bytes, content_type: str | None) -> str:
    """Decode a feed document; raises `NotAnArticle` for bytes that are no text."""
    # Of the header only the charset counts: plain text would have its character references read.
    declared = f"application/xml;{(content_type or '').partition(';')[2]}"
    if _is_mixed(body):
        # Many feeds stand on one line, so that an entry says more of its encoding than a line does.
        parts = ENTRY.split(body)
        usual = f"application/xml; charset={_usual_encoding(parts, declared)}"
        return "".join(_read_entry(_with_strays_marked(part), usual) for part in parts)
    whole = decode(body, declared)
    if whole.encoding == "utf-8" and whole.repaired:  # encoded twice, perhaps in some entries only
        return "".join(_read_entry(part, declared) for part in ENTRY.split(body))
    return whole.text


def _is_mixed(body: bytes) -> bool:
    """UTF-8 in part, as in some of its entries, rather than wholly UTF-8 or wholly of another encoding."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return any(map(is_plainly_utf8, ENTRY.split(body))) or is_damaged(body)
    return False


def _usual_encoding(parts: Sequence[bytes], declared: str) -> str:
    """The encoding of those entries that are no UTF-8: together they tell more than each by itself."""
    old = b"".join(part for part in parts if not is_utf8(part) and not is_damaged(part))
    return decode(old, declared).encoding if old else "utf-8"


def _with_strays_marked(part: bytes) -> bytes:
    """UTF-8 whose stray bytes, where they say nothing, are U+FFFD: a character is lost, not the entry."""
    if is_utf8(part) or not is_damaged(part):
        return part
    return without_strays(with_pairs_joined(part)).encode()


def _read_entry(part: bytes, declared: str) -> str:
    try:
        return decode(part, declared).text
    except NotAnArticle:  # nothing but controls, or nothing at all: no reason to lose the other entries
        return part.decode("utf-8", "replace")
