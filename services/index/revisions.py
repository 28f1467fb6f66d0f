"""What an article that comes is to what is stored: pure rules, so that a second run changes nothing."""

import hashlib
from collections.abc import Mapping
from typing import Literal

import msgspec

from shared.article import Article
from shared.envelope import Event, Source

POORER = 0.6  # of the characters that were there: a summary where the text was whole

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
    """What a sink holds of an article: its newest revision, and the row_id it keeps it at.

    `heard` is the highest revision that said what is stored, `digest` what it says, `edited` when its source edited it
    last (µs), `richness` how many characters its text has, `source` who said it (`feed:https://…`). Of what an older
    release stored the last four are not known.
    """

    row_id: int
    article_id: str
    rev: int
    sha: str
    withdrawn: bool
    heard: int = 0
    digest: str = ""
    edited: int | None = None
    richness: int = 0
    source: str = ""


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of an entry: the article it belongs to, its outcome, and whether it becomes the newest revision.

    With `heard` the revision that is stored was said once more, by this later one: nothing in between is news.
    """

    article_id: str
    outcome: Outcome
    stored: bool
    heard: int = 0


def names(entry: Entry) -> tuple[str, ...]:
    """All an entry is known by, strongest first: its id stands among them where it was found to be a late twin."""
    return (f"id:{entry.article_id}", *entry.aliases)


def find_article(entry: Entry, by_name: Mapping[str, Known]) -> Known | None:
    """The article that a late twin belongs to: the one that holds its strongest name."""
    return next((by_name[name] for name in names(entry) if name in by_name), None)


def rule(entry: Entry, known: Known | None) -> Ruling:
    """Rule on an entry, given the stored article it belongs to.

    Order comes first: what is not newer never wins, whatever it says. Of two witnesses of one article the newer edit
    wins, and a poorer word of the same edit never replaces a richer one.
    """
    gone = entry.article.pub_status != "usable"
    news: Outcome = "withdrawn" if gone else "indexed"
    if known is None:
        return Ruling(article_id=entry.article_id, outcome=news, stored=True)
    if known.rev == entry.rev and known.article_id == entry.article_id:
        return Ruling(article_id=known.article_id, outcome="withdrawn" if known.withdrawn else "indexed", stored=False)
    same = known.withdrawn == gone and known_as(entry, known)
    if entry.rev <= max(known.rev, known.heard):
        return Ruling(article_id=known.article_id, outcome="duplicate" if same else "superseded", stored=False)
    if same:
        return Ruling(article_id=known.article_id, outcome="duplicate", stored=False, heard=entry.rev)
    if not gone and not known.withdrawn and is_poorer(entry, known):
        return Ruling(article_id=known.article_id, outcome="superseded", stored=False)
    return Ruling(article_id=known.article_id, outcome=news, stored=True)


def known_as(entry: Entry, known: Known) -> bool:
    """Does the entry say what is stored: the same bytes, or bytes that read as the same article?"""
    return entry.sha == known.sha or (known.digest != "" and known.digest == digest_of(entry.article))


def is_poorer(entry: Entry, known: Known) -> bool:
    """Would a later word make the article older or shorter? A publisher's own next word never does."""
    of_publisher = known.source.startswith("push:")
    if entry.source.kind == "push" and (not of_publisher or source_of(entry.source) == known.source):
        return False
    edited = edited_at(entry.article)
    if edited is not None and known.edited is not None and edited != known.edited:
        return edited < known.edited and source_of(entry.source) != known.source
    if of_publisher and entry.source.kind != "push":
        return True
    return richness_of(entry.article) < POORER * known.richness


def source_of(source: Source) -> str:
    """A source in a word: `feed:https://a.example/rss`."""
    return f"{source.kind}:{source.name}"


def edited_at(article: Article) -> int | None:
    """When its source edited an article last, in µs; None when it does not say."""
    moment = article.version_created or article.first_created
    return None if moment is None else int(moment.timestamp() * 1_000_000)


def richness_of(article: Article) -> int:
    """How much an article says, in characters of its text."""
    return sum(len(block.text or "") + sum(map(len, block.items)) for block in article.blocks)


def digest_of(article: Article) -> str:
    """What an article says, whatever it was read from: all of it but the evidence and what was left out."""
    said = msgspec.structs.replace(article, evidence=(), boilerplate=())
    return hashlib.blake2b(msgspec.json.encode(said), digest_size=12).hexdigest()
