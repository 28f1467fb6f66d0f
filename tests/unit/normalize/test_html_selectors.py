"""The selectors of a source's settings: what they mean, what is no selector, and what the worst of them cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalize.html.tree import Element, parse, path_of
from shared.untrusted.matcher import MOST_FOUND, Matcher
from shared.untrusted.selectors import LONGEST, WrongSelector, read_selectors
from tests.cost import times_as_dear

PAGE = (
    '<main id="m"><p class="lead big">a</p><p>b</p><div class="box"><p data-x="foo-bar">c</p><span>d</span></div>'
    '</main><p class="lead" lang="vi-VN">e</p>'
)


def look_for(selector: str, page: str = PAGE) -> list[Element]:
    found = Matcher({"it": read_selectors(selector)}).find(parse(page))
    assert found is not None
    return found["it"]


def found(selector: str, page: str = PAGE) -> list[str]:
    return [path_of(element) for element in look_for(selector, page)]


@pytest.mark.parametrize(
    ("selector", "texts"),
    [
        pytest.param("p", "abce", id="a name"),
        pytest.param("MAIN p", "abc", id="within"),
        pytest.param("main>p", "ab", id="right within"),
        pytest.param("main > p + p", "b", id="right behind"),
        pytest.param("p ~ div > span", "d", id="somewhere behind"),
        pytest.param(".lead", "ae", id="a class"),
        pytest.param("p.lead.big", "a", id="two classes"),
        pytest.param("#m > .box span", "d", id="an id"),
        pytest.param("[data-x]", "c", id="an attribute"),
        pytest.param('[data-x^="foo"][data-x$=bar]', "c", id="begins and ends so"),
        pytest.param("[data-x*='o-b']", "c", id="holds"),
        pytest.param("[lang|=vi]", "e", id="a language"),
        pytest.param("[class~=big]", "a", id="one of the words"),
        pytest.param("p:not(.lead)", "bc", id="is not"),
        pytest.param("main > p:nth-of-type(2)", "b", id="the second of its name"),
        pytest.param("main > :first-child", "a", id="the first"),
        pytest.param("span, #m > .lead", "ad", id="either, in the page's order"),
    ],
)
def test_a_selector_means_what_css_says(selector: str, texts: str) -> None:
    assert "".join(element.text or "" for element in look_for(selector)) == texts


def test_an_escaped_name_is_that_name() -> None:
    assert found(r".md\:big", '<p class="md:big">a</p>') == ["/html/body/p"]


@pytest.mark.parametrize(
    ("selector", "at"),
    [
        pytest.param("", 1, id="nothing"),
        pytest.param("p >", 4, id="nothing behind a sign"),
        pytest.param("p:hover", 2, id="a state that no document has"),
        pytest.param("p:nth-child(2n+1)", 2, id="a formula"),
        pytest.param("p{color:red}", 2, id="a rule"),
        pytest.param("a,,b", 3, id="an empty one"),
        pytest.param(":not(a b)", 8, id="more than one part"),
        pytest.param("[x", 1, id="left open"),
        pytest.param("x" * 1_000_000, LONGEST + 1, id="of a megabyte"),
    ],
)
def test_what_is_no_selector_is_refused_with_its_place(selector: str, at: int) -> None:
    with pytest.raises(WrongSelector, match=rf"character {at}\)"):
        read_selectors(selector)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_never_raised(text: str) -> None:
    try:
        selectors = read_selectors(text)
    except WrongSelector:
        return
    Matcher({"it": selectors}).find(parse(PAGE))


def test_what_means_a_hundred_thousand_elements_is_counted_no_further() -> None:
    assert len(found("i", "<div>" + "<i>a</i>" * 100_000 + "</div>")) == MOST_FOUND + 1


def test_within_what_is_left_out_nothing_is_looked_for() -> None:
    root = parse('<div class="ad"><div class="ad"><p>a</p></div></div><p>b</p>')
    found = Matcher({"out": read_selectors(".ad"), "it": read_selectors("p")}, whole=("out",)).find(root)
    assert found is not None
    assert len(found["out"]) == 1
    assert [element.text for element in found["it"]] == ["b"]


def test_a_page_on_which_looking_would_cost_more_than_reading_is_not_looked_through() -> None:
    matcher = Matcher({str(number): read_selectors(".a .b .c .d") for number in range(14)})
    assert matcher.find(parse('<div class="a b c d">' * 200 + '<p class="a b c d">x</p>' * 28_000)) is None


def test_a_deep_page_costs_no_more_than_its_length() -> None:
    matcher = Matcher({"it": read_selectors("div div div div div * * p")})
    short, long = (parse("<div>" * 200 + "<p>a</p>" * size + "</div>" * 200) for size in (4_000, 32_000))
    assert times_as_dear(lambda: matcher.find(long), lambda: matcher.find(short), bound=16) < 16
