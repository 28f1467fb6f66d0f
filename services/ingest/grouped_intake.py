"""What several documents bring at the same time goes in together: one write of the archive, one call of the ledger."""

import threading
from collections.abc import Sequence

from services.ingest.intake import Answer, TakesInputs
from shared.envelope import Input


class _Waiting:
    """Inputs of one document, and what becomes of them."""

    def __init__(self, inputs: Sequence[Input]) -> None:
        self.inputs = inputs
        self.answers: Sequence[Answer] = ()
        self.error: Exception | None = None
        self.is_done = False


class GroupedIntake:
    """A way in for many threads: whoever comes while others go in waits, and goes in with all that wait by then."""

    def __init__(self, intake: TakesInputs) -> None:
        self._intake = intake
        self._turn = threading.Lock()  # of who goes in
        self._lock = threading.Lock()  # of what waits
        self._waiting: list[_Waiting] = []

    @property
    def waiting(self) -> int:
        """How many documents wait to go in."""
        with self._lock:
            return len(self._waiting)

    def take_each(self, inputs: Sequence[Input]) -> Sequence[Answer]:
        """Answer each input, as the intake itself does, and raise what it raises for the group these went in with."""
        if not inputs:
            return []
        own = _Waiting(inputs)
        with self._lock:
            self._waiting.append(own)
        with self._turn:
            if not own.is_done:
                self._take_waiting()
        if own.error is not None:
            raise own.error
        return own.answers

    def _take_waiting(self) -> None:
        with self._lock:
            group, self._waiting = self._waiting, []
        try:
            answers = iter(self._intake.take_each([item for one in group for item in one.inputs]))
            for one in group:
                one.answers = [next(answers) for _ in one.inputs]
        except Exception as error:  # noqa: BLE001 - whatever it is, each that went in is told of it
            for one in group:
                one.error = error
        for one in group:
            one.is_done = True
