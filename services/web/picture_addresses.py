"""Pictures that came with an article, by name within the desk and by address to its readers."""

import msgspec
from starlette.requests import Request

from services.index.search import Stored
from services.web.links import link_to
from shared.article import Block

SCHEME = "ni:///sha-256;"


def addresses(stored: Stored) -> set[str]:
    """What the pictures are called that came with an article."""
    article = stored.article
    blocks = (*article.blocks, *filter(None, (article.lead_picture,)))
    return {block.href for block in blocks if block.href and block.href.startswith(SCHEME)}


def with_addresses(request: Request, stored: Stored) -> Stored:
    """The article with the addresses at which this desk shows its pictures, in the place of their names."""
    if not addresses(stored):
        return stored
    below = f"{_site(request)}{link_to(f'/v1/pictures/{stored.article_id}/')}"
    article = stored.article
    lead = article.lead_picture
    shown = msgspec.structs.replace(
        article,
        blocks=tuple(_shown_at(block, below) for block in article.blocks),
        lead_picture=_shown_at(lead, below) if lead is not None else None,
    )
    return msgspec.structs.replace(stored, article=shown)


def _shown_at(block: Block, below: str) -> Block:
    if not (block.href or "").startswith(SCHEME):
        return block
    return msgspec.structs.replace(block, href=f"{below}{(block.href or '').removeprefix(SCHEME)}")


def _site(request: Request) -> str:
    """Scheme and host as the reader has them; a proxy that is trusted has told them."""
    return f"{request.url.scheme}://{request.url.netloc}"
