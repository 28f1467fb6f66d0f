"""Which marks the words of an article bear, kept as what differs from how words are usually written.

That an article has "cong" is known of its plain words, and nearly always it is "công" that stands there. So only what
is unusual is kept beside them: each word that is written otherwise ("cộng"), and, with a hyphen, each plain word whose
usual form the article does not have ("-cong"). That is a half of its different words where the text is Vietnamese, few
where it is not, and of the words that most articles have the fewest.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from services.index.words import without_marks

_USUAL = Path(__file__).with_name("usual_words.txt")
"""Vietnamese syllables as they are usually written, counted in labelled texts; all other words are usual without any
mark. Another list makes other marks of the same article: it needs another `SHAPE` of the documents."""


class Mark(NamedTuple):
    """What an article must have among its marks, or must not have, to have a word as it was typed."""

    term: str
    is_wanted: bool


def marks_of(written: str, plain: str) -> str:
    """The marks of a text, by its words as written and without marks: "cộng hoà", "cong hoa" → "cộng -cong"."""
    usual, has, bare = _usual(), frozenset(written.split()), frozenset(plain.split())
    listed = bare & usual.bare
    unusual = (has - bare - usual.forms) | (has & listed)
    missing = {word for word in listed if usual.form_of[word] not in has} | (bare - listed - has)
    marks = " ".join(unusual)
    return f"{marks} -{' -'.join(missing)}" if missing else marks


def mark_asked(word: str) -> Mark:
    """How a word is told from others that are the same without marks: "cộng" must be there, or "-cong" must not."""
    plain = without_marks(word)
    is_usual = _usual().form_of.get(plain, plain) == word
    return Mark(term=f"-{plain}" if is_usual else word, is_wanted=not is_usual)


class _Usual(NamedTuple):
    """The list, by its words without marks."""

    form_of: Mapping[str, str]
    bare: frozenset[str]
    forms: frozenset[str]


@lru_cache(maxsize=1)
def _usual() -> _Usual:
    forms = _USUAL.read_text(encoding="utf-8").split()
    form_of = {without_marks(form): form for form in forms}
    return _Usual(form_of=form_of, bare=frozenset(form_of), forms=frozenset(forms))
