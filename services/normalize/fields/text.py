"""Repair of the letters themselves: NFC, invisible signs out, one kind of space, no debris of broken lines."""

import re
import unicodedata

from msgspec.structs import replace

from services.normalize.document import Document, Line

_INVISIBLE = re.compile(
    "[\u200b\u2060\ufeff\u00ad\u200e\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
)
# Joiners spell words in Persian, Hindi or Malayalam and join emoji; beside Latin letters and spaces they are dirt.
_STRAY_JOINER = re.compile(
    "(?<![\u0600-\u109f\u1780-\u17ff\u200d\U0001f000-\U0001ffff\u2600-\u27bf\ufe0f])[\u200c\u200d]"
)
LEAST_MARK = 2
END_MARK = "./."  # Vietnamese newsrooms close an article with it


def mend(text: str) -> str:
    """`"Hà\\u00a0Nội  \\u200bmưa "` becomes `"Hà Nội mưa"`."""
    if not text.isprintable():  # nothing invisible is
        text = _STRAY_JOINER.sub("", _INVISIBLE.sub("", text))
    text = " ".join(text.split())
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def mend_code(text: str) -> str:
    """The lines of a program, set in as they are."""
    lines = (_INVISIBLE.sub("", line.replace("\u00a0", " ")).rstrip() for line in text.splitlines())
    return unicodedata.normalize("NFC", "\n".join(lines).strip("\n"))


def mend_text(document: Document) -> Document:
    """Mend every line and what the reader settled; a line left without words is dropped."""
    mended = tuple(map(_mended, document.lines))
    marks = not document.is_page and any(map(_has_words, mended))
    lines = tuple(line for line in mended if _has_words(line) or (marks and _is_mark(line)))
    article = document.article
    settled = {
        field: mend(value) or None
        for field in ("headline", "byline", "dateline", "located", "description", "section")
        if (value := getattr(article, field)) is not None
    }
    return replace(document, lines=lines, article=replace(article, **settled))


def _mended(line: Line) -> Line:
    piece = line.piece
    byline = mend(piece.byline) or None if piece.byline else None
    text = mend(piece.text)
    if text.endswith(END_MARK):
        text = text[: -len(END_MARK) + 1]
    return replace(line, text=text, byline=byline)


def _is_mark(line: Line) -> bool:
    """ "###" and "***" close a release; they are no words, but tell what stands under them."""
    return len(line.text) >= LEAST_MARK and line.text[0] in "#*=_-–—+~＊◇◆■●" and line.piece.shape == "line"


def _has_words(line: Line) -> bool:
    piece = line.piece
    if piece.shape in ("picture", "list", "table", "code", "embed"):
        return bool(line.text or piece.href or piece.items or piece.rows)
    return any(letter.isalnum() for letter in line.text)
