"""A correction that is read before what it corrects goes out no earlier than that may."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from services.index.tasks import index_articles
from shared.clock import now_us
from shared.ledger.calls import Claimed, Commit, Failure, Ledger
from shared.ledger.connection import connect
from shared.settings import Settings
from shared.work.batches import Done, run_batch
from shared.work.celery_app import envelopes, make_app
from shared.work.retry import RetryPolicy
from tests.integration.verbs import Newsdesk, at, news, newsdesk_of
from tests.stages import holds_of

URI, LATE = "urn:news:1", "2099-01-31T06:00:00Z"


@pytest.fixture
def desk(settings: Settings) -> Iterator[Newsdesk]:
    with newsdesk_of(settings) as made:
        yield made


def read(desk: Newsdesk, *items: Claimed) -> None:
    """The normalize stage is done with these alone."""
    results = [(item, result) for item, result in zip(items, desk.read(items), strict=True)]
    done = [
        Commit(ref=item.ref, token=item.token, outcome=result.outcome, article=result.article)
        for item, result in results
        if isinstance(result, Done)
    ]
    assert all(desk.ledger.commit("normalize", done))


def index(desk: Newsdesk) -> None:
    """The index stage takes up all that is rung for, and what was put aside is looked at a minute later."""
    client: Any = desk.ledger.client
    handle = index_articles(desk.sink, holds_of(desk.ledger, desk.sink.path))
    later = Ledger(
        connect(desk.settings),
        desk.settings,
        envelopes(make_app(desk.settings, "later")),
        clock=lambda: now_us() + 60_000_000,
    )
    for _ in range(2):
        while (message := client.rpop("index")) is not None:
            run_batch(desk.ledger, "index", json.loads(message)["headers"]["id"], handle, RetryPolicy())
        later.sweep()
        client.delete("ledger:swept")


def state(desk: Newsdesk, receipt: str) -> str:
    return str(desk.call("GET", f"/v1/receipts/{receipt}").body["state"])


def two(desk: Newsdesk, **held: str) -> tuple[list[str], list[Claimed]]:
    """An article and its correction, both taken up by the normalize stage: their receipts, and what it holds."""
    receipts = [desk.push(news("Rubber") | held).body["receipt"], desk.push(news("Latex")).body["receipt"]]
    return receipts, desk.ledger.claim("normalize", "m")


def test_a_correction_waits_until_what_it_corrects_is_read(desk: Newsdesk) -> None:
    (first, second), (original, correction) = two(desk, embargoedUntil=LATE)
    read(desk, correction)
    index(desk)
    assert desk.index.get(f"uri:hue {URI}") is None
    aside = desk.call("GET", f"/v1/receipts/{second}").body
    assert aside["state"] in ("held", "queued")
    assert "embargoedUntil" not in aside, "it waits, under no embargo that is known"
    read(desk, original)
    index(desk)
    assert desk.index.get(f"uri:hue {URI}") is None
    held = desk.call("GET", f"/v1/receipts/{second}").body
    assert (held["state"], held["embargoedUntil"]) == ("held", LATE)
    assert state(desk, first) == "held"


def test_a_correction_of_what_is_under_no_embargo_goes_out_after_it(desk: Newsdesk) -> None:
    (first, second), (original, correction) = two(desk)
    read(desk, correction)
    index(desk)
    read(desk, original)
    index(desk)
    assert [state(desk, receipt) for receipt in (first, second)] == ["indexed", "indexed"]
    assert desk.stored(f"uri:hue {URI}").article.headline == "Latex"
    assert desk.ledger.balance().difference == 0


def test_what_nobody_can_read_keeps_no_correction_back(desk: Newsdesk) -> None:
    (first, second), (original, correction) = two(desk)
    read(desk, correction)
    index(desk)
    dead = Failure(ref=original.ref, token=original.token, verdict="dead", reason="unforeseen", note="")
    desk.ledger.fail("normalize", [dead])
    index(desk)
    assert [state(desk, receipt) for receipt in (first, second)] == ["dead", "indexed"]


def test_a_withdrawal_waits_for_nothing(desk: Newsdesk) -> None:
    desk.push(news("Rubber", embargoedUntil=LATE))
    gone = desk.call("DELETE", at(URI)).body["receipt"]
    original, withdrawal = desk.ledger.claim("normalize", "m")
    read(desk, withdrawal)
    index(desk)
    assert state(desk, gone) == "withdrawn"
    read(desk, original)
    index(desk)
    assert desk.stored(f"uri:hue {URI}").withdrawn


def test_a_third_revision_waits_for_both(desk: Newsdesk) -> None:
    (_, second), (original, correction) = two(desk, embargoedUntil=LATE)
    third = desk.push(news("Latex, twice")).body["receipt"]
    (last,) = desk.ledger.claim("normalize", "n")
    read(desk, last, correction)
    index(desk)
    assert desk.index.get(f"uri:hue {URI}") is None
    read(desk, original)
    index(desk)
    index(desk)
    assert [state(desk, receipt) for receipt in (second, third)] == ["held", "held"]
    assert desk.index.get(f"uri:hue {URI}") is None
