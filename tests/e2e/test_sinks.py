"""A whole desk that hands on: into a folder and to a webhook, while a receiver is away and a deliverer dies."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.index.sinks.files import read_lines
from tests.e2e.desk import Folder, make_folder
from tests.engines.receiver import Receiver, receiver

SECRET = "whsec_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="


@pytest.fixture
def kept() -> Iterator[Receiver]:
    with receiver() as kept:
        yield kept


@pytest.fixture
def folder(tmp_path: Path, kept: Receiver) -> Iterator[Folder]:
    folder = make_folder(tmp_path, seeds=False)
    (tmp_path / "copydesk.toml").write_text(
        f"""
allow_networks = ["127.0.0.0/8"]
[sinks.days]
url = "files://{tmp_path}/out"
[sinks.hook]
url = "webhook+{kept.url}"
secrets = ["{SECRET}"]
"""
    )
    yield folder
    folder.end()


def push(folder: Folder, name: str, words: str) -> str:
    path = folder.path / f"{name}.txt"
    path.write_text(
        f"{words}\n\nĐảng bộ huyện Nam Đông thường xuyên củng cố các tổ chức cơ sở Đảng.\n", encoding="utf-8"
    )
    told = json.loads(folder.run("push", str(path), "--uri", f"urn:test:{name}", "--json").stdout)
    article: str = (told[0] if isinstance(told, list) else told)["article"]
    return article


def lines(folder: Folder) -> list[Any]:
    return [line for path in (folder.path / "out").rglob("*.ndjson") for line in read_lines(path)]


def test_a_desk_hands_on_whatever_befalls_the_receiver_and_the_deliverer(folder: Folder, kept: Receiver) -> None:
    kept.answer = lambda _: 503
    desk, _ = folder.up()
    articles = [push(folder, f"a{number}", f"Tin số {number}") for number in range(3)]
    folder.wait_for(lambda: len(lines(folder)) == 3, "a receiver that is away delays another sink")
    assert {line["id"] for line in lines(folder)} == set(articles)
    folder.wait_for(
        lambda: any(one["code"] == "sink-paused" for one in folder.ask("status")["troubles"]), "nobody was told"
    )
    (row,) = [one for one in folder.ask("sinks", "list")["sinks"] if one["sink"] == "hook"]
    assert (row["state"], row["dead"]) == ("resting", 0)

    (deliverer,) = folder.workers("deliver")
    os.kill(deliverer, signal.SIGKILL)
    kept.answer = lambda _: 204
    folder.wait_for(lambda: len(kept.headlines()) == 3, "what waited was not delivered")
    folder.wait_for(lambda: not folder.ask("status")["troubles"], "the trouble does not end")

    assert push(folder, "a1", "Tin số 1, đã sửa") == articles[1]
    folder.wait_for(lambda: kept.headlines()[articles[1]] == "Tin số 1, đã sửa", "the edit was not delivered")
    assert folder.run("withdraw", articles[2], "--because", "sai").returncode == 0
    folder.wait_for(lambda: set(kept.headlines()) == set(articles[:2]), "the withdrawal was not delivered")
    folder.wait_for(lambda: len(lines(folder)) == 5, "the changes did not come into the folder")
    changes = [line["change"] for line in lines(folder)]
    assert len(changes) == len(set(changes))

    logged = folder.ask("sinks", "log", articles[1], "--sink", "hook")["deliveries"]
    assert {one["ending"] for one in logged} >= {"delivered"}
    before = len(kept.events)
    assert folder.run("sinks", "replay", "hook", articles[0]).returncode == 0
    folder.wait_for(lambda: len(kept.events) > before, "the replay was not delivered")
    desk.send_signal(signal.SIGTERM)
    assert desk.wait(30) == 0
