"""Where a word still stands in files, as it is or packed: for tests of what was erased."""

import re
from collections.abc import Iterator
from pathlib import Path

import zstandard

from services.index import packing

FRAME = re.compile(rb"\x28\xb5\x2f\xfd")  # the mark that every frame of zstd begins with


def traces(word: str, *folders: Path) -> list[str]:
    """The files below these folders in which a word stands, in whichever case, plain or in a frame of zstd."""
    wanted = word.lower().encode()
    return [
        path.name
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(wanted in text.lower() for text in _texts(path.read_bytes()))
    ]


def _texts(content: bytes) -> Iterator[bytes]:
    yield content
    dictionaries = (None, *map(packing.dictionary, packing.DICTIONARIES))
    for match in FRAME.finditer(content):
        for words in dictionaries:  # each, since a frame does not tell which one it was packed with
            try:
                yield zstandard.ZstdDecompressor(dict_data=words).decompressobj().decompress(content[match.start() :])
            except zstandard.ZstdError:
                continue
