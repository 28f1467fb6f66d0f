"""Documents that hold several articles: feeds, packages and lists are parted as the doors of the desk part them."""

import datetime as dt
from collections.abc import Iterator

from copydesk.reading import Document, make_raw, make_source, open_document
from services.ingest.feeds import make_inputs, read_feed
from services.ingest.formats import json_feed
from services.ingest.formats.announced import looks_like_feed
from services.ingest.packages import split_package
from services.normalize.pipeline import normalize
from shared.article import Article
from shared.envelope import Raw, Source
from shared.errors import NotAnArticle

NAMELESS = "the document"


def read_all(
    document: Document,
    *,
    url: str | None = None,
    media_type: str | None = None,
    zone: str | None = None,
    language: str | None = None,
    received: dt.datetime | None = None,
) -> Iterator[Article]:
    """Every article in a document: the entries of a feed (RSS, Atom, JSON Feed), the items of a NewsML-G2 message, the
    articles of a JSON list; one for any other document.

    Arguments and errors as in `read`; raises `NotAFeed`, a `CopydeskError`, for a broken feed, and `NotAnArticle` where
    not one part holds an article. A part that holds none beside others that do is passed over.
    """
    body, media_type = open_document(document, media_type)
    refused: NotAnArticle | None = None
    articles = 0
    for raw in make_raws(body, media_type, url, make_source(zone, language), received):
        try:
            article = normalize(raw)
        except NotAnArticle as error:
            refused = error
            continue
        articles += 1
        yield article
    if articles == 0:
        raise refused or NotAnArticle("The feed has no entries.")


def make_raws(
    body: bytes, media_type: str, url: str | None, source: Source, received: dt.datetime | None
) -> Iterator[Raw]:
    """The inputs that a document is parted into; the document itself where it is one article."""
    if looks_like_feed(body) or json_feed.announces_itself(body):
        feed = read_feed(body, media_type, url or NAMELESS)
        for entry in make_inputs(feed, feed.topic or url or NAMELESS, source):
            yield make_raw(entry.input.body, entry.input.media_type, entry.input.url, source, received)
        return
    items = split_package(body, NAMELESS)
    for item in items:
        yield make_raw(item.body, media_type, url, source, received)
    if not items:
        yield make_raw(body, media_type, url, source, received)
