"""The image: two stages on one pinned base, hash-pinned wheels, bytecode, a numeric user, no ballast."""

import re
import subprocess
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8")
LINES = re.sub(r"\\\n\s*", " ", re.sub(r"(?m)^#.*\n", "", TEXT)).splitlines()
BUILD, RUN = (part.splitlines() for part in re.split(r"(?m)^(?=FROM )", "\n".join(LINES))[1:])


def test_both_stages_start_from_the_same_pinned_image() -> None:
    first, second = (line.split()[1] for line in LINES if line.startswith("FROM"))
    assert first == second
    assert re.fullmatch(r"python:3\.13\.\d+-slim-trixie", first)


def test_no_other_frontend_and_no_address() -> None:
    assert not re.search(r"(?m)^#\s*syntax\s*=", TEXT)
    assert not re.search(r"https?://|\bADD\b|curl|wget|apt-get", TEXT)


def test_everything_from_an_index_is_a_wheel_with_a_hash() -> None:
    installs = [
        command for line in LINES for command in line.split("&&") if re.search(r"pip.* (install|wheel) ", command)
    ]
    assert len(installs) == 4
    for command in installs:
        assert {"--only-binary", "--require-hashes"} <= set(command.split()) or "--no-index" in command, command


def test_bytecode_is_written_for_the_library_and_for_ours() -> None:
    assert any("compileall" in line and "/opt/copydesk/lib" in line for line in BUILD)
    assert any("compileall" in line and "/usr/local/lib/python3.13" in line for line in RUN)
    assert "PYTHONDONTWRITEBYTECODE=1" in "\n".join(RUN)


def test_it_runs_as_a_number_and_that_owns_what_volumes_start_from() -> None:
    (user,) = (line for line in RUN if line.startswith("USER"))
    assert user == "USER 10001:10001"
    assert RUN.index(user) > max(i for i, line in enumerate(RUN) if line.startswith(("RUN", "COPY")))
    assert any("install -d -o 10001 -g 10001" in line and "/data /index" in line for line in RUN)


def test_the_command_is_in_exec_form() -> None:
    assert [line for line in RUN if line.startswith(("CMD", "ENTRYPOINT"))] == ['CMD ["copydesk", "--help"]']


def test_the_context_is_an_allow_list_and_holds_only_what_is_copied() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    allowed = {rule.removeprefix("!").rstrip("/") for rule in rules if rule.startswith("!")}
    copied = {
        name.rstrip("/")
        for line in BUILD
        if line.startswith("COPY") and "--from" not in line
        for name in line.split()[1:-1]
    }
    assert allowed == copied


def test_what_is_allowed_in_holds_no_secret_and_no_data() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "services", "shared", "requirements"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.splitlines()
    assert not [name for name in tracked if any(fnmatch(name, p) for p in ("*.env", "*.key", "*.pem", "*keys.json"))]
