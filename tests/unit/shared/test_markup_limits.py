"""Markup that would stall a parser is refused by one linear look; markup that people write passes."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import NotAnArticle
from shared.untrusted.markup_limits import check
from tests.cost import times_as_dear

NAMES = " ".join(f"a{number}" for number in range(80_000))
VALUES = " ".join(f'a{number}="1"' for number in range(80_000))
HIDDEN = " ".join(f'a{number}=">"' for number in range(80_000))


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        pytest.param(f"<div {NAMES}>x</div>", "80000 attributes", id="attributes without a value"),
        pytest.param(f"<div {VALUES}>x</div>", "80000 attributes", id="attributes"),
        pytest.param(f"<div {VALUES.replace(' ', '')}>x</div>", "80000 attributes", id="attributes without a space"),
        pytest.param(f"<div {NAMES.replace(' ', '/')}>x</div>", "80000 attributes", id="attributes parted by slashes"),
        pytest.param(f"<div {HIDDEN}>x</div>", "80000 attributes", id="ends of tags inside of values"),
        pytest.param(f"<script>'<' </script><div {NAMES}>", "80000 attributes", id="after a script"),
        pytest.param("<div>" * 64_000, "64000 elements", id="nested elements"),
        pytest.param("<div></x>" * 64_000, "64000 elements", id="nested, with end tags of others"),
        pytest.param("".join(f"<d{number}>" for number in range(64_000)), "64000 elements", id="nested, every one new"),
        pytest.param("<DIV></Div ><div>" * 64_000, "64000 elements", id="nested, in any case"),
        pytest.param("<p>x</p>" * 200_000, "400000 tags", id="tags"),
        pytest.param(f'<a b="{"x" * 20_000_000}">', "tag of 20000006", id="one attribute of 20 MB"),
    ],
)
def test_hostile_markup_is_refused_with_the_reason(markup: str, reason: str) -> None:
    with pytest.raises(NotAnArticle, match=reason):
        check(markup)


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param("", id="nothing"),
        pytest.param("no markup at all, 3 < 4 and a > b", id="text"),
        pytest.param("<p>one<p>two" * 5_000, id="paragraphs that nobody closes"),
        pytest.param("<ul>" + "<li>x" * 5_000 + "</ul>", id="items that nobody closes"),
        pytest.param("<table>" + "<tr><td>1<td>2" * 5_000 + "</table>", id="rows that nobody closes"),
        pytest.param("<br><img src=a><input>" * 5_000, id="elements that are never open"),
        pytest.param("<svg>" + "<path d='M0 0'/>" * 5_000 + "</svg>", id="elements closed at once"),
        pytest.param(f'<img src="data:image/png;base64,{"A" * 500_000}">', id="a picture in an attribute"),
        pytest.param("<script>" + "if (a<b && c=d) {x='<div>'} " * 5_000 + "</script>", id="a long script"),
        pytest.param("<a title='it''s' href=x=y&z=1>x</a>" * 500, id="careless quotes"),
        pytest.param("<div style='" + "color: red; " * 5_000 + "'>x</div>", id="a long style"),
    ],
)
def test_what_people_write_passes(markup: str) -> None:
    check(markup)


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', id="an entity"),
        pytest.param('<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///etc/hostname"> %a;]><x/>', id="a parameter entity"),
    ],
)
def test_entities_are_refused_in_xml(markup: str) -> None:
    with pytest.raises(NotAnArticle, match="entities"):
        check(markup, xml=True)


def test_in_xml_every_open_element_counts() -> None:
    with pytest.raises(NotAnArticle, match="5000 elements"):
        check("<p>" * 5_000, xml=True)


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        pytest.param("<a>" * 5_000, "nested deeper than 1000", id="nested"),
        pytest.param("<_a>" * 5_000, "nested deeper than 1000", id="names that begin with no letter"),
        pytest.param('<a b="' + "<c>" * 5_000, "nested deeper than 1000", id="in a quote that is never closed"),
        pytest.param(f"<a {VALUES}>", "too large", id="attributes"),
    ],
)
def test_broken_xml_that_is_read_all_the_same_has_its_bounds(markup: str, reason: str) -> None:
    with pytest.raises(NotAnArticle, match=reason):
        check(markup, loose=True)


@pytest.mark.parametrize("kind", [{}, {"xml": True}, {"loose": True}])
def test_what_was_deep_and_is_closed_again_was_deep(kind: dict[str, bool]) -> None:
    with pytest.raises(NotAnArticle, match="5000 elements"):
        check("<div>" * 5_000 + "</div>" * 5_000 + "<b>x</b>", **kind)


def test_in_broken_xml_an_end_tag_closes_what_was_left_open_in_its_element() -> None:
    check("<item>one<br>two<hr></item></x>" * 5_000, loose=True)
    with pytest.raises(NotAnArticle, match="10001 elements"):
        check("<item>one<br>two<hr></item></x>" * 5_000, xml=True)


@pytest.mark.parametrize("loose", [False, True])
@pytest.mark.parametrize(
    "piece", ["<a ", '<a b="', "<a b='\"", "<", ">", "=", "<a =", "<a " + "=" * 99, "</", "<script ", "<!--", "x <b y "]
)
def test_the_look_is_linear(piece: str, loose: bool) -> None:
    short, long = piece * (500_000 // len(piece)), piece * (4_000_000 // len(piece))

    def look(markup: str) -> None:
        with contextlib.suppress(NotAnArticle):
            check(markup, loose=loose, max_tags=10**9)

    assert times_as_dear(lambda: look(long), than=lambda: look(short), bound=24) < 24  # the square would be 64


@given(markup=st.text(alphabet="<>/='\" abp!-[]", max_size=200), xml=st.booleans(), loose=st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_markup_passes_or_is_refused(markup: str, xml: bool, loose: bool) -> None:
    try:
        check(markup, xml=xml, loose=loose, max_depth=3, max_attributes=3)
    except NotAnArticle:
        return
    assert markup.count("<") <= 200


def test_markup_that_was_deep_and_is_closed_again_is_refused_all_the_same() -> None:
    with pytest.raises(NotAnArticle, match="nested deeper"):
        check("<i>" * 3000 + "</i>" * 3000 + "<br>" * 6000)
