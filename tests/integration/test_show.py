"""`copydesk show`: what a person calls a dropped file, on its way and in the index."""

import json
from pathlib import Path

import pytest

from services.cli.main import main
from services.index.sinks.sqlite import SqliteSink
from services.ingest.drop_files import path_alias
from services.ingest.drops import take_file
from services.ingest.intake import Intake, open_archive
from services.normalize.tasks import read_articles
from shared.settings import Settings
from shared.work.celery_app import open_ledger
from tests.conftest import options_of
from tests.stages import work_off

TEXT = "Giá lúa tăng\n\nGiá lúa tăng ở đồng bằng, và còn tăng nữa trong tuần này.\n"


@pytest.fixture(params=["a.txt", "hue/bài 50%25.txt"])
def dropped(settings: Settings, request: pytest.FixtureRequest) -> tuple[Settings, Path]:
    path = Path(settings.seeds_dir) / request.param
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TEXT)
    ledger = open_ledger(settings)
    take_file(path, settings, Intake(ledger, open_archive(settings), settings))
    return settings, path


def work(settings: Settings) -> None:
    ledger, sink = open_ledger(settings), SqliteSink(settings.index_file)
    read = read_articles(max_bytes=settings.max_input_bytes, cpu_s=60)
    work_off(ledger, read, sink)
    sink.close()


def test_a_drop_is_found_by_its_path_however_that_is_spelled(
    dropped: tuple[Settings, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, path = dropped
    monkeypatch.chdir(Path(settings.seeds_dir).parent)
    base = [*options_of(settings), "--seeds-dir", settings.seeds_dir]
    from_here = str(path.relative_to(Path.cwd()))
    in_folder = str(path.relative_to(settings.seeds_dir))
    told = []
    for step in ("waits", "is indexed"):
        for name in (in_folder, from_here, f"./{from_here}", str(path), path_alias(in_folder)):
            assert main(["show", name, "--json", *base]) == 0, f"{name} {step}"
            told.append(json.loads(capsys.readouterr().out))
        if step == "waits":
            work(settings)
    assert len({answer["id"] for answer in told}) == 1
    assert [answer["state"] for answer in told] == ["queued"] * 5 + ["indexed"] * 5
    assert main(["show", "hue/none.txt", *base]) == 1
    assert "nobody knows hue/none.txt" in capsys.readouterr().err
