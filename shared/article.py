"""The canonical article, in the terms of IPTC ninjs 3 where it has a word (docs/glossary.md)."""

import datetime as dt
from typing import Literal, get_args

import msgspec
from msgspec.structs import force_setattr

Role = Literal[
    "author", "photographer", "videographer", "translator", "editor", "illustrator", "compiler", "contributor"
]
Precision = Literal["second", "minute", "day"]
ZoneRule = Literal["declared", "text", "source", "region", "language", "assumed"]
ZONE_RULES = frozenset(get_args(ZoneRule))
_FIRST_RELEASE: tuple[tuple[str, ZoneRule], ...] = (
    ("in the text", "text"),
    ("setting", "source"),
    ("country", "region"),
    ("language", "language"),
)
BlockType = Literal["paragraph", "subhead", "picture", "caption", "quote", "list", "table", "code", "footnote", "embed"]
Kind = Literal["news", "opinion", "analysis", "review", "live", "sponsored", "press-release", "picture"]
Access = Literal["free", "metered", "paid"]
HeadlineRole = Literal["seo", "social", "kicker", "deck", "alternate"]
PubStatus = Literal["usable", "withheld", "canceled"]
UNREAD = ".unread"
"""Behind a field's name in the evidence: what was declared as its value, and could not be read."""


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A person of the byline and what they did: one person may hold several roles.

    `job_title` is the title or post printed beside the name ("Transport Correspondent").
    """

    name: str
    rel: tuple[Role, ...] = ("author",)
    job_title: str | None = None


class Block(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One piece of the body, in reading order.

    `text` holds the words of a paragraph, subhead, quote or caption; `items` a list's, `rows` a table's.
    A `picture` has `href`, `caption` and `byline` (the credit); a `caption` is one whose picture is not in the
    input, as in plain text: its words stand in `text`, its credit in `byline`. Tables and embeds too may have a
    `caption`; a quote's `byline` is who said it; an `embed` has `text` (what it is: "video", "post") and `href`.
    A picture that came with the article has `href` `ni:///sha-256;…`, the name of its bytes; `taken` is when it says
    that it was taken (ISO 8601, a day or a moment, with a zone where it says one), `people` whom it says that it shows.
    """

    type: BlockType
    text: str | None = None
    caption: str | None = None
    byline: str | None = None
    href: str | None = None
    items: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    taken: str | None = None
    people: tuple[str, ...] = ()


class Headline(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """Another headline of the article than the main one, and what it is for."""

    value: str
    role: HeadlineRole = "alternate"


class Correction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A note of what was put right, as printed, and when that was said to be, where it was."""

    text: str
    at: dt.datetime | None = None


class LiveEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One entry of a live report: when, by whom, and its words."""

    at: dt.datetime | None = None
    headline: str | None = None
    byline: str | None = None
    blocks: tuple[Block, ...] = ()


class Candidate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A reading that lost: what it said, by which rule, where."""

    value: str
    rule: str
    path: str | None = None
    start: int | None = None
    end: int | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """Where one field was read in the input, by which rule, and how sure.

    `field` is the article's own name for it (`headline`, `people[0]`, `blocks[3]`, `boilerplate[0]`).
    `start` and `end` are offsets in characters of the decoded input, `path` the place in a tree or JSON document
    (`/html/head/meta[@property="og:title"]`, `$.headlines[0].value`); `quote` is what stood there, cut to 200.
    `sure` goes from 0 to 1. `first_created.unread` is what was declared as a date, and is none that could be read.
    """

    field: str
    rule: str
    sure: float
    quote: str | None = None
    path: str | None = None
    start: int | None = None
    end: int | None = None
    lost: tuple[Candidate, ...] = ()


class Article(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One article as every reader of Copydesk gets it. `None` and empty mean: the source did not say.

    `lead_picture` is a block of type "picture". `is_cut`: the input holds only the beginning of the text, because the
    rest is for subscribers or stands elsewhere. `boilerplate` are the words that were removed, each with its rule in
    the evidence. `zone_rule` is one of `ZoneRule`.
    """

    uri: str | None = None
    headline: str | None = None
    first_created: dt.datetime | None = None
    version_created: dt.datetime | None = None
    precision: Precision | None = None
    zone_rule: str | None = None
    local_day: dt.date | None = None
    embargoed_until: dt.datetime | None = None
    byline: str | None = None
    people: tuple[Person, ...] = ()
    organisations: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    dateline: str | None = None
    located: str | None = None
    description: str | None = None
    blocks: tuple[Block, ...] = ()
    live_entries: tuple[LiveEntry, ...] = ()
    lead_picture: Block | None = None
    alternate_headlines: tuple[Headline, ...] = ()
    kind: Kind | None = None
    access: Access | None = None
    is_cut: bool = False
    corrections: tuple[Correction, ...] = ()
    language: str | None = None
    keywords: tuple[str, ...] = ()
    section: str | None = None
    pub_status: PubStatus = "usable"
    version: str | None = None
    alt_ids: tuple[str, ...] = ()
    boilerplate: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        """Say a zone rule of the first release, whose articles are still stored, in the words of today."""
        if self.zone_rule is not None and self.zone_rule not in ZONE_RULES:
            force_setattr(self, "zone_rule", _zone_rule_of_the_first_release(self.zone_rule))


def _zone_rule_of_the_first_release(said: str) -> ZoneRule:
    return next((rule for words, rule in _FIRST_RELEASE if words in said), "assumed")
