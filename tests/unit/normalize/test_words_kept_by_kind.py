"""Words that used to vanish, kind by kind and door by door: what was printed stands in the article, and once."""

import pytest

from shared.article import Article
from tests.unit.normalize.doors import (
    MARKUP_DOORS,
    entry,
    ninjs,
    nitf,
    of_markup,
    page,
    paragraphs,
    read,
    schema_org,
    shown,
    text,
)

FIRST = "The ferry to the island runs again after three weeks."
SECOND = "It had stood still because the river was too high, the harbour office said on Monday."
LAST = "It had stood still because the river was too high, the harbour office said on Sunday."


@pytest.mark.parametrize("door", MARKUP_DOORS)
@pytest.mark.parametrize(
    ("markup", "block"),
    [
        pytest.param(
            "<ul><li>Boats at six</li><li>Boats at nine</li></ul>",
            ("list", ["Boats at six", "Boats at nine"]),
            id="a list of points",
        ),
        pytest.param(
            "<ol><li>Boats at six</li><li>Boats at nine</li></ol>",
            ("list", ["Boats at six", "Boats at nine"]),
            id="a list of steps",
        ),
        pytest.param(
            "<dl><dt>Monday</dt><dd>six boats</dd></dl>",
            ("list", ["Monday", "six boats"]),
            id="names and what they mean",
        ),
        pytest.param(
            "<table><tr><th>Day</th><th>Boats</th></tr><tr><td>Monday</td><td>6</td></tr></table>",
            ("table", [["Day", "Boats"], ["Monday", "6"]]),
            id="a table of data",
        ),
        pytest.param("<blockquote><p>We waited.</p></blockquote>", ("quote", "We waited."), id="a quote"),
        pytest.param("<pre>six\nnine</pre>", ("paragraph", "six nine"), id="lines that are no program"),
    ],
)
def test_markup_amid_the_text_keeps_its_place_and_its_kind(door: str, markup: str, block: tuple[str, object]) -> None:
    article = of_markup(door, paragraphs(FIRST, SECOND) + markup + paragraphs(LAST))
    assert shown(article.blocks) == [("paragraph", FIRST), ("paragraph", SECOND), block, ("paragraph", LAST)]


def test_a_caption_that_a_feed_lists_is_its_pictures_and_never_the_body() -> None:
    article = entry(summary=FIRST, pictures=[("https://p.example/1.jpg", "A boat in spring", "Ann Lee")])
    assert shown(article.blocks) == [("paragraph", FIRST), ("picture", ("A boat in spring", "Ann Lee"))]
    assert article.blocks[1].href == "https://p.example/1.jpg"


def test_each_picture_of_a_feed_keeps_its_own_caption_and_credit() -> None:
    pictures = [(f"https://p.example/{number}.jpg", f"Boat {number}", f"Lee {number}") for number in range(3)]
    article = entry(paragraphs(FIRST, SECOND), pictures=pictures)
    assert [
        (block.href, block.caption, block.byline) for block in article.blocks if block.type == "picture"
    ] == pictures


def test_a_picture_whose_caption_credits_somebody_else_below_it_keeps_its_own_credit() -> None:
    figure = '<figure><img src="/1.jpg"/><figcaption>Photo: Marta Quintana <cite>Kakalo.</cite></figcaption></figure>'
    article = entry("<pre>Kakaka.\nPhoto: Marta Quintana</pre>", title="Kakaka.", summary=figure)
    credits = [block.byline for block in article.blocks if block.type in ("picture", "caption")]
    assert credits == ["Kakalo.", "Marta Quintana"]


def test_a_picture_without_words_takes_the_credited_line_below_it() -> None:
    article = entry(f'<img src="/1.jpg"/><p>A boat. Photo: Ann Lee</p>{paragraphs(FIRST, SECOND)}')
    assert shown(article.blocks)[0] == ("picture", ("A boat.", "Ann Lee"))


@pytest.mark.parametrize(
    ("summary", "content", "said"),
    [
        pytest.param(
            paragraphs(FIRST, SECOND),
            "<p>See the pictures.</p>",
            [FIRST, SECOND, "See the pictures."],
            id="the longer first",
        ),
        pytest.param(FIRST, None, [FIRST], id="a summary alone"),
        pytest.param(None, paragraphs(FIRST), [FIRST], id="a content alone"),
        pytest.param("The ferry sails from six on Monday", None, ["The ferry sails from six on Monday"], id="no stop"),
    ],
)
def test_of_summary_and_content_no_word_is_lost_and_none_said_twice(
    summary: str | None, content: str | None, said: list[str]
) -> None:
    article = entry(content, summary=summary)
    assert [block.text for block in article.blocks] == said


@pytest.mark.parametrize(
    ("markup", "blocks"),
    [
        pytest.param(f"<a><p>{FIRST}</p></a><p>{SECOND}</p>", [FIRST, SECOND], id="a paragraph"),
        pytest.param(
            f"<p>{FIRST}</p><a><h2>At noon</h2></a><p>{SECOND}</p>", [FIRST, "At noon", SECOND], id="a heading"
        ),
        pytest.param(f"<p><a>{FIRST}</a></p><p>{SECOND}</p>", [FIRST, SECOND], id="the words of a paragraph"),
    ],
)
def test_an_anchor_that_leads_nowhere_is_no_link(markup: str, blocks: list[str]) -> None:
    assert [block.text for block in of_markup("page", markup).blocks] == blocks


