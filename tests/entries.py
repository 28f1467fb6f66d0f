"""Entries for the index, made short: a test names only what it is about."""

import hashlib
import itertools

from services.index.entry import Entry
from shared.article import Article, Block, PubStatus
from shared.envelope import Event, Source

_NUMBERS = itertools.count(1)


def make_entry(
    article_id: str = "a",
    rev: int = 1,
    *,
    headline: str | None = "Từng bước nâng cao chất lượng đội ngũ cán bộ, đảng viên",
    body: str = "Đảng bộ huyện Nam Đông thường xuyên củng cố các tổ chức cơ sở Đảng.",
    aliases: tuple[str, ...] = (),
    sha: str | None = None,
    receipt: str | None = None,
    pub_status: PubStatus = "usable",
    article: Article | None = None,
) -> Entry:
    """One entry, with a receipt of its own unless one is given; equal words have an equal `sha`."""
    if article is None:
        article = Article(headline=headline, blocks=(Block(type="paragraph", text=body),), pub_status=pub_status)
    return Entry(
        article_id=article_id,
        rev=rev,
        receipt=receipt or f"r{next(_NUMBERS):026d}",
        source=Source(kind="drop", name=""),
        received_us=rev,
        sha=sha or hashlib.sha256(repr((headline, body, pub_status)).encode(errors="replace")).hexdigest(),
        aliases=aliases,
        article=article,
        timeline=(Event(state="received", at_us=rev),),
    )
