"""An entry's summary, content and pictures together: what one says beyond the other stays, nothing is said twice."""

import re
from collections.abc import Iterable, Iterator, Set

from msgspec.structs import replace

from services.normalize.document import Piece, Shape, size
from services.normalize.language import phrases
from services.normalize.language.folding import fold
from services.normalize.readers.markup import plain_text_of
from shared.envelope import FeedPicture

_LONG = 1.5  # a content much longer than the summary is the body; the summary then is the lead
_DATELINE = 40  # letters that may stand before the lead at the start of the body
_LONGEST_INVITATION = 40  # words
_CUT = re.compile(r"\s*(?:\[\s*(?:…|\.{3})\s*\]|\(\s*(?:…|\.{3})\s*\)|…|\.{3})\s*")
_BRACKETED = re.compile(r"[\[(]\s*(?:…|\.{3})\s*[\])]\W*$")
_WORD = re.compile(r"[^\W_]+")
_RUNNING = ("paragraph", "line")


def join_texts(summary: tuple[Piece, ...], content: tuple[Piece, ...]) -> tuple[str | None, tuple[Piece, ...]]:
    """The lead, where the summary is one, and the body.

    A summary that only repeats the content, whole or cut, is none; what it says beyond a much longer content is the
    lead, and the body's own beginning where the content says no more.
    """
    if not content or not summary:
        return None, content or summary
    told, shown = _said(summary), _said(content)
    pictured, listed = {piece.href for piece in content}, {piece.href for piece in summary}
    beyond = [part for piece in summary for part in _beyond(piece, shown, pictured)]
    if all(piece.shape == "debris" for piece in beyond):
        return None, (*_with_lead(content, told), *beyond)
    rest = [part for piece in content for part in _beyond(piece, told, listed)]
    if not any(piece.text and piece.shape != "debris" for piece in rest):
        return None, (*summary, *rest)
    if sum(size(piece.text) for piece in summary) * _LONG > sum(size(piece.text) for piece in content):
        return None, (*summary, *rest)
    lead = " ".join(piece.text for piece in summary if piece.shape in _RUNNING) or None
    others = [piece for piece in beyond if piece.shape not in _RUNNING]
    return lead, (*others, *content)


def _said(pieces: Iterable[Piece]) -> str:
    """All words one after another, each behind a space: no matter where lines end, or in which word a text is cut."""
    return "".join(map(_words_of, (text for piece in pieces for text in (piece.text, piece.byline, piece.caption))))


def _words_of(text: str | None) -> str:
    return "".join(f" {word}" for word in _WORD.findall((text or "").casefold()))


def _beyond(piece: Piece, said: str, hrefs: Set[str | None]) -> list[Piece]:
    """What a piece says that the others do not: itself, or the invitation to read on behind a cut."""
    words = _said([piece])
    if not words:
        return [piece] if piece.href and piece.href not in hrefs else []
    if words in said:
        return []
    cut = _CUT.search(piece.text)
    if cut is not None and cut.start() and _words_of(piece.text[: cut.start()]) in said:
        tail = piece.text[cut.end() :]
        return [replace(piece, text=tail, shape="debris")] if size(tail) <= _LONGEST_INVITATION and tail else [piece]
    return [piece]


def _with_lead(content: tuple[Piece, ...], told: str) -> tuple[Piece, ...]:
    """The body, its first paragraph told to be the lead where the summary is that, perhaps without its dateline."""
    first = content[0]
    words = _said([first])
    is_lead = first.shape == "paragraph" and words.endswith(told) and len(words) - len(told) <= _DATELINE
    return (replace(first, shape="lead"), *content[1:]) if is_lead and told else content


def without_invitation(body: tuple[Piece, ...], title: str, language: str | None) -> tuple[tuple[Piece, ...], bool]:
    """The body with "Continue reading TITLE" behind a cut told apart, and whether it is cut: the rest is elsewhere."""
    last = next((number for number in range(len(body) - 1, -1, -1) if body[number].shape in _RUNNING), None)
    if last is None:
        return body, False
    piece = body[last]
    cuts = list(_CUT.finditer(piece.text))
    if not cuts:
        return body, False
    cut = cuts[-1]
    tail = piece.text[cut.end() :]
    if not tail:
        return body, _BRACKETED.search(piece.text) is not None
    folded = fold(tail)
    named = bool(title) and _words_of(title) in _words_of(tail)
    invites = any(folded.startswith(phrases.site_prefixes(tag)) for tag in ("en", language or "en"))
    if size(tail) > _LONGEST_INVITATION or not (named or invites):
        return body, False
    parts = (replace(piece, text=piece.text[: cut.end()].rstrip()), replace(piece, text=tail, shape="debris"))
    return (*body[:last], *parts, *body[last + 1 :]), True


def with_pictures(body: tuple[Piece, ...], pictures: Iterable[Piece]) -> tuple[Piece, ...]:
    """The body and the pictures that are listed beside it; words of one that the text shows go to it."""
    pieces, said = list(body), _said(body)
    places = {piece.href: number for number, piece in reversed(tuple(enumerate(body))) if piece.href}
    for picture in pictures:
        text, byline = picture.text.strip(), (picture.byline or "").strip()
        text, byline = (words if _words_of(words) not in said else "" for words in (text, byline))
        href = picture.href
        shown = places.get(href) if href else None
        if shown is not None:
            piece = pieces[shown]
            pieces[shown] = replace(piece, text=piece.text or text, byline=piece.byline or byline or None)
            text, byline, href = text if piece.text else "", byline if piece.byline else "", None
        if text or byline or href:
            shape: Shape = picture.shape if href else "caption"
            places |= {href: len(pieces)} if href and shown is None else {}
            pieces.append(replace(picture, text=text, shape=shape, byline=byline or None, href=href))
    return tuple(pieces)


def pictures_of(pictures: Iterable[FeedPicture], path: str) -> Iterator[Piece]:
    """Pictures given as address, caption and credit, each at its place in a list."""
    for place, (href, caption, credit) in enumerate(pictures):
        text, byline = plain_text_of(caption) or "", plain_text_of(credit)
        yield Piece(text=text, shape="picture", byline=byline, href=href or None, path=f"{path}[{place}]")
