"""A document of the corpus: what a layout set, and what must come out of it."""

from collections.abc import Callable, Mapping
from enum import StrEnum

import msgspec

from shared.envelope import Raw
from tests.corpus.stories import Byline, Piece, Setting
from tests.corpus.words import words_of

FIRST_RECEIVED_US = 1_735_689_600_000_000  # 2025-01-01: after the last story


class Field(StrEnum):
    """What is scored of a document."""

    HEADLINE = "headline"
    DAY = "day"
    INSTANT = "instant"
    AUTHORS = "authors"
    DATELINE = "dateline"
    CAPTIONS = "captions"
    SUBHEADS = "subheads"
    PARAGRAPHS = "paragraphs"
    SITE = "site"
    WORDS = "words"
    INVENTED = "invented"


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """A story as a layout set it, and which of its parts stand there.

    `byline` names the people that are printed, `dateline` what stands before the first words, `body` the pieces (None:
    all of them) in their order, `site` the lines that are no part of the article. `has_place`: the place is told.
    """

    text: str
    media_type: str
    encoding: str = "utf-8"
    byline: Byline | None = None
    dateline: str = ""
    has_place: bool = False
    has_deck: bool = True
    body: tuple[Piece, ...] | None = None
    site: tuple[str, ...] = ()


Layout = Callable[[Setting], Copy]
Layouts = Mapping[str, Layout]


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """What must come out. An author is a name with roles, a caption has the name of its photographer."""

    authors: frozenset[tuple[str, frozenset[str]]]
    captions: tuple[tuple[str, str], ...]
    subheads: tuple[str, ...]
    paragraphs: tuple[str, ...]


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """An input with its truth. `name` is "path/layout/language-number"."""

    name: str
    path: str
    setting: Setting
    copy: Copy
    raw: Raw
    truth: Truth

    def words(self, text: str | None) -> tuple[str, ...]:
        """The words of a text in this document's language, in small letters."""
        return words_of(text or "", self.setting.newsroom.language)

    def key(self, text: str | None) -> str:
        """A text as it is compared: its words in small letters."""
        return " ".join(self.words(text))

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields that this document is scored by."""
        has_place = bool(self.copy.dateline) or self.copy.has_place
        return tuple(field for field in Field if has_place or field is not Field.DATELINE)


def truth_of(setting: Setting, copy: Copy) -> Truth:
    """What a reader of this copy would write down."""
    body = setting.story.body if copy.body is None else copy.body
    paragraphs = [line for piece in body for line in piece.lines]
    roles: dict[str, set[str]] = {}
    if copy.byline is not None:
        for name in setting.story.authors:
            roles.setdefault(name, set()).add("author")
        for name in copy.byline.photographers:
            roles.setdefault(name, set()).add("photographer")
    return Truth(
        authors=frozenset((name, frozenset(rel)) for name, rel in roles.items()),
        captions=tuple((piece.caption or "", piece.credit) for piece in body if piece.caption),
        subheads=tuple(piece.subhead for piece in body if piece.subhead),
        paragraphs=(*((setting.story.deck,) if copy.has_deck else ()), *paragraphs),
    )
