"""One file packed by gzip, opened within bounds."""

from collections.abc import Iterator

from services.ingest.containers.parts import RATIO, RATIO_FROM, Budget, Open, Part
from shared.errors import InputRefused, TransientError
from shared.untrusted.gzip_stream import Inflater


def read_gzip(name: str, body: bytes, depth: int, budget: Budget, open_inner: Open) -> Iterator[Part]:
    """What the file within is opened to; raises `InputRefused` for one that is damaged, cut off or a bomb."""
    most = budget.room(min(budget.limits.all_bytes, max(RATIO_FROM, RATIO * len(body))))
    inner = name[: -len(".gz")] if name.lower().endswith(".gz") else name
    yield from open_inner(inner, gunzip(name, body, most), depth + 1)


def gunzip(name: str, body: bytes, most: int) -> bytes:
    """The bytes within; raises `InputRefused` for what is damaged, or opens to more than `most`."""
    inflater = Inflater(most, strict=True)
    opened = bytearray()
    try:
        for piece in inflater.feed(body):
            opened += piece
        opened += inflater.finish()
    except TransientError as error:  # here no second try would bring another stream
        raise InputRefused(f"{name} cannot be unpacked: {error}") from error
    except InputRefused as error:
        raise InputRefused(f"{name} {error}") from error
    return bytes(opened)
