"""The words of dates in every language: months, weekdays, halves of the day, labels, and how long ago it was.

They stand in `language/<tag>.toml` where a language has a file, else in `data/dates.toml`; both in the same terms.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Literal

import msgspec

from services.normalize.language import alternatives
from services.normalize.language.load import Dates, languages
from services.normalize.tables import read_table

Half = Literal["morning", "noon", "afternoon", "night"]
Label = Literal["published", "updated"]
_HALVES: tuple[Half, ...] = ("morning", "noon", "afternoon", "night")
_ACCENTS = "\u0300-\u036f"
_MARKS = "".join(
    chr(code)
    for code in range(0x0591, 0x0E4F)
    if unicodedata.category(chr(code)) == "Mn" or (code >= 0x0900 and unicodedata.category(chr(code)) == "Mc")
)
_DROPPED = re.compile(f"[{_ACCENTS}\u064b-\u0655\u093c\u0a3c\u200c\u200d]")
_SAMELETTERS = str.maketrans({"ı": "i", "ى": "ي", "ی": "ي", "ک": "ك", "_": " "})
LETTER = rf"(?:[^\W\d_]|[{_ACCENTS}{_MARKS}\u200c\u200d])"
_CASED = re.compile(r"[a-zà-ɏ]", re.IGNORECASE)


class Labels(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Beginnings of words that tell what a date is of, in any language ("publi", "aktualis")."""

    published: tuple[str, ...]
    updated: tuple[str, ...]
    updated_behind: tuple[str, ...]


class _Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    labels: Labels
    languages: dict[str, Dates]


@cache
def _file() -> _Words:
    return read_table("data/dates.toml", _Words)


def labels() -> Labels:
    """The beginnings of labels in all languages."""
    return _file().labels


@cache
def words_of_dates() -> Mapping[str, Dates]:
    """The words of each language by its primary tag; a language's own file goes before the common one."""
    own = {tag: rules.dates for rules in languages().values() for tag in (*rules.other_tags, rules.tag)}
    return {**_file().languages, **own}


def primary(language: str | None) -> str:
    """The language of a tag: `pt` of `pt-BR`."""
    return (language or "").replace("_", "-").partition("-")[0].lower()


def dates_of(language: str | None) -> Dates:
    """The words of one language; none for one that nobody knows."""
    return words_of_dates().get(primary(language), Dates())


def spoken_in(language: str | None) -> Iterator[Dates]:
    """The words that may be met in a text of a language: its own and English ones; all, where it is not known."""
    known = words_of_dates().get(primary(language))
    if known is None or known == Dates():
        yield from words_of_dates().values()
    else:
        yield known
        yield words_of_dates()["en"]


def fold_name(name: str) -> str:
    """One spelling for `AOÛT` and `aout`, `أبريل` and `ابريل`, `KASIM` and `kasım`."""
    letters = _DROPPED.sub("", unicodedata.normalize("NFKD", name.casefold())).translate(_SAMELETTERS)
    return " ".join(letters.split()).rstrip(".")


class _Names(msgspec.Struct, frozen=True):
    """Numbers of names in each language, and in all of which none says otherwise first."""

    own: dict[tuple[str, str], int]
    anywhere: dict[str, int]
    disputed: frozenset[str]


def _numbered(rows: Iterable[tuple[str, str]], length: int) -> _Names:
    own: dict[tuple[str, str], int] = {}
    anywhere: dict[str, int] = {}
    disputed: set[str] = set()
    for tag, row in rows:
        names = row.split()
        for number, name in enumerate(names if len(names) == length else (), 1):
            folded = fold_name(name)
            own.setdefault((tag, folded), number)
            if anywhere.setdefault(folded, number) != number:
                disputed.add(folded)
    return _Names(own, anywhere, frozenset(disputed))


