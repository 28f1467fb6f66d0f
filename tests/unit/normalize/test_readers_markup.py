"""A fragment of HTML or XML as pieces: every kind of block keeps its words and is what it is."""

import pytest
from lxml import etree

from services.normalize.document import Piece
from services.normalize.readers.markup import pieces_of_element, pieces_of_markup, pieces_of_text

BASE = "https://paper.example/a/"


def read(markup: str) -> list[Piece]:
    return list(pieces_of_markup(markup, BASE, "$.content"))


def shapes(markup: str) -> list[tuple[str, str]]:
    return [(piece.shape, piece.text) for piece in read(markup)]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        pytest.param("<ul><li>a</li><li>b</li></ul>", ("a", "b"), id="unordered"),
        pytest.param("<ol>\n<li>a<ul><li>b</li><li>c</li></ul>d</li></ol>", ("a d", "b", "c"), id="nested"),
        pytest.param("<dl><dt>a</dt><dd>b</dd></dl>", ("a", "b"), id="definitions"),
        pytest.param("<dl><div><dt>a</dt><dd>b</dd></div><div>c</div></dl>", ("a", "b", "c"), id="grouped"),
        pytest.param("<ul>loose <b>words</b><li>a</li> tail</ul>", ("loose words", "a", "tail"), id="loose text"),
        pytest.param("<ul><p>a</p><li>b</li></ul>", ("a", "b"), id="a paragraph between the items"),
    ],
)
def test_all_words_of_a_list_are_its_items(markup: str, expected: tuple[str, ...]) -> None:
    (piece,) = read(markup)
    assert (piece.shape, piece.items, piece.text) == ("list", expected, " ".join(expected))


def test_an_item_with_a_picture_is_walked() -> None:
    assert [
        (piece.shape, piece.text, piece.items)
        for piece in read("<ul><li>a</li><li><img src='1.jpg'><p>Long words.</p></li><li>b</li></ul>")
    ] == [("list", "a", ("a",)), ("picture", "", ()), ("paragraph", "Long words.", ()), ("list", "b", ("b",))]


def test_a_table_of_data_keeps_rows_and_caption() -> None:
    (piece,) = read(
        "<figure><table><caption>Rain</caption><tr><th>Year</th><th>mm</th></tr><tr><td>2019</td><td></td></tr></table>"
        "<figcaption>Source: bureau</figcaption></figure>"
    )
    assert (piece.shape, piece.rows) == ("table", (("Year", "mm"), ("2019", "")))
    assert piece.caption == "Rain Source: bureau"


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param("<table><tr><td><p>One.</p><p>Two.</p></td></tr></table>", id="one cell"),
        pytest.param("<table><tr><td><img src='a.jpg'></td><td><p>One.</p><p>Two.</p></td></tr></table>", id="beside"),
        pytest.param("<table><tr><td><h2>H</h2></td></tr><tr><td>One.</td><td>Two.</td></tr></table>", id="heading"),
        pytest.param(
            "<table><tr><td><table><tr><td>One.</td></tr></table></td><td>Two.</td></tr></table>", id="nested"
        ),
    ],
)
def test_a_table_that_only_places_text_is_walked(markup: str) -> None:
    assert [text for shape, text in shapes(markup) if shape == "paragraph"] == ["One.", "Two."]


def test_each_figure_of_a_gallery_is_a_picture() -> None:
    pieces = read(
        "<figure class='gallery'><figure><img src='1.jpg'><figcaption>One <cite>Ann Lee</cite></figcaption></figure>"
        "<figure><img src='2.jpg'></figure><figcaption>All of it</figcaption></figure>"
    )
    assert [(piece.shape, piece.text, piece.byline) for piece in pieces] == [
        ("picture", "One", "Ann Lee"),
        ("picture", "", None),
        ("caption", "All of it", None),
    ]
    assert pieces[0].href == "https://paper.example/a/1.jpg"


@pytest.mark.parametrize(
    ("markup", "caption", "credit"),
    [
        pytest.param("<figure><img src=a.jpg><figcaption>A hill<span class=credit>Bo</span></figcaption></figure>",
                     "A hill", "Bo", id="credit by class"),
        pytest.param("<div class='wp-caption'><img src=a.jpg><p class='wp-caption-text'>A hill</p></div>",
                     "A hill", None, id="caption by class"),
        pytest.param("<figure><img src=a.jpg>A hill</figure>", "A hill", None, id="words without a caption's name"),
        pytest.param("<figure><img src=a.jpg><figcaption><small>A hill</small></figcaption></figure>",
                     "A hill", None, id="a mark alone"),
    ],
)  # fmt: skip
def test_a_picture_has_its_caption_and_credit(markup: str, caption: str, credit: str | None) -> None:
    (piece,) = read(markup)
    assert (piece.shape, piece.text, piece.byline) == ("picture", caption, credit)


def test_words_of_a_figure_beside_its_caption_are_told_as_removed() -> None:
    assert shapes("<figure><img src=a.jpg><a>Enlarge</a><figcaption>A hill</figcaption></figure>") == [
        ("picture", "A hill"),
        ("debris", "Enlarge"),
    ]


