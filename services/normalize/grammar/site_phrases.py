"""Lines that a site sets between the paragraphs of any article, in many languages: `data/site_phrases.toml`."""

from functools import cache

import msgspec

from services.normalize.tables import read_table

_EDGES = " \t\n:：|·•*–—->»›►▶▸➤→…!?？！.。،,()（）[]【】▼▽■●◆★+#\"“”„'’0123456789"


class _Phrases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    lines: frozenset[str]
    openers: tuple[str, ...]
    notices: tuple[str, ...]


@cache
def _phrases() -> _Phrases:
    return read_table("data/site_phrases.toml", _Phrases)


def is_notice(text: str) -> bool:
    """Whether a paragraph asks for consent to content of another site: "An dieser Stelle finden Sie einen …"."""
    return text.casefold().lstrip(_EDGES).startswith(_phrases().notices)


def is_aside(text: str) -> bool:
    """Whether a short line is one of the site's: "Mehr zum Thema Schule", "Leia também: …", "3 min read"."""
    folded = text.casefold().strip()
    return folded.startswith(_phrases().openers) or folded.strip(_EDGES) in _phrases().lines
