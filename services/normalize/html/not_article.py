"""Whether a page is an article at all: what its program calls it, and what it is made of, whatever its language.

In doubt it is one: a page that declares an article, or that prints a day of its own, is never refused for its looks.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import islice

import msgspec

from services.normalize.html.blocks import Block, Box, Outline
from services.normalize.html.class_names import LONG_DEBRIS, REFUSED
from services.normalize.html.declared import Declared, leads_home, types_of
from services.normalize.html.tree import Element, path_of
from services.normalize.readings import Reading, RuleId
from shared.errors import NotAnArticle

# What publishing programs write on the body of pages that list articles, or have none.
_LISTINGS: Mapping[str, str] = {
    "error404": "a page that was not found", "search-results": "a page of search results",
    "home-template": "a front page", "tag-template": "a list of articles", "author-template": "a list of articles",
    "archive": "a list of articles",
}  # fmt: skip
_SINGLE = frozenset({"single", "single-post", "post-template", "page-template"})
_LISTING_TYPES: Mapping[str, str] = {
    "searchresultspage": "a page of search results", "collectionpage": "a list of articles",
}  # fmt: skip
# The answers of servers that have no article to give, where a title or heading says one.
_STATUS = re.compile(
    r"(?:[^\w\s]*(?:\w+ )?)(?:40[0134]|410|429|451|50[0234])(?![\d.,:/%-]).{0,40}|.{0,40}[\s(](?:404|410|500)\W*"
)
_FAR_DATES = frozenset({RuleId.DATE_IN_ADDRESS, RuleId.DATE_IN_SCRIPT, RuleId.DATE_ONLY_ONE, RuleId.DATE_FAR_LINE})
_HEADINGS = frozenset({"h1", "h2"})
_LEAST_TEASERS, _LEAST_ALIKE = 5, 3
_TEASER_BLOCKS, _TEASER_TITLES = 12, 3
_TITLE_BYTES = 14  # of a teaser's headline at least; a letter of Chinese has three
_LINE = 25  # characters from which an unlinked line may be text
_FLASH, _EXCUSE, _SENTENCE = 250, 600, 160  # characters that a page says beside its teasers, at most
_MOST_INPUTS, _MOST_GROUPS = 200, 40


class _Makeup(msgspec.Struct, frozen=True, kw_only=True):
    """What a page is made of: its teasers, and its own lines beside them, headings and links left out."""

    teasers: list[Box]
    own: list[Block]
    words: int

    def holds(self, place: str | None) -> bool:
        """Whether a path leads into a group of teasers."""
        if place is None:
            return False
        outers = dict.fromkeys((box.parent.element, box.tag) for box in self.teasers if box.parent is not None)
        return any(place.startswith(f"{path_of(outer)}/{tag}") for outer, tag in islice(outers, _MOST_GROUPS))


def refuse_listing(root: Element, declared: Declared) -> None:
    """Raise `NotAnArticle` for a page that says of itself that it is none; in doubt it is an article."""
    if _is_declared(declared):
        return
    body = root.find("body")
    names = set((body.get("class") or "").lower().split()) if body is not None else set[str]()
    told = next((words for name, words in _LISTINGS.items() if name in names), None)
    if told is not None and not names & _SINGLE:
        raise NotAnArticle(f"The page is no article but {told}.")
    if any("post-password-form" in (form.get("class") or "") for form in root.iter("form")):
        raise NotAnArticle("The page is no article but asks for the password of one.")


def refuse_other_page(
    root: Element, declared: Declared, outline: Outline, head: Block | None, date: Reading | None
) -> None:
    """Raise `NotAnArticle` for a page that is made as a list, an error, a form or a front page is.

    `date` is where the article's day was read, if one was: one in a teaser is the teaser's.
    """
    if _is_declared(declared):
        return
    makeup = _makeup(outline)
    dated = date is not None and date.rule not in _FAR_DATES and not makeup.holds(date.place)
    told = None if dated or makeup.words > _EXCUSE else _failed(declared, outline)
    told = told or _listed(root, declared, makeup, dated=dated)
    if told is None and not dated and makeup.words <= _FLASH:
        told = _excused(root, declared, outline, makeup, head)
    if told is not None:
        raise NotAnArticle(f"The page is no article but {told}.")


def _is_declared(declared: Declared) -> bool:
    return bool(declared.article) or "article" in declared.metas.get("og:type", ())


def _makeup(outline: Outline) -> _Makeup:
    apart = _in_boxes(outline, (box for box in outline.boxes if box.verdict == REFUSED or box.tag in ("nav", "footer")))
    titles = outline.sums([float(_is_title(block) and not apart[block.index]) for block in outline.blocks])
    teasers = _teasers(outline, titles)
    inside = _in_boxes(outline, teasers)
    own = [
        block
        for block in outline.blocks
        if not apart[block.index] and not inside[block.index] and block.linkage < 0.5 and block.size >= _LINE
    ]
    return _Makeup(teasers=teasers, own=own, words=sum(block.size for block in own))


def _in_boxes(outline: Outline, boxes: Iterable[Box]) -> bytearray:
    """For each block whether it stands in one of the boxes."""
    found = bytearray(len(outline.blocks))
    for box in boxes:
        found[box.first : box.last] = b"\x01" * (box.last - box.first)
    return found


def _is_title(block: Block) -> bool:
    return block.linkage > 0.8 and len(block.text.encode()) >= _TITLE_BYTES


def _teasers(outline: Outline, titles: list[float]) -> list[Box]:
    """The small boxes of one tag beside each other that each hold a linked headline or two."""
    alike: dict[tuple[int, str], list[Box]] = defaultdict(list)
    for box in outline.boxes:
        held = titles[box.last] - titles[box.first]
        if 1 <= held <= _TEASER_TITLES and box.last - box.first <= _TEASER_BLOCKS and box.parent is not None:
            alike[box.parent.place, box.tag].append(box)
    return [box for boxes in alike.values() if len(boxes) >= _LEAST_ALIKE for box in boxes]


def _listed(root: Element, declared: Declared, makeup: _Makeup, *, dated: bool) -> str | None:
    """What a page is whose text is teasers: many links of equal weight and hardly a word beside them."""
    if len(makeup.teasers) < _LEAST_TEASERS:
        return None
    if re.fullmatch(r"(?i)https?://[^/?#]+/?", declared.canonical or ""):
        return "a front page" if makeup.words < 2 * _EXCUSE else None
    if dated or makeup.words > _FLASH:
        return None
    kinds = types_of(declared.page)
    told = next((words for kind, words in _LISTING_TYPES.items() if kind in kinds), "a list of articles")
    return _LISTING_TYPES["searchresultspage"] if _is_search(root, declared) else told


def _is_search(root: Element, declared: Declared) -> bool:
    """Whether a field of the page still holds the words that it was asked for, which its title repeats."""
    title = (declared.title or "").casefold()
    fields = (
        field for field in islice(root.iter("input"), _MOST_INPUTS) if field.get("type") in (None, "text", "search")
    )
    return any(value in title for field in fields if (value := (field.get("value") or "").strip().casefold()))


def _failed(declared: Declared, outline: Outline) -> str | None:
    """What a page is whose title or heading says the code of an error."""
    heads = [block.text for block in outline.blocks if block.box.tag in _HEADINGS]
    said = any(_STATUS.fullmatch(text) for text in (declared.title or "", *heads))
    return "an error of its server" if said else None


def _excused(root: Element, declared: Declared, outline: Outline, makeup: _Makeup, head: Block | None) -> str | None:
    """What a page of few words is that asks for a password or consent, or sends its reader elsewhere."""
    if any(field.get("type") == "password" for field in islice(root.iter("input"), _MOST_INPUTS)):
        return "a form to log in"
    if not makeup.own and _is_consent(outline):
        return "a question of consent"
    if any((meta.get("http-equiv") or "").lower() == "refresh" for meta in root.iter("meta")) and not makeup.teasers:
        return "one that sends its reader elsewhere"
    ways = _ways_out(root, declared, makeup, head)
    return "a page that was not found" if ways > 1 or (ways and makeup.words <= _SENTENCE) else None


def _is_consent(outline: Outline) -> bool:
    """Whether nearly all words stand in boxes that ask for consent."""
    asking = _in_boxes(outline, (box for box in outline.boxes if LONG_DEBRIS.search(box.names)))
    whole = sum(block.size for block in outline.blocks)
    return sum(block.size for block in outline.blocks if asking[block.index]) > 0.7 * whole > 0


def _ways_out(root: Element, declared: Declared, makeup: _Makeup, head: Block | None) -> int:
    """How many ways out a page offers: a sentence with a link home, a search under the headline; or bars robots."""
    home = any(
        block.linked
        and (head is None or block.index > head.index)
        and any(map(leads_home, block.box.element.iter("a")))
        for block in makeup.own
    )
    forms = [node for node in root.iter("form") if _stands_under(node, head)]
    form = any(
        node.get("role") == "search" or any(field.get("type") == "search" for field in node.iter("input"))
        for node in forms
    )
    barred = any("noindex" in value.lower() for value in declared.metas.get("robots", ()))
    return home + form + (barred and (home or form))


def _stands_under(node: Element, head: Block | None) -> bool:
    """Whether an element stands beside or under the headline in the same box, and in no header or footer."""
    if head is None:
        return False
    over = set(islice(node.iterancestors(), 4))
    near = [element for element in islice(head.box.element.iterancestors(), 3) if element.tag not in ("body", "html")]
    return any(element in over for element in near)
