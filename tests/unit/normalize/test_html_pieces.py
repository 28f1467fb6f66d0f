"""What a page's body is made of: each kind of block as what it is, with the words that belong to it."""

import pytest

from services.normalize.pipeline import normalize
from shared.article import Article, Block
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


def article(*extra: str) -> Article:
    body = (
        "<html><head><title>The bridge will be repaired</title></head><body><article>"
        f"<h1>The bridge will be repaired</h1><div class='entry-content'><p>{LONG}</p><p>{MORE}</p>{''.join(extra)}"
        f"<p>{LAST}</p></div></article></body></html>"
    )
    source = Source(kind="push", name="desk")
    url = "https://paper.example/a/1"
    return normalize(Raw(source=source, media_type="text/html", body=body.encode(), received_us=1, url=url))


def blocks(*extra: str) -> list[Block]:
    """What stands between the second and the last paragraph."""
    return [block for block in article(*extra).blocks if block.text not in (LONG, MORE, LAST)]


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param("<blockquote><p>We waited for years.</p><cite>Ana Ruiz</cite></blockquote>", id="cite"),
        pytest.param("<blockquote><p>We waited for years.</p><footer>— Ana Ruiz</footer></blockquote>", id="footer"),
        pytest.param(
            "<figure class='wp-block-pullquote'><blockquote><p>We waited for years.</p><cite>Ana Ruiz</cite>"
            "</blockquote></figure>",
            id="pullquote",
        ),
        pytest.param(
            "<figure><blockquote><p>We waited for years.</p></blockquote><figcaption>Ana Ruiz</figcaption></figure>",
            id="figcaption",
        ),
    ],
)
def test_a_quote_has_its_speaker(markup: str) -> None:
    assert blocks(markup) == [Block(type="quote", text="We waited for years.", byline="Ana Ruiz")]


TABLE = "<tr><th>Town</th><th>Share</th></tr><tr><td>Kiel</td><td>12</td></tr><tr><td>Lund</td><td>7</td></tr>"
ROWS = (("Town", "Share"), ("Kiel", "12"), ("Lund", "7"))


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param(f"<table><caption>Who pays</caption>{TABLE}</table>", id="caption"),
        pytest.param(f"<figure><table>{TABLE}</table><figcaption>Who pays</figcaption></figure>", id="figcaption"),
    ],
)
def test_a_table_has_its_caption(markup: str) -> None:
    assert blocks(markup) == [Block(type="table", rows=ROWS, caption="Who pays")]


def test_cells_with_paragraphs_are_cells() -> None:
    cells = TABLE.replace("<td>Kiel</td>", "<td><p>Kiel</p></td>")
    assert [block.rows for block in blocks(f"<table>{cells}</table>")] == [ROWS]


def test_code_keeps_its_lines() -> None:
    assert blocks("<pre><code>a = 1\n  b = 2</code></pre>") == [Block(type="code", text="a = 1\n  b = 2")]


@pytest.mark.parametrize(
    "markup",
    [
        "<section class='footnotes'><ol><li id='fn:1'><p>Rounded to tens. <a href='#fnref:1'>↩</a></p></li></ol>",
        "<ol class='wp-block-footnotes'><li id='b1c2'>Rounded to tens. <a href='#b1c2-link'>↩︎</a></li></ol>",
        "<div class='footnote' id='fn1'>Rounded to tens.</div>",
    ],
)
def test_a_footnote_is_one(markup: str) -> None:
    assert blocks(markup) == [Block(type="footnote", text="Rounded to tens.")]


def test_each_picture_of_a_gallery_has_its_words() -> None:
    shots = "".join(
        f"<figure class='wp-block-image'><img src='/p{number}.jpg'><figcaption>{words}</figcaption></figure>"
        for number, words in enumerate(("A lorry at dawn", "The bay from above (Photo: Reuters)"))
    )
    gallery = f"<figure class='wp-block-gallery'>{shots}</figure>"
    assert blocks(gallery) == [
        Block(type="picture", caption="A lorry at dawn", href="https://paper.example/p0.jpg"),
        Block(type="picture", caption="The bay from above", byline="Reuters", href="https://paper.example/p1.jpg"),
    ]


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param(
            "<div class='wp-block-cover'><img class='wp-block-cover__image-background' src='/b.jpg'>"
            "<div class='wp-block-cover__inner-container'><p>We do not need a miracle, only three dry summers.</p>"
            "</div></div>",
            id="set over a picture",
        ),
        pytest.param(
            "<div class='wp-block-media-text'><figure><img src='/b.jpg'></figure><div class='media-text__content'>"
            "<p>We do not need a miracle, only three dry summers. So said the man who keeps the lock.</p></div></div>",
            id="set beside a picture",
        ),
    ],
)
def test_text_with_a_picture_is_text(markup: str) -> None:
    assert any((block.text or "").startswith("We do not need") for block in blocks(markup) if block.type == "paragraph")


