"""The headline: what declares or shows a title is cut at its marks, and a fitted model ranks what comes of that."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote, urlsplit

from msgspec.structs import replace

from services.normalize.grammar.titles import cuts, fold, letters, sites_of, without_site
from services.normalize.html.blocks import Box, Outline
from services.normalize.html.class_names import REFUSED, SUSPECT
from services.normalize.html.declared import Declared, leads_home
from services.normalize.html.title_readings import RUNNING, SHORTEST, Title, titles_of
from services.normalize.html.tree import Element, names_of
from services.normalize.models.load import Features, logit, shares, weights
from services.normalize.readings import Ranking, Reading, RuleId, rank

_HEAD_NAMES = re.compile(r"head-?line|(?<![a-z])title|entry-title|post-title|titre|titulo|titel|tieu-?de|titolo")
_SITE_NAMES = re.compile(r"site-?(?:title|name|logo|branding)|logo|blog-?title|(?<![a-z])brand")
_HIDDEN_NAMES = re.compile(
    r"(?<![a-z])(?:aural|sr-only|screen-?reader|visually-?hidden|off-?screen|invisible|unsichtbar)"
)
_MOST_CANDIDATES = 60
_MARGINS = frozenset({"nav", "footer", "aside"})
_BEGUN = 0.05  # share of the running text after which it has begun


class _Page:
    """What is looked up for every candidate: the outlet's names, the address's words, where words stand."""

    def __init__(self, declared: Declared, outline: Outline, titles: list[Title], url: str | None) -> None:
        self.sites = sites_of(declared)
        self.outline = outline
        self.slug = slug_words(declared.canonical or url, url)
        headings = {title.heading: title.order for title in titles if title.heading is not None}
        self.boxes = {element: _box_of(element, outline) for element in headings}
        self.said: dict[RuleId, str] = {}
        for title in titles:
            if self.is_in_margin(title.heading):
                continue
            rule = title.reading.rule
            self.said[rule] = f"{self.said.get(rule, '')} {letters(title.reading.quote or title.reading.value)}"
        self.shown: dict[str, int] = {}
        self.linked: dict[str, int] = {}
        self.text = [0.0]
        for block in outline.blocks:
            self.text.append(self.text[-1] + (block.prose if block.size > RUNNING else 0))
        self.tall = sum(element.tag == "h1" and not self.is_in_margin(element) for element in headings)
        self.nearest = self._nearest_above(headings)
        section = declared.article.get("articleSection")
        sections = [*(section if isinstance(section, list) else [section]), *declared.metas.get("article:section", ())]
        self.sections = {letters(name) for name in sections if isinstance(name, str)}
        self.title = declared.title or ""
        self.heads = {letters(title.reading.value) for title in titles if title.heading is not None}

    def count_lines(self, keys: Iterable[str]) -> None:
        """Count the short lines that say what a candidate says, shown or linked; most lines begin otherwise."""
        wanted = set(keys)
        begins = {key[:2] for key in wanted}
        for block in self.outline.blocks:
            head = block.text[:3]
            if block.size >= 250 or (head.isascii() and head.isalnum() and head[:2].lower() not in begins):
                continue
            key = letters(block.text)
            if key in wanted:
                counts = self.linked if block.linkage > 0.8 else self.shown
                counts[key] = counts.get(key, 0) + 1

    def is_in_margin(self, heading: Element | None) -> bool:
        """Whether a heading stands in a menu, a footer or beside the page's text."""
        if heading is None:
            return False
        return any(tag in _MARGINS and verdict == REFUSED for tag, verdict in _verdicts(self.boxes[heading]))

    def before(self, box: Box | None) -> float:
        """The share of the page's running text that stands before a box."""
        return self.text[box.first] / self.text[-1] if box is not None and self.text[-1] else 1.0

    def _nearest_above(self, headings: Iterable[Element]) -> Element | None:
        """The last heading before the running text begins."""
        above = [
            element
            for element in headings
            if not self.is_in_margin(element) and self.before(self.boxes[element]) < _BEGUN
        ]
        return above[-1] if above else None


def read_headline(declared: Declared, outline: Outline, root: Element, url: str | None) -> Ranking | None:
    """The title that the model believes, how sure, and the titles that lost."""
    candidates = headline_candidates(declared, outline, root, url)
    likely = shares([features for _, features in candidates], weights("headline"))
    readings = [replace(reading, weight=logit(share)) for (reading, _), share in zip(candidates, likely, strict=True)]
    return rank("headline", readings)


