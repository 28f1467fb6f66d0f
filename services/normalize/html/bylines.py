"""Bylines as readers see them: links to an author, boxes that call themselves a byline, lines that say by whom."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice, pairwise

from services.normalize.grammar.byline_marks import source_before
from services.normalize.grammar.clocks import clocks_in
from services.normalize.grammar.person_names import is_organisation
from services.normalize.grammar.printed_byline import (
    find_lead,
    is_agency_mark,
    is_handle,
    is_lead,
    is_person,
    is_picture_line,
    read_names,
    source_in,
    take_lead,
)
from services.normalize.grammar.printed_dates import find_dates
from services.normalize.grammar.titles import letters
from services.normalize.html.blocks import Block, Box, Outline
from services.normalize.html.body import is_refused
from services.normalize.html.tree import Element, path_of, text_of
from services.normalize.language.load import EVERY
from services.normalize.language.phrases import particles
from services.normalize.readings import Reading, RuleId
from shared.patterns import pattern_of

_BYLINE_NAMES = pattern_of(
    r"(?<![a-z])(?:by-?line|author|autor|auteur|writer|journalist|vcard|contributor|creator|tac-?gia|"
    r"firma|autore|redakteur|reporter|verfasser|posted-?by|written)|(?<![\w:-])fn(?![\w:-])"
)
_NOT_BYLINE = pattern_of(
    r"(?<![a-z])(?:comment|related|share|social|(?<!author[-_])bio(?![a-z])|image|photo|avatar|count|date|time|role|"
    r"(?<!author-)title|position|follow|description|job|copyright|teaser|label(?![\w-]))"
)
_ELSEWHERE = pattern_of(
    r"(?<![a-z])(?:comment|related|recommend|teaser|newsletter|most-?(?:read|popular)|latest|recent|popular|"
    r"read-?(?:more|next)|more-?(?:from|stories|news)|carousel|slider|trending|listing|nav(?![a-z]))"
)
_HIDDEN_LABEL = pattern_of(r"(?i)screen-?reader|sr-only|visually-?hidden|(?<![a-z])label(?![a-z])|assistive")
_AUTHOR_PAGE = pattern_of(
    r"(?i)/(?:authors?|autor(?:en|es|i|in|a|zy)?|auteurs?|profil|people|staff|newsteam|journaliste?s?|contributors?|"
    r"writers?|reporters?|redactores?|redaktion|redakteur|bylines?|columnists?|firmas?|autore|toimittaja|skribent|"
    r"tac-?gia|yazar(?:lar)?|avtor)/(?:name/)?(?!log|sign|regist|newsletter|index|edit|page|search)[^/?#]{3,}"
)
_CODES = pattern_of(r"^[(\[]?[a-zäöü]{2,6}(?:\s?[/,;]\s?[a-zäöü]{2,6}){0,4}[)\]]?\.?$")
_TRAIL = frozenset("»›>→")  # between the steps of a way home
_RUNS_ON = pattern_of("[\u3040-\u309f\u4e00-\u9fff]{7}")
_DIGIT = pattern_of(r"\d")
_COUNTED = pattern_of(r"\(\d+\)\W*$")  # a list of all authors and how much each wrote
_MOST_LINKS = 6
_MOST_FAR = 40
_MOST_NAMES = 400
_AFTER = 60  # blocks behind the text among which a box for the author may stand


class Byline(Reading, frozen=True, kw_only=True):
    """A reading of the byline, with the names it holds; `late` grows from 0 at the headline to 1 far from it."""

    field: str = "byline"
    names: tuple[str, ...] = ()
    late: float = 0.0


def visible_bylines(outline: Outline, container: Box | None, near: list[Block], tag: str | None) -> list[Byline]:
    """Bylines printed round the headline, in the text, at its end and behind it."""
    seen = {block.index for block in near}
    above = [block for block in _above(outline, container) if block.index not in seen]
    far = islice((block for block in _further(outline, container) if block.index not in seen), _MOST_FAR)
    found = [*_from_links(near, tag), *_from_author_pages([*near, *above], tag)]
    printed: list[tuple[Block, Byline]] = []
    for order, block in enumerate([*near, *above, *far]):
        if block.size <= 250 and not is_picture_line(block.text):
            late = 0.025 * min(order, 40)
            lines = _from_line(block, late, tag, near=block.index in seen)
            printed += [(block, byline) for byline in (*_from_inline(block, late, tag), *lines)]
    found += _without_listings(printed, container.last if container is not None else len(outline.blocks))
    found += _from_labels(outline, container, near, tag)
    if container is not None:
        found += _from_agency(above + near, container)
        found += _from_signature(outline.blocks[max(container.first, container.last - 3) : container.last], tag)
    return found


def _above(outline: Outline, container: Box | None) -> list[Block]:
    """The blocks right over the text, which may be far from the headline."""
    first = container.first if container is not None else 0
    return [block for block in outline.blocks[max(0, first - 8) : first] if not is_refused(block.box)]


def _further(outline: Outline, container: Box | None) -> Iterator[Block]:
    """Blocks in and behind the text that call themselves a byline, wherever a theme puts them."""
    if container is None:
        return
    last = container.last
    before: Block | None = None
    for block in outline.blocks[container.first : last + _AFTER]:
        if before is None or before.inline is not block.inline:  # the lines of one paragraph share its elements
            signed = any(_names_byline(_class_of(element)) for element in block.inline)
        before = block
        said = last - 6 <= block.index < last + 12 and _says_so(block.text)
        if block.size <= 120 and (signed or said or _is_named(block)) and not _is_elsewhere(block):
            yield block


def _says_so(text: str) -> bool:
    lead = take_lead(text) if len(text) <= 60 else None
    return lead is not None and lead.sure


def _class_of(element: Element) -> str:
    return (element.get("class") or "")[:_MOST_NAMES].lower()


def _is_elsewhere(block: Block) -> bool:
    return any(_names_another(box.names) for box in islice(block.box.rising(), 6))


@lru_cache(maxsize=4096)
def _names_another(names: str) -> bool:
    return _ELSEWHERE.search(names) is not None


@lru_cache(maxsize=4096)
def _names_byline(names: str) -> bool | None:
    """Whether names say that a box is a byline; None where they do not speak of one."""
    return None if _BYLINE_NAMES.search(names) is None else _NOT_BYLINE.search(names) is None


def _from_links(near: list[Block], tag: str | None) -> Iterator[Byline]:
    """Links that say `rel="author"`: the first and those beside it; later ones belong to other articles."""
    names: list[str] = []
    first: tuple[int, Element] | None = None
    for block in near:
        for element in block.inline:
            if "author" not in (element.get("rel") or "").split() or (first and block.index > first[0] + 3):
                continue
            found = read_names(_name_in(element), tag)
            if found:
                first = first or (block.index, element)
                names += found
    if first and len(names) <= _MOST_LINKS:
        yield _byline(names, RuleId.REL_AUTHOR, first[1])


def _from_author_pages(near: list[Block], tag: str | None) -> Iterator[Byline]:
    """Names linked to `/author/jane-doe` and the like."""
    names: list[str] = []
    first: tuple[int, Element] | None = None
    for block in near:
        if not block.linked or block.size > 250 or block.box.last - block.box.first > 3 or _is_elsewhere(block):
            continue
        if first and block.index > first[0] + 3:
            break
        for link in block.box.element.iter("a"):
            if _AUTHOR_PAGE.search(link.get("href") or ""):
                found = [name for name in read_names(_name_in(link), tag) if is_person(name, tag)]
                if found:
                    first = first or (block.index, link)
                    names += found
    if first and len(set(names)) <= _MOST_LINKS:
        yield _byline(names, RuleId.AUTHOR_PAGE, first[1])


def _name_in(element: Element) -> str:
    """The words of an element that may be a name: its part marked as the name, else all but hidden labels."""
    if not len(element):
        return text_of(element)
    labels = []
    for child in element.iter():
        if child.get("itemprop") == "name" and child is not element:
            return text_of(child)
        if _HIDDEN_LABEL.search(child.get("class") or "") and child is not element:
            labels.append(child)
    return text_of(element, frozenset(labels))


def _from_inline(block: Block, late: float, tag: str | None) -> Iterator[Byline]:
    """Elements of a line that call themselves a byline, and those of one class together: each holds one author."""
    together: dict[str, list[str]] = {}
    for element in block.inline:
        names = _class_of(element)
        if not _names_byline(names):
            continue
        text = _name_in(element)
        found = read_names(text, tag)
        if found:
            together.setdefault(names, []).extend(found)
            yield _byline(found, RuleId.BYLINE_CLASS, element, late, text)
    for everyone in together.values():
        if 1 < len(set(everyone)) < 6 and all(is_person(name, tag) for name in everyone):
            yield _byline(everyone, RuleId.BYLINE_CLASS, block.box.element, late, block.text)


def _from_line(block: Block, late: float, tag: str | None, *, near: bool) -> Iterator[Byline]:
    by_class = _is_named(block)
    text, dated = _without_dates(block.text)
    element = block.box.element
    lead = find_lead(text, tag)
    if lead is not None and block.box.tag != "h1":
        found = _named(lead.rest, lead.sure, by_class, dated, tag)
        if found:
            rule = RuleId.BYLINE_LABELLED if lead.sure else RuleId.BYLINE_LINE
            yield _byline(found, rule, element, late, block.text)
            return
    if by_class or (near and dated and block.size < 80 and _TRAIL.isdisjoint(text)):
        found = [one for one in read_names(text, tag) if is_person(one, tag)]
        if not found and by_class and block.size < 40:
            found = read_names(text, tag)
        if found:
            rule = RuleId.BYLINE_BLOCK if by_class else RuleId.NAME_BESIDE_DATE
            yield _byline(found, rule, element, late, block.text)


def _named(text: str, sure: bool, by_class: bool, dated: bool, tag: str | None) -> list[str]:
    """The names behind a label: people and agencies; a pseudonym where the line leaves no doubt."""
    parts = read_names(text, tag)
    found = [one for one in parts if is_person(one, tag) or is_agency_mark(one)]
    if found and (sure or by_class or found[0] == parts[0] or is_organisation(parts[0])):
        return found
    if len(text) < 30 and (by_class or (parts and (sure or dated) and is_handle(parts[0]))):
        return parts if by_class else parts[:1]
    return []


def _from_labels(outline: Outline, container: Box | None, near: list[Block], tag: str | None) -> Iterator[Byline]:
    """A label in one block, the name in the next: `<dt>Author</dt><dd>Jane Doe</dd>`."""
    inside = outline.blocks[container.first : container.last + _AFTER] if container is not None else []
    for order, blocks in enumerate((near, inside)):
        for label, block in pairwise(blocks):
            if (
                label.size <= 24
                and block.index == label.index + 1
                and block.size <= 70
                and is_lead(label.text)
                and not _COUNTED.search(block.text)
            ):
                found = read_names(block.text, tag)
                if found and all(is_person(name, tag) for name in found):
                    yield _byline(found, RuleId.NAME_BEHIND_LABEL, block.box.element, 0.8 * order, block.text)


def _from_agency(blocks: list[Block], container: Box) -> Iterator[Byline]:
    """An agency alone in a line between headline and text."""
    for block in blocks:
        close = container.first - 10 <= block.index <= container.first
        if close and block.size <= 24 and is_agency_mark(block.text) and not is_refused(block.box):
            yield _byline([block.text.strip("()[]. ")], RuleId.AGENCY_OVER, block.box.element, 0.0, block.text)


def _from_signature(blocks: list[Block], tag: str | None) -> Iterator[Byline]:
    """How papers sign under the text: a name in another type, the codes of a desk, the source."""
    for block in blocks:
        if block.size > 70 or block.linkage > 0.5 or is_refused(block.box):
            continue
        source = source_in(block.text)
        if source is not None:
            names, rule = read_names(source, tag), RuleId.SOURCE_UNDER
        elif _CODES.match(block.text) and is_agency_mark(block.text):
            names, rule = [block.text.strip("()[]. ")], RuleId.AGENCY_UNDER
        elif block.bold + block.italic >= 0.9 * block.size and not source_before(EVERY).match(block.text):
            names, rule = read_names(block.text, tag), RuleId.SIGNATURE_UNDER
            names = names if all(is_person(name, tag) and _is_capital(name) for name in names) else []
        else:
            continue
        if names:
            yield _byline(names, rule, block.box.element, 0.0, block.text)


def _is_capital(name: str) -> bool:
    """Whether every word of it could be a name's: a caption in italics has others, a button in Chinese longer ones."""
    return all(not word[0].islower() or word in particles(EVERY) for word in name.split()) and not _RUNS_ON.search(name)