@pytest.mark.parametrize("words", ["Gerda Möller am Eingang der Fähre.", "Người dân bên khu vườn của gia đình"])
def test_a_line_in_italics_under_a_picture_is_its_caption(words: str) -> None:
    (picture,) = blocks(f"<p><img src='/a.jpg' alt='x'></p><p><em>{words}</em></p>")
    assert picture.type == "picture" and (picture.caption or "").rstrip(".") == words.rstrip(".")


@pytest.mark.parametrize(
    ("markup", "kind", "href"),
    [
        ("<iframe src='https://www.youtube.com/embed/x1'></iframe>", "video", "https://www.youtube.com/embed/x1"),
        ("<iframe data-src='//player.vimeo.com/video/7'></iframe>", "video", "https://player.vimeo.com/video/7"),
        ("<div><iframe src='https://open.spotify.com/embed/e/2'></iframe></div>", "audio", "https://open.spotify.com/embed/e/2"),
        ("<iframe src='https://www.google.com/maps/embed?pb=1'></iframe>", "map", "https://www.google.com/maps/embed?pb=1"),
        ("<video controls><source src='/v.mp4'></video>", "video", "https://paper.example/v.mp4"),
    ],
)  # fmt: skip
def test_a_player_is_named_with_its_address(markup: str, kind: str, href: str) -> None:
    assert blocks(markup) == [Block(type="embed", text=kind, href=href)]


@pytest.mark.parametrize("address", ["https://ads.example/frame", "about:blank", "javascript:0"])
def test_a_frame_that_shows_nothing_of_the_article_is_no_block(address: str) -> None:
    assert blocks(f"<iframe src='{address}'></iframe>") == []


def test_sentences_in_the_box_of_a_picture_with_a_caption_are_text() -> None:
    steps = [
        f"<div class='step'><p>{words}</p><figure><img src='/{place}.jpg'></figure>"
        f"<div class='photo-caption'>Step {place} (Ana Ruiz)</div></div>"
        for place, words in enumerate(("Measure the glass and cut the foam.", "Put the plant into the hole."))
    ]
    read = blocks(*steps)
    assert [block.text for block in read if block.type == "paragraph"] == [
        "Measure the glass and cut the foam.",
        "Put the plant into the hole.",
    ]


def test_headings_over_pictures_to_the_end_of_a_page_are_its_text() -> None:
    shown = [
        f"<div><h3>The dog swims to the shore, picture {place}</h3><img src='/{place}.jpg'></div>"
        for place in "1234567"
    ]
    page = f"<article><h1>A dog saved</h1><p>{LONG}</p><p>{MORE}</p>{''.join(shown)}</article>"
    raw = Raw(source=Source(kind="push", name="d"), media_type="text/html", body=page.encode(), received_us=1)
    assert [block.text for block in normalize(raw).blocks if block.type == "subhead"][-1] == (
        "The dog swims to the shore, picture 7"
    )


@pytest.mark.parametrize("name", ["z ab ac", "part", "text-block"])
def test_a_text_told_in_sections_of_one_name_is_read_whole(name: str) -> None:
    def section(words: str) -> str:
        return f"<section><div class='wrap'><div class='{name}'>{words}</div></div></section>"

    first = "".join(f"<p>{LONG} It is reported {place} times.</p>" for place in range(9))
    page = f"<div><h1>A long read</h1>{section(first)}{section(f'<p>{MORE}</p><p>Short end.</p>')}</div>"
    raw = Raw(source=Source(kind="push", name="d"), media_type="text/html", body=page.encode(), received_us=1)
    assert [block.text for block in normalize(raw).blocks][-2:] == [MORE, "Short end."]


