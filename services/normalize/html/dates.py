"""When an article came out, as everybody says it: declared stamps, dates printed at its head, its address."""

import datetime as dt
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, pairwise
from typing import Any

from msgspec.structs import replace

from services.normalize.grammar.date_words import label_pattern
from services.normalize.grammar.dates import read_date
from services.normalize.grammar.machine_dates import Stamp
from services.normalize.grammar.printed_dates import find_dates
from services.normalize.html.blocks import Block, Outline
from services.normalize.html.class_names import DATE_CLASS, DATE_LINE, DATES_OF_OTHERS, OF_LAW
from services.normalize.html.date_witness import (
    CHANGED_NAME,
    DATE_ATTRIBUTE,
    MODIFIED_METAS,
    OTHER_NAME,
    PUBLISHED_METAS,
    PUBLISHED_NAME,
    SCRIPT_DATE,
    WEAK_METAS,
    DateWitness,
    is_near,
    possible,
    reading_language,
    told_by_labels,
    turned,
)
from services.normalize.html.declared import Declared, Json
from services.normalize.html.tree import Element, names_of, path_of, text_of
from services.normalize.readings import RuleId

_DIGITS = re.compile(r"\d")
_READ_ELSEWHERE = frozenset({"time", "meta", "a", "img", "script", "link", "style", "ins", "input"})
_OTHERS_TAGS = frozenset({"blockquote", "nav"})
_LISTS = frozenset({"ul", "ol"})
_MOST_ITEMS, _MOST_TIMES = 30, 8
_LONG, _LATE = 300, 10  # characters of a line that is one, blocks after which it is late
_HEAD, _LONGEST_AGE, _DAY = 20, 60, 86_400
_MARGINS = frozenset({"aside", "nav", "footer"})
_STOPS = (".", "!", "?", "…", "。")
_URL_DATE = re.compile(
    r"[/_=.-](?P<year>(?:19|20)\d\d)[/_.-]?(?P<month>0[1-9]|1[0-2]|"
    r"[1-9](?=[/_-]))(?:[/_.-]?(?P<day>0[1-9]|[12]\d|3[01]|[1-9](?=[/_.-]))(?=[/_.T-]|\D|$))"
)
_URL_DAY_FIRST = re.compile(r"[/_=-](?P<day>[0-3]\d)[_-](?P<month>[01]\d)[_-](?P<year>20\d\d)(?!\d)")
_ANY_DAY = re.compile(r"(?<!\d)20[012]\d([-/])(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d)")


def date_witnesses(
    declared: Declared,
    outline: Outline,
    near: list[Block],
    root: Element,
    url: str | None,
    read_on: dt.date | None = None,
) -> list[DateWitness]:
    """Everybody who says when the page was published or changed; the whole page is searched when nobody near does."""
    language = reading_language(declared.language, outline.blocks, declared.canonical or url)
    declared = replace(declared, language=language)
    found = [
        *_from_json(declared),
        *_from_metas(declared),
        *_from_micro(declared),
        *_from_times(root, near, declared.language),
        *_from_attributes(near),
    ]
    found += _from_text(near, declared.language)
    found += _from_url(declared.canonical or url)
    found = possible(found, read_on)
    if not any(is_near(witness) for witness in found):
        ages = [*_from_ages(near[:_HEAD], declared.language, read_on)] if read_on is not None else []
        found += ages or possible([*_from_anywhere(declared, outline, root)], read_on)
    return told_by_labels(found)


def _from_anywhere(declared: Declared, outline: Outline, root: Element) -> Iterator[DateWitness]:
    """Dates that stand far from the headline: other objects, scripts, titles, any short line."""
    for node in declared.graph.values():
        yield from _json_date(declared, node, "datePublished", "another object")
    for script in root.iter("script"):
        for match in SCRIPT_DATE.finditer((script.text or "")[:200_000]):
            yield from _said(RuleId.DATE_IN_SCRIPT, "script", path_of(script), match[1], quote=match[0])
    yield from _from_titles(declared)
    blocks = outline.blocks[:1500]
    for margin in (False, True):
        for witness in _from_text([b for b in blocks if _is_in_margin(b) is margin], declared.language):
            kind = "line in the margin" if margin else "line elsewhere"
            yield replace(witness, kind=kind, rule=RuleId.DATE_FAR_LINE)
    yield from _only_day(root)


