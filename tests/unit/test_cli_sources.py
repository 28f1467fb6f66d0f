"""`copydesk sources` without a desk: what is set, taken back, and told of it."""

import json
import os
from pathlib import Path

import pytest

from services.cli import main as cli
from shared.data_version import make_folder

HUE = "push:hue"


@pytest.fixture(autouse=True)
def fresh_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("COPYDESK_")]:
        monkeypatch.delenv(name)


def answer(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    code = cli.main(argv)
    out, err = capsys.readouterr()
    return code, out, err


def test_settings_add_up_and_are_taken_back_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    answer(capsys, "sources", "set", HUE, "--headline", "h1.title", "--note", "new template")
    answer(capsys, "sources", "set", HUE, "--leave-out", ".ad", "--leave-out", ".box", "--zone", "Asia/Ho_Chi_Minh")
    code, out, _ = answer(capsys, "sources", "show", HUE, "--json")
    told = json.loads(out)
    assert (code, told["version"], told["zone"]) == (0, 2, "Asia/Ho_Chi_Minh")
    assert told["hints"] == {"headline": "h1.title", "leaveOut": [".ad", ".box"], "zone": "Asia/Ho_Chi_Minh"}
    assert answer(capsys, "sources", "unset", HUE, "leave-out", "zone")[0] == 0
    assert json.loads(answer(capsys, "sources", "show", HUE, "--json")[1])["hints"] == {"headline": "h1.title"}
    assert answer(capsys, "sources", "unset", HUE, "all")[0] == 0
    assert answer(capsys, "sources", "unset", HUE, "all")[0] == 1


def test_a_key_is_shown_also_where_its_settings_cannot_be_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "sources.json").write_text("{")
    code, out, err = answer(capsys, "keys", "create", "hue", "--zone", "Asia/Ho_Chi_Minh")
    assert code != 0
    assert out.startswith("cd_hue_")
    assert "sources.json" in err


def test_the_history_says_who_changed_what_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    answer(capsys, "sources", "set", HUE, "--headline", "h1", "--note", "new template")
    answer(capsys, "sources", "set", HUE, "--headline", "h2")
    _, out, _ = answer(capsys, "sources", "history", HUE)
    assert "cli:" in out
    assert ": new template" in out
    assert "headline: h1 → h2" in out
    changes = json.loads(answer(capsys, "sources", "history", HUE, "--json")[1])
    assert [change["version"] for change in changes] == [2, 1]


def test_what_a_feed_or_a_key_is_made_with_is_kept_here(capsys: pytest.CaptureFixture[str]) -> None:
    answer(capsys, "feeds", "add", "--unchecked", "https://news.example.org/rss", "--zone", "Asia/Ho_Chi_Minh")
    answer(capsys, "keys", "create", "hue", "--language", "vi")
    told = {one["name"]: one for one in json.loads(answer(capsys, "sources", "list", "--json")[1])}
    assert told["feed:https://news.example.org/rss"]["hints"] == {"zone": "Asia/Ho_Chi_Minh"}
    assert told[HUE]["hints"] == {"language": "vi"}
    answer(capsys, "sources", "set", "feed:https://news.example.org/rss", "--zone", "Asia/Tokyo")
    (feed,) = json.loads(answer(capsys, "feeds", "list", "--json")[1])
    assert feed["zone"] == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        pytest.param(("set", HUE, "--headline", "p:hover"), "headline: 'p:hover' is no selector", id="a selector"),
        pytest.param(("set", HUE, "--zone", "Asia/Ho_Chi_Min"), "did you mean Asia/Ho_Chi_Minh", id="a zone"),
        pytest.param(("set", HUE, "--byline-pattern", "(a+)+$"), "it names nobody", id="a pattern"),
        pytest.param(("set", "hue", "--headline", "h1"), "is no source", id="no source"),
        pytest.param(("set", HUE), "nothing was changed", id="nothing said"),
        pytest.param(("unset", HUE, "head"), "'head' is no setting", id="no such setting"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_kept(
    capsys: pytest.CaptureFixture[str], argv: tuple[str, ...], told: str
) -> None:
    make_folder(Path("data"))
    code, _, err = answer(capsys, "sources", *argv)
    assert code == 2
    assert told in err
    assert not Path("data", "sources.json").exists()
