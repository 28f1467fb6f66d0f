"""Which article an entry belongs to: its addresses lead there; where they disagree, the words decide."""

from collections.abc import Callable, Collection, Mapping

from services.index.entry import Entry, Known, plain, text_of
from shared.article import Article
from shared.envelope import source_of


def names(entry: Entry) -> tuple[str, ...]:
    """All an entry is known by, strongest first: its id stands among them where it was found to be a late twin."""
    return (f"id:{entry.article_id}", *entry.aliases)


def moved(article_id: str, alias: str) -> str:
    """The name by which an address leads from the article the ledger counts it to, to the one that has got it since."""
    return f"id:{article_id}@{alias}"


def candidates(entry: Entry, by_name: Mapping[str, Known], direct: Known | None) -> list[Known]:
    """The articles an entry may belong to, likeliest first; `direct` is the one that has the id the ledger gave.

    A GUID leads first: its feed made it. A late twin stays one. An address that has moved to another article leads
    there, whatever the ledger remembers. What is read once more is the article's that it was read for.
    """
    if entry.renews is not None:
        return [direct] if direct is not None else []
    guids = [by_name[alias] for alias in entry.aliases if alias.startswith("guid:") and alias in by_name]
    strongest = [by_name[name] for name in names(entry) if name in by_name]
    gone = [by_name[name] for alias in entry.aliases if (name := moved(entry.article_id, alias)) in by_name]
    ranked = [*guids, *gone, *([direct] if direct is not None else []), *strongest]
    return list({article.row_id: article for article in ranked}.values())


def is_another(entry: Entry, held_by: Known, held: Collection[str], stored: Callable[[], Article]) -> bool:
    """Is an entry of a feed another article than the one that holds some of its addresses, `held` being all of those?

    A page may get another article later, and some feeds give one address to all their entries: where an entry has an
    address of its own beside the one it shares, the words decide. A GUID that was only made anew, and a page that only
    moved, say the same as before.
    """
    if entry.source.kind != "feed" or entry.renews is not None:
        return False
    guids, pages = _of_kind("guid:", entry.aliases), _of_kind("url:", entry.aliases)
    guid_kept, page_kept = guids & set(held), pages & set(held)
    if entry.changed and guids:  # called by the same page and GUID as before
        return False
    if guid_kept:
        strange = not page_kept and pages and _of_kind("url:", held)
        return bool(strange) and agreement(entry.article, stored()) < 1
    if page_kept and not guids:  # nothing but the page: one that many entries share, unless some of the words stay
        return _of_same_feed(entry, held_by) and agreement(entry.article, stored()) < 1
    feeds = {guid.partition(" ")[0] for guid in guids}
    if not page_kept or any(alias.partition(" ")[0] in feeds for alias in held):
        return agreement(entry.article, stored()) < 2
    return False


def agreement(article: Article, stored: Article) -> int:
    """In how many of headline, date and text two articles are the same, 0 to 3."""
    return sum(
        (
            plain(article.headline) == plain(stored.headline),
            article.first_created == stored.first_created,
            text_of(article) == text_of(stored) != [],
        )
    )


def _of_same_feed(entry: Entry, held_by: Known) -> bool:
    return source_of(entry.source) == held_by.source


def _of_kind(kind: str, aliases: Collection[str]) -> set[str]:
    return {alias for alias in aliases if alias.startswith(kind)}
