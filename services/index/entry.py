"""What comes into a sink, what a sink holds, and the facts about them that rulings are made of."""

import datetime as dt
import hashlib
from typing import Literal

import msgspec
from msgspec.structs import replace

from shared.article import Article, Block
from shared.envelope import Event, Source, source_of

Outcome = Literal["indexed", "superseded", "duplicate", "withdrawn"]


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One cleaned article on its way into a sink, with all that is kept of it. `aliases` are strongest first.

    `own`, `changed`, `patches`, `erases`, `rereads` and `renews` are those of its envelope. `origin` is whose the
    article is where the desk itself said this word; the record fills it in.
    """

    article_id: str
    rev: int
    receipt: str
    source: Source
    received_us: int
    sha: str
    article: Article
    origin: Source | None = None
    aliases: tuple[str, ...] = ()
    own: bool = False
    changed: bool = False
    patches: bool = False
    erases: bool = False
    rereads: int = 0
    renews: str | None = None
    archived: str | None = None
    timeline: tuple[Event, ...] = ()

    @property
    def came_from(self) -> Source:
        """The article's own source, also where the desk has withdrawn or corrected it."""
        return self.origin or self.source


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What a sink holds of an article: its newest revision, and the row_id it keeps it at.

    `heard` is the highest revision that said what is stored, `digest` what it says, `edited` when its source edited it
    last (µs), `as_of` until when its words hold all edits, `richness` how many characters it says, `source` who said it
    (`feed:https://…`), `own` whether its pages are the sender's by prefix, `owner` which publisher pushed it last, at
    the revision `owned`. Of what an older release stored the last are not known.
    """

    row_id: int
    article_id: str
    rev: int
    sha: str
    withdrawn: bool
    heard: int = 0
    digest: str = ""
    edited: int | None = None
    as_of: int | None = None
    richness: int = 0
    source: str = ""
    own: bool = False
    owner: str = ""
    owned: int = 0


def known_from(entry: Entry, *, row_id: int) -> Known:
    """What a sink would hold of an entry, were it stored."""
    return Known(
        row_id=row_id,
        article_id=entry.article_id,
        rev=entry.rev,
        sha=entry.sha,
        withdrawn=entry.article.pub_status != "usable",
        digest=digest_of(entry.article),
        edited=edit_of(entry),
        as_of=as_of(entry),
        richness=richness_of(entry.article),
        source=source_of(entry.source),
        own=entry.own,
    )


def edited_at(article: Article) -> int | None:
    """When an article says that it was edited last, or else published (µs)."""
    moment = article.version_created or article.first_created
    return None if moment is None else us_of(moment)


def edit_of(entry: Entry) -> int | None:
    """When the text was edited (µs): as it says, but never later than it came. Where it does not say: when it came, for
    a text that its feed has changed, else when the article was published."""
    if is_implied(entry):
        return entry.received_us
    edited = edited_at(entry.article)
    return None if edited is None else min(edited, entry.received_us)


def as_of(entry: Entry) -> int | None:
    """Until when a text holds all edits (µs): until it was fetched, for a feed that does not say when it edited."""
    if entry.source.kind == "feed" and entry.article.version_created is None:
        return entry.received_us
    return edit_of(entry)


def is_implied(entry: Entry) -> bool:
    """Is it a newer edit only because its feed said other words before?"""
    return entry.changed and entry.article.version_created is None


def richness_of(article: Article) -> int:
    """How much an article says, in characters of its lead and its text."""
    length = sum(len(block.text or "") + sum(map(len, block.items)) for block in article.blocks)
    return length + len(article.description or "")


def digest_of(article: Article) -> str:
    """What an article says, whatever it was read from: all of it but the evidence, what was left out, and when it was
    edited, which one feed tells and the next does not.

    How the zone of its date is known, and whether its first words are taken for a lead, is the reader's opinion, which
    a new release may change: no article is revised for it.
    """
    rest = replace(
        article, evidence=(), boilerplate=(), version_created=None, zone_rule=None, description=None, blocks=()
    )
    texts = [part for part in (article.description, *map(_said, article.blocks)) if part]
    return hashlib.blake2b(msgspec.json.encode((rest, texts)), digest_size=12).hexdigest()


def _said(block: Block) -> object:
    """The words of a paragraph alone, as a lead has them; all of any other block."""
    return block.text if block.type == "paragraph" else block


def latest(*moments: int | None) -> int | None:
    return max((moment for moment in moments if moment is not None), default=None)


def plain(text: str | None) -> str:
    return " ".join((text or "").split()).casefold()


def text_of(article: Article) -> list[object]:
    """All an article says below its headline, whatever is taken for its lead."""
    blocks: list[object] = [(block.text, block.caption, block.items, block.rows) for block in article.blocks]
    return [article.description, *blocks] if article.description or blocks else []


def us_of(moment: dt.datetime) -> int:
    """A moment in µs; a clock whose zone nobody knows is ordered as if it were UTC's."""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)
    return int(aware.timestamp() * 1_000_000)


LAST_ZONE = dt.timezone(dt.timedelta(hours=-12))


def embargo_end(article: Article) -> dt.datetime | None:
    """When an embargo ends; one whose zone nobody knows ends when its clock has struck everywhere."""
    until = article.embargoed_until
    return until.replace(tzinfo=LAST_ZONE) if until is not None and until.tzinfo is None else until


def embargo_us(article: Article) -> int | None:
    """The same in µs."""
    until = embargo_end(article)
    return us_of(until) if until is not None else None
