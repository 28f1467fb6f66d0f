"""Names and passwords within addresses: they are for the server alone, and stand nowhere in what is shown."""

from msgspec.structs import replace

from shared.article import Article, Block, Evidence
from shared.identity import without_login

_ADDRESSES = frozenset({"uri", "alt_ids", "lead_picture"})  # fields whose quotes are addresses


def hide_logins(article: Article) -> Article:
    """The article with every address, also where the evidence quotes it, as it may be shown."""
    return replace(
        article,
        uri=without_login(article.uri) if article.uri else article.uri,
        alt_ids=tuple(map(without_login, article.alt_ids)),
        lead_picture=_block(article.lead_picture) if article.lead_picture else None,
        blocks=tuple(map(_block, article.blocks)),
        live_entries=tuple(replace(entry, blocks=tuple(map(_block, entry.blocks))) for entry in article.live_entries),
        evidence=tuple(map(_evidence, article.evidence)),
    )


def _block(block: Block) -> Block:
    return block if block.href is None else replace(block, href=without_login(block.href))


def _evidence(seen: Evidence) -> Evidence:
    if seen.field not in _ADDRESSES:
        return seen
    quote = seen.quote if seen.quote is None else without_login(seen.quote)
    return replace(seen, quote=quote, lost=tuple(replace(lost, value=without_login(lost.value)) for lost in seen.lost))
