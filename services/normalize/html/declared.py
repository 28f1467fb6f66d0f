"""What a page declares about itself: JSON-LD, OpenGraph and other meta tags, links, microdata."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec

from services.normalize.html.tree import Element, squeeze, text_of
from services.normalize.readers.json_document import whole_letters

ARTICLE_TYPES = frozenset(
    {
        "article", "newsarticle", "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle", "blogposting",
        "liveblogposting", "backgroundnewsarticle", "reviewnewsarticle", "satiricalarticle", "advertisercontentarticle",
        "scholarlyarticle", "techarticle", "report", "socialmediaposting", "posting", "askpublicnewsarticle",
        "creativework", "review", "medicalscholarlyarticle", "discussionforumposting", "recipe",
    }
)  # fmt: skip
PAGE_TYPES = frozenset({"webpage", "itempage", "videoobject", "aboutpage", "collectionpage", "podcastepisode"})

_COMMENT = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|"
    r"/\*\s*\]\]>\s*\*/|\]\]>)\s*;?\s*$"
)
_TRAILING = re.compile(r",\s*(?=[}\]])")
_MARKUP = re.compile(r"<[a-zA-Z/][^>]*>")
_MAX_NODES = 3000
_MOST_VALUES = 200

Json = dict[str, Any]


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a page says about itself outside its visible text.

    `metas` maps a lower-case name to its values in order, `article` is the JSON-LD object of the article itself,
    `graph` all objects by their `@id`, `micro` the values of microdata properties with their element.
    """

    metas: dict[str, tuple[str, ...]]
    article: Json
    page: Json
    graph: dict[str, Json]
    micro: dict[str, tuple[tuple[str, Element], ...]]
    title: str | None
    canonical: str | None
    language: str | None
    site_names: tuple[str, ...]

    def meta(self, *names: str) -> Iterator[tuple[str, str]]:
        """Values of the metas of these names, as (name, value), in the order of the names."""
        for name in names:
            for value in self.metas.get(name, ()):
                yield name, value


def read_declared(root: Element, url: str | None) -> Declared:
    """Collect the declared data of a page."""
    metas = _metas(root)
    nodes = list(_nodes(root))
    graph = {str(node["@id"]): node for node in reversed(nodes) if isinstance(node.get("@id"), str) and len(node) > 2}
    canonical = _canonical(root, metas, url)
    title = next((text_of(element) for element in root.iter("title") if _in_page(element)), None) or None
    article = _main_object(nodes, ARTICLE_TYPES, canonical, url, title)
    page = _main_object(nodes, PAGE_TYPES, canonical, url, title)
    return Declared(
        metas=metas,
        article=article,
        page=page,
        graph=graph,
        micro=_micro(root),
        title=title,
        canonical=canonical,
        language=_language(root, metas, article),
        site_names=tuple(_site_names(metas, nodes, url)),
    )


def plain(value: object) -> str | None:
    """Text of a declared value: entities undone, markup and extra spaces gone; None when nothing is left."""
    if not isinstance(value, str):
        return None
    text = html.unescape(value) if "&" in value else value
    if "<" in text:
        text = _MARKUP.sub(" ", text)
    return squeeze(text) or None


def types_of(node: Json) -> set[str]:
    """The lower-case types of a JSON-LD object, without their vocabulary."""
    kinds = node.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return {str(kind).rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower() for kind in kinds if kind}


def resolve(declared: Declared, node: object) -> object:
    """Follow a bare `{"@id": …}` to the object it stands for."""
    if isinstance(node, dict) and len(node) <= 2 and isinstance(node.get("@id"), str):
        return declared.graph.get(node["@id"], node)
    return node


def _in_page(element: Element) -> bool:
    parent = element.getparent()
    return parent is None or parent.tag in {"head", "html", "body"}


def _metas(root: Element) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        content = plain(meta.get("content"))
        if content is None or meta.get("itemprop"):
            continue
        for key in ("property", "name", "http-equiv"):
            name = meta.get(key)
            if name and len(values := found.setdefault(name.strip().lower(), [])) < _MOST_VALUES:
                values.append(content)
    return {name: tuple(values) for name, values in found.items()}


def _nodes(root: Element) -> Iterator[Json]:
    """All JSON-LD objects of a page, outer ones before inner ones."""
    seen = 0
    for script in root.iter("script"):
        kind = script.get("type") or ""
        if "ld+json" not in kind.lower() or not script.text:
            continue
        for node in _walk(_load(script.text)):
            seen += 1
            if seen > _MAX_NODES:
                return
            yield node


