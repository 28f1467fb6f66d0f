"""The walk over a page in counts, not in seconds: what is built for it, what is looked at, what is let go."""

import gc

import pytest

from services.normalize.html.blocks import Outline, read_outline
from services.normalize.html.class_names import judge_name, judge_names
from services.normalize.html.tree import parse
from services.normalize.kept import LONGEST, kept_for_lines

STORY = "<main><h1>Bridge opens</h1><p>The bridge was opened on Monday, after three years of work on it.</p></main>"


def outline_of(body: str) -> Outline:
    return read_outline(parse(f"<html><body>{body}</body></html>"))


@pytest.mark.parametrize(
    "unread",
    [
        pytest.param("<select>" + "<option>Ward</option>" * 2000 + "</select>", id="a list to choose from"),
        pytest.param("<svg>" + "<g><path d='M0 0'/></g>" * 2000 + "</svg>", id="a drawing"),
        pytest.param("<script>" + "document.write('<p>x</p>');" * 2000 + "</script>", id="a script"),
        pytest.param("<template>" + "<div><p>mould</p></div>" * 2000 + "</template>", id="a mould"),
        pytest.param("<p>" + "<span></span>" * 2000 + "</p>", id="empty parts of a line"),
        pytest.param("<span hidden>" + "<b>x</b>" * 2000 + "</span>", id="what is not shown"),
    ],
)
def test_no_box_is_built_for_what_no_reader_sees(unread: str) -> None:
    plain, full = outline_of(STORY), outline_of(STORY + unread)
    assert len(full.boxes) <= len(plain.boxes) + 1
    assert [block.text for block in full.blocks] == [block.text for block in plain.blocks]


def test_a_box_of_the_page_is_built_once() -> None:
    outline = outline_of("<nav>" + "<ul><li><a href='/'>Ward</a></li></ul>" * 100 + "</nav>" + STORY)
    assert len(outline.boxes) == 1 + 1 + 2 * 100 + 3
    assert len(set(map(id, outline.order.values()))) == len(outline.boxes)


def test_the_boxes_in_a_box_are_those_right_in_it() -> None:
    outline = outline_of("<div><p>One.</p><section><p>Two.</p></section></div><div></div>")
    body = outline.boxes[0]
    assert [box.tag for box in outline.children(body)] == ["div", "div"]
    first, empty = outline.children(body)
    assert [box.tag for box in outline.children(first)] == ["p", "section"]
    assert not list(outline.children(empty))


def left_in_cycles(boxes: int) -> int:
    gc.collect()
    gc.disable()
    try:
        outline_of("<div class='x'><p>A line.</p></div>" * boxes)
        return gc.collect()
    finally:
        gc.enable()


def test_no_box_or_block_waits_for_the_collector_of_cycles() -> None:
    left_in_cycles(1)
    assert left_in_cycles(500) == left_in_cycles(5)


def test_names_that_come_again_are_judged_once() -> None:
    judge_names.cache_clear()
    judge_name.cache_clear()
    outline_of("<div class='story-teaser x1'><p class='story-teaser'>A line.</p></div>" * 50)
    assert judge_name.cache_info().misses == 2
    assert judge_names.cache_info().misses < 6


def test_answers_about_lines_are_kept_and_those_about_whole_texts_are_not() -> None:
    asked: list[str] = []

    @kept_for_lines
    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    line, text = "x" * LONGEST, "x" * (LONGEST + 1)
    assert [length(line), length(line), length(text), length(text)] == [LONGEST, LONGEST, LONGEST + 1, LONGEST + 1]
    assert asked == [line, text, text]
