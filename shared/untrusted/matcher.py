"""Selectors looked for in a page, all in one walk.

Each element is compared with what may be its part of a selector alone, so that no selector costs more than the walk:
engines that turn selectors into XPath need time that grows with the square of a deep page, and a setting must never
cost an article its life.
"""

from collections.abc import Collection, Mapping, Sequence

import msgspec
from lxml import etree

from shared.untrusted.selectors import Attribute, Part, Selector

Element = etree._Element
MOST_FOUND = 2_000
MOST_LOOKS = 300_000
PAGE = frozenset({"html", "head", "body"})


class _Frame(msgspec.Struct):
    """An open element: which beginnings of selectors it ends (`own`), or one above it does (`around`), and of its
    children seen so far the last one (`beside`) and any (`earlier`); how many there were, and of each name."""

    own: frozenset[int] = frozenset()
    around: frozenset[int] = frozenset()
    beside: frozenset[int] = frozenset()
    earlier: frozenset[int] = frozenset()
    children: int = 0
    names: dict[str, int] = {}


_NONE: frozenset[int] = frozenset()


class Matcher:
    """Several selectors by name, to be looked for together; within what one of `whole` means nothing is looked for."""

    def __init__(self, selectors: Mapping[str, Sequence[Selector]], whole: Collection[str] = ()) -> None:
        self._whole = frozenset(whole)
        self._parts: list[Part] = []
        self._last: dict[int, str] = {}
        self._by_key: dict[tuple[str, str], list[int]] = {}
        for name, several in selectors.items():
            for selector in several:
                for part in selector:
                    self._by_key.setdefault(part.key, []).append(len(self._parts))
                    self._parts.append(part)
                self._last[len(self._parts) - 1] = name
        self._looks = 0
        self._has_places = any(part.child or part.of_type for part in self._parts)

    def find(self, root: Element) -> dict[str, list[Element]] | None:
        """The elements that each name's selectors mean, in the order of the page; at most `MOST_FOUND` and one more.

        None for a page on which so many elements may be meant that looking at them would cost more than reading it.
        """
        self._looks = 0
        found: dict[str, list[Element]] = {name: [] for name in self._last.values()}
        stack = [_Frame()]
        events = etree.iterwalk(root, events=("start", "end"))
        for event, element in events:
            if event == "end":
                stack.pop()
                continue
            own = self._ends(element, stack[-1])
            if self._looks > MOST_LOOKS:
                return None
            for number in own & self._last.keys():
                elements = found[self._last[number]]
                if len(elements) <= MOST_FOUND and (not elements or elements[-1] is not element):
                    elements.append(element)
                if self._last[number] in self._whole and element.tag not in PAGE:
                    events.skip_subtree()
            above = stack[-1]
            stack.append(_Frame(own=own, around=above.around | own if own else above.around))
            above.beside = own
            above.earlier = above.earlier | own if own else above.earlier
        return found

    def _ends(self, element: Element, above: _Frame) -> frozenset[int]:
        """Which beginnings of selectors end in an element: `main > p` has two, one after each part."""
        tag = element.tag
        above.children += 1
        if self._has_places:
            above.names[tag] = above.names.get(tag, 0) + 1
        numbers = [*self._by_key.get(("", ""), ()), *self._by_key.get(("tag", tag), ())]
        attributes: dict[str, str] = dict(element.items())  # type: ignore[arg-type]  # bytes only from an XML parser
        classes = attributes.get("class", "").split() if attributes else []
        for name, value in attributes.items():
            numbers += self._by_key.get(("[", name), ())
            if name == "id":
                numbers += self._by_key.get(("#", value), ())
        for name in set(classes):
            numbers += self._by_key.get((".", name), ())
        if not numbers:
            return _NONE
        self._looks += len(numbers)
        return frozenset(
            number
            for number in numbers
            if self._follows(number, above) and _is(self._parts[number], tag, attributes, classes, above)
        )

    def _follows(self, number: int, above: _Frame) -> bool:
        """Whether the part before this one stands where it must."""
        match self._parts[number].before:
            case "":
                return True
            case " ":
                return number - 1 in above.around
            case ">":
                return number - 1 in above.own
            case "+":
                return number - 1 in above.beside
            case "~":
                return number - 1 in above.earlier


def _is(part: Part, tag: str, attributes: Mapping[str, str], classes: Sequence[str], above: _Frame) -> bool:
    if part.tag and part.tag != tag:
        return False
    if (part.child and part.child != above.children) or (part.of_type and part.of_type != above.names.get(tag, 0)):
        return False
    if any(attributes.get("id") != name for name in part.ids) or any(name not in classes for name in part.classes):
        return False
    if not all(_has(demand, attributes.get(demand.name)) for demand in part.attributes):
        return False
    return not any(_is(other, tag, attributes, classes, above) for other in part.nots)


def _has(demand: Attribute, value: str | None) -> bool:
    if value is None:
        return False
    wanted = demand.value
    match demand.how:
        case "":
            return True
        case "=":
            return value == wanted
        case "~=":
            return wanted in value.split()
        case "|=":
            return value == wanted or value.startswith(f"{wanted}-")
        case "^=":
            return bool(wanted) and value.startswith(wanted)
        case "$=":
            return bool(wanted) and value.endswith(wanted)
        case _:
            return bool(wanted) and wanted in value