def _load(text: str) -> object:
    text = _COMMENT.sub("", _COMMENT.sub("", text.strip())).strip()
    for candidate in (text, _TRAILING.sub("", text).rstrip(";"), html.unescape(text)):
        try:
            return whole_letters(json.loads(candidate, strict=False), candidate)
        except (ValueError, RecursionError):
            continue
    return None


def _walk(value: object) -> Iterator[Json]:
    queue = [value]
    while queue:
        item = queue.pop(0)
        if isinstance(item, list):
            queue[:0] = item
        elif isinstance(item, dict):
            yield item
            for key in (
                "@graph",
                "mainEntity",
                "mainEntityOfPage",
                "liveBlogUpdate",
                "hasPart",
                "itemListElement",
                "item",
                "subjectOf",
            ):
                inner = item.get(key)
                if isinstance(inner, dict | list) and key not in {"liveBlogUpdate", "itemListElement"}:
                    queue.append(inner)


def _main_object(
    nodes: list[Json], kinds: frozenset[str], canonical: str | None, url: str | None, title: str | None
) -> Json:
    best: Json = {}
    best_score = 0.0
    for order, node in enumerate(nodes):
        names = types_of(node)
        if not names & kinds:
            continue
        score = 1.0 - order / 1000
        score += ("datePublished" in node) + 0.5 * ("author" in node) + ("headline" in node)
        score += 2.0 * bool({_bare(link) for link in _links(node)} & {_bare(canonical), _bare(url)} - {""})
        headline = plain(node.get("headline"))
        score += 1.0 * bool(title and headline and headline.lower()[:40] in title.lower())
        score -= 1.5 * bool(names & {"creativework", "review", "recipe"})
        if score > best_score:
            best, best_score = node, score
    return best


def _links(node: Json) -> Iterator[str]:
    for key in ("url", "@id", "mainEntityOfPage"):
        value = node.get(key)
        if isinstance(value, dict):
            value = value.get("@id") or value.get("url")
        if isinstance(value, str):
            yield value


def _bare(link: str | None) -> str:
    if not link:
        return ""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    return (
        f"{(parts.netloc or '').lower().removeprefix('www.')}{parts.path.rstrip('/')}" if parts.path.strip("/") else ""
    )


def _micro(root: Element) -> dict[str, tuple[tuple[str, Element], ...]]:
    found: dict[str, list[tuple[str, Element]]] = {}
    for element in root.iter():
        name = element.get("itemprop")
        if not name:
            continue
        value = (
            element.get("content")
            or element.get("datetime")
            or (element.get("title") if element.tag == "abbr" else None)
        )
        value = plain(value) if value else None
        for key in name.split():
            found.setdefault(key.lower(), []).append((value or "", element))
    return {name: tuple(values) for name, values in found.items()}


def _canonical(root: Element, metas: dict[str, tuple[str, ...]], url: str | None) -> str | None:
    for link in root.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href"):
            return _absolute(link.get("href", ""), url)
    for value in metas.get("og:url", ()):
        return _absolute(value, url)
    return url


def _absolute(link: str, url: str | None) -> str | None:
    try:
        return urljoin(url or "", link.strip())
    except ValueError:
        return url


def _language(root: Element, metas: dict[str, tuple[str, ...]], article: Json) -> str | None:
    candidates: list[object] = [
        article.get("inLanguage"),
        root.get("lang"),
        root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        root.get("xml:lang"),
    ]
    candidates += [
        value for name in ("content-language", "og:locale", "dc.language", "language") for value in metas.get(name, ())
    ]
    for candidate in candidates:
        if isinstance(candidate, str) and re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*", candidate.strip()):
            return candidate.strip().replace("_", "-")
    return None


def _site_names(metas: dict[str, tuple[str, ...]], nodes: Iterable[Json], url: str | None) -> Iterator[str]:
    for name in (
        "og:site_name",
        "application-name",
        "al:ios:app_name",
        "apple-mobile-web-app-title",
        "twitter:app:name:iphone",
        "dc.publisher",
        "publisher",
    ):
        yield from metas.get(name, ())
    for node in nodes:
        publisher = node.get("publisher")
        if isinstance(publisher, dict) and isinstance(publisher.get("name"), str):
            yield publisher["name"]
        if types_of(node) & {"website", "newsmediaorganization", "organization"} and isinstance(node.get("name"), str):
            yield node["name"]
    if url:
        try:
            yield (urlsplit(url).hostname or "").removeprefix("www.")
        except ValueError:
            return
