"""The feeds of the desk, and JSON Feed 1.1 as it writes them: its members have the names that the format gives them."""

import msgspec
from msgspec import UNSET

from services.web.description.shapes import Maybe, Moment, Shape


class FeedLinks(Shape):
    """The addresses of a feed, by its format."""

    atom: str
    json: str


class ListedFeed(Shape):
    """A filter that the desk has saved, and the addresses of its feed."""

    name: str
    links: FeedLinks


class FeedList(Shape):
    """The feeds of the desk, by name."""

    feeds: list[ListedFeed]


class FeedShape(msgspec.Struct, kw_only=True):
    """A part of a JSON Feed."""


class FeedHub(FeedShape):
    """A hub that tells of changes (WebSub)."""

    type: str
    url: str


class FeedAuthor(FeedShape):
    """Who wrote an item, or supplied it."""

    name: str


class FeedAttachment(FeedShape):
    """A picture of an item."""

    url: str
    mime_type: str


class FeedItem(FeedShape):
    """An article; its `id` stays the same whatever becomes of it."""

    id: str
    content_html: str
    date_modified: Moment
    title: str | Maybe = UNSET
    url: str | Maybe = UNSET
    summary: str | Maybe = UNSET
    image: str | Maybe = UNSET
    date_published: Moment | Maybe = UNSET
    authors: list[FeedAuthor] | Maybe = UNSET
    tags: list[str] | Maybe = UNSET
    language: str | Maybe = UNSET
    attachments: list[FeedAttachment] | Maybe = UNSET


class WithdrawnItem(FeedShape):
    """An article that was taken back: the `id` of its item, and when."""

    id: str
    date: Moment


class FeedExtension(FeedShape):
    """What JSON Feed has no word for."""

    withdrawn: list[WithdrawnItem]


class JsonFeed(FeedShape):
    """A page of a feed, the newest change first; `next_url` is the page after it."""

    version: str
    title: str
    items: list[FeedItem]
    feed_url: str | Maybe = UNSET
    next_url: str | Maybe = UNSET
    hubs: list[FeedHub] | Maybe = UNSET
    extension: FeedExtension | Maybe = msgspec.field(default=UNSET, name="_copydesk")
