"""Troubles of a desk's own processes, on one real desk: each is seen within 15 s, and gone again."""

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.ingest.intake import Intake, open_archive
from shared.envelope import Input, Source
from shared.ledger.overview import Watchman
from shared.ledger.troubles import Code, Trouble
from shared.settings import Settings
from shared.work.celery_app import open_ledger
from tests.e2e.desk import COPYDESK, Folder, make_folder
from tests.machine import command_line

WITHIN_S = 40.0
QUICK_ENDS = 5
OTHER_RELEASE = "9.9.9"
FAR_TOO_MUCH_MB = "1000000000"


class Desk:
    """A desk that is up, and what it tells of itself."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.pid = int(folder.up()[1]["pid"])
        redis_url = json.loads((folder.data / "run" / "desk.json").read_bytes())["redisUrl"]
        self.settings = Settings(
            redis_url=redis_url, data_dir=str(folder.data), archive_dir=str(folder.data / "archive"), disk_reserve_mb=1
        )
        self.ledger = open_ledger(self.settings)
        self._watchman = Watchman(self.ledger, self.settings, check_room=self.ledger.check_room)

    def troubles(self) -> dict[Code, Trouble]:
        return {trouble.code: trouble for trouble in self._watchman.look().troubles}

    def pids(self, words: str) -> list[int]:
        return [pid for pid in self.folder.alive() if command_line(pid).rstrip().endswith(f"copydesk {words}")]

    def wait_for(self, happened: Callable[[], object], failure: str) -> None:
        self.folder.wait_for(happened, failure, WITHIN_S)

    def wait_for_troubles(self, *codes: Code) -> None:
        self.wait_for(lambda: set(codes) <= set(self.troubles()), f"not all of {codes} were told")

    def push(self, words: str) -> None:
        source = Source(kind="push", name="hue")
        archive = open_archive(self.settings)
        Intake(self.ledger, archive, self.settings).take(
            [Input(source=source, media_type="text/plain", body=words.encode())]
        )
        archive.close()

    def end_again_and_again(self, name: str) -> None:
        """SIGKILL right after each start."""
        killed: set[int] = set()
        while len(killed) < QUICK_ENDS:
            self.wait_for(lambda: set(self.pids(name)) - killed, f"{name} is not started again")
            for pid in set(self.pids(name)) - killed:
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = make_folder(tmp_path_factory.mktemp("troubles"), seeds=False)
    yield Desk(folder)
    folder.end()


@contextlib.contextmanager
def frozen(pids: list[int]) -> Iterator[None]:
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@contextlib.contextmanager
def watcher_of_another_release(desk: Desk, folder: Path) -> Iterator[None]:
    """A second watcher: its release is another, and its archive lies on a disk that has less than the reserve left."""
    metadata = folder / "release" / f"copydesk-{OTHER_RELEASE}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: copydesk\nVersion: {OTHER_RELEASE}\n")
    environ = desk.folder.environ | {
        "PYTHONPATH": str(metadata.parent),
        "COPYDESK_REDIS_URL": desk.settings.redis_url,
        "COPYDESK_SEEDS_DIR": str(folder / "seeds"),
        "COPYDESK_ARCHIVE_DIR": str(folder / "archive"),
        "COPYDESK_DISK_RESERVE_MB": FAR_TOO_MUCH_MB,
    }
    (folder / "archive").mkdir()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*COPYDESK, "work", "watch"], cwd=folder, env=environ, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(10) == 0


@pytest.mark.timeout(90)
def test_what_befalls_the_processes_of_a_desk_is_told_and_passes(desk: Desk, tmp_path: Path) -> None:
    desk.wait_for(lambda: not desk.troubles(), "the desk is not well at the start")
    with frozen([*desk.pids("work normalize"), *desk.pids("work ingest")]), watcher_of_another_release(desk, tmp_path):
        desk.push("Một bài viết.\n\nChưa ai đọc.")
        desk.wait_for_troubles("releases-mixed", "disk-low")
        desk.end_again_and_again("web")
        desk.wait_for_troubles("process-failing")
        assert "signal SIGKILL" in desk.troubles()["process-failing"].what
        desk.wait_for_troubles("worker-missing", "stage-stuck", "recovery-stuck")
        troubles = desk.troubles()
        assert OTHER_RELEASE in troubles["releases-mixed"].what
        assert str(tmp_path / "archive") in troubles["disk-low"].what
        assert "1 article waits for normalize" in troubles["stage-stuck"].what
        assert desk.folder.run("status").returncode == 1
    desk.wait_for(lambda: not desk.troubles(), "the troubles do not pass")
    desk.wait_for(lambda: desk.ledger.balance().indexed == 1, "the push is not indexed")
    assert desk.folder.run("status").returncode == 0
