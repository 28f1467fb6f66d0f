"""Gzip, opened in bounded steps: a bomb costs no more than the cap, a cut stream is an error."""

import zlib

from shared.errors import InputRefused, TransientError

STEP = 64 * 1024
MAGIC = b"\x1f\x8b"


class Inflater:
    """One layer of gzip: `feed` gives what a chunk opens to, `finish` tells whether the stream was whole.

    Bytes that do not begin as gzip does are handed on as they are (servers label plain bodies so), and what follows
    the end of the last member is left out, as every browser does.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._count = 0
        self._head = b""
        self._plain = False
        self._done = False
        self._open: zlib._Decompress | None = None

    def feed(self, chunk: bytes) -> bytes:
        """Open one chunk, at most the cap in all."""
        if self._done:
            return b""
        if self._plain:
            return self._count_out(chunk)
        if self._open is None:
            chunk, self._head = self._head + chunk, b""
            if len(chunk) < len(MAGIC):
                self._head = chunk
                return b""
            if not chunk.startswith(MAGIC):
                self._plain = True
                return self._count_out(chunk)
            self._open = zlib.decompressobj(wbits=31)
        return self._inflate(self._open, chunk)

    def finish(self) -> bytes:
        """What is left at the end of the stream; a cut one is an error, to be asked for again."""
        if self._open is not None and not self._open.eof:
            raise TransientError("the gzip stream ends before its end")
        return self._head

    def _inflate(self, member: "zlib._Decompress", chunk: bytes) -> bytes:
        out: list[bytes] = []
        while chunk:
            try:
                out.append(self._count_out(member.decompress(chunk, STEP)))
            except zlib.error as error:
                raise TransientError(f"the gzip stream is broken: {error}") from error
            chunk = member.unconsumed_tail
            if member.eof:
                chunk = member.unused_data
                self._done = not chunk.startswith(MAGIC)
                if self._done:
                    break
                member = self._open = zlib.decompressobj(wbits=31)
        return b"".join(out)

    def _count_out(self, piece: bytes) -> bytes:
        self._count += len(piece)
        if self._count > self._max_bytes:
            raise InputRefused(f"opens to more than {self._max_bytes} bytes")
        return piece
