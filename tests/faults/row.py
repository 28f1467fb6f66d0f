"""One row of the fault table: what is done to which desk, and what comes in meanwhile."""

import random
from collections.abc import Callable, Sequence

import msgspec

from tests.faults.scene import Needs, Scene
from tests.faults.traffic import Publishers, Traffic

Strike = Callable[[Scene, random.Random], Sequence[str]]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One fault. `strike` does it, and tells what went otherwise than promised; `tests` hold it in its place."""

    fault: str
    done: str
    strike: Strike = lambda _scene, _chance: ()
    needs: Needs = Needs()
    traffic: Callable[[Scene], Traffic] = Publishers
    tests: tuple[str, ...] = ()
