"""What a person typed, read into questions for the two word sets: any text is a query, none is an error."""

import re
import unicodedata

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
    words = _words(_QUOTED.sub(" ", text))
    terms = tuple(dict.fromkeys(term for term in (*phrases, *words) if term))[:MAX_TERMS]
    if not terms:
        return None
    asked = [_ask(term) for term in terms]
    exact, plain = [term for term, _ in asked], [term for _, term in asked]
    # All words in a row count for more than all words somewhere.
    in_a_row = _ask(" ".join(words)) if len(words) > 1 and not any(phrases) and len(words) <= MAX_TERMS else None
    return Query(
        terms=terms,
        exact=_all(exact, in_a_row and in_a_row[0]),
        plain=_all(plain, in_a_row and in_a_row[1]),
        some=" OR ".join(plain),
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


def _all(terms: list[str], in_a_row: str | None) -> str:
    every = " AND ".join(terms)
    return f"{in_a_row} OR ({every})" if in_a_row else every
