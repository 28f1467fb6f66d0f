"""A feed as Atom (RFC 4287), in pages (RFC 5005), with tombstones (RFC 6721) and pictures (Media RSS)."""

import datetime as dt
import re
from collections.abc import Iterator
from html import escape

from services.index.exports.feed import (
    Feed,
    FeedEntry,
    FeedTombstone,
    authors_of,
    categories_of,
    content_of,
    contributors_of,
    entry_id,
    page_of,
    pictures_of,
    published,
    title_of,
)
from shared.article import Article, Block

MEDIA_TYPE = "application/atom+xml"
# What XML 1.0 cannot hold, not even by its number (section 2.2).
_NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAMESPACES = {
    "xmlns": "http://www.w3.org/2005/Atom",
    "xmlns:at": "http://purl.org/atompub/tombstones/1.0",
    "xmlns:media": "http://search.yahoo.com/mrss/",
}


def to_atom(feed: Feed) -> str:
    """The whole document; a sign stands in the place of each character that no XML document can hold."""
    parts = (
        _element("id", feed.id),
        _element("title", feed.title),
        _element("updated", moment(feed.updated)),
        _element("generator", "Copydesk"),
        _link("self", feed.address, type=MEDIA_TYPE),
        _link("first", feed.first, type=MEDIA_TYPE),
        *([_link("next", feed.following, type=MEDIA_TYPE)] if feed.following else []),
        *(_link("hub", hub) for hub in feed.hubs),
        *map(_tombstone, feed.tombstones),
        *map(_entry, feed.entries),
    )
    attributes = "".join(f' {name}="{value}"' for name, value in _NAMESPACES.items())
    document = f'<?xml version="1.0" encoding="utf-8"?>\n<feed{attributes}>\n' + "\n".join(parts) + "\n</feed>\n"
    return _NO_CHARACTER.sub("\ufffd", document)


def moment(when: dt.datetime) -> str:
    """RFC 3339, as Atom's dates are."""
    return when.isoformat()


def _entry(entry: FeedEntry) -> str:
    article = entry.article
    language = f' xml:lang="{escape(article.language)}"' if article.language else ""
    return f"<entry{language}>\n" + "\n".join(_parts(entry, article)) + "\n</entry>"


def _parts(entry: FeedEntry, article: Article) -> Iterator[str]:
    yield _element("id", entry_id(entry.article_id))
    yield _element("title", title_of(article))
    yield _element("updated", moment(entry.updated))
    since, page = published(article), page_of(article)
    if since is not None:
        yield _element("published", moment(since))
    if page is not None:
        yield _link("alternate", page, type="text/html")
    yield from _credits(entry)
    if article.description:
        yield _element("summary", article.description, type="text")
    yield _element("content", content_of(article), type="html")
    yield from _pictures(article)


def _credits(entry: FeedEntry) -> Iterator[str]:
    for name in authors_of(entry):
        yield f"<author>{_element('name', name)}</author>"
    for name in contributors_of(entry.article):
        yield f"<contributor>{_element('name', name)}</contributor>"
    for name in categories_of(entry.article):
        yield f'<category term="{escape(name)}"/>'


def _pictures(article: Article) -> Iterator[str]:
    for number, (address, block) in enumerate(pictures_of(article)):
        if number == 0:
            yield _link("enclosure", address)
        yield _picture(address, block)


def _picture(address: str, block: Block) -> str:
    caption = block.caption or block.text
    said = _element("media:description", caption, type="plain") if caption else ""
    said += _element("media:credit", block.byline) if block.byline else ""
    return f'<media:content url="{escape(address)}" medium="image">{said}</media:content>'


def _tombstone(gone: FeedTombstone) -> str:
    return f'<at:deleted-entry ref="{entry_id(gone.article_id)}" when="{moment(gone.at)}"/>'


def _link(rel: str, href: str, **attributes: str) -> str:
    more = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f'<link rel="{rel}" href="{escape(href)}"{more}/>'


def _element(name: str, text: str, **attributes: str) -> str:
    more = "".join(f' {attribute}="{value}"' for attribute, value in attributes.items())
    return f"<{name}{more}>{escape(text, quote=False)}</{name}>"
