"""Judged lines become blocks: one list stays one, two stay two, a picture takes its own caption."""

import pytest

from tests.unit.normalize.doors import MARKUP_DOORS, of_markup, read, shown

LEAD = "The ferry had stood still for three weeks because the river was too high for any boat that the island owns."
END = "The islanders had to take the long way round by the bridge, and the school bus never came, the mayor said."


@pytest.mark.parametrize("door", MARKUP_DOORS)
@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        pytest.param("<ul><li>One boat</li><li>Two boats</li></ul><ul><li>Three crews</li></ul>",
                     [("list", ["One boat", "Two boats"]), ("list", ["Three crews"])], id="lists"),
        pytest.param("<table><tr><td>May</td><td>31</td></tr><tr><td>June</td><td>28</td></tr></table>"
                     "<table><tr><td>Crew</td><td>4</td></tr><tr><td>Guests</td><td>90</td></tr></table>",
                     [("table", [["May", "31"], ["June", "28"]]), ("table", [["Crew", "4"], ["Guests", "90"]])],
                     id="tables"),
    ],
)  # fmt: skip
def test_two_of_a_kind_beside_each_other_stay_two(door: str, markup: str, expected: list[object]) -> None:
    article = of_markup(door, f"<p>{LEAD}</p>{markup}<p>{END}</p>")
    assert shown(article.blocks) == [("paragraph", LEAD), *expected, ("paragraph", END)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(["- One boat", "- Two boats", "- Three crews"],
                     ("list", ["One boat", "Two boats", "Three crews"]), id="items with a sign"),
        pytest.param(["1. One boat for all", "2. Two boats in summer"],
                     ("list", ["1. One boat for all", "2. Two boats in summer"]), id="numbers stay: texts name them"),
        pytest.param(["Month\tTrips\tGuests", "May\t31\t900", "June\t28\t840"],
                     ("table", [["Month", "Trips", "Guests"], ["May", "31", "900"], ["June", "28", "840"]]),
                     id="rows between tabs"),
    ],
)  # fmt: skip
def test_lines_of_a_plain_text_make_one_list_or_table(lines: list[str], expected: tuple[str, object]) -> None:
    text = "\n\n".join(["The ferry sails again", LEAD, "\n".join(lines), END])
    assert shown(read(text).blocks) == [("paragraph", LEAD), expected, ("paragraph", END)]


@pytest.mark.parametrize("door", ["feed", "ninjs", "page"])
@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        pytest.param("<p><img src='https://p.example/1.jpg'></p><p>The quay at dawn. Photo: Ann Lee</p>",
                     [("picture", ("The quay at dawn.", "Ann Lee"))], id="its own"),
        pytest.param("<figure><img src='https://p.example/1.jpg'><figcaption>The quay at dawn</figcaption></figure>"
                     "<p><img src='https://p.example/2.jpg'></p><p>The boat. Photo: Tom Wall</p>",
                     [("picture", ("The quay at dawn", None)), ("picture", ("The boat.", "Tom Wall"))],
                     id="that of the second stays with the second"),
    ],
)  # fmt: skip
def test_a_picture_takes_the_caption_right_under_it(door: str, markup: str, expected: list[object]) -> None:
    article = of_markup(door, f"<p>{LEAD}</p>{markup}<p>{END}</p>")
    assert [block for block in shown(article.blocks) if block[0] != "paragraph"] == expected


def test_each_block_says_where_it_stood() -> None:
    article = of_markup("page", f"<p>{LEAD}</p><ul><li>One boat</li></ul><ul><li>Two boats</li></ul><p>{END}</p>")
    places = {seen.field: seen.path for seen in article.evidence if seen.field.startswith("blocks")}
    assert len(places) == len(article.blocks) == 4
    assert len(set(places.values())) == 4
