"""Settings of a source on a whole desk: saved at the terminal, seen by its workers; what came before is read anew."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.desk import Folder, make_folder
from tests.unit.normalize.test_hints import PAGE


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    made = make_folder(tmp_path, seeds=False)
    yield made
    made.end()


def push(address: str, key: str, number: int) -> dict[str, Any]:
    """Push a page and wait for its article."""
    body = PAGE.replace("vụ Tết", f"vụ Tết {number}").replace("247 hộ", f"{300 + number} hộ")
    headers = {
        "Authorization": f"Bearer {key}", "Content-Type": "text/html", "Prefer": "wait=30",
        "Content-Location": f"https://hue.example/{number}",
    }  # fmt: skip
    asked = urllib.request.Request(f"{address}/v1/articles", body.encode(), headers)
    told: dict[str, Any] = json.loads(urllib.request.urlopen(asked, timeout=40).read())
    return told


def test_what_is_set_at_the_terminal_counts_for_the_next_push(folder: Folder) -> None:
    _, told = folder.up()
    key = folder.run("keys", "create", "hue").stdout.strip()
    before = [push(told["url"], key, number) for number in range(3)]
    assert {one["article"]["headline"] for one in before} == {"Tin trong ngày"}

    trial = folder.ask("sources", "try", "push:hue", "--headline", "h2.real")["trial"]
    assert (trial["lookedAt"], trial["changed"], trial["fields"]["headline"]) == (3, 3, 3)
    assert folder.run("sources", "set", "push:hue", "--headline", "h2.real", "--note", "new template").returncode == 0
    after = push(told["url"], key, 9)
    assert after["article"]["headline"] == "Làng rau vào vụ Tết 9"
    rules = {seen["field"]: seen["rule"] for seen in after["article"]["evidence"]}
    assert rules["headline"] == "the source's settings (h2.real)"
    assert rules["settings"] == "read with the settings of (push:hue 1)"

    assert folder.ask("sources", "replay", "push:hue") == {"wouldReplay": 4}
    assert folder.ask("sources", "replay", "push:hue", "--yes", "--note", "new template")["replayed"] == 4
    said = {change["after"] for one in trial["articles"] for change in one["fields"] if change["field"] == "headline"}
    folder.wait_for(
        lambda: said == {folder.ask("show", one["id"])["article"]["headline"] for one in before},
        "the articles were not read anew as the trial said",
    )
    assert folder.run("balance").returncode == 0
