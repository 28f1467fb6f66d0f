"""What an article that comes is to what is stored: pure rules, so that a second run changes nothing."""

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace

from shared.article import Article, Evidence
from shared.envelope import Event, Source, SourceKind
from shared.identity import host_of, url_of

POORER = 0.6  # of the characters that were there: a summary where the text was whole
PUSH = "push:"
DAY_US = 86_400 * 1_000_000

# What an article may say beside its headline and its text.
BESIDE = (
    "first_created", "embargoed_until", "byline", "people", "organisations", "sources", "dateline", "located",
    "keywords", "section", "pub_status", "version",
)  # fmt: skip

Age = Literal["newer", "older", "same", "unknown"]
Outcome = Literal["indexed", "superseded", "duplicate", "withdrawn"]


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One cleaned article on its way into a sink, with all that is kept of it. `aliases` are strongest first.

    `own` and `changed` are those of its envelope.
    """

    article_id: str
    rev: int
    receipt: str
    source: Source
    received_us: int
    sha: str
    article: Article
    aliases: tuple[str, ...] = ()
    own: bool = False
    changed: bool = False
    archived: str | None = None
    timeline: tuple[Event, ...] = ()


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


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of an entry: the article it belongs to, its outcome, and whether it becomes the newest revision.

    With `heard` the revision that is stored was said once more, by this later one: nothing in between is news. `edited`
    is the newest edit at which it was said, `as_of` until when that holds.
    """

    article_id: str
    outcome: Outcome
    stored: bool
    heard: int = 0
    edited: int | None = None
    as_of: int | None = None


def names(entry: Entry) -> tuple[str, ...]:
    """All an entry is known by, strongest first: its id stands among them where it was found to be a late twin."""
    return (f"id:{entry.article_id}", *entry.aliases)


def moved(article_id: str, alias: str) -> str:
    """The name by which an address leads from the article the ledger counts it to, to the one that has got it since."""
    return f"id:{article_id}@{alias}"


def candidates(entry: Entry, by_name: Mapping[str, Known], direct: Known | None) -> list[Known]:
    """The articles an entry may belong to, likeliest first; `direct` is the one that has the id the ledger gave.

    A GUID is its feed's own word. What was found to be a late twin stays one. An address that another article has got
    since leads there, whatever the ledger remembers.
    """
    guids = [by_name[alias] for alias in entry.aliases if alias.startswith("guid:") and alias in by_name]
    strongest = [by_name[name] for name in names(entry) if name in by_name]
    gone = [by_name[name] for one in entry.aliases if (name := moved(entry.article_id, one)) in by_name]
    found = [*guids, *gone, *([direct] if direct is not None else []), *strongest]
    return list({known.row_id: known for known in found}.values())


def rule(entry: Entry, known: Known | None, stored: Callable[[], Article] = Article) -> Ruling:
    """Rule on an entry, given the stored article it belongs to; `stored` gives its words where they are needed.

    Of two witnesses of one article the newer edit wins, and a poorer word of the same edit never replaces a richer one.
    What comes late is judged as if it had come in time: it wins where the word that overtook it would have lost.
    """
    gone = entry.article.pub_status != "usable"
    news: Outcome = "withdrawn" if gone else "indexed"
    if known is None:
        return Ruling(article_id=entry.article_id, outcome=news, stored=True)
    if known.rev == entry.rev and known.article_id == entry.article_id:
        return Ruling(article_id=known.article_id, outcome="withdrawn" if known.withdrawn else "indexed", stored=False)
    same = known.withdrawn == gone and known_as(entry, known, stored)
    last = max(known.rev, known.heard)
    if entry.rev <= last:
        if same or not _was_overtaken(entry, known, stored):
            return Ruling(article_id=known.article_id, outcome="duplicate" if same else "superseded", stored=False)
        return Ruling(article_id=known.article_id, outcome=news, stored=True, heard=last)
    if same:
        edited, until = _later(edit_of(entry), known.edited), _later(as_of(entry), known.as_of)
        return Ruling(
            article_id=known.article_id, outcome="duplicate", stored=False, heard=entry.rev, edited=edited, as_of=until
        )
    if not gone and not known.withdrawn and is_poorer(entry, known, stored):
        return Ruling(article_id=known.article_id, outcome="superseded", stored=False)
    return Ruling(article_id=known.article_id, outcome=news, stored=True)


def _was_overtaken(entry: Entry, known: Known, stored: Callable[[], Article]) -> bool:
    """Would what is stored have lost, had it come after this entry as it was taken in?"""
    if known.withdrawn or entry.article.pub_status != "usable" or entry.rev >= known.rev or not known.source:
        return False
    kind, _, name = known.source.partition(":")
    later = replace(
        entry,
        rev=known.rev,
        received_us=_later(known.rev, known.edited, known.as_of) or 0,
        source=replace(entry.source, kind=msgspec.convert(kind, SourceKind), name=name),
        article=stored(),
        own=known.own,
        changed=False,
    )
    return is_poorer(later, known_from(entry, row_id=known.row_id), lambda: entry.article)


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