def _from_ages(near: list[Block], language: str | None, read_on: dt.date) -> Iterator[DateWitness]:
    """Days told from the reading, as lines of their own at the head: "Hôm qua, 14:09"; it may have been read later."""
    for block in near:
        elements = [(block.text, block.box.element), *((text_of(inner), inner) for inner in block.inline)]
        for text, element in elements:
            reading = read_date(text, language, latest=read_on) if len(text) <= _LONGEST_AGE else None
            if reading is None or reading.residue or reading.ago is None or reading.is_exact or _is_of_others(element):
                continue
            stamp = replace(reading.stamp, day=read_on - dt.timedelta(seconds=reading.ago))
            yield DateWitness(
                stamp=stamp, rule=RuleId.DATE_AGE, kind="age", path=path_of(element), quote=text, differs=True
            )
            return


def _from_titles(declared: Declared) -> Iterator[DateWitness]:
    title = path_of(declared.title_element) if declared.title_element is not None else None
    names = ("og:title", "description", "og:description")
    metas = [(declared.meta_place(name), value) for name, value in declared.meta(*names)]
    for place, text in [(title, declared.title or ""), *metas]:
        for found in find_dates(text, declared.language):
            yield DateWitness(stamp=found.stamp, rule=RuleId.DATE_IN_TITLE, kind="title", path=place, quote=text)


def _is_in_margin(block: Block) -> bool:
    return any(box.tag in _MARGINS for box in islice(block.box.element.iterancestors(), 8))


def _only_day(root: Element) -> Iterator[DateWitness]:
    """The one day that stands in attributes and scripts, when there is no other: an upload's path, a build's stamp."""
    days: dict[dt.date, str] = {}
    for element in root.iter("img", "script", "meta", "link", "a", "body", "div"):
        for text in (*element.values(), (element.text or "") if element.tag == "script" else ""):
            for match in _ANY_DAY.finditer(str(text)[:20_000]):
                stamp, _ = _declared(match[0].replace("/", "-"), None)
                if stamp is not None:
                    days[stamp.day] = match[0]
        if len(days) > 1:
            return
    for day, quote in days.items():
        yield DateWitness(stamp=Stamp(day=day), rule=RuleId.DATE_ONLY_ONE, kind="only day", path="/html", quote=quote)


def _from_json(declared: Declared) -> Iterator[DateWitness]:
    for node, whose in ((declared.article, "the article"), (declared.page, "the page")):
        for key in ("datePublished", "uploadDate", "dateCreated", "dateModified"):
            yield from _json_date(declared, node, key, whose)


def _json_date(declared: Declared, node: Json, key: str, whose: str) -> Iterator[DateWitness]:
    value, below = node.get(key), f".{key}"
    if isinstance(value, list) and value:
        value, below = value[0], f".{key}[0]"
    if isinstance(value, str | int):
        kind, place = f"{key} of {whose}", declared.json_place(node, below)
        yield from _said(RuleId.DATE_JSON_LD, kind, place, str(value), modified=key == "dateModified")


def _from_metas(declared: Declared) -> Iterator[DateWitness]:
    listed = {*PUBLISHED_METAS, *WEAK_METAS, *MODIFIED_METAS}
    telling = [name for name in declared.metas if name not in listed and not OTHER_NAME.search(name)]
    changed = [name for name in telling if CHANGED_NAME.search(name)]
    published = [name for name in telling if PUBLISHED_NAME.search(name) and not CHANGED_NAME.search(name)]
    for names, kind, modified in (
        (PUBLISHED_METAS, "meta published", False),
        (published, "meta that tells", False),
        (WEAK_METAS, "meta date", False),
        ((*MODIFIED_METAS, *changed), "meta modified", True),
    ):
        said = [(name, at, value) for name in names for at, value in enumerate(declared.metas.get(name, ()))]
        for order, (name, at, value) in enumerate(said):
            stamp, doubtful = _declared(value, declared.language)
            if stamp is not None:
                signs = ("meta, not the first",) * (order > 0) + ("meta in figures",) * doubtful
                yield DateWitness(
                    stamp=stamp,
                    rule=RuleId.DATE_META,
                    kind=kind,
                    signs=signs,
                    path=declared.meta_place(name, at),
                    quote=value,
                    modified=modified,
                    turned=turned(stamp) if doubtful else None,
                )


