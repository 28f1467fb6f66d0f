"""No word left behind: what stands in no field once all steps are done comes back as text, or is told as removed.

Whatever a step drops or overlooks is a mistake of that step; here it costs a reader nothing. The words of a line count
as kept where they stand together: three in a row in one field, or all of a short field ("TTXVN").
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice

from msgspec.structs import replace

from services.normalize.document import Document, Kind, Line, Piece, set_field, size
from services.normalize.fields.text import mend
from services.normalize.language.signs import is_stopped
from services.normalize.language.tokens import WORD
from services.normalize.readings import RuleId
from shared.article import Article, Block, Evidence, Headline

_TOGETHER = 3
_LONGEST_LABEL = 3  # words before a colon that say what the rest is: "Photo:"
_LONGEST_MARK = 15  # words
_MOST_RUNS = 200  # of one line that are looked for letter by letter, as words broken at a line's end must be
_LEAST_LETTERS = 12
_BODY = frozenset({None, "paragraph", "subhead", "quote", "list", "table", "picture", "caption"})
_LONGEST_HEADLINE = 1_000
_LONGEST_NOTE = 300  # characters: of a longer text beside the article only what it alone says is told
_NOT_QUOTED = ("headline", "description", "byline", "people", "keywords")
Words = list[str]


def keep_remaining(document: Document) -> Document:
    """Bring back the lines and the declared texts whose words are in no field and in no line of the body."""
    document = _alone_no_boilerplate(document)
    kept = _Kept(document)
    lines: list[Line] = []
    places = {_identity(line.piece): number for number, line in enumerate(document.lines)}
    at = 0
    for piece in document.pieces:
        number = places.get(_identity(piece))
        if number is not None:
            lines += document.lines[at : number + 1]
            at = max(at, number + 1)
        text = mend(piece.text)
        gone = kept.missing(text, _own_texts(document, number), labels=piece.shape != "debris")
        if gone == (0, len(text)) and number is not None and document.lines[number].kind not in _BODY:
            lines[-1] = _given_back(lines[-1])
            kept.add(text)
        elif gone:
            lines.append(_left_over(piece, text, gone))
            kept.add(text)
        lines += _beside(piece, kept)
    document = replace(document, lines=(*lines, *document.lines[at:]))
    return _keep_printed(document, kept)


def _beside(piece: Piece, kept: "_Kept") -> Iterator[Line]:
    """Who said a quote and what stood over a table, where the step that took the piece had no use for it."""
    for text in map(mend, filter(None, (piece.byline, piece.caption))):
        gone = kept.missing(text)
        if gone:
            kept.add(text)
            yield _left_over(piece, text, gone)


def _identity(piece: Piece) -> int:
    """What a line keeps of its piece, whatever a step cut off it or joined to it."""
    return id(piece) if piece.start is None else -1 - piece.start


def _alone_no_boilerplate(document: Document) -> Document:
    """Where nothing else would be left of a text, its lines are no debris: a flash may read like a site's line."""
    article = document.article
    if article.headline or article.description or any(line.kind in _BODY for line in document.lines):
        return document
    is_page = document.is_page and not document.printed
    return document if is_page else replace(document, lines=tuple(map(_as_text, document.lines)))


def _as_text(line: Line) -> Line:
    """The line as what its markup says, else a paragraph."""
    kind: Kind | None = "paragraph" if line.piece.shape in ("line", "date", "byline", "lead", "debris") else None
    return _told(line, kind, RuleId.REMAINING)


def _given_back(line: Line) -> Line:
    """A line that was read for a field which then took another value: text, or told as removed where it is a mark.

    A second byline or date is no sentence of the text; a heading or a sentence that was taken for one is.
    """
    is_mark = line.kind in ("byline", "date", "headline") and line.piece.shape != "heading"
    if is_mark and size(line.text) <= _LONGEST_MARK and not is_stopped(line.text):
        return _told(line, "boilerplate", RuleId.REMAINING_MARK)
    return _as_text(line)


def _told(line: Line, kind: Kind | None, rule: RuleId) -> Line:
    text = mend(line.piece.text)
    return replace(line, kind=kind, rule=rule, sure=rule.sure, skip=0, text=text)


