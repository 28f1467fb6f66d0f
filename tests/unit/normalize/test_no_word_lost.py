"""No word left behind, over made documents of every kind: each visible word is kept or told, and none is invented.

The documents are made here out of blocks with words of their own, and judged word by word: what the article's fields,
blocks and `boilerplate` say, and what was quoted for its dates. Nothing of the normaliser is used to judge it.
"""

import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from shared.article import Article
from shared.envelope import FEED_ENTRY_TYPE, FeedEntry
from shared.errors import NotAnArticle
from tests.unit.normalize.inputs import cleaned

Block = tuple[str, Any]  # its kind, and its text, items, rows or parts
_SYLLABLES = ("ka", "lo", "mir", "ten", "vas", "dor", "pel", "un", "gri", "sho", "bex", "fy")
_LINES = (
    "By Anna Berg", "Photo: Marta Quintana", "09/11/2015 - 05:34", "Fixes:", "Tags: harbour, ferries", "Nguyễn Văn Anh",
    "Read more: the ferry of yesterday", "Bài, ảnh: Anh Phong", "(TTXVN)", "Updated at noon", "No.", "• a point", "13",
    "HUẾ - Sáng nay trời mưa.", "Share this", "Comments (3)", "© The Paper", "Theo VnExpress", "Ảnh: Hà Linh/TTXVN",
    "“We wait,” she said.", "Source: bureau of rain", "Ông nói", "Continue reading", "1. First of all", "www.p.example",
)  # fmt: skip


_WORDS = tuple(f"{first}{second}{third}" for first in _SYLLABLES for second in _SYLLABLES for third in _SYLLABLES[:4])


@st.composite
def _sentence(draw: st.DrawFn, most: int = 20) -> str:
    words = draw(st.lists(st.sampled_from(_WORDS), min_size=1, max_size=most))
    return " ".join(words).capitalize() + draw(st.sampled_from((".", "", "!", ":", " …", "”")))


_text = st.one_of(_sentence(), _sentence(most=4), st.sampled_from(_LINES))
_block: st.SearchStrategy[Block] = st.one_of(
    st.tuples(st.just("p"), _text),
    st.tuples(st.just("p"), _text),
    st.tuples(st.just("bold"), _text),
    st.tuples(st.just("h"), _sentence(most=8)),
    st.tuples(st.just("quote"), st.tuples(_text, _sentence(most=3))),
    st.tuples(st.just("pre"), st.lists(_text, min_size=1, max_size=3)),
    st.tuples(st.just("list"), st.lists(st.tuples(_text, st.lists(_text, max_size=2)), min_size=1, max_size=4)),
    st.tuples(st.just("dl"), st.lists(st.tuples(_text, _text), min_size=1, max_size=3)),
    st.tuples(st.just("loose"), st.tuples(_text, _text)),
    st.tuples(st.just("table"), st.lists(st.lists(_text, min_size=1, max_size=3), min_size=1, max_size=3)),
    st.tuples(st.just("figure"), st.tuples(_text, st.one_of(st.none(), _sentence(most=3)))),
    st.tuples(st.just("gallery"), st.lists(_text, min_size=1, max_size=3)),
)
_story = st.tuples(_sentence(most=10), st.lists(_block, min_size=1, max_size=5))
_few = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=(Phase.explicit, Phase.generate),
)


def _esc(text: str) -> str:
    return html.escape(text, quote=False)


def _markup(block: Block) -> str:
    kind, part = block
    return _MARKUP[kind](part)


def _of(*tags: str) -> Callable[[str], str]:
    opened, closed = "".join(f"<{tag}>" for tag in tags), "".join(f"</{tag}>" for tag in reversed(tags))
    return lambda text: f"{opened}{_esc(text)}{closed}"


def _quote(part: tuple[str, str]) -> str:
    return f"<blockquote><p>{_esc(part[0])}</p><cite>{_esc(part[1])}</cite></blockquote>"


def _list(part: list[tuple[str, list[str]]]) -> str:
    return f"<ul>{''.join(f'<li>{_esc(text)}{_inner(inner)}</li>' for text, inner in part)}</ul>"


def _table(part: list[list[str]]) -> str:
    rows = ("".join(map(_of("td"), row)) for row in part)
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def _figure(part: tuple[str, str | None]) -> str:
    credit = f" <cite>{_esc(part[1])}</cite>" if part[1] else ""
    return f'<figure><img src="/{len(part[0])}.jpg"/><figcaption>{_esc(part[0])}{credit}</figcaption></figure>'


