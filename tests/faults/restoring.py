"""A backup made while publishers push, brought back beside the desk that goes on."""

import random
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.faults.chaos_desk import ChaosDesk
from tests.faults.scene import Scene, until

RESTORED_S = 60.0


def restore_beside(scene: Scene, _: random.Random) -> Sequence[str]:
    """A backup under load; refused in the running desk's own folder; whole in another, whose desk runs beside."""
    backups = str(scene.desk.folder / "backups")
    told = []
    if (made := scene.desk.run("backup", backups)).returncode:
        return (f"no backup: {made.stderr[-200:]}",)
    held = scene.index.count()
    if not scene.desk.run("restore", backups).returncode:
        told.append("a running desk's folder was restored into")
    folder = Path(tempfile.mkdtemp(prefix="cd-restored-", dir="/tmp"))
    there = ChaosDesk(folder)
    try:
        if (brought := there.run("restore", backups)).returncode:
            return (*told, f"not restored: {brought.stderr[-200:]}")
        there.up()
        told += _differences(scene, there, held)
    finally:
        there.end()
        shutil.rmtree(folder, ignore_errors=True)
    return told


def _differences(scene: Scene, there: ChaosDesk, held: int) -> list[str]:
    """What the restored desk lacks of what the other had when the backup was made, or has otherwise."""
    index, told = there.index(), []
    if until(lambda: index.count() >= held * 9 // 10 and there.ledger().balance().in_flight == 0, RESTORED_S) is None:
        told.append(f"{index.count()} of {held} articles came back")
    if (checked := there.run("verify")).returncode:
        told.append(f"verify: {checked.stdout[-300:]}")
    hits = index.recent(100_000)
    wrong = [hit for hit in hits if scene.index.get(hit.article_id) is None]
    found = [hit for hit in hits if not index.search(f'"{hit.headline}"', limit=1).total]
    told += [f"{hit.headline!r} was never here" for hit in wrong[:3]]
    return told + [f"{hit.headline!r} is not found by search" for hit in found[:3]]
