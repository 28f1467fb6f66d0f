"""Who wrote it: declared authors and visible bylines are witnesses; people are kept apart from desks and outlets."""

import re
from collections.abc import Iterator

from services.normalize.grammar.printed_names import clean_name, is_organisation, looks_like_person, split_names
from services.normalize.grammar.titles import letters, sites_of
from services.normalize.html.blocks import Block, Box, Outline
from services.normalize.html.bylines import SIGNATURES, Byline, unique_names, visible_bylines
from services.normalize.html.declared import Declared, Json, plain, resolve, types_of
from services.normalize.html.tree import Element, path_of, text_of

_METAS = (
    ("author", 6.0), ("article:author", 5.0), ("parsely-author", 6.0), ("sailthru.author", 6.0), ("dc.creator", 5.5),
    ("dcterms.creator", 5.5),
    ("dc.contributor", 3.0), ("citation_author", 6.0), ("byl", 6.0), ("authors", 6.0), ("article:author_name", 6.0),
    ("article_author", 6.0), ("creator", 5.0),
    ("cxenseparse:author", 6.0), ("vr:author", 6.0), ("og:article:author", 5.0),
    ("book:author", 5.0), ("rbauthors", 6.0), ("shareaholic:article_author_name", 6.0),
)  # fmt: skip
_VISIBLE = frozenset({"link to the author", "byline by its class", "byline"})
_WRITTEN_BY = re.compile(
    r"(?i)\bby\b|author|autor|auteur|autore|von$|par$|por$|\bd[ai]$|door$|\ba[vf]$|przez|yazan|kirjoitt|napsal|szerző|"
    r"tác giả|bởi|oleh|penulis|автор|作者|執筆者|著者|投稿者|글쓴이|작성자|الكاتب|كُتب|बाय|लेखक"
)


def author_witnesses(declared: Declared, outline: Outline, container: Box | None, near: list[Block]) -> list[Byline]:
    """Everybody who says who wrote the article, weightiest first."""
    found = [
        *_from_json(declared),
        *_from_metas(declared),
        *_from_micro(declared),
        *visible_bylines(outline, container, near),
    ]
    return sorted((byline for byline in found if byline.names), key=lambda byline: -byline.weight)


def choose_authors(witnesses: list[Byline], sites: frozenset[str]) -> tuple[Byline | None, list[str]]:
    """Declared people, printed people, then whatever is declared, an outlet that signs itself, any name at all."""
    for wanted in (_is_declared_person, _is_printed_person, _is_firm, _is_outlet, _is_likely, _is_person, _is_signed):
        for byline in witnesses:
            if wanted(byline, sites):
                return _wider(byline, witnesses, sites)
    return None, []


def _is_declared_person(byline: Byline, sites: frozenset[str]) -> bool:
    return byline.weight >= 5.9 and any(looks_like_person(name) and not _is_site(name, sites) for name in byline.names)


def _is_printed_person(byline: Byline, sites: frozenset[str]) -> bool:
    """The byline that readers see knows better than an outlet filled in wherever a form asks for an author."""
    first = byline.names[0]
    return byline.weight >= 4.8 and looks_like_person(first) and not _is_site(first, sites)


def _is_site(name: str, sites: frozenset[str]) -> bool:
    """Whether it is the outlet's name, or its initials are: `Deutsche Welle` on `dw.com`."""
    initials = "".join(word[0] for word in name.split()).casefold()
    return letters(name) in sites or any(initials + end in sites for end in ("", "com", "org", "net", "de", "fr", "tv"))


def _is_firm(byline: Byline, sites: frozenset[str]) -> bool:
    return byline.weight >= 5.9 and any(letters(name) not in sites for name in byline.names)


def _is_outlet(byline: Byline, sites: frozenset[str]) -> bool:
    return byline.weight >= 5.9 and bool(byline.names)


def _is_likely(byline: Byline, sites: frozenset[str]) -> bool:
    return byline.weight >= 4.7 and any(letters(name) not in sites for name in byline.names)


def _is_person(byline: Byline, sites: frozenset[str]) -> bool:
    return any(looks_like_person(name) and letters(name) not in sites for name in byline.names)


def _is_signed(byline: Byline, sites: frozenset[str]) -> bool:
    """The outlet's own name in a byline of its page, the mark of an agency under the text."""
    return byline.weight >= 4.5 or byline.rule in SIGNATURES


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
    keys = (("author", 10.0), ("creator", 7.0), ("contributor", 3.0))
    said = [(key, weight, declared.article.get(key)) for key, weight in keys]
    for key, weight, value in (*said, ("author", 4.6, declared.page.get("author"))):
        names = list(_json_names(declared, value))
        if names:
            yield Byline(
                value=", ".join(names), rule=f"JSON-LD {key}", path=f"$.{key}", weight=weight, names=unique_names(names)
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
    for name, weight in (*_METAS, *_labelled(declared)):
        names: list[str] = []
        for value in declared.metas.get(name, ()):
            names += split_names(value)
        if names:
            unique = unique_names(names)
            yield Byline(value=", ".join(names), rule="meta", path=f"meta[{name}]", weight=weight, names=unique)


def _labelled(declared: Declared) -> Iterator[tuple[str, float]]:
    """Twitter's free fields: `twitter:label1` says "Written by" in any language, `twitter:data1` by whom."""
    for number in ("1", "2"):
        for label in declared.metas.get(f"twitter:label{number}", ()):
            yield f"twitter:data{number}", 6.0 if _WRITTEN_BY.search(label) else 0.5


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
        unique = unique_names(names)
        unique = unique[:1] if len(unique) > 5 else unique
        yield Byline(value=", ".join(unique), rule="microdata author", path=path, weight=7.0, names=unique)


def _is_comment(element: Element) -> bool:
    node: Element | None = element
    while node is not None:
        if "comment" in f"{node.get('class')} {node.get('id')}".lower():
            return True
        node = node.getparent()
    return False


def split_kinds(names: list[str], sites: frozenset[str]) -> tuple[list[str], list[str]]:
    """People and organisations of a byline."""
    people = [name for name in names if not is_organisation(name, sites)]
    return people, [name for name in names if name not in people]
