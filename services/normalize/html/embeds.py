"""Players, posts, maps and graphics of other sites that a page shows in its text: named, with their address."""

from functools import cache

from services.normalize.document import Piece
from services.normalize.html.blocks import Medium
from services.normalize.html.tree import attributes_of, path_of
from services.normalize.readers.markup_parts import address_of, source_of
from services.normalize.tables import read_table

_FRAMES = frozenset({"iframe", "amp-iframe"})
_PLAYERS = {"video": "video", "audio": "audio", "amp-youtube": "video"}
_SOURCES = ("src", "data-src", "data-lazy-src", "data-original", "data-url", "data-litespeed-src")


def read_embed(medium: Medium, base: str | None) -> Piece | None:
    """What a frame or player shows and where; None for a picture, and for a frame that shows none of the article."""
    element, tag = medium.element, medium.element.tag
    if tag in _FRAMES:
        get = attributes_of(element).get
        link = next((link for name in _SOURCES if (link := (get(name) or "").strip()).startswith(("http", "//"))), None)
        kind = kind_of(link or "")
    elif tag in _PLAYERS:
        link = next((link for item in element.iter() if (link := source_of(item))), None)
        kind = _PLAYERS[tag] if link else None
    else:
        return None
    href = address_of(link, base)
    if kind is None or href is None:
        return None
    return Piece(text=kind, shape="embed", href=href, path=path_of(element))


def kind_of(link: str) -> str | None:
    """What is shown at an address: "video", "post", "map" and the like, or None where nobody knows."""
    lowered = link[:200].lower()
    return next((kind for kind, parts in _known().items() if any(part in lowered for part in parts)), None)


@cache
def _known() -> dict[str, list[str]]:
    return read_table("data/embeds.toml", dict[str, list[str]])
