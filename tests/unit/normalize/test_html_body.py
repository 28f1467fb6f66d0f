"""The body of a page: what belongs to the article and what the site set round it."""

import pytest

from services.normalize.document import Draft
from services.normalize.html.blocks import Outline, read_outline
from services.normalize.html.tree import parse
from services.normalize.language.phrases import is_aside, is_notice
from services.normalize.readers.html_page import read
from shared.envelope import Raw, Source

LONG = (
    "The council met on Tuesday, and after four hours of talks, it agreed to repair the bridge. "
    "Work begins in March, said the mayor, and the road will be closed for a year."
)
MORE = (
    "Traders in the old town fear for their business, which lives on those who drive through. "
    "They asked for a second lane, but the engineers refused, pointing to the narrow banks."
)
LAST = "The cost is shared by the state, the county and the town, each of which has yet to find the money."


def draft(body: str, title: str = "The bridge will be repaired") -> Draft:
    markup = f"<html><head><title>{title}</title><meta property='og:title' content='{title}'></head><body>{body}</body>"
    raw = Raw(source=Source(kind="push", name="t"), media_type="text/html", body=b"", received_us=0, url=None)
    return read(markup, raw)


def texts(body: str) -> list[str]:
    return [piece.text for piece in draft(body).pieces if piece.shape not in ("picture", "debris")]


def story(*extra: str) -> str:
    return (
        "<article><h1>The bridge will be repaired</h1>"
        f"<div class='article-body'><p>{LONG}</p><p>{MORE}</p>{''.join(extra)}<p>{LAST}</p></div></article>"
    )


def outline(body: str) -> Outline:
    return read_outline(parse(f"<html><body>{body}</body></html>"))


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        pytest.param("<p>a (<x-source><a href=u>1</a></x-source>).</p>", "a (1).", id="a custom element in a line"),
        pytest.param("<p>in <o:p>Hull</o:p> today</p>", "in Hull today", id="what Word leaves"),
        pytest.param("<p><ruby>子<rp>(</rp><rt>こ</rt><rp>)</rp></ruby>ども</p>", "子ども", id="readings are not text"),
        pytest.param("<h3><button>Who pays?</button></h3>", "Who pays?", id="a subhead that opens its answer"),
        pytest.param("<p>Omar<span class='sr-only'> profile</span> spoke</p>", "Omar spoke", id="for screen readers"),
        pytest.param("<p>EZB<span class='tooltip-text'>die Bank</span> sagt</p>", "EZB sagt", id="pointed at only"),
        pytest.param("<p>a <span class='tooltip'>EZB</span> b</p>", "a EZB b", id="the word pointed at"),
        pytest.param("<p>a</p><template><p>{{title}}</p></template>", "a", id="a mould for scripts"),
    ],
)
def test_what_a_line_shows(markup: str, text: str) -> None:
    assert [block.text for block in outline(markup).blocks] == [text]


@pytest.mark.parametrize(
    ("markup", "linked"),
    [
        pytest.param("<h3><a href='#costs'>What it costs</a></h3>", 0, id="a subhead's link to itself"),
        pytest.param("<h3><a name='costs'>What it costs</a></h3>", 0, id="a name is no link"),
        pytest.param("<h3><a href='/costs'>What it costs</a></h3>", 13, id="another page"),
    ],
)
def test_what_counts_as_linked(markup: str, linked: int) -> None:
    assert outline(markup).blocks[0].linked == linked


