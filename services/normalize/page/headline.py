"""The headline: declared titles and visible ones vote; a site's name at the end of a title is cut off."""

import re
import unicodedata
from collections.abc import Iterator

from services.normalize.page.declared import Declared, plain
from services.normalize.page.outline import REFUSED, Outline
from services.normalize.page.tree import Element, path_of, squeeze, text_of
from services.normalize.page.witness import Witness

_PARTS = re.compile(r"\s+[|–—•·»«:/\\~>-]{1,2}\s+|\s*[|｜»]\s*|\s+::\s+|\s*--\s*|_(?=[^_\s]*$)")
_NOT_LETTERS = re.compile(r"[\W_]+")
_HEAD_NAMES = re.compile(r"head-?line|(?<![a-z])title|entry-title|post-title|titre|titulo|titel|tieu-?de|titolo")
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
    """Everybody who says what the headline is, visible ones first."""
    heads = list(_visible(root, outline))
    said = list(_declared_titles(declared))
    bodies = {letters(w.value) for w in heads} | {letters(w.value) for w in said if w.rule.startswith("JSON-LD")}
    cut = [_without_site(w, declared, bodies) for w in said]
    return heads + cut


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
        names = f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('id') or ''}".lower()
        named = bool(_HEAD_NAMES.search(names))
        declared_here = "headline" in (element.get("itemprop") or "")
        if element.tag == "h2" and not declared_here:
            continue
        text = text_of(element)
        if not 2 < len(text) < 400 or _in_debris(element, outline):
            continue
        weight = 1.0 + 0.3 * named + 0.5 * declared_here - 0.25 * min(seen, 3)
        seen += 1
        yield Witness(value=text, rule="heading of the page", path=path_of(element), weight=weight)


def _in_debris(element: Element, outline: Outline) -> bool:
    box = outline.order.get(element)
    while box is not None:
        if box.verdict == REFUSED and box.tag in {"nav", "footer", "aside"}:
            return True
        box = box.parent
    return False


def _declared_titles(declared: Declared) -> Iterator[Witness]:
    for key, weight in (("headline", 1.0), ("name", 0.4)):
        text = plain(declared.article.get(key))
        if text:
            yield Witness(value=text, rule="JSON-LD " + key, path=f"$.{key}", weight=weight)
    for name, weight in (
        ("og:title", 1.0), ("twitter:title", 0.6), ("dc.title", 0.7), ("dcterms.title", 0.7), ("citation_title", 0.8),
        ("sailthru.title", 0.7), ("parsely-title", 0.7), ("title", 0.4), ("headline", 0.8), ("article:title", 0.8),
    ):  # fmt: skip
        for value in declared.metas.get(name, ())[:1]:
            yield Witness(value=value, rule="meta", path=f"meta[{name}]", weight=weight)
    for value, element in declared.micro.get("headline", ())[:1]:
        text = value or text_of(element)
        if text and element.tag not in {"h1", "h2"}:
            yield Witness(value=text, rule="microdata headline", path=path_of(element), weight=0.8)
    if declared.title:
        yield Witness(value=declared.title, rule="title of the page", path="title", weight=0.6)


def _without_site(witness: Witness, declared: Declared, bodies: set[str]) -> Witness:
    """Cut the site's name, or what stands beside a known headline, off a title."""
    text = witness.value
    if letters(text) in bodies:
        return witness
    sites = {letters(name) for name in declared.site_names if name}
    sites |= {
        site.rsplit(end, 1)[0]
        for site in sites
        for end in ("com", "de", "fr", "it", "vn", "org", "net")
        if site.endswith(end)
    }
    shorter = _cut(text, bodies, sites)
    return (
        Witness(value=shorter, rule=witness.rule, path=witness.path, quote=text, weight=witness.weight)
        if shorter != text
        else witness
    )


def _cut(text: str, bodies: set[str], sites: set[str]) -> str:
    borders = [(match.start(), match.end()) for match in _PARTS.finditer(text)]
    for start, end in borders:
        left, right = squeeze(text[:start]), squeeze(text[end:])
        if letters(left) in bodies:
            return left
        if letters(right) in bodies:
            return right
    while borders:
        start, end = borders.pop()
        tail = letters(text[end:])
        if tail and any(
            tail == site or (len(tail) > 3 and (tail in site or (len(site) > 3 and site in tail))) for site in sites
        ):
            text = squeeze(text[:start])
        elif borders and len(tail) < 4:
            continue
        else:
            break
    return text
