"""What was read of a field, where and by which rule: a ranking believes one reading, the others are kept as lost.

Every reader and every grammar only yields readings. The words of a rule are for people: no branch looks at them.
"""

import enum
from collections.abc import Sequence

import msgspec

from shared.article import Candidate, Evidence

_QUOTE = 200
_LOST = 6


class RuleId(enum.Enum):
    """By which rule something was read: the words people read of it, and how sure it is of itself (0 to 1).

    One section a field, in the order of the article's fields; a member's name is what code compares.
    """

    # headline
    FIRST_LINE = ("the first line", 0.9)

    def __init__(self, words: str, sure: float) -> None:
        self.words = words
        self.sure = sure


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of one field.

    `value` is what was made of `quote`, which stands at `place`: a path in a tree or JSON document. `weight` is what a
    model made of the reading's features, in logits; `note` are words of this one case, for people, beside the rule's.
    """

    field: str
    value: str
    rule: RuleId
    place: str | None = None
    quote: str | None = None
    weight: float = 0.0
    note: str = ""


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
