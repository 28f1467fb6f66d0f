"""Until when an embargo of another revision holds one: that of an earlier one, or that of a correction.

Who corrects a word in what is held means no publication: only a moment, or `null`, in the correction ends the embargo.
Who moves the end to a later time means all that was held: a revision of before does not go out at its own.
"""

from collections import defaultdict
from collections.abc import Iterable

from services.index.entry import Entry, embargo_us
from services.index.search import Index
from shared.article import Article
from shared.ledger.calls import Ledger
from shared.ledger.listing import held_refs
from shared.ledger.reader import split_ref


class Until:
    """The holds of one batch, whose entries are asked for in the order of their revisions.

    What is held of an article is looked up once; it counts until something newer of the article is published.
    """

    def __init__(self, ledger: Ledger, index: Index) -> None:
        self._ledger, self._index = ledger, index
        self._held: dict[str, dict[int, int]] = defaultdict(dict)
        self._refs: list[tuple[str, int, str]] = []
        for ref, due_us in held_refs(ledger, "index"):
            article, revision = split_ref(ref)
            self._held[article][revision] = due_us
            self._refs.append((article, revision, ref))

    def __call__(self, entry: Entry) -> int | None:
        """Until when (µs) an entry is held, by its own embargo or that of another revision; None where by none."""
        own = embargo_us(entry.article)
        if (own is not None or _was_held(entry)) and _came_too_late(self._index, entry):
            return None
        held = self._held.get(entry.article_id, {})
        earlier = {revision: due for revision, due in held.items() if revision < entry.rev}
        if earlier and not _is_free(entry):
            stored = self._index.get(entry.article_id)
            newest = max(earlier)
            own = earlier[newest] if stored is None or stored.rev < newest else None
        later = {revision: due for revision, due in held.items() if revision > entry.rev}
        if later and (own is not None or _was_held(entry)):
            own = max(own or 0, later[max(later)])
        if own is not None:
            self._held[entry.article_id][entry.rev] = own
        elif held:  # published in this batch: what was held before counts no more
            self._held[entry.article_id] = later
        return own

    def end_earlier(self, entries: Iterable[Entry]) -> None:
        """These are out, or take their article back: what was held of it before waits for nothing any more."""
        newest = {entry.article_id: entry.rev for entry in entries}
        ended = [ref for article, revision, ref in self._refs if revision < newest.get(article, 0)]
        if ended:
            self._ledger.end_embargoes(ended)


def _came_too_late(index: Index, entry: Entry) -> bool:
    """Is a later revision out already, or taken back? Then this one never goes out, and has nothing to wait for."""
    stored = index.get(entry.article_id)
    return stored is not None and stored.rev > entry.rev


def _was_held(entry: Entry) -> bool:
    return any(event.state == "held" for event in entry.timeline)


def _is_free(entry: Entry) -> bool:
    """Does an entry say itself whether it is held, or is it no publication at all?"""
    return entry.erases or entry.article.pub_status != "usable" or speaks_of_embargo(entry.article)


def speaks_of_embargo(article: Article) -> bool:
    """Does an article say one, or that it is under none (`null`)?"""
    return article.embargoed_until is not None or any(seen.field == "embargoed_until" for seen in article.evidence)
