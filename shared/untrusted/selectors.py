"""CSS selectors as a source's settings have them: a readable part of the language.

There are names, `.class`, `#id`, `[attribute]` with all its comparisons, `:not()`, `:first-child`, `:nth-child(3)`,
`:first-of-type` and `:nth-of-type(3)`, the four combinators and commas.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal

import msgspec

LONGEST = 500
MOST_PARTS, MOST_UNNAMED = 60, 4

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


def parts_of(selectors: Sequence[Selector]) -> tuple[int, int]:
    """How many parts selectors have, and how many of them every element must be looked at for."""
    parts = [part for selector in selectors for part in selector]
    return len(parts), sum(part.key == ("", "") for part in parts)
