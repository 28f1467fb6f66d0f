"""What differs between two revisions, word by word."""

from hypothesis import given
from hypothesis import strategies as st

from services.web.pages.differences import MOST_CHARS, changed_lines, differences
from shared.article import Article, Block


def article(headline: str, *paragraphs: str) -> Article:
    return Article(headline=headline, blocks=tuple(Block(type="paragraph", text=text) for text in paragraphs))


def test_a_corrected_figure_is_the_only_thing_shown() -> None:
    before = article("Huế đón 3.000 khách", "Trời nắng.", "Có 3.000 khách.")
    now = article("Huế đón 30.000 khách", "Trời nắng.", "Có 3.000 khách.")
    (found,) = differences(before, now) or []
    assert found.part == "headline"
    assert [(change.kind, change.text) for change in found.changes] == [
        ("same", "Huế đón "), ("gone", "3.000"), ("new", "30.000"), ("same", " khách"),
    ]  # fmt: skip


def test_a_paragraph_that_came_or_went_stands_whole() -> None:
    (came,) = differences(article("a", "b"), article("a", "b", "c d")) or []
    assert [(change.kind, change.text) for change in came.changes] == [("new", "c d")]
    (went,) = differences(article("a", "b", "c d"), article("a", "b")) or []
    assert [(change.kind, change.text) for change in went.changes] == [("gone", "c d")]


def test_the_same_differs_in_nothing_and_what_is_too_long_is_not_compared() -> None:
    assert differences(article("a", "b"), article("a", "b")) == []
    assert differences(article("a", "x" * MOST_CHARS), article("b")) is None


def test_alike_words_without_end_do_not_hold_up_a_page() -> None:
    (found,) = differences(article("h", "a " * 9000), article("h", "b " + "a " * 9000)) or []
    assert [change.kind for change in found.changes] == ["gone", "new"]
    assert differences(article("h", *["a"] * 9000), article("h", *["a"] * 9001)) is None


@given(st.lists(st.text(max_size=30), max_size=6), st.lists(st.text(max_size=30), max_size=6))
def test_no_word_is_lost_or_invented(before: list[str], now: list[str]) -> None:
    shown = differences(article("h", *before), article("h", *now)) or []
    for kind, texts in (("gone", before), ("new", now)):
        told = ["".join(change.text for change in one.changes if change.kind in (kind, "same")) for one in shown]
        assert all(text == "" or text in texts for text in told)


def test_lines_that_stand_for_each_other_are_compared_and_the_others_stand_alone() -> None:
    found = changed_lines(["Huế đón 3.000 khách", "Trời nắng."], ["Huế đón 30.000 khách", "Trời nắng.", "Mưa."])
    assert [[(one.kind, one.text) for one in line] for line in found] == [
        [("same", "Huế đón "), ("gone", "3.000"), ("new", "30.000"), ("same", " khách")],
        [("new", "Mưa.")],
    ]


def test_lines_with_little_in_common_stand_whole_one_after_the_other() -> None:
    (line,) = changed_lines(["Chợ nổi mở thêm bến thuyền"], ["Khách có thể lên thuyền ở ba bến mới."])
    assert [one.kind for one in line] == ["gone", "same", "new"]