def headline_candidates(
    declared: Declared, outline: Outline, root: Element, url: str | None
) -> list[tuple[Reading, Features]]:
    """Every different title that may be the headline, read where it is told best, and its features."""
    titles = titles_of(declared, outline, root)
    page = _Page(declared, outline, titles, url)
    groups: dict[str, list[tuple[str, Title]]] = {}
    for title in titles:
        for how, value in _readings_of(title, page.sites):
            reading = replace(title.reading, value=value)
            group = groups.setdefault(fold(value), [])
            if len(groups) <= _MOST_CANDIDATES:
                group.append((how, replace(title, reading=reading)))
    page.count_lines(letters(group[0][1].reading.value) for group in groups.values() if group)
    return [(min(group, key=_worth)[1].reading, _features(group, page)) for group in groups.values() if group]


_WHOLE, _CUT, _PART, _WITH_KICKER = "says", "cuts", "holds", "says with its kicker"
_ORDER = (RuleId.HEADING, RuleId.OG_TITLE, RuleId.JSON_LD_HEADLINE, RuleId.MICRODATA_HEADLINE, RuleId.META_TITLE)


def _worth(said: tuple[str, Title]) -> tuple[int, int]:
    """Whose words and place the evidence gives: who prints the title whole, a heading first."""
    how, title = said
    rule = title.reading.rule
    return (_WHOLE, _CUT, _WITH_KICKER, _PART).index(how), next(
        (at for at, one in enumerate(_ORDER) if one is rule), len(_ORDER)
    )


def _readings_of(title: Title, sites: set[str]) -> Iterator[tuple[str, str]]:
    """A title whole, without the outlet's name, and cut at each of its marks."""
    text = title.reading.value
    yield _WITH_KICKER if title.has_kicker else _WHOLE, text
    if title.heading is not None and text.endswith((":", "：")):
        return  # a kicker in a heading of its own
    cut = without_site(text, sites)
    if cut != text:
        yield _CUT, cut
    for part in cuts(text):
        if part not in (text, cut) and len(letters(part)) > SHORTEST:
            yield _PART, part


def slug_words(*urls: str | None) -> set[str]:
    """The words of the longest step of an address: `/2026/council-keeps-night-buses` has four."""
    best: set[str] = set()
    for url in urls:
        try:
            steps = unquote(urlsplit(url or "").path).split("/")
        except ValueError:
            continue
        for step in steps:
            words = {word for word in re.split(r"[\W_]+", fold(step)) if len(word) > 2 and not word.isdigit()}
            best = words if len(words) > len(best) else best
    return best


def _features(group: list[tuple[str, Title]], page: _Page) -> Features:
    value = group[0][1].reading.value
    key = letters(value)
    found: Features = {}
    for how, title in group:
        rule = title.reading.rule
        if rule is not RuleId.HEADING:
            found[f"{rule.name.lower()} {how} it"] = 1.0
        if title.is_set_apart:
            found["line set apart"] = 1.0
    told = {title.reading.rule for _, title in group if not page.is_in_margin(title.heading)}
    for rule, words in page.said.items():
        if rule not in told:
            found[f"{rule.name.lower()} {'has it' if key in words else 'says otherwise'}"] = 1.0
    found |= _pairs(group, page)
    found |= _of_headings(group, page)
    found |= _of_words(value, key, page)
    found["sources"] = len(told) / max(1, len(page.said))
    return found


_TELLING = {
    RuleId.HEADING: "heading", RuleId.OG_TITLE: "og", RuleId.JSON_LD_HEADLINE: "json", RuleId.PAGE_TITLE: "title",
}  # fmt: skip


def _pairs(group: list[tuple[str, Title]], page: _Page) -> Features:
    """Who prints it together with whom: a part of one that another prints whole is more than the two apart."""
    best: dict[str, str] = {}
    for how, title in sorted(group, key=_worth):
        rule = title.reading.rule
        if rule in _TELLING and not page.is_in_margin(title.heading):
            best.setdefault(_TELLING[rule], how)
    names = sorted(best)
    return {
        f"{one} {best[one]}, {other} {best[other]}": 1.0 for at, one in enumerate(names) for other in names[at + 1 :]
    }


