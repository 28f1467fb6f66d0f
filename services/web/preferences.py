"""What a request prefers (`Prefer`, RFC 7240) and on what it insists (`If-Match`, `If-None-Match`, RFC 9110)."""

import re
from collections.abc import Mapping

from services.web.push_headers import bad_header

LONGEST_WAIT_S = 60.0
_WAIT = re.compile(r'wait\s*=\s*"?([0-9]{1,9})"?\s*(?:;.*)?', re.IGNORECASE)
_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e]*)"')
_TAGS = re.compile(rf"{_TAG.pattern}(?:[ \t]*,[ \t]*{_TAG.pattern})*")


def read_wait(headers: Mapping[str, str]) -> float | None:
    """The seconds of `Prefer: respond-async, wait=10`, at most a minute; None where none are named.

    A preference that cannot be read is passed over, as the RFC says.
    """
    for preference in headers.get("prefer", "").split(","):
        found = _WAIT.fullmatch(preference.strip())
        if found:
            return min(float(found[1]), LONGEST_WAIT_S)
    return None


def is_create_only(headers: Mapping[str, str]) -> bool:
    """Does the request say `If-None-Match: *`; raises `Problem` for any other, which makes no sense for a change."""
    said = headers.get("if-none-match")
    if said is None:
        return False
    if said.strip() != "*":
        raise bad_header("If-None-Match", "may only be *: the article must not be there yet")
    return True


def read_if_match(headers: Mapping[str, str]) -> frozenset[int | str] | None:
    """The revisions that `If-Match` names, or `*`; None where it says nothing. Weak tags never match."""
    said = headers.get("if-match")
    if said is None:
        return None
    if said.strip() == "*":
        return frozenset("*")
    if not _TAGS.fullmatch(said.strip()):
        raise bad_header("If-Match", 'must be * or the ETag of the article, such as "1447046040000000"')
    strong = (tag for is_weak, tag in _TAG.findall(said) if not is_weak)  # a tag may hold a comma
    return frozenset(rev for tag in strong if (rev := revision_of(tag)) is not None)


def etag_of(rev: int, form: str = "") -> str:
    """The ETag of a revision; other forms than our own JSON have their name in it."""
    return f'"{rev}-{form}"' if form else f'"{rev}"'


def revision_of(tag: str) -> int | None:
    """The revision in a tag, whatever form it is of."""
    digits = tag.partition("-")[0]
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 20 else None
