"""Headlines of what waits for the end of an embargo: it is read, and not in the index yet.

For the desk's pages and its terminal alone, whose readers may know of it; lists of the API tell none.
"""

from collections.abc import Sequence

import msgspec

from services.web.listing import Row
from shared.archive_entries import unpack_body
from shared.envelope import MOST_BYTES
from shared.errors import PermanentError
from shared.ledger.listing import read_articles
from shared.ledger.reader import LedgerReader

ZSTD = b"\x28\xb5\x2f\xfd"


class _Headed(msgspec.Struct):
    headline: str | None = None


def with_headlines(reader: LedgerReader, rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows, with the headlines of those that are held."""
    held = [f"{row.article}@{row.rev}" for row in rows if row.state == "held"]
    headlines = {ref: _headline_of(packed) for ref, packed in read_articles(reader, held).items()}
    return tuple(
        msgspec.structs.replace(row, headline=headlines.get(f"{row.article}@{row.rev}") or row.headline)
        if row.state == "held"
        else row
        for row in rows
    )


def _headline_of(packed: bytes) -> str | None:
    try:
        body = unpack_body(packed, MOST_BYTES) if packed.startswith(ZSTD) else packed
        return msgspec.json.decode(body, type=_Headed).headline
    except (PermanentError, msgspec.DecodeError):
        return None
