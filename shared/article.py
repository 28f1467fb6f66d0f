"""The canonical article, in the terms of IPTC ninjs 3 where it has a word (docs/glossary.md)."""

import datetime as dt
from typing import Literal

import msgspec

Role = Literal["author", "photographer", "videographer", "translator"]
Precision = Literal["second", "minute", "day"]
BlockType = Literal["paragraph", "subhead", "picture", "caption", "quote", "list", "table"]
PubStatus = Literal["usable", "withheld", "canceled"]


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A person of the byline and what they did: one person may hold several roles."""

    name: str
    rel: tuple[Role, ...] = ("author",)


class Block(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One piece of the body, in reading order.

    `text` holds the words of a paragraph, subhead, quote or caption; `items` a list's, `rows` a table's.
    A `picture` has `href`, `caption` and `byline` (the credit); a `caption` is one whose picture is not in the
    input, as in plain text: its words stand in `text`, its credit in `byline`.
    """

    type: BlockType
    text: str | None = None
    caption: str | None = None
    byline: str | None = None
    href: str | None = None
    items: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


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
    `sure` goes from 0 to 1.
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
    """One article as every reader of Copydesk gets it. `None` and empty mean: the source did not say."""

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
    language: str | None = None
    keywords: tuple[str, ...] = ()
    section: str | None = None
    pub_status: PubStatus = "usable"
    version: str | None = None
    alt_ids: tuple[str, ...] = ()
    boilerplate: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
