"""Any text is a query; none is an error but a day that is none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.index.query import DATES, MAX_TERMS, Part, Query, WrongDate, read_query


def shown(part: Part) -> str:
    words = " ".join(part.exact)
    return f"{part.field}:{words}" if part.field else words


def needs(query: Query | None) -> list[str]:
    return [] if query is None else [" OR ".join(map(shown, group)) for group in query.needs]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Đảng", ["đảng"], id="one word"),
        pytest.param("hòa bình", ["hoà", "bình"], id="two words"),
        pytest.param('"cán bộ, đảng"', ["cán bộ đảng"], id="phrase"),
        pytest.param("“cán bộ” huyện", ["cán bộ", "huyện"], id="typographic quotes"),
        pytest.param('"cán bộ', ["cán", "bộ"], id="a quotation that is never closed"),
        pytest.param("a a", ["a"], id="a word is asked once"),
        pytest.param("日本語", ["日本 本語"], id="a run, in pairs"),
        pytest.param("日", ["日"], id="half a pair"),
        pytest.param("bão OR lũ", ["bão OR lũ"], id="one of two"),
        pytest.param('bão OR "lũ quét" OR sạt', ["bão OR lũ quét OR sạt"], id="one of three"),
        pytest.param("OR b OR", ["or", "b"], id="OR needs something on both sides"),
        pytest.param("A-320 B52", ["a", "320", "b52"], id="a code at its hyphen"),
        pytest.param("headline:Huế", ["headline:huế"], id="field"),
        pytest.param('author:"Anh Phong"', ["byline:anh phong"], id="field and phrase"),
        pytest.param("Title:x LANG:vi", ["headline:x", "language:vi"], id="fields in capitals, by other names"),
        pytest.param("source:tuoitre.vn", ["source:tuoitre vn"], id="words in a name"),
        pytest.param("https://a.vn/x 10:30", ["https", "a", "vn", "x", "10", "30"], id="no field of ours"),
        pytest.param("headline:", ["headline"], id="a field of nothing is a word"),
        pytest.param("👍🏽 ok", ["👍", "ok"], id="emoji"),
        pytest.param('צה"ל', ["צהל"], id="an abbreviation in Hebrew is no quotation"),
        pytest.param("kinh tế - xã hội", ["kinh", "tế", "xã", "hội"], id="a dash excludes nothing"),
        pytest.param('"date:31-12"', ["date 31 12"], id="a quotation is words, whatever it says"),
        pytest.param("update:31-12 validate:x", ["update", "31", "12", "validate", "x"], id="no filter by date"),
    ],
)
def test_read_query(text: str, expected: list[str]) -> None:
    assert needs(read_query(text)) == expected


@pytest.mark.parametrize(
    ("text", "bans"),
    [
        ("bóng -đá", ["đá"]),
        ('bóng -"giải trẻ" -đá', ["giải trẻ", "đá"]),
        ("-headline:x", ["headline:x"]),
        ("kinh tế-xã hội", []),
        ("--x", []),
    ],
)
def test_what_is_not_wanted(text: str, bans: list[str]) -> None:
    query = read_query(text)
    assert query is not None
    assert [shown(part) for part in query.bans] == bans


@pytest.mark.parametrize(
    ("text", "since", "before"),
    [
        ("date:2026-11-01..2026-11-30", 2026_11_01, 2026_12_01),
        ("date:2026-11-30", 2026_11_30, 2026_12_01),
        ("date:2026-12", 2026_12_01, 2027_01_01),
        ("date:2026", 2026_01_01, 2027_01_01),
        ("date:..2026-02", 0, 2026_03_01),
        ("date:2026..", 2026_01_01, 9999_12_31),
        ("after:2026-11-01", 2026_11_01, 9999_12_31),
        ("before:01/11/2026", 0, 2026_11_01),
        ("after:2026-01 before:2026-03", 2026_01_01, 2026_03_01),
        ('date:"2026-12"', 2026_12_01, 2027_01_01),
        ("DATE:2026", 2026_01_01, 2027_01_01),
        ("date:9999", 9999_01_01, 9999_12_31),
    ],
)
def test_days(text: str, since: int, before: int) -> None:
    query = read_query(text)
    assert query is not None
    assert (query.since, query.before) == (since, before)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("date:31-12", "date:31-12 says no day: date: takes a year, a month or a day"),
        ("bão after:yesterday", "after:yesterday says no day: after: takes a year"),
        ("before:2026-02-30", "before:2026-02-30 says no day"),
        ("before:2026-01..2026-02", "before:2026-01..2026-02 says no day"),
        ("date:..", "date:.. says no day"),
        ('date:"the 3rd of May"', "date:the 3rd of May says no day"),
        ("bão -date:2026", "-date: is no filter"),
    ],
)
def test_a_filter_that_says_no_day_is_told_with_the_forms_it_takes(text: str, told: str) -> None:
    with pytest.raises(WrongDate) as caught:
        read_query(text)
    assert str(caught.value).startswith(told)


def test_days_are_no_words_beside_each_other() -> None:
    query = read_query("x 2026 date:2026")
    assert query is not None
    assert [part.text for part in query.row] == ["x", "2026"]


def test_words_side_by_side() -> None:
    query = read_query('nâng cao "đội ngũ" headline:x nâng -y')
    assert query is not None
    assert [part.text for part in query.row] == ["nâng", "cao", "nâng"]
    single = read_query("đảng")
    assert single is not None
    assert single.row == ()


@pytest.mark.parametrize(
    ("text", "plain"), [("nam dong", True), ("Nam Đông", False), ("nam đong", False), ("ly", True)]
)
def test_typed_without_marks(text: str, plain: bool) -> None:
    query = read_query(text)
    assert query is not None
    assert query.plain_typed is plain


@pytest.mark.parametrize("text", ["", "  ", '"', '""', "“ ”", "\x00", "-*^:()", "\ud800", "\u0300", "-", "\u200b"])
def test_no_word_no_query(text: str) -> None:
    assert read_query(text) is None


def test_a_query_is_bounded() -> None:
    query = read_query(" ".join(f"w{number}" for number in range(100_000)))
    assert query is not None
    assert len(query.needs) == MAX_TERMS
    assert len(query.row) <= MAX_TERMS


PIECES = ['"', "OR", "-", "headline:", "date:", "2026", "..", "日本", "ไทย", "đ", "👍", "\x00", "x", " ", "“", "”"]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=30).map("".join))
def test_whatever_is_typed_is_read(text: str) -> None:
    query, is_refused = None, False
    try:
        query = read_query(text)
    except WrongDate:
        is_refused = True
    assert not is_refused or any(f"{name}:" in text.lower() for name in DATES)
    if query is None:
        return
    for part in (*(part for group in query.needs for part in group), *query.bans):
        assert part.exact
        assert part.plain
        assert part.text
    assert query.since <= 9999_12_31
    assert all(query.needs)