@cache
def _months() -> _Names:
    order = sorted(words_of_dates(), key=_rank)
    rows = _numbered(((tag, row) for tag in order for row in words_of_dates()[tag].month_rows), 12)
    own: dict[tuple[str, str], int] = dict(rows.own)
    anywhere: dict[str, int] = {}
    for tag in order:
        for name, number in words_of_dates()[tag].months.items():
            own.setdefault((tag, fold_name(name)), number)
            anywhere.setdefault(fold_name(name), number)
    return _Names(own, {**rows.anywhere, **anywhere}, rows.disputed)


# Of two meanings of a name the more widely printed one goes first.
_FIRST = "en de fr es pt it ca nl af da no sv is fi et pl cs".split()


def _rank(tag: str) -> tuple[int, str]:
    return (_FIRST.index(tag) if tag in _FIRST else len(_FIRST), tag)


@cache
def _weekdays() -> _Names:
    return _numbered(((tag, row) for tag, words in words_of_dates().items() for row in words.weekdays), 7)


def month_named(name: str, language: str | None) -> int | None:
    """The number of a month by its name; of two names, as in `نيسان / أبريل`, by either."""
    names, own = _months(), primary(language)
    for part in (name, *(name.split("/") if "/" in name else ())):
        folded = fold_name(part)
        number = names.own.get((own, folded)) or names.anywhere.get(folded)
        if number is not None:
            return number
    return None


@cache
def _calendar_months(calendar: str) -> _Names:
    return _numbered(((tag, row) for tag, words in words_of_dates().items() for row in getattr(words, calendar)), 12)


def calendar_month(calendar: Literal["persian_months", "hijri_months"], name: str) -> int | None:
    """The number of a month of another calendar by its name."""
    return _calendar_months(calendar).anywhere.get(fold_name(name))


@cache
def eras() -> Mapping[str, int]:
    """What makes our year of an era's, by the era's name in any language."""
    return {era: years for words in words_of_dates().values() for era, years in words.eras.items() if era}


def any_in(*lists: str) -> str:
    """A pattern of the words that any language has in these lists."""
    return any_of({word for words in words_of_dates().values() for name in lists for word in getattr(words, name)})


def weekday_named(name: str, language: str | None) -> int | None:
    """The number of a weekday, Monday being 1; None for no weekday, or where languages differ and none is known."""
    names, folded = _weekdays(), fold_name(name.replace("(", "").replace(")", ""))
    own = names.own.get((primary(language), folded))
    return own or (None if folded in names.disputed else names.anywhere.get(folded))


@cache
def month_pattern() -> str:
    """Any word, for the table to tell: faster than an alternation of a thousand names, and right behind vowel signs."""
    names = {
        name.replace("_", " ")
        for words in words_of_dates().values()
        for row in words.month_rows
        for name in row.split()
    }
    names |= {name for words in words_of_dates().values() for name in words.months}
    rows = (row for words in words_of_dates().values() for row in (*words.persian_months, *words.hijri_months))
    names |= {name.replace("_", " ") for row in rows for name in row.split()}
    of_words = {re.escape(name).replace(r"\ ", r"\s+") for name in names if " " in name}
    longest_first = "|".join(sorted(of_words, key=len, reverse=True))
    dotted = r"[\u0e01-\u0e4e]{1,3}\.\s?[\u0e01-\u0e4e]\."
    word = rf"{LETTER}{{2,20}}+"
    return rf"(?:(?:(?:{longest_first})(?!{LETTER})|{dotted}|{word})(?:\s?/\s?{word})?)"


def any_of(words: Iterable[str]) -> str:
    """A pattern of any of these words; a space in one stands for any white space, and so does "_"."""
    return alternatives.any_of(word.replace("_", " ") for word in words).replace(r"\ ", r"\s")


def spaced(word: str) -> str:
    """A word in small letters with single spaces, as tables hold it."""
    return " ".join(word.casefold().split())


@cache
def said(language: str | None, *lists: str) -> frozenset[str]:
    """The words of these lists that may be met beside a clock or day: of the language and English; those of all
    languages that are long, or in letters without case, say the same in every text.
    """
    own = {word for words in spoken_in(language) for name in lists for word in getattr(words, name)}
    everybody = {word for words in words_of_dates().values() for name in lists for word in getattr(words, name)}
    return frozenset(own | {word for word in everybody if len(word) > 3 or not _CASED.search(word)})


