"""Whose an article is of which the desk itself speaks: for whoever follows the changes of one source."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from services.index.search import Index
from shared.errors import TransientError
from shared.ledger.reader import LedgerReader

Whose = Callable[[str], tuple[str, ...]]


def whose_by(index: Index, ledger: LedgerReader) -> Whose:
    """How to learn by which sources an article is known: its own (`feed:…`), and who pushed it last (`push:hue`)."""
    return partial(_sources_of, index, ledger)


def _sources_of(index: Index, ledger: LedgerReader, article: str) -> tuple[str, ...]:
    """By the index, and of what never got there by the ledger; of nobody where neither can be asked: a change is told
    to who follows all of them, whatever is away."""
    with suppress(TransientError):
        if sources := index.sources_of(article):
            return sources
        head = ledger.head(article)
        return (head.owner,) if head is not None and head.owner else ()
    return ()
