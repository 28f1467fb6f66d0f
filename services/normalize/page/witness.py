"""A witness says what a field is and where it was read; a ranking believes one, the others are kept as having lost."""

from collections.abc import Sequence

import msgspec

from shared.article import Candidate, Evidence

_QUOTE = 200
_LOST = 6


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of one field. `quote` is what stood there, `value` what was made of it; `weight` what it is worth."""

    value: str
    rule: str
    path: str | None = None
    quote: str | None = None
    weight: float = 1.0


def evidence_for(field: str, chosen: Witness, others: Sequence[Witness], sure: float) -> Evidence:
    """The evidence of a field: who was believed, and who else spoke but said something different."""
    lost: dict[str, Candidate] = {}
    for other in others:
        if other.value != chosen.value:
            lost.setdefault(other.value, Candidate(value=other.value[:_QUOTE], rule=other.rule, path=other.path))
    return Evidence(
        field=field,
        rule=chosen.rule,
        sure=round(min(0.99, sure), 2),
        quote=(chosen.quote or chosen.value)[:_QUOTE],
        path=chosen.path,
        lost=tuple(lost.values())[:_LOST],
    )
