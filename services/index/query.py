"""What a person typed, read into questions for the two word sets: any text is a query, none is an error."""

import re
import unicodedata
from itertools import pairwise

import msgspec

from services.index.folding import fold_asked, is_plain, strip_strokes

MAX_CHARS = 2000
MAX_TERMS = 32

# "…" and its typographic cousins; one that is never closed is no quotation.
_QUOTED = re.compile('["“”„«]([^"“”„«»]*)["“”»]')


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A query in FTS5's language: `exact` and `plain` want every term, `some` is content with one (plain set).

    `terms` are the words and quoted phrases as typed; `plain_typed`: without any mark, so that marks are unknown
    rather than absent.
    """

    terms: tuple[str, ...]
    exact: str
    plain: str
    some: str
    plain_typed: bool


def read_query(text: str) -> Query | None:
    """Read a query such as `nâng cao "đội ngũ cán bộ"`; None when it holds no word."""
    text = unicodedata.normalize("NFC", text[:MAX_CHARS])
    phrases = [" ".join(_words(match[1])) for match in _QUOTED.finditer(text)]
    words = _words(_QUOTED.sub(" ", text))[:MAX_TERMS]
    terms = tuple(dict.fromkeys(term for term in (*phrases, *words) if term))[:MAX_TERMS]
    if not terms:
        return None
    asked, rows = [_ask(term) for term in terms], [_ask(row) for row in _rows(words)]
    return Query(
        terms=terms,
        exact=_all([exact for exact, _ in asked], [exact for exact, _ in rows]),
        plain=_all([plain for _, plain in asked], [plain for _, plain in rows]),
        some=" OR ".join(plain for _, plain in asked),
        plain_typed=is_plain(text),
    )


def _words(text: str) -> list[str]:
    return "".join(char if _is_of_a_word(char) else " " for char in text).split()


def _is_of_a_word(char: str) -> bool:
    """As the tokenizer rules: letters, marks, numbers and private letters make words, all else parts them."""
    category = unicodedata.category(char)
    return category[0] in "LMN" or category == "Co"


def _ask(term: str) -> tuple[str, str]:
    folded, goes_on = fold_asked(term)
    end = " *" if goes_on else ""
    return f'"{folded}"{end}', f'"{strip_strokes(folded)}"{end}'


def _rows(words: list[str]) -> list[str]:
    """Words that stand side by side, two and two and all: most Vietnamese words are written as two."""
    if len(words) < 2:
        return []
    return list(dict.fromkeys((" ".join(words), *map(" ".join, pairwise(words)))))


def _all(terms: list[str], rows: list[str]) -> str:
    """Every term; rows raise the rank and are not asked for, as the last choice, a term, is always there."""
    every = " AND ".join(terms)
    return f"{every} AND ({' OR '.join([*rows, terms[0]])})" if rows else every
