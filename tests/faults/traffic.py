"""What comes in while a fault of the table befalls a desk, and what must be found of it."""

from typing import Protocol

from tests.faults.chaos_load import Load, headline_of, text_of
from tests.faults.scene import Scene

MARKED_OFTEN = 3
UNDER_WAY = 20


class Traffic(Protocol):
    """Senders that go on from `begin` to `finish`, and what must be found afterwards."""

    def begin(self) -> None: ...

    def is_under_way(self) -> bool:
        """Whether enough came through, so that a fault meets a desk at work."""
        ...

    def finish(self) -> None:
        """No more comes in; what was begun is sent until the desk has it."""
        ...

    def is_all_there(self) -> bool:
        """Whether the index has all that it must have."""
        ...

    def expected(self) -> dict[str, str]:
        """The headlines of those articles whose id is known."""
        ...

    def others(self) -> int:
        """How many articles there are beside those."""
        ...

    def complaints(self) -> list[str]:
        """What else is not as it must be."""
        ...


class Publishers:
    """Four that push and revise, and one who drops files."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._load = Load(scene.desk)

    def begin(self) -> None:
        self._load.begin()

    def is_under_way(self) -> bool:
        return bool(self.scene.index.count() >= UNDER_WAY)

    def finish(self) -> None:
        self._load.finish()

    def is_all_there(self) -> bool:
        return bool(self.scene.index.count() >= len(self.expected() | self.scene.canaries) + self.others())

    def expected(self) -> dict[str, str]:
        return {article: headline_of(mark) for article, mark in self._load.newest.items()}

    def others(self) -> int:
        return self._load.drops

    def complaints(self) -> list[str]:
        """Each text whole: its mark stands in each of its parts."""
        texts = {mark: text_of(self.scene.index, article) or "" for article, mark in self._load.newest.items()}
        return [f"{mark} is not whole" for mark, text in texts.items() if text.count(mark) < MARKED_OFTEN][:3]
