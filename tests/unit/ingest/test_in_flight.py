"""How many visits may begin beside those under way."""

import asyncio

from services.ingest.feed_states import Claim
from services.ingest.in_flight import InFlight


def claim(number: int) -> Claim:
    return Claim(feed=f"f{number}", token="t")


async def forever() -> None:
    await asyncio.Event().wait()


def test_visits_that_stand_still_take_nobodys_turn_up_to_the_most() -> None:
    async def run() -> list[int]:
        woken = asyncio.Event()
        visits, rooms = InFlight(woken.set, moving=2, most=3, slow_s=0.01), list[int]()
        for number in range(3):
            while not visits.room():
                await woken.wait()
                woken.clear()
            rooms.append(visits.room())
            visits.add(claim(number), asyncio.create_task(forever()))
        rooms.append(visits.room())
        visits.remove(claim(0))
        await woken.wait()
        rooms.append(visits.room())
        for task in visits.tasks().values():
            task.cancel()
        return rooms

    rooms = asyncio.run(run())
    assert rooms[0] == 2
    assert rooms[3] == 0, "as many as there may be, however slow"
    assert rooms[4] >= 0


def test_the_end_of_a_quick_visit_makes_room_and_wakes_only_who_waits_for_it() -> None:
    async def run() -> tuple[list[int], int]:
        told: list[int] = []
        visits = InFlight(lambda: told.append(visits.room()), moving=2, most=9, slow_s=60)
        for number in range(2):
            visits.add(claim(number), asyncio.create_task(forever()))
        tasks = visits.tasks()
        visits.remove(claim(0))
        visits.remove(claim(1))
        visits.cancel(claim(1))
        for task in tasks.values():
            task.cancel()
        return told, len(visits)

    assert asyncio.run(run()) == ([1], 0)
