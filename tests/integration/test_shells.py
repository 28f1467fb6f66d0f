"""Completions in the shells themselves, and the page of man by those who read it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from services.cli.completions import SCRIPTS
from services.cli.manual import make_page
from tests.integration.terminal import Terminal
from tests.require import lacking

CASES = [
    pytest.param("copydesk sta", {"status"}, id="a command"),
    pytest.param("copydesk fe", {"feeds"}, id="a group"),
    pytest.param("copydesk --data-dir /tmp feeds re", {"refresh", "remove", "resume"}, id="below a group"),
    pytest.param("copydesk work n", {"normalize"}, id="a choice"),
    pytest.param("copydesk dead replay --stage i", {"index"}, id="the value of an option"),
    pytest.param("copydesk list --pub", {"--publisher"}, id="an option"),
    pytest.param("copydesk read pag", {"page.html"}, id="a file"),
]


def needed(shell: str) -> str:
    program = shutil.which(shell)
    if program is None:
        lacking(shell, "is not on PATH")
    return program


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("page.html").touch()
    for shell, script in SCRIPTS.items():
        Path(f"completion.{shell}").write_text(script(), encoding="utf-8")
    return tmp_path


def completed(program: list[str]) -> set[str]:
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return {line.partition("\t")[0].rstrip() for line in done.stdout.splitlines() if line}


@pytest.mark.parametrize(("typed", "expected"), CASES)
def test_bash_completes(folder: Path, typed: str, expected: set[str]) -> None:
    words = typed.split(" ")
    script = (
        f"source completion.bash; COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; "
        '_copydesk; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    assert completed([needed("bash"), "--norc", "-c", script]) == expected


@pytest.mark.parametrize(("typed", "expected"), CASES)
def test_fish_completes(folder: Path, typed: str, expected: set[str]) -> None:
    script = f"source completion.fish; complete -C '{typed}'"
    assert completed([needed("fish"), "--no-config", "-c", script]) == expected


@pytest.mark.parametrize(("typed", "expected"), CASES)
def test_zsh_completes(folder: Path, typed: str, expected: set[str]) -> None:
    terminal = Terminal([needed("zsh"), "-f", "-i"], columns=200)
    try:
        terminal.press(
            "PS1='> '; unsetopt BEEP; autoload -U compinit; compinit -D; source completion.zsh; echo RE''ADY\n"
        )
        terminal.until(lambda: "READY" in terminal.written)
        terminal.press(f"{typed}\t\t")
        terminal.until(lambda: all(word in terminal.written.rpartition("READY")[2] for word in expected))
    finally:
        terminal.close()


def test_man_reads_the_page() -> None:
    done = subprocess.run(
        [needed("mandoc"), "-Tlint", "-Wwarning"], input=make_page(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_page_is_laid_out(tmp_path: Path) -> None:
    page = tmp_path / "copydesk.1"
    with page.open("w") as out:
        subprocess.run([sys.executable, "-m", "services.cli", "man"], stdout=out, check=True)
    layout = [needed("man"), "--warnings", "-l", str(page)]
    done = subprocess.run(
        layout,
        capture_output=True,
        text=True,
        check=True,
        env={"MANWIDTH": "80", "PATH": "/usr/bin", "LC_ALL": "C.UTF-8"},
    )
    assert done.stderr == ""
    for words in ("copydesk feeds add", "--publisher NAME", "EXIT STATUS"):
        assert words in done.stdout
