"""What waits for the end of an embargo: the article as it would be published, and whether a patch can carry it."""

import msgspec

from services.index.completing import NOT_IN_NINJS, told_outside
from shared.archive_entries import unpack_body
from shared.article import Article
from shared.envelope import MOST_BYTES
from shared.errors import PermanentError
from shared.ledger.listing import read_articles
from shared.ledger.reader import LedgerReader

ZSTD = b"\x28\xb5\x2f\xfd"
CARRIED = ("dateline", "kind")  # our ninjs has no word for them, and its reader takes them nevertheless


def read_held(reader: LedgerReader, ref: str) -> Article | None:
    """The article of a revision that waits, with what its sender told in headers; None where it has gone on."""
    packed, meta = read_articles(reader, [ref]).get(ref), reader.meta(ref)
    if packed is None or meta is None:
        return None
    try:
        body = unpack_body(packed, MOST_BYTES) if packed.startswith(ZSTD) else packed
        return told_outside(msgspec.json.decode(body, type=Article), meta)
    except (PermanentError, msgspec.DecodeError):  # the index tells what is wrong with it
        return None


def beyond_a_patch(article: Article) -> str | None:
    """What it says that a patch would lose, since there is no stored article to keep it from; None for nothing."""
    lost = next((name for name in NOT_IN_NINJS if name not in CARRIED and getattr(article, name)), None)
    first = article.first_created
    if lost is None and first is not None and (first.tzinfo is None or article.precision == "day"):
        return "first_created"
    return lost
