"""Titles in other words: which are the same, which name the outlet, and what is cut off either end of one."""

import unicodedata
from functools import lru_cache

from services.normalize.html.declared import Declared
from services.normalize.html.tree import squeeze
from services.normalize.kept import kept_for_lines
from shared.patterns import pattern_of

_BORDER = pattern_of(
    r"\s+[|｜–—•·»«:/\\~>›‹☆★-]{1,6}\s+|\s*[|｜]\s*|\s+[»›]\s*|\s+::\s+|\s*--\s*|:\s+|"
    r"(?<=[\u3040-\u9fff\uff01-\uff5e”》])[-_－—|]{1,2}(?=[^-_|]{2,12}$)|_(?=[^_\s]*$)|"
    r"\s+\((?=[^()]+\)$)"
)
_CLOSE_MARK = pattern_of("(?<=[\u3040-\u9fff\uff01-\uff5e”》])[-_－—|]{1,2}")
_MOST_MARKS = 4
_MOST_PARTS = 8  # behind a headline: sections, the site, its slogan
_NOT_LETTERS = pattern_of(r"[\W_]+")
# `www.zeit.de`, `news.bbc.co.uk`: what stands before the public ending, and the last label of it.
_HOST = pattern_of(
    r"(?i)(?:https?://)?(?:www\.)?(?P<name>(?:[\w-]+\.)*?(?P<brand>[\w-]{2,}))\.(?:(?:com?|org|net|gov|ac)\.)?[a-z]{2,6}/?"
)
_FOLD = str.maketrans(
    {
        "‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "‑": "-",
        "\u00ad": None, "\u200b": None, "\ufeff": None,
    }
)  # fmt: skip


def fold(text: str) -> str:
    """Two titles are the same when this is: no case, no typography, single spaces."""
    return " ".join(
        unicodedata.normalize("NFKC", text).translate(_FOLD).replace("...", "…").replace('"', "'").casefold().split()
    )


@kept_for_lines
def letters(text: str) -> str:
    """Only the letters and digits of a text, without case."""
    if text.isascii():
        return _NOT_LETTERS.sub("", text.lower())
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", text).casefold())


def sites_of(declared: Declared) -> set[str]:
    """The outlet's names in letters only, also without their ending: `zeit.de`, `zeit`."""
    sites = {letters(name) for name in declared.site_names if name and len(name) < 60}
    hosts = {host for name in declared.site_names if name and (host := _HOST.fullmatch(name.strip()))}
    sites |= {letters(host["name"]) for host in hosts} | {letters(host["brand"]) for host in hosts}
    return {site for site in sites if len(site) > 1}


def without_site(text: str, sites: set[str]) -> str:
    """Cut the outlet's name off either end of a title, and short sections behind a bar."""
    borders = _borders(text)
    for start, end in reversed(borders[-_MOST_PARTS:]):
        if is_site(text[end:], sites) or (not letters(text[end:])):
            text = text[:start]
    borders = _borders(text)
    if borders and is_site(text[: borders[0][0]], sites):
        text = text[borders[0][1] :]
    bar = text.rfind("|")
    while bar > 20 and len(text) - bar < 30:
        text = text[:bar]
        bar = text.rfind("|")
    return squeeze(text).rstrip("|｜–—•·/~›‹☆★_-: ").strip() or text


def cuts(text: str) -> list[str]:
    """What is left of a title cut at its marks: `Headline - Section | Site` in all its runs of parts but the whole."""
    borders = [(0, 0), *_marks(text)[-_MOST_MARKS:], (len(text), len(text))]
    parts = [text[start:end].strip(" |｜–—-_") for at, (_, start) in enumerate(borders) for end, _ in borders[at + 1 :]]
    return [part for part in dict.fromkeys(parts) if part and part != text]


@lru_cache(maxsize=1024)
def _marks(text: str) -> tuple[tuple[int, int], ...]:
    """The borders of a title, and the marks between words of scripts that need no space for it."""
    found = [*_borders(text), *(match.span() for match in _CLOSE_MARK.finditer(text))]
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return tuple(kept)


@lru_cache(maxsize=1024)
def _borders(text: str) -> tuple[tuple[int, int], ...]:
    """Where a title may be parted; marks of a quotation part nothing: `la « gravité » du moment`."""
    quoted = "«" in text and "»" in text
    found = (match for match in _BORDER.finditer(text) if not (quoted and ("«" in match[0] or "»" in match[0])))
    return tuple(match.span() for match in found)


def is_site(text: str, sites: set[str]) -> bool:
    """Whether words are one of the outlet's names, more or less."""
    tail = letters(text)
    return bool(tail) and any(
        tail == site
        or (len(tail) > 3 and (tail in site or (len(site) > 3 and len(tail) < 3 * len(site) and site in tail)))
        for site in sites
    )
