"""Copydesk as a library: one article out of any document, every field with its evidence. No desk, no Redis.

    from pathlib import Path
    from copydesk import read

    article = read(Path("page.html"), url="https://paper.example/news/1", zone="Asia/Ho_Chi_Minh")
    article.headline, article.first_created, [person.name for person in article.people]
    [reading for reading in article.evidence if reading.field == "headline"]

What a field means is written at `Article`. The names below keep their meaning within a major release; what else stands
in this distribution is the desk's own and may change.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from copydesk.export import to_json as to_json
    from copydesk.export import to_markdown as to_markdown
    from copydesk.export import to_ninjs as to_ninjs
    from copydesk.fetching import fetch as fetch
    from copydesk.parting import read_all as read_all
    from copydesk.reading import read as read
    from shared.article import Article as Article
    from shared.article import Block as Block
    from shared.article import Candidate as Candidate
    from shared.article import Correction as Correction
    from shared.article import Evidence as Evidence
    from shared.article import Headline as Headline
    from shared.article import LiveEntry as LiveEntry
    from shared.article import Person as Person
    from shared.errors import CopydeskError as CopydeskError
    from shared.errors import NotAFeed as NotAFeed
    from shared.errors import NotAnArticle as NotAnArticle

_MODULES = {
    "copydesk.reading": ("read",),
    "copydesk.parting": ("read_all",),
    "copydesk.fetching": ("fetch",),
    "copydesk.export": ("to_json", "to_markdown", "to_ninjs"),
    "shared.article": ("Article", "Block", "Candidate", "Correction", "Evidence", "Headline", "LiveEntry", "Person"),
    "shared.errors": ("CopydeskError", "NotAFeed", "NotAnArticle"),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}

__all__ = sorted(_HOMES)  # noqa: PLE0605  # one table says what is public and where it is defined


def __getattr__(name: str) -> Any:
    """Import what a program asks for when it asks: a reader of files needs no HTTP client."""
    module = _HOMES.get(name)
    if module is None:
        raise AttributeError(f"module 'copydesk' has no attribute {name!r}")
    return getattr(importlib.import_module(module), name)


def __dir__() -> list[str]:
    return __all__
