"""What a backup says of itself: when and by which release it was made, and each file with its size and its hash."""

from pathlib import PurePosixPath
from typing import Literal

import msgspec

from shared.archive_entries import VERSION as ARCHIVE_VERSION
from shared.data_version import VERSION as DATA_VERSION
from shared.data_version import refuse_newer
from shared.errors import PermanentError

FORMAT = 1

Kind = Literal["segment", "moved", "picture", "index", "outbox", "file", "config"]


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One file of a desk: where it stands in its folder, and the hash by which its bytes are kept.

    `changed_ns` is when it was last changed where it came from: a sealed segment with the same is not read again.
    Of a segment, `entries` are its whole entries and `damaged` those that were damaged before they were copied; so
    counts a picture that is not what it is called by.
    """

    name: str
    kind: Kind
    size: int
    sha256: str
    changed_ns: int = 0
    entries: int = 0
    damaged: int = 0


class Manifest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One backup; it tells every version, since a later release has others.

    `host` is where it was made, `index_schema` the version of the index; None where that was left out.
    """

    format: int = FORMAT
    release: str
    made_us: int
    host: str
    data_version: int = DATA_VERSION
    archive_version: int = ARCHIVE_VERSION
    index_schema: int | None = None
    articles: int | None = None
    items: tuple[Item, ...] = ()

    @property
    def size(self) -> int:
        """How many bytes it holds."""
        return sum(item.size for item in self.items)


class _Format(msgspec.Struct, frozen=True):
    format: int = 0


def read_manifest(content: bytes, place: str) -> Manifest:
    """A manifest as it stands in a file. Raises `NewerData` for one of a newer form, `PermanentError` for a damaged
    one."""
    try:
        refuse_newer(f"the backup {place}", msgspec.json.decode(content, type=_Format).format, FORMAT)
        manifest = msgspec.json.decode(content, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise PermanentError(f"the manifest {place} is damaged ({error}): use another backup of that folder") from error
    for item in manifest.items:
        path = PurePosixPath(item.name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise PermanentError(f"the manifest {place} names {item.name!r}, which is no file of a desk")
    return manifest


def write_manifest(manifest: Manifest) -> bytes:
    """The same for people and programs to read."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
