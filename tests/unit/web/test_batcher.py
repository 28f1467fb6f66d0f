"""Pushes that arrive together go in together, and each is answered for itself."""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.web.batcher import LANES, MOST, Batcher
from shared.envelope import Input, Source
from shared.errors import InputRefused, TransientError
from tests.unit.web.stand_ins import Receipt


class SlowIntake:
    """Holds its first calls until told to go on; refuses what is named `bad`."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.away = False

    def take(self, inputs: Sequence[Input]) -> list[Receipt]:
        names = [item.name or "" for item in inputs]
        self.batches.append(names)
        self.begun.set()
        assert self.go_on.wait(10)
        if "bad" in names:
            raise InputRefused("bad is empty")
        if self.away:
            raise TransientError("Redis does not answer")
        return [Receipt(f"r-{name}", "a", 1, "received") for name in names]


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
