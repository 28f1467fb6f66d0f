"""How an entry is kept in the record: compressed, beside a text of what most entries say anyway.

`entry_words.txt` holds common Vietnamese words in a row, pieces of evidence, and entries without their words: beside
it an article takes a third less room. What is packed with it can only be read with it, so it is never changed: another
one gets another mark. What older releases packed, without any, is read as before.
"""

import threading
from functools import lru_cache
from pathlib import Path

import zstandard

LEVEL = 6
_MARK = b"\x01"  # no frame of zstd begins with it
_WORDS = Path(__file__).with_name("entry_words.txt")


class Packer:
    """Packs entries, one after the other: for one thread at a time."""

    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor(level=LEVEL, dict_data=_words())

    def pack(self, entry: bytes) -> bytes:
        """An entry's JSON as it is kept."""
        return _MARK + self._compressor.compress(entry)


def unpack(kept: bytes) -> bytes:
    """The JSON of an entry that was kept by this release or an older one. `zstandard.ZstdError` where it is damaged."""
    if kept[:1] == _MARK:
        return _unpacker().decompress(kept[1:])
    return zstandard.decompress(kept)


_of_thread = threading.local()


def _unpacker() -> zstandard.ZstdDecompressor:
    """This thread's own: to make one takes longer than to unpack an entry."""
    if not hasattr(_of_thread, "unpacker"):
        _of_thread.unpacker = zstandard.ZstdDecompressor(dict_data=_words())
    unpacker: zstandard.ZstdDecompressor = _of_thread.unpacker
    return unpacker


@lru_cache(maxsize=1)
def _words() -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(_WORDS.read_bytes(), dict_type=zstandard.DICT_TYPE_RAWCONTENT)
