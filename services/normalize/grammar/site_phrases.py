"""Lines that a site sets between the paragraphs of any article, in many languages: `data/site_phrases.toml`."""

from functools import cache
from importlib import resources

import msgspec

_EDGES = " \t\n:：|·•*–—->»›►▶▸➤→…!?？！.。،,()（）[]【】▼▽■●◆★+#\"“”„'’0123456789"


class _Phrases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    lines: frozenset[str]
    openers: tuple[str, ...]
    notices: tuple[str, ...]


@cache
def _phrases() -> _Phrases:
    data = resources.files("services.normalize.data").joinpath("site_phrases.toml").read_bytes()
    return msgspec.toml.decode(data, type=_Phrases)


def is_notice(text: str) -> bool:
    """Whether a paragraph asks for consent to content of another site: "An dieser Stelle finden Sie einen …"."""
    return text.casefold().lstrip(_EDGES).startswith(_phrases().notices)


def is_aside(text: str) -> bool:
    """Whether a short line is one of the site's: "Mehr zum Thema Schule", "Leia também: …", "3 min read"."""
    folded = text.casefold().strip()
    return folded.startswith(_phrases().openers) or folded.strip(_EDGES) in _phrases().lines
