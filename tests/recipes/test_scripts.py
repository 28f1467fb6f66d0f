"""The scripts of docs/recipes against a running desk: retried, killed, run again."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.conftest import wait_for
from tests.recipes.conftest import RecipeDesk
from tests.require import lacking

RECIPES = Path(__file__).parents[2] / "docs" / "recipes"
PAGE = "<html lang=vi><head><title>{0}</title></head><body><article><h1>{0}</h1><p>{1}</p></article></body></html>"
SITE = "https://news.example"

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(autouse=True)
def _needs_curl() -> None:
    if shutil.which("curl") is None:
        lacking("curl", "is not on PATH")


def start(desk: RecipeDesk, *words: str, url: str = "", **environ: str) -> "subprocess.Popen[str]":
    """A script of a recipe in a session of its own."""
    said = os.environ | {"DESK": url or desk.url, "KEY": desk.key} | environ
    runner = sys.executable if words[0].endswith(".py") else "sh"
    command = [runner, str(RECIPES / words[0]), *words[1:]]
    return subprocess.Popen(
        command, cwd=desk.folder.path, env=said, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip


def run(desk: RecipeDesk, *words: str, url: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    process = start(desk, *words, url=url, **environ)
    out, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@contextmanager
def answers_lost(desk: RecipeDesk, count: int) -> Iterator[str]:
    """A door before the desk that hands on every request, and loses the first answers on their way back."""
    lost = 0

    def serve(listener: socket.socket) -> None:
        nonlocal lost
        while True:
            try:
                wire, _ = listener.accept()
            except OSError:
                return
            with wire, wire.makefile("rb") as said:
                method, path, _ = said.readline().decode().split()
                headers = http.client.parse_headers(said)
                body = said.read(int(headers.get("Content-Length") or 0))
                onward = http.client.HTTPConnection("127.0.0.1", urlsplit(desk.url).port or 0, timeout=60)
                onward.request(method, path, body, dict(headers.items()))
                answer = onward.getresponse()
                told = answer.read()
                if lost < count:
                    lost += 1
                    continue
                head = f"HTTP/1.1 {answer.status} -\r\nContent-Length: {len(told)}\r\nConnection: close\r\n\r\n"
                wire.sendall(head.encode() + told)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def test_python_pushes_once_though_answers_are_lost_and_waits_until_it_is_found(recipe_desk: RecipeDesk) -> None:
    page = recipe_desk.folder.path / "rubber.html"
    page.write_text(PAGE.format("Cao su được giá", "Mủ tốt hơn, giá cao hơn."), encoding="utf-8")
    with answers_lost(recipe_desk, 2) as url:
        done = run(recipe_desk, "push.py", str(page), f"{SITE}/rubber.html", url=url)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["state"] == "indexed"
    assert recipe_desk.folder.ask("balance")["accepted"] == 1, "the same request sent thrice is taken in once"
    assert recipe_desk.article(f"{SITE}/rubber.html")[1]["article"]["headline"] == "Cao su được giá"
    again = run(recipe_desk, "push.py", str(page), f"{SITE}/rubber.html")
    assert (again.returncode, json.loads(again.stdout)["state"]) == (0, "duplicate")


def test_python_tells_a_refusal_and_a_desk_that_is_away(recipe_desk: RecipeDesk) -> None:
    page = recipe_desk.folder.path / "rubber.html"
    page.write_text(" ", encoding="utf-8")
    refused = run(recipe_desk, "push.py", str(page), f"{SITE}/rubber.html")
    assert refused.returncode == 1
    assert "no-article" in refused.stderr
    recipe_desk.stop()
    away = run(recipe_desk, "push.py", str(page), f"{SITE}/rubber.html", TRIES="1")
    assert away.returncode == 2
    assert "is away" in away.stderr


def test_a_folder_pushed_by_a_script_that_is_killed_again_and_again_is_there_once(recipe_desk: RecipeDesk) -> None:
    outbox = recipe_desk.folder.path / "outbox"
    outbox.mkdir()
    names = [f"tin số {number}.txt" for number in range(24)]
    for number, name in enumerate(names):
        (outbox / name).write_text(f"Bản tin {number}\n\nHôm nay có bản tin số {number}.\n", encoding="utf-8")
    (outbox / "empty.txt").touch()
    (outbox / "half.txt.part").write_text("Không ai đọc")
    sent = outbox / "sent"
    for kill in range(1, 7):
        process = start(recipe_desk, "push_folder.sh", str(outbox))
        wait_for(lambda: len([*sent.glob("*.txt")]) >= 3 * kill, "nothing is moved")  # noqa: B023
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    last = run(recipe_desk, "push_folder.sh", str(outbox))
    assert last.returncode == 0, last.stderr
    assert sorted(path.name for path in sent.glob("*.txt")) == sorted(names)
    assert all((sent / f"{name}.receipt.json").stat().st_size for name in names)
    assert "no-article" in (outbox / "refused" / "empty.txt.problem.json").read_text()
    assert sorted(path.name for path in outbox.glob("*.*")) == [".answer", "half.txt.part"]
    wait_for(lambda: recipe_desk.folder.ask("balance")["inFlight"] == 0, "they are not done")
    assert len({row["article"] for row in recipe_desk.articles()}) == len(names)
    assert recipe_desk.folder.ask("balance")["difference"] == 0


def test_a_folder_stays_as_it_is_while_the_desk_is_away(recipe_desk: RecipeDesk) -> None:
    outbox = recipe_desk.folder.path / "outbox"
    outbox.mkdir()
    (outbox / "tin.txt").write_text("Bản tin\n\nHôm nay có bản tin.\n")
    recipe_desk.stop()
    away = run(recipe_desk, "push_folder.sh", str(outbox))
    assert (away.returncode, (outbox / "tin.txt").exists()) == (1, True)
    assert "the next run pushes it" in away.stderr
    recipe_desk.start()
    assert run(recipe_desk, "push_folder.sh", str(outbox)).returncode == 0
    assert (outbox / "sent" / "tin.txt").exists()


def build_plain(folder: Path, posts: dict[str, str]) -> None:
    """What a generator leaves behind: a page for each post, and pages that are no article."""
    shutil.rmtree(folder / "public", ignore_errors=True)
    for name, title in {**posts, "": "Mọi bài"}.items():
        page = folder / "public" / "posts" / name / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(PAGE.format(title, f"Đây là bài {title}."), encoding="utf-8")


def build_with_hugo(folder: Path, posts: dict[str, str]) -> None:
    if shutil.which("hugo") is None:
        lacking("hugo", "is not on PATH")
    content, layouts = folder / "content" / "posts", folder / "layouts" / "_default"
    for path in (folder / "public", content):
        shutil.rmtree(path, ignore_errors=True)
    for path in (content, layouts):
        path.mkdir(parents=True, exist_ok=True)
    (folder / "hugo.toml").write_text(
        f'baseURL = "{SITE}/"\nlanguageCode = "vi"\ndisableKinds = ["taxonomy", "term"]\n'
    )
    (folder / "config.toml").write_text((folder / "hugo.toml").read_text())
    (layouts / "single.html").write_text(PAGE.format("{{ .Title }}", "{{ .Content }}"))
    (layouts / "list.html").write_text(PAGE.format("{{ .Title }}", "{{ range .Pages }}{{ .Title }}{{ end }}"))
    for name, title in posts.items():
        (content / f"{name}.md").write_text(f"---\ntitle: {title}\n---\nĐây là bài {title}.\n")
    subprocess.run(["hugo", "--quiet", "--source", str(folder)], check=True)


@pytest.mark.parametrize(
    "build", [pytest.param(build_plain, id="plain pages"), pytest.param(build_with_hugo, id="Hugo")]
)
def test_a_build_pushes_what_changed_and_withdraws_what_is_gone(recipe_desk: RecipeDesk, build: object) -> None:
    assert callable(build)
    folder = recipe_desk.folder.path / "site"
    folder.mkdir()

    def deploy(posts: dict[str, str]) -> int:
        """Build, push; how many inputs the desk took in from it."""
        before: int = recipe_desk.folder.ask("balance")["accepted"]
        build(folder, posts)
        done = run(
            recipe_desk, "push_changed.sh", str(folder / "public"), SITE, "posts/*/index.html", str(folder / "sent")
        )
        assert done.returncode == 0, done.stderr
        wait_for(lambda: recipe_desk.folder.ask("balance")["inFlight"] == 0, "they are not done")
        after: int = recipe_desk.folder.ask("balance")["accepted"]
        return after - before

    assert deploy({"cao-su": "Cao su", "cho-noi": "Chợ nổi", "bao": "Bão"}) == 3
    assert deploy({"cao-su": "Cao su", "cho-noi": "Chợ nổi", "bao": "Bão"}) == 0, "nothing changed"
    assert deploy({"cao-su": "Cao su được giá", "cho-noi": "Chợ nổi"}) == 2, "one changed, one is gone"
    headline = recipe_desk.article(f"{SITE}/posts/cao-su/")[1]["article"]["headline"]
    assert headline == "Cao su được giá"
    assert recipe_desk.article(f"{SITE}/posts/bao/")[0] == 410
    (folder / "sent").unlink()
    assert deploy({"cao-su": "Cao su được giá", "cho-noi": "Chợ nổi"}) == 2, "all are pushed once more"
    assert recipe_desk.folder.ask("balance")["duplicate"] == 2
