"""What a worker did: what it took up among the last changes, each input once, at every door."""

import json
import re

import pytest

from services.web.keys import Keys
from shared.clock import now_us
from shared.ledger import keys
from shared.ledger.calls import Ledger
from shared.ledger.events import EventStream
from shared.ledger.overview import MINUTE_US
from shared.work.liveness import WorkerRecord
from tests.integration.test_article_list import FEED, Desk, desk
from tests.integration.test_list_command import run
from tests.integration.test_pages import Browser
from tests.integration.test_web import ask

__all__ = ["desk"]


def worker_of(desk: Desk) -> str:
    """`host:start` of the worker that has just taken something up."""
    (change, *_) = [one for one in reversed(EventStream(desk.ledger.client).latest()) if one.state == "working"]
    return change.note.rpartition(":")[0]


def test_a_workers_list_has_all_that_it_took_whatever_became_of_it(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    page = "url:https://tin.example/1"
    first = desk.take("Một", FEED, aliases=(page,))
    desk.clean("Một")
    desk.take("Một.", FEED, aliases=(page,))  # says the same when it is read
    desk.clean("Một")
    dead = desk.take("Hai")
    desk.bury()
    worker = worker_of(desk)
    waiting = desk.take("Ba")
    rows = desk.ask(f"/v1/articles?worker={worker}")["articles"]
    expected = [(dead, "dead"), (first, "duplicate"), (first, "indexed")]
    assert [(row["article"], row["state"]) for row in rows] == expected
    assert desk.names(f"?worker={worker}&state=dead") == [dead]
    assert desk.names(f"?worker={worker}&source=feed&state=indexed") == [first]
    assert desk.names(f"?worker={worker.partition(':')[0]}&state=failed") == [dead]
    assert desk.names(f"?worker={worker.partition(':')[0][:-1]}") == []
    assert run(desk, "list", "--worker", worker, "--json") == 0
    assert [row["article"] for row in json.loads(capsys.readouterr().out)["articles"]] == [row[0] for row in expected]
    assert waiting not in desk.names(f"?worker={worker}")


def test_a_workers_list_has_pages(desk: Desk) -> None:
    articles = [desk.take(f"Bài {number}") for number in range(5)]
    desk.clean()
    seen: list[str] = []
    path = f"/v1/articles?worker={worker_of(desk)}&limit=2"
    while path:
        page = desk.ask(path)
        seen += [row["article"] for row in page["articles"]]
        path = page["links"].get("next", "")
    assert seen == articles[::-1]


def test_what_a_worker_took_is_looked_for_in_pages_and_not_for_ever(desk: Desk) -> None:
    articles = [desk.take(f"Bài {number}") for number in range(4)]
    desk.clean()
    stream, worker = EventStream(desk.ledger.client), worker_of(desk)
    refs = stream.taken_by(worker, 100)
    assert {ref.partition("@")[0] for ref in refs} == set(articles)
    assert len(refs) == len(set(refs)) == 4
    assert len(stream.taken_by(worker, 3)) == 3
    assert stream.taken_by(worker, 100, look=0) == []


def test_words_and_a_worker_are_not_asked_at_once(desk: Desk) -> None:
    status, _, problem = ask(desk.port, "GET", "/v1/articles?worker=h&q=x", Authorization=desk.key)
    assert (status, problem["errors"][0]["parameter"]) == (400, "worker")


def test_the_first_page_tells_whether_the_queue_grows_and_leads_to_what_each_worker_did(desk: Desk) -> None:
    browser = Browser(desk.port)
    assert browser.log_in(Keys(desk.app_state.keys.path).create("lan", scopes=("monitor",))).status == 303
    assert "In flight: 0 now</p>" in browser.get("/").text
    desk.ledger.client.hset(keys.BACKLOG, mapping={str(now_us() // MINUTE_US - back): 1000 + back for back in (10, 59)})
    record = WorkerRecord(desk.settings, "normalize", boot="f00")
    record.beat()
    article = desk.take("Một")
    worker = Ledger(desk.ledger.client, desk.settings, boot="f00")
    (item,) = worker.claim("normalize", "test")
    text = browser.get("/now/state").text
    assert "In flight: 1 now, 1,010 ten minutes ago, 1,059 an hour ago</p>" in text
    (path,) = re.findall(r'href="(/articles\?worker=[^"]+)">normalize</a>', text)
    page = browser.get(path).text
    assert (article in page, "What this worker took up" in page) == (True, True)
    record.stop()
    assert item.ref.startswith(article)
