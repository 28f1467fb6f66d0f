"""A feed as its formats share it: what it is called, where it stands, and its articles as entries."""

import datetime as dt
from collections.abc import Iterator
from html import escape
from urllib.parse import urlsplit

import msgspec

from services.index.exports.addresses import as_uri, made_uri
from services.index.exports.body import body_html, web_address
from shared.article import Article, Block
from shared.envelope import Source, source_of

EPOCH = dt.datetime.fromtimestamp(0, dt.UTC)
LONGEST_OPENING = 100


class FeedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One article of a feed: its newest word, when the desk took it in, and where it came from."""

    article_id: str
    article: Article
    updated: dt.datetime
    source: Source


class FeedTombstone(msgspec.Struct, frozen=True, kw_only=True):
    """An article that was taken back, and when."""

    article_id: str
    at: dt.datetime


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a feed. `address` is the page's own, `first` that of the newest page, `following` that of the next;
    `hubs` tell of changes to the first page. Addresses may be paths, where the desk does not know its own site."""

    id: str
    title: str
    address: str
    first: str
    following: str | None = None
    hubs: tuple[str, ...] = ()
    entries: tuple[FeedEntry, ...] = ()
    tombstones: tuple[FeedTombstone, ...] = ()

    @property
    def updated(self) -> dt.datetime:
        """When anything in it changed last; an empty feed never did."""
        return max((*(one.updated for one in self.entries), *(one.at for one in self.tombstones)), default=EPOCH)


def entry_id(article_id: str) -> str:
    """What an entry is called for ever: the publisher may change its own uri, ours stays."""
    return made_uri(article_id)


def title_of(article: Article) -> str:
    """The headline, else how it begins; every entry must have a title."""
    if article.headline:
        return article.headline
    texts = (article.description, *(block.text or block.caption for block in article.blocks))
    words = " ".join(next((text for text in texts if text and not text.isspace()), "").split())
    return words if len(words) <= LONGEST_OPENING else f"{words[:LONGEST_OPENING].rstrip()} …"


def content_of(article: Article) -> str:
    """The lead and the blocks as HTML that is safe to show."""
    lead = f"<p><strong>{escape(article.description)}</strong></p>\n" if article.description else ""
    return lead + body_html(article)


def page_of(article: Article) -> str | None:
    """Where the publisher shows the article, on the web."""
    return as_uri(web_address(article.uri))


def authors_of(entry: FeedEntry) -> list[str]:
    """Who wrote it: people, else the byline as printed, else who supplied it, else the source itself."""
    article = entry.article
    people = tuple(person.name for person in article.people if "author" in person.rel)
    printed = (article.byline,) if article.byline else ()
    named = people or printed or article.organisations or article.sources or (_source_name(entry.source),)
    return list(dict.fromkeys(named))


def contributors_of(article: Article) -> list[str]:
    """Who else took part: photographers, translators and so on."""
    return [person.name for person in article.people if "author" not in person.rel]


def categories_of(article: Article) -> list[str]:
    """The section, then the keywords."""
    return list(dict.fromkeys(filter(None, (article.section, *article.keywords))))


def pictures_of(article: Article) -> Iterator[tuple[str, Block]]:
    """Pictures with an address on the web, the one that stands for the article first, each once."""
    seen: set[str] = set()
    for block in (*filter(None, (article.lead_picture,)), *article.blocks):
        address = as_uri(web_address(block.href)) if block.type == "picture" else None
        if address is not None and address.startswith("http") and address not in seen:
            seen.add(address)
            yield address, _with_caption(block, article)


def published(article: Article) -> dt.datetime | None:
    """When it was published, as far as that is an instant: a clock whose zone nobody knows is none."""
    created = article.first_created
    if created is None or created.utcoffset() is None:
        return None
    try:
        return created.astimezone(dt.UTC)
    except OverflowError:  # on the first or the last day there is
        return None


def _with_caption(block: Block, article: Article) -> Block:
    """The picture that stands for an article has its caption where it stands in the text, too."""
    if block.caption or block.byline:
        return block
    return next((one for one in article.blocks if one.href == block.href and one.caption), block)


def _source_name(source: Source) -> str:
    """`tin.example` of a feed's address; the name of a publisher or of a folder."""
    return urlsplit(source.name).hostname or source.name or source_of(source)
