"""Who wrote it: declared authors and visible bylines are witnesses; people are kept apart from desks and outlets."""

import re
from collections.abc import Iterator

from services.normalize.page.calendar import find_dates
from services.normalize.page.declared import Declared, Json, plain, resolve, types_of
from services.normalize.page.names import clean_name, is_organisation, looks_like_person, split_names
from services.normalize.page.outline import Block
from services.normalize.page.titles import letters, sites_of
from services.normalize.page.tree import Element, path_of, text_of
from services.normalize.page.witness import Witness

_METAS = (
    ("author", 6.0), ("article:author", 5.0), ("parsely-author", 6.0), ("sailthru.author", 6.0), ("dc.creator", 5.5),
    ("dcterms.creator", 5.5),
    ("dc.contributor", 3.0), ("citation_author", 6.0), ("byl", 6.0), ("authors", 6.0), ("article:author_name", 6.0),
    ("article_author", 6.0), ("creator", 5.0),
    ("twitter:data1", 2.0), ("cxenseparse:author", 6.0), ("vr:author", 6.0), ("og:article:author", 5.0),
    ("book:author", 5.0), ("rbauthors", 6.0), ("shareaholic:article_author_name", 6.0),
)  # fmt: skip
_BYLINE_NAMES = re.compile(
    r"(?<![a-z])(?:by-?line|author|autor|auteur|writer|journalist|vcard|contributor|creator|tac-?gia|"
    r"firma|autore|redakteur|reporter|verfasser|posted-?by|fn(?![a-z])|written)"
)
_NOT_BYLINE = re.compile(
    r"(?<![a-z])(?:comment|related|share|social|bio(?![a-z])|image|photo|avatar|count|date|time|role|"
    r"(?<!author-)title|position|follow|description|job)"
)
_BY_TEXT = re.compile(
    r"(?:^|[|·•–—(-]\s*|\b(?:posted|written|published|created|erstellt|veröffentlicht|geschrieben|"
    r"verfasst|rédigé|écrit|publié|escrito|publicado|scritto|pubblicato)\b[^|]{0,40}?\s*)"
    r"(?:by|von|par|por|di|da|door|av|af|text|texte|texto|testo|autor(?:en|in|es|a)?(?:/autor)?|"
    r"author|auteurs?|tác giả|автор|yazan|redaktion|责任编辑|责编|記者|记者)(?:\b|"
    r"(?<=^[Bb]y))\s*[:：]?\s*(?P<name>[^|]{2,90})",
    re.IGNORECASE,
)
_VISIBLE = frozenset({"link to the author", "byline by its class", "byline"})
_DIGIT = re.compile(r"\d")
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d\d(?:\s?uhr|\s?[ap]\.?m\.?)?", re.IGNORECASE)


class Byline(Witness, frozen=True, kw_only=True):
    """A witness of the byline, with the names it holds."""

    names: tuple[str, ...] = ()


def author_witnesses(declared: Declared, near: list[Block]) -> list[Byline]:
    """Everybody who says who wrote the article, weightiest first."""
    found = [
        *_from_json(declared),
        *_from_metas(declared),
        *_from_micro(declared),
        *_from_links(near),
        *_from_blocks(near),
    ]
    return sorted((byline for byline in found if byline.names), key=lambda byline: -byline.weight)


def choose_authors(witnesses: list[Byline], sites: frozenset[str]) -> tuple[Byline | None, list[str]]:
    """Declared names and printed people first, then an outlet that signs itself, then what is shaped like a name."""
    for wanted in (_is_firm, _is_outlet, _is_likely, _is_person):
        for byline in witnesses:
            if wanted(byline, sites):
                return _wider(byline, witnesses, sites)
    return None, []


def _is_firm(byline: Byline, sites: frozenset[str]) -> bool:
    return any(
        letters(name) not in sites and (byline.weight >= 5.9 or (byline.weight >= 5.1 and looks_like_person(name)))
        for name in byline.names
    )


def _is_outlet(byline: Byline, sites: frozenset[str]) -> bool:
    return byline.weight >= 5.9 and bool(byline.names)


def _is_likely(byline: Byline, sites: frozenset[str]) -> bool:
    return byline.weight >= 4.7 and any(letters(name) not in sites for name in byline.names)


def _is_person(byline: Byline, sites: frozenset[str]) -> bool:
    return any(looks_like_person(name) and letters(name) not in sites for name in byline.names)


def _wider(byline: Byline, witnesses: list[Byline], sites: frozenset[str]) -> tuple[Byline, list[str]]:
    """A witness, or a visible one that names the same people and one or two more."""
    mine = {letters(name) for name in byline.names}
    for other in witnesses:
        theirs = {letters(name) for name in other.names}
        if (
            other.rule in _VISIBLE
            and mine < theirs
            and len(theirs) <= len(mine) + 2
            and all(looks_like_person(name) for name in other.names)
        ):
            return other, _few(other, witnesses, sites)
    return byline, _few(byline, witnesses, sites)


def _few(byline: Byline, witnesses: list[Byline], sites: frozenset[str]) -> list[str]:
    """The names of a witness, without the outlet; of a long list those that others name too."""
    names = [name for name in byline.names if letters(name) not in sites] or list(byline.names)
    if len(names) > 5:
        others = {letters(name) for other in witnesses if other.rule != byline.rule for name in other.names}
        names = [name for name in names if letters(name) in others] or names[: 1 if len(names) > 12 else len(names)]
    return names


