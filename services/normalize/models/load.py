"""Fitted tables: what each feature of a candidate speaks for or against it, in logits."""

import math
from collections.abc import Mapping, Sequence
from functools import cache

from services.normalize.tables import read_table

Features = dict[str, float]
Weights = Mapping[str, float]
ALWAYS = "always"
_FLATTEST = 1e-6


@cache
def weights(field: str) -> Weights:
    """The table of a field: `headline` is models/headline.toml."""
    return read_table(f"models/{field}.toml", dict[str, float])


def score(features: Features, table: Weights) -> float:
    """The sum of what the features speak, in logits; a feature that the table does not know says nothing."""
    return table.get(ALWAYS, 0.0) + sum(table.get(name, 0.0) * value for name, value in features.items())


def shares(candidates: Sequence[Features], table: Weights) -> list[float]:
    """How likely each of the candidates is the right one, when one is or none: with "none" they add up to 1."""
    powers = [math.exp(min(50.0, score(features, table))) for features in candidates]
    total = 1.0 + sum(powers)
    return [power / total for power in powers]


def logit(share: float) -> float:
    """A probability as a weight of a reading."""
    share = min(1 - _FLATTEST, max(_FLATTEST, share))
    return math.log(share / (1 - share))
