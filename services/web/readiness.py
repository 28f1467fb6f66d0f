"""Would a push sent now be taken in: asked of Redis, the archive and its disk, at most once a second."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import redis

from shared.errors import CopydeskError, TransientError
from shared.ledger import keys
from shared.ledger.connection import redis_errors

READY_TTL_MS = 60_000
FRESH_S = 1.0

Probe = Callable[[], None]


class Readiness:
    """The probes of one desk. Anyone may ask, so asking often must cost little; one thread asks at a time."""

    def __init__(self, probes: Sequence[Probe] = ()) -> None:
        self.probes = probes
        self._asked = -FRESH_S
        self._failures: tuple[str, ...] = ()

    def failures(self) -> tuple[str, ...]:
        """What stands in the way, as of a second ago at most."""
        if time.monotonic() - self._asked >= FRESH_S:
            self._failures = tuple(_failures(self.probes))
            self._asked = time.monotonic()
        return self._failures


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
            client.set(keys.READY, b"1", px=READY_TTL_MS)

    return look


def _failures(probes: Sequence[Probe]) -> list[str]:
    failed = []
    for probe in probes:
        try:
            probe()
        except (CopydeskError, OSError) as error:
            failed.append(str(error))
    return failed
