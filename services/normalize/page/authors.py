"""Who wrote it: declared authors and visible bylines are witnesses; people are kept apart from desks and outlets."""

import re
from collections.abc import Iterator

from services.normalize.page.declared import Declared, Json, plain, resolve, types_of
from services.normalize.page.headline import letters
from services.normalize.page.names import clean_name, is_organisation, looks_like_person, split_names
from services.normalize.page.outline import Block
from services.normalize.page.tree import Element, path_of, text_of
from services.normalize.page.witness import Witness

_METAS = (
    ("author", 6.0), ("article:author", 5.0), ("parsely-author", 6.0), ("sailthru.author", 6.0), ("dc.creator", 5.5), ("dcterms.creator", 5.5),
    ("dc.contributor", 3.0), ("citation_author", 6.0), ("byl", 6.0), ("authors", 6.0), ("article:author_name", 6.0), ("article_author", 6.0), ("creator", 5.0),
    ("twitter:data1", 2.0), ("cxenseparse:author", 6.0), ("vr:author", 6.0), ("og:article:author", 5.0), ("book:author", 5.0), ("rbauthors", 6.0), ("shareaholic:article_author_name", 6.0),
)  # fmt: skip
_BYLINE_NAMES = re.compile(
    r"(?<![a-z])(?:by-?line|author|autor|auteur|writer|journalist|vcard|contributor|creator|tac-?gia|firma|autore|redakteur|reporter|verfasser|posted-?by|fn(?![a-z])|written)"
)
_NOT_BYLINE = re.compile(
    r"(?<![a-z])(?:comment|related|share|social|bio(?![a-z])|image|photo|avatar|count|date|time|role|title|position|follow|description|job)"
)
_BY_TEXT = re.compile(
    r"^(?:by|von|par|por|di|door|av|af|text|story by|written by|autor\w*|author|tác giả|bài|автор|yazan)\b\s*[:]?\s+\S",
    re.IGNORECASE,
)


class Byline(Witness, frozen=True, kw_only=True):
    """A witness of the byline, with the names it holds."""

    names: tuple[str, ...] = ()


def author_witnesses(declared: Declared, near: list[Block], tail: list[Block], root: Element) -> list[Byline]:
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
    """The weightiest witness that names a person, else the weightiest that names anybody."""
    for byline in witnesses:
        if any(looks_like_person(name) and letters(name) not in sites for name in byline.names):
            return byline, list(byline.names)
    for byline in witnesses:
        if byline.weight >= 5:
            return byline, list(byline.names)
    return None, []


def site_letters(declared: Declared) -> frozenset[str]:
    """The outlet's names, folded, to know them when they sign as an author."""
    return frozenset(letters(name) for name in declared.site_names if name)


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
        yield Byline(value=", ".join(names), rule="microdata author", path=path, weight=7.0, names=_unique(names))


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
        if block.size > 200:
            continue
        late = 0.05 * min(order, 20)
        for element in block.inline:
            names = f"{element.get('class') or ''}".lower()
            if _BYLINE_NAMES.search(names) and not _NOT_BYLINE.search(names):
                found = split_names(text_of(element))
                if found:
                    yield Byline(
                        value=text_of(element),
                        rule="byline by its class",
                        path=path_of(element),
                        weight=5.5 - late,
                        names=_unique(found),
                    )
        by_class = _BYLINE_NAMES.search(block.box.names) and not _NOT_BYLINE.search(block.box.names)
        if by_class or _BY_TEXT.match(block.text):
            found = [name for name in split_names(block.text) if looks_like_person(name)]
            if found:
                yield Byline(
                    value=block.text,
                    rule="byline block",
                    path=path_of(block.box.element),
                    weight=5.0 + 0.3 * bool(by_class) - late,
                    names=_unique(found),
                )


def _unique(names: list[str]) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for name in names:
        kept.setdefault(letters(name), name)
    return tuple(kept.values())


def split_kinds(names: list[str], sites: frozenset[str]) -> tuple[list[str], list[str]]:
    """People and organisations of a byline."""
    people = [name for name in names if not is_organisation(name, sites)]
    return people, [name for name in names if name not in people]