def _left_over(piece: Piece, text: str, gone: tuple[int, int]) -> Line:
    """What a line says beyond its field is told as removed; a line that is gone altogether comes back."""
    whole = gone == (0, len(text))
    rule = RuleId.REMAINING if whole else RuleId.REMAINING_PART
    part = text[gone[0] : gone[1]]
    return Line(
        piece=replace(piece, text=part, shape="paragraph", items=(), rows=()),
        text=part,
        kind="paragraph" if whole and piece.shape != "debris" else "boilerplate",
        rule=rule,
        sure=rule.sure,
    )


def _keep_printed(document: Document, kept: "_Kept") -> Document:
    """The texts that a document declares for a field which holds another: a second headline, a longer summary."""
    before: list[Line] = []
    read = {piece.path for piece in document.pieces}  # whose words were looked for piece by piece
    for piece in document.printed:
        text = mend(piece.text)
        gone = kept.missing(text, labels=piece.shape != "debris" or piece.path in read)
        if not gone:
            continue
        kept.add(text)
        if piece.shape == "heading" and document.article.headline and len(text) <= _LONGEST_HEADLINE:
            document = _with_headline(document, piece, text)
        else:
            whole = piece.shape == "lead" or (piece.shape == "debris" and len(text) <= _LONGEST_NOTE)
            line = _left_over(piece, text, (0, len(text)) if whole else gone)
            rule = RuleId.REMAINING_DECLARED if piece.shape == "debris" else line.rule
            before.append(replace(line, rule=rule))
    return replace(document, lines=(*before, *document.lines)) if before else document


def _with_headline(document: Document, piece: Piece, text: str) -> Document:
    others = document.article.alternate_headlines
    evidence = Evidence(
        field=f"alternate_headlines[{len(others)}]",
        rule=RuleId.REMAINING_HEADLINE.words,
        sure=RuleId.REMAINING_HEADLINE.sure,
        quote=text[:200],
        path=piece.path,
    )
    return set_field(document, evidence, alternate_headlines=(*others, Headline(value=text)))


