"""The embargoes that a page declares, wherever it does: JSON-LD, meta tags, microdata and RDFa.

JSON-LD that cannot be read, but has a member that names an embargo, says one whose end nobody can tell.
"""

import html
import re
from collections.abc import Iterator
from typing import cast

from lxml import etree

from services.normalize.html.declared import load_json, scripts_of, walk
from services.normalize.html.tree import Element, path_of, text_of
from shared.embargo import embargoes_of, names_embargo

_WITH_NAME = etree.XPath("descendant-or-self::*[@itemprop or @property or self::meta[@name]]")
_KEY = re.compile(r"""(?:(["'])|[{,]\s*+)([\w:./#-]{0,200}?embargo[\w-]{0,40})(?(1)\1)\s*+:""", re.IGNORECASE)
_SHOWN = 60

Said = tuple[str, object, str]
"""The name of an embargo, what it says, and where that stands in the page."""


def embargoes_of_page(root: Element) -> Iterator[Said]:
    """Every embargo that a page declares, also of what its article stands in or beside."""
    for script in scripts_of(root):
        if "embargo" in (script.text or "").lower():
            yield from _of_script(script)
    for element in cast(list[Element], _WITH_NAME(root)):
        for attribute in ("itemprop", "property", "name"):
            for name in filter(names_embargo, (element.get(attribute) or "").split()):
                said = element.get("content", element.get("datetime"))
                yield name, text_of(element) if said is None else said, path_of(element)


def _of_script(script: Element) -> Iterator[Said]:
    text = script.text or ""
    document = load_json(text)
    for node, path in walk(document):
        yield from ((name, said, f"{path_of(script)}${path}.{name}") for name, said in embargoes_of(node))
    if document is None:
        text = html.unescape(text)
        for key in _KEY.finditer(text):
            if names_embargo(key[2]):
                yield key[2], {"unreadable JSON-LD": text[key.start() :][:_SHOWN]}, path_of(script)
