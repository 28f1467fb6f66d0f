"""A door over real parts with both stages behind it, which a test works by hand or leaves to a thread."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import quote

from services.index.search import Index, Stored
from services.index.sinks.sqlite import SqliteSink
from services.ingest.intake import open_archive
from services.normalize.tasks import read_articles
from services.web.app import open_state
from services.web.keys import Keys
from services.web.scopes import PUBLISHER, Scope
from services.web.state import AppState
from shared.envelope import DESK, Input, Source
from shared.settings import Settings
from shared.work.celery_app import open_ledger
from tests.integration.test_web import ask, door_of
from tests.stages import work_off


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: Any

    @property
    def slug(self) -> str:
        return str(self.body["type"]).removeprefix("/problems/")


class Newsdesk:
    """Publishers are known by name; the first that asks has a key made for it."""

    def __init__(self, settings: Settings, app_state: AppState, port: int) -> None:
        self.settings, self.app_state, self.port = settings, app_state, port
        self.ledger = open_ledger(settings)
        self.index = Index(settings.index_file)
        self.sink = SqliteSink(settings.index_file)
        self._keys: dict[str, str] = {}
        self.read = read_articles(max_bytes=settings.max_input_bytes, cpu_s=60)

    def key(self, name: str = "hue", *prefixes: str, scopes: Sequence[Scope] = PUBLISHER) -> str:
        if name not in self._keys:
            self._keys[name] = Keys(self.app_state.keys.path).create(name, prefixes=prefixes, scopes=scopes)
        return self._keys[name]

    def speak(self, article: str | None, *aliases: str, words: str) -> None:
        """The desk itself says something, of that article or by these aliases."""
        item = Input(source=DESK, media_type="text/plain", body=words.encode(), corrects=article, aliases=aliases)
        (answer,) = self.app_state.intake.take_each([item])
        assert not isinstance(answer, Exception)
        self.work()

    def call(self, method: str, path: str, body: object = b"", /, by: str = "hue", **headers: str) -> Answer:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = {"Content-Type": "application/json"} if data else {}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = kind | {"Authorization": f"Bearer {self.key(by)}"} | named
        return Answer(*ask(self.port, method, path, data, **given))

    def push(self, article: object, /, by: str = "hue", **headers: str) -> Answer:
        return self.call("POST", "/v1/articles", article, by, **headers)

    def work(self) -> None:
        """Both stages do what waits."""
        work_off(self.ledger, self.read, self.sink)
        assert self.ledger.balance().difference == 0

    def during(self, asking: Callable[[], Answer]) -> Answer:
        """Ask, and work at both stages until the answer is there; here, since the clock of a child needs its thread."""
        with ThreadPoolExecutor(1) as asker:
            answer = asker.submit(asking)
            while not answer.done():
                self.work()
                wait([answer], timeout=0.01)
        return answer.result()

    def feed(self, words: str, page: str) -> str:
        """A feed of the page's host tells it; gives what became of that."""
        source = Source(kind="feed", name="https://hue.example/rss")
        entry = {"feed": source.name, "title": words, "link": page, "content": f"<p>{words} {words}</p>"}
        item = Input(
            source=source,
            media_type="application/vnd.copydesk.feed-entry+json",
            body=json.dumps(entry).encode(),
            aliases=(f"url:{page}",),
            url=page,
        )
        (answer,) = self.app_state.intake.take_each([item])
        assert not isinstance(answer, Exception)
        self.work()
        line = self.ledger.receipt(answer.receipt)
        assert line is not None
        return line.state

    def stored(self, name: str) -> Stored:
        stored = self.index.get(name)
        assert stored is not None
        return stored

    def found(self, words: str) -> int:
        return self.index.search(words).total


@contextmanager
def newsdesk_of(settings: Settings, *, port: int = 0, **parts: Any) -> Iterator[Newsdesk]:
    """A desk over these settings, on a free port unless one is named; `parts` of its state replace its own."""
    app_state = replace(open_state(settings, open_archive(settings)), **parts)
    with door_of(app_state, port) as (opened, _, _):
        desk = Newsdesk(settings, app_state, opened)
        try:
            yield desk
        finally:
            desk.sink.close()


def at(uri: str) -> str:
    return f"/v1/articles/{quote(uri, safe='')}"


def news(
    headline: str, *, uri: str | None = "urn:news:1", version: str | None = None, **more: object
) -> dict[str, object]:
    item: dict[str, object] = {"uri": uri, "version": version, "headlines": [{"role": "main", "value": headline}]}
    item["bodies"] = [{"contentType": "text/plain", "value": f"{headline}: better latex, better prices."}]
    return {name: value for name, value in (item | more).items() if value is not None}
