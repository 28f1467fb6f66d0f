"""What `Content-Encoding` says of an answer's body, and opening it in bounded steps."""

from collections.abc import Iterator, Sequence

from shared.errors import InputRefused
from shared.untrusted.gzip_stream import Inflater

MAX_LAYERS = 2  # "Content-Encoding: gzip, gzip" happens; each layer has the same cap
PLAIN = frozenset(("", "identity", "none", "utf-8", "utf8", "us-ascii", "iso-8859-1", "binary", "8bit", "7bit"))
COMPRESSED = frozenset(("gzip", "x-gzip", "deflate"))


def open_layers(layers: Sequence[Inflater], chunk: bytes) -> Iterator[bytes]:
    """What a chunk opens to through all layers, step by step."""
    if not layers:
        yield chunk
        return
    for piece in layers[0].feed(chunk):
        yield from open_layers(layers[1:], piece)


def layers_of(encoding: str, max_bytes: int) -> list[Inflater]:
    """What to open a body with, outermost first; raises `InputRefused` for an encoding that nobody asked for.

    Only gzip is asked for. Some servers send deflate all the same, and some write `none`, or the name of a charset.
    """
    names = [name for part in encoding.lower().split(",") if (name := part.strip()) not in PLAIN]
    if any(name not in COMPRESSED for name in names) or len(names) > MAX_LAYERS:
        raise InputRefused(f"is encoded as {encoding[:60]!r}; only gzip was asked for")
    return [Inflater(max_bytes, deflate=name == "deflate") for name in reversed(names)]