def _of_words(value: str, key: str, page: _Page) -> Features:
    words = len(value.split()) if max(value, default="") < "\u0e00" else len(key) / 2.5
    folded = set(re.split(r"[\W_]+", fold(value)))
    bins = {"one or two words": words <= 2, "three or four words": 2 < words <= 4, "over 18 words": words > 18}
    found = {name: 1.0 for name, holds in bins.items() if holds}
    found["ends in a colon"] = float(value.rstrip().endswith((":", "：")))
    found["has a mark of parts"] = float(any(True for _ in cuts(value)))
    found["is the outlet"] = float(key in page.sites)
    found["an end is the outlet"] = float(without_site(value, page.sites) != value)
    rest = len(letters(page.title)) - len(key)
    found["shorter end of the title"] = float(rest > len(key) and letters(page.title).endswith(key))
    rest_is_heading = any(
        one != key and len(one) > len(key) and letters(page.title) in (one + key, key + one) for one in page.heads
    )
    found["other part of the title is a heading"] = float(rest_is_heading)
    found["shorter begin of the title"] = float(rest > len(key) and letters(page.title).startswith(key))
    found["is a section"] = float(key in page.sections)
    found["is shown"] = float(key in page.shown)
    found["is linked"] = float(key in page.linked)
    found["is linked often"] = float(page.linked.get(key, 0) > 1)
    if len(page.slug) > 2:
        found["words of the address"] = len(page.slug & folded) / len(page.slug)
    return found


def _of_headings(said: list[tuple[str, Title]], page: _Page) -> Features:
    """Of all headings that print it: the good signs of any, the bad ones of all."""
    signs = [_of_heading(how, title.heading, title.order, page) for how, title in said if title.heading is not None]
    if not signs:
        return {}
    good = {name: value for sign in signs for name, value in sign.items() if name not in _BAD and value}
    bad = {name: 1.0 for name in _BAD if all(sign.get(name) for sign in signs)}
    return {**good, **bad, "text before it": min(sign["text before it"] for sign in signs)}


_BAD = frozenset(
    {
        "h1 of the site", "heading in the page's header", "heading links home", "heading not shown",
        "heading in a margin", "heading beside", "later h1", "later h2",
    }
)  # fmt: skip


def _of_heading(how: str, element: Element, order: int, page: _Page) -> Features:
    tall = element.tag == "h1"
    names = names_of(element)
    parent = element.getparent()
    around = names + (names_of(parent) if parent is not None else "")
    box = page.boxes[element]
    verdicts = list(_verdicts(box))
    inside = any(tag in {"article", "main"} for tag, _ in verdicts)
    in_header = any(tag == "header" for tag, _ in verdicts)
    return {
        f"{element.tag} {how} it": float(not page.is_in_margin(element)),
        "only h1": float(tall and not page.is_in_margin(element) and page.tall == 1 and how == _WHOLE),
        "heading named so": float(bool(_HEAD_NAMES.search(around))),
        "itemprop headline": float("headline" in (element.get("itemprop") or "")),
        "heading in the article": float(inside),
        "heading in the article's header": float(inside and in_header),
        "heading in the page's header": float(in_header and not inside),
        "heading nearest above the text": float(page.nearest is element),
        "heading links home": float(_links_home(element)),
        "text before it": page.before(box),
        "h1 of the site": float(bool(_SITE_NAMES.search(around))),
        "heading not shown": float(bool(_HIDDEN_NAMES.search(around)) or box is None),
        "heading in a margin": float(page.is_in_margin(element)),
        "heading beside": float(any(verdict >= SUSPECT for _, verdict in verdicts)),
        "later h1": float(tall and order > 1),
        "later h2": float(not tall and order > 1),
    }


def _links_home(heading: Element) -> bool:
    """Whether it is a link to the front page, as the outlet's name over every article is."""
    parent = heading.getparent()
    own = [parent] if parent is not None and parent.tag == "a" else []
    return any(leads_home(link) for link in (*heading.iter("a"), *own))


def _box_of(element: Element, outline: Outline) -> Box | None:
    box = outline.box_of(element)
    return box if box is not None and box.last > box.first else None


def _verdicts(box: Box | None) -> Iterable[tuple[str, int]]:
    return ((outer.tag, outer.verdict) for outer in box.rising()) if box is not None else ()