def test_an_unclosed_button_does_not_swallow_the_article() -> None:
    assert LONG in texts(f"<header><button class='menu'>{story()}</header>")


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param("<p class='paywall'>Only those who pay read on, as long as they pay.</p>", id="paid-for text"),
        pytest.param(
            "<figure><blockquote>We waited long, much too long, for this.</blockquote></figure>",
            id="a quote in a figure",
        ),
        pytest.param(
            "<div class='accordion'><div class='card'><div class='card-header'><h3>Who will pay for it?</h3></div>"
            "<div class='collapse'><p>Nobody knows, and nobody asks, it seems.</p></div></div></div>",
            id="questions that open their answers",
        ),
        pytest.param(
            "<div class='has-newsletter'><p>What has a newsletter stays, as long as it is text.</p></div>",
            id="what a box has, it is not",
        ),
        pytest.param(
            "<div><p><a href=/a>The old bridge near the mill</a> has stood for long.</p>"
            "<p><a href=/b>The road along the river</a> is younger.</p></div>",
            id="sentences that are half links",
        ),
        pytest.param("<h3>What changed since 1968</h3>", id="a subhead with a year"),
    ],
)
def test_what_stays(extra: str) -> None:
    expected = [block.text for block in outline(extra).blocks]
    assert set(expected) <= set(texts(story(extra)))


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param(
            "<div><p><a href=/a>The old bridge is a hundred years old</a>, said the mayor.</p>"
            "<p><a href=/b>Who pays for the new road</a> is not known</p></div>",
            id="a box of links with a few words behind each",
        ),
        pytest.param("<p>Mehr zum Thema Brücken</p>", id="points elsewhere in German"),
        pytest.param("<p>Leia também: A ponte velha</p>", id="points elsewhere in Portuguese"),
        pytest.param("<p>FUNDA OLUNYE | <a href=u>Another story altogether</a></p>", id="a label and a link"),
        pytest.param("<p class='autor'>Von Anna Berg</p>", id="a byline between paragraphs"),
        pytest.param("<div class='sp-gdpr'><p>We use data, and we tell you how, if you ask.</p></div>", id="privacy"),
        pytest.param(
            "<p>An dieser Stelle finden Sie einen externen Inhalt, der den Artikel ergänzt, von Redakteuren gewählt. "
            "Sie können ihn sich mit einem Klick anzeigen lassen und wieder ausblenden, so oft Sie wollen.</p>",
            id="asks for consent",
        ),
    ],
)
def test_what_goes(extra: str) -> None:
    gone = {block.text for block in outline(extra).blocks}
    assert gone.isdisjoint(texts(story(extra)))


@pytest.mark.parametrize(
    "last",
    [
        pytest.param("(Reporting by Jane Doe; editing by John Roe)", id="an agency's signature"),
        pytest.param("Updated at 1:23 p.m.", id="when it was changed"),
        pytest.param("Publiziert: 03.04.2020, 12:35", id="when it was published"),
    ],
)
def test_what_ends_an_article_is_not_its_text(last: str) -> None:
    body = f"<article><h1>The bridge will be repaired</h1><p>{LONG}</p><p>{MORE}</p><p>{last}</p></article>"
    assert texts(body)[:2] == [LONG, MORE]
    assert not [piece for piece in draft(body).pieces if piece.text == last and piece.shape == "paragraph"]


@pytest.mark.parametrize(
    ("under", "lead"),
    [
        pytest.param("<h2>Traders in the old town fear for a trade that lives on passers-by</h2>", True, id="no stop"),
        pytest.param("<div class='article-lead'>Traders in the old town fear for their trade</div>", True, id="named"),
        pytest.param("<p class='byline'>By Jane Doe, who has long written about bridges</p>", False, id="who"),
        pytest.param("<p>First printed in the evening edition of 3.4.2020 and changed at 12:35</p>", False, id="when"),
        pytest.param(
            "<div class='caption'><p>The bridge in the evening, seen from the weir, before the works began.</p></div>",
            False,
            id="what a picture shows",
        ),
    ],
)  # fmt: skip
def test_the_sentence_under_the_headline_is_the_lead(under: str, lead: bool) -> None:
    body = (
        f"<main><h1>The bridge will be repaired</h1>{under}<div>Share</div>"
        f"<div class='article-body'><p>{LONG}</p><p>{MORE}</p><p>{LAST}</p></div></main>"
    )
    said = [block.text for block in outline(under).blocks]
    assert [piece.text for piece in draft(body).pieces if piece.shape == "lead"] == (said if lead else [])


