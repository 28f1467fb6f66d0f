"""Backups on disks that are really full: none that looks whole, and a restore that goes on when there is room."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ON_SMALL_DISKS = """
import json, os, subprocess, sys
from pathlib import Path
from services.cli import main as cli
from services.desk.backup.store import Store
from shared.archive import Archive
from tests.unit.shared.test_archive import entry

top = Path(sys.argv[1])
data, backups, fresh = top / "data", top / "backups", top / "fresh"
for folder in (data, backups, fresh):
    folder.mkdir()

def disk(folder, size, *how):
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"{','.join(('size=' + size, *how))}", "tmpfs", folder], check=True)

def run(*words):
    return cli.main([*words, "--data-dir", str(data)])

archive = Archive(data / "archive")
archive.put_batch([entry(number, os.urandom(10_000)) for number in range(100)])
archive.close()
disk(backups, "2m")
assert run("backup", str(backups)) == 0
first = Store(backups).names()
archive.put_batch([entry(number, os.urandom(10_000)) for number in range(100, 300)])
archive.close()
assert run("backup", str(backups)) == 2
assert Store(backups).names() == first, "no backup that looks whole"
assert list((backups / "partial").iterdir()) == []
assert run("verify", str(backups)) == 0
subprocess.run(["mount", "-o", "remount,size=64m", backups], check=True)
assert run("backup", str(backups)) == 0
assert len(Store(backups).names()) == 2

disk(fresh, "1500k")
there = ["--data-dir", str(fresh)]
assert cli.main(["restore", str(backups), *there]) == 2
assert cli.main(["verify", *there]) == 2, "half restored: of no use to anybody"
subprocess.run(["mount", "-o", "remount,size=64m", fresh], check=True)
assert cli.main(["restore", str(backups), *there]) == 0
assert sum(1 for _ in Archive(fresh / "archive").entries()) == 300
print("whole")
"""


def test_on_full_disks_there_is_no_half_backup_and_no_half_desk(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    if os.geteuid() != 0 or unshare is None:
        pytest.skip("small disks of one's own need root and unshare")
    mount = [unshare, "-m", "mount", "-t", "tmpfs", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let anybody mount")
    command = [unshare, "-m", sys.executable, "-c", ON_SMALL_DISKS, str(tmp_path)]
    environ = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, capture_output=True, text=True, env=environ, check=False)
    assert done.stdout.endswith("whole\n"), done.stdout + done.stderr
    assert "is full: free some space; the last whole one is" in done.stderr
    assert "the disk is full: free some space, and the same command goes on" in done.stderr
