"""`/healthz` and `/readyz`: asked without a key, so they tell yes or no and nothing more."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import redis
import structlog
from starlette.requests import Request
from starlette.responses import Response

from services.web.answers import json_answer
from services.web.house import House, house_of
from services.web.problems import Problem, later
from shared.errors import CopydeskError, TransientError
from shared.status import redis_errors

log = structlog.get_logger(__name__)

READY_TTL_MS = 60_000

Probe = Callable[[], None]


async def show_health(_: Request) -> Response:
    """The loop turns: that is all a restart could mend."""
    return json_answer({"healthy": True})


async def show_readiness(request: Request) -> Response:
    """Whether a push sent now would be taken in; the log has the reason when not."""
    house = house_of(request)
    failed = await house.probe(lambda: _failures(house))
    if failed or house.closing.is_set():
        log.warning("readiness_failed", reasons=failed)
        raise Problem("unavailable", "The desk is not ready.", headers=later(5))
    return json_answer({"ready": True})


def folder_probe(folder: Path, reserve_bytes: int) -> Probe:
    """The archive can be written, and its disk has more than the reserve left."""

    def look() -> None:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".ready-") as file:
            file.write(b"ready")
        if shutil.disk_usage(folder).free < reserve_bytes:
            raise TransientError(f"the disk of {os.fspath(folder)} has less than {reserve_bytes} bytes left")

    return look


def redis_probe(client: redis.Redis) -> Probe:
    """Redis answers and has room to write."""

    def look() -> None:
        with redis_errors(client):
            client.set("web:ready", b"1", px=READY_TTL_MS)

    return look


def _failures(house: House) -> list[str]:
    failed = []
    for probe in house.probes:
        try:
            probe()
        except (CopydeskError, OSError) as error:
            failed.append(str(error))
    return failed
