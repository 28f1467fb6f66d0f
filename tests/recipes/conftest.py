"""A desk for recipes: a publisher's key, a monitor's key, and what either of them is answered."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.desk import Folder, make_folder


class RecipeDesk:
    """A running desk that may be stopped and started again at the same address."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self._up, told = folder.up()
        self.url: str = told["url"]
        self.key = folder.ask("keys", "create", "hue-daily", "--zone", "Asia/Ho_Chi_Minh", "--language", "vi")["key"]
        self._monitor = folder.ask("keys", "create", "watch", "--scope", "read-all", "--scope", "monitor")["key"]

    def stop(self) -> None:
        self._up.terminate()
        assert self._up.wait(30) == 0

    def start(self) -> None:
        self._up, told = self.folder.up()
        assert told["url"] == self.url

    def ask(self, path: str) -> tuple[int, dict[str, Any]]:
        """Status and body of what a monitor asks."""
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {self._monitor}"})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def article(self, name: str) -> tuple[int, dict[str, Any]]:
        """The article of an id or an address."""
        return self.ask("/v1/articles/" + urllib.parse.quote(name, safe=""))

    def articles(self) -> list[dict[str, Any]]:
        """All that the desk has, in whatever state."""
        found: list[dict[str, Any]] = self.ask("/v1/articles?limit=200")[1]["articles"]
        return found


@pytest.fixture
def recipe_desk(tmp_path: Path) -> Iterator[RecipeDesk]:
    """A desk with an empty drop folder that takes feeds from loopback."""
    folder = make_folder(tmp_path, seeds=False)
    folder.environ["COPYDESK_ALLOW_NETWORKS"] = "127.0.0.0/8"
    yield RecipeDesk(folder)
    folder.end()
