"""How long articles take, as histograms that the ledger's script keeps: they outlive every process but Redis itself."""

from collections.abc import Mapping

import msgspec

from shared.ledger.reader import STAGES

# Upper ends of the buckets in seconds; the script gets them from here. Another list needs another name of the key.
BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0)
WHOLE_WAY = "article"


class Spans(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How many articles took how long: a count for each of BOUNDS and one for what took longer; in all, seconds."""

    counts: tuple[int, ...] = (0,) * (len(BOUNDS) + 1)
    seconds: float = 0.0

    def buckets(self) -> list[tuple[str, float]]:
        """As Prometheus has them: (upper end, how many took at most that long)."""
        ends = [*map(str, BOUNDS), "+Inf"]
        return [(end, float(sum(self.counts[: place + 1]))) for place, end in enumerate(ends)]


class Latency(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Of each stage how long articles `waited` for it and were `worked` on, by its name; and from receipt to the index.

    What rested on the way, under an embargo or among the dead, is in the stages' times without that rest, and not in
    the whole.
    """

    waiting: dict[str, Spans] = {}
    working: dict[str, Spans] = {}
    article: Spans = Spans()


def read_latency(fields: Mapping[bytes, bytes]) -> Latency:
    """Read the hash that the script writes: `normalize:waiting:3` is a count, `normalize:waiting:sum` is in µs."""
    return Latency(
        waiting=_by_stage(fields, "waiting"), working=_by_stage(fields, "working"), article=_spans(fields, WHOLE_WAY)
    )


def _by_stage(fields: Mapping[bytes, bytes], part: str) -> dict[str, Spans]:
    return {stage: _spans(fields, f"{stage}:{part}") for stage in STAGES}


def _spans(fields: Mapping[bytes, bytes], name: str) -> Spans:
    counts = tuple(int(fields.get(f"{name}:{place}".encode(), 0)) for place in range(len(BOUNDS) + 1))
    return Spans(counts=counts, seconds=int(fields.get(f"{name}:sum".encode(), 0)) / 1_000_000)
