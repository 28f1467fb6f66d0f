"""The tags that a page prints: the first group of links to lists of articles on one subject under the headline."""

import re
from collections.abc import Iterator
from itertools import islice

from services.normalize.html.blocks import Block
from services.normalize.html.tree import Element, attributes_of, names_in, path_of, text_of
from services.normalize.readings import Reading, RuleId

_TAG_PAGE = re.compile(r"/(?:tags?|topics?|schlagwort|etiqueta|tema)/[^/?#]+/?(?:[?#].*)?$")
_ELSEWHERE = re.compile(r"(?<![a-z])(?:widget|sidebar|related|recommend|teaser|comment|cloud|menu|popular|trending)")
_APART = frozenset({"nav", "aside"})
_MOST, _LONGEST = 25, 60
_LEVELS = 3
_ROUND = 30  # elements round a link that are looked at for whose it is


def read_tags(root: Element, head: Block | None) -> tuple[Reading, tuple[str, ...]] | None:
    """The words of the tags beside or under the text; a cloud of all tags of the site is none of the article's."""
    if head is None:
        return None
    links = list(islice(_links(root, head.box.element), 4 * _MOST))
    if not links:
        return None
    links = [link for link in links if _leads_to_tag(link)] or links  # block themes mark sections by rel="tag", too
    group = _group(links)
    words = tuple(dict.fromkeys(text for link in links if _is_in(link, group) and (text := _word(link))))
    if not words or len(words) > _MOST:
        return None
    quote = ", ".join(words)
    return Reading(field="keywords", value=quote, rule=RuleId.TAG_LINKS, place=path_of(group), quote=quote), words


def _links(root: Element, head: Element) -> Iterator[Element]:
    below = False
    own = next(head.iterancestors("article"), None)
    for element in root.iter("a", str(head.tag)):
        below = below or element is head
        if below and element.tag == "a" and _is_tag(element) and not _is_of_others(element, own):
            yield element


def _is_tag(link: Element) -> bool:
    """WordPress marks its categories too, by `rel="category tag"`; those are sections."""
    attributes = attributes_of(link)
    rel = attributes.get("rel", "").lower().split()
    if "category" in rel or not ("tag" in rel or _leads_to_tag(link)):
        return False
    return bool(_word(link))


def _leads_to_tag(link: Element) -> bool:
    return _TAG_PAGE.search((link.get("href") or "")[:300]) is not None


def _word(link: Element) -> str:
    text = text_of(link).lstrip("#").strip(" ,;")
    return text if len(text) <= _LONGEST else ""


def _is_of_others(link: Element, own: Element | None) -> bool:
    """Whether a link stands in a margin or in the teaser of another article."""
    for node in islice(link.iterancestors(), _ROUND):
        if node is own or node.tag in ("body", "main"):
            return False
        if node.tag in _APART or node.tag == "article" or _ELSEWHERE.search(names_in(attributes_of(node))):
            return True
    return False


def _group(links: list[Element]) -> Element:
    """The smallest element round the first link that holds the second, too, where that is near."""
    first = links[0]
    near: list[Element] = list(islice(first.iterancestors(), _LEVELS))
    if len(links) > 1:
        for node in near:
            if _is_in(links[1], node):
                return node
    return near[0]


def _is_in(link: Element, group: Element) -> bool:
    return any(node is group for node in islice(link.iterancestors(), 2 * _LEVELS))
