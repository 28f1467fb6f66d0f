"""Which pictures the articles show that stand: what an input in the archive names is not all, as inputs are kept for a
time of their own, and a correction shows what an earlier input brought."""

import re
from collections.abc import Container

from services.index.packing import unpack
from services.index.search import Index
from shared.package import sha256_of

PAGE = 500
_NAME = re.compile(rb"ni:///sha-256;[A-Za-z0-9_-]{43}")
_ROWS = (
    "SELECT revision, id, entry FROM revisions JOIN articles USING (n) "
    "WHERE revision > ? AND NOT withdrawn ORDER BY revision LIMIT ?"
)


def pictures_shown(index: Index, articles: Container[str]) -> tuple[set[str], set[str]]:
    """The digests of the pictures that these articles show, and of those that all others do, in any revision.

    The whole index is read, a page at a time.
    """
    theirs: set[str] = set()
    others: set[str] = set()
    last = 0
    while rows := _page(index, last):
        for _, article_id, blob in rows:
            names = (sha256_of(name.decode()) for name in _NAME.findall(unpack(blob)))
            (theirs if article_id in articles else others).update(filter(None, names))
        last = rows[-1][0]
    return theirs, others


def _page(index: Index, last: int) -> list[tuple[int, str, bytes]]:
    with index.reading() as database:
        return [] if database is None else database.execute(_ROWS, (last, PAGE)).fetchall()
