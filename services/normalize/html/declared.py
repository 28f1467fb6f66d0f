"""What a page declares about itself: JSON-LD, OpenGraph and other meta tags, links, microdata."""

import html
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

import msgspec
from lxml import etree
from msgspec.structs import replace

from services.normalize.html.blocks import Box
from services.normalize.html.tree import Element, path_of, squeeze, text_of
from services.normalize.readers.json_document import whole_letters
from services.normalize.readings import Reading, RuleId
from shared.embargo import every_member
from shared.language_tags import language_tag

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
_REMARK = re.compile(r"^(?:\s*+/\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/)+")
_TRAILING = re.compile(r",\s*(?=[}\]])")
_MARKUP = re.compile(r"<[a-zA-Z/][^>]*>")
_WITH_PROPERTY = etree.XPath("descendant-or-self::*[@itemprop]")  # a look at each element in C, not in Python
_MAX_NODES = 3000
_MOST_VALUES = 200
_HOME = re.compile(r"/|\.{1,2}/?|\.\./\.\./?|https?://[^/?#]+/?")
_MOST_LINKS = 60

Json = dict[str, Any]


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a page says about itself outside its visible text.

    `metas` maps a lower-case name to its values in order, and `meta_elements` to where they stand; `article` is the
    JSON-LD object of the article itself, `graph` all objects by their `@id`, `scripts` the script and the path in it
    of each object of `nodes`, by identity; `micro` the values of microdata properties with their element. `canonical`
    and `language` are what `address` and `tongue` say.
    """

    metas: dict[str, tuple[str, ...]]
    meta_elements: dict[str, tuple[Element, ...]] = {}
    article: Json
    page: Json
    graph: dict[str, Json]
    nodes: tuple[Json, ...] = ()
    scripts: dict[int, tuple[Element, str]] = {}
    micro: dict[str, tuple[tuple[str, Element], ...]]
    title: str | None
    title_element: Element | None = None
    canonical: str | None
    language: str | None
    address: Reading | None = None
    tongue: Reading | None = None
    site_names: tuple[str, ...]

    def meta(self, *names: str) -> Iterator[tuple[str, str]]:
        """Values of the metas of these names, as (name, value), in the order of the names."""
        for name in names:
            for value in self.metas.get(name, ()):
                yield name, value

    def meta_place(self, name: str, number: int = 0) -> str | None:
        """Where the value of a meta of this name stands: `/html/head/meta[5]`."""
        elements = self.meta_elements.get(name, ())
        return path_of(elements[number]) if number < len(elements) else None

    def json_place(self, node: Json, below: str) -> str | None:
        """Where a value of a JSON-LD object stands: `/html/head/script[2]$.@graph[1].author[0].name`."""
        script = self.scripts.get(id(node))
        return f"{path_of(script[0])}${script[1]}{below}" if script is not None else None


def read_declared(root: Element, url: str | None) -> Declared:
    """Collect the declared data of a page."""
    elements = _metas(root)
    metas = {name: tuple(value for value, _ in values) for name, values in elements.items()}
    found = list(islice(_nodes(root), _MAX_NODES))
    nodes = [node for node, _, _ in found]
    graph = {str(node["@id"]): node for node in reversed(nodes) if isinstance(node.get("@id"), str) and len(node) > 2}
    address = _address(root, elements, url)
    title = next((element for element in root.iter("title") if _in_page(element)), None)
    words = text_of(title) or None if title is not None else None
    canonical = address.value if address is not None else None
    article = _main_object(nodes, ARTICLE_TYPES, canonical, url, words)
    scripts = {id(node): (script, path) for node, script, path in found}
    declared = Declared(
        metas=metas,
        meta_elements={name: tuple(element for _, element in values) for name, values in elements.items()},
        article=article,
        page=_main_object(nodes, PAGE_TYPES, canonical, url, words),
        graph=graph,
        nodes=tuple(nodes),
        scripts=scripts,
        micro=_micro(root),
        title=words,
        title_element=title,
        canonical=canonical,
        language=None,
        address=address,
        site_names=(*_site_names(metas, nodes, url), *_names_in_links_home(root, words or "")),
    )
    tongue = next(_tongues(root, declared), None)
    return replace(declared, tongue=tongue, language=tongue.value if tongue is not None else None)


def plain(value: object) -> str | None:
    """Text of a declared value: entities undone, markup and extra spaces gone; None when nothing is left."""
    if not isinstance(value, str):
        return None
    text = html.unescape(value) if "&" in value else value
    if "<" in text:
        text = _MARKUP.sub(" ", text)
    return squeeze(text) or None


def name_in_parts(node: Json) -> tuple[str | None, str]:
    """A schema.org person's name from its parts, with the key that has the last of them; (None, "") without any."""
    parts = {key: text for key in ("givenName", "familyName") if (text := plain(node.get(key)))}
    return next(reversed(parts), None), " ".join(parts.values())


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


def _metas(root: Element) -> dict[str, list[tuple[str, Element]]]:
    found: dict[str, list[tuple[str, Element]]] = {}
    for meta in root.iter("meta"):
        content = plain(meta.get("content"))
        if content is None or meta.get("itemprop"):
            continue
        for key in ("property", "name", "http-equiv"):
            name = meta.get(key)
            if name and len(values := found.setdefault(name.strip().lower(), [])) < _MOST_VALUES:
                values.append((content, meta))
    return found


