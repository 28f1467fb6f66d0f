"""What a person at the desk does to an article: take it back, or correct it. Each is an input like any other, and a
decision beside it that says why."""

from collections.abc import Sequence

import msgspec

from services.ingest.intake import Intake, Receipt
from shared.archive import Archive
from shared.archive_entries import Decision, Kind
from shared.clock import now_us
from shared.envelope import DESK, WITHDRAWAL_TYPE, Input, Source, Withdrawal
from shared.errors import InputRefused

MOST_ALIASES = 8
AT_ONCE = 25


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """An article as the desk knows it: its id, what it is known by, strongest first, and whose it is, where the ledger
    tells: the index has never seen what waits for the end of an embargo."""

    article: str
    aliases: tuple[str, ...] = ()
    origin: Source | None = None


def withdraw(intake: Intake, decisions: Archive, articles: Sequence[Named], reason: str) -> list[Receipt]:
    """Take articles back. What the desk took back no publisher brings back."""
    return _act(intake, decisions, [withdrawal_of(article, reason) for article in articles], "withdraw", reason)


def correct(intake: Intake, decisions: Archive, article: Named, given: Input, reason: str) -> Receipt:
    """Put other words in an article's place; `given` has them. They are the desk's, whoever owns the article."""
    item = msgspec.structs.replace(
        given, source=DESK, aliases=tuple(dict.fromkeys((*article.aliases, *given.aliases))), corrects=article.article
    )
    (receipt,) = _act(intake, decisions, [item], "correct", reason)
    return receipt


def note(decisions: Archive, decision: Kind, ref: str, reason: str) -> None:
    """Keep what a person decided, and why."""
    decisions.put_batch([Decision(decision=decision, receipt="", ref=ref, at_us=now_us(), reason=reason)])


def withdrawal_of(article: Named, reason: str) -> Input:
    """The input that takes an article back."""
    body = msgspec.json.encode(Withdrawal(article=article.article, reason=reason))
    return Input(
        source=DESK,
        media_type=WITHDRAWAL_TYPE,
        body=body,
        aliases=article.aliases[:MOST_ALIASES],
        corrects=article.article,
        origin=article.origin,
        withdraws=True,
    )


def _act(intake: Intake, decisions: Archive, items: Sequence[Input], decision: Kind, reason: str) -> list[Receipt]:
    """The decisions first: an act that was cut short is known, and can be done again without harm."""
    receipts: list[Receipt] = []
    for start in range(0, len(items), AT_ONCE):
        batch, now = items[start : start + AT_ONCE], now_us()
        decisions.put_batch(
            [
                Decision(decision=decision, receipt="", ref=item.corrects or "", at_us=now, reason=reason)
                for item in batch
            ]
        )
        for answer in intake.take_each(batch):
            if isinstance(answer, InputRefused):
                raise answer
            receipts.append(answer)
    return receipts
