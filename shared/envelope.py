"""What crosses a door, a queue or the archive, with a version."""

import datetime as dt
from typing import Literal, get_args

import msgspec

from shared.hints import NO_HINTS, Applied, Hints
from shared.identity import COMMAND_LINE
from shared.package import Picture

VERSION = 2

# Of one article. Twice the largest ever seen; beyond it, reading would cost more than the clock of a child allows, and
# so every door refuses it at once.
MOST_BYTES = 4 * 1024 * 1024

WITHDRAWAL_TYPE = "application/vnd.copydesk.withdrawal+json"
FEED_ENTRY_TYPE = "application/vnd.copydesk.feed-entry+json"

SourceKind = Literal["drop", "feed", "push"]
Stage = Literal["normalize", "index"]


class Source(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """Where an input came from, and what its owner set for it.

    `name` is the drop's sub-folder (`""` for the top), the feed's URL, or the publisher of the key. `zone` is an IANA
    name (`Asia/Ho_Chi_Minh`) for dates without one, `language` a BCP 47 tag.
    """

    kind: SourceKind
    name: str
    zone: str | None = None
    language: str | None = None


DESK = Source(kind="push", name=COMMAND_LINE)


def source_of(source: Source) -> str:
    """A source in a word: `feed:https://a.example/rss`."""
    return f"{source.kind}:{source.name}"


def source_named(word: str = "") -> Source | None:
    """The source that a word means, without what is set for it; None for a word that means none."""
    kind, colon, name = word.partition(":")
    return Source(kind=msgspec.convert(kind, SourceKind), name=name) if colon and kind in get_args(SourceKind) else None


def is_desk(source: Source) -> bool:
    """Whether it is the desk's own: its command line, and the acts on its page."""
    return (source.kind, source.name) == (DESK.kind, DESK.name)


def pushed_by(source: Source | None) -> str:
    """The publisher whose push it is; "" of the desk's own, which owns nothing, and of what nobody pushed."""
    return source.name if source is not None and source.kind == "push" and not is_desk(source) else ""


class Preconditions(msgspec.Struct, frozen=True, kw_only=True):
    """On what a push insists at the door; once it is taken in they say nothing more.

    `is_new`: the article must not be there yet. `head` is the newest revision that it must have (0: none). `grows`: the
    publisher's version must be greater than the one before, where there was one. `is_named`: its sender said so.
    """

    is_new: bool = False
    head: int | None = None
    grows: bool = False
    is_named: bool = True


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """What the index knows of an article that the ledger may have forgotten.

    Its newest revision, who pushed it last and when (µs), the publisher's version, and whether it is withdrawn and by
    whom ("" for the desk).
    """

    article: str
    rev: int
    owner: str = ""
    owned: int = 0
    version: str = ""
    withdrawn: bool = False
    by: str = ""


class Input(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One input at the door, before it has an identity.

    `aliases` are its addresses, strongest first, each with its kind: `uri:…`, `url:…`, `guid:<feed id> <guid>`,
    `path:<path in seeds>`: `shared.identity` makes them. `url` is the address the body was read from, as it was said.
    The content hash is added by the intake. `own` says that these pages are the sender's by the prefixes of its key
    (all are the operator's), `changed` that the feed has called other words by the same page and GUID before.

    `version` is the publisher's own, `embargoed_until` what a header said. `corrects` is the id of the article that it
    was sent to; with `patches` it was made from that article, in ninjs; with `rereads` it is an input that came then
    (µs), read once more as its source is set now, `written_us` when its words were written down before they came here
    (µs, 0: as they came), from which "two hours ago" counts; `withdraws` takes the article back, `erases`
    for good, with all it ever said; `origin` is whose the article is, where the desk itself speaks of it and knows. The
    last three are for the door alone: `pictures` come to stay with the
    input, whose body is then a package that tells of them.
    """

    source: Source
    media_type: str
    body: bytes
    aliases: tuple[str, ...] = ()
    url: str | None = None
    name: str | None = None
    own: bool = False
    changed: bool = False
    version: str | None = None
    embargoed_until: dt.datetime | None = None
    corrects: str | None = None
    withdraws: bool = False
    patches: bool = False
    erases: bool = False
    rereads: int = 0
    written_us: int = 0
    origin: Source | None = None
    preconditions: Preconditions | None = None
    before: Remembered | None = None
    pictures: tuple[Picture, ...] = ()


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What travels with an input from the door to the index.

    `received_us` is its time of receipt in µs, `sha` the hash of its content, `url` the address it was read from,
    `name` what it was called where it came from; `renews` is the receipt of the input that is read once more, by other
    rules, and stands in no archive; the rest is as in `Input`. The names are those of records in
    Redis and of the archive's entries.
    """

    receipt: str
    source: Source
    media_type: str
    received_us: int
    sha: str
    aliases: tuple[str, ...] = ()
    url: str | None = None
    name: str | None = None
    own: bool = False
    changed: bool = False
    version: str | None = None
    embargoed_until: dt.datetime | None = None
    corrects: str | None = None
    withdraws: bool = False
    patches: bool = False
    erases: bool = False
    rereads: int = 0
    origin: Source | None = None
    renews: str | None = None
    written_us: int = 0

    @property
    def as_of_us(self) -> int:
        """From when a document is read (µs): what it says of "today" means the day of that moment."""
        return self.written_us or self.rereads or self.received_us


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of an input of type `WITHDRAWAL_TYPE`: which article is taken back, by its id or an alias, and why."""

    article: str
    reason: str = ""


class Raw(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What the normaliser gets: the bytes as they came and everything known from outside of them.

    `received_us` resolves relative dates; `url` is the address the body was read from, if any. `hints` are what is set
    for its source, whose zone and language stand in `source` already; `hinted_by` says which version of whose they are.
    """

    source: Source
    media_type: str
    body: bytes
    received_us: int
    url: str | None = None
    hints: Hints = NO_HINTS
    hinted_by: str = ""

    def with_settings(self, applied: Applied) -> "Raw":
        """The input as it is read under these settings of its source."""
        hints = applied.hints
        source = msgspec.structs.replace(
            self.source, zone=hints.zone or self.source.zone, language=hints.language or self.source.language
        )
        return msgspec.structs.replace(self, source=source, hints=hints, hinted_by=applied.said_by)


FeedPicture = tuple[str, str | None, str | None]
"""A picture of a feed's entry: its address, its caption, its credit."""


class FeedEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One entry of a feed, as the feed gave it: the body of an input of type `FEED_ENTRY_TYPE`.

    Dates, authors and texts are as printed, unsanitised; the normaliser weighs them as one witness among others.
    `embargoes` are members of a JSON Feed's item that name one, each with what it says, `origin` is the title of the
    feed that it was taken over from. Which feed it came from is its
    source's to say, so that the same entry of two feeds is the same body: `feed` and `feed_title` stand in earlier
    releases' bodies.
    """

    feed: str | None = None
    guid: str | None = None
    link: str | None = None
    title: str | None = None
    title_is_html: bool = False
    summary: str | None = None
    summary_is_html: bool = True
    content: str | None = None
    content_is_html: bool = True
    published: str | None = None
    updated: str | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str | None = None
    feed_title: str | None = None
    base: str | None = None
    pictures: tuple[FeedPicture, ...] = ()
    embargoes: tuple[tuple[str, object], ...] = ()
    origin: str | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One line of an article's timeline: the state it entered, at which stage, when (µs), and why."""

    state: str
    at_us: int
    stage: str | None = None
    note: str | None = None
