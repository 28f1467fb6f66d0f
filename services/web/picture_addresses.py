"""Pictures that came with an article, by name within the desk and by address to its readers."""

from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request

from services.index.search import Stored
from services.web.links import link_to
from services.web.state import state_of
from shared.article import Article, Block

SCHEME = "ni:///sha-256;"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def addresses(stored: Stored) -> set[str]:
    """What the pictures are called that came with an article."""
    return _names_in(stored.article)


def paths_of(stored: Stored) -> dict[str, str]:
    """Where the desk's own pages find the pictures that came with an article, by their names."""
    below = link_to(f"/v1/pictures/{stored.article_id}/")
    return {href: f"{below}{href.removeprefix(SCHEME)}" for href in addresses(stored)}


def with_addresses(request: Request, stored: Stored, *, is_whole: bool = False) -> Stored:
    """The stored article as `shown_article` shows it."""
    article = shown_article(request, stored.article_id, stored.article, is_whole=is_whole)
    return stored if article is stored.article else msgspec.structs.replace(stored, article=article)


def shown_article(request: Request, article_id: str, article: Article, *, is_whole: bool = False) -> Article:
    """The article with the addresses at which this desk shows its pictures, in the place of their names.

    Where the desk does not know its own site they are paths; `is_whole`: a form that takes no paths keeps the names.
    """
    if not _names_in(article):
        return article
    site = site_of(request)
    if is_whole and not site:
        return article
    below = f"{site}{link_to(f'/v1/pictures/{article_id}/')}"
    lead = article.lead_picture
    return msgspec.structs.replace(
        article,
        blocks=tuple(_shown_at(block, below) for block in article.blocks),
        lead_picture=_shown_at(lead, below) if lead is not None else None,
    )


def _names_in(article: Article) -> set[str]:
    blocks = (*article.blocks, *filter(None, (article.lead_picture,)))
    return {block.href for block in blocks if block.href and block.href.startswith(SCHEME)}


def _shown_at(block: Block, below: str) -> Block:
    if not (block.href or "").startswith(SCHEME):
        return block
    return msgspec.structs.replace(block, href=f"{below}{(block.href or '').removeprefix(SCHEME)}")


def site_of(request: Request) -> str:
    """Scheme and host that are known to be this desk's; "" where nobody but the reader names the host.

    Whoever asks may write any `Host`: what is told by it would lead the next reader to another site. It is believed
    from a trusted proxy, and where it means the very address that was asked.
    """
    public = urlsplit(state_of(request).settings.public_url or "")
    if public.netloc:
        return f"{public.scheme}://{public.netloc}"
    host, port = request.url.hostname, request.url.port
    server = request.scope.get("server") or ("", None)
    is_own = host in LOOPBACK or (host == server[0] and port in (None, server[1]))
    if is_own or getattr(request.state, "is_proxied", False):
        return f"{request.url.scheme}://{request.url.netloc}"
    return ""
