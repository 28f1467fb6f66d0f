"""Articles with their pictures, from the push to the reader, and how they go: over real parts."""

import hashlib
import http.client
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from services.cli.main import main
from services.ingest.drops import take_file
from services.ingest.intake import Intake, Receipt, open_archive
from services.ingest.recovery import recover
from services.web.correction_form import words_of
from services.web.keys import Keys
from shared.entry_with_page import ENTRY_WITH_PAGE_TYPE, Page, pack_entry_with_page
from shared.envelope import Input, Source
from shared.package import MOST_PICTURES, address_of
from tests.e2e.newsroom import Newsroom, open_newsroom
from tests.integration.test_pages import Browser
from tests.pictures import a_form, a_jpeg, a_png, a_webp, an_xmp

PAGE = b"""<html lang="en"><head><meta charset="utf-8"></head><body><article><h1>The bridge is lit again</h1>
<p>The new lights of the bridge were lit last night, after three months of work on them, the city said on Monday.</p>
<figure><img src="bridge.jpg"><figcaption>The bridge at night. Photo: Ann Lee</figcaption></figure>
<p>People stood on both banks of the river to see it, said the police, and the work had cost two million.</p>
</article></body></html>"""
FORM = 'Content-Disposition: form-data; name="article"; filename="a.html"'
HTML_PART = f"{FORM}\r\nContent-Type: text/html"
BRIDGE = a_jpeg(xmp=an_xmp({"dc:description": "A bridge", "photoshop:City": "Hue"}), pixels=bytes(300_000))
RIVER = a_png(
    xmp=an_xmp({"dc:description": "The river", "dc:creator": "Ann Lee", "Iptc4xmpExt:PersonInImage": ["Mai Tran"]})
)
ARTICLE = (HTML_PART, PAGE)


def picture(name: str, content: bytes, kind: str = "image/jpeg") -> tuple[str, bytes]:
    return f'Content-Disposition: form-data; name="picture"; filename="{name}"\r\nContent-Type: {kind}', content


BOTH = (ARTICLE, picture("bridge.jpg", BRIDGE), picture("river.png", RIVER, "image/png"))


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with open_newsroom(max_picture_bytes=1_000_000) as opened:
        yield opened


@pytest.fixture
def key(room: Newsroom) -> str:
    """A publisher's key that reads its own."""
    return Keys(room.app_state.keys.path).create("hue", scopes=("push", "read"))


