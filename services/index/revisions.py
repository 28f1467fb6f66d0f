"""What an article that comes is to what is stored: pure rules, so that a second run changes nothing."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from shared.article import Article
from shared.envelope import Event, Source

Outcome = Literal["indexed", "superseded", "duplicate", "withdrawn"]


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One cleaned article on its way into a sink, with all that is kept of it. `aliases` are strongest first."""

    article_id: str
    rev: int
    receipt: str
    source: Source
    received_us: int
    sha: str
    article: Article
    aliases: tuple[str, ...] = ()
    archived: str | None = None
    timeline: tuple[Event, ...] = ()


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What a sink holds of an article: its newest revision, and the row_id it keeps it at."""

    row_id: int
    article_id: str
    rev: int
    sha: str
    withdrawn: bool


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of an entry: the article it belongs to, its outcome, and whether it becomes the newest revision."""

    article_id: str
    outcome: Outcome
    stored: bool


def names(entry: Entry) -> tuple[str, ...]:
    """All an entry is known by, strongest first: its id stands among them where it was found to be a late twin."""
    return (f"id:{entry.article_id}", *entry.aliases)


def find_article(entry: Entry, by_name: Mapping[str, Known]) -> Known | None:
    """The article that a late twin belongs to: the one that holds its strongest name."""
    return next((by_name[name] for name in names(entry) if name in by_name), None)


def rule(entry: Entry, known: Known | None) -> Ruling:
    """Rule on an entry, given the stored article it belongs to."""
    gone = entry.article.pub_status != "usable"
    article_id = entry.article_id if known is None else known.article_id
    outcome: Outcome
    match known:
        case None:
            outcome, stored = "withdrawn" if gone else "indexed", True
        case Known(rev=rev) if rev == entry.rev and known.article_id == entry.article_id:
            outcome, stored = "withdrawn" if known.withdrawn else "indexed", False
        case Known(sha=sha) if sha == entry.sha:
            outcome, stored = "duplicate", False
        case Known(rev=rev) if rev >= entry.rev:
            outcome, stored = "superseded", False
        case _:
            outcome, stored = "withdrawn" if gone else "indexed", True
    return Ruling(article_id=article_id, outcome=outcome, stored=stored)
