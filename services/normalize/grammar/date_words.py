"""The words of dates in every language: months, weekdays, halves of the day, labels, and how long ago it was.

They stand in `language/<tag>.toml` where a language has a file, else in `data/dates.toml`; both in the same terms.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Literal

import msgspec

from services.normalize.language.load import Dates, for_tag, languages
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
_SAME_LETTERS = str.maketrans({"ı": "i", "ى": "ي", "ی": "ي", "ک": "ك", "_": " "})
_LETTER = rf"(?:[^\W\d_]|[{_ACCENTS}{_MARKS}\u200c\u200d])"
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


def _spoken(language: str | None) -> Iterator[Dates]:
    """The words that may be met in a text of a language: its own and English ones; all, where it is not known."""
    known = words_of_dates().get(primary(language))
    if known is None or known == Dates():
        yield from words_of_dates().values()
    else:
        yield known
        yield words_of_dates()["en"]


def fold_name(name: str) -> str:
    """One spelling for `AOÛT` and `aout`, `أبريل` and `ابريل`, `KASIM` and `kasım`."""
    letters = _DROPPED.sub("", unicodedata.normalize("NFKD", name.casefold())).translate(_SAME_LETTERS)
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
    word = rf"{_LETTER}{{2,20}}+"
    return rf"(?:(?:(?:{longest_first})(?!{_LETTER})|{dotted}|{word})(?:\s?/\s?{word})?)"


def any_of(words: Iterable[str]) -> str:
    """A pattern of any of these words, the longest first; of nothing when there is none."""
    longest_first = sorted({word for word in words if word}, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"\s").replace("_", r"\s") for word in longest_first) or r"(?!)"


@cache
def said(language: str | None, *lists: str) -> frozenset[str]:
    """The words of these lists that may be met beside a clock or day: of the language and English; those of all
    languages that are long, or in letters without case, say the same in every text.
    """
    own = {word for words in _spoken(language) for name in lists for word in getattr(words, name)}
    everybody = {word for words in words_of_dates().values() for name in lists for word in getattr(words, name)}
    return frozenset(own | {word for word in everybody if len(word) > 3 or not _CASED.search(word)})


@cache
def half_days(language: str | None) -> Mapping[str, Half]:
    """Which half of the day a word says, folded: the language's own words before others'."""
    found: dict[str, Half] = {}
    for words in (*_spoken(language), *words_of_dates().values()):
        for half in _HALVES:
            for word in getattr(words, half):
                if word in said(language, half):
                    found.setdefault(word.casefold(), half)
    return found


@cache
def joiner_pattern(language: str | None) -> re.Pattern[str]:
    """The words that join the parts of a date and say nothing themselves: "um", "lúc", "at", "Uhr"."""
    lists = ("joiners", "hour_words", "clock_openers", "year_words")
    return _words({word for words in _spoken(language) for name in lists for word in getattr(words, name)})


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
    return _words(names)


def _names_in(row: str) -> list[str]:
    names = row.split()
    return [name.replace("_", " ") for name in names] if len(names) == 7 else [row]


@cache
def label_pattern(language: str | None) -> re.Pattern[str]:
    """The words before a date that say what it is of; the group that matched is the label."""
    spoken = list(_spoken(language))
    groups = []
    for label, stems in (("updated", labels().updated), ("published", labels().published)):
        phrases = [phrase for words in spoken for phrase in getattr(words, label)]
        groups.append(rf"(?P<{label}>(?:{any_of(phrases)})(?!{_LETTER})|(?:{any_of(stems)}){_LETTER}*)")
    return re.compile(rf"(?<!{_LETTER})(?:{'|'.join(groups)})\s?:?", re.IGNORECASE)


_RUN = re.compile(r"[^\W\d_]+")
_PLACES = re.compile(r"(?:\{n\}|\{unit\})\s?(?:\{n\}|\{unit\})")
_PLAIN = "\u0130"  # letters before it have one small letter, and no marks


_DOTLESS = str.maketrans("ıİ", "ii")


def may_hold(text: str, begins: tuple[str, ...]) -> bool:
    """Whether a word of a text begins like one looked for: what says no here needs no pattern of a language made."""
    if text and max(text) >= _PLAIN:
        return True
    return any(word.lower().startswith(begins) for word in _RUN.findall(text))


def _begins(words: Iterable[str]) -> tuple[str, ...]:
    """The first letters in a row of each word; a pattern without case takes "I" for Turkish's dotless one too."""
    runs = (_RUN.search(word) for word in words if word)
    return tuple({run[0].translate(_DOTLESS).lower() if run is not None else "" for run in runs})


@cache
def weekday_begins() -> tuple[str, ...]:
    """How the names of weekdays begin in all languages."""
    rows = (row for words in words_of_dates().values() for row in words.weekdays)
    return _begins(name.replace("_", " ") for row in rows for name in _names_in(row))


@cache
def label_begins() -> tuple[str, ...]:
    """How the labels of dates begin in all languages."""
    phrases = [one for words in words_of_dates().values() for one in (*words.updated, *words.published)]
    return _begins(one.replace("_", " ") for one in (*phrases, *labels().updated, *labels().published))


