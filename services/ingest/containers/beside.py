"""Which picture goes with which article: by its name, or because the article names it."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote

_NUMBERED = re.compile(r"[-_. ]*[(\[]?\d{1,3}[)\]]?\Z")
# A picture's name as it stands in an article's bytes, in any encoding that keeps ASCII: `src="anh/cau%201.jpg"`.
_ENDING = re.compile(rb"(?i)[^\s\"'<>/]\.(?:jpe?g|png|webp)(?!\w)")
_BEFORE = re.compile(rb"[\"'<>|:*?\x00-\x1f\\()\[\]{},;=]")
_LONGEST = 200
MOST_MENTIONS, MOST_LOOKED_AT = 50, 500


def fits(article: str, picture: str) -> bool:
    """Whether a picture is called as the article beside it: `hue/bai.txt` and `hue/bai.jpg`, `hue/bai-2.png`."""
    one, other = PurePosixPath(article), PurePosixPath(picture)
    return one.parent == other.parent and one.stem.casefold() in {stem.casefold() for stem in _stems(other.stem)}


def stems_of(picture: str) -> list[str]:
    """The paths, without their ending, that the article beside a picture may have."""
    path = PurePosixPath(picture)
    return [str(path.with_name(stem)) for stem in _stems(path.stem) if stem]


def is_called(article: str, picture: str) -> bool:
    """Whether both have one name but for the ending: then no other article is meant."""
    one, other = PurePosixPath(article), PurePosixPath(picture)
    return one.parent == other.parent and one.stem.casefold() == other.stem.casefold()


def named_in(body: bytes) -> list[str]:
    """The pictures that an article's bytes name by a relative path, each once; no more than the first fifty."""
    names: dict[str, None] = {}
    for count, found in enumerate(_ENDING.finditer(body)):
        if len(names) >= MOST_MENTIONS or count >= MOST_LOOKED_AT:
            break
        before = _BEFORE.split(body[max(0, found.start() - _LONGEST) : found.end()])[-1]
        names |= dict.fromkeys(_spellings(before.decode("utf-8", "replace").strip()))
    return list(names)[:MOST_MENTIONS]


def _stems(stem: str) -> list[str]:
    return list(dict.fromkeys((stem, _NUMBERED.sub("", stem))))


def _spellings(said: str) -> Iterator[str]:
    """A name as it stands there; of a sentence that ends with one, its last word as well."""
    plain = unquote(said).removeprefix("./")
    for name in dict.fromkeys((plain, plain.rpartition(" ")[2])):
        path = PurePosixPath(name)
        if name and name.isprintable() and not path.is_absolute() and ".." not in path.parts:
            yield name
