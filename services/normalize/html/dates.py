"""When an article came out, as everybody says it: declared stamps, dates printed at its head, its address."""

import datetime as dt
import re
from collections.abc import Iterator
from itertools import islice, pairwise

import msgspec

from services.normalize.grammar.date_words import label_pattern
from services.normalize.grammar.dates import read_date
from services.normalize.grammar.machine_dates import Stamp
from services.normalize.grammar.printed_dates import find_dates, turned_day
from services.normalize.html.blocks import Block, Outline
from services.normalize.html.date_names import (
    CHANGED_NAME,
    DATE_ATTRIBUTE,
    DATE_CLASS,
    DATE_NAMES,
    MODIFIED_METAS,
    OTHER_NAME,
    OTHERS_NAMES,
    PUBLISHED_METAS,
    PUBLISHED_NAME,
    SCRIPT_DATE,
    WEAK_METAS,
)
from services.normalize.html.day_order import reading_language
from services.normalize.html.declared import Declared, Json
from services.normalize.html.tree import Element, names_of, path_of, text_of

_LAW = re.compile(
    r"(?i)©|\(c\)\s|copyright|giấy phép|\bgp-|licen[sc]e|founded|established|gegründet|fondée?|fundad[oa]|fondat[oa]|"
    r"all rights reserved|бизнес-лиценз|свидетельств|许可证|備案|备案|등록번호"
)
FAR_RULES = frozenset({"date on the page", "date in a title", "the only day in the markup"})  # guesses, and said so
LABELLED = 6.0  # the weight from which a printed day has a word or a name that says what it is the day of
_DIGITS = re.compile(r"\d")
_READ_ELSEWHERE = frozenset({"time", "meta", "a", "img", "script", "link", "style", "ins", "input"})
_OTHERS_TAGS = frozenset({"blockquote", "nav"})
_PRINTED_RULES = frozenset({"date line", "date on the page", "date in a title", "time element", "address of the page"})
_MARGINS = frozenset({"aside", "nav", "footer"})
_STOPS = (".", "!", "?", "…", "。")
_URL_DATE = re.compile(
    r"[/_=.-](?P<year>(?:19|20)\d\d)[/_.-]?(?P<month>0[1-9]|1[0-2]|"
    r"[1-9](?=[/_-]))(?:[/_.-]?(?P<day>0[1-9]|[12]\d|3[01]|[1-9](?=[/_.-]))(?=[/_.T-]|\D|$))"
)
_URL_DAY_FIRST = re.compile(r"[/_=-](?P<day>[0-3]\d)[_-](?P<month>[01]\d)[_-](?P<year>20\d\d)(?!\d)")
_ANY_DAY = re.compile(r"(?<!\d)20[012]\d([-/])(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d)")
_EARLIEST = dt.date(1995, 1, 1)


