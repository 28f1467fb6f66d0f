"""Bodies wait for room as they grow, the large ones for few."""

import asyncio
import contextlib

from services.ingest.rooms import Rooms


def test_each_size_has_its_rooms_and_one_that_waits_holds_up_no_smaller() -> None:
    async def run() -> list[str]:
        rooms, told, leave = Rooms({100: 2, 1000: 1}), list[str](), asyncio.Event()

        async def visit(name: str, *sizes: int) -> None:
            async with contextlib.AsyncExitStack() as held:
                make_room = rooms.maker(held)
                for size in sizes:
                    told.append(f"{name} {await make_room(size)}")
                if len(sizes) > 1:
                    await leave.wait()

        large = [asyncio.create_task(visit(name, 50, 150)) for name in ("a", "b")]
        await asyncio.sleep(0)
        small = asyncio.create_task(visit("c", 60))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        leave.set()
        await asyncio.gather(*large, small)
        return told

    told = asyncio.run(run())
    assert told[:3] == ["a 100", "a 1000", "b 100"]
    assert sorted(told[3:]) == ["b 1000", "c 100"]


def test_what_is_given_back_is_given_to_the_next() -> None:
    async def run() -> int:
        rooms, count = Rooms({10: 1}), 0
        for _ in range(3):
            async with contextlib.AsyncExitStack() as held:
                count += await rooms.maker(held)(5)
        return count

    assert asyncio.run(run()) == 30


def test_no_body_is_larger_than_the_largest_room() -> None:
    async def run() -> int:
        async with contextlib.AsyncExitStack() as held:
            return await Rooms().maker(held)(16 * 1024 * 1024)

    assert asyncio.run(run()) > 16 * 1024 * 1024
