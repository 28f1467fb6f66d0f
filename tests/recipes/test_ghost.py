"""docs/recipes/ghost.md against a real Ghost: its webhooks become files, these an article, a revision, a tombstone.

`COPYDESK_GHOST` names the folder of the npm package (`npm pack ghost@5`, unpacked, `npm install --omit=dev` in it).
"""

import http.cookiejar
import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import wait_for
from tests.machine import free_port
from tests.recipes.conftest import RecipeDesk
from tests.recipes.test_scripts import RECIPES, run
from tests.require import lacking

EVENTS = ("post.published", "post.published.edited", "post.unpublished", "post.deleted")
SECRET, PASSWORD = "what Ghost signs with", "a long Secret 9!"

pytestmark = pytest.mark.timeout(300)


class Ghost:
    """A Ghost with a database of its own, whose webhooks go to the recipe."""

    def __init__(self, package: Path, folder: Path, outbox: Path) -> None:
        self.port, self.hook = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._jar = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        shutil.copytree(package / "content", folder / "content")
        said = {
            "url": self.url,
            "server__port": str(self.port),
            "server__host": "127.0.0.1",
            "database__client": "sqlite3",
            "database__connection__filename": str(folder / "ghost.db"),
            "database__useNullAsDefault": "true",
            "paths__contentPath": str(folder / "content"),
            "privacy__useUpdateCheck": "false",
            "logging__level": "warn",
            "NODE_ENV": "development",
        }
        outbox.mkdir()
        hook = [sys.executable, str(RECIPES / "ghost_webhook.py"), str(outbox), str(self.hook)]
        with (folder / "ghost.log").open("ab") as log:
            self._processes = [
                subprocess.Popen(["node", "index.js"], cwd=package, env=os.environ | said, stdout=log, stderr=log),
                subprocess.Popen(hook, env=os.environ | {"SECRET": SECRET}, stdout=log, stderr=log),
            ]
        wait_for(lambda: self._is_up("site/"), "Ghost did not start", seconds=200, process=self._processes[0])
        owner = {"name": "Anh Phong", "email": "e@news.example", "password": PASSWORD, "blogTitle": "Huế"}
        self.ask("POST", "authentication/setup/", setup=[owner])
        self.ask("POST", "session/", username=owner["email"], password=PASSWORD)
        made = self.ask("POST", "integrations/", integrations=[{"name": "desk"}])["integrations"][0]["id"]
        for event in EVENTS:
            webhook = {"event": event, "target_url": f"http://127.0.0.1:{self.hook}/", "name": event, "secret": SECRET}
            self.ask("POST", "webhooks/", webhooks=[webhook | {"integration_id": made}])

    def ask(self, method: str, path: str, **body: Any) -> Any:
        headers = {"Content-Type": "application/json", "Origin": self.url, "Accept-Version": "v5.0"}
        content = json.dumps(body).encode() if body else None
        address = f"{self.url}/ghost/api/admin/{path}"
        with self._jar.open(urllib.request.Request(address, content, headers, method=method), timeout=60) as answer:
            told = answer.read()
        return json.loads(told) if told.startswith(b"{") else None

    def edit(self, post: dict[str, Any], **changes: str) -> dict[str, Any]:
        changed = [{**changes, "updated_at": post["updated_at"]}]
        return dict(self.ask("PUT", f"posts/{post['id']}/?source=html", posts=changed)["posts"][0])

    def stop(self) -> None:
        for process in self._processes:
            process.terminate()
            process.wait(30)

    def _is_up(self, path: str) -> bool:
        try:
            self.ask("GET", path)
        except OSError:
            return False
        return True


@pytest.fixture
def outbox(recipe_desk: RecipeDesk) -> Path:
    return recipe_desk.folder.path / "outbox"


@pytest.fixture
def ghost(recipe_desk: RecipeDesk, tmp_path: Path, outbox: Path) -> Iterator[Ghost]:
    package = os.environ.get("COPYDESK_GHOST")
    if package is None or shutil.which("node") is None:
        lacking("ghost", "is not here: COPYDESK_GHOST names the folder of its npm package")
    (tmp_path / "ghost").mkdir()
    made = Ghost(Path(package), tmp_path / "ghost", outbox)
    yield made
    made.stop()


def test_what_is_published_edited_unpublished_and_deleted_there_is_so_here(
    recipe_desk: RecipeDesk, ghost: Ghost, outbox: Path
) -> None:
    files = 0

    def pushed() -> None:
        nonlocal files
        files += 1
        wait_for(lambda: len([*outbox.glob("*.json")]) == 1, "the webhook did not come")
        done = run(recipe_desk, "push_folder.sh", str(outbox))
        assert done.returncode == 0, done.stderr
        assert len([*(outbox / "sent").glob("*.receipt.json")]) == files, [*outbox.rglob("*.problem.json")]
        wait_for(lambda: recipe_desk.folder.ask("balance")["inFlight"] == 0, "it is not done")

    post = {
        "title": "Cao su được giá",
        "html": "<p>Mủ tốt hơn.</p>",
        "status": "published",
        "tags": [{"name": "Cao su"}],
    }
    post = ghost.ask("POST", "posts/?source=html", posts=[post])["posts"][0]
    pushed()
    first = recipe_desk.article(post["url"])[1]
    assert (first["article"]["headline"], first["article"]["uri"]) == ("Cao su được giá", post["url"])
    address = post["url"]
    post = ghost.edit(post, title="Cao su")
    pushed()
    assert recipe_desk.article(address)[1]["article"]["headline"] == "Cao su"
    assert recipe_desk.article(address)[1]["id"] == first["id"]
    post = ghost.edit(post, status="draft")
    pushed()
    assert recipe_desk.article(address)[0] == 410
    post = ghost.edit(post, status="published")
    pushed()
    assert recipe_desk.article(address)[1]["id"] == first["id"]
    ghost.ask("DELETE", f"posts/{post['id']}/")
    pushed()
    assert recipe_desk.article(address)[0] == 410
    assert {row["article"] for row in recipe_desk.articles()} == {first["id"]}


def test_its_feed_is_read(recipe_desk: RecipeDesk, ghost: Ghost) -> None:
    post = {"title": "Chợ nổi", "html": "<p>Khách lên thuyền ở ba bến mới.</p>", "status": "published"}
    post = ghost.ask("POST", "posts/?source=html", posts=[post])["posts"][0]
    assert recipe_desk.folder.run("feeds", "add", f"{ghost.url}/rss/").returncode == 0
    wait_for(lambda: recipe_desk.article(post["url"])[0] == 200, "its feed was not read", seconds=60)
    assert recipe_desk.article(post["url"])[1]["article"]["headline"] == "Chợ nổi"


def test_what_is_not_signed_is_not_kept(ghost: Ghost, outbox: Path) -> None:
    forged = urllib.request.Request(f"http://127.0.0.1:{ghost.hook}/", b"{}", {"X-Ghost-Signature": "sha256=0, t=1"})
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(forged, timeout=10)
    assert [*outbox.iterdir()] == []
