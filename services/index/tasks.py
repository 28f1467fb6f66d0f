"""Shell of the index stage: a batch of canonical articles goes into the sink in one transaction."""

from collections.abc import Callable, Sequence

import msgspec

from services.index.completing import told_outside
from services.index.earlier_embargoes import Until
from services.index.entry import Entry
from services.index.record import Record
from services.index.withdrawal import reason_in
from shared.archive_entries import unpack_body
from shared.article import Article
from shared.clock import now_us
from shared.envelope import Event
from shared.identity import bridged
from shared.ledger.calls import Claimed
from shared.ledger.reader import EMBARGO, Meta
from shared.work.batches import Done, Handler, Held, Result

ZSTD = b"\x28\xb5\x2f\xfd"
MOST_BYTES = 256 * 1024 * 1024


def index_articles(record: Record, holds: Callable[[], Until]) -> Handler:
    """A handler that puts what may be published now, and holds what is under embargo, by `holds` of each batch."""

    def put(items: Sequence[Claimed]) -> Sequence[Result]:
        results: dict[str, Result] = {}
        read: list[tuple[str, Entry]] = []
        for item in items:
            try:
                read.append((item.ref, _entry(item)))
            except msgspec.DecodeError as error:
                results[item.ref] = error
        held_until = holds()
        entries = []
        for ref, entry in sorted(read, key=lambda found: found[1].rev):
            until_us = held_until(entry)
            if until_us is not None and until_us > now_us():
                results[ref] = Held(until_us=until_us, reason=EMBARGO)
            else:
                entries.append((ref, entry))
        outcomes = record.put_many([entry for _, entry in entries])
        for (ref, _), outcome in zip(entries, outcomes, strict=True):
            results[ref] = outcome if isinstance(outcome, Exception) else Done(outcome=outcome)
        out = zip(entries, outcomes, strict=True)
        held_until.end_earlier(entry for (_, entry), outcome in out if outcome in ("indexed", "withdrawn"))
        return [results[item.ref] for item in items]

    return put


def _entry(item: Claimed) -> Entry:
    meta = msgspec.json.decode(item.meta, type=Meta)
    article_id, _, rev = item.ref.rpartition("@")
    # A release before 0.2 has left articles in flight that are plain JSON.
    body = unpack_body(item.body, MOST_BYTES) if item.body.startswith(ZSTD) else item.body
    article = told_outside(msgspec.json.decode(body, type=Article), meta)
    state = "indexed" if article.pub_status == "usable" else "withdrawn"
    why = reason_in(article, meta.rereads or meta.received_us)
    return Entry(
        article_id=article_id,
        rev=int(rev),
        receipt=meta.receipt,
        source=meta.source,
        received_us=meta.rereads or meta.received_us,
        sha=meta.sha,
        aliases=bridged(meta.aliases) if item.version == 1 else meta.aliases,  # on its way when the first release ended
        own=meta.own,
        changed=meta.changed,
        patches=meta.patches,
        erases=meta.erases,
        rereads=meta.rereads,
        origin=meta.origin,
        renews=meta.renews,
        archived=meta.archived,
        article=article,
        timeline=(*item.timeline, Event(state=state, stage="index", at_us=now_us(), note=why)),
    )
