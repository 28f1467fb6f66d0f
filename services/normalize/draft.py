"""What a reader of a format hands to the steps: the input taken apart, not yet judged."""

from typing import Literal

import msgspec

from shared.article import Article, Evidence

Shape = Literal[
    "line", "paragraph", "heading", "caption", "picture", "quote", "list", "table", "date", "byline", "lead", "debris"
]


class Piece(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a text or one block of a page, in reading order.

    `shape` is what the markup says it is; plain text has only `line`, for the steps to judge. `start` and `end` are
    offsets in characters of the decoded input, `path` its place in the tree. `gap` counts the blank lines before it.
    `dateline` are the words at its start that the markup calls one.
    """

    text: str
    shape: Shape = "line"
    start: int | None = None
    end: int | None = None
    path: str | None = None
    gap: int = 0
    byline: str | None = None
    dateline: str | None = None
    href: str | None = None
    items: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


class Draft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reader's result: the fields it could settle from declared data, in `article`, and the pieces to be judged.

    The steps fill what `article` leaves `None`, judge the pieces and turn them into `article.blocks`.
    """

    pieces: tuple[Piece, ...] = ()
    article: Article = Article()
    evidence: tuple[Evidence, ...] = ()
