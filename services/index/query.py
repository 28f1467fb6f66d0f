"""What a person typed, read into what is asked of the word sets: any text is a query, but for days that are none.

nâng cao "đội ngũ cán bộ" -"bóng đá" headline:Huế source:tuoitre.vn after:2026-11-01 bão OR lũ
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Sequence

import msgspec

from services.index.folding import fold_asked, is_nothing, is_unspaced
from services.index.words import part, without_marks
from shared.errors import PermanentError

MAX_CHARS = 2000
MAX_TERMS = 32

FIELDS = {
    "headline": "headline", "title": "headline",
    "byline": "byline", "author": "byline",
    "caption": "captions",
    "keyword": "keywords", "tag": "keywords",
    "section": "section",
    "source": "source",
    "publisher": "publisher",
    "language": "language", "lang": "language",
    "kind": "kind",
}  # fmt: skip
"""What a word may be asked of, by the name a person types before it and a colon."""
NAMES = frozenset({"publisher", "language", "kind"})  # one word or name as a whole, rather than words in it
DATES = ("before", "after", "date")
FILTERS = frozenset({*FIELDS, *DATES})
"""What may stand before a colon: all else there is a word, or the scheme of an address."""
FIRST_DAY, LAST_DAY = 0, 9999_12_31

# One thing that is asked: perhaps not wanted, perhaps of a field, quoted (by "…" or its typographic cousins) or a word.
# A quotation that is never closed is none.
_ASKED = re.compile(
    r"""(?:(?<=\s)(?P<ban>-)(?=[^\s-]))? (?:(?P<field>[A-Za-z]{3,10}):(?=\S))?
    (?: ["“”„«](?P<quoted>[^"“”„«»]*)["“”»] | (?P<word>[^\s"“”„«»]+) )""",
    re.VERBOSE,
)
_IN_A_HEBREW_WORD = re.compile('(?<=[\u05d0-\u05ea])["”](?=[\u05d0-\u05ea])')  # an abbreviation, not a quotation
_DAY = re.compile(r"(?P<y>\d{4})(?:-(?P<m>\d{1,2})(?:-(?P<d>\d{1,2}))?)?|(?P<d2>\d{1,2})/(?P<m2>\d{1,2})/(?P<y2>\d{4})")
_FORMS = "a year, a month or a day (2026, 2026-11, 2026-11-30 or 30/11/2026)"
_TAKES = {name: f"{name}: takes {_FORMS}" for name in DATES}
_TAKES["date"] += ", or the first and the last of several (2026-11-01..2026-11-30, 2026-11.., ..2026)"


class WrongDate(PermanentError):
    """A filter by date that says no day; the message names it and says what it takes."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One word, or several in a row, with marks (`exact`) and without; of a field, or of the whole article.

    `goes_on`: the last letter may be the first of a pair in a script that is cut into pairs.
    """

    text: str
    exact: tuple[str, ...]
    plain: tuple[str, ...]
    field: str = ""
    quoted: bool = False
    goes_on: bool = False

    @property
    def name(self) -> str:
        """What is asked as a whole, as it is kept: a publisher as typed, all else in small letters."""
        return self.text if self.field == "publisher" else self.text.lower()


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted: of each group one part, no banned part, and a day from `since` up to, without, `before`.

    `plain_typed`: without any mark, so that marks are unknown rather than absent. `row`: the words that were typed side
    by side, whose neighbourhood counts; empty where there is only one.
    """

    needs: tuple[tuple[Part, ...], ...]
    bans: tuple[Part, ...] = ()
    since: int = FIRST_DAY
    before: int = LAST_DAY
    row: tuple[Part, ...] = ()
    plain_typed: bool = False

    @property
    def terms(self) -> tuple[str, ...]:
        """What is to be shown as found: the words and quotations as typed."""
        return tuple(dict.fromkeys(part.text for group in self.needs for part in group if part.field not in UNWORDED))

    @property
    def words(self) -> tuple[Part, ...]:
        """What is asked of the whole article."""
        return tuple(part for group in self.needs for part in group if not part.field)

    @property
    def lone_phrase(self) -> tuple[Part, ...]:
        """A quotation or a run that is asked for alone; empty where there is none."""
        parts = self.words
        return parts if len(parts) == 1 and len(parts[0].plain) > 1 and not parts[0].goes_on else ()


UNWORDED = NAMES | {"source", "section"}
"""Fields whose words are none of the text."""


def read_query(text: str) -> Query | None:
    """Read what was typed; None when it asks for nothing. Raises `WrongDate`."""
    text = _IN_A_HEBREW_WORD.sub("", unicodedata.normalize("NFC", text[:MAX_CHARS]))
    needs: list[tuple[Part, ...]] = []
    bans: list[Part] = []
    since, before = FIRST_DAY, LAST_DAY
    joins = False
    for match in _ASKED.finditer(f" {text}"):
        if match["word"] == "OR" and needs and not match["field"] and not match["ban"]:
            joins = True
            continue
        span = _span_of(match)
        if span is not None:
            since, before = max(since, span[0]), min(before, span[1])
            continue
        parts = _parts_of(match)
        if match["ban"]:
            bans += parts
        elif joins and parts:
            needs[-1] = (*needs[-1], _as_one(parts))
        else:
            needs += [(part,) for part in parts if (part,) not in needs]
        joins = joins and not parts
    needs = needs[:MAX_TERMS]
    if not needs and not bans and (since, before) == (FIRST_DAY, LAST_DAY):
        return None
    words = [part for group in needs for part in group]
    row = _row(text, needs)
    plain = all(part.exact == part.plain for part in words)
    return Query(
        needs=tuple(needs), bans=tuple(bans[:MAX_TERMS]), since=since, before=before, row=row, plain_typed=plain
    )