@pytest.mark.parametrize(
    "told",
    [
        "Ana Ruiz covers the county. Before she came to us, she wrote about rivers, roads and rails for ten years.",
        "Anna Berg ist Redakteurin dieser Zeitung. Zuvor hat sie lange aus Brüssel berichtet, über Fische und Häfen.",
        "A first version of this article named another county. We put it right, and we thank those who wrote to us.",
    ],
)
@pytest.mark.parametrize(
    "around", ["<div class='bio'><p>{}</p></div>", "<footer><p>{}</p></footer>", "<div><p>{}</p></div>"]
)
def test_what_stands_under_the_text_in_its_article_is_told(told: str, around: str) -> None:
    page = (
        "<html><head><title>The bridge will be repaired</title></head><body><article>"
        f"<h1>The bridge will be repaired</h1><div class='entry-content'><p>{LONG}</p><p>{MORE}</p><p>{LAST}</p></div>"
        f"{around.format(told)}</article></body></html>"
    )
    url = "https://paper.example/a/1"
    source = Source(kind="push", name="desk")
    found = normalize(Raw(source=source, media_type="text/html", body=page.encode(), received_us=1, url=url))
    shown = [block.text for block in found.blocks] + list(found.boilerplate)
    assert told in shown


@pytest.mark.parametrize("line", ["Photos: Courtesy of the county", "Ledger, December 11, 2014", "Anna Berg, Bonn"])
def test_scraps_cut_off_the_end_are_told_as_removed(line: str) -> None:
    found = article_ending(f"<h6>{line}</h6>")
    said = {
        *found.boilerplate,
        *(block.text for block in found.blocks),
        found.byline,
        *(e.quote for e in found.evidence),
    }
    assert any(line in (one or "") for one in said)


def article_ending(extra: str) -> Article:
    body = (
        "<html><head><title>The bridge will be repaired</title></head><body><article>"
        f"<h1>The bridge will be repaired</h1><div class='entry-content'><p>{LONG}</p><p>{MORE}</p><p>{LAST}</p>{extra}"
        "</div></article></body></html>"
    )
    source = Source(kind="push", name="desk")
    url = "https://paper.example/a/1"
    return normalize(Raw(source=source, media_type="text/html", body=body.encode(), received_us=1, url=url))


@pytest.mark.parametrize("tag", ["main", "article", "section", "header", "div", "p"])
@pytest.mark.parametrize("head", ["", "<head>", "<html><head>"])
def test_a_head_that_nobody_closed_ends_where_the_text_begins(tag: str, head: str) -> None:
    page = (
        f"<!doctype html>{head}<meta charset=utf-8><title>Port closed</title><{tag}><h1>Port closed today</h1>"
        f"<p>The port was closed on Thursday after a crane fell onto the quay.</p></{tag}>"
        "<p>Nobody was hurt, it said.</p>"
    )
    raw = Raw(source=Source(kind="push", name=""), media_type="text/html", body=page.encode(), received_us=0)
    article = normalize(raw)
    texts = [block.text for block in article.blocks]
    assert article.headline == "Port closed today"
    assert texts == ["The port was closed on Thursday after a crane fell onto the quay.", "Nobody was hurt, it said."]


@pytest.mark.parametrize(
    "mark",
    [
        pytest.param('<sup><a href="#fn1">1</a></sup>', id="a link in the mark"),
        pytest.param('<a href="#fn1"><sup>1</sup></a>', id="a mark in the link"),
    ],
)
def test_the_mark_of_a_note_is_no_part_of_the_word_before_it(mark: str) -> None:
    assert [block.text for block in blocks(f"<p>The old ferry{mark} sails again in spring.</p>")] == [
        "The old ferry 1 sails again in spring."
    ]


def test_a_raised_figure_that_leads_nowhere_stays_with_its_word() -> None:
    assert blocks("<p>The hall has 900 m<sup>2</sup> of space.</p>")[0].text == "The hall has 900 m2 of space."


def test_a_paragraph_behind_the_mark_of_a_note_is_a_footnote() -> None:
    note = '<p><sup><a id="fn1" href="#r1">1</a></sup> As counted by hand at noon.</p>'
    assert [(block.type, block.text) for block in blocks(note)] == [("footnote", "1 As counted by hand at noon.")]
