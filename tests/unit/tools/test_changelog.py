"""Fragments become one section of the changelog, and nothing is lost or told twice."""

import datetime as dt
from pathlib import Path

import pytest

from tools.changelog import ChangelogError, assemble, main

DAY = dt.date(2026, 12, 1)
HEAD = "# Changelog\n\nWhat users notice.\n"


def test_a_release_stands_above_the_older_ones() -> None:
    first = assemble(HEAD, {"a.added.md": "Feeds.\n"}, "0.1.0", DAY)
    second = assemble(first, {"b.fixed.md": "A leak.\n", "a.added.md": "Pushes.\nIn bulk.\n"}, "0.2.0", DAY)
    assert second == (
        f"{HEAD}\n## 0.2.0 (2026-12-01)\n\n### Added\n\n* Pushes.\n  In bulk.\n\n### Fixed\n\n* A leak.\n"
        "\n## 0.1.0 (2026-12-01)\n\n### Added\n\n* Feeds.\n"
    )


@pytest.mark.parametrize(
    ("fragments", "version", "message"),
    [
        pytest.param({}, "0.2.0", "nothing to tell", id="no fragments"),
        pytest.param({"a.better.md": "x"}, "0.2.0", "is not named", id="unknown kind"),
        pytest.param({"a.added.md": " \n"}, "0.2.0", "is empty", id="empty fragment"),
        pytest.param({"a.added.md": "x"}, "next", "is no version", id="no version"),
        pytest.param({"a.added.md": "x"}, "0.1.0", "has 0.1.0 already", id="told before"),
    ],
)
def test_what_cannot_be_told_is_refused(fragments: dict[str, str], version: str, message: str) -> None:
    with pytest.raises(ChangelogError, match=message):
        assemble(f"{HEAD}\n## 0.1.0 (2026-01-01)\n", fragments, version, DAY)


def test_the_command_moves_the_fragments_into_the_changelog(tmp_path: Path) -> None:
    (tmp_path / "CHANGELOG.md").write_text(HEAD)
    fragment = tmp_path / "changelog.d" / "a.changed.md"
    fragment.parent.mkdir()
    fragment.write_text("Đọc ngày.\n", encoding="utf-8")
    assert main(["0.2.0", "--day", "2026-12-01", "--root", str(tmp_path)]) == 0
    assert "## 0.2.0 (2026-12-01)\n\n### Changed\n\n* Đọc ngày.\n" in (tmp_path / "CHANGELOG.md").read_text("utf-8")
    assert not fragment.exists()


def test_the_notes_of_a_release_are_its_section(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = assemble(HEAD, {"a.added.md": "Feeds.\n"}, "0.1.0", DAY)
    (tmp_path / "CHANGELOG.md").write_text(assemble(first, {"b.fixed.md": "A leak.\n"}, "0.2.0", DAY))
    for version, told in ("0.2.0", "### Fixed\n\n* A leak.\n"), ("0.1.0", "### Added\n\n* Feeds.\n"):
        assert main([version, "--notes", "--root", str(tmp_path)]) == 0
        assert capsys.readouterr().out == told
    assert main(["0.3.0", "--notes", "--root", str(tmp_path)]) == 2


def test_a_refused_release_changes_no_file(tmp_path: Path) -> None:
    (tmp_path / "CHANGELOG.md").write_text(HEAD)
    fragment = tmp_path / "changelog.d" / "a.unknown.md"
    fragment.parent.mkdir()
    fragment.write_text("Text.\n")
    assert main(["0.2.0", "--root", str(tmp_path)]) == 2
    assert (tmp_path / "CHANGELOG.md").read_text() == HEAD
    assert fragment.exists()


def test_the_fragments_of_this_repository_can_be_told() -> None:
    folder = Path(__file__).parents[3] / "changelog.d"
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if not path.name.startswith(".")}
    if texts:
        assert assemble(HEAD, texts, "99.0.0", DAY).count("\n* ") == len(texts)