_MARKUP: dict[str, Callable[[Any], str]] = {
    "p": _of("p"),
    "bold": _of("p", "b"),
    "h": _of("h2"),
    "quote": _quote,
    "pre": lambda part: _of("pre")("\n".join(part)),
    "list": _list,
    "dl": lambda part: f"<dl>{''.join(_of('dt')(name) + _of('dd')(text) for name, text in part)}</dl>",
    "loose": lambda part: f"<ul>{_esc(part[0])}<li>{_esc(part[1])}</li></ul>",
    "table": _table,
    "figure": _figure,
    "gallery": lambda part: f"<figure>{''.join(_figure((text, None)) for text in part)}</figure>",
}


def _inner(texts: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{_esc(text)}</li>' for text in texts)}</ul>" if texts else ""


def _lines(value: Any) -> Iterator[str]:
    """Every text of a block, in its order."""
    if isinstance(value, str):
        yield value
    elif value is not None:
        for part in value:
            yield from _lines(part)


def _texts(blocks: list[Block]) -> list[str]:
    return [line for _, part in blocks for line in _lines(part)]


def _html(blocks: list[Block]) -> str:
    return "".join(map(_markup, blocks))


def _plain(title: str, blocks: list[Block]) -> tuple[str, str]:
    return "\n\n".join([title, *_texts(blocks)]), "text/plain"


def _feed_html(title: str, blocks: list[Block]) -> tuple[bytes, str]:
    return msgspec.json.encode(FeedEntry(feed="u", title=title, content=_html(blocks))), FEED_ENTRY_TYPE


def _feed_two(title: str, blocks: list[Block]) -> tuple[bytes, str]:
    half = len(blocks) // 2
    entry = FeedEntry(feed="u", title=title, summary=_html(blocks[:half]) or None, content=_html(blocks[half:]) or None)
    return msgspec.json.encode(entry), FEED_ENTRY_TYPE


def _feed_plain(title: str, blocks: list[Block]) -> tuple[bytes, str]:
    text = "\n".join(_texts(blocks))
    return msgspec.json.encode(FeedEntry(feed="u", title=title, summary=text, summary_is_html=False)), FEED_ENTRY_TYPE


def _feed_media(title: str, blocks: list[Block]) -> tuple[bytes, str]:
    texts = _texts(blocks)
    pictures = tuple((f"http://p.example/{place}.jpg", _esc(text), None) for place, text in enumerate(texts[1:]))
    return msgspec.json.encode(FeedEntry(feed="u", title=title, summary=texts[0], pictures=pictures)), FEED_ENTRY_TYPE


def _ninjs_1(title: str, blocks: list[Block]) -> tuple[str, str]:
    item = {"uri": "u:1", "headline": title, "body_html": _html(blocks[1:]) or "<p></p>"}
    item |= {"description_text": " ".join(_texts(blocks[:1])), "byline": "Anna Berg"}
    return json.dumps(item), "application/ninjs+json"


def _ninjs_3(title: str, blocks: list[Block]) -> tuple[str, str]:
    texts = _texts(blocks)
    item = {"uri": "u:1", "headlines": [{"role": "main", "value": title}, {"role": "short", "value": texts[0]}]}
    media = [{"type": "picture", "descriptions": [{"role": "caption", "value": texts[-1]}], "by": "Anna Berg"}]
    body = [{"contentType": "text/html", "value": _html(blocks[1:]) or "<p></p>"}]
    notes = {"edNote": _note(blocks), "associations": [*media, {"type": "text", "headlines": [{"value": texts[0]}]}]}
    return json.dumps(item | {"bodies": body} | notes), "application/ninjs+json"


def _note(blocks: list[Block]) -> str:
    return f"To ka: {' '.join(_texts(blocks[:1]))}"


def _schema_org(title: str, blocks: list[Block]) -> tuple[str, str]:
    texts = _texts(blocks)
    item = {"@type": "NewsArticle", "headline": _esc(title), "articleBody": "\n".join(_texts(blocks[1:]))}
    item |= {"abstract": texts[-1], "backstory": _note(blocks)}
    picture = {"@type": "ImageObject", "caption": texts[-1], "creditText": "Anna Berg"}
    return json.dumps(item | {"description": texts[-1], "image": picture}), "application/ld+json"


def _nitf(title: str, blocks: list[Block]) -> tuple[str, str]:
    texts = list(map(_esc, _texts(blocks)))
    head = f"<hedline><hl1>{_esc(title)}</hl1><hl2>{texts[0]}</hl2></hedline><note><p>{texts[-1]}</p></note>"
    head += f"<byline>{texts[0]}</byline><abstract><p>{texts[-1]}</p></abstract>"
    body = f"<body.content><block>{_html(blocks[1:])}</block></body.content>"
    body += f"<body.end><tagline>{texts[0]}</tagline></body.end>"
    head = f"<body.head>{head}<rights>{_esc(_note(blocks))}</rights></body.head>"
    return f"<nitf><body>{head}{body}</body></nitf>", "application/nitf+xml"


def _newsml_g2(title: str, blocks: list[Block]) -> tuple[str, str]:
    texts = list(map(_esc, _texts(blocks)))
    meta = f"<headline>{_esc(title)}</headline><headline>{texts[0]}</headline><by>{texts[-1]}</by>"
    inline = (
        f'<inlineXML><html xmlns="http://www.w3.org/1999/xhtml"><body>{_html(blocks[1:])}</body></html></inlineXML>'
    )
    notes = f"<itemMeta><edNote>{_esc(_note(blocks))}</edNote></itemMeta>"
    item = f"{notes}<contentMeta>{meta}</contentMeta><contentSet>{inline}</contentSet>"
    return f'<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="u:1">{item}</newsItem>', _G2


_G2 = "application/vnd.iptc.g2.newsitem+xml"
_KINDS: tuple[Callable[[str, list[Block]], tuple[bytes | str, str]], ...] = (
    _plain, _feed_html, _feed_two, _feed_plain, _feed_media, _ninjs_1, _ninjs_3, _schema_org, _nitf, _newsml_g2
)  # fmt: skip
_BY_NAME = {kind.__name__.strip("_"): kind for kind in _KINDS}


@pytest.mark.parametrize("kind", _BY_NAME)
def test_every_word_is_kept_or_told_and_none_invented(kind: str) -> None:
    @_few
    @given(_story)
    def holds(story: tuple[str, list[Block]]) -> None:
        title, blocks = story
        body, media_type = _BY_NAME[kind](title, blocks)
        article = cleaned(body, media_type)
        said = set(_words(" ".join(_said(article))))
        for line in (title, *_texts(blocks)):
            gone = [word for word in _words(_without_label(line)) if word not in said]
            assert not gone, f"{gone} of {line!r} are lost"
        printed = " ".join((title, *_texts(blocks), "Anna Berg", _note(blocks)))
        invented = set(_words(" ".join(_shown(article)))) - set(_words(printed))
        assert not invented, f"{invented} are invented"

    holds()


@pytest.mark.parametrize("kind", _BY_NAME)
@pytest.mark.parametrize("flash", [("Anna Berg", "She left."), ("13", "Quake of 6.1 off the coast"), ("Tags", "Rain.")])
def test_a_flash_of_two_lines_is_an_article(kind: str, flash: tuple[str, str]) -> None:
    body, media_type = _BY_NAME[kind](flash[0], [("p", flash[1])])
    article = cleaned(body, media_type)
    assert set(_words(" ".join(flash))) <= set(_words(" ".join(_said(article))))


@pytest.mark.parametrize("body", ["", " \n ", "—\n…"])
def test_where_there_is_no_word_there_is_no_article(body: str) -> None:
    with pytest.raises(NotAnArticle):
        cleaned(body, "text/plain")


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def _without_label(line: str) -> str:
    """A line without the up to three words before a colon that only say what follows: "Photo: Ann Lee"."""
    label, colon, rest = line.partition(":")
    return rest if colon and rest.strip() and len(label.split()) <= 3 else line


def _said(article: Article) -> Iterator[str]:
    yield from _shown(article)
    dated = ("first_created", "version_created", "dateline", "located", "byline", "people", "sources", "organisations")
    for seen in article.evidence:
        if seen.field.startswith(dated) and seen.quote:
            yield seen.quote


def _shown(article: Article) -> Iterator[str]:
    yield from _strings({**msgspec.to_builtins(article), "evidence": ()})


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            if name not in _NO_WORDS:
                yield from _strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _strings(part)


_NO_WORDS = frozenset(
    "uri href type rel firstCreated versionCreated zoneRule precision localDay language pubStatus role kind access "
    "located embargoedUntil".split()
)


@pytest.mark.parametrize("line", ["Fixes:", "Cách làm:", "Neuerungen：", "Ann Lee:"])
def test_a_line_that_announces_something_names_nobody(line: str) -> None:
    entry = FeedEntry(
        feed="u", title="Notes", content=f"<p>Many changes came.</p><p><b>{line}</b></p><p>It prints.</p>"
    )
    article = cleaned(msgspec.json.encode(entry), FEED_ENTRY_TYPE)
    assert (article.people, article.byline) == ((), None)
    assert line in list(_shown(article))
