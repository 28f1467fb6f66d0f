"""What rests in the archive: inputs and decisions as values, and the bytes that say them."""

import threading
from typing import Literal

import msgspec
import zstandard

from shared.envelope import Envelope, Source
from shared.errors import PermanentError
from shared.identity import bridged

VERSION = 2


class Archived(msgspec.Struct, frozen=True, kw_only=True):
    """One input at rest: its envelope, and `body`, the bytes as they came, in one zstd frame."""

    v: int = VERSION
    envelope: Envelope
    body: bytes


Kind = Literal["discard", "replay", "free", "refuse", "withdraw", "correct", "revoke", "purge", "erased"]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What a person decided on an input at rest: of which receipt and revision (`id@rev`), when (µs), and why.

    An emptied Redis is filled by it too: what was discarded stays so. What was set free is an article, `ref` its id.
    `refuse` is the door's: the publisher was told why it is not taken in, and so the input never comes in. `withdraw`
    and `correct` say why; what was done is an input of its own. `revoke` ends the keys of a publisher, whose name is
    `ref`. A `purge` takes the words of an article out of everything; `erased` stands where an input of it stood.
    """

    v: int = VERSION
    decision: Kind
    receipt: str
    ref: str
    at_us: int
    reason: str = ""


class Newer(msgspec.Struct, frozen=True):
    """An entry of a release that is newer than this one: of its content nothing is known."""

    version: int


Found = Archived | Decision | Newer


class _First(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An entry of version 1, which repeated the envelope's members; they were written without their version."""

    receipt: str
    rev: int
    source: Source
    media_type: str
    sha: str
    body: bytes
    aliases: tuple[str, ...] = ()
    url: str | None = None
    name: str | None = None


class _Kind(msgspec.Struct, frozen=True):
    v: int = 1
    decision: str | None = None


encode_entry = msgspec.msgpack.Encoder().encode
_kind_of = msgspec.msgpack.Decoder(_Kind).decode
_decode_decision = msgspec.msgpack.Decoder(Decision).decode
_decode_first = msgspec.msgpack.Decoder(_First).decode
_decode_current = msgspec.msgpack.Decoder(Archived).decode
_local = threading.local()


def pack_body(body: bytes) -> bytes:
    """Compress once; the archive and the record in flight share the frame."""
    if not hasattr(_local, "compressor"):
        _local.compressor = zstandard.ZstdCompressor(level=3)
    packed: bytes = _local.compressor.compress(body)
    return packed


def body_size(packed: bytes) -> int:
    """How many bytes a frame unpacks to, by its own word; of a damaged one, its own."""
    try:
        return int(zstandard.frame_content_size(packed))
    except zstandard.ZstdError:
        return len(packed)


def unpack_body(packed: bytes, limit: int) -> bytes:
    """The bytes as they came; a frame that claims more than `limit` bytes is refused."""
    try:
        if zstandard.frame_content_size(packed) > limit:
            raise PermanentError(f"an archived body claims more than {limit} bytes")
        body: bytes = zstandard.ZstdDecompressor().decompress(packed, max_output_size=limit)
    except zstandard.ZstdError as error:
        raise msgspec.DecodeError(f"the body does not decompress: {error}") from error
    return body


def decode_entry(payload: bytes) -> Found:
    """An entry of any version up to this release's own; of a newer one, only which version that is."""
    kind = _kind_of(payload)
    if kind.v > VERSION:
        return Newer(kind.v)
    if kind.v == 1:
        return _from_first(_decode_first(payload))
    return _decode_current(payload) if kind.decision is None else _decode_decision(payload)


def _from_first(entry: _First) -> Archived:
    """An entry of version 1 as it would be written now; it is still known by what the first release called it."""
    envelope = Envelope(
        receipt=entry.receipt,
        source=entry.source,
        media_type=entry.media_type,
        received_us=entry.rev,
        sha=entry.sha,
        aliases=bridged(entry.aliases),
        url=entry.url,
        name=entry.name,
    )
    return Archived(v=1, envelope=envelope, body=entry.body)
