"""The same request with the same key is answered once and the same, whichever front door it comes to."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
import zstandard

from services.ingest.desk_acts import Named, withdrawal_of
from services.web import answers
from services.web.answers import AnswerStore, GivenAnswer
from services.web.idempotency import _hashed
from shared.ledger import keys
from shared.settings import Settings
from shared.work.celery_app import open_ledger
from tests.integration.verbs import Newsdesk, at, news, newsdesk_of


@pytest.fixture
def desk(settings: Settings) -> Iterator[Newsdesk]:
    with newsdesk_of(settings) as made:
        yield made


def test_the_answer_of_before_comes_again_and_nothing_else_happens(desk: Newsdesk) -> None:
    first = desk.push(news("One"), Idempotency_Key='"8e03"')
    again = desk.push(news("One"), Idempotency_Key="8e03")
    assert (again.status, again.body, again.headers["location"]) == (202, first.body, first.headers["location"])
    assert (again.headers["idempotent-replayed"], "idempotent-replayed" in first.headers) == ("true", False)
    assert desk.ledger.balance().accepted == 1
    other = desk.push(news("Two"), Idempotency_Key="8e03")
    assert (other.status, other.slug) == (422, "idempotency-key-reused")
    assert desk.push(news("Two"), "hanoi", Idempotency_Key="8e03").status == 202, "keys are each publisher's own"
    assert desk.call("PUT", at("urn:news:1"), news("One"), Idempotency_Key="8e03").status == 422
    assert desk.push(news("One"), Idempotency_Key=" ").body["errors"][0]["header"] == "Idempotency-Key"


def test_a_change_that_was_made_is_answered_as_made(desk: Newsdesk) -> None:
    new = {"If_None_Match": "*", "Idempotency_Key": "a"}
    made = desk.call("PUT", at("urn:news:1"), news("One"), **new)
    desk.work()
    assert desk.call("PUT", at("urn:news:1"), news("One"), **new).body == made.body
    gone = desk.call("DELETE", at("urn:news:1"), b"", Idempotency_Key="b")
    desk.work()
    assert desk.call("DELETE", at("urn:news:1"), b"", Idempotency_Key="b").body == gone.body
    assert desk.call("DELETE", at("urn:news:1"), b"", Idempotency_Key="c").status == 410


@pytest.mark.parametrize("act", ["withdraw", "purge"])
def test_no_repeat_shows_an_article_that_was_withdrawn_or_erased(desk: Newsdesk, act: str) -> None:
    given = {"Prefer": "wait=30", "Idempotency_Key": "a"}
    first = desk.during(lambda: desk.push(news("Rubber"), **given))
    again = desk.push(news("Rubber"), **given)
    assert (first.status, again.status, again.body) == (201, 201, first.body)
    assert (again.headers["etag"], again.headers["location"]) == (first.headers["etag"], first.headers["location"])
    kept = desk.ledger.client.get(keys.answer("hue", _hashed("a")))
    assert b"Rubber" not in zstandard.decompress(msgspec.msgpack.decode(kept, type=GivenAnswer).body)
    item = withdrawal_of(Named(article=first.body["id"]), "x")
    desk.app_state.intake.take_each([msgspec.structs.replace(item, erases=act == "purge")])
    assert desk.push(news("Rubber"), **given).status == 410, "from the moment the withdrawal is in"
    desk.work()
    gone = desk.push(news("Rubber"), **given)
    assert (gone.status, gone.slug) == (410, "withdrawn")
    shown = {name: said for name, said in gone.body.items() if name != "instance"}
    asked = desk.call("GET", at(first.body["id"])).body
    assert shown == {name: said for name, said in asked.items() if name != "instance"}, "no more than its tombstone"
    assert ("Rubber" in str(shown)) <= (act == "withdraw")


def test_an_answer_that_an_older_release_kept_whole_is_not_shown_either(desk: Newsdesk) -> None:
    given = {"Prefer": "wait=30", "Idempotency_Key": "a"}
    first = desk.during(lambda: desk.push(news("Rubber"), **given))
    store = AnswerStore(desk.ledger.client)
    kept = store.begin("hue", _hashed("a"))
    assert kept is not None
    whole = zstandard.compress(msgspec.json.encode(first.body))
    store.remember("hue", _hashed("a"), msgspec.structs.replace(kept, body=whole))
    assert desk.push(news("Rubber"), **given).body == first.body
    assert desk.call("DELETE", at(first.body["id"])).status == 202
    desk.work()
    assert desk.push(news("Rubber"), **given).status == 410


def test_what_failed_may_be_sent_again_under_its_key(desk: Newsdesk) -> None:
    assert desk.push(b"{", Idempotency_Key="a").status == 400
    assert desk.push(news("One"), Idempotency_Key="a").status == 202
    assert desk.call("DELETE", at("urn:news:2"), b"", Idempotency_Key="b").status == 404
    assert len(desk.ledger.client.keys(keys.answer("hue", "*"))) == 1


def test_of_many_at_once_one_is_done(desk: Newsdesk) -> None:
    desk.key()
    with ThreadPoolExecutor(6) as threads:
        answered = list(threads.map(lambda _: desk.push(news("One"), Idempotency_Key="a"), range(12)))
    assert {answer.status for answer in answered} <= {202, 409}
    assert {answer.slug for answer in answered if answer.status == 409} <= {"in-flight"}
    assert desk.ledger.balance().accepted == 1


def test_a_key_that_is_in_flight_ends_by_itself(settings: Settings) -> None:
    client = open_ledger(settings).client
    store = AnswerStore(client)
    assert store.begin("hue", "k") is None
    assert store.begin("hue", "k") == GivenAnswer()
    assert 0 < client.ttl(keys.answer("hue", "k")) <= answers.IN_FLIGHT_S


def test_answers_are_bounded(settings: Settings) -> None:
    client = open_ledger(settings).client
    store = AnswerStore(client, most=10)
    for number in range(30):
        store.begin("hue", f"{number}")
        store.remember("hue", f"{number}", GivenAnswer(request="x", status=202))
    assert len(client.keys(keys.answer("hue", "*"))) == 10
    assert store.begin("hue", "29") == GivenAnswer(request="x", status=202)
    assert store.begin("hue", "1") is None
