"""The stream of changes on a real Valkey: what is told, in which order, and to whom."""

from pathlib import Path

import msgspec
import pytest

from services.ingest.intake import Intake, Receipt
from shared.archive import Archive
from shared.envelope import Input, Source
from shared.ledger.calls import Claimed, Commit, Failure, Ledger
from shared.ledger.events import FIRST, Change, ChangeFilter, EventStream, place_of
from shared.settings import Settings
from shared.work.celery_app import open_ledger

HUE = Source(kind="push", name="hue")


@pytest.fixture
def ledger(settings: Settings) -> Ledger:
    return open_ledger(settings)


@pytest.fixture
def intake(ledger: Ledger, settings: Settings) -> Intake:
    return Intake(ledger, Archive(Path(settings.archive_dir or "")), settings)


@pytest.fixture
def stream(ledger: Ledger) -> EventStream:
    return EventStream(ledger.client)


def text(words: str, source: Source = HUE) -> Input:
    return Input(source=source, media_type="text/plain", body=words.encode())


def take(intake: Intake, words: str) -> Receipt:
    (receipt,) = intake.take([text(words)])
    return receipt


def way(changes: list[Change], article: str) -> list[str]:
    return [change.state for change in changes if change.article == article]


def clean(ledger: Ledger) -> None:
    done = [Commit(ref=i.ref, token=i.token, outcome="normalized", article=b"{}") for i in claim(ledger, "normalize")]
    ledger.commit("normalize", done)


def claim(ledger: Ledger, stage: str) -> list[Claimed]:
    return ledger.claim("normalize" if stage == "normalize" else "index", f"m-{stage}")


def test_every_step_of_an_article_is_told_in_order(ledger: Ledger, intake: Intake, stream: EventStream) -> None:
    receipt = take(intake, "Huế đón khách")
    clean(ledger)
    ledger.commit("index", [Commit(ref=i.ref, token=i.token, outcome="indexed") for i in claim(ledger, "index")])
    changes = stream.after(FIRST)
    assert way(changes, receipt.article) == ["received", "working", "normalized", "working", "indexed"]
    assert {change.source for change in changes} == {"push:hue"}
    assert [place_of(change.id) for change in changes] == sorted(place_of(change.id) for change in changes)
    assert changes[0].rev == receipt.rev


def test_a_repeat_at_the_door_is_told_with_its_receipt(intake: Intake, stream: EventStream) -> None:
    first = take(intake, "Huế đón khách")
    again = take(intake, "Huế đón khách")
    told = stream.after(FIRST)[-1]
    assert (told.article, told.state, told.note) == (first.article, "duplicate", again.receipt)


def test_deaths_carry_their_reason_and_a_replay_is_told(ledger: Ledger, intake: Intake, stream: EventStream) -> None:
    receipt = take(intake, "Huế đón khách")
    (item,) = claim(ledger, "normalize")
    ledger.fail(
        "normalize", [Failure(ref=item.ref, token=item.token, verdict="dead", reason="unforeseen", note="KeyError")]
    )
    ledger.replay([item.ref])
    told = [change for change in stream.after(FIRST) if change.article == receipt.article]
    assert [(change.state, change.note) for change in told][-2:] == [
        ("dead", "unforeseen: KeyError"),
        ("queued", "replayed"),
    ]


def test_a_stage_at_rest_and_its_return_are_told(ledger: Ledger, intake: Intake, stream: EventStream) -> None:
    take(intake, "Huế đón khách")
    (item,) = claim(ledger, "normalize")
    back = Failure(ref=item.ref, token=item.token, verdict="back", reason="away", note="the disk is full")
    ledger.fail("normalize", [back])
    ledger.resume("stage", "normalize")
    told = [(change.state, change.stage, change.note) for change in stream.after(FIRST) if not change.article]
    assert told == [("paused", "normalize", "the disk is full"), ("resumed", "normalize", "")]


def test_who_was_away_goes_on_where_it_stopped(intake: Intake, stream: EventStream) -> None:
    take(intake, "Một")
    last = stream.last_id()
    second = take(intake, "Hai")
    assert [change.article for change in stream.after(last)] == [second.article]
    assert [change.article for change in stream.wait(last, 1.0)] == [second.article]
    assert stream.wait(stream.last_id(), 0.01) == []


def test_the_stream_keeps_the_last_changes_only(intake: Intake, settings: Settings) -> None:
    ledger = open_ledger(msgspec.structs.replace(settings, events_kept=100))
    stream = EventStream(ledger.client)
    few = Intake(ledger, Archive(Path(settings.archive_dir or "")), settings)
    receipts = [take(few, f"Bài số {number}") for number in range(400)]
    kept = stream.after(FIRST, limit=1000)
    assert 100 <= len(kept) < 300
    assert [change.article for change in kept] == [receipt.article for receipt in receipts[-len(kept) :]]
    assert stream.first_id() == kept[0].id


@pytest.mark.parametrize(
    ("wanted", "takes"),
    [
        (ChangeFilter(), True),
        (ChangeFilter(source="push:hue"), True),
        (ChangeFilter(source="push:*"), True),
        (ChangeFilter(source="feed:*"), False),
        (ChangeFilter(source="push:hu"), False),
        (ChangeFilter(states=frozenset({"dead"})), False),
        (ChangeFilter(states=frozenset({"dead", "indexed"})), True),
        (ChangeFilter(article="b"), False),
    ],
)
def test_a_filter_takes_what_its_words_say(wanted: ChangeFilter, takes: bool) -> None:
    change = Change(id="1-0", article="a", rev=1, source="push:hue", state="indexed", at_us=1)
    assert wanted.takes(change) is takes
