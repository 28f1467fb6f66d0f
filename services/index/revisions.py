"""What an article that comes is to what is stored: pure rules, so that a second run changes nothing."""

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from services.index.entry import Entry, Known, Outcome, as_of, digest_of, edit_of, known_from, latest
from services.index.precedence import PUSH, adds_nothing, is_poorer
from shared.article import Article
from shared.envelope import DESK, SourceKind, is_desk, source_of
from shared.identity import host_of


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


def rule(entry: Entry, known: Known | None, stored: Callable[[], Article] = Article) -> Ruling:
    """Rule on an entry, given the stored article it belongs to; `stored` gives its words where they are needed.

    The newer edit wins, and a poorer text of the same edit never replaces a richer one. An entry that comes late is
    judged as if it had come in time: it wins where the text that overtook it would have lost.
    """
    if known is not None and entry.renews is not None:
        return _rule_on_renewal(entry, known)
    return _rule_on_word(entry, known, stored)


def _rule_on_word(entry: Entry, known: Known | None, stored: Callable[[], Article]) -> Ruling:
    gone = entry.article.pub_status != "usable"
    news: Outcome = "withdrawn" if gone else "indexed"
    if known is None:
        return Ruling(article_id=entry.article_id, outcome=news, stored=True)
    if entry.rereads and entry.rev != known.rev:
        return _rule_reread(entry, known)
    return _rule_beside(entry, known, stored, news)


def _rule_beside(entry: Entry, known: Known, stored: Callable[[], Article], news: Outcome) -> Ruling:
    gone = entry.article.pub_status != "usable"
    if known.rev == entry.rev and known.article_id == entry.article_id:
        return Ruling(article_id=known.article_id, outcome="withdrawn" if known.withdrawn else "indexed", stored=False)
    same = known.withdrawn == gone and known_as(entry, known, stored)
    last = max(known.rev, known.heard)
    if entry.erases and entry.rev > last:
        return Ruling(article_id=known.article_id, outcome="withdrawn", stored=True)
    if entry.rev <= last:
        if same or not _was_overtaken(entry, known, stored):
            return Ruling(article_id=known.article_id, outcome="duplicate" if same else "superseded", stored=False)
        return Ruling(
            article_id=known.article_id,
            outcome=news,
            stored=True,
            heard=last,
            edited=edit_of(entry),
            as_of=as_of(entry),
        )
    if same:
        edited, until = latest(edit_of(entry), known.edited), latest(as_of(entry), known.as_of)
        return Ruling(
            article_id=known.article_id, outcome="duplicate", stored=False, heard=entry.rev, edited=edited, as_of=until
        )
    loses = is_poorer(entry, known, stored) if not known.withdrawn else not may_return(entry, known)
    if loses if not gone else not may_take_back(entry, known):
        return Ruling(article_id=known.article_id, outcome="superseded", stored=False)
    return Ruling(article_id=known.article_id, outcome=news, stored=True)


def _rule_reread(entry: Entry, known: Known) -> Ruling:
    """Rule on an input that is read once more: it takes the place of its own earlier reading, and of nothing else."""
    if known.withdrawn or entry.sha != known.sha or entry.rev < known.rev:
        return Ruling(article_id=known.article_id, outcome="superseded", stored=False)
    if known.digest == digest_of(entry.article):
        return Ruling(
            article_id=known.article_id, outcome="duplicate", stored=False, heard=max(entry.rev, known.heard),
            edited=known.edited, as_of=known.as_of,
        )  # fmt: skip
    heard = known.heard if known.heard > entry.rev else 0
    edited, until = latest(edit_of(entry), known.edited), latest(as_of(entry), known.as_of)
    return Ruling(article_id=known.article_id, outcome="indexed", stored=True, heard=heard, edited=edited, as_of=until)


def _rule_on_renewal(entry: Entry, known: Known) -> Ruling:
    """What is read once more takes the place right behind what was read before, where nobody said anything since.

    It is no news of its source: what was heard of the stored word, and when, stays.
    """
    if known.rev != entry.rev - 1 or known.withdrawn:
        return Ruling(article_id=known.article_id, outcome="superseded", stored=False)
    if known.digest == digest_of(entry.article):
        return Ruling(article_id=known.article_id, outcome="duplicate", stored=False)
    return Ruling(
        article_id=known.article_id,
        outcome="indexed" if entry.article.pub_status == "usable" else "withdrawn",
        stored=True,
        heard=known.heard or entry.rev,
        edited=latest(edit_of(entry), known.edited),
        as_of=latest(as_of(entry), known.as_of),
    )


def may_return(entry: Entry, known: Known) -> bool:
    """Does an entry bring back what was withdrawn: only a push does, or a later word of who withdrew it.

    What the desk itself withdrew only the desk brings back. A feed that still shows the article never does.
    """
    if is_desk(entry.source) or source_of(entry.source) == known.source:
        return True
    return entry.source.kind == "push" and known.source != source_of(DESK)


def may_take_back(entry: Entry, known: Known) -> bool:
    """Does a withdrawal hold: a feed takes back only what it, or another feed of its host, said last."""
    if entry.source.kind != "feed" or known.source in ("", source_of(entry.source)):
        return True
    kind, _, address = known.source.partition(":")
    return kind == "feed" and host_of(address) == host_of(entry.source.name)


def _was_overtaken(entry: Entry, known: Known, stored: Callable[[], Article]) -> bool:
    """Would what is stored have lost, had it come after this entry as it was taken in?"""
    if known.withdrawn or entry.article.pub_status != "usable" or entry.rev >= known.rev or not known.source:
        return False
    kind, _, name = known.source.partition(":")
    later = replace(
        entry,
        rev=known.rev,
        received_us=latest(known.rev, known.edited, known.as_of) or 0,
        source=replace(entry.source, kind=msgspec.convert(kind, SourceKind), name=name),
        article=stored(),
        own=known.own,
        changed=False,
    )
    return is_poorer(later, known_from(entry, row_id=known.row_id), lambda: entry.article)


def known_as(entry: Entry, known: Known, stored: Callable[[], Article] = Article) -> bool:
    """Does the entry say what is stored: the same bytes, bytes that read as the same article, or, told by another
    source, the same headline and text and nothing beside them that is not known?"""
    if entry.sha == known.sha or (known.digest != "" and known.digest == digest_of(entry.article)):
        return True
    if not known.source or source_of(entry.source) == known.source or known.source.startswith(PUSH):
        return False
    return adds_nothing(entry.article, stored())
