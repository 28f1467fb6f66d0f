"""An input as it came, with the places marked where fields were read."""

import json
from collections.abc import Iterator, Sequence

import msgspec

from services.web.acts import is_editable
from shared.article import Article, Evidence
from shared.errors import NotAnArticle
from shared.untrusted.decode import decode

MOST_CHARS = 60_000
LEAST_QUOTE = 3


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of the input; `field` names what was read there, "" where nothing was."""

    text: str
    field: str = ""
    rule: str = ""


class InputView(msgspec.Struct, frozen=True, kw_only=True):
    """The input in stretches, its size in bytes, and whether the end is left out.

    `editable` is all of its text, where a person may change it; `unread` tells why it is no text that could be shown.
    """

    media_type: str
    size: int
    pieces: tuple[Piece, ...]
    is_cut: bool
    editable: str = ""
    unread: str = ""


class ArchivedInput(msgspec.Struct, frozen=True, kw_only=True):
    """What rests in the archive of an input. `is_fixed`: it came with more than this text, such as pictures."""

    media_type: str
    body: bytes
    language: str | None = None
    is_fixed: bool = False


def view_input(archived: ArchivedInput, article: Article | None) -> InputView:
    """The input as text, with marks where the article's evidence stands."""
    media_type, size = archived.media_type, len(archived.body)
    try:
        text = decode(archived.body, media_type, archived.language).text
    except NotAnArticle as error:
        return InputView(media_type=media_type, size=size, pieces=(), is_cut=False, unread=str(error))
    shown = text[:MOST_CHARS]
    spans = _spans(shown, article.evidence if article is not None else ())
    return InputView(
        media_type=media_type,
        size=size,
        pieces=tuple(_pieces(shown, spans)),
        is_cut=len(text) > MOST_CHARS,
        editable=text if _is_editable(archived) else "",
    )


def _is_editable(archived: ArchivedInput) -> bool:
    """Not what came with more: an edited text would come without it."""
    return not archived.is_fixed and is_editable(archived.media_type, archived.body, MOST_CHARS)


def _spans(text: str, evidence: Sequence[Evidence]) -> list[tuple[int, int, Evidence]]:
    """Where each field was read, none within another: by its span, else by the first place of its quote."""
    found = []
    for seen in evidence:
        start, end = seen.start, seen.end
        if start is None or end is None:
            quote = (seen.quote or "").rstrip("…")
            start, end = _place_of(quote, text) if len(quote) >= LEAST_QUOTE else (-1, -1)
        if 0 <= start < end <= len(text):
            found.append((start, end, seen))
    found.sort(key=lambda span: (span[0], -span[1]))
    apart: list[tuple[int, int, Evidence]] = []
    for span in found:
        if not apart or span[0] >= apart[-1][1]:
            apart.append(span)
    return apart


def _place_of(quote: str, text: str) -> tuple[int, int]:
    """Where a quote stands first, as it is or as JSON writes it: what is escaped there is longer than what it says."""
    for written in (quote, *(json.dumps(quote, ensure_ascii=is_ascii)[1:-1] for is_ascii in (False, True))):
        if (start := text.find(written)) >= 0:
            return start, start + len(written)
    return -1, -1


def _pieces(text: str, spans: Sequence[tuple[int, int, Evidence]]) -> Iterator[Piece]:
    at = 0
    for start, end, seen in spans:
        if start > at:
            yield Piece(text=text[at:start])
        yield Piece(text=text[start:end], field=seen.field, rule=f"{seen.rule}, {seen.sure:.0%}")
        at = end
    if at < len(text):
        yield Piece(text=text[at:])
