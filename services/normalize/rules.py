"""Which rules an article was read by: a mark of all that decides how bytes are read."""

import functools
import hashlib
from collections.abc import Iterator, Sequence
from importlib import resources
from importlib.resources.abc import Traversable

from shared.envelope import Event

ROOMS = ("services.normalize", "shared.untrusted")
# What readers take from beside those rooms: words and dates, addresses, and until when an embargo holds.
FILES = tuple(
    ("shared", f"{name}.py")
    for name in (
        "article",
        "embargo",
        "hints",
        "identity",
        "language_tags",
        "media_types",
        "package",
        "entry_with_page",
        "patterns",
        "pub_status",
    )
)
NOTE = "rules "
UNKNOWN = "unknown"


@functools.cache
def rules_version() -> str:
    """Eight digits that change with the normaliser's code, tables and models, and are the same on every machine."""
    found = hashlib.blake2b(digest_size=4)
    texts = [pair for room in ROOMS for pair in _texts(resources.files(room), room)]
    texts += [(name, resources.files(room).joinpath(name)) for room, name in FILES]
    for name, text in sorted(texts, key=lambda pair: pair[0]):
        content = text.read_bytes()
        found.update(f"{name} {len(content)}\n".encode() + content)
    return found.hexdigest()


def rules_of(timeline: Sequence[Event]) -> str:
    """By which rules an article was read, as its way tells; `unknown` of what an older release has read."""
    notes = [event.note or "" for event in timeline if event.state == "normalized"]
    return notes[-1].removeprefix(NOTE) if notes and notes[-1].startswith(NOTE) else UNKNOWN


def _texts(folder: Traversable, name: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        path = f"{name}/{entry.name}"
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _texts(entry, path)
        elif entry.is_file() and not entry.name.endswith((".pyc", ".so")):
            yield path, entry
