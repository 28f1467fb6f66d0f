"""The headline: declared titles and visible ones vote; a site's name at the end of a title is cut off."""

import re
import unicodedata
from collections.abc import Iterator

from services.normalize.page.declared import Declared, plain
from services.normalize.page.outline import REFUSED, Outline
from services.normalize.page.tree import Element, path_of, squeeze, text_of
from services.normalize.page.witness import Witness

_BORDER = re.compile(
    r"\s+[|｜–—•·»«:/\\~>›‹☆★-]{1,6}\s+|\s*[|｜]\s*|\s+[»›]\s*|\s+::\s+|\s*--\s*|:\s+|"
    r"(?<=[\u3040-\u9fff\uff01-\uff5e”》])[-_－—|]{1,2}(?=[^-_|]{2,12}$)|_(?=[^_\s]*$)"
)
_MARKS = "|｜–—•·»«:/~>›‹☆★_- .…"
_NOT_LETTERS = re.compile(r"[\W_]+")
_HEAD_NAMES = re.compile(r"head-?line|(?<![a-z])title|entry-title|post-title|titre|titulo|titel|tieu-?de|titolo")
_SITE_NAMES = re.compile(r"site-?(?:title|name|logo|branding)|logo|blog-?title|(?<![a-z])brand")
_LONGEST = 500
_HEADING = "heading of the page"
_FOLD = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "‑": "-", "\u00ad": None}
)


def fold(text: str) -> str:
    """Two titles are the same when this is: no case, no typography, single spaces."""
    return " ".join(
        unicodedata.normalize("NFKC", text).translate(_FOLD).replace("...", "…").replace('"', "'").casefold().split()
    )


def letters(text: str) -> str:
    """Only the letters and digits of a text, without case."""
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", text).casefold())


def headline_witnesses(declared: Declared, outline: Outline, root: Element) -> list[Witness]:
    """Everybody who says what the headline is, each without the site's name and what others do not say."""
    sites = sites_of(declared)
    heads = [_less(witness, 0.2) if letters(witness.value) in sites else witness for witness in _visible(root, outline)]
    said = [witness for witness in _declared_titles(declared) if len(witness.value) <= _LONGEST]
    cut = [_shortened(witness, _without_site(witness.value, sites)) for witness in heads[:3] + said]
    known = {
        letters(w.value): w.value
        for w in cut
        if w.weight >= 0.9 and len(letters(w.value)) > 11 and letters(w.value) not in sites
    }
    shown = {
        key: block.text for block in outline.blocks if 10 < block.size < 250 and len(key := letters(block.text)) > 9
    }
    agreed = [_shortened(witness, _agreed(witness, known)) for witness in cut]
    return [_shortened(witness, _as_shown(witness, shown)) for witness in agreed] + heads[3:]


def choose_headline(witnesses: list[Witness]) -> Witness | None:
    """The title with the most weight behind it; equal ones add up."""
    votes: dict[str, float] = {}
    for witness in witnesses:
        key = fold(witness.value)
        votes[key] = votes.get(key, 0.0) + witness.weight
    if not votes:
        return None
    best = max(votes, key=lambda key: votes[key])
    return next(witness for witness in sorted(witnesses, key=lambda w: -w.weight) if fold(witness.value) == best)


def _visible(root: Element, outline: Outline) -> Iterator[Witness]:
    seen = 0
    for element in root.iter("h1", "h2"):
        parent = element.getparent()
        names = (
            f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('id') or ''} "
            f"{(parent.get('class') or '') if parent is not None else ''}"
        ).lower()
        named = bool(_HEAD_NAMES.search(names))
        declared_here = "headline" in (element.get("itemprop") or "")
        if element.tag == "h2" and not declared_here:
            continue
        text = text_of(element)
        if not 2 < len(text) < 400 or _in_debris(element, outline):
            continue
        weight = 0.2 if _SITE_NAMES.search(names) else 1.0 + 0.3 * named + 0.5 * declared_here - 0.25 * min(seen, 3)
        seen += 1
        yield Witness(value=text, rule=_HEADING, path=path_of(element), weight=weight)


def _in_debris(element: Element, outline: Outline) -> bool:
    box = outline.order.get(element)
    while box is not None:
        if box.verdict == REFUSED and box.tag in {"nav", "footer", "aside"}:
            return True
        box = box.parent
    return False


