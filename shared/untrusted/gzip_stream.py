"""Gzip and deflate, opened in bounded steps: a bomb costs no more than the cap, a cut stream is an error."""

import zlib
from collections.abc import Generator, Iterator

from shared.errors import InputRefused, TransientError

STEP = 64 * 1024
MAGIC = b"\x1f\x8b"
GZIP, ZLIB, BARE = 31, 15, -15  # how zlib is told what surrounds the stream


class Inflater:
    """One layer of gzip: `feed` gives what a chunk opens to, `finish` tells whether the stream was whole.

    Bytes that do not begin as gzip does are handed on as they are (servers label plain bodies so), and what follows
    the end of the last member is left out, as every browser does; with `strict` both are errors. `deflate` is for what
    is labelled so: a stream in zlib's wrapping, as RFC 9110 has it, or in none, as some servers do.
    """

    def __init__(self, max_bytes: int, *, strict: bool = False, deflate: bool = False) -> None:
        self._max_bytes = max_bytes
        self._strict = strict
        self._deflate = deflate
        self._count = 0
        self._head = b""
        self._plain = False
        self._done = False
        self._members = 0
        self._open: zlib._Decompress | None = None

    @property
    def _kind(self) -> str:
        return "deflate" if self._deflate else "gzip"

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Open one chunk in steps of at most 64 KiB, each when it is asked for, and at most the cap in all.

        Whoever stops asking between two steps has paid for no more than he took. Take all before the next chunk.
        """
        while chunk and not self._done:
            if self._plain:
                yield from self._steps_of(chunk)
                return
            if self._open is None:
                chunk = self._begin(chunk)
            else:
                chunk = yield from self._inflate(self._open, chunk)

    def finish(self) -> bytes:
        """What is left at the end of the stream; a cut one is an error, to be asked for again."""
        if self._open is not None:
            raise TransientError(f"the {self._kind} stream ends before its end")
        if self._head and self._strict:
            raise self._not_gzip()
        return self._head if not self._members else b""

    def _begin(self, chunk: bytes) -> bytes:
        """Open the next member where one begins here; gives what is to be read of it."""
        chunk, self._head = self._head + chunk, b""
        if len(chunk) < len(MAGIC) and (self._deflate or MAGIC.startswith(chunk)):
            self._head = chunk
            return b""
        if chunk.startswith(MAGIC):
            self._open = zlib.decompressobj(wbits=GZIP)
        elif self._deflate and not self._members and not _is_text(chunk):
            self._open = zlib.decompressobj(wbits=ZLIB if _has_zlib_header(chunk) else BARE)
        elif self._strict:
            raise self._not_gzip()
        elif self._members:
            self._done = True
        else:
            self._plain = True
        return chunk

    def _inflate(self, member: "zlib._Decompress", chunk: bytes) -> Generator[bytes, None, bytes]:
        """Open what a chunk has of one member; gives what follows its end."""
        while chunk:
            try:
                piece = member.decompress(chunk, STEP)
            except zlib.error as error:
                raise TransientError(f"the {self._kind} stream is broken: {error}") from error
            yield self._count_out(piece)
            chunk = member.unconsumed_tail
            if member.eof:
                self._open = None
                self._members += 1
                return member.unused_data
        return b""

    def _not_gzip(self) -> TransientError:
        return TransientError("other bytes follow its gzip stream" if self._members else "it is not gzip")

    def _steps_of(self, chunk: bytes) -> Iterator[bytes]:
        for at in range(0, len(chunk), STEP):
            yield self._count_out(chunk[at : at + STEP])

    def _count_out(self, piece: bytes) -> bytes:
        self._count += len(piece)
        if self._count > self._max_bytes:
            raise InputRefused(f"opens to more than {self._max_bytes} bytes")
        return piece


def _is_text(chunk: bytes) -> bool:
    """Does a document begin here that is only labelled as compressed?"""
    return chunk[:1] in (b"<", b"{", b"[", b" ", b"\n", b"\r", b"\t") or chunk[:2] == b"\xef\xbb"


def _has_zlib_header(chunk: bytes) -> bool:
    """RFC 1950, 2.2: the method is 8, and both bytes together are a multiple of 31."""
    return chunk[0] & 0x0F == 8 and (chunk[0] << 8 | chunk[1]) % 31 == 0