def _without_listings(printed: Iterable[tuple[Block, Byline]], end: int) -> list[Byline]:
    """Bylines but for those of lists behind the text: boxes of one kind that name different people."""
    kept: list[tuple[Block, Byline]] = []
    kinds: dict[tuple[RuleId, str, str], list[tuple[str, ...]]] = {}
    for block, byline in printed:
        if block.index < end or not _is_elsewhere(block):
            kept.append((block, byline))
        if block.index >= end:
            kinds.setdefault(_kind(block, byline), []).append(byline.names)
    lists = {kind for kind, names in kinds.items() if len(names) > 2 and len(set(names)) > 1}
    return [byline for block, byline in kept if block.index < end or _kind(block, byline) not in lists]


def _kind(block: Block, byline: Byline) -> tuple[RuleId, str, str]:
    return byline.rule, block.box.tag, block.box.names


def _is_named(block: Block) -> bool:
    """Whether the block's box, or a small one round it, calls itself a byline."""
    for box in islice(block.box.rising(), 3):
        named = True if box.tag == "address" else _names_byline(box.names)
        if named is not None:
            return named
        if box.parent is None or box.parent.last - box.parent.first > 4:
            break
    return False


def _without_dates(text: str) -> tuple[str, bool]:
    """A line less its dates and times, and whether it has a date: `11.12.2019 - Amelie Loevenich` leaves the name."""
    if not _DIGIT.search(text):
        return text, False
    dates = [span for found in find_dates(text, None) for span in found.spans]
    for start, end in sorted(dates, reverse=True):
        text = text[:start] + " | " + text[end:]
    for clock in reversed(clocks_in(text, None)):
        text = text[: clock.start] + " | " + text[clock.end :]
    return text.strip(" |,–—-·•"), bool(dates)


def _byline(names: list[str], rule: RuleId, element: Element, late: float = 0.0, quote: str | None = None) -> Byline:
    text = quote or text_of(element)
    return Byline(value=text, rule=rule, place=path_of(element), late=late, quote=text, names=unique_names(names))


def unique_names(names: Iterable[str]) -> tuple[str, ...]:
    """Names in order, each once whatever its case and punctuation."""
    kept: dict[str, str] = {}
    for name in names:
        kept.setdefault(letters(name), name)
    return tuple(kept.values())