@cache
def half_days(language: str | None) -> Mapping[str, Half]:
    """Which half of the day a word says, folded: the language's own words before others'."""
    found: dict[str, Half] = {}
    for words in (*spoken_in(language), *words_of_dates().values()):
        for half in _HALVES:
            for word in getattr(words, half):
                if word in said(language, half):
                    found.setdefault(word.casefold(), half)
    return found


@cache
def joiner_pattern(language: str | None) -> re.Pattern[str]:
    """The words that join the parts of a date and say nothing themselves: "um", "lúc", "at", "Uhr"."""
    lists = ("joiners", "hour_words", "clock_openers", "year_words")
    return whole_words({word for words in spoken_in(language) for name in lists for word in getattr(words, name)})


@cache
def weekday_pattern(language: str | None) -> re.Pattern[str]:
    """The names of weekdays, to be found beside a date."""
    own = dates_of(language).weekdays
    names = {name for row in own for name in _names_in(row)}
    names |= {
        name
        for words in words_of_dates().values()
        for row in words.weekdays
        for name in _names_in(row)
        if len(name) > 2
    }
    return whole_words(names)


def _names_in(row: str) -> list[str]:
    names = row.split()
    return [name.replace("_", " ") for name in names] if len(names) == 7 else [row]


@cache
def label_pattern(language: str | None) -> re.Pattern[str]:
    """The words before a date that say what it is of; the group that matched is the label."""
    spoken = list(spoken_in(language))
    groups = []
    for label, stems in (("updated", labels().updated), ("published", labels().published)):
        phrases = [phrase for words in spoken for phrase in getattr(words, label)]
        groups.append(rf"(?P<{label}>(?:{any_of(phrases)})(?!{LETTER})|(?:{any_of(stems)}){LETTER}*)")
    return re.compile(rf"(?<!{LETTER})(?:{'|'.join(groups)})\s?:?", re.IGNORECASE)


RUN = re.compile(r"[^\W\d_]+")
_PLAIN = "\u0130"  # letters before it have one small letter, and no marks


_DOTLESS = str.maketrans("ıİ", "ii")


def may_hold(text: str, begins: tuple[str, ...]) -> bool:
    """Whether a word of a text begins like one looked for: what says no here needs no pattern of a language made."""
    if text and max(text) >= _PLAIN:
        return True
    return any(word.lower().startswith(begins) for word in RUN.findall(text))


def begins_of(words: Iterable[str]) -> tuple[str, ...]:
    """The first letters in a row of each word; a pattern without case takes "I" for Turkish's dotless one too."""
    runs = (RUN.search(word) for word in words if word)
    return tuple({run[0].translate(_DOTLESS).lower() if run is not None else "" for run in runs})


@cache
def weekday_begins() -> tuple[str, ...]:
    """How the names of weekdays begin in all languages."""
    rows = (row for words in words_of_dates().values() for row in words.weekdays)
    return begins_of(name.replace("_", " ") for row in rows for name in _names_in(row))


@cache
def label_begins() -> tuple[str, ...]:
    """How the labels of dates begin in all languages."""
    phrases = [one for words in words_of_dates().values() for one in (*words.updated, *words.published)]
    return begins_of(one.replace("_", " ") for one in (*phrases, *labels().updated, *labels().published))


def whole_words(words: Iterable[str]) -> re.Pattern[str]:
    """Whole words, where they are written apart: letters of Han, kana and Thai stand side by side."""
    apart = [word for word in words if word[:1] < "\u0e00"]
    joined = [word for word in words if word[:1] >= "\u0e00"]
    return re.compile(rf"(?<!{LETTER})(?:{any_of(apart)})(?!{LETTER})\.?|(?:{any_of(joined)})", re.IGNORECASE)
