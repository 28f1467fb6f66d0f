"""A data folder of the first release is opened by this one: all is found again, and nothing comes in twice."""

import json
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.index.search import Index
from tests.e2e.desk import Folder, make_folder
from tests.fixtures import first_release as story
from tests.integration.origin import Origin, Reply


@pytest.fixture
def origin() -> Iterator[Origin]:
    made = Origin(*story.ORIGIN)
    made.pages = {story.FEED: Reply(body=story.feed(4))}
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path, origin: Origin) -> Iterator[Folder]:
    made = make_folder(tmp_path, seeds=False)
    made.environ["COPYDESK_ALLOW_NETWORKS"] = f"{origin.host}:{origin.port}"
    yield made
    made.end()


class Door:
    """The front door of the desk that is up, with a key of the publisher that the first release knew."""

    def __init__(self, folder: Folder) -> None:
        _, answer = folder.up()
        self._url = answer["url"]
        self._key = folder.ask("keys", "create", story.PUBLISHER, "--scope", "push", "--scope", "monitor")["key"]

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> Any:
        told = {"Authorization": f"Bearer {self._key}"} | headers
        with urllib.request.urlopen(urllib.request.Request(f"{self._url}{path}", body, told)) as answer:
            return json.load(answer)

    def push_last_words(self) -> list[str]:
        first, _, last = story.pushes()  # the second is an older word of the third's article
        sent = [(body, headers | {"Content-Type": kind}) for kind, body, headers in (first, last)]
        return [self.ask("/v1/articles", body, **headers)["receipt"] for body, headers in sent]

    def has_done(self, accepted: int) -> bool:
        balance = self.ask("/v1/status")["balance"]
        return bool(balance["accepted"] >= accepted and balance["inFlight"] == 0)


ENTERED = (
    15  # by the first release: two drops, two and three entries, three pushes, one of a command line, two dead, two
)
SEEN_AGAIN, NEWS = 2 + 3, 1


@pytest.mark.parametrize("redis_is", ["as it was", "lost"])
def test_what_the_first_release_kept_is_all_there_and_comes_in_no_second_time(folder: Folder, redis_is: str) -> None:
    told = story.lay_out(folder.data)
    if redis_is == "lost":
        shutil.rmtree(folder.data / "redis")
    story.drop(folder.path / "seeds")  # copied anew: the watcher takes a second look
    door = Door(folder)
    assert (folder.data / "VERSION").read_text() == "2\n"
    folder.wait_for(lambda: door.has_done(ENTERED + SEEN_AGAIN + NEWS), "what was kept is not all done")
    again = door.push_last_words()
    (folder.path / "cli.txt").write_text(story.FROM_A_FILE)
    again += [one["receipt"] for one in folder.ask("push", "cli.txt", "--uri", story.PAGE_OF_THE_FILE)]
    folder.wait_for(lambda: door.has_done(ENTERED + SEEN_AGAIN + NEWS + len(again)), "the last words are not done")

    index = Index(folder.data / "index" / "copydesk.sqlite3")
    for one in told["articles"]:
        stored = index.get(one["id"])
        assert stored is not None
        assert (stored.article.headline, stored.rev) == (one["headline"], one["rev"]), (
            "what says the same is no revision"
        )
        assert set(one["aliases"]) <= set(stored.aliases)
        assert set(one["receipts"]) <= set(stored.receipts)
        assert stored.timeline
        assert {found.article_id for name in one["aliases"] if (found := index.get(name))} == {one["id"]}
        assert {door.ask(f"/v1/receipts/{name}")["article"] for name in one["receipts"]} == {one["id"]}
    assert {door.ask(f"/v1/receipts/{name}")["state"] for name in told["waiting"]} == {"indexed"}
    known = {one["id"] for one in told["articles"]}
    assert {stored.article_id for name in again if (stored := index.get(name))} <= known
    assert index.count() == len(known) + len(told["waiting"]) + NEWS, "something came in a second time"
    assert folder.run("balance").returncode == 0
