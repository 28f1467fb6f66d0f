"""What `Content-Encoding` says of an answer's body, and opening it in bounded steps."""

from collections.abc import Iterator, Sequence

from shared.errors import InputRefused
from shared.untrusted.gzip_stream import Inflater

MAX_LAYERS = 2  # "Content-Encoding: gzip, gzip" happens; each layer has the same cap


def open_layers(layers: Sequence[Inflater], chunk: bytes) -> Iterator[bytes]:
    """What a chunk opens to through all layers, step by step."""
    if not layers:
        yield chunk
        return
    for piece in layers[0].feed(chunk):
        yield from open_layers(layers[1:], piece)


def count_layers(encoding: str) -> int:
    """How many times the body was gzipped; any other encoding was not asked for."""
    names = [name for part in encoding.lower().split(",") if (name := part.strip()) not in ("", "identity")]
    if any(name not in ("gzip", "x-gzip") for name in names) or len(names) > MAX_LAYERS:
        raise InputRefused(f"is encoded as {encoding[:60]!r}; only gzip was asked for")
    return len(names)
