"""Addresses as standards want them: a URI (RFC 3986) of what may be one with letters of any language (RFC 3987)."""

import re
from urllib.parse import quote

# What may stand unquoted somewhere in a URI; a per cent sign that begins no code is quoted itself.
_AS_THEY_ARE = "%:/?#[]@!$&'()*+,;=-._~"
_NO_CODE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CHARS = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_HOST = r"(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)"
_USER = r"(?:(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*@)?"
_URI = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*:(?://{_USER}{_HOST}(?::[0-9]*)?(?:/{_CHARS}*)*|/?(?:{_CHARS}+(?:/{_CHARS}*)*)?)"
    rf"(?:\?(?:{_CHARS}|[/?])*)?(?:#(?:{_CHARS}|[/?])*)?"
)
LONGEST = 4000


def as_uri(address: str | None) -> str | None:
    """`https://tin.example/b%C3%A0i` of `https://tin.example/bài`; None of what is no address with a scheme."""
    if address is None or len(address) > LONGEST or not address.isprintable() or " " in address:
        return None
    if _URI.fullmatch(address):  # nearly every one, and quoting takes its time
        return address
    try:
        quoted = _NO_CODE.sub("%25", quote(address, safe=_AS_THEY_ARE))
    except UnicodeEncodeError:  # half a character
        return None
    return quoted if _URI.fullmatch(quoted) else None


def made_uri(article_id: str) -> str:
    """The uri of an article by our own id: where its publisher gave it none, and where one must stay for ever."""
    return f"urn:copydesk:{article_id}"
