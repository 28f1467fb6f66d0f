"""The pages for publishers and monitors: their commands work, and their names exist."""

import gzip
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from services.web.keys import Keys
from services.web.problem_kinds import KINDS
from services.web.reading import ReadingRoom
from shared.envelope import Raw, Source
from tests.integration.test_batches import zipped
from tests.integration.test_web import ask, door_of
from tests.pictures import a_form, a_jpeg
from tests.unit.web.stand_ins import ARTICLE, KEY, PICTURE, RECEIPT, SECRET, Desk, a_desk, a_line, a_stored

DOCS = Path(__file__).parents[2] / "docs"
PUBLISH, MONITOR, FEEDS = (DOCS / name for name in ("publish.md", "monitor.md", "outgoing-feeds.md"))
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FILES = {
    "@article.txt": b"Bai viet",
    "@page.html": b"<p>Bai viet</p>",
    "@bridge.jpg": a_jpeg(),
    "@article.txt.gz": gzip.compress(b"Bai viet"),
    "@articles.ndjson": b'{"headline": "Bai viet", "body_text": "Bai viet."}\n',
    "@articles.zip": zipped({"bai.txt": b"Bai viet"}),
}


def curl_lines() -> Iterator[tuple[str, list[str]]]:
    for page in (PUBLISH, MONITOR, FEEDS):
        for language, block in FENCE.findall(page.read_text("utf-8")):
            if language == "sh":
                for line in re.split(r"\n(?=curl|export)", block.replace("\\\n", " ")):
                    if line.startswith("curl"):
                        yield page.name, shlex.split(line)[1:]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = a_desk(Keys(tmp_path / "keys.json", listed=SECRET))
    desk.app_state.desk.filters.save("rubber", "q=cao su", who="an editor")
    desk.lines.receipts[RECEIPT] = [a_line("indexed")]
    desk.index.stored[ARTICLE] = a_stored()
    return desk


def test_every_curl_line_gets_a_success(desk: Desk) -> None:
    warm_up(desk.app_state.reading)
    with door_of(desk.app_state) as (port, _, _):
        answers = [(page, words, run(port, words)) for page, words in curl_lines()]
    assert len(answers) >= 12
    assert [(page, words, status) for page, words, status in answers if status not in (200, 201, 202)] == []
    assert {item.media_type for item in desk.intake.taken} >= {"text/plain", "text/html", "application/json"}
    assert all(b"Bai viet" in item.body for item in desk.intake.taken if item.media_type.startswith("text/"))


def warm_up(room: ReadingRoom) -> None:
    """The process that reads documents takes its time to start."""
    room._read(Raw(source=Source(kind="push", name="hue"), media_type="text/plain", body=b"Bai viet", received_us=1))


def run(port: int, words: list[str]) -> int:
    """What curl would do, as far as the pages use it."""
    headers, body, address, method, rest = {}, b"", "", "", iter(words)
    parts: list[tuple[str, bytes]] = []
    for word in rest:
        if word == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name] = value.replace("$KEY", KEY)
        elif word == "-X":
            method = next(rest)
        elif word in ("-d", "--data-binary"):
            given = next(rest)
            body = FILES[given] if given.startswith("@") else given.encode()
        elif word == "-F":
            name, _, file = next(rest).partition("=")
            path, _, kind = file.partition(";type=")
            head = f'Content-Disposition: form-data; name="{name}"; filename="{path[1:]}"'
            parts.append((head + (f"\r\nContent-Type: {kind}" if kind else ""), FILES[path]))
        elif word != "-f":
            address = word.replace("$RECEIPT", RECEIPT).replace("$ARTICLE", ARTICLE).replace("$PICTURE", PICTURE)
    if parts:
        headers["Content-Type"], body = "multipart/form-data; boundary=x-y", a_form("x-y", *parts)
    url = urlsplit(address.replace("$DESK", "http://127.0.0.1:8080"))
    assert url.netloc == "127.0.0.1:8080"
    path = f"{url.path}?{url.query}" if url.query else url.path
    return ask(port, method or ("POST" if body else "GET"), path, body, **headers)[0]


def test_every_refusal_of_a_push_is_on_the_page() -> None:
    named = set(re.findall(r"`([a-z-]+)`", PUBLISH.read_text("utf-8")))
    of_other_routes = {"forged", "missed", "not-found", "not-indexed", "method-not-allowed", "withdrawn", "unforeseen"}
    of_other_routes |= {"search-away"}
    assert KINDS.keys() - of_other_routes <= named
