"""The same words through every door: a text, a page, a feed's entry, ninjs, schema.org, NITF, NewsML-G2."""

import html
import json
from collections.abc import Iterable, Sequence

import msgspec

from services.normalize.pipeline import normalize
from shared.article import Article, Block
from shared.envelope import FEED_ENTRY_TYPE, FeedEntry, Raw, Source

RECEIVED_US = 1_734_700_000_000_000  # 2024-12-20
G2 = "application/vnd.iptc.g2.newsitem+xml"


def read(
    body: str | bytes,
    media_type: str = "text/plain",
    *,
    language: str | None = None,
    zone: str | None = None,
    url: str | None = None,
) -> Article:
    """The article of an input from a source with these settings."""
    source = Source(kind="push", name="desk", language=language, zone=zone)
    encoded = body.encode() if isinstance(body, str) else body
    return normalize(Raw(source=source, media_type=media_type, body=encoded, received_us=RECEIVED_US, url=url))


def text(*lines: str) -> Article:
    """The article of a plain text whose lines stand apart."""
    return read("\n\n".join(lines))


def page(
    body: str, head: str = "", *, language: str = "en", zone: str | None = None, url: str | None = None
) -> Article:
    """The article of a page with this body and these elements in its head."""
    top = f"<html lang='{language}'><head><meta charset=utf-8>{head}</head>"
    return read(f"{top}<body>{body}</body></html>", "text/html", zone=zone, url=url)


def entry(
    content: str | None = None,
    *,
    title: str | None = "The ferry sails again",
    summary: str | None = None,
    published: str | None = None,
    authors: Sequence[str] = (),
    language: str | None = None,
    link: str | None = None,
    pictures: Sequence[tuple[str, str | None, str | None]] = (),
    zone: str | None = None,
) -> Article:
    """The article of a feed's entry."""
    made = FeedEntry(
        feed="https://p.example/feed",
        title=title,
        content=content,
        summary=summary,
        published=published,
        authors=tuple(authors),
        language=language,
        link=link,
        pictures=tuple(pictures),
    )
    return read(msgspec.json.encode(made), FEED_ENTRY_TYPE, zone=zone)


def ninjs(**fields: object) -> Article:
    """The article of a ninjs item."""
    return read(json.dumps({"uri": "urn:p:1", **fields}), "application/ninjs+json")


def schema_org(**fields: object) -> Article:
    """The article of a schema.org document that comes by itself."""
    document = {"@context": "https://schema.org", "@type": "NewsArticle", **fields}
    return read(json.dumps(document), "application/ld+json")


def nitf(body: str, head: str = "<hedline><hl1>The ferry sails again</hl1></hedline>") -> Article:
    """The article of a NITF document with this markup in its body."""
    content = f"<body.head>{head}</body.head><body.content>{body}</body.content>"
    return read(f"<nitf><body>{content}</body></nitf>", "application/nitf+xml")


def newsml_g2(body: str, meta: str = "<headline>The ferry sails again</headline>") -> Article:
    """The article of a NewsML-G2 item with this XHTML inside it."""
    inside = f'<inlineXML><html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html></inlineXML>'
    item = f"<contentMeta>{meta}</contentMeta><contentSet>{inside}</contentSet>"
    return read(f'<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:p:1">{item}</newsItem>', G2)


def of_markup(door: str, markup: str) -> Article:
    """The article whose body is this XHTML, through one of the doors that carry markup."""
    title = "The ferry sails again"
    match door:
        case "feed":
            return entry(markup, title=title)
        case "ninjs":
            return ninjs(headline=title, body_xhtml=markup)
        case "page":
            return page(f"<article><h1>{title}</h1>{markup}</article>")
        case "NITF":
            return nitf(markup)
        case "NewsML-G2":
            return newsml_g2(markup)
    raise ValueError(door)


MARKUP_DOORS = ("feed", "ninjs", "page", "NITF", "NewsML-G2")


def shown(blocks: Iterable[Block]) -> list[tuple[str, object]]:
    """What each block is and says: its text, items, rows, or caption with credit."""
    return [(block.type, _said(block)) for block in blocks]


def _said(block: Block) -> object:
    if block.type == "list":
        return list(block.items) or block.text
    if block.type == "table":
        return [list(row) for row in block.rows] or block.text
    if block.type == "picture":
        return (block.caption, block.byline)
    return block.text


def names(article: Article) -> list[str]:
    """The people of an article, in order."""
    return [person.name for person in article.people]


def paragraphs(*lines: str) -> str:
    """Lines as paragraphs of HTML."""
    return "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in lines)