def _declared_titles(declared: Declared) -> Iterator[Witness]:
    for key, weight in (("headline", 0.95), ("name", 0.3)):
        text = plain(declared.article.get(key))
        if text:
            yield Witness(value=text, rule="JSON-LD " + key, path=f"$.{key}", weight=weight)
    for name, weight in (
        ("og:title", 1.35), ("twitter:title", 0.1), ("dc.title", 0.7), ("dcterms.title", 0.7), ("citation_title", 0.8),
        ("sailthru.title", 0.7), ("parsely-title", 0.7), ("title", 0.4), ("headline", 0.8), ("article:title", 0.8),
    ):  # fmt: skip
        for value in declared.metas.get(name, ())[:1]:
            yield Witness(value=value, rule="meta", path=f"meta[{name}]", weight=weight)
    for value, element in declared.micro.get("headline", ())[:1]:
        text = value or text_of(element)
        if text and element.tag not in {"h1", "h2"}:
            yield Witness(value=text, rule="microdata headline", path=path_of(element), weight=0.8)
    if declared.title:
        yield Witness(value=declared.title, rule="title of the page", path="title", weight=0.15)


def sites_of(declared: Declared) -> set[str]:
    """The outlet's names in letters only, also without their ending: `zeit.de`, `zeit`."""
    sites = {letters(name) for name in declared.site_names if name and len(name) < 60}
    sites |= {
        site[: -len(end)]
        for site in sites
        for end in ("com", "de", "fr", "it", "vn", "org", "net", "at", "ch", "es", "couk")
        if site.endswith(end) and len(site) > len(end) + 2
    }
    return sites - {""}


def _less(witness: Witness, weight: float) -> Witness:
    return Witness(value=witness.value, rule=witness.rule, path=witness.path, quote=witness.quote, weight=weight)


def _shortened(witness: Witness, value: str) -> Witness:
    if value == witness.value:
        return witness
    return Witness(
        value=value, rule=witness.rule, path=witness.path, quote=witness.quote or witness.value, weight=witness.weight
    )


def _without_site(text: str, sites: set[str]) -> str:
    """Cut the outlet's name off either end of a title, and with it the sections that stand between."""
    borders = [(match.start(), match.end()) for match in _BORDER.finditer(text)]
    for start, end in reversed(borders):
        if _is_site(text[end:], sites) or (not letters(text[end:])):
            text = text[:start]
    borders = [(match.start(), match.end()) for match in _BORDER.finditer(text)]
    if borders and _is_site(text[: borders[0][0]], sites):
        text = text[borders[0][1] :]
    bar = text.rfind("|")
    while bar > 20 and len(text) - bar < 30:
        text = text[:bar]
        bar = text.rfind("|")
    return squeeze(text).rstrip("|｜–—•·/~›‹☆★_-: ").strip() or text


def _is_site(text: str, sites: set[str]) -> bool:
    tail = letters(text)
    return bool(tail) and any(
        tail == site
        or (len(tail) > 3 and (tail in site or (len(site) > 3 and len(tail) < 3 * len(site) and site in tail)))
        for site in sites
    )


def _agreed(witness: Witness, known: dict[str, str]) -> str:
    """A title that is another one plus a kicker before it or a name after it: the other one."""
    text, glued = witness.value, witness.rule == _HEADING
    mine = letters(text)
    for key, value in known.items():
        if len(key) >= len(mine):
            continue
        if mine.startswith(key) and _stands_apart(text, value, at_end=False):
            return value
        if (
            mine.endswith(key)
            and witness.path != "meta[og:title]"
            and (glued or _stands_apart(text, value, at_end=True))
        ):
            return value
    return text


def _as_shown(witness: Witness, shown: dict[str, str]) -> str:
    """A title whose front stands on the page by itself, less the rest: `… ổn định - Báo Tỉnh`."""
    if letters(witness.value) in shown:
        return witness.value
    for border in reversed(list(_BORDER.finditer(witness.value))):
        if letters(witness.value[: border.start()]) in shown:
            return witness.value[: border.start()].strip()
    return witness.value


def _stands_apart(text: str, part: str, *, at_end: bool) -> bool:
    """Whether a mark such as `:` or `|` parts a title from the rest."""
    rest = text[: len(text) - len(part)] if at_end else text[len(part) :]
    edge = rest.rstrip()[-1:] if at_end else rest.lstrip()[:1]
    return bool(edge) and edge in _MARKS
