"""Inputs that came before are read once more, as their sources are set now: each is an input of its own, so that what
it was read as before stays among its article's revisions."""

from collections.abc import Sequence

import msgspec

from services.ingest.intake import Answer, Intake
from shared.archive_entries import Archived, unpack_body
from shared.envelope import MOST_BYTES, WITHDRAWAL_TYPE, Envelope, Input
from shared.errors import InputRefused

AT_ONCE = 25


class Again(msgspec.Struct, frozen=True, kw_only=True):
    """An input at rest, and the article that it belongs to."""

    article: str
    archived: Archived


def may_be_reread(envelope: Envelope) -> bool:
    """Is it an article as it came? A patch is a part of one, and a withdrawal none."""
    return envelope.media_type != WITHDRAWAL_TYPE and not (envelope.patches or envelope.withdraws or envelope.erases)


def reread(intake: Intake, inputs: Sequence[Again]) -> list[bool]:
    """Take them in anew; False for each whose article is on its way already, or is not its sender's any more.

    A repeated call takes each in again, and its second reading, which says the same, is a duplicate.
    """
    answers: list[Answer] = []
    for start in range(0, len(inputs), AT_ONCE):
        answers += intake.take_each([_input_of(one) for one in inputs[start : start + AT_ONCE]])
    return [not isinstance(answer, InputRefused) and answer.state == "received" for answer in answers]


def _input_of(one: Again) -> Input:
    envelope = one.archived.envelope
    return Input(
        source=envelope.source,
        media_type=envelope.media_type,
        body=unpack_body(one.archived.body, MOST_BYTES),
        aliases=envelope.aliases,
        url=envelope.url,
        name=envelope.name,
        own=envelope.own,
        changed=envelope.changed,
        version=envelope.version,
        embargoed_until=envelope.embargoed_until,
        corrects=one.article,
        rereads=envelope.rereads or envelope.received_us,
        written_us=envelope.written_us,
    )