def _from_attributes(near: list[Block]) -> Iterator[DateWitness]:
    """Stamps in attributes at the head: `<abbr title=2020-04-16T01:00Z>`, `data-timestamp`."""
    for order, element in enumerate(islice(_elements_of(near), 400)):
        for name, value in ((str(name), str(value)) for name, value in element.items()):
            is_date = 8 <= len(value) <= 40 and DATE_ATTRIBUTE.fullmatch(name) and _DIGITS.search(value)
            if is_date and not _is_of_others(element):
                changed, signs = bool(CHANGED_NAME.search(name)), ("attribute, not the first",) * (order > 10)
                kind, place = "attribute changed" if changed else "attribute", path_of(element)
                yield from _said(RuleId.DATE_ATTRIBUTE, kind, place, value, signs=signs, modified=changed)


def _elements_of(near: list[Block]) -> Iterator[Element]:
    """The elements of blocks and those beside them: a time that a script prints has no text yet."""
    seen: set[Element] = set()
    for block in near:
        parent = block.box.parent
        around = (block.box.element,) if parent is None else (block.box.element, parent.element)
        boxes = [element for element in around if element not in seen]
        seen.update(around)
        for element in (*block.inline, *boxes, *(child for box in boxes for child in box)):
            if element.tag not in _READ_ELSEWHERE:
                yield element


def _said(
    rule: RuleId, kind: str, place: str | None, value: str, language: str | None = None, **more: Any
) -> Iterator[DateWitness]:
    """The witness of a declared value, where that is a date; `more` are other fields of it."""
    stamp, _ = _declared(value, language)
    if stamp is not None:
        yield DateWitness(**{"stamp": stamp, "rule": rule, "kind": kind, "path": place, "quote": value, **more})


def _declared(value: str, language: str | None) -> tuple[Stamp | None, bool]:
    """A stamp, and whether its day and month could be the other way round: `11/01/2023`."""
    reading = read_date(value, language) if _DIGITS.search(value) else None
    if reading is None:
        return None, False
    return reading.stamp, "/" in value and reading.is_numeric


def _from_micro(declared: Declared) -> Iterator[DateWitness]:
    for key in ("datepublished", "datecreated", "datemodified"):
        for value, element in declared.micro.get(key, ())[:2]:
            text, changed, place = value or text_of(element), key == "datemodified", path_of(element)
            kind, rule = f"microdata {key}", RuleId.DATE_MICRODATA
            yield from _said(rule, kind, place, text, declared.language, modified=changed)


def _from_times(root: Element, near: list[Block], language: str | None) -> Iterator[DateWitness]:
    close = {id(element) for block in near for element in block.inline} | {id(block.box.element) for block in near}
    times = [element for element in root.iter("time") if not _is_listed(element)]
    seen: dict[str, int] = {}
    for element in times:
        where = "of others" if _is_of_others(element) else "at the head" if id(element) in close else "elsewhere"
        order = seen[where] = seen.get(where, -1) + 1
        if order > _MOST_TIMES:
            continue
        value, place = element.get("datetime") or "", path_of(element)
        names = f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('pubdate')}".lower()
        published = "publi" in names or element.get("pubdate") is not None
        modified = ("modif" in names or "updat" in names) and not published
        kind = "the only time" if len(times) == 1 and where == "elsewhere" else f"time {where}"
        signs = ("time, not the first",) * (order > 0) + ("time says published",) * published
        kind, said = f"{kind}, changed" if modified else kind, value or text_of(element)
        more = {"signs": signs, "quote": value, "modified": modified}
        yield from _said(RuleId.DATE_TIME_ELEMENT, kind, place, said, language, **more)


def _is_of_others(element: Element) -> bool:
    """Whether a time stands in a quotation, a comment, a teaser: it may date somebody else's words."""
    around = islice(element.iterancestors(), 8)
    return any(box.tag in _OTHERS_TAGS or _names_others(names_of(box)) for box in around)


