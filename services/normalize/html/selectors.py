"""CSS selectors as a source's settings have them: a readable part of the language, matched in one walk over a page.

There are names, `.class`, `#id`, `[attribute]` with all its comparisons, `:not()`, `:first-child`, `:nth-child(3)`,
`:first-of-type` and `:nth-of-type(3)`, the four combinators and commas. Each element is compared with what may be its
part of a selector alone, so that no selector costs more than a walk: engines that turn selectors into XPath need time
that grows with the square of a deep page, and a setting must never cost an article its life.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal

import msgspec
from lxml import etree

from services.normalize.html.tree import Element, attributes_of

LONGEST = 500
MOST_PARTS, MOST_UNNAMED = 60, 4
MOST_FOUND = 2_000
PAGE = frozenset({"html", "head", "body"})

Combinator = Literal["", " ", ">", "+", "~"]
_SPACE = " \t\n\r\f"
_NAME = re.compile(r"(?:[\w-]|[^\x00-\x7f]|\\[^\n])+")
_ATTRIBUTE = re.compile(
    r"\[\s*(?P<name>[\w:-]+)\s*(?:(?P<how>[~|^$*]?=)\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[\w-]+))\s*)?\]"
)
_NTH = re.compile(r"(?P<what>first-child|first-of-type|nth-child|nth-of-type)(?:\(\s*(?P<place>\d{1,4})\s*\))?")


class WrongSelector(ValueError):
    """A selector that cannot be used: why, and at which character."""

    def __init__(self, why: str, at: int) -> None:
        super().__init__(f"{why} (character {at + 1})")
        self.at = at


class Attribute(msgspec.Struct, frozen=True):
    """A demand on an attribute: `how` is "" where it must only be there."""

    name: str
    how: str = ""
    value: str = ""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What one element must be: `p.lead[lang]:first-child`. `before` says how the part before it stands to it."""

    before: Combinator = ""
    tag: str = ""
    ids: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    child: int = 0
    of_type: int = 0
    nots: tuple["Part", ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Where an element that may be this is found at once: by its id, a class, its name, an attribute; else ""."""
        if self.ids:
            return "#", self.ids[0]
        if self.classes:
            return ".", self.classes[0]
        if self.tag:
            return "tag", self.tag
        return ("[", self.attributes[0].name) if self.attributes else ("", "")


Selector = tuple[Part, ...]


@lru_cache(maxsize=512)
def read_selectors(text: str) -> tuple[Selector, ...]:
    """Read "h1.title, main > h2:first-of-type"; raises `WrongSelector` for what is not understood."""
    if len(text) > LONGEST:
        raise WrongSelector(f"a selector has at most {LONGEST} characters, not {len(text)}", LONGEST)
    reader = _Reader(text)
    return tuple(reader.selectors())


class _Reader:
    """Reads a text from the left; never looks back."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def selectors(self) -> Iterator[Selector]:
        while True:
            yield self.selector()
            if self.at == len(self.text):
                return
            self.at += 1  # the comma

    def selector(self) -> Selector:
        parts: list[Part] = []
        before: Combinator = ""
        self.space()
        while True:
            parts.append(self.part(before))
            spaced = self.space()
            sign = self.text[self.at : self.at + 1]
            if sign in ("", ","):
                return tuple(parts)
            if sign in (">", "+", "~"):
                before = msgspec.convert(sign, Combinator)
                self.at += 1
                self.space()
            elif spaced:
                before = " "
            else:
                raise WrongSelector(f"{sign!r} is not understood here", self.at)

    def part(self, before: Combinator, *, within: bool = False) -> Part:
        begin = self.at
        name = _NAME.match(self.text, self.at)
        tag = ""
        if name is not None:
            tag, self.at = _unescaped(name[0]).lower(), name.end()
        elif self.text.startswith("*", self.at):
            self.at += 1
        found: dict[str, list[object]] = {"ids": [], "classes": [], "attributes": [], "nots": []}
        places = {"child": 0, "of_type": 0}
        while self.text[self.at : self.at + 1] in ("#", ".", "[", ":"):
            self.demand(found, places, within=within)
        if self.at == begin:
            sign = self.text[self.at : self.at + 1]
            raise WrongSelector(f"{sign!r} is not understood here" if sign else "something is missing here", self.at)
        demands = {name: tuple(values) for name, values in found.items()}
        return msgspec.convert({"before": before, "tag": tag, **demands, **places}, Part)

    def demand(self, found: dict[str, list[object]], places: dict[str, int], *, within: bool) -> None:
        sign, begin = self.text[self.at], self.at
        if sign in "#.":
            name = _NAME.match(self.text, self.at + 1)
            if name is None:
                raise WrongSelector(f"a name is missing behind {sign!r}", self.at)
            found["ids" if sign == "#" else "classes"].append(_unescaped(name[0]))
            self.at = name.end()
        elif sign == "[":
            match = _ATTRIBUTE.match(self.text, self.at)
            if match is None:
                raise WrongSelector("this is no [attribute] that is understood", self.at)
            value = match["double"] or match["single"] or match["bare"] or ""
            found["attributes"].append(Attribute(match["name"].lower(), match["how"] or "", value))
            self.at = match.end()
        elif self.text.startswith(":not(", self.at) and not within:
            self.at += len(":not(")
            self.space()
            found["nots"].append(self.part("", within=True))
            self.space()
            if not self.text.startswith(")", self.at):
                raise WrongSelector("`:not()` takes one simple selector, as :not(.lead)", self.at)
            self.at += 1
        else:
            self.place(places, begin)

    def place(self, places: dict[str, int], begin: int) -> None:
        match = _NTH.match(self.text, self.at + 1)
        number = int((match["place"] or "1") if match is not None else "0")
        if match is None or not number or match["what"].startswith("nth") is not bool(match["place"]):
            raise WrongSelector(
                "of what begins with a colon there are :not(), :first-child, :first-of-type, :nth-child(3), "
                ":nth-of-type(3)",
                begin,
            )
        places["of_type" if match["what"].endswith("type") else "child"] = number
        self.at = match.end()

    def space(self) -> bool:
        begin = self.at
        while self.text[self.at : self.at + 1] in tuple(_SPACE):
            self.at += 1
        return self.at > begin


def _unescaped(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name)


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
        self._has_places = any(part.child or part.of_type for part in self._parts)

    def find(self, root: Element) -> dict[str, list[Element]]:
        """The elements that each name's selectors mean, in the order of the page; at most `MOST_FOUND` and one more."""
        found: dict[str, list[Element]] = {name: [] for name in self._last.values()}
        stack = [_Frame()]
        events = etree.iterwalk(root, events=("start", "end"))
        for event, element in events:
            if event == "end":
                stack.pop()
                continue
            own = self._ends(element, stack[-1])
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
        attributes = attributes_of(element)
        classes = attributes.get("class", "").split() if attributes else []
        for name, value in attributes.items():
            numbers += self._by_key.get(("[", name), ())
            if name == "id":
                numbers += self._by_key.get(("#", value), ())
        for name in set(classes):
            numbers += self._by_key.get((".", name), ())
        if not numbers:
            return _NONE
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


def parts_of(selectors: Sequence[Selector]) -> tuple[int, int]:
    """How many parts selectors have, and how many of them every element must be looked at for."""
    parts = [part for selector in selectors for part in selector]
    return len(parts), sum(part.key == ("", "") for part in parts)
