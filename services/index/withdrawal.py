"""What a tombstone tells: which article it was, when it was taken back, by whom, and why."""

import msgspec

from services.index.search import Stored
from shared.article import Article
from shared.clock import from_us
from shared.envelope import is_desk


class TakenBack(msgspec.Struct, frozen=True, kw_only=True):
    """A withdrawal as it is kept: when the word of it came (µs), and why where somebody said so."""

    at_us: int
    headline: str | None
    reason: str | None
    by_desk: bool


def taken_back(stored: Stored) -> TakenBack | None:
    """How an article was taken back; None of one that stands, and of an earlier revision that is looked at."""
    if not stored.withdrawn or stored.article.pub_status == "usable":
        return None
    return TakenBack(
        at_us=stored.received_us,
        headline=stored.article.headline,
        reason=reason_in(stored.article, stored.received_us),
        by_desk=is_desk(stored.source),
    )


def reason_in(article: Article, received_us: int) -> str | None:
    """Why it is taken back, by the input that came then; a canceled article may have older corrections of its own."""
    if article.pub_status == "usable":
        return None
    return next((one.text for one in reversed(article.corrections) if one.at == from_us(received_us)), None)
