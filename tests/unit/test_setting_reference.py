"""Every setting is explained, and the page of settings says what the code does."""

import re
from pathlib import Path

import msgspec
import pytest

from services.cli import main as cli
from shared.keep_settings import KeepSettings
from shared.setting_reference import EXPLAINED
from shared.settings import FIELDS
from tools.settings_reference import PAGE, page


def test_every_setting_is_explained_and_nothing_else() -> None:
    assert set(EXPLAINED) == set(FIELDS)
    assert [name for name, one in EXPLAINED.items() if not (one.meaning.endswith(".") and one.turn.endswith("."))] == []


def test_units_stand_in_the_names_or_beside_them() -> None:
    ends = {"_s": "s", "_days": "days", "_mb": "MB", "_bytes": "bytes", "_percent": "%"}
    wrong = [
        name
        for name, one in EXPLAINED.items()
        if one.unit != next((unit for end, unit in ends.items() if name.endswith(end)), "")
    ]
    assert wrong == []


def test_the_page_of_settings_is_made_from_the_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make settings`"


def test_what_the_page_says_of_other_settings_exists() -> None:
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", page()))
    assert named - {*FIELDS, *KeepSettings.__struct_fields__} == set()


@pytest.fixture(autouse=True)
def _there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COPYDESK_CONFIG", raising=False)


def test_a_setting_is_explained_at_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["config", "show", "--explain"]) == 0
    shown = capsys.readouterr().out
    assert "  retention_days = 5 days (default)" in shown
    assert EXPLAINED["retention_days"].turn in shown
    assert all(f"  {name} = " in shown for name in FIELDS)
    assert cli.main(["config", "show", "--explain", "--json"]) == 0
    told = msgspec.json.decode(capsys.readouterr().out)["lease_s"]
    assert (told["value"], told["unit"]) == (150, "s")


GOOD = 'retention_days = 9\n[drops."hue"]\nlanguage = "vi"\n'
BAD = 'retention_day = 9\nlease_s = "long"\nlog_level = "loud"\n[drops."hue"]\nzone = "Asia/Huế"\n'


def check(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str]]:
    code = cli.main(["config", "check", *words, "--json"])
    told = capsys.readouterr().out
    return code, msgspec.json.decode(told)["faults"] if told else []


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "new.toml").write_text(BAD)
    code, faults = check(capsys, "new.toml")
    assert code == 1
    assert [fault.split(":", 1)[1].split()[0:2] for fault in faults] == [
        ["unknown", "key"], ["lease_s", "must"], ["log_level", "must"], ['[drops."hue"]:', "unknown"],
    ]  # fmt: skip
    (tmp_path / "new.toml").write_text(GOOD)
    assert check(capsys, "new.toml") == (0, [])


def test_what_only_does_not_go_together_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "new.toml").write_text("lease_s = 100\n")
    code, (fault,) = check(capsys, "new.toml")
    assert (code, "must be below lease_s (100, file new.toml)" in fault) == (1, True)


def test_a_file_is_checked_also_where_the_one_in_force_is_broken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "copydesk.toml").write_text(BAD)
    (tmp_path / "new.toml").write_text(GOOD)
    assert check(capsys, "new.toml") == (0, [])
    assert cli.main(["config", "check", "copydesk.toml"]) == 1
    assert cli.main(["config", "check", "nowhere.toml"]) == 2
    (tmp_path / "copydesk.toml").write_text("a = [\n")
    assert cli.main(["config", "check", "copydesk.toml"]) == 2
    assert "no valid TOML" in capsys.readouterr().err


def test_which_file_is_in_use_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COPYDESK_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    here, other = tmp_path / "copydesk.toml", tmp_path / "other.toml"
    other.write_text(GOOD)
    assert cli.main(["config", "check"]) == 0
    assert f"COPYDESK_CONFIG names none, and there is no {here}" in capsys.readouterr().out
    here.write_text(GOOD)
    assert cli.main(["config", "check"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{here} is fine, together with the environment of this process.",
        "It is the file in use: whatever is started here reads it.",
    ]
    assert cli.main(["config", "check", "other.toml"]) == 0
    assert f"In use here is another one: {here}." in capsys.readouterr().out
    monkeypatch.setenv("COPYDESK_CONFIG", str(other))
    assert cli.main(["config", "check", "--json"]) == 0
    told = msgspec.json.decode(capsys.readouterr().out)
    assert told == {"file": str(other), "inUse": str(other), "faults": []}
    assert cli.main(["config", "show"]) == 0
    assert capsys.readouterr().out.endswith(f"\nThe file of settings in use: {other}\n")
