"""An entry of a feed with the page that it leads to: one input of two documents, which are read together.

The normaliser weighs both, so that no page makes a revision that fights with the entry it belongs to.
"""

import msgspec

ENTRY_WITH_PAGE_TYPE = "application/vnd.copydesk.entry-with-page+msgpack"
MAGIC = b"CDPAGE1\n"


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page as it was fetched: where it was found at last, the type its server gave, its bytes."""

    url: str
    media_type: str
    body: bytes


class EntryWithPage(msgspec.Struct, frozen=True, kw_only=True):
    """The body of an input of type `ENTRY_WITH_PAGE_TYPE`. `entry` is `shared.envelope.FeedEntry` in JSON."""

    entry: bytes
    page: Page


_decode = msgspec.msgpack.Decoder(EntryWithPage).decode


def pack_entry_with_page(entry: bytes, page: Page) -> bytes:
    """Both as an input's bytes: the same entry with the same page always gives the same."""
    return MAGIC + msgspec.msgpack.encode(EntryWithPage(entry=entry, page=page))


def unpack_entry_with_page(body: bytes) -> EntryWithPage:
    """Both from an input's bytes; raises `msgspec.DecodeError` for what is none."""
    if not is_entry_with_page(body):
        raise msgspec.DecodeError("it does not begin as an entry with its page does")
    return _decode(body[len(MAGIC) :])


def is_entry_with_page(body: bytes) -> bool:
    """Whether an input's bytes begin so: the index keeps no type of what it has indexed."""
    return body.startswith(MAGIC)
