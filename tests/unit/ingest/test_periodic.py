import threading

from services.ingest.periodic import repeat
from shared.errors import TransientError


def test_a_turn_that_goes_wrong_is_followed_by_the_next() -> None:
    stop = threading.Event()
    errors = [TransientError("Redis is away"), RuntimeError("a fault of ours")]

    def turn() -> None:
        if errors:
            raise errors.pop(0)
        stop.set()

    repeat(turn, stop, 0.0, postponed="turns_postponed", failed="turns_failed")
    assert (errors, stop.is_set()) == ([], True)