class Ago(msgspec.Struct, frozen=True, kw_only=True):
    """How long ago a text says something was, in seconds; `unit` are those of its smallest unit."""

    seconds: int
    unit: int
    start: int
    end: int


def find_ago(text: str) -> Ago | None:
    """How long ago, in the words of any language: "2 hours ago", "vor 3 Tagen", "1 week, 3 days ago", "há uma hora"."""
    if not _may_tell_ago(text):
        return None
    matches = [*_counted().finditer(text)]
    for first, start in enumerate(matches):
        seconds, last = 0, start
        for match in matches[first:]:
            if match is not start and text[last.end() : match.start()].strip(" ,"):
                break
            for tag, unit in _units()[_plain(match["unit"] or match["unit_first"])].items():
                span = _ago_form(text, start.start(), match, tag)
                if span is not None:
                    return Ago(seconds=seconds + _count_of(match) * unit, unit=unit, start=span[0], end=span[1])
            seconds += _count_of(match) * max(_units()[_plain(match["unit"] or match["unit_first"])].values())
            last = match
    return None


def _ago_form(text: str, start: int, match: re.Match[str], tag: str) -> tuple[int, int] | None:
    """Where a form of a language stands round number and unit."""
    for form in words_of_dates()[tag].ago:
        before, behind = (part.strip() for part in _PLACES.split(form))
        head = text[:start].rstrip()
        end = match.end() + (text[match.end() : match.end() + 1] == " " and bool(behind))
        is_apart = not behind or behind >= "\u0e00" or not text[end + len(behind) : end + len(behind) + 1].isalpha()
        is_behind = text[end : end + len(behind)].casefold() == behind.casefold()
        if is_behind and is_apart and head.casefold().endswith(before.casefold()):
            return len(head) - len(before) if before else start, end + len(behind)
    return None


def _count_of(match: re.Match[str]) -> int:
    number = match["n"] or match["n_behind"] or "1"
    return int(number) if number.isdecimal() else 1


@cache
def _units() -> Mapping[str, Mapping[str, int]]:
    """The seconds of a unit's word in each language that has it."""
    found: dict[str, dict[str, int]] = {}
    for tag, words in words_of_dates().items():
        for unit, seconds in words.units.items():
            found.setdefault(_plain(unit), {})[tag] = seconds
    return found


@cache
def _counted() -> re.Pattern[str]:
    units, ones = any_of(_units()), any_of({one for words in words_of_dates().values() for one in words.one})
    return re.compile(
        rf"(?<![\d.,])(?:(?P<n>\d{{1,3}})\s?|(?<!{_LETTER})(?:{ones})\s)(?P<unit>{units})(?![a-zà-ɏ])|"
        rf"(?<!{_LETTER})(?P<unit_first>{units})\s(?P<n_behind>\d{{1,3}})(?!\d)",
        re.IGNORECASE,
    )


def _may_tell_ago(text: str) -> bool:
    """Whether a word of any form stands in a text; letters without case run together."""
    words, glued = _ago_words()
    folded = text.casefold()
    return not words.isdisjoint(_RUN.findall(folded)) or any(word in folded for word in glued)


@cache
def _ago_words() -> tuple[frozenset[str], tuple[str, ...]]:
    """The telling word of each form, or the units where a form has none; and those in letters without case."""
    words: set[str] = set()
    for known in words_of_dates().values():
        for form in known.ago:
            before, behind = (_RUN.findall(part.casefold()) for part in _PLACES.split(form))
            runs = behind or before
            words |= (
                {max(runs, key=len)}
                if runs
                else {run for unit in known.units for run in _RUN.findall(unit.casefold())[:1]}
            )
    return frozenset(words), tuple(word for word in words if word >= "\u0e00")


@cache
def day_begins() -> tuple[str, ...]:
    """How the words for days told from today begin in all languages."""
    return _begins(word for words in words_of_dates().values() for word in words.days)


@cache
def relative_days(language: str | None) -> tuple[re.Pattern[str], Mapping[str, int]]:
    """Words for days told from today, in any language, its own first: "yesterday" is 1."""
    days: dict[str, int] = {}
    for words in (*_spoken(language), *words_of_dates().values()):
        for word, count in words.days.items():
            days.setdefault(word.casefold(), count)
    common = {word.casefold() for word in for_tag(language).style.common}
    days = {word: count for word, count in days.items() if word not in common}
    return _words(days), days


def _plain(word: str) -> str:
    return " ".join(word.casefold().split())


def _words(words: Iterable[str]) -> re.Pattern[str]:
    """Whole words, where they are written apart: letters of Han, kana and Thai stand side by side."""
    apart = [word for word in words if word[:1] < "\u0e00"]
    joined = [word for word in words if word[:1] >= "\u0e00"]
    return re.compile(rf"(?<!{_LETTER})(?:{any_of(apart)})(?!{_LETTER})\.?|(?:{any_of(joined)})", re.IGNORECASE)
