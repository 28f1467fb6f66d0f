"""Shell of the normalize stage: a record's bytes in, the canonical article's JSON out (zstd), under a CPU clock."""

import msgspec

from services.normalize.pipeline import normalize
from shared.archive import pack_body, unpack_body
from shared.envelope import Raw
from shared.ledger.calls import Claimed
from shared.ledger.reader import Meta
from shared.untrusted.sandbox import cpu_clock
from shared.work.batches import Done, Handler, each


def read_articles(*, max_bytes: int, cpu_s: float) -> Handler:
    """A handler that reads each article within `cpu_s` seconds of CPU; the process dies on one that takes longer."""

    def read_article(item: Claimed) -> Done:
        meta = msgspec.json.decode(item.meta, type=Meta)
        raw = Raw(
            source=meta.source,
            media_type=meta.media_type,
            body=unpack_body(item.body, max_bytes),
            received_us=meta.received_us,
            url=meta.url,
        )
        with cpu_clock(cpu_s):
            article = normalize(raw)
        return Done(outcome="normalized", article=pack_body(msgspec.json.encode(article)))

    return each(read_article)