class _Index:
    """The words of some texts, for looking up what stands together in one of them."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._together: set[tuple[str, ...]] = set()
        self._new = list(texts)
        self._parts: list[str] = []
        self._texts: str | None = None

    def add(self, text: str) -> None:
        """Take in one more text; nothing is made of it before something is looked up."""
        self._new.append(text)

    @property
    def together(self) -> set[tuple[str, ...]]:
        """Every three words in a row, and the shorter texts whole."""
        self._take_in()
        return self._together

    def holds(self, words: Words) -> bool:
        """Whether the words stand one after another in one text."""
        return f" {' '.join(words)} " in self._joined()

    def holds_letters(self, letters: str) -> bool:
        """Whether the letters stand one after another, wherever words end."""
        return letters in self._joined().replace(" ", "")

    def _joined(self) -> str:
        self._take_in()
        if self._texts is None:
            self._texts = "\n".join(self._parts)
        return self._texts

    def _take_in(self) -> None:
        for text in self._new:
            words = [_folded(word) for word in WORD.findall(text)]
            if len(words) < _TOGETHER:
                self._together.add(tuple(words))
            self._together.update(zip(*(words[start:] for start in range(_TOGETHER)), strict=False))
            self._parts.append(f" {' '.join(words)} ")
            self._texts = None
        self._new.clear()


class _Kept:
    """The words that stand in fields and in lines of the body, for looking up; read only once they are asked for."""

    def __init__(self, document: Document) -> None:
        self._document = document
        fields = list(_texts_of_fields(document))
        self._fields = _Index(fields)
        self._body: _Index | None = None
        self._exact = set(fields)
        for line in filter(_stays, document.lines):
            self._exact.update(map(mend, filter(None, (line.byline, line.piece.caption))))
            if not line.skip:
                self._exact.add(line.text)

    def add(self, text: str) -> None:
        """Count a text as kept from now on."""
        self._exact.add(text)
        self._fields.add(text)

    def missing(self, text: str, own: Iterable[str] = (), *, labels: bool = True) -> tuple[int, int] | None:
        """From which character to which a text stands nowhere; None when all its words are kept, `labels` apart.

        `own` is what became of its line: nearly always the rest of its words are there and in the fields.
        """
        if text in self._exact:
            return None
        found = list(WORD.finditer(text))
        words = [_folded(word[0]) for word in found]
        if not words or self._fields.holds(words):
            return None
        if not self._gone(text, found, words, [self._fields, _Index(own)], labels):
            return None
        if self._body is None:
            self._body = _Index(text for line in self._document.lines if _stays(line) for text in _texts_of_line(line))
        if self._body.holds(words):
            return None
        gone = self._gone(text, found, words, [self._fields, self._body], labels)
        if not gone:
            return None
        first, last = gone[0][0], gone[-1][1]
        return (0, len(text)) if (first, last) == (0, len(words)) else (found[first].start(), found[last - 1].end())

    def _gone(
        self, text: str, found: list[re.Match[str]], words: Words, indexes: list[_Index], labels: bool
    ) -> list[tuple[int, int]]:
        """The runs of words that stand nowhere together, but for `labels`."""
        seen = [False] * len(words)
        known = [index.together for index in indexes]
        for length in range(_TOGETHER, 0, -1):
            for start in range(len(words) - length + 1):
                part = tuple(words[start : start + length])
                if not all(seen[start : start + length]) and any(part in together for together in known):
                    seen[start : start + length] = [True] * length
        unseen = islice(_unseen(seen), _MOST_RUNS)
        runs = [run for run in unseen if not (labels and _is_label(text, found, run, len(words)))]
        partly = any(seen)
        return [run for run in runs if not self._is_broken("".join(words[slice(*run)]), indexes, partly=partly)]

    def _is_broken(self, letters: str, indexes: list[_Index], *, partly: bool) -> bool:
        """Whether words stand there broken or joined in another way, as at the ends of lines."""
        return (partly or len(letters) >= _LEAST_LETTERS) and any(index.holds_letters(letters) for index in indexes)


def _own_texts(document: Document, number: int | None) -> Iterator[str]:
    if number is not None and _stays(document.lines[number]):
        yield from _texts_of_line(document.lines[number])


def _stays(line: Line) -> bool:
    return line.kind in _BODY or line.kind == "boilerplate"


def _unseen(seen: list[bool]) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(seen):
        if seen[start]:
            start += 1
            continue
        end = seen.index(True, start) if True in seen[start:] else len(seen)
        yield start, end
        start = end


def _is_label(text: str, found: list[re.Match[str]], run: tuple[int, int], count: int) -> bool:
    """Whether the words only say what follows is, behind a colon: "Photo: Ann Lee" gave the credit "Ann Lee"."""
    start, end = run
    if end - start > _LONGEST_LABEL or end == count:
        return False
    return text[found[end - 1].end() : found[end].start()].lstrip()[:1] in (":", "：", "/", "=", "＝")


def _folded(word: str) -> str:
    return word if word.isascii() and word.islower() else unicodedata.normalize("NFC", word.casefold())


def _texts_of_fields(document: Document) -> Iterator[str]:
    """The texts of all fields, and what was quoted for those that are no text, such as dates."""
    yield from _texts_of(document.article)
    for seen in document.evidence:
        if seen.quote and not seen.field.startswith(_NOT_QUOTED):
            yield mend(seen.quote)


def _texts_of_line(line: Line) -> Iterator[str]:
    piece = line.piece
    texts = (line.text[line.skip :], line.byline, piece.caption, *piece.items)
    yield from (mend(text) for text in texts if text)
    yield from (mend(cell) for row in piece.rows for cell in row)


def _texts_of(article: Article) -> Iterator[str]:
    named = (article.headline, article.byline, article.dateline, article.located, article.description, article.section)
    yield from (text for text in named if text)
    yield from (*article.organisations, *article.sources)
    for person in article.people:
        yield from filter(None, (person.name, person.job_title))
    for headline in article.alternate_headlines:
        yield headline.value
    for correction in article.corrections:
        yield correction.text
    for entry in article.live_entries:
        yield from filter(None, (entry.headline, entry.byline))
        for block in entry.blocks:
            yield from _texts_of_block(block)
    if article.lead_picture is not None:
        yield from _texts_of_block(article.lead_picture)


def _texts_of_block(block: Block) -> Iterator[str]:
    yield from filter(None, (block.text, block.caption, block.byline, *block.items))
    yield from (cell for row in block.rows for cell in row)