def day_number(day: dt.date) -> int:
    """A day as one number that grows: 2026-11-30 is 20261130."""
    return day.year * 10_000 + day.month * 100 + day.day


def day_of(number: int) -> dt.date:
    """The day that such a number stands for."""
    return dt.date(number // 10_000, number // 100 % 100, number % 100)


def _row(text: str, needs: Sequence[tuple[Part, ...]]) -> tuple[Part, ...]:
    """The bare words in the order they were typed, each as often as it was."""
    singles = {group[0].text for group in needs if len(group) == 1 and not group[0].field and not group[0].quoted}
    row = [
        part
        for match in _ASKED.finditer(f" {text}")
        if match["quoted"] is None and not match["ban"] and match["word"] != "OR" and _typed_field(match) not in DATES
        for part in _parts_of(match)
        if not part.field and part.text in singles
    ][:MAX_TERMS]
    return tuple(row) if len(row) > 1 else ()


def _parts_of(match: re.Match[str]) -> list[Part]:
    field = FIELDS.get(_typed_field(match), "")
    value = match["quoted"] if match["quoted"] is not None else match["word"]
    if match["field"] and not field:  # http://…, or a colon in a sentence
        value = f"{match['field']} {value}"
    if match["quoted"] is not None or field:
        whole = _part(value, field=field, quoted=match["quoted"] is not None)
        return [whole] if whole is not None else []
    return [found for word in _words(value) if (found := _part(word)) is not None]


def _typed_field(match: re.Match[str]) -> str:
    return (match["field"] or "").lower()


def _words(text: str) -> Iterator[str]:
    """A bare word at its hyphens and dots: each piece is asked for by itself."""
    yield from _spaced(text).split()


def _spaced(text: str) -> str:
    return "".join(char if _is_of_a_word(char) else f" {char} " if part(char) else " " for char in text)


def _is_of_a_word(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] in "LMN" or category in ("Co", "Cf", "Sk") or is_nothing(char)


def _part(text: str, *, field: str = "", quoted: bool = False) -> Part | None:
    folded, goes_on = fold_asked(text)
    exact = part(folded)
    plain = without_marks(exact)
    if not plain.strip():
        return None
    return Part(
        text=" ".join(text.split()),
        exact=tuple(exact.split()),
        plain=tuple(plain.split()),
        field=field,
        quoted=quoted,
        goes_on=goes_on,
    )


def _as_one(parts: Sequence[Part]) -> Part:
    """An alternative that was typed as one word and is several: in a row."""
    if len(parts) == 1:
        return parts[0]
    return Part(
        text=" ".join(part.text for part in parts),
        exact=tuple(word for part in parts for word in part.exact),
        plain=tuple(word for part in parts for word in part.plain),
        quoted=True,
        goes_on=parts[-1].goes_on,
    )


def _span_of(match: re.Match[str]) -> tuple[int, int] | None:
    """The days that `date:2026-11-01..2026-11-30`, `after:2026-11` or `before:30/11/2026` means; None of a word."""
    name = _typed_field(match)
    if name not in DATES:
        return None
    if match["ban"]:
        raise WrongDate(f"-{name}: is no filter: what lies outside of some days is asked for by before: and after:")
    value = match["quoted"] if match["quoted"] is not None else match["word"]
    first, dots, last = value.strip().partition("..")
    begin, end = _days(first), _days(last)
    if (first and begin is None) or (last and end is None) or not (begin or end) or (dots and name != "date"):
        raise WrongDate(f"{name}:{value[:40]} says no day: {_TAKES[name]}")
    if name == "before":
        return FIRST_DAY, begin[0] if begin else LAST_DAY
    if name == "after":
        return begin[0] if begin else FIRST_DAY, LAST_DAY
    until = end if dots else begin
    return begin[0] if begin else FIRST_DAY, until[1] if until else LAST_DAY


def _days(text: str) -> tuple[int, int] | None:
    """A year, a month or a day as its first day and the first day after it."""
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    year = int(match["y"] or match["y2"])
    month, day = (int(digits) if digits else 0 for digits in (match["m"] or match["m2"], match["d"] or match["d2"]))
    try:
        first = dt.date(year, month or 1, day or 1)
    except ValueError:
        return None
    return day_number(first), _day_after(year, month, first if day else None)


def _day_after(year: int, month: int, day: dt.date | None) -> int:
    """The first day after a day, a month or (0) a year; of the calendar's last, that last day."""
    try:
        if day is not None:
            return day_number(day + dt.timedelta(days=1))
        return day_number(dt.date(year + (month in (0, 12)), month % 12 + 1 if month else 1, 1))
    except (ValueError, OverflowError):
        return LAST_DAY


def least_of(count: int, parts: Sequence[Part]) -> int:
    """How many of so many words an article must have, to have some of them: half, where a run of a script that is
    written without spaces was cut into them; else one."""
    return (count + 1) // 2 if any(map(_has_unspaced, parts)) else 1


def _has_unspaced(part: Part) -> bool:
    """Whether a part is a run of a script that is written without spaces, which may hold several words."""
    return len(part.plain) > 1 and not part.quoted and is_unspaced(part.plain[0][0])
