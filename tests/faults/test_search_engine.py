"""An engine of the search that is away, slow to come, or still being filled: searches are answered all the same."""

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from services.index.engine import SearchAway
from services.index.fulltext.folder import FOLDER
from services.index.opensearch.engine import REST_S, OpenSearchEngine
from services.index.opensearch.fields import GENERATION
from services.index.outbox.deliverer import Deliverer
from services.index.outbox.outbox import Outbox, outbox_file
from services.index.query import read_query
from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from shared.errors import PermanentError
from shared.settings import INDEX_FILE, Settings
from shared.sink_settings import SinkSettings
from tests.entries import make_entry
from tests.machine import free_port
from tests.unit.index.outbox.test_deliverer import Shelf


class Answering:
    """A server that answers every question of the search with nothing found, and counts them."""

    def __init__(self, port: int) -> None:
        self.asked = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                outer.asked += 1
                body = self.rfile.read(int(self.headers["content-length"]))
                nothing = {"hits": {"total": {"value": 0}, "hits": []}, "status": 200}
                body = json.dumps({"responses": [nothing] * (body.count(b"\n") // 2)}).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Tests are quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Desk:
    """A record whose articles a sink has brought to an OpenSearch at a port where nobody listens yet."""

    def __init__(self, folder: Path) -> None:
        self.port, self.now = free_port(), 0.0
        address = f"opensearch+http://127.0.0.1:{self.port}/articles"
        self.settings = Settings(
            index_dir=str(folder), sinks={"search": SinkSettings(url=address)}, search_sink="search"
        )
        self.record = SqliteSink(folder / INDEX_FILE)
        self.engine = OpenSearchEngine("search", self.settings.sinks["search"], self.settings, clock=lambda: self.now)
        self.index = Index(folder / INDEX_FILE, self.engine)
        shelf = Shelf()
        shelf.generation = GENERATION
        self.outbox = Outbox(outbox_file(self.settings, "search"))
        self._deliverer = Deliverer("search", shelf, self.outbox, self.index)

    def put(self, *names: str) -> None:
        self.record.put_many([make_entry(name, headline=f"Tin {name}") for name in names])

    def bring(self) -> None:
        while self._deliverer.step() == 0:
            pass

    def close(self) -> None:
        self.index.close()
        self.outbox.close()
        self.record.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    desk.put("a", "b")
    desk.bring()
    yield desk
    desk.close()


def test_the_words_stand_in_for_an_engine_that_is_away(desk: Desk) -> None:
    results = desk.index.search("tin", facets=("kind",))
    assert ({hit.article_id for hit in results.hits}, results.stands_in) == ({"a", "b"}, True)
    with pytest.raises(SearchAway, match="OpenSearch of sink search is not reached"):
        desk.index.check_engine()


def test_an_engine_that_was_away_is_left_alone_for_a_while_and_then_asked_again(desk: Desk) -> None:
    assert desk.index.search("tin").stands_in
    server = Answering(desk.port)
    assert desk.index.search("tin").stands_in
    assert server.asked == 0
    desk.now = REST_S
    assert not desk.index.search("tin").stands_in
    desk.index.check_engine()
    assert server.asked > 1
    server.close()


def test_while_one_asks_whether_it_is_back_nobody_else_waits_for_that(desk: Desk) -> None:
    assert desk.index.search("tin").stands_in
    desk.now = REST_S
    query = read_query("tin")
    assert query is not None
    with desk.index.reading() as database:
        assert database is not None
        desk.engine.search(database, query, "")  # the one that will ask
        with pytest.raises(SearchAway):
            desk.engine.search(database, query, "")


def test_an_engine_that_is_still_being_filled_is_not_asked(desk: Desk) -> None:
    server = Answering(desk.port)
    assert not desk.index.search("tin").stands_in
    asked = server.asked
    desk.outbox.begin("another shape")
    assert {hit.article_id for hit in desk.index.search("tin").hits} == {"a", "b"}
    desk.index.check_engine()  # no trouble: the sink says how far it is
    assert server.asked == asked
    server.close()


def test_what_the_engine_does_not_know_yet_is_told(desk: Desk) -> None:
    server = Answering(desk.port)
    assert desk.index.search("tin").behind == 0
    desk.put("c", "d", "e")
    assert desk.index.search("tin").behind == 3
    desk.bring()
    assert desk.index.search("tin").behind == 0
    server.close()


def test_pages_of_two_engines_do_not_go_together(desk: Desk) -> None:
    cursor = desk.index.search("tin", limit=1).cursor
    assert cursor is not None
    server = Answering(desk.port)
    desk.now = REST_S
    with pytest.raises(PermanentError, match="not one of this search"):
        desk.index.search("tin", limit=1, cursor=cursor)
    server.close()


def test_where_nothing_answers_both_reasons_are_told(desk: Desk, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / FOLDER)  # and the writer that holds the lock has not made them anew yet
    with pytest.raises(SearchAway, match=r"is not reached.*words of the index .* are still to be made"):
        desk.index.search("tin")


def test_an_empty_desk_finds_nothing_and_is_no_trouble(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.bring()
    results = desk.index.search("tin", facets=("kind",))
    assert (results.total, results.stands_in, results.facets) == (0, False, {"kind": {}})
    desk.index.check_engine()
    desk.close()