def _nodes(root: Element) -> Iterator[tuple[Json, Element, str]]:
    """All JSON-LD objects of a page, outer ones before inner ones, each with its script and its path there."""
    for script in scripts_of(root):
        for node, path in walk(load_json(script.text or "")):
            yield node, script, path


def scripts_of(root: Element) -> Iterator[Element]:
    """The scripts of a page that hold JSON-LD."""
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            yield script


def load_json(text: str) -> object:
    """The data of a script: comments round it, trailing commas and escaped markup are forgiven; None if it is none."""
    text = _REMARK.sub("", _COMMENT.sub("", _COMMENT.sub("", text.strip()))).strip()
    hook = every_member if text.lower().count("embargo") > 1 else None
    for candidate in (text, _TRAILING.sub("", text).rstrip(";"), html.unescape(text)):
        try:
            return whole_letters(json.loads(candidate, strict=False, object_pairs_hook=hook), candidate)
        except (ValueError, RecursionError):
            continue
    return None


_BELOW = ("@graph", "mainEntity", "mainEntityOfPage", "hasPart", "item", "subjectOf")


def walk(value: object) -> Iterator[tuple[Json, str]]:
    """The objects in the data of a script that may be the article or what it stands in, outer ones first."""
    queue = deque([(value, "")])
    while queue:
        item, path = queue.popleft()
        if isinstance(item, list):
            queue.extendleft(reversed([(inner, f"{path}[{place}]") for place, inner in enumerate(item)]))
        elif isinstance(item, dict):
            yield item, path
            inners = [(inner, f"{path}.{key}") for key in _BELOW if isinstance(inner := item.get(key), dict | list)]
            queue.extend(inners)


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
    for element in cast(list[Element], _WITH_PROPERTY(root)):
        name = element.get("itemprop", "")
        value = (
            element.get("content")
            or element.get("datetime")
            or (element.get("title") if element.tag == "abbr" else None)
        )
        value = plain(value) if value else None
        for key in name.split():
            found.setdefault(key.lower(), []).append((value or "", element))
    return {name: tuple(values) for name, values in found.items()}


def _address(root: Element, metas: dict[str, list[tuple[str, Element]]], url: str | None) -> Reading | None:
    """The page's own address: its canonical link, else og:url, else the one it was fetched from."""
    for link in root.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href"):
            return _linked(RuleId.CANONICAL_LINK, link, link.get("href", ""), url)
    for value, element in metas.get("og:url", [])[:1]:
        return _linked(RuleId.OG_URL, element, value, url)
    return Reading(field="uri", value=url, rule=RuleId.GIVEN_ADDRESS, quote=url) if url else None


def _linked(rule: RuleId, element: Element, printed: str, url: str | None) -> Reading | None:
    link = absolute(printed, url)
    return Reading(field="uri", value=link, rule=rule, place=path_of(element), quote=printed) if link else None


def absolute(link: str, url: str | None) -> str | None:
    """A link as it leads from the page's address; the address itself for a link that cannot be read."""
    try:
        return urljoin(url or "", link.strip())
    except ValueError:
        return url


_LANG = ("lang", "{http://www.w3.org/XML/1998/namespace}lang", "xml:lang")


def with_own_tongue(declared: Declared, container: Box | None) -> Declared:
    """With the language that the article's own element says, which goes before that of the page."""
    element = container.element if container is not None else None
    while element is not None and element.tag not in ("html", "body"):
        for value in filter(None, map(element.get, _LANG)):
            tongue = _tongue(value, RuleId.LANG_ATTRIBUTE, path_of(element))
            if tongue is not None:
                return replace(declared, tongue=tongue, language=tongue.value)
        element = element.getparent()
    return declared


def _tongues(root: Element, declared: Declared) -> Iterator[Reading]:
    """Who says in which language the page is, the most trusted first."""
    place = declared.json_place(declared.article, ".inLanguage")
    said: list[tuple[object, RuleId, str | None]] = [
        (declared.article.get("inLanguage"), RuleId.JSON_LD_LANGUAGE, place)
    ]
    said += [(root.get(name), RuleId.LANG_ATTRIBUTE, path_of(root)) for name in _LANG]
    for name in ("content-language", "og:locale", "dc.language", "language"):
        said += [
            (value, RuleId.META_LANGUAGE, declared.meta_place(name, number))
            for number, value in enumerate(declared.metas.get(name, ()))
        ]
    yield from filter(None, (_tongue(*one) for one in said))


def _tongue(value: object, rule: RuleId, place: str | None) -> Reading | None:
    if not isinstance(value, str) or (tag := language_tag(value)) is None:
        return None
    return Reading(field="language", value=tag, rule=rule, place=place, quote=value)


def leads_home(link: Element) -> bool:
    """Whether a link leads to a front page."""
    return _HOME.fullmatch(link.get("href") or "") is not None or (link.get("rel") or "") == "home"


def _names_in_links_home(root: Element, title: str) -> Iterator[str]:
    """What the first links to the front page say, where the title of the page begins or ends with it."""
    whole = title.casefold()
    for link in islice(root.iter("a"), _MOST_LINKS):
        if not leads_home(link):
            continue
        pictured = " ".join(filter(None, (image.get("alt") for image in link.iter("img"))))
        for name in (text_of(link), squeeze(pictured)):
            said = name.casefold()
            if len(said) > 1 and said != whole and (whole.endswith(said) or whole.startswith(said)):
                yield name


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
