"""The units: systemd takes them, the commands exist, nobody is more than it needs to be, and a stop has time."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from services.cli.parsing import read_words
from shared.settings import FIELDS
from tests.require import lacking

FOLDER = Path(__file__).parents[2] / "deploy" / "systemd"
UNITS = sorted(FOLDER.iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
STAYING = [unit for unit in SERVICES if "Type=exec" in unit.read_text(encoding="utf-8")]
STAGES = ("ingest", "normalize", "index", "watch", "deliver")
PROGRAM = "/opt/copydesk/bin/copydesk"
MOST_EXPOSED = "25"  # of 100, as systemd counts; below 20 nothing of ours would start

every_service = pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
every_one_that_stays = pytest.mark.parametrize("unit", STAYING, ids=lambda unit: unit.name)


def lines(unit: Path, key: str) -> list[str]:
    return re.findall(rf"(?m)^{key}=(.*)$", unit.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units as on a machine where the program, the user and an instance of each worker are there."""
    if shutil.which("systemd-analyze") is None:
        lacking("systemd-analyze", "is not on PATH")
    folder = tmp_path_factory.mktemp("units")
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace(PROGRAM, "/bin/true")
        text = text.replace("User=copydesk", "User=daemon").replace("Group=copydesk", "Group=daemon")
        for name in [unit.name, *(unit.name.replace("@", f"@{stage}") for stage in STAGES if "@" in unit.name)]:
            (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_systemd_takes_them(installed: Path) -> None:
    command = ["systemd-analyze", "verify", "--man=no", *(str(unit) for unit in sorted(installed.iterdir()))]
    told = subprocess.run(command, cwd=installed, capture_output=True, text=True, check=False)
    complaints = [line for line in told.stderr.splitlines() if str(installed) in line or "copydesk" in line]
    assert (told.returncode, complaints) == (0, [])


@every_service
def test_nobody_is_more_exposed_than_it_needs_to_be(installed: Path, unit: Path) -> None:
    name = unit.name.replace("@", "@normalize")
    command = ["systemd-analyze", "security", "--no-pager", "--offline=true", f"--threshold={MOST_EXPOSED}", name]
    told = subprocess.run(command, cwd=installed, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout


@every_service
def test_its_command_is_one_of_ours(unit: Path) -> None:
    for command in lines(unit, "ExecStart"):
        program, *words = command.replace("%i", "normalize").split()
        assert program == PROGRAM
        read_words(words)


@every_service
def test_it_is_nobody_and_its_variables_are_settings(unit: Path) -> None:
    assert lines(unit, "User") == ["copydesk"]
    assert lines(unit, "CapabilityBoundingSet") == [""]
    assert lines(unit, "EnvironmentFile") == ["-/etc/copydesk/copydesk.env"]
    named = re.findall(r"COPYDESK_(\w+)=", " ".join(lines(unit, "Environment")))
    assert named and {name.lower() for name in named} <= set(FIELDS)


@every_one_that_stays
def test_it_comes_back_and_has_time_to_stop(unit: Path) -> None:
    assert lines(unit, "Restart") == ["always"]
    assert lines(unit, "RestartPreventExitStatus") == ["3"], "data of a newer release"
    assert lines(unit, "TimeoutStopSec") == ["60"]
    assert lines(unit, "KillMode") == ["mixed"], "a pool's children are ended by their parent"
    assert lines(unit, "PartOf") == ["copydesk.target"]


def test_workers_are_watched_and_give_running_work_back() -> None:
    (worker,) = (unit for unit in STAYING if "@" in unit.name)
    assert lines(worker, "WatchdogSec") == ["300"]
    assert "REMAP_SIGTERM=SIGQUIT" in lines(worker, "Environment")


def test_the_target_brings_the_whole_desk() -> None:
    (wanted,) = lines(FOLDER / "copydesk.target", "Wants")
    assert set(wanted.split()) == {
        "copydesk-web.service", *(f"copydesk@{stage}.service" for stage in STAGES if stage != "deliver"),
    }  # fmt: skip
