"""Documents of word processors and the like, opened to plain copy, which is then read as any other is.

What the document says besides (that a paragraph is a caption, that a line is printed on each page) goes along with the
lines; what it tells of itself counts where the copy says nothing.
"""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec.structs import replace

from services.normalize.document import Draft, Piece, Property, Shape
from shared.article import Article
from shared.envelope import Raw

MOST_WORDS = 4 * 1024 * 1024  # characters; what has more is refused as any other input of that size


class CopyLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the copy, with the blank lines before it; a `picture` has no words, but what it is called (`href`).

    `shape` is what the document says of it, where no reader of plain copy could tell: a `caption`, or `debris`,
    which is no part of the copy and told as removed.
    """

    text: str = ""
    shape: Shape = "line"
    gap: int = 0
    href: str | None = None
    path: str | None = None


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """A document as copy: the raw input whose body are its lines, these lines, and what it declares."""

    raw: Raw
    lines: tuple[CopyLine, ...] = ()
    head: Draft = Draft()
    properties: tuple[Property, ...] = ()


def as_copy(raw: Raw, lines: Sequence[CopyLine], properties: Sequence[Property] = ()) -> Copy:
    """The copy as plain text in UTF-8. A line's own breaks are spaces: it is one line."""
    kept = tuple(replace(line, text=" ".join(line.text.splitlines()).strip()) for line in lines if _is_kept(line))
    texts: list[str] = []
    for line in kept:
        if line.text and line.shape != "debris":
            texts += [""] * line.gap
            texts.append(line.text)
    return Copy(raw=as_text(raw, "\n".join(texts)), lines=kept, properties=tuple(properties))


def as_text(raw: Raw, text: str) -> Raw:
    """The input with a text in UTF-8 in the place of the document that it was read from."""
    return replace(raw, media_type="text/plain; charset=utf-8", body=text.encode("utf-8", "replace"))


def with_lines(draft: Draft, copy: Copy) -> Draft:
    """The pieces of the copy with what the document says of each; as they are where they are not its lines."""
    draft, lines = _with_head(replace(draft, properties=copy.properties), copy.head), copy.lines
    if not lines:
        return draft
    told = tuple(Piece(text=line.text, shape="debris", path=line.path) for line in lines if line.shape == "debris")
    draft = replace(draft, printed=(*draft.printed, *told))
    shown = [line for line in lines if line.shape != "debris"]
    if sum(bool(line.text) for line in shown) != len(draft.pieces):  # mended text may have other lines
        return draft
    return replace(draft, pieces=tuple(_pieces(draft.pieces, shown)))


def _with_head(draft: Draft, head: Draft) -> Draft:
    """What was read of the copy, with what stands around it: the embargo of a mail, the number of a wire's message."""
    told = (name for name in Article.__struct_fields__ if getattr(head.article, name) != getattr(Article(), name))
    fields = {name: getattr(head.article, name) for name in told}
    evidence = (*draft.evidence, *head.evidence)
    article = replace(draft.article, **fields)
    return replace(draft, article=article, evidence=evidence, printed=(*draft.printed, *head.printed))


def _pieces(pieces: Sequence[Piece], lines: Sequence[CopyLine]) -> Iterator[Piece]:
    left = iter(pieces)
    for line in lines:
        if not line.text:
            yield Piece(text="", shape="picture", href=line.href, path=line.path)
        else:
            piece = next(left)
            yield replace(piece, shape=line.shape) if line.shape != "line" else piece


def _is_kept(line: CopyLine) -> bool:
    return bool(line.href) if line.shape == "picture" else bool(line.text.strip())