def test_words_set_over_or_beside_a_picture_are_paragraphs() -> None:
    markup = (
        "<div class='wp-block-media-text'><figure class='wp-block-media-text__media'><img src=a.jpg></figure>"
        "<div class='wp-block-media-text__content'><p>Beside it.</p></div></div>"
        "<div class='wp-block-cover'><img src=b.jpg><div><p>Over it.</p></div></div>"
    )
    assert [text for shape, text in shapes(markup) if shape == "paragraph"] == ["Beside it.", "Over it."]


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param("<blockquote><p>One.</p><p>Two.</p><cite>Ann Lee</cite></blockquote>", id="cite"),
        pytest.param("<blockquote>One.<p>Two.</p><footer>— <cite>Ann Lee</cite></footer></blockquote>", id="footer"),
        pytest.param("<figure><blockquote><p>One.</p><p>Two.</p></blockquote><figcaption>Ann Lee</figcaption></figure>",
                     id="figure"),
    ],
)  # fmt: skip
def test_a_quote_has_its_speaker(markup: str) -> None:
    assert [(piece.shape, piece.text, piece.byline) for piece in read(markup)] == [
        ("quote", "One.", None),
        ("quote", "Two.", "Ann Lee"),
    ]


def test_code_keeps_its_lines_and_a_poem_is_paragraphs() -> None:
    assert shapes("<pre><code>if a:\n    b()<br>c()</code></pre><pre>Roses\nare red\n\nViolets</pre>") == [
        ("code", "if a:\n    b()\nc()"),
        ("paragraph", "Roses are red"),
        ("paragraph", "Violets"),
    ]


def test_code_set_as_a_table_leaves_its_numbers_out() -> None:
    assert shapes(
        "<figure class='highlight'><table><tr><td class='gutter'><pre>1<br>2</pre></td>"
        "<td class='code'><pre>a = 1<br>b = 2</pre></td></tr></table></figure>"
    ) == [("debris", "1 2"), ("code", "a = 1\nb = 2")]


@pytest.mark.parametrize(
    "markup",
    [
        "<ol class='wp-block-footnotes'><li id='a'>A note. <a href='#b'>↩︎</a></li></ol>",
        "<div class='footnotes'><hr><ol><li id='fn:1'><p>A note. <a href='#r'>↩</a></p></li></ol></div>",
        "<ol><li id='fn1'>A note.</li></ol>",
    ],
)
def test_footnotes_are_told_from_lists(markup: str) -> None:
    assert shapes(markup) == [("footnote", "A note.")]


def test_the_mark_of_a_note_is_no_part_of_the_word_before_it() -> None:
    assert shapes("<p>Energy<sup><a href='#fn1'>1</a></sup> of 95<sup>00</sup></p>") == [
        ("paragraph", "Energy 1 of 9500")
    ]


@pytest.mark.parametrize(
    ("markup", "text", "href"),
    [
        ("<iframe title='A film' src='https://v.example/1'></iframe>", "A film", "https://v.example/1"),
        ("<video><source src='/1.mp4'>No player</video>", "video", "https://paper.example/1.mp4"),
        ("<figure class='embed'><div>https://v.example/1</div></figure>", "https://v.example/1", "https://v.example/1"),
    ],
)
def test_players_are_named(markup: str, text: str, href: str) -> None:
    (piece,) = read(markup)
    assert (piece.shape, piece.text, piece.href) == ("embed", text, href)


@pytest.mark.parametrize("around", ["a", "a><p", "button", "form><label", "x-card", "details><summary", "center"])
def test_links_buttons_and_unknown_elements_keep_their_words(around: str) -> None:
    assert shapes(f"<{around}>Words here.") == [("paragraph", "Words here.")]


def test_a_heading_in_a_link_stays_a_heading() -> None:
    assert shapes("<a><h2>New ways</h2></a><p>Words.</p>") == [("heading", "New ways"), ("paragraph", "Words.")]


def test_a_line_in_italics_under_a_bare_picture_is_its_caption() -> None:
    assert shapes("<p><img src=a.jpg></p><p><em>A hill</em></p><p><em>Later words</em></p>") == [
        ("picture", ""),
        ("caption", "A hill"),
        ("paragraph", "Later words"),
    ]


def test_only_what_is_set_in_bold_may_be_a_subhead() -> None:
    assert [
        piece.is_running for piece in read("<p>Plain</p><p><b>Bold</b></p><p><a href='/x'><b>Link</b></a></p>")
    ] == [
        True,
        False,
        True,
    ]


def test_counters_and_hidden_words_are_left_out() -> None:
    assert read("<img src=a.gif width=1 height=1><p style='display: none'>x</p><script>y</script>") == []


def test_names_and_sums_of_nitf_stand_in_the_line() -> None:
    root = etree.fromstring("<block><p><person>Ann Lee</person> paid <money unit='x'>5</money>.</p><p>Two</p></block>")
    assert [(piece.text, piece.path) for piece in pieces_of_element(root, None)] == [
        ("Ann Lee paid 5.", "/block/p"),
        ("Two", "/block/p[2]"),
    ]


def test_nesting_beyond_any_article_keeps_its_words() -> None:
    assert "".join(text for _, text in shapes("<div>" * 200 + "deep words" + "</div>" * 200)) == "deep words"


def test_a_text_of_one_line_is_a_paragraph() -> None:
    assert [piece.shape for piece in pieces_of_text("One line\n", "$")] == ["paragraph"]
    assert [piece.shape for piece in pieces_of_text("One\nTwo", "$")] == ["line", "line"]
