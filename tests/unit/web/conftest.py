"""One desk of stand-ins behind the real door, and a client with a key."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.web.keys import Keys
from services.web.routes import front_door
from tests.unit.web.caller import Caller
from tests.unit.web.stand_ins import KEY, SECRET, Desk, a_desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return a_desk(Keys(tmp_path / "keys.json", listed=SECRET), max_input_bytes=1000)


@pytest.fixture
def client(desk: Desk) -> Iterator[Caller]:
    with Caller(front_door(desk.app_state), {"Authorization": f"Bearer {KEY}"}) as client:
        yield client
