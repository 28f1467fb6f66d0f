"""How an entry is kept in the record: compressed, beside a dictionary of what most entries say anyway.

`entry_texts.txt` are pieces that zstd chose from the entries of 3,000 Vietnamese texts, pages and feed entries that
nobody wrote: words in the measure of real ones, through the normaliser. It holds common words in a row, evidence and
the shape of entries. Beside it an article takes a third less room than by itself, and none of it can be of an article
that was erased. What is packed with it can only be read with it, so it is never changed: another one gets another mark.
`entry_words.txt` is the one before, still read.
"""

import threading
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

import zstandard

LEVEL = 8
FOLDER = Path(__file__).parent
DICTIONARIES: Mapping[bytes, Path] = {b"\x01": FOLDER / "entry_words.txt", b"\x02": FOLDER / "entry_texts.txt"}
"""By the first byte of what was packed; no frame of zstd begins with any of them."""
_MARK = b"\x02"


class Packer:
    """Packs entries, one after the other: for one thread at a time."""

    def __init__(self, mark: bytes = _MARK) -> None:
        self._mark = mark
        self._compressor = zstandard.ZstdCompressor(level=LEVEL, dict_data=dictionary(mark), write_dict_id=False)

    def pack(self, entry: bytes) -> bytes:
        """An entry's JSON as it is kept."""
        return self._mark + self._compressor.compress(entry)


def unpack(kept: bytes) -> bytes:
    """The JSON of an entry that was kept by this release or an older one. `zstandard.ZstdError` where it is damaged."""
    mark = kept[:1]
    return _unpacker(mark)(kept[1:]) if mark in DICTIONARIES else zstandard.decompress(kept)


@lru_cache(maxsize=len(DICTIONARIES))
def dictionary(mark: bytes) -> zstandard.ZstdCompressionDict:
    """What entries with a mark were packed beside."""
    content = DICTIONARIES[mark].read_bytes()
    return zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


class _Unpackers(threading.local):
    """Of each thread its own: to make one takes longer than to unpack an entry."""

    def __init__(self) -> None:
        self.by_mark: dict[bytes, Callable[[bytes], bytes]] = {}


_unpackers = _Unpackers()


def _unpacker(mark: bytes) -> Callable[[bytes], bytes]:
    unpacker = _unpackers.by_mark.get(mark)
    if unpacker is None:
        unpacker = zstandard.ZstdDecompressor(dict_data=dictionary(mark)).decompress
        _unpackers.by_mark[mark] = unpacker
    return unpacker