def test_a_headline_for_screen_readers_still_says_where_the_lead_stands() -> None:
    lead = "Traders in the old town fear for their business, which lives on others."
    body = (
        "<main><h1 class='visually-hidden'>The bridge will be repaired</h1>"
        f"<h2>Leine: The bridge will be repaired</h2><p>{lead}</p>"
        f"<div class='article-body'><p>{LONG}</p><p>{MORE}</p><p>{LAST}</p></div></main>"
    )
    assert texts(body)[0] == lead


def test_a_paragraph_with_a_picture_in_it_is_no_caption() -> None:
    pictured = f"<p><img src='b.jpg'>{LONG}</p>"
    assert LONG in texts(f"<article><h1>The bridge will be repaired</h1><p>{MORE}</p>{pictured}<p>{LAST}</p></article>")


def test_a_privacy_notice_longer_than_the_article_is_not_the_article() -> None:
    notice = "".join(f"<p>Purpose {number}: {MORE}</p>" for number in range(9))
    body = texts(f"{story()}<div class='gdpr-popup'>{notice}</div>")
    assert LONG in body
    assert not [text for text in body if text.startswith("Purpose")]


def test_the_share_of_a_box_is_its_share_of_its_own_article() -> None:
    others = "".join(f"<article><h2>Story {number}</h2><p>{MORE}</p><p>{LONG}</p></article>" for number in range(5))
    own = f"<h1>The bridge will be repaired</h1><div class='share-wrapper'><p>{LAST}</p><p>{LONG}</p></div>"
    assert LAST in texts(f"<main><article>{own}</article>{others}</main>")


@pytest.mark.parametrize(
    ("line", "aside"),
    [
        ("Mehr zum Thema Schule", True), ("3 min read", True), ("Lesezeit: 4 Minuten", True),
        ("À lire aussi : le pont", True),
        ("Lees ook: de brug", True), ("Czytaj też", True), ("Читайте также: мост", True), ("Xem thêm: cây cầu", True),
        ("अधूरा नहीं! पढ़िए पूरा!", True), ("関連ニュース", True), ("Baca juga: jembatan", True),
        ("اقرأ أيضاً: الجسر", True),
        ("The reading time is over", False), ("Il reste à savoir qui paiera", False), ("Mehr als tausend kamen", False),
        ("También puede haber retrasos", False), ("Leggi e regole cambiano", False), ("残り1分で同点", False),
    ],
)  # fmt: skip
def test_lines_of_the_site_in_many_languages(line: str, aside: bool) -> None:
    assert is_aside(line) is aside


def test_a_sentence_about_consent_is_no_notice() -> None:
    assert is_notice("Pour afficher ce contenu, acceptez les cookies.")
    assert not is_notice("Die Zustimmung der Länder steht aus.")


COLUMN = "".join(
    f"<li class='flash'><b>{n}:30</b><p>A flash of the day: in town number {n} the mayor spoke of the market, and of "
    "the stalls which the rain had driven away since the morning, while the brass band played on.</p></li>"
    for n in range(9)
)


def test_a_longer_column_beside_an_article_is_not_the_article() -> None:
    page = f"<div class='wide'><div>{story()}</div><div class='right'><ul>{COLUMN}</ul></div></div>"
    assert texts(page) == [LONG, MORE, LAST]


def test_nor_where_the_headline_stands_in_a_box_named_otherwise() -> None:
    head = "<header class='banner'><h1>The bridge will be repaired</h1></header>"
    inner = f"<article>{head}<p>{LONG}</p><p>{MORE}</p></article>"
    page = f"<div class='wide'><div>{inner}</div><div class='right'><ul>{COLUMN}</ul></div></div>"
    assert texts(page) == [LONG, MORE]


def test_a_text_that_a_page_shows_twice_is_read_once() -> None:
    again = f"<div class='narrow-screens'><p>{LONG}</p><p>{MORE}</p></div>"
    assert texts(story(again)) == [LONG, MORE, LAST]


def test_a_short_line_said_twice_stays() -> None:
    assert (
        texts(story("<p>Nobody spoke.</p>", f"<p>{MORE} Still.</p>", "<p>Nobody spoke.</p>")).count("Nobody spoke.")
        == 2
    )
