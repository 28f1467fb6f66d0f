"""Shell of the normalize stage: a record's bytes in, the canonical article's JSON out (zstd), under a CPU clock."""

from collections.abc import Callable
from contextlib import suppress

import msgspec

from services.normalize.pipeline import normalize
from services.normalize.rules import NOTE, rules_version
from shared.archive_entries import pack_body, unpack_body
from shared.article import Article, Correction
from shared.clock import from_us
from shared.envelope import WITHDRAWAL_TYPE, Raw, Source, Withdrawal
from shared.errors import TooCostly
from shared.hints import NOT_SET, Applied
from shared.ledger.calls import Claimed
from shared.ledger.reader import Meta
from shared.untrusted.sandbox import cpu_clock
from shared.work.batches import Done, Handler, each

SetFor = Callable[[Source, str | None], Applied]
"""What is set for an input's source and the host of its page, as it stands now."""


def read_articles(
    *, max_bytes: int, cpu_s: float, memory_mb: int = 0, set_for: SetFor = lambda _source, _url: NOT_SET
) -> Handler:
    """A handler that reads each article within `cpu_s` seconds of CPU; the process dies on one that takes longer.

    Of one that needs more than the process may have, which are `memory_mb`, the handler raises `TooCostly`.
    """

    note = f"{NOTE}{rules_version()}"

    def read_article(item: Claimed) -> Done:
        meta = msgspec.json.decode(item.meta, type=Meta)
        if meta.media_type == WITHDRAWAL_TYPE:
            return _done(withdrawn(unpack_body(item.body, max_bytes), meta.received_us), note)
        raw = Raw(
            source=meta.source,
            media_type=meta.media_type,
            body=unpack_body(item.body, max_bytes),
            received_us=meta.as_of_us,
            url=meta.url,
        ).with_settings(set_for(meta.source, meta.url))
        with cpu_clock(cpu_s):
            article = normalize(raw)
        return _done(article, note)

    def read_within(item: Claimed) -> Done:
        with suppress(MemoryError):
            return read_article(item)
        # Out here the traceback is gone, which held what the next article needs.
        raise TooCostly(
            f"It needs more than {memory_mb} MB of memory to be read (article_memory_mb; article_cpu_s gives it "
            f"{cpu_s} s of processor time): give it more, then replay it."
        )

    return each(read_within)


def withdrawn(body: bytes, received_us: int) -> Article:
    """What takes an article back, as an article: canceled, and why."""
    reason = msgspec.json.decode(body, type=Withdrawal).reason
    why = (Correction(text=reason, at=from_us(received_us)),) if reason else ()
    return Article(pub_status="canceled", corrections=why)


def _done(article: Article, note: str) -> Done:
    return Done(outcome="normalized", note=note, article=pack_body(msgspec.json.encode(article)))