def _later(*moments: int | None) -> int | None:
    return max((moment for moment in moments if moment is not None), default=None)


def known_as(entry: Entry, known: Known, stored: Callable[[], Article] = Article) -> bool:
    """Does the entry say what is stored: the same bytes, bytes that read as the same article, or, told by another
    source, the same headline and text and nothing beside them that is not known?"""
    if entry.sha == known.sha or (known.digest != "" and known.digest == digest_of(entry.article)):
        return True
    if not known.source or source_of(entry.source) == known.source or known.source.startswith(PUSH):
        return False
    return adds_nothing(entry.article, stored())


def adds_nothing(article: Article, stored: Article) -> bool:
    """Is each word of an article there already: a page that names no keywords beside its feed, which does?"""
    if _plain(article.headline) != _plain(stored.headline) or _text(article) != _text(stored) or not _text(article):
        return False
    return all(_is_within(getattr(article, name), getattr(stored, name)) for name in BESIDE)


def _is_within(value: object, stored: object) -> bool:
    if isinstance(value, tuple) and isinstance(stored, tuple):
        return set(value) <= set(stored)
    return value is None or value == stored


def is_poorer(entry: Entry, known: Known, stored: Callable[[], Article] = Article) -> bool:
    """Would a later word make the article older, shorter, or somebody else's?"""
    return (_push_loses if entry.source.kind == "push" else _feed_loses)(entry, known, stored)


def _push_loses(entry: Entry, known: Known, stored: Callable[[], Article]) -> bool:
    """Of publishers the ledger has let in the one who may speak; beside a feed or a file a push is a witness.

    Whose page it is by prefix loses only by its own word that it is older. Beside the feed of the page's own host any
    other may tell a newer edit of the same headline, or far more of the same edit: nothing else.
    """
    if not known.source or known.source.startswith(PUSH):
        return False
    age, stated = age_of(entry, known), entry.article.version_created is not None
    if entry.own:
        return age == "older" and stated
    richer = richness_of(entry.article) * POORER > known.richness
    if not is_of_host(known.source, entry.aliases):
        return age == "older" and (stated or not richer)
    if _plain(entry.article.headline) != _plain(stored().headline):
        return True
    return (age == "older" and stated) or (age != "newer" and not richer)


def _feed_loses(entry: Entry, known: Known, stored: Callable[[], Article]) -> bool:
    """A newer edit wins unless it only veils what was there; of the same edit the fuller word does."""
    age, source, said = age_of(entry, known), source_of(entry.source), richness_of(entry.article)
    thin = said < POORER * known.richness
    pushed = known.source.startswith(PUSH)
    if pushed and not known.own and is_of_host(source, entry.aliases):
        # What a guest says of a page does not stand against the page's own host, but where both speak of one edit.
        return thin and is_of_one_day(entry, known)
    if entry.source.kind == "drop" and source == known.source:  # whoever writes a file anew means it
        return False
    if age == "newer":
        return thin and (entry.article.version_created is None or is_veiled(entry.article, stored()))
    if age == "older":
        return source != known.source
    if pushed:
        return True
    from_another_feed = source != known.source and known.source.startswith("feed:") and entry.source.kind == "feed"
    return said <= known.richness if from_another_feed else thin


def age_of(entry: Entry, known: Known) -> Age:
    """The entry's edit beside the one that is stored, whose words hold all edits until `as_of`.

    A date of a day is the same as any moment of that day. A feed that does not say when it edited tells what stands on
    its site now: that is never older, and newer only where it has said other words before.
    """
    edited = edit_of(entry)
    if known.edited is None or known.as_of is None:
        return "newer" if edited is not None and is_implied(entry) else "unknown"
    if edited is None:
        return "unknown"
    if edited > known.as_of:
        return "newer"
    span = DAY_US if entry.article.precision == "day" and entry.article.version_created is None else 1
    is_live = entry.source.kind == "feed" and entry.article.version_created is None
    return "same" if is_live or edited + span > known.edited else "older"


def is_of_one_day(entry: Entry, known: Known) -> bool:
    """Do two words name times of less than a day between them?"""
    said = edited_at(entry.article)
    return said is not None and known.edited is not None and abs(said - known.edited) < DAY_US


def edit_of(entry: Entry) -> int | None:
    """When the word was edited (µs): as it says, but never later than it came; for a changed word of a feed that does
    not say, when it came; else when the article was published."""
    if is_implied(entry):
        return entry.received_us
    edited = edited_at(entry.article)
    return None if edited is None else min(edited, entry.received_us)