def _is_listed(element: Element) -> bool:
    """Whether it stands in a list of the latest articles: those days are of none but them."""
    return any(_is_list_of_links(box) for box in islice(element.iterancestors(), 8) if box.tag in _LISTS)


@lru_cache(maxsize=8192)
def _names_others(names: str) -> bool:
    return DATES_OF_OTHERS.search(names) is not None


def _is_list_of_links(listed: Element) -> bool:
    """Whether two or more items of a list have both a link and a time, as lists of the latest articles have."""
    items = islice(listed, _MOST_ITEMS)
    return sum(item.find(".//a") is not None and item.find(".//time") is not None for item in items) >= 2


def _is_teaser(element: Element) -> bool:
    """Whether a block stands in a link, or in an article that is an item of a list."""
    around = (element, *islice(element.iterancestors(), 8))
    return any(
        box.tag == "a" or (box.tag == "article" and above.tag in {"li", "ul"}) for box, above in pairwise(around)
    )


def _from_text(blocks: list[Block], language: str | None) -> Iterator[DateWitness]:
    for order, block in enumerate(blocks):
        if _is_of_picture(block):
            continue
        if (not block.inline and not _DIGITS.search(block.text)) or _is_listed(block.box.element):
            continue
        late = ("a late line",) * (order > _LATE)
        if _is_of_others(block.box.element) or _is_teaser(block.box.element):
            late = (*late, "of others")
        for element in block.inline:
            if DATE_CLASS.search((element.get("class") or "").lower()):
                yield from _printed(text_of(element), element, "element of a date", late, language)
        if block.size > _LONG:
            yield from _printed(block.text[:50], block.box.element, "head of a long line", late, language)
            continue
        kind = "line of a date" if DATE_LINE.search(block.box.names) else "line"
        length = "short line" if block.size < 60 else "middling line" if block.size <= 120 else "wide line"
        yield from _printed(block.text, block.box.element, kind, (*late, length), language)


def _is_of_picture(block: Block) -> bool:
    """Whether a caption tells when its picture was taken; one that holds the headline is the article's head."""
    boxes = (block.box, block.box.parent)
    caption = next((box.element for box in boxes if box is not None and box.tag == "figcaption"), None)
    return caption is not None and caption.find(".//h1") is None


def _printed(
    text: str, element: Element, kind: str, signs: tuple[str, ...], language: str | None
) -> Iterator[DateWitness]:
    if len(text) > _LONG or not _DIGITS.search(text):
        return
    for order, found in enumerate(find_dates(text, language)):
        changed, labelled = found.label == "updated", found.label == "published"
        if OF_LAW.search(text) or (not changed and _is_told(text, found.start, found.end, language)):
            continue
        said = ("says published",) * labelled + ("has a clock",) * (found.stamp.time is not None)
        yield DateWitness(
            stamp=found.stamp,
            rule=RuleId.DATE_LINE,
            kind=f"{kind}, changed" if changed else kind,
            signs=(*signs, *said, *("not the first of its line",) * (order > 0)),
            path=path_of(element),
            quote=text,
            modified=changed,
            labelled=labelled or changed,
            turned=turned(found.stamp) if found.ambiguous else None,
            differs=found.doubted,
        )


def _is_told(text: str, start: int, end: int, language: str | None) -> bool:
    """Whether a sentence tells of the day, as of an event: `The next meeting is on 5 February 2020, at the inn.`"""
    rest = f"{text[:start]} {text[end:]}"
    return (
        text.endswith(_STOPS)
        and len(rest.split()) >= 8
        and not any(match["published"] for match in label_pattern(language).finditer(rest))
    )


def _from_url(url: str | None) -> Iterator[DateWitness]:
    match = _URL_DATE.search(url or "") or _URL_DAY_FIRST.search(url or "")
    if match is None:
        return
    try:
        day = dt.date(int(match["year"]), int(match["month"]), int(match["day"]))
    except (ValueError, TypeError):
        return
    stamp = Stamp(day=day)
    yield DateWitness(stamp=stamp, rule=RuleId.DATE_IN_ADDRESS, kind="address", path=None, quote=match[0])
