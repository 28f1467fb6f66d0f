"""The wheel, in an environment of its own: it holds every file of ours, and the desk runs from it alone."""

import email
import shutil
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest

from tests.e2e.desk import Folder

ROOT = Path(__file__).parents[2]
SOURCES = ("copydesk", "services", "shared")
ARTICLE = "09/11/2015 - 05:34\n\nTin đầu của buổi sáng\n\nHUẾ - Câu mở đầu.\n\nThân bài.\n"
BUILD = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-cache-dir", "--no-deps"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built without a network, from a copy: setuptools leaves its traces where it builds."""
    source, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheels")
    for name in SOURCES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    subprocess.run([*BUILD, "--no-index", "--no-build-isolation", "--wheel-dir", str(made), str(source)], check=True)
    (built,) = made.glob("copydesk-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment with the wheel; what it depends on comes from the one that runs the tests."""
    place = tmp_path_factory.mktemp("environment")
    venv.EnvBuilder(with_pip=False).create(place)
    python = place / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-cache-dir", "--no-deps"]
    subprocess.run([*pip, "--disable-pip-version-check", "--no-index", str(wheel)], check=True)
    (packages,) = place.glob("lib/python*/site-packages")
    (packages / "beside.pth").write_text(sysconfig.get_path("purelib") + "\n")  # its own .pth files are not read
    return python.parent


@pytest.fixture
def folder(installed: Path, tmp_path: Path) -> Iterator[Folder]:
    made = Folder(tmp_path, command=[str(installed / "copydesk")])
    made.environ.pop("PYTHONPATH", None)
    yield made
    made.end()


def files(top: Path) -> set[str]:
    return {
        str(path.relative_to(ROOT))
        for path in top.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }


def test_it_holds_every_file_of_ours_and_no_other(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == set().union(*(files(ROOT / source) for source in SOURCES))


def test_an_index_can_show_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        told: Message = email.message_from_bytes(archive.read(name))
    assert (told["Name"], told["License-Expression"], told["License-File"]) == ("copydesk", "Apache-2.0", "LICENSE")
    assert (told["Requires-Python"], told["Description-Content-Type"]) == (">=3.11", "text/markdown")
    assert told["Summary"]
    assert {"desk", "ingest", "normalize", "web", "embedded"} <= set(told.get_all("Provides-Extra", []))
    assert not [line for line in told.get_all("Requires-Dist", []) if "@" in line]


def test_the_desk_runs_from_it_alone(folder: Folder, installed: Path) -> None:
    where = "import services, shared, copydesk; print(services.__path__, shared.__path__, copydesk.__path__)"
    told = subprocess.check_output([installed / "python", "-c", where], cwd=folder.path, env=folder.environ, text=True)
    assert str(ROOT) not in told
    (folder.path / "seeds").mkdir()
    (folder.path / "seeds" / "a.txt").write_text(ARTICLE, encoding="utf-8")
    _, greeting = folder.up()
    for page in ("login", "static/desk.css", "openapi.json", "docs"):
        with urllib.request.urlopen(f"{greeting['url']}/{page}", timeout=15) as answer:
            assert answer.status == 200, page
    folder.wait_for(lambda: "Tin đầu" in folder.run("search", "tin dau").stdout, "the drop did not come through")
    assert folder.run("balance").returncode == 0
