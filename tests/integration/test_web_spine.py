"""The front door over the real ledger, archive and index: a push until it can be found, and what it says in trouble."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from services.index.changes import last_place
from services.index.opensearch.fields import GENERATION
from services.index.outbox.outbox import Outbox, outbox_file
from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from services.index.tasks import index_articles
from services.ingest.intake import open_archive
from services.web.app import open_record, open_state
from services.web.keys import Keys
from services.web.state import AppState
from shared.article import Article
from shared.ledger.calls import Commit, Ledger
from shared.ledger.overview import Watchman
from shared.settings import Settings
from shared.sink_settings import SinkSettings
from shared.work.batches import run_batch
from shared.work.celery_app import open_ledger
from shared.work.retry import RetryPolicy
from tests.conftest import Server, settings_over, wait_for
from tests.entries import make_entry
from tests.integration.test_web import ask, door_of
from tests.machine import free_port
from tests.stages import holds_of

NEWS = "Từng bước nâng cao chất lượng mủ cao su\n\nTTH - Bằng những giải pháp đồng bộ, người dân Nam Đông …\n".encode()


@pytest.fixture
def app_state(settings: Settings) -> AppState:
    return open_state(settings, open_archive(settings))


@pytest.fixture
def key(app_state: AppState) -> str:
    return f"Bearer {Keys(app_state.keys.path).create('hue', scopes=('push', 'monitor'))}"


@pytest.fixture
def port(app_state: AppState) -> Iterator[int]:
    with door_of(app_state) as (port, _, _):
        yield port


def settle(ledger: Ledger, settings: Settings, ref: str, article: Article) -> None:
    """What the two workers behind the door do, with the article already read."""
    [claimed] = ledger.claim("normalize", "test")
    done = Commit(ref=ref, token=claimed.token, outcome="normalized", article=msgspec.json.encode(article))
    assert ledger.commit("normalize", [done]) == [True]
    sink = SqliteSink(settings.index_file)
    run_batch(
        ledger,
        "index",
        "test",
        index_articles(sink, holds_of(ledger, settings.index_file)),
        RetryPolicy(max_attempts=5),
    )
    sink.close()


def test_a_push_is_followed_until_search_finds_it(port: int, key: str, settings: Settings) -> None:
    text = {"Authorization": key, "Content_Type": "text/plain; charset=utf-8"}
    status, headers, told = ask(port, "POST", "/v1/articles", NEWS, **text)
    assert (status, told["state"], headers["location"]) == (202, "received", told["links"]["receipt"])
    receipt, article = told["links"]["receipt"], told["links"]["article"]

    line = ask(port, "GET", receipt, Authorization=key)[2]
    assert (line["state"], line["stage"], line["settled"]) == ("queued", "normalize", False)
    early = ask(port, "GET", article, Authorization=key)
    assert (early[0], early[2]["type"]) == (404, "/problems/not-indexed")
    again = ask(port, "POST", "/v1/articles", NEWS, **text)
    assert (again[0], again[2]["state"], again[2]["article"]) == (200, "duplicate", told["article"])

    answers = []
    waiting = threading.Thread(target=lambda: answers.append(ask(port, "GET", f"{receipt}?wait=30", Authorization=key)))
    waiting.start()
    made = Article(headline="Từng bước nâng cao chất lượng mủ cao su", language="vi")
    settle(open_ledger(settings), settings, f"{told['article']}@{told['rev']}", made)
    waiting.join(30)
    assert (answers[0][2]["state"], answers[0][2]["settled"]) == ("indexed", True)

    status, headers, stored = ask(port, "GET", article, Authorization=key)
    assert (status, stored["article"]["headline"], stored["rev"]) == (200, made.headline, told["rev"])
    assert ask(port, "GET", article, Authorization=key, If_None_Match=headers["etag"])[0] == 304
    for query in ("m%E1%BB%A7%20cao%20su", "mu+cao+su"):
        found = ask(port, "GET", f"/v1/search?q={query}", Authorization=key)[2]
        assert [hit["article"] for hit in found["hits"]] == [told["article"]]

    standing = ask(port, "GET", "/v1/status", Authorization=key)[2]
    assert (standing["state"], standing["articles"], standing["balance"]["inFlight"]) == ("ok", 1, 0)
    assert standing["balance"]["difference"] == 0
    assert b'copydesk_articles_total{outcome="indexed"} 1.0' in ask(port, "GET", "/metrics", Authorization=key)[2]


def test_another_publishers_uri_is_out_of_reach(port: int, key: str, app_state: AppState) -> None:
    other = f"Bearer {Keys(app_state.keys.path).create('hanoi')}"
    first = b'{"uri": "urn:news:1", "headline": "Mot"}'
    second = b'{"uri": "urn:news:1", "headline": "Hai"}'
    json_type = {"Content_Type": "application/json"}
    ours, theirs = (
        ask(port, "POST", "/v1/articles", body, Authorization=who, **json_type)[2]["article"]
        for body, who in ((first, key), (second, other))
    )
    assert ours != theirs
    assert ask(port, "POST", "/v1/articles", second + b" ", Authorization=key, **json_type)[2]["article"] == ours


def test_a_page_that_one_publisher_pushed_is_not_overwritten_by_another(
    port: int, key: str, app_state: AppState, settings: Settings
) -> None:
    other = f"Bearer {Keys(app_state.keys.path).create('hanoi')}"
    page = {"Content_Type": "text/html", "Content_Location": "https://hue.example/1"}
    told = ask(port, "POST", "/v1/articles", b"<p>Mot", Authorization=key, **page)[2]
    settle(open_ledger(settings), settings, f"{told['article']}@{told['rev']}", Article(headline="Một"))
    refused = ask(port, "POST", "/v1/articles", b"<p>Hai", Authorization=other, **page)
    assert (refused[0], refused[2]["type"]) == (403, "/problems/not-yours")
    again = ask(port, "POST", "/v1/articles", b"<p>Ba", Authorization=key, **page)
    assert (again[0], again[2]["article"]) == (202, told["article"])


def test_each_article_of_one_body_gets_a_receipt_and_goes_its_own_way(port: int, key: str, app_state: AppState) -> None:
    rows = [{"uri": f"urn:news:{n}", "headline": f"Bai {n}", "body_text": "Bang nhung giai phap."} for n in range(30)]
    given = {"Authorization": key, "Content_Type": "application/json"}
    status, headers, told = ask(port, "POST", "/v1/articles", json.dumps(rows).encode(), **given)
    assert (status, "location" in headers) == (202, False)
    assert {one["state"] for one in told["receipts"]} == {"received"}
    assert len({one["article"] for one in told["receipts"]}) == len({one["receipt"] for one in told["receipts"]}) == 30
    alone = ask(port, "POST", "/v1/articles", json.dumps(rows[7]).encode(), **given)[2]
    assert (alone["article"], alone["state"]) == (told["receipts"][7]["article"], "duplicate")
    rows[3]["headline"] = "Bai 3, da sua"
    again = ask(port, "POST", "/v1/articles", json.dumps(rows).encode(), **given)[2]["receipts"]
    assert [one["state"] for one in again] == ["received" if n == 3 else "duplicate" for n in range(30)]
    nothing = ask(port, "POST", "/v1/articles", json.dumps([*rows, {"price": 3}]).encode(), **given)
    assert (nothing[0], "Item 31 of the list is no article" in nothing[2]["detail"]) == (422, True)
    assert app_state.look().status.balance.accepted == 61


def test_redis_full_and_redis_away_are_told_as_such_and_pass(redis_server: Server, tmp_path: Path) -> None:
    settings = settings_over(redis_server, tmp_path)
    app_state = open_state(settings, open_archive(settings))
    with door_of(app_state) as (port, _, _):
        text = {
            "Authorization": f"Bearer {Keys(app_state.keys.path).create('hue', scopes=('push', 'monitor'))}",
            "Content_Type": "text/plain",
        }
        assert ask(port, "GET", "/readyz")[0] == 200

        redis_server.client().config_set("maxmemory", "1")
        full = ask(port, "POST", "/v1/articles", NEWS, **text)
        assert (full[0], full[2]["type"], "retry-after" in full[1]) == (503, "/problems/intake-full", True)
        wait_for(lambda: ask(port, "GET", "/readyz")[0] == 503, "a full Redis was not noticed")
        redis_server.client().config_set("maxmemory", "0")
        wait_for(lambda: ask(port, "POST", "/v1/articles", NEWS, **text)[0] in (200, 202), "the push was not taken")

        redis_server.kill()
        away = ask(port, "POST", "/v1/articles", NEWS, **text)
        assert (away[0], away[2]["type"], "retry-after" in away[1]) == (503, "/problems/unavailable", True)
        assert str(redis_server.socket) not in json.dumps(away[2])
        wait_for(lambda: ask(port, "GET", "/readyz")[0] == 503, "an absent Redis was not noticed")
        assert ask(port, "GET", "/healthz")[0] == 200
        assert b"copydesk_up 0.0" in ask(port, "GET", "/metrics", **text)[2]

        redis_server.start()
        wait_for(lambda: ask(port, "GET", "/readyz")[0] == 200, "the desk did not get ready again")
        wait_for(lambda: ask(port, "POST", "/v1/articles", NEWS, **text)[0] in (200, 202), "the push was not taken")


def test_an_archive_that_cannot_be_written_takes_nothing_in(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    broken = msgspec.structs.replace(settings, archive_dir=str(tmp_path / "file" / "archive"))
    app_state = open_state(broken, open_archive(broken))
    with door_of(app_state) as (port, _, _):
        key = f"Bearer {Keys(app_state.keys.path).create('hue', scopes=('push', 'monitor'))}"
        status, headers, told = ask(port, "POST", "/v1/articles", NEWS, Authorization=key, Content_Type="text/plain")
        assert (status, told["type"], headers["retry-after"]) == (503, "/problems/intake-full", "30")
        assert str(tmp_path) not in json.dumps(told)
        assert told["detail"] == "Nothing is taken in: its archive cannot be written (Not a directory)."
        assert app_state.look().status.balance.accepted == 0
        assert ask(port, "GET", "/readyz")[0] == 503


def test_opening_the_state_asks_nothing_of_redis(tmp_path: Path) -> None:
    settings = Settings(redis_url="unix:///nowhere", data_dir=str(tmp_path))
    assert open_state(settings, open_archive(settings)).settings is settings


SERVE = """
import json, sys
from services.web.app import serve
from shared.log import configure
from shared.settings import Settings
configure()
serve(Settings(**json.loads(sys.argv[1])))
"""


def test_sigterm_ends_the_process_cleanly(settings: Settings) -> None:
    given = json.dumps(msgspec.to_builtins(msgspec.structs.replace(settings, web_port=0, drops={})))
    with ExitStack() as stack:
        command = [sys.executable, "-c", SERVE, given]
        process = stack.enter_context(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
        stack.callback(process.kill)
        assert process.stderr is not None
        opened = next(json.loads(line) for line in process.stderr if "door_opened" in line)
        wait_for(lambda: ask(opened["port"], "GET", "/healthz")[0] == 200, "the door did not open")
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert "Traceback" not in process.stderr.read()


NEWER_KEYS = b'{"v": 99, "keys": []}'


@pytest.mark.parametrize("content", [b"{bad", b"", b"[]", b"null", b"\xff\xfe", NEWER_KEYS])
def test_a_hand_edit_of_the_keys_gone_wrong_locks_nobody_out_and_is_told(
    settings: Settings, tmp_path: Path, content: bytes
) -> None:
    app_state = open_state(settings, open_archive(settings))
    file, good = app_state.keys.path, Keys(app_state.keys.path).create("hue")
    app_state.keys.begin()
    file.write_bytes(content)
    with door_of(app_state) as (port, _, _):
        headers = {"Authorization": f"Bearer {good}", "Content_Type": "text/plain"}
        assert ask(port, "POST", "/v1/articles", NEWS, **headers)[0] in (200, 202)
        other = ask(port, "POST", "/v1/articles", NEWS, Authorization=f"Bearer {good}x", Content_Type="text/plain")
        assert (other[0], other[2]["type"]) == (503, "/problems/unavailable"), "it may stand in the file"
        assert ask(port, "GET", "/readyz")[0] == 200
    told = told_by(settings, app_state)
    assert [code for code, _ in told] == ["intake-refusing"]
    assert str(file) in told[0][1]
    assert "the keys read before stay good" in told[0][1]
    file.unlink()
    assert told_by(settings, app_state) == []


@pytest.mark.parametrize("content", [b"{bad", b"", NEWER_KEYS])
def test_keys_that_could_never_be_read_are_no_keys_that_are_unknown(settings: Settings, content: bytes) -> None:
    app_state = open_state(settings, open_archive(settings))
    file, good = app_state.keys.path, Keys(app_state.keys.path).create("hue")
    kept = file.read_bytes()
    file.write_bytes(content)
    with door_of(app_state) as (port, _, _):
        headers = {"Authorization": f"Bearer {good}", "Content_Type": "text/plain"}
        status, answered, told = ask(port, "POST", "/v1/articles", NEWS, **headers)
        assert (status, answered["retry-after"], "read its push keys" in told["detail"]) == (503, "30", True)
        assert str(file) not in json.dumps(told)
        assert ask(port, "GET", "/readyz")[0] == 503
        (trouble,) = told_by(settings, app_state)
        assert trouble[0] == "intake-refusing"
        assert str(file) in trouble[1]
        file.write_bytes(kept)
        assert ask(port, "POST", "/v1/articles", NEWS, **headers)[0] in (200, 202)
    assert told_by(settings, app_state) == []


def test_an_engine_of_the_search_that_is_away_is_a_trouble_and_searches_are_answered(
    settings: Settings,
) -> None:
    address = f"opensearch+http://127.0.0.1:{free_port()}/articles"
    sinks = {"search": SinkSettings(url=address)}
    settings = msgspec.structs.replace(settings, sinks=sinks, search_sink="search")
    record = SqliteSink(settings.index_file)
    record.put_many([make_entry("a", headline="Tin một")])
    outbox = Outbox(outbox_file(settings, "search"))
    outbox.begin(GENERATION)
    outbox.note(last_place(Index(settings.index_file)), (), (), ())
    outbox.settle()
    app_state = open_state(settings, open_archive(settings))
    key = Keys(app_state.keys.path).create("reader", scopes=("read", "read-all"))
    with door_of(app_state) as (port, _, _):
        status, _, told = ask(port, "GET", "/v1/search?q=tin", Authorization=f"Bearer {key}")
        assert (status, told["total"], told["standsIn"]) == (200, 1, True)
    (trouble,) = [one for one in told_by(settings, app_state) if one[0] == "search-away"]
    assert "OpenSearch of sink search is not reached" in trouble[1]
    outbox.close()
    record.close()


def told_by(settings: Settings, app_state: AppState) -> list[tuple[str, str]]:
    """What is wrong, once the door has said how it is."""
    record = open_record(settings, open_archive(settings), app_state)
    record.beat()
    ledger = open_ledger(settings)
    troubles = Watchman(ledger, settings, check_room=ledger.check_room).look().troubles
    record.stop()
    return [(one.code, one.what) for one in troubles if one.code not in ("worker-missing", "stage-stuck")]
