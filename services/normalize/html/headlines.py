"""The headline: declared titles and visible ones vote, each without the site's name and its kicker."""

import re
from collections.abc import Iterator

import msgspec

from services.normalize.grammar.titles import (
    as_shown,
    fold,
    less_neighbours,
    letters,
    names_site,
    sites_of,
    without_site,
)
from services.normalize.html.blocks import Outline
from services.normalize.html.class_names import REFUSED
from services.normalize.html.declared import Declared, plain
from services.normalize.html.tree import Element, names_of, path_of, text_of
from services.normalize.readings import Witness

_EDGES = " :|/–—-·•"
_HEAD_NAMES = re.compile(r"head-?line|(?<![a-z])title|entry-title|post-title|titre|titulo|titel|tieu-?de|titolo")
_SITE_NAMES = re.compile(r"site-?(?:title|name|logo|branding)|logo|blog-?title|(?<![a-z])brand")
_HIDDEN_NAMES = re.compile(
    r"(?<![a-z])(?:aural|sr-only|screen-?reader|visually-?hidden|off-?screen|invisible|unsichtbar)"
)
_KICKER_NAMES = re.compile(
    r"kicker|over-?line|top-?line|roof-?line|dach-?zeile|spitzmarke|super-?title|pre-?title|sur-?titre|ante-?titul|"
    r"oc+hiello|topic-?label|eyebrow|(?<![a-z])(?:date|datum|label|badge|flag|rubric|rubrik|category|section)(?![a-z])"
)
# Where a publisher writes the headline itself: a kicker before it is his, not the page's layout.
_OWN_WORDS = frozenset({"meta[og:title]", "$.headline"})
_LONGEST = 500
_MOST_HEADINGS = 40
_ALONE, _SHORTEST = 0.62, 5  # what a page's only h1 is worth more, if it is no "News"
_SITE_WORTH = 0.1  # less than the page's title has
_HEADING = "heading of the page"


def headline_witnesses(declared: Declared, outline: Outline, root: Element) -> list[Witness]:
    """Everybody who says what the headline is, each without the site's name and what others do not say."""
    sites = sites_of(declared)
    said = [witness for witness in _declared_titles(declared) if len(witness.value) <= _LONGEST]
    whole = {letters(witness.value) for witness in said}
    heads = [
        _weighing(head, _SITE_WORTH) if letters(head.value) in sites or names_site(head.value, declared.title) else head
        for head in _visible(root, outline, whole)
    ]
    if all(head.weight <= _SITE_WORTH for head in heads):
        heads += _repeated(root, outline, whole)
    elif len(heads) == 1 and len(letters(heads[0].value)) > _SHORTEST and not heads[0].value.endswith(":"):
        heads = [_weighing(heads[0], heads[0].weight + _ALONE)]
    cut = [_shortened(witness, without_site(witness.value, sites)) for witness in heads[:3] + said]
    known = _known(cut, sites)
    shown = {
        key: block.text for block in outline.blocks if 10 < block.size < 250 and len(key := letters(block.text)) > 9
    }
    own = [letters(witness.value) for witness in cut if witness.path in _OWN_WORDS]
    agreed = len(own) == len(_OWN_WORDS) and len(set(own)) == 1
    return [
        witness
        if agreed and witness.path in _OWN_WORDS
        else _shortened(witness, _without_extras(witness, known, shown))
        for witness in cut
    ] + heads[3:]


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


def _visible(root: Element, outline: Outline, whole: set[str]) -> Iterator[Witness]:
    """The headings that may be the headline; a kicker in one counts only where declared titles have it too."""
    seen = 0
    for element in root.iter("h1", "h2"):
        names = _names_about(element)
        declared_here = "headline" in (element.get("itemprop") or "")
        if element.tag == "h2" and not declared_here:
            continue
        text = text_of(element)
        if letters(text) not in whole:
            text = text_of(element, _kickers(element)).lstrip(_EDGES) or text
        if not 2 < len(text) < 400 or _in_debris(element, outline):
            continue
        weight = _worth(names) + 0.5 * declared_here - 0.25 * min(seen, 3)
        seen += 1
        yield Witness(value=text, rule=_HEADING, path=path_of(element), weight=max(weight, _SITE_WORTH))
        if seen == _MOST_HEADINGS:
            return


def _worth(names: str) -> float:
    if _SITE_NAMES.search(names):
        return _SITE_WORTH
    return 0.5 if _HIDDEN_NAMES.search(names) else 1.0 + 0.3 * bool(_HEAD_NAMES.search(names))


def _repeated(root: Element, outline: Outline, whole: set[str]) -> Iterator[Witness]:
    """Where no h1 may be the headline: a smaller heading in the words of a declared title."""
    for element in root.iter("h2", "h3"):
        text = text_of(element)
        if 2 < len(text) < 400 and letters(text) in whole and not _in_debris(element, outline):
            yield Witness(value=text, rule=_HEADING, path=path_of(element))
            return


def _names_about(element: Element) -> str:
    parent = element.getparent()
    around = (parent.get("class") or "") if parent is not None else ""
    return f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('id') or ''} {around}".lower()


def _kickers(heading: Element) -> frozenset[Element]:
    """The elements in a heading that are no part of the headline: its kicker, a date, what is not shown."""
    return frozenset(
        part
        for part in heading.iterdescendants()
        if (_KICKER_NAMES.search(names_of(part)) or part.get("aria-hidden") == "true" or part.get("hidden") is not None)
    )


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


def _known(titles: list[Witness], sites: set[str]) -> dict[str, str]:
    """Titles that others may be measured by; one that ends in a colon is a kicker."""
    return {
        key: title.value
        for title in titles
        if title.weight >= 0.9
        and not (title.quote or title.value).endswith(":")
        and len(key := letters(title.value)) > 11
        and key not in sites
    }


def _without_extras(witness: Witness, known: dict[str, str], shown: dict[str, str]) -> str:
    heading, own = witness.rule == _HEADING, witness.path in _OWN_WORDS
    return as_shown(less_neighbours(witness.value, known, glued=heading, keeps_kicker=own), shown)


def _weighing(witness: Witness, weight: float) -> Witness:
    return msgspec.structs.replace(witness, weight=weight)


def _shortened(witness: Witness, value: str) -> Witness:
    if value == witness.value:
        return witness
    return msgspec.structs.replace(witness, value=value, quote=witness.quote or witness.value)
