"""An element of an XML or HTML tree by its plain name, whatever its namespace, and the place it stands at."""

import re

from services.normalize.html.tree import Element

_NAMESPACE = re.compile(r"\{[^}]*\}")


def local_name(element: Element) -> str:
    """The name of an element without its namespace; empty for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""  # type: ignore[redundant-expr]  # as stubbed


def plain_name(element: Element) -> str:
    """The name of an element as written, without its namespace: a step of a path."""
    return str(element.tag).rpartition("}")[2]


def place_of(element: Element) -> str:
    """Where an element stands, without namespaces: `/newsItem/contentMeta/headline`."""
    tree = element.getroottree()
    path = _NAMESPACE.sub("", tree.getelementpath(element))
    root = _NAMESPACE.sub("", str(tree.getroot().tag))
    return f"/{root}" if path == "." else f"/{root}/{path}"
