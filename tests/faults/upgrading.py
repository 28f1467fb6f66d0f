"""An earlier release at work, killed with articles in flight; this one starts on its folder."""

import functools
import io
import random
import signal
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.faults.chaos_desk import PROGRAM, strike
from tests.faults.scene import Scene
from tests.faults.traffic import Publishers

COMMIT = "a7c84475"  # of the oldest that run with the libraries of today
SENT_FIRST = 60


@functools.cache
def old_program() -> Path | None:
    """The folder of its code; None where this copy has no history."""
    packed = subprocess.run(["git", "archive", COMMIT], cwd=PROGRAM, capture_output=True, check=False)
    if packed.returncode:
        return None
    folder = Path(tempfile.mkdtemp(prefix="cd-earlier-", dir="/tmp"))
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


class Newcomers(Publishers):
    """Publishers at a desk whose index this release cannot read yet."""

    def is_under_way(self) -> bool:
        return len(self.expected()) >= SENT_FIRST


def upgrade(scene: Scene, _: random.Random) -> Sequence[str]:
    """Messages of the old release wait when its desk is killed."""
    strike(scene.desk.pids("normalize"), signal.SIGSTOP)
    time.sleep(3)  # so long its queue grows
    strike([pid for name in ("normalize", "supervisor") for pid in scene.desk.pids(name)], signal.SIGKILL)
    scene.desk.program = PROGRAM
    scene.desk.restart()
    return ()