def site_letters(declared: Declared) -> frozenset[str]:
    """The outlet's names, folded, to know them when they sign as an author."""
    return frozenset(sites_of(declared))


def _from_json(declared: Declared) -> Iterator[Byline]:
    for key, weight in (("author", 10.0), ("creator", 7.0), ("contributor", 3.0)):
        value = declared.article.get(key)
        names = list(_json_names(declared, value))
        if names:
            yield Byline(
                value=", ".join(names), rule=f"JSON-LD {key}", path=f"$.{key}", weight=weight, names=_unique(names)
            )


def _json_names(declared: Declared, value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        node = resolve(declared, item)
        if isinstance(node, dict):
            yield from _node_names(node)
        elif isinstance(node, str):
            yield from split_names(plain(node) or "")


def _node_names(node: Json) -> Iterator[str]:
    names = node.get("name")
    for name in names if isinstance(names, list) else [names]:
        text = plain(name)
        if text and "organization" in types_of(node) and "person" not in types_of(node):
            yield from filter(None, [clean_name(text)])
        elif text:
            yield from split_names(text)


def _from_metas(declared: Declared) -> Iterator[Byline]:
    for name, weight in _METAS:
        names: list[str] = []
        for value in declared.metas.get(name, ()):
            names += split_names(value)
        if names:
            yield Byline(value=", ".join(names), rule="meta", path=f"meta[{name}]", weight=weight, names=_unique(names))


def _from_micro(declared: Declared) -> Iterator[Byline]:
    names: list[str] = []
    path = None
    for value, element in declared.micro.get("author", ()):
        inner = next((child for child in element.iter() if child.get("itemprop") == "name"), None)
        text = (inner.get("content") or text_of(inner)) if inner is not None else value or text_of(element)
        if len(text) < 150 and not _is_comment(element):
            names += split_names(text)
            path = path or path_of(element)
    if names:
        unique = _unique(names)
        unique = unique[:1] if len(unique) > 5 else unique
        yield Byline(value=", ".join(unique), rule="microdata author", path=path, weight=7.0, names=unique)


def _is_comment(element: Element) -> bool:
    node: Element | None = element
    while node is not None:
        if "comment" in f"{node.get('class')} {node.get('id')}".lower():
            return True
        node = node.getparent()
    return False


def _from_links(near: list[Block]) -> Iterator[Byline]:
    names: list[str] = []
    path = None
    for block in near:
        for element in block.inline:
            if "author" in (element.get("rel") or "").split() and len(names) < 6:
                names += split_names(text_of(element))
                path = path or path_of(element)
    if names:
        yield Byline(value=", ".join(names), rule="link to the author", path=path, weight=6.5, names=_unique(names))


def _from_blocks(near: list[Block]) -> Iterator[Byline]:
    for order, block in enumerate(near):
        late = 0.025 * min(order, 40)
        if block.size <= 250:
            yield from _from_inline(block, late)
            yield from _from_line(block, late)


def _from_inline(block: Block, late: float) -> Iterator[Byline]:
    for element in block.inline:
        names = (element.get("class") or "").lower()
        if _BYLINE_NAMES.search(names) and not _NOT_BYLINE.search(names):
            found = split_names(text_of(element))
            if found:
                yield Byline(
                    value=text_of(element),
                    rule="byline by its class",
                    path=path_of(element),
                    weight=5.8 - late,
                    names=_unique(found),
                )


def _from_line(block: Block, late: float) -> Iterator[Byline]:
    by_class = _is_named(block)
    text = _without_dates(block.text)
    path = path_of(block.box.element)
    match = _BY_TEXT.search(text)
    if match is not None:
        name = match["name"]
        found = [one for one in split_names(name) if looks_like_person(one)]
        if not found and by_class and len(name) < 30:
            found = split_names(name)
        if found:
            yield Byline(
                value=block.text, rule="byline", path=path, weight=5.1 + 0.4 * by_class - late, names=_unique(found)
            )
            return
    if by_class or (text != block.text and block.size < 80):
        found = [one for one in split_names(text) if looks_like_person(one)]
        if not found and by_class and block.size < 40:
            found = split_names(text)
        if found:
            weight = 5.3 if by_class else 4.0
            yield Byline(
                value=block.text,
                rule="byline block" if by_class else "name beside the date",
                path=path,
                weight=weight - late,
                names=_unique(found),
            )


def _is_named(block: Block) -> bool:
    """Whether the block's box, or a small one round it, calls itself a byline."""
    box = block.box
    for _ in range(3):
        if _BYLINE_NAMES.search(box.names):
            return not _NOT_BYLINE.search(box.names)
        if box.parent is None or box.parent.last - box.parent.first > 4:
            return False
        box = box.parent
    return False


def _without_dates(text: str) -> str:
    """A line less its dates and times: `11.12.2019 - Amelie Loevenich` leaves the name."""
    if not _DIGIT.search(text):
        return text
    spans = [(found.start, found.end) for found in find_dates(text, None)]
    for start, end in reversed(spans):
        text = text[:start] + " | " + text[end:]
    return _CLOCK.sub(" | ", text).strip(" |,–—-·•") if spans else text


def _unique(names: list[str]) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for name in names:
        kept.setdefault(letters(name), name)
    return tuple(kept.values())


def split_kinds(names: list[str], sites: frozenset[str]) -> tuple[list[str], list[str]]:
    """People and organisations of a byline."""
    people = [name for name in names if not is_organisation(name, sites)]
    return people, [name for name in names if name not in people]