def ask(room: Newsroom, key: str, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, Any, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", room.port, timeout=20)) as wire:
        given = {"Authorization": f"Bearer {key}"} | {name.replace("_", "-"): value for name, value in headers.items()}
        wire.request(method, path, body, given)
        answer = wire.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()


def push(
    room: Newsroom, key: str, *parts: tuple[str, bytes], kind: str = "form-data", **headers: str
) -> tuple[int, Any]:
    said = {"Content_Type": f"multipart/{kind}; boundary=x-y"} | headers
    status, _, text = ask(room, key, "POST", "/v1/articles", a_form("x-y", *parts), **said)
    return status, json.loads(text)


def read(room: Newsroom, key: str, article: str, accept: str = "application/json") -> Any:
    status, _, text = ask(room, key, "GET", f"/v1/articles/{article}", Accept=accept)
    assert status == 200, text
    return json.loads(text)


def test_an_article_comes_with_its_pictures_and_shows_them(room: Newsroom, key: str) -> None:
    status, receipt = push(room, key, *BOTH)
    assert status == 202
    room.work()
    article = read(room, key, receipt["article"])["article"]
    bridge, river = (block for block in article["blocks"] if block["type"] == "picture")
    assert (bridge["caption"], bridge["byline"]) == ("The bridge at night.", "Ann Lee")
    assert (river["caption"], river["byline"]) == ("The river", "Ann Lee")
    assert article["boilerplate"] == ["A bridge", "Hue"]
    path = bridge["href"].removeprefix(room.address)
    assert path.startswith(f"/v1/pictures/{receipt['article']}/")
    status, headers, content = ask(room, key, "GET", path)
    assert (status, content) == (200, BRIDGE)
    assert (headers["content-type"], headers["x-content-type-options"]) == ("image/jpeg", "nosniff")
    assert headers["cache-control"] == "private, no-cache"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert ask(room, key, "GET", path, If_None_Match=headers["etag"])[0] == 304
    part = ask(room, key, "GET", path, Range="bytes=0-9")
    assert (part[0], part[1]["content-range"], part[2]) == (206, f"bytes 0-9/{len(BRIDGE)}", BRIDGE[:10])
    for odd in (f"bytes={len(BRIDGE)}-", "bytes=9-0", "bytes=0-1,3-4", "bytes=x", "lines=1-2", "bytes=-5"):
        assert ask(room, key, "GET", path, Range=odd)[::2] == (200, BRIDGE), odd
    ninjs = read(room, key, receipt["article"], "application/ninjs+json")
    assert ninjs["associations"][0]["renditions"] == [{"name": "main", "href": bridge["href"]}]


@pytest.mark.parametrize(
    ("accept", "address"), [("application/json", b'"/v1/pictures/'), ("application/ninjs+json", b'"ni:///sha-256;')]
)
def test_no_address_of_a_picture_follows_the_host_that_a_stranger_writes(
    room: Newsroom, key: str, accept: str, address: bytes
) -> None:
    _, receipt = push(room, key, *BOTH)
    room.work()
    path = f"/v1/articles/{receipt['article']}"
    *_, body = ask(room, key, "GET", path, Accept=accept, Host="evil.example")
    assert b"evil.example" not in body
    assert address in body
    *_, body = ask(room, key, "GET", path, Accept=accept)
    assert f'"{room.address}/v1/pictures/'.encode() in body


def test_the_same_again_is_a_duplicate_and_another_picture_a_revision(room: Newsroom, key: str) -> None:
    uri = {"X_Article_URI": "tag:desk:twice"}
    first, _ = push(room, key, *BOTH, **uri)
    again, told = push(room, key, *BOTH, **uri)
    assert (first, again, told["state"]) == (202, 200, "duplicate")
    other, told = push(room, key, ARTICLE, picture("bridge.jpg", BRIDGE + b"2"), **uri)
    assert (other, told["state"]) == (202, "received")
    room.work()


def test_who_may_not_read_the_article_sees_none_of_its_pictures(room: Newsroom, key: str) -> None:
    _, receipt = push(room, key, *BOTH)
    room.work()
    path = read(room, key, receipt["article"])["article"]["leadPicture"]["href"].removeprefix(room.address)
    other = Keys(room.app_state.keys.path).create("saigon", scopes=("push", "read"))
    assert ask(room, other, "GET", path)[0] == 404
    assert ask(room, key, "GET", path[:-3] + "AAA")[0] == 404
    assert ask(room, "none", "GET", path)[0] == 401
    assert ask(room, room.key, "GET", path)[0] == 200


def test_a_withdrawn_article_shows_its_pictures_no_more(room: Newsroom, key: str) -> None:
    _, receipt = push(room, key, *BOTH, X_Article_URI="tag:desk:gone")
    room.work()
    path = read(room, key, receipt["article"])["article"]["leadPicture"]["href"].removeprefix(room.address)
    etag = ask(room, key, "GET", path)[1]["etag"]
    assert ask(room, key, "DELETE", f"/v1/articles/{receipt['article']}")[0] == 202
    room.work()
    assert ask(room, key, "GET", path)[0] == 410
    assert ask(room, key, "GET", path, If_None_Match=etag)[0] == 410, "as a browser asks that has kept it"


@pytest.mark.parametrize(
    ("parts", "status", "said"),
    [
        pytest.param([ARTICLE, picture("x.svg", b"<svg onload=alert(1)>", "image/svg+xml")], 415, "x.svg",
                     id="SVG"),
        pytest.param([ARTICLE, picture("x.jpg", b"<script>", "image/jpeg")], 415, "x.jpg",
                     id="called a JPEG, and none"),
        pytest.param([picture("x.jpg", BRIDGE)], 422, "all are pictures", id="no article"),
        pytest.param([ARTICLE, picture("big.jpg", a_jpeg(pixels=bytes(1_100_000)))], 413, "big.jpg", id="too large"),
        pytest.param([ARTICLE, *[picture("x.jpg", BRIDGE)] * 25], 400, "At most 20 pictures", id="too many"),
        pytest.param([("Content-Disposition: form-data; name=article", b"  ")], 422, "is empty", id="an empty article"),
        pytest.param([("Content-Disposition: form-data; name=article; filename=a.doc", b"x")], 415, "a.doc",
                     id="no type"),
        pytest.param([("Content-Transfer-Encoding: base64", b"eA==")], 415, "base64", id="packed"),
        pytest.param([("Content-Type: application/json", b'[{"headline": "a"}, {"headline": "b"}]')], 400, "holds 2",
                     id="several articles"),
        pytest.param([ARTICLE, (HTML_PART.replace("a.html", "b.html"), PAGE)], 400,
                     "there are two: part 1 (a.html) and part 2 (b.html)", id="two articles"),
    ],
)  # fmt: skip
def test_what_is_refused_says_which_part(
    room: Newsroom, key: str, parts: list[tuple[str, bytes]], status: int, said: str
) -> None:
    found, problem = push(room, key, *parts)
    assert (found, said in problem["detail"]) == (status, True), problem
    assert problem.get("maxItems", MOST_PICTURES) == MOST_PICTURES


@pytest.mark.parametrize("body", [b"", b"x", b"--x-y\r\n", b"--x-y\r\n\r\nhalf", a_form("other", ARTICLE)])
def test_a_body_that_is_cut_off_is_refused(room: Newsroom, key: str, body: bytes) -> None:
    status, _, text = ask(room, key, "POST", "/v1/articles", body, Content_Type="multipart/form-data; boundary=x-y")
    assert (status, json.loads(text)["title"]) == (400, "The request cannot be read")


def test_nothing_of_a_refused_push_stays(room: Newsroom, key: str) -> None:
    folder = room.app_state.pictures.folder
    before = {path for path in folder.rglob("*") if path.is_file()}
    push(room, key, ARTICLE, picture("new.jpg", a_jpeg(pixels=b"new")), picture("x.jpg", b"none"))
    assert {path for path in folder.rglob("*") if path.is_file()} == before


def test_validating_keeps_nothing(room: Newsroom, key: str) -> None:
    folder = room.app_state.pictures.folder
    before = {path for path in folder.rglob("*") if path.is_file()}
    body = a_form("x-y", ARTICLE, picture("seen.jpg", a_jpeg(xmp=an_xmp({"dc:title": "Seen"}))))
    said = {"Content_Type": "multipart/form-data; boundary=x-y"}
    status, _, text = ask(room, key, "POST", "/v1/articles:validate", body, **said)
    told = json.loads(text)
    assert (status, told["outcome"], told["article"]["boilerplate"]) == (200, "new", ["Seen"])
    assert {path for path in folder.rglob("*") if path.is_file()} == before


def test_a_correction_brings_its_own_pictures(room: Newsroom, key: str) -> None:
    _, receipt = push(room, key, *BOTH, X_Article_URI="tag:desk:put")
    room.work()
    other = a_form("x-y", ARTICLE, picture("bridge.jpg", a_jpeg(pixels=b"by day")))
    said = {"Content_Type": "multipart/form-data; boundary=x-y", "X_Article_Version": "2"}
    assert ask(room, key, "PUT", f"/v1/articles/{receipt['article']}", other, **said)[0] == 202
    room.work()
    lead = read(room, key, receipt["article"])["article"]["leadPicture"]["href"].removeprefix(room.address)
    assert ask(room, key, "GET", lead)[2] == a_jpeg(pixels=b"by day")


def test_an_emptied_redis_gets_the_article_with_its_pictures_again(room: Newsroom, key: str) -> None:
    _, receipt = push(room, key, ARTICLE, picture("bridge.jpg", a_jpeg(pixels=b"lost")), X_Article_URI="tag:desk:lost")
    room.ledger.client.flushall()
    archive = open_archive(room.settings)
    recover(room.ledger, archive, room.settings)
    room.work()
    lead = read(room, key, receipt["article"])["article"]["leadPicture"]["href"].removeprefix(room.address)
    assert ask(room, key, "GET", lead)[2] == a_jpeg(pixels=b"lost")


def test_the_pictures_of_a_drop_are_served_and_go_with_it(room: Newsroom, capsys: pytest.CaptureFixture[str]) -> None:
    own = a_jpeg(xmp=an_xmp({"dc:description": "The bridge"}), pixels=b"of a drop")
    seeds = Path(room.settings.seeds_dir)
    seeds.mkdir(exist_ok=True)
    with zipfile.ZipFile(seeds / "tin.zip", "w") as file:
        file.writestr("a.html", PAGE)
        file.writestr("bridge.jpg", own)
    intake = Intake(room.ledger, open_archive(room.settings), room.settings)
    (taken,) = take_file(seeds / "tin.zip", room.settings, intake)
    room.work()
    article = read(room, room.key, taken.article)["article"]
    href = next(block["href"] for block in article["blocks"] if block["type"] == "picture").removeprefix(room.address)
    assert ask(room, room.key, "GET", href)[2] == own
    names = ("redis_url", "data_dir", "archive_dir", "index_dir")
    place = [word for name in names for word in ("--set", f"{name}={getattr(room.settings, name)}")]
    assert main([*place, "withdraw", taken.article, "--because", "an error", "--yes"]) == 0
    room.work()
    assert ask(room, room.key, "GET", href)[0] == 410
    assert main([*place, "purge", taken.article, "--because", "a court order", "--yes"]) == 0
    capsys.readouterr()
    assert room.app_state.pictures.find(hashlib.sha256(own).hexdigest()) is None


def test_mixed_parts_name_each_other_by_their_ids(room: Newsroom, key: str) -> None:
    page = PAGE.replace(b"bridge.jpg", b"cid:one@desk")
    parts = [
        ("Content-Type: text/html; charset=utf-8", page),
        ("Content-Type: image/webp\r\nContent-ID: <one@desk>", a_webp()),
    ]
    status, receipt = push(room, key, *parts, kind="related")
    assert status == 202
    room.work()
    picture = read(room, key, receipt["article"])["article"]["leadPicture"]
    assert ask(room, key, "GET", picture["href"].removeprefix(room.address))[1]["content-type"] == "image/webp"


def test_a_change_in_part_keeps_the_pictures(room: Newsroom, key: str) -> None:
    _, receipt = push(room, key, *BOTH, X_Article_URI="tag:desk:patched")
    room.work()
    patch = json.dumps({"headlines": [{"value": "The bridge is dark"}], "version": "2"}).encode()
    kind = {"Content_Type": "application/merge-patch+json"}
    assert ask(room, key, "PATCH", f"/v1/articles/{receipt['article']}", patch, **kind)[0] == 202
    room.work()
    article = read(room, key, receipt["article"])["article"]
    assert article["headline"] == "The bridge is dark"
    hrefs = [block["href"].removeprefix(room.address) for block in article["blocks"] if block["type"] == "picture"]
    assert [block["people"] for block in article["blocks"] if "people" in block] == [["Mai Tran"]]
    assert [ask(room, key, "GET", href)[0] for href in hrefs] == [200, 200]


def test_a_repeated_key_is_answered_as_before(room: Newsroom, key: str) -> None:
    headers = {"Idempotency_Key": "once"}
    first, second = push(room, key, *BOTH, **headers), push(room, key, *BOTH, **headers)
    assert first == second
    assert push(room, key, ARTICLE, picture("bridge.jpg", RIVER), **headers)[0] == 422
    room.work()


def test_purging_an_article_erases_its_pictures_and_no_others(
    room: Newsroom, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    own = a_jpeg(pixels=b"its own")
    _, receipt = push(
        room, key, ARTICLE, picture("bridge.jpg", own), picture("river.png", RIVER), X_Article_URI="tag:desk:law"
    )
    room.work()
    shown = read(room, key, receipt["article"])["article"]["blocks"]
    hrefs = [block["href"].rpartition("/")[2] for block in shown if block["type"] == "picture" and "href" in block]
    settings = {
        name: str(getattr(room.settings, name)) for name in ("redis_url", "data_dir", "archive_dir", "index_dir")
    }
    flags = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    assert main([*flags, "purge", receipt["article"], "--because", "a court order", "--yes"]) == 0
    files = {path.name for path in room.app_state.pictures.folder.rglob("*") if path.is_file()}
    addresses = {address_of(name).rpartition(";")[2] for name in files}
    assert [name in addresses for name in hrefs] == [False, True]
    room.work()


def test_the_desks_page_shows_the_article_that_came_with_pictures(room: Newsroom, key: str) -> None:
    _, receipt = push(room, key, *BOTH, X_Article_URI="tag:desk:shown")
    room.work()
    stored = room.app_state.index.get(receipt["article"])
    view = room.app_state.desk.archived(f"{receipt['article']}@{receipt['rev']}", stored)
    assert view is not None
    assert (view.media_type, view.body, view.is_fixed) == ("text/html", PAGE, True)


def test_the_desks_page_shows_an_entry_and_the_page_that_was_read_with_it(room: Newsroom, key: str) -> None:
    entry, page = b'{"title":"The bridge"}', Page(url="https://n.example/a", media_type="text/html", body=PAGE)
    body = pack_entry_with_page(entry, page)
    source = Source(kind="feed", name="https://n.example/rss")
    (receipt,) = room.app_state.intake.take_each([Input(source=source, media_type=ENTRY_WITH_PAGE_TYPE, body=body)])
    assert isinstance(receipt, Receipt)
    view = room.app_state.desk.archived(f"{receipt.article}@{receipt.rev}", None)
    assert view is not None and view.is_fixed
    assert view.body == entry + b"\n\n" + PAGE


def test_a_person_corrects_an_article_on_its_page_and_its_pictures_stay(room: Newsroom, key: str) -> None:
    _, receipt = push(room, key, *BOTH, X_Article_URI="tag:desk:corrected")
    room.work()
    before = room.app_state.index.get(receipt["article"])
    assert before is not None
    browser = Browser(room.port)
    assert browser.log_in(Keys(room.app_state.keys.path).create("lan", scopes=("admin",))).status == 303
    page = browser.get(f"/articles/{receipt['article']}").text
    (path, *_) = re.findall(r'<img src="([^"]+)" alt="The bridge at night."', page)
    assert path.startswith("/v1/pictures/")
    picture_there = browser.get(path)
    assert (picture_there.status, picture_there.headers["content-type"]) == (200, "image/jpeg")
    ref, body = f"{before.article_id}@{before.rev}", words_of(before.article).body or ""
    form = {"csrf": browser.csrf(), "refs": ref, "next": "/articles"}
    added = "The city will light the bridge again next week, its mayor said."
    assert browser.post("/acts/correct", None, **form, headline="New words").status == 400  # without a reason
    done = browser.post("/acts/correct", None, **form, why="a slip", headline="New words", body=f"{body}\n\n{added}")
    assert (done.status, done.headers["location"]) == (303, "/articles?done=1&left=0&act=correct")
    assert "is on its way" in browser.post("/acts/correct", None, **form, why="again", headline="Other").text
    room.work()
    after = room.app_state.index.get(receipt["article"])
    assert after is not None
    assert after.article.headline == "New words"
    assert after.article.byline == before.article.byline
    assert [block.text for block in after.article.blocks if block.text][-1] == added
    assert [block for block in after.article.blocks if block.href] == [b for b in before.article.blocks if b.href]
    (acted,) = room.app_state.desk.audit.latest(1, before.article_id)
    assert (acted.who, acted.act, acted.on, acted.why) == ("lan", "correct", ref, "a slip")
    assert "New words" in browser.get(f"/articles/{receipt['article']}").text
