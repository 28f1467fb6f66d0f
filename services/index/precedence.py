"""Which of two texts of one article wins: the newer edit, the fuller text of the same edit, or the page's own host."""

from collections.abc import Callable, Sequence
from typing import Literal

from msgspec.structs import replace

from services.index.entry import (
    Entry,
    Known,
    edit_of,
    edited_at,
    is_implied,
    plain,
    richness_of,
    text_of,
    us_of,
)
from shared.article import Article, Evidence
from shared.envelope import source_of
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


def is_poorer(entry: Entry, known: Known, stored: Callable[[], Article] = Article) -> bool:
    """Would a later word make the article older, shorter, or somebody else's?"""
    return (_push_loses if entry.source.kind == "push" else _feed_loses)(entry, known, stored)


def _push_loses(entry: Entry, known: Known, stored: Callable[[], Article]) -> bool:
    """Whether a push loses: never to another push, since the ledger lets in only the publisher who may speak.

    A publisher whose prefix covers the page loses only where the push itself says that it is older.
    """
    if not known.source or known.source.startswith(PUSH):
        return False
    age, stated = age_of(entry, known), entry.article.version_created is not None
    if entry.own:
        return age == "older" and stated
    if is_of_host(known.source, entry.aliases):
        return _guest_loses(entry, known, stored)
    return age == "older" and (stated or not _is_far_richer(entry, known))


def _feed_loses(entry: Entry, known: Known, stored: Callable[[], Article]) -> bool:
    """Whether a feed's or a file's text loses. A newer edit wins unless it only veils the stored text; of one edit, the
    fuller text wins."""
    source, is_theirs = source_of(entry.source), is_of_host(source_of(entry.source), entry.aliases)
    if source != known.source and not is_theirs and is_of_host(known.source, entry.aliases):
        return _guest_loses(entry, known, stored)
    thin, pushed = _is_thin(entry, known), known.source.startswith(PUSH)
    if pushed and not known.own and is_theirs:
        # What a guest says of a page does not stand against the page's own host, but where both speak of one edit.
        return thin and is_of_one_day(entry, known)
    if entry.source.kind == "drop" and source == known.source:  # whoever writes a file anew means it
        return False
    age = age_of(entry, known)
    if age == "newer":
        return thin and (entry.article.version_created is None or is_veiled(entry.article, stored()))
    if age == "older":
        return source != known.source
    return pushed or (thin if source == known.source else _other_loses(entry, known, is_theirs))


def _guest_loses(entry: Entry, known: Known, stored: Callable[[], Article]) -> bool:
    """Whether a text from elsewhere loses to the feed of the page's own host. It wins with a newer edit of the same
    headline, or with far more of the same edit."""
    if plain(entry.article.headline) != plain(stored().headline):
        return True
    age, stated = age_of(entry, known), entry.article.version_created is not None
    if age == "newer":
        return not stated and _is_thin(entry, known)
    return (age == "older" and stated) or not _is_far_richer(entry, known)


def _other_loses(entry: Entry, known: Known, is_theirs: bool) -> bool:
    """Whether a text of the same edit loses to that of another source. The fuller text stays; of two alike, the first
    or that of the page's host."""
    between_feeds = known.source.partition(":")[0] == entry.source.kind == "feed"
    if not between_feeds or (is_theirs and not is_of_host(known.source, entry.aliases)):
        return _is_thin(entry, known)
    return richness_of(entry.article) <= known.richness


def _is_thin(entry: Entry, known: Known) -> bool:
    return richness_of(entry.article) < POORER * known.richness


def _is_far_richer(entry: Entry, known: Known) -> bool:
    return richness_of(entry.article) * POORER > known.richness


def age_of(entry: Entry, known: Known) -> Age:
    """Whether the entry's edit is newer than the stored one, whose text holds all edits until `as_of`.

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
    edited = edited_at(entry.article)
    return edited is not None and known.edited is not None and abs(edited - known.edited) < DAY_US


def is_veiled(article: Article, stored: Article) -> bool:
    """Does a headline say the stored one behind a word of warning: "Protected: …", "Bảo vệ: …", in whatever language?

    So sites show what readers need a password for, with a sentence in place of the text.
    """
    before, now = plain(stored.headline), plain(article.headline)
    return bool(before) and now != before and now.endswith(before) and ":" in now.removesuffix(before)


def is_of_host(source: str, aliases: Sequence[str]) -> bool:
    """Is a source the feed of the host whose page this is: `feed:https://news.example/rss` of `news.example`."""
    kind, _, address = source.partition(":")
    host = host_of(url_of(aliases))
    return kind == "feed" and host is not None and host == host_of(address)


def adds_nothing(article: Article, stored: Article) -> bool:
    """Is each word of an article there already: a page that names no keywords beside its feed, which does?"""
    if plain(article.headline) != plain(stored.headline) or text_of(article) != text_of(stored) or not text_of(article):
        return False
    return all(_is_within(getattr(article, name), getattr(stored, name)) for name in BESIDE)


def _is_within(value: object, stored: object) -> bool:
    if isinstance(value, tuple) and isinstance(stored, tuple):
        return set(value) <= set(stored)
    return value is None or value == stored


def refined(entry: Entry, stored: Article) -> Entry:
    """The entry with the moment that is known already where it says no more than its day."""
    article = entry.article
    if article.precision != "day" or stored.precision in (None, "day") or not _is_day_of(article, stored):
        return entry
    rest = tuple(evidence for evidence in article.evidence if evidence.field.partition(".")[0] != "first_created")
    evidence_of_day = Evidence(field="first_created", rule="the moment another witness gave of this day", sure=0.9)
    return replace(
        entry,
        article=replace(
            article,
            first_created=stored.first_created,
            precision=stored.precision,
            zone_rule=stored.zone_rule,
            local_day=stored.local_day,
            evidence=(*rest, evidence_of_day),
        ),
    )


def _is_day_of(article: Article, stored: Article) -> bool:
    if article.local_day is not None and stored.local_day is not None:
        return article.local_day == stored.local_day
    if article.first_created is None or stored.first_created is None:
        return False
    return 0 <= us_of(stored.first_created) - us_of(article.first_created) < DAY_US
