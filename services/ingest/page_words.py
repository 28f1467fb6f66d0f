"""What a page and an entry say, as far as it decides on visits: whether an entry is short, whether a page changed."""

import hashlib
import html
import re

from shared.envelope import FeedEntry

SHORT = 600  # characters; a letter of a script without spaces counts as two
SENTENCE = 60  # characters of a line that is no counter, no menu, no teaser's headline
_HEAD, _TAIL = 3 * SHORT, 600  # characters of markup that tell it of most entries
_TAG = re.compile(r"<[^<>]*>")
_BREAK = re.compile(
    r"</?(?:p|div|h[1-6]|li|tr|td|br|section|article|title|blockquote|figcaption)\b[^<>]*>", re.IGNORECASE
)
_HEADING = re.compile(r"<(?:h1|title)\b[^<>]*>([^<>]{1,500})", re.IGNORECASE)
# ASCII: the letters of a page in lower case are not as many as before ("İ" becomes two).
_UNREAD = tuple(
    (re.compile(begin, re.IGNORECASE | re.ASCII), re.compile(end, re.IGNORECASE | re.ASCII))
    for begin, end in (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"))
)
_WIDE = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CUT = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])\W*(?:[^\W\d_][^.!?…]{0,60})?\W*$")


def is_short(entry: FeedEntry) -> bool:
    """Is an entry's text only the beginning of its article: shorter than `SHORT`, or cut at its end?"""
    markup = max(entry.content or "", entry.summary or "", key=len)
    if _CUT.search(plain_text(markup[-_TAIL:])[-200:]) is not None:
        return True
    return _is_below(SHORT, markup[:_HEAD]) and (len(markup) <= _HEAD or _is_below(SHORT, markup))


def _is_below(most: int, markup: str) -> bool:
    text = plain_text(markup)
    return len(text) < most and len(text) + len(_WIDE.findall(text)) < most


def plain_text(markup: str) -> str:
    """The words of a piece of markup, on one line."""
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())


def page_mark(body: bytes) -> bytes:
    """A hash of a page's headings and sentences; its menus, counters, scripts and markup do not count."""
    page = without_unread(body.decode("utf-8", "replace"))
    lines = (plain_text(part) for part in _BREAK.split(page))
    said = [*map(plain_text, _HEADING.findall(page)), *(line for line in lines if len(line) >= SENTENCE)]
    return hashlib.blake2b("\n".join(said).encode("utf-8", "replace"), digest_size=8).digest()


def without_unread(page: str) -> str:
    """A page without comments, scripts and styles; what is never closed ends it, as in a browser."""
    for begin, end in _UNREAD:
        kept, at = list[str](), 0
        while (opened := begin.search(page, at)) is not None:
            kept.append(page[at : opened.start()])
            closed = end.search(page, opened.end())
            at = len(page) if closed is None else closed.start()
        page = "".join([*kept, page[at:]])
    return page
