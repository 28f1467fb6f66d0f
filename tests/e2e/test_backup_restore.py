"""A desk is copied while publishers push, and comes up elsewhere: another name of the host, an empty Redis."""

import shutil
import signal
import subprocess
import threading
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from services.index.search import Index
from shared.settings import INDEX_FILE
from tests.conftest import wait_for
from tests.e2e.desk import COPYDESK, Folder, make_folder

PUSHES = 60
ELSEWHERE = ["unshare", "-r", "--uts", "sh", "-c", 'hostname elsewhere && exec "$@"', "sh"]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    (tmp_path / "here").mkdir()
    made = make_folder(tmp_path / "here", seeds=False)
    yield made
    made.end()


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Folder]:
    (tmp_path / "there").mkdir()
    made = make_folder(tmp_path / "there", seeds=False)
    yield made
    made.end()


@pytest.fixture
def _another_host() -> None:
    if not shutil.which("unshare") or subprocess.run([*ELSEWHERE, "true"], check=False).returncode:
        pytest.skip("a host's name of one's own needs unshare and user namespaces")


def push(told: dict[str, Any], number: int) -> None:
    text = f"Bản tin số{number}\n\nChuyến xe số{number} rời bến đúng giờ, theo ban quản lý."
    headers = {"Authorization": f"Bearer {told['key']}", "Content-Type": "text/plain"}
    request = urllib.request.Request(f"{told['url']}/v1/articles", data=text.encode(), headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 202


@pytest.mark.usefixtures("_another_host")
def test_what_was_pushed_before_a_backup_is_found_on_another_host(
    folder: Folder, there: Folder, tmp_path: Path
) -> None:
    desk, told = folder.up()
    for number in range(PUSHES // 2):
        push(told, number)
    pusher = threading.Thread(target=push_all, args=(told, range(PUSHES // 2, PUSHES)))
    pusher.start()
    first = folder.ask("backup", str(tmp_path / "backups"))
    second = folder.ask("backup", str(tmp_path / "backups"))
    pusher.join()
    assert (first["damaged"], second["damaged"]) == ([], [])
    assert second["entries"] >= first["entries"] >= PUSHES // 2
    desk.kill()
    desk.wait()
    checked = folder.run("verify", str(tmp_path / "backups"))
    assert checked.returncode == 0, checked.stdout

    restored = subprocess.run(
        [*ELSEWHERE, *COPYDESK, "restore", str(tmp_path / "backups")], cwd=there.path, env=there.environ, check=False
    )
    assert restored.returncode == 0
    told |= {"url": there.up()[1]["url"]}  # the publisher's key is as good as before
    there.wait_for(lambda: done(there, second["entries"]), "the backup is not all indexed")
    index = there.data / "index" / INDEX_FILE
    there.wait_for(lambda: found(index, PUSHES // 2), "the words did not follow the record")
    assert Index(index).count() == second["entries"]
    verified = there.ask("verify")
    assert (verified["differences"], verified["articles"]) == ([], second["entries"])
    push(told, PUSHES)
    there.wait_for(lambda: done(there, second["entries"] + 1), "a further push is not indexed")


def push_all(told: dict[str, Any], numbers: Iterable[int]) -> None:
    for number in numbers:
        push(told, number)


def done(folder: Folder, accepted: int) -> bool:
    balance = folder.ask("balance")
    assert balance["difference"] == 0
    assert balance["accepted"] <= accepted
    return bool(balance["indexed"] == accepted)


def test_a_desk_whose_index_is_damaged_makes_it_anew_and_finds_all_again(folder: Folder) -> None:
    desk, told = folder.up()
    for number in range(5):
        push(told, number)
    folder.wait_for(lambda: done(folder, 5), "the pushes are not indexed")
    assert folder.run("reindex", "--yes").returncode == 2, "its writer lives"
    desk.send_signal(signal.SIGINT)
    assert desk.wait(timeout=20) == 0
    wait_for(lambda: not folder.alive(), "a process outlives the desk")
    index = folder.data / "index" / INDEX_FILE
    for left in index.parent.glob(f"{INDEX_FILE}-*"):
        left.unlink()  # SQLite's log, in which a small index stands as a whole
    index.write_bytes(b"what a dying disk left" * 5000)
    assert folder.run("verify").returncode == 1
    assert folder.run("reindex", "--yes").returncode == 0
    folder.up()
    folder.wait_for(lambda: found(index, 5), "the index was not made anew")
    folder.wait_for(lambda: done(folder, 5), "the balance is another than before")
    assert folder.run("verify").returncode == 0


def found(index: Path, count: int) -> bool:
    return all(Index(index).search(f"số{number}").total == 1 for number in range(count))