@pytest.mark.parametrize(
    "article",
    [
        pytest.param(lambda: text("Anna Berg", "She left."), id="text"),
        pytest.param(lambda: page("<article><h1>Anna Berg</h1><p>She left.</p></article>"), id="page"),
        pytest.param(lambda: entry("<p>She left.</p>", title="Anna Berg"), id="feed"),
        pytest.param(lambda: ninjs(headline="Anna Berg", body_text="She left."), id="ninjs"),
        pytest.param(lambda: schema_org(headline="Anna Berg", articleBody="She left."), id="schema.org"),
        pytest.param(lambda: nitf("<p>She left.</p>", "<hedline><hl1>Anna Berg</hl1></hedline>"), id="NITF"),
    ],
)
def test_a_name_and_one_sentence_are_an_article(article: object) -> None:
    made: Article = article()  # type: ignore[operator]  # a table of inputs, each read when its test runs
    assert made.headline == "Anna Berg"
    assert shown(made.blocks) == [("paragraph", "She left.")]


@pytest.mark.parametrize(
    ("headline", "read_as"),
    [
        pytest.param("A &amp; B sail", "A & B sail", id="an entity"),
        pytest.param("R&D and AT&T", "R&D and AT&T", id="signs that are no entities"),
        pytest.param("Fish &lt;3 chips", "Fish <3 chips", id="a sign less-than"),
        pytest.param("Caf&eacute; opens", "Café opens", id="a named letter"),
        pytest.param("Caf&#233; opens", "Café opens", id="a numbered letter"),
    ],
)
def test_entities_of_a_pushed_title_are_letters(headline: str, read_as: str) -> None:
    assert schema_org(headline=headline, articleBody=FIRST).headline == read_as


def test_half_a_letter_in_json_costs_that_letter_and_not_the_article() -> None:
    pushed = '{"@type":"NewsArticle","headline":"A \\ud800 B","articleBody":"It sails."}'
    article = read(pushed, "application/ld+json")
    assert (article.headline, shown(article.blocks)) == ("A \ufffd B", [("paragraph", "It sails.")])


@pytest.mark.parametrize(
    ("copy", "encoding", "declared", "headline"),
    [
        pytest.param(
            "Council pays £500 to the harbour",
            "latin-1",
            "; charset=iso-8859-1",
            "Council pays £500 to the harbour",
            id="a pound",
        ),
        pytest.param("The council’s plan", "cp1252", "", "The council’s plan", id="a curly apostrophe alone"),
        pytest.param("Café opens", "utf-8", "; charset=utf-8", "Café opens", id="UTF-8"),
        pytest.param("Café opens", "utf-16", "", "Café opens", id="UTF-16 with its mark"),
        pytest.param("Café opens", "utf-8-sig", "", "Café opens", id="UTF-8 with a mark"),
    ],
)
def test_signs_of_a_declared_or_bare_encoding_stay_what_they_are(
    copy: str, encoding: str, declared: str, headline: str
) -> None:
    article = read(f"{copy}\n\n{FIRST}\n\n{SECOND}".encode(encoding), f"text/plain{declared}")
    assert article.headline == headline


@pytest.mark.parametrize("door", MARKUP_DOORS)
@pytest.mark.parametrize(
    ("markup", "said"),
    [
        pytest.param("<p>One<br/>two</p>", ["One two"], id="a break in a sentence"),
        pytest.param("<p>One <b>two</b> <i>three</i></p>", ["One two three"], id="marks within a sentence"),
        pytest.param("<p>H<sub>2</sub>O falls</p>", ["H2O falls"], id="a lowered figure"),
        pytest.param("<p>a&#160;b</p>", ["a b"], id="a hard space"),
        pytest.param("<p>a &lt;b&gt; c</p>", ["a <b> c"], id="escaped tags are words"),
        pytest.param(
            "<div>The boats sail at six.</div><div>They are back at nine.</div>",
            ["The boats sail at six.", "They are back at nine."],
            id="divisions as paragraphs",
        ),
    ],
)
def test_inline_markup_joins_words_as_a_reader_sees_them(door: str, markup: str, said: list[str]) -> None:
    article = of_markup(door, paragraphs(FIRST, SECOND) + markup + paragraphs(LAST))
    assert [block.text for block in article.blocks] == [FIRST, SECOND, *said, LAST]


@pytest.mark.parametrize("note", ["Exclusive: ", "To ka: Grimirmir: ", "Attn editors: "])
def test_a_short_declared_note_keeps_the_words_before_its_colon(note: str) -> None:
    article = ninjs(headline="The ferry sails again", body_text=f"{FIRST}\n{SECOND}", ednote=note + FIRST)
    assert article.boilerplate == (note + FIRST,)
