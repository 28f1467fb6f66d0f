"""Pushes that arrive together go in together, and each is answered for itself."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.intake import Receipt
from services.web.batcher import LANES, MOST, Batcher
from shared.envelope import Input, Source
from shared.errors import InputRefused, TransientError
from tests.unit.web.stand_ins import a_receipt


class SlowIntake:
    """Holds its first calls until told to go on; refuses what is named `bad`."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.away = False

    def take(self, inputs: Sequence[Input]) -> list[Receipt | InputRefused]:
        names = [item.name or "" for item in inputs]
        self.batches.append(names)
        self.begun.set()
        assert self.go_on.wait(10)
        if self.away:
            raise TransientError("Redis does not answer")
        return [InputRefused("bad is empty") if name == "bad" else a_receipt(receipt=f"r-{name}") for name in names]


class ByHand(Executor):
    """An executor that does what it was given when it is told to."""

    def __init__(self) -> None:
        self._given: deque[tuple[Future[Any], Callable[[], Any]]] = deque()

    def submit(self, work: Callable[..., Any], /, *args: Any, **named: Any) -> "Future[Any]":
        done: Future[Any] = Future()
        self._given.append((done, lambda: work(*args, **named)))
        return done

    def do_one(self) -> None:
        """Finish the work that was given first, if any is left."""
        if self._given:
            done, work = self._given.popleft()
            done.set_result(work())


def receipts_of(inputs: Sequence[Input]) -> list[Receipt]:
    return [a_receipt(receipt=f"r-{item.name}") for item in inputs]


async def drive(steps: Sequence[str]) -> int:
    """Let pushes come, work be done and the loop turn in this order, then all that is left: how many were answered."""
    executor = ByHand()
    batcher = Batcher(receipts_of, executor)
    puts = []
    for number, step in enumerate([*steps, *["do", "turn"] * (2 * len(steps) + 4)]):
        match step:
            case "put":
                puts.append(asyncio.ensure_future(batcher.put(an_input(f"n{number}"))))
            case "do":
                executor.do_one()
            case _:
                await asyncio.sleep(0)
    return len(puts) - sum(put.done() and put.result().receipt.startswith("r-n") for put in puts)


@given(st.lists(st.sampled_from(["put", "do", "turn"]), max_size=40))
def test_every_push_is_answered_however_it_meets_the_end_of_a_lane(steps: list[str]) -> None:
    assert asyncio.run(drive(steps)) == 0


def test_a_push_that_comes_in_the_turn_in_which_a_lane_ends_is_answered() -> None:
    for turns in range(8):
        assert asyncio.run(drive(["put", "turn", "do", *["turn"] * turns, "put", "put", "put"])) == 0


def an_input(name: str) -> Input:
    return Input(source=Source(kind="push", name="hue"), media_type="text/plain", body=b"Bai", name=name)


def put_all(intake: SlowIntake, names: Sequence[str]) -> list[Any]:
    """Put all of them while the first ones hold up the intake; their receipts or errors, in order."""

    async def run() -> list[Any]:
        with ThreadPoolExecutor(LANES) as threads:
            batcher = Batcher(intake.take, threads)
            puts: list[Coroutine[Any, Any, Any]] = [batcher.put(an_input(name)) for name in names]
            tasks = [asyncio.ensure_future(put) for put in puts]
            await asyncio.to_thread(intake.begun.wait, 10)
            intake.go_on.set()
            return await asyncio.gather(*tasks, return_exceptions=True)

    return asyncio.run(run())


def test_one_alone_goes_in_at_once() -> None:
    intake = SlowIntake()
    assert [receipt.receipt for receipt in put_all(intake, ["one"])] == ["r-one"]
    assert intake.batches == [["one"]]


def test_those_that_wait_travel_together_and_each_gets_its_own_receipt() -> None:
    intake, names = SlowIntake(), [f"n{i}" for i in range(60)]
    assert [receipt.receipt for receipt in put_all(intake, names)] == [f"r-{name}" for name in names]
    assert sorted(name for batch in intake.batches for name in batch) == sorted(names)
    assert max(len(batch) for batch in intake.batches) == MOST
    assert len(intake.batches) <= LANES + 3


def test_one_that_is_refused_takes_no_other_with_it() -> None:
    outcomes = put_all(SlowIntake(), ["a", "b", "c", "bad", "d"])
    assert [isinstance(outcome, InputRefused) for outcome in outcomes] == [False, False, False, True, False]


def test_trouble_is_told_to_everyone_who_waits() -> None:
    intake = SlowIntake()
    intake.away = True
    outcomes = put_all(intake, ["a", "b", "c", "d"])
    assert all(isinstance(outcome, TransientError) for outcome in outcomes)


def test_a_sender_who_leaves_disturbs_nobody() -> None:
    async def run() -> str:
        intake = SlowIntake()
        with ThreadPoolExecutor(LANES) as threads:
            batcher = Batcher(intake.take, threads)
            leaving = asyncio.ensure_future(batcher.put(an_input("leaving")))
            staying = asyncio.ensure_future(batcher.put(an_input("staying")))
            await asyncio.to_thread(intake.begun.wait, 10)
            leaving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await leaving
            intake.go_on.set()
            return (await staying).receipt

    assert asyncio.run(run()) == "r-staying"
