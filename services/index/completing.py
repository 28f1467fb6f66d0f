"""What an entry takes over from the stored article where it could not say it itself."""

from msgspec.structs import replace

from services.index.entry import Entry, embargo_end
from services.index.precedence import refined
from shared.article import Article, Evidence
from shared.embargo import latest
from shared.envelope import Envelope, Input

# What ninjs 3.1 has no word for: a patch, which is made of our ninjs, neither says nor denies it.
NOT_IN_NINJS = ("dateline", "kind", "access", "corrections", "live_entries", "lead_picture")
# What a tombstone still says of the article that stood there: enough to know which it was.
OF_A_TOMBSTONE = ("uri", "headline", "language", "version", "alt_ids")


def told_outside(article: Article, envelope: Envelope | Input) -> Article:
    """The article with what its sender told in headers, which goes before what stands in the body.

    Of the two ends of an embargo the later counts: neither may publish what the other holds.
    """
    told = {"embargoed_until": latest(embargo_end(article), envelope.embargoed_until), "version": envelope.version}
    said = {name: value for name, value in told.items() if value is not None and getattr(article, name) != value}
    if article.embargoed_until is not None and said.get("embargoed_until") == embargo_end(article):
        del said["embargoed_until"]  # a clock in no zone stays as it was read
    if not said:
        return article
    rest = tuple(evidence for evidence in article.evidence if evidence.field not in said)
    outside = tuple(Evidence(field=name, rule="told beside the body", sure=1.0) for name in said)
    return replace(article, evidence=(*rest, *outside), **said)


def needs_stored(entry: Entry) -> bool:
    """Is there anything that only the stored article can tell?"""
    return entry.patches or entry.article.precision == "day" or is_bare_withdrawal(entry.article)


def completed(entry: Entry, stored: Article) -> Entry:
    """The entry as it is ruled on, beside the article that is stored."""
    if entry.erases:
        return entry
    if is_bare_withdrawal(entry.article):
        names = {name: getattr(entry.article, name) or getattr(stored, name) for name in OF_A_TOMBSTONE}
        return replace(entry, article=replace(entry.article, **names))
    if entry.patches:
        entry = replace(entry, article=_patched(entry.article, stored))
    return refined(entry, stored) if entry.article.precision == "day" else entry


def is_bare_withdrawal(article: Article) -> bool:
    """Does an article say nothing but that it is taken back?"""
    return article.pub_status != "usable" and not (article.headline or article.description or article.blocks)


def _patched(article: Article, stored: Article) -> Article:
    kept = {name: getattr(stored, name) for name in NOT_IN_NINJS if not getattr(article, name)}
    if article.first_created is None and stored.first_created is not None and stored.first_created.tzinfo is None:
        kept |= {"first_created": stored.first_created}  # a clock without a zone, which ninjs cannot tell
    if article.first_created in (None, stored.first_created):
        kept |= {name: getattr(stored, name) for name in ("precision", "zone_rule", "local_day")}
    pictures = {block.href: block for block in stored.blocks if block.href and (block.taken or block.people)}
    blocks = (
        replace(block, taken=pictures[block.href].taken, people=pictures[block.href].people)
        if block.href in pictures and block.type == "picture"
        else block
        for block in article.blocks
    )
    return replace(article, blocks=tuple(blocks), **kept)
