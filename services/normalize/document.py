"""One article being read: the pieces a reader takes an input apart into, and what the fields have made of them."""

import math
import re
from collections.abc import Mapping
from typing import Literal, TypeVar

import msgspec
from msgspec.structs import replace

from services.normalize.kept import kept_for_lines
from services.normalize.language.load import GENERIC, Language, for_tag
from services.normalize.pictures.words import EmbeddedPicture
from services.normalize.readings import RuleId
from shared.article import Article, Candidate, Evidence
from shared.envelope import Raw

Shape = Literal[
    "line", "paragraph", "heading", "caption", "picture", "quote", "list", "table", "code", "footnote", "embed",
    "date", "byline", "lead", "debris",
]  # fmt: skip


class Piece(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a text or one block of a page, in reading order.

    `shape` is what the markup says it is; plain text has only `line`, for the steps to judge. `start` and `end` are
    offsets in characters of the decoded input, `path` its place in the tree. `gap` counts the blank lines before it,
    `indent` by how many columns it is set in.
    `dateline` are the words at its start that the markup calls one, `caption` those of a table, code or embed.
    `byline` is the credit of a picture or who said a quote. `is_running`: the markup shows that it is no subhead.
    `hint` is the setting of the source that says what it is.
    """

    text: str
    shape: Shape = "line"
    start: int | None = None
    end: int | None = None
    path: str | None = None
    gap: int = 0
    indent: int = 0
    byline: str | None = None
    caption: str | None = None
    is_running: bool = False
    dateline: str | None = None
    href: str | None = None
    items: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    hint: str = ""


PropertyField = Literal["headline", "byline", "first_created", "version_created", "keywords", "language"]


class Property(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says of itself beside its text, as a program or a template may have filled it in, and where."""

    field: PropertyField
    value: str
    place: str


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A language, by which rule it was told, how sure that is, and the other one that was not believed."""

    tag: str
    rule: RuleId
    sure: float
    lost: str | None = None
    lost_rule: RuleId = RuleId.LANGUAGE_DECLARED

    @property
    def evidence(self) -> Evidence:
        """What the article tells of it."""
        lost = (Candidate(value=self.lost, rule=self.lost_rule.words),) if self.lost is not None else ()
        return Evidence(field="language", rule=self.rule.words, sure=round(self.sure, 2), lost=lost)


class Draft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reader's result: the fields it could settle from declared data, in `article`, and the pieces to be judged.

    The steps fill what `article` leaves `None`, judge the pieces and turn them into `article.blocks`. `printed` are
    the words that stood in fields of the input: none of them may be lost where the article has another value there.
    `told` is the language of the article, where the reader had to know it. `properties` count where nothing else says
    anything of their field.
    """

    pieces: tuple[Piece, ...] = ()
    article: Article = Article()
    evidence: tuple[Evidence, ...] = ()
    printed: tuple[Piece, ...] = ()
    told: Told | None = None
    properties: tuple[Property, ...] = ()


Kind = Literal[
    "date", "headline", "lead", "byline", "boilerplate", "caption", "picture", "subhead", "paragraph", "quote", "list",
    "table", "correction",
]  # fmt: skip

QUOTE_LENGTH = 200
_Label = TypeVar("_Label", bound=str)
LEAST_RIVAL, LEAST_SURE = 0.05, 0.3


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One piece with its mended words and, once a step has judged it, what it is.

    `note` says of the rule what only this line knows, for people.
    `skip` counts characters at the start of `text` that belong to another field (the dateline before a lead).
    """

    piece: Piece
    text: str
    kind: Kind | None = None
    rule: RuleId | None = None
    note: str = ""
    sure: float = 1.0
    byline: str | None = None
    skip: int = 0
    lost: tuple[Candidate, ...] = ()


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """An article being read: the input's text, the rules of its language, its lines and the fields found so far.

    `pieces` and `printed` are the reader's, untouched: what was there before any step judged it. `pictures` are those
    that came with the article.
    """

    raw: Raw
    text: str
    lines: tuple[Line, ...]
    article: Article
    evidence: tuple[Evidence, ...] = ()
    rules: Language = msgspec.field(default_factory=lambda: for_tag(GENERIC))
    is_page: bool = False
    pieces: tuple[Piece, ...] = ()
    printed: tuple[Piece, ...] = ()
    told: Told | None = None
    pictures: tuple[EmbeddedPicture, ...] = ()
    properties: tuple[Property, ...] = ()


_OF_TEXT: frozenset[Shape] = frozenset({"line", "picture", "caption", "embed", "debris"})


def open_document(raw: Raw, text: str, draft: Draft) -> Document:
    """The first document of a draft: lines stay those of a text when pictures come with them, all else is a page."""
    lines = tuple(Line(piece=piece, text=piece.text) for piece in draft.pieces)
    shapes = {piece.shape for piece in draft.pieces}
    is_page = bool(shapes - _OF_TEXT) or bool(shapes and "line" not in shapes)
    return Document(
        raw=raw,
        text=text,
        lines=lines,
        article=draft.article,
        evidence=draft.evidence,
        is_page=is_page,
        pieces=draft.pieces,
        printed=draft.printed,
        told=draft.told,
        properties=draft.properties,
    )


def set_field(document: Document, evidence: Evidence, **fields: object) -> Document:
    """Give the article the fields and the document their evidence."""
    return replace(document, article=replace(document.article, **fields), evidence=(*document.evidence, evidence))


def replace_lines(document: Document, marks: dict[int, Line]) -> Document:
    """Replace the lines with these numbers."""
    if not marks:
        return document
    return replace(document, lines=tuple(marks.get(i, line) for i, line in enumerate(document.lines)))


def classified(line: Line, kind: Kind, rule: RuleId, sure: float | None = None, note: str = "") -> Line:
    """The line, told to be of this kind by this rule, which is as sure of itself as its table says if not told."""
    return replace(line, kind=kind, rule=rule, note=note, sure=rule.sure if sure is None else sure)


def weighed(line: Line, kind: Kind, rule: RuleId, totals: Mapping[_Label, float], label: _Label) -> Line:
    """The line with its kind, how likely its label was by its own features (`totals`, in logits), and the runner-up."""
    best = max(totals.values())
    odds = {name: math.exp(value - best) for name, value in totals.items()}
    whole = sum(odds.values())
    rival = max((name for name in odds if name != label), key=odds.__getitem__)
    chance = odds[rival] / whole
    words = RuleId.LINE_FEATURES.told(f"{chance:.2f}")
    lost = (Candidate(value=rival, rule=words),) if chance >= LEAST_RIVAL else ()
    sure = max(round(odds[label] / whole, 2), LEAST_SURE)
    return replace(classified(line, kind, rule, sure), lost=lost)


def make_evidence(
    document: Document,
    field: str,
    line: Line,
    rule: RuleId,
    sure: float | None = None,
    part: tuple[int, int] | None = None,
    lost: tuple[Candidate, ...] = (),
) -> Evidence:
    """Evidence for a field read from a line, or from the `part` of its words between two offsets."""
    start, end = span(line, part)
    quote = line.text[part[0] : part[1]] if part else line.text
    if start is not None and end is not None:
        quote = document.text[start:end]
    return Evidence(
        field=field,
        rule=rule.told(line.note if rule is line.rule else ""),
        sure=rule.sure if sure is None else sure,
        quote=quote[:QUOTE_LENGTH],
        path=line.piece.path,
        start=start,
        end=end,
        lost=lost,
    )


def span(line: Line, part: tuple[int, int] | None = None) -> tuple[int | None, int | None]:
    """Where a line, or a part of its mended words, stands in the decoded input."""
    piece = line.piece
    if piece.start is None or piece.end is None or part is None:
        return piece.start, piece.end
    places = _places(piece.text, line.text)
    if places is None or part[0] >= part[1]:
        return piece.start, piece.end
    return piece.start + places[part[0]], piece.start + places[part[1] - 1] + 1


def _places(printed: str, mended: str) -> list[int] | None:
    """For each character of the mended words its offset in the printed ones; mending only deletes or makes spaces."""
    places = []
    at = 0
    for letter in mended:
        while at < len(printed) and not (printed[at] == letter or (letter == " " and printed[at].isspace())):
            at += 1
        if at == len(printed):
            return None
        places.append(at)
        at += 1
    return places


_WORD = re.compile(r"[^\W_]+(?:[.'’&\-][^\W_]+)*")


def words(text: str) -> list[str]:
    """The words of a line: "GD&TĐ - Tàu 3.000 tấn" has GD&TĐ, Tàu, 3.000 and tấn."""
    return _WORD.findall(text)


_CASELESS = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_LETTERS_A_WORD = 2.5
_RUNS_ON, _LETTERS_IN_ALL = 10_000, 8


@kept_for_lines
def size(text: str) -> int:
    """How many words a line has; Chinese, Japanese and Thai write them without spaces, so letters are counted there."""
    if len(text) > _RUNS_ON:
        return len(text) // _LETTERS_IN_ALL  # what is asked of a size is whether a line is short
    count = len(text.split())
    return count if text.isascii() else count + int(len(_CASELESS.findall(text)) / _LETTERS_A_WORD)
