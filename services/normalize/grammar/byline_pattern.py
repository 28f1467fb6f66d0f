"""A source's own pattern of its byline's line: "Bài, ảnh: {name}", "{name} ({agency}) - {any}".

Words stand for themselves, whatever their case; what stands in braces is any words up to the next that are given. It is
read from the left in one go: no line and no pattern costs more than its length.
"""

import re
from functools import lru_cache

import msgspec

LONGEST, LONGEST_LINE = 200, 300
KINDS = ("name", "agency", "any")
_PLACE = re.compile(r"\{([^{}]*)\}")
_SPACE = re.compile(r"\s+")


class WrongPattern(ValueError):
    """A pattern that cannot be used: why, and at which character."""

    def __init__(self, why: str, at: int) -> None:
        super().__init__(f"{why} (character {at + 1})")
        self.at = at


class Pattern(msgspec.Struct, frozen=True):
    """The words before, between and behind the places, one more than there are places, and what each place holds."""

    words: tuple[str, ...]
    kinds: tuple[str, ...]


class Signed(msgspec.Struct, frozen=True):
    """What stood in the places of a line."""

    names: tuple[str, ...]
    agencies: tuple[str, ...] = ()


@lru_cache(maxsize=128)
def read_pattern(text: str) -> Pattern:
    """Read a pattern; raises `WrongPattern` for one that names nobody, or does not say where a place ends."""
    if len(text) > LONGEST:
        raise WrongPattern(f"a pattern has at most {LONGEST} characters, not {len(text)}", LONGEST)
    words, kinds, at = list[str](), list[str](), 0
    for place in _PLACE.finditer(text):
        if place[1] not in KINDS:
            raise WrongPattern(f"{place[0]!r} is no place: there are {{name}}, {{agency}} and {{any}}", place.start())
        between = _squeezed(text[at : place.start()])
        if kinds and not between.strip():
            raise WrongPattern("two places need a word or a sign between them", place.start())
        words.append(between)
        kinds.append(place[1])
        at = place.end()
    rest = text[at:]
    loose = re.search(r"[{}]", "".join((*words, rest)))
    if loose is not None:
        raise WrongPattern(f"a brace stands alone: {loose[0]!r}", text.index(loose[0]))
    if "name" not in kinds and "agency" not in kinds:
        raise WrongPattern("it names nobody: write {name} where the name stands", 0)
    if not any(word.strip() for word in (*words, rest)):
        raise WrongPattern("a pattern of places alone would take every line: write the words beside the name", 0)
    return Pattern((*words, _squeezed(rest)), tuple(kinds))


def read_signed(line: str, pattern: Pattern) -> Signed | None:
    """What a line has in the pattern's places; None for one that is another line."""
    line = _squeezed(line).strip()
    folded = line.casefold()
    if len(line) > LONGEST_LINE or len(folded) != len(line):
        return None
    first = pattern.words[0].lstrip().casefold()
    if not folded.startswith(first):
        return None
    at, held = len(first), list[str]()
    for word in pattern.words[1:-1]:
        found = folded.find(word.casefold(), at + 1)
        if found < 0:
            return None
        held.append(line[at:found].strip())
        at = found + len(word)
    last = pattern.words[-1].rstrip().casefold()
    end = len(line) - len(last)
    if end <= at or not folded.endswith(last):
        return None
    held.append(line[at:end].strip())
    if not all(any(letter.isalpha() for letter in text) for text in held):
        return None
    pairs = tuple(zip(pattern.kinds, held, strict=True))
    if any(kind != "any" and any(letter.isdigit() for letter in text) for kind, text in pairs):
        return None  # a date or a count runs on behind the name
    return Signed(
        tuple(text for kind, text in pairs if kind == "name"), tuple(text for kind, text in pairs if kind == "agency")
    )


def _squeezed(text: str) -> str:
    return _SPACE.sub(" ", text)