class DateWitness(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of the publishing date. `turned` is the other one, where day and month may be the other way round."""

    stamp: Stamp
    rule: str
    path: str | None = None
    quote: str = ""
    weight: float = 1.0
    modified: bool = False
    turned: Stamp | None = None


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
    declared = msgspec.structs.replace(declared, language=language)
    found = [
        *_from_json(declared),
        *_from_metas(declared),
        *_from_micro(declared),
        *_from_times(root, near, declared.language),
        *_from_attributes(near),
    ]
    found += _from_text(near, declared.language)
    found += _from_url(declared.canonical or url)
    found = _possible(found, read_on)
    if not any(witness.weight >= 4 and not witness.modified for witness in found):
        found += _possible([*_from_anywhere(declared, outline, root)], read_on)
    return found


def _possible(found: list[DateWitness], read_on: dt.date | None) -> list[DateWitness]:
    """Those who name a day the page can be of; a day that can be read in two ways is read as others say it."""
    latest = read_on + dt.timedelta(days=1) if read_on is not None else dt.date.max
    sure = {witness.stamp.day for witness in found if witness.turned is None}
    read = [_read_as(witness, sure, latest) for witness in found]
    return [w for w in read if w.stamp.day >= _EARLIEST and (w.stamp.day <= latest or w.rule not in _PRINTED_RULES)]


def _read_as(witness: DateWitness, sure: set[dt.date], latest: dt.date) -> DateWitness:
    other = witness.turned
    if other is None or witness.stamp.day in sure:
        return witness
    if other.day in sure or witness.stamp.day > latest >= other.day:
        return msgspec.structs.replace(witness, stamp=other)
    return witness


def _from_anywhere(declared: Declared, outline: Outline, root: Element) -> Iterator[DateWitness]:
    """Dates that stand far from the headline: other objects, scripts, titles, any short line."""
    for node in declared.graph.values():
        yield from _json_date(node, "datePublished", 3.9, False)
    for script in root.iter("script"):
        for match in SCRIPT_DATE.finditer((script.text or "")[:200_000]):
            stamp, _ = _declared(match[1], None)
            if stamp:
                yield DateWitness(stamp=stamp, rule="script", path=path_of(script), quote=match[0], weight=3.8)
    yield from _from_titles(declared)
    blocks = outline.blocks[:1500]
    for margin in (False, True):
        for witness in _from_text([b for b in blocks if _is_in_margin(b) is margin], declared.language):
            yield msgspec.structs.replace(witness, weight=witness.weight / 2 - margin, rule="date on the page")
    yield from _only_day(root)


def _from_titles(declared: Declared) -> Iterator[DateWitness]:
    for name, text in [("title", declared.title or ""), *declared.meta("og:title", "description", "og:description")]:
        for found in find_dates(text, declared.language):
            yield DateWitness(stamp=found.stamp, rule="date in a title", path=name, quote=text, weight=3.0)


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
        yield DateWitness(
            stamp=Stamp(day=day), rule="the only day in the markup", path="/html", quote=quote, weight=0.5
        )


def _from_json(declared: Declared) -> Iterator[DateWitness]:
    for node, weight in ((declared.article, 10.0), (declared.page, 6.0)):
        for key, value in (("datePublished", weight), ("uploadDate", weight - 4), ("dateCreated", weight - 3)):
            yield from _json_date(node, key, value, False)
        yield from _json_date(node, "dateModified", weight - 6, True)


def _json_date(node: Json, key: str, weight: float, modified: bool) -> Iterator[DateWitness]:
    value = node.get(key)
    value = value[0] if isinstance(value, list) and value else value
    if isinstance(value, str | int):
        stamp, _ = _declared(str(value), None)
        if stamp:
            yield DateWitness(
                stamp=stamp, rule=f"JSON-LD {key}", path=f"$.{key}", quote=str(value), weight=weight, modified=modified
            )


def _from_metas(declared: Declared) -> Iterator[DateWitness]:
    listed = {*PUBLISHED_METAS, *WEAK_METAS, *MODIFIED_METAS}
    telling = [name for name in declared.metas if name not in listed and not OTHER_NAME.search(name)]
    changed = [name for name in telling if CHANGED_NAME.search(name)]
    published = [name for name in telling if PUBLISHED_NAME.search(name) and not CHANGED_NAME.search(name)]
    for names, weight, modified in (
        (PUBLISHED_METAS, 9.0, False),
        (published, 8.0, False),
        (WEAK_METAS, 5.0, False),
        ((*MODIFIED_METAS, *changed), 3.0, True),
    ):
        for order, (name, value) in enumerate(declared.meta(*names)):
            stamp, doubtful = _declared(value, declared.language)
            if stamp is not None:
                worth = weight - 0.05 * min(order, 9) - 5.0 * doubtful
                path = f"meta[{name}]"
                other = turned(stamp) if doubtful else None
                yield DateWitness(
                    stamp=stamp, rule="meta", path=path, quote=value, weight=worth, modified=modified, turned=other
                )


def _from_attributes(near: list[Block]) -> Iterator[DateWitness]:
    """Stamps in attributes at the head: `<abbr title=2020-04-16T01:00Z>`, `data-timestamp`."""
    for order, element in enumerate(islice(_elements_of(near), 400)):
        for name, value in ((str(name), str(value)) for name, value in element.items()):
            is_date = 8 <= len(value) <= 40 and DATE_ATTRIBUTE.fullmatch(name) and _DIGITS.search(value)
            stamp, _ = _declared(value, None) if is_date else (None, False)
            if stamp is not None and not _is_of_others(element):
                changed = bool(CHANGED_NAME.search(name))
                worth = 5.4 - 0.01 * min(order, 100) - 2.0 * changed
                path = path_of(element)
                yield DateWitness(stamp=stamp, rule="attribute", path=path, quote=value, weight=worth, modified=changed)


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


def _declared(value: str, language: str | None) -> tuple[Stamp | None, bool]:
    """A stamp, and whether its day and month could be the other way round: `11/01/2023`."""
    reading = read_date(value, language) if _DIGITS.search(value) else None
    if reading is None:
        return None, False
    return reading.stamp, "/" in value and reading.is_numeric


def turned(stamp: Stamp) -> Stamp | None:
    """The same date with day and month the other way round."""
    day = turned_day(stamp.day)
    return msgspec.structs.replace(stamp, day=day) if day is not None else None


def _from_micro(declared: Declared) -> Iterator[DateWitness]:
    for key, weight in (("datepublished", 8.0), ("datecreated", 5.0), ("datemodified", 2.0)):
        for value, element in declared.micro.get(key, ())[:2]:
            text = value or text_of(element)
            stamp, _ = _declared(text, declared.language)
            if stamp:
                yield DateWitness(
                    stamp=stamp,
                    rule="microdata",
                    path=path_of(element),
                    quote=text,
                    weight=weight,
                    modified=key == "datemodified",
                )


def _from_times(root: Element, near: list[Block], language: str | None) -> Iterator[DateWitness]:
    close = {id(element) for block in near for element in block.inline} | {id(block.box.element) for block in near}
    times = list(root.iter("time"))
    seen = {1.5: 0, 3.0: 0, 6.0: 0}
    for element in times:
        weight = 1.5 if _is_of_others(element) else 6.0 if id(element) in close else 3.0
        order = seen[weight]
        seen[weight] += 1
        if order > 8:
            continue
        value = element.get("datetime") or ""
        stamp, _ = _declared(value or text_of(element), language)
        if stamp is None:
            continue
        names = f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('pubdate')}".lower()
        modified = ("modif" in names or "updat" in names) and "publi" not in names
        weight += 2.2 * (len(times) == 1 and weight == 3.0)
        weight += ("publish" in names) + (element.get("pubdate") is not None) - 0.2 * order - 3.0 * modified
        yield DateWitness(
            stamp=stamp, rule="time element", path=path_of(element), quote=value, weight=weight, modified=modified
        )


def _is_of_others(element: Element) -> bool:
    """Whether a time stands in a quotation, a comment, a teaser: it dates somebody else's words."""
    around = islice(element.iterancestors(), 8)
    return any(box.tag in _OTHERS_TAGS or OTHERS_NAMES.search(names_of(box)) for box in around)


def _is_teaser(element: Element) -> bool:
    """Whether a block stands in a link, or in an article that is an item of a list."""
    around = (element, *islice(element.iterancestors(), 8))
    return any(
        box.tag == "a" or (box.tag == "article" and above.tag in {"li", "ul"}) for box, above in pairwise(around)
    )


def _from_text(blocks: list[Block], language: str | None) -> Iterator[DateWitness]:
    for order, block in enumerate(blocks):
        if block.box.tag == "figcaption" or (block.box.parent is not None and block.box.parent.tag == "figcaption"):
            continue  # it tells when a picture was taken
        late = 0.05 * min(order, 20) + 2.5 * (_is_of_others(block.box.element) or _is_teaser(block.box.element))
        for element in block.inline:
            if DATE_CLASS.search((element.get("class") or "").lower()):
                yield from _printed(text_of(element), element, 5.8 - late, language)
        if block.size > 300:
            yield from _printed(block.text[:50], block.box.element, 3.0 - late, language)
        else:
            named = bool(DATE_NAMES.search(block.box.names))
            yield from _printed(
                block.text, block.box.element, 4.0 + named + (block.size < 60) - (block.size > 120) - late, language
            )


def _printed(text: str, element: Element, weight: float, language: str | None) -> Iterator[DateWitness]:
    if len(text) > 300 or not _DIGITS.search(text):
        return
    for found in find_dates(text, language):
        changed, labelled = found.label == "updated", found.label == "published"
        if _is_of_law(text) or (not changed and _is_told(text, found.start, found.end, language)):
            continue
        worth = weight + labelled - 1.5 * changed
        path = path_of(element)
        other = turned(found.stamp) if found.ambiguous else None
        yield DateWitness(
            stamp=found.stamp,
            rule="date line",
            path=path,
            quote=text,
            weight=worth,
            modified=changed,
            turned=other,
        )


def _is_of_law(text: str) -> bool:
    """Whether a line tells when a site was licensed, founded or protected, as the foot of every page does."""
    return _LAW.search(text) is not None


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
    yield DateWitness(stamp=Stamp(day=day), rule="address of the page", path="url", quote=match[0], weight=5.5)