def as_of(entry: Entry) -> int | None:
    """Until when a word holds all edits (µs): a feed's that does not say when it edited, until it was fetched."""
    if entry.source.kind == "feed" and entry.article.version_created is None:
        return entry.received_us
    return edit_of(entry)


def edited_at(article: Article) -> int | None:
    """When an article says that it was edited last, or else published (µs)."""
    moment = article.version_created or article.first_created
    return None if moment is None else _us(moment)


def is_implied(entry: Entry) -> bool:
    """Is it a newer edit only because its feed said other words before?"""
    return entry.changed and entry.article.version_created is None


def is_veiled(article: Article, stored: Article) -> bool:
    """Does a headline say the stored one behind a word of warning: "Protected: …", "Bảo vệ: …", in whatever language?

    So sites show what readers need a password for, with a sentence in place of the text.
    """
    before, now = _plain(stored.headline), _plain(article.headline)
    return bool(before) and now != before and now.endswith(before) and ":" in now.removesuffix(before)


def is_of_host(source: str, aliases: Sequence[str]) -> bool:
    """Is a source the feed of the host whose page this is: `feed:https://news.example/rss` of `news.example`."""
    kind, _, address = source.partition(":")
    host = host_of(url_of(aliases))
    return kind == "feed" and host is not None and host == host_of(address)


def agreement(article: Article, stored: Article) -> int:
    """In how many of headline, date and text two articles are the same, 0 to 3."""
    return sum(
        (
            _plain(article.headline) == _plain(stored.headline),
            article.first_created == stored.first_created,
            _text(article) == _text(stored) != [],
        )
    )


def is_another(entry: Entry, held: Collection[str], stored: Callable[[], Article]) -> bool:
    """Is an entry of a feed another article than the one that holds some of its addresses, `held` being all of those?

    A page may get another article later, and some feeds give one address to all their entries: where an entry has an
    address of its own beside the one it shares, the words decide. A GUID that was only made anew, and a page that only
    moved, say the same as before.
    """
    if entry.source.kind != "feed" or entry.changed:
        return False
    guids, pages = _of_kind("guid:", entry.aliases), _of_kind("url:", entry.aliases)
    guid_kept, page_kept = guids & set(held), pages & set(held)
    if guid_kept:
        strange = not page_kept and pages and _of_kind("url:", held)
        return bool(strange) and agreement(entry.article, stored()) < 1
    feeds = {guid.partition(" ")[0] for guid in guids}
    if not page_kept or any(alias.partition(" ")[0] in feeds for alias in held):
        return agreement(entry.article, stored()) < 2
    return False


def refined(entry: Entry, stored: Article) -> Entry:
    """The entry with the moment that is known already where it says no more than its day."""
    article = entry.article
    if article.precision != "day" or stored.precision in (None, "day") or not _is_day_of(article, stored):
        return entry
    rest = tuple(evidence for evidence in article.evidence if evidence.field != "first_created")
    kept = Evidence(field="first_created", rule="the moment another witness gave of this day", sure=0.9)
    return replace(
        entry,
        article=replace(
            article,
            first_created=stored.first_created,
            precision=stored.precision,
            zone_rule=stored.zone_rule,
            local_day=stored.local_day,
            evidence=(*rest, kept),
        ),
    )


def source_of(source: Source) -> str:
    """A source in a word: `feed:https://a.example/rss`."""
    return f"{source.kind}:{source.name}"


def richness_of(article: Article) -> int:
    """How much an article says, in characters of its lead and its text."""
    said = sum(len(block.text or "") + sum(map(len, block.items)) for block in article.blocks)
    return said + len(article.description or "")


def digest_of(article: Article) -> str:
    """What an article says, whatever it was read from: all of it but the evidence, what was left out, and when it was
    edited, which one feed tells and the next does not."""
    said = replace(article, evidence=(), boilerplate=(), version_created=None)
    return hashlib.blake2b(msgspec.json.encode(said), digest_size=12).hexdigest()


def _of_kind(kind: str, aliases: Collection[str]) -> set[str]:
    return {alias for alias in aliases if alias.startswith(kind)}


def _is_day_of(article: Article, stored: Article) -> bool:
    if article.local_day is not None and stored.local_day is not None:
        return article.local_day == stored.local_day
    if article.first_created is None or stored.first_created is None:
        return False
    return 0 <= _us(stored.first_created) - _us(article.first_created) < DAY_US


def _plain(text: str | None) -> str:
    return " ".join((text or "").split()).casefold()


def _text(article: Article) -> list[object]:
    """All an article says below its headline, whatever is taken for its lead."""
    blocks: list[object] = [(block.text, block.caption, block.items, block.rows) for block in article.blocks]
    return [article.description, *blocks] if article.description or blocks else []


def _us(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1_000_000)
