"""What is looked for before a pattern is made never says no where the pattern would have found something."""

import re
import unicodedata
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from services.normalize.grammar import date_words
from services.normalize.grammar.printed_dates import _NUMERIC, _YEAR_FIRST, _forms, _shapes
from shared.untrusted.decode import _UNSETTLED

_WEEKDAYS = sorted(
    name.replace("_", " ")
    for words in date_words.words_of_dates().values()
    for row in words.weekdays
    for name in row.split()
)
_LABELS = sorted(
    {
        *date_words.labels().published,
        *date_words.labels().updated,
        *(one for words in date_words.words_of_dates().values() for one in (*words.published, *words.updated)),
    }
)
_CASES = st.sampled_from([str, str.upper, str.title, str.lower])
_PARTS = st.sampled_from(["3", "12", "2024", "1987", "24", "May", " ", ", ", ".", "/", "-", "年", "月", "'", "|"])
_AROUND = st.text(" .,-|:1aÉßsıİ", max_size=4)
_LANGUAGES = st.sampled_from(["en", "de", "vi", "fr", "tr", "ja"])


@given(_AROUND, st.sampled_from(_WEEKDAYS), _AROUND, _CASES, _LANGUAGES)
def test_no_weekday_is_overlooked(
    before: str, name: str, behind: str, case: Callable[[str], str], language: str
) -> None:
    text = case(before + name + behind)
    if date_words.weekday_pattern(language).search(text):
        assert date_words.may_hold(text, date_words.weekday_begins())


@given(_AROUND, st.sampled_from(_LABELS), _AROUND, _CASES, _LANGUAGES)
def test_no_label_is_overlooked(
    before: str, label: str, behind: str, case: Callable[[str], str], language: str
) -> None:
    text = case(before + label + behind)
    if date_words.label_pattern(language).search(text):
        assert date_words.may_hold(text, date_words.label_begins())


@given(st.lists(_PARTS, max_size=12))
def test_every_shape_of_a_day_is_tried_where_it_may_stand(parts: list[str]) -> None:
    text = "".join(parts) or " "
    forms = _forms()
    tried = ((*forms.named, *forms.short), (forms.counted,), (_YEAR_FIRST, _NUMERIC))
    for found, patterns in zip(_shapes(text), tried, strict=True):
        assert [match.span() for match in found] == [match.span() for form in patterns for match in form.finditer(text)]


def test_what_is_not_looked_at_is_composed_already() -> None:
    settled = [chr(code) for code in range(0x3040, 0x30FF) if not _UNSETTLED.match(chr(code))]
    settled += [chr(code) for block in ((0x2010, 0x2070), (0x5D0, 0x5EB), (0x1F300, 0x1FAFF)) for code in range(*block)]
    for letter in settled:
        assert not re.fullmatch("[\u3099\u309a]", letter)
        assert unicodedata.normalize("NFC", f"e{letter}") == f"e{letter}"
        assert unicodedata.combining(letter) == 0
