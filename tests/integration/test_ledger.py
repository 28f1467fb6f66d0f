"""The ledger on a real Valkey: entering, claiming, failing, sweeping, and the balance that never moves off zero."""

import json
from pathlib import Path

import pytest

from services.ingest.intake import Intake
from shared.archive import Archive
from shared.envelope import Input, Source
from shared.errors import IntakeFull
from shared.ledger.calls import DEATH_BURST, Claimed, Commit, Failure, Ledger
from shared.settings import Settings
from shared.work.celery_app import envelopes, make_app, open_ledger
from tests.conftest import Server, settings_over, wait_for

PUSH = Source(kind="push", name="desk")
DROP = Source(kind="drop", name="")


@pytest.fixture
def ledger(settings: Settings) -> Ledger:
    return open_ledger(settings)


@pytest.fixture
def intake(ledger: Ledger, settings: Settings) -> Intake:
    return Intake(ledger, Archive(Path(settings.archive_dir or "")), settings)


def text(words: str, *aliases: str, source: Source = PUSH) -> Input:
    return Input(source=source, media_type="text/plain", body=words.encode(), aliases=aliases)


def queued(ledger: Ledger, stage: str) -> list[list[str]]:
    """The refs of each message on a queue, the next to be taken first."""
    messages = [json.loads(m) for m in reversed(ledger.client.lrange(stage, 0, -1))]
    return [json.loads(m["body"])[0][1] for m in messages]


def claim(ledger: Ledger, *refs: str, message: str = "m1") -> list[Claimed]:
    return ledger.claim(refs, "normalize", message)


def normalized(item: Claimed) -> Commit:
    return Commit(ref=item.ref, token=item.token, outcome="normalized", article=b"{}")


def balanced(ledger: Ledger) -> bool:
    return ledger.balance().difference == 0


def test_an_input_is_on_its_queue_when_it_is_received(intake: Intake, ledger: Ledger) -> None:
    receipt = intake.take([text("Một bài báo")])[0]
    assert receipt.state == "received"
    assert queued(ledger, "normalize") == [[f"{receipt.article}@{receipt.rev}"]]
    line = ledger.receipt(receipt.receipt)
    assert line is not None
    assert [event.state for event in line.timeline] == ["received"]
    assert balanced(ledger)


def test_a_batch_is_cut_at_25_articles_and_at_4_mib(intake: Intake, ledger: Ledger) -> None:
    intake.take([text(f"bài {n}") for n in range(60)])
    assert [len(refs) for refs in queued(ledger, "normalize")] == [25, 25, 10]
    ledger.client.delete("normalize")
    intake.take([text(f"{n}" + "x" * 1_500_000) for n in range(5)])
    assert [len(refs) for refs in queued(ledger, "normalize")] == [2, 2, 1]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(text("a"), text("a"), "duplicate", id="equal content without an address"),
        pytest.param(text("a", "url:x"), text("b", "url:x"), "revision", id="other content at one address"),
        pytest.param(text("a", "url:x"), text("a", "url:x"), "duplicate", id="equal content at one address"),
        pytest.param(text("a", "path:1"), text("a", "path:2"), "duplicate", id="equal content at two addresses"),
        pytest.param(text("a", "guid:1", "url:x"), text("b", "url:x"), "revision", id="one alias equal is enough"),
        pytest.param(text("a"), text("b"), "new", id="nothing in common"),
    ],
)
def test_identity(intake: Intake, ledger: Ledger, first: Input, second: Input, expected: str) -> None:
    one, two = intake.take([first])[0], intake.take([second])[0]
    match expected:
        case "duplicate":
            assert (two.state, two.article, two.rev) == ("duplicate", one.article, one.rev)
        case "revision":
            assert (two.state, two.article) == ("received", one.article)
            assert two.rev > one.rev
        case _:
            assert two.article != one.article
    assert balanced(ledger)


ALICE, EVE = Source(kind="push", name="alice"), Source(kind="push", name="eve")
FEED = Source(kind="feed", name="http://feed.example/f.xml")


def test_repeating_anothers_words_gives_no_share_in_their_article(intake: Intake) -> None:
    hers = intake.take([text("same words", "url:http://alice.example/1", source=ALICE)])[0]
    other = intake.take([text("same words", "url:http://eve.example/1", source=EVE)])[0]
    forged = intake.take([text("forged", "url:http://eve.example/1", source=EVE)])[0]
    assert hers.article not in (other.article, forged.article)
    correction = intake.take([text("corrected", "url:http://alice.example/1", source=ALICE)])[0]
    assert (correction.state, correction.article) == ("received", hers.article)


def test_what_one_publisher_pushed_no_other_revises_even_at_the_same_moment(intake: Intake, ledger: Ledger) -> None:
    both = [
        text("mine", "url:http://x.example/1", source=ALICE),
        text("no, mine", "url:http://x.example/1", source=EVE),
    ]
    assert [receipt.state for receipt in intake.take(both)] == ["received", "refused"]
    assert ledger.balance().accepted == 1
    assert balanced(ledger)


def test_a_feed_does_not_replace_what_was_pushed_but_a_push_replaces_a_feeds_word(
    intake: Intake, ledger: Ledger
) -> None:
    intake.take([text("teaser", "url:http://x.example/1", source=FEED)])
    whole = intake.take([text("the whole text", "url:http://x.example/1", source=ALICE)])[0]
    assert whole.state == "received"
    late = intake.take([text("teaser, new", "url:http://x.example/1", source=FEED)])[0]
    assert (late.state, late.article, late.rev) == ("superseded", whole.article, whole.rev)
    line = ledger.receipt(late.receipt)
    assert line is not None
    assert line.state == "superseded"
    assert balanced(ledger)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(("HSET", "attempts", "abc"), id="a count that is no number"),
        pytest.param(("HSET", "state", "bogus"), id="a state that does not exist"),
        pytest.param(("HDEL", "stage"), id="no stage"),
        pytest.param(("DEL",), id="no record at all"),
        pytest.param(("SET",), id="a record of another kind"),
    ],
)
def test_a_damaged_record_is_dead_and_its_neighbours_go_on(
    intake: Intake, ledger: Ledger, damage: tuple[str, ...]
) -> None:
    receipts = intake.take([text("a"), text("b"), text("c")])
    refs = [f"{r.article}@{r.rev}" for r in receipts]
    command, *values = damage
    if command in ("DEL", "SET"):
        ledger.client.delete(f"art:{refs[1]}")
    if command != "DEL":
        ledger.client.execute_command(command, f"art:{refs[1]}", *(values or ["x"]))
    assert [item.ref for item in claim(ledger, *refs)] == [refs[0], refs[2]]
    assert [(d.ref, d.reason) for d in ledger.dead()] == [(refs[1], "undecodable")]
    assert balanced(ledger)
    assert ledger.replay([refs[1]]) == [True]
    assert balanced(ledger)


def test_a_clock_that_steps_back_stops_no_retry_and_no_lease(shared_redis: Server, tmp_path: Path) -> None:
    moment = [2_000_000_000_000_000]
    settings = settings_over(shared_redis, tmp_path)
    plain = open_ledger(settings)
    ledger = Ledger(plain.client, settings, envelopes(make_app(settings, "courier")), clock=lambda: moment[0])
    receipts = Intake(ledger, Archive(tmp_path / "a"), settings).take([text("a"), text("b")])
    items = claim(ledger, *(f"{r.article}@{r.rev}" for r in receipts))
    soon = moment[0] - 3_590_000_000
    ledger.fail(
        "normalize", [Failure(ref=items[0].ref, token=items[0].token, verdict="retry", reason="r", due_us=soon)]
    )
    ledger.sweep()
    moment[0] -= 3_600_000_000
    ledger.sweep()
    moment[0] += 20_000_000
    ledger.sweep()
    status = ledger.status().stages["normalize"]
    assert (status.queued, status.working, status.retrying) == (2, 0, 0)


def test_a_text_that_goes_back_to_an_earlier_wording_is_a_new_revision(intake: Intake) -> None:
    revs = [intake.take([text(words, "path:a.txt")])[0].rev for words in ("a", "b", "a")]
    assert revs == sorted(set(revs))


def test_only_the_holder_of_the_token_changes_an_article(intake: Intake, ledger: Ledger) -> None:
    receipt = intake.take([text("a")])[0]
    item = claim(ledger, f"{receipt.article}@{receipt.rev}")[0]
    assert claim(ledger, item.ref, message="m2") == []
    stale = Commit(ref=item.ref, token="another", outcome="normalized", article=b"{}")
    assert ledger.commit("normalize", [stale]) == [False]
    assert ledger.commit("normalize", [normalized(item)]) == [True]
    assert ledger.commit("normalize", [normalized(item)]) == [False]
    assert queued(ledger, "index") == [[item.ref]]
    assert balanced(ledger)


def test_an_indexed_article_leaves_no_body_in_redis(intake: Intake, ledger: Ledger) -> None:
    receipt = intake.take([text("a")])[0]
    item = claim(ledger, f"{receipt.article}@{receipt.rev}")[0]
    ledger.commit("normalize", [normalized(item)])
    item = ledger.claim([item.ref], "index", "m2")[0]
    assert item.body == b"{}"
    ledger.commit("index", [Commit(ref=item.ref, token=item.token, outcome="indexed")])
    assert ledger.client.keys("art:*:*") == []
    assert ledger.balance().indexed == 1
    line = ledger.receipt(receipt.receipt)
    assert line is not None
    assert [e.state for e in line.timeline] == ["received", "working", "normalized", "working", "indexed"]


def test_a_retry_waits_in_the_ledger_until_it_is_due(intake: Intake, ledger: Ledger) -> None:
    receipt = intake.take([text("a")])[0]
    item = claim(ledger, f"{receipt.article}@{receipt.rev}")[0]
    ledger.client.delete("normalize")
    failure = Failure(ref=item.ref, token=item.token, verdict="retry", reason="transient", due_us=1)
    assert ledger.fail("normalize", [failure]) == [True]
    assert ledger.status().stages["normalize"].retrying == 1
    assert ledger.sweep()[0] == 1
    assert queued(ledger, "normalize") == [[item.ref]]
    assert claim(ledger, item.ref)[0].attempt == 2
    assert balanced(ledger)


def test_the_dead_keep_reason_and_body_and_can_be_replayed_or_discarded(intake: Intake, ledger: Ledger) -> None:
    receipts = intake.take([text("a"), text("b")])
    items = claim(ledger, *(f"{r.article}@{r.rev}" for r in receipts))
    why = [Failure(ref=i.ref, token=i.token, verdict="dead", reason="permanent", note="no text") for i in items]
    ledger.fail("normalize", why)
    dead = ledger.dead()
    assert {d.ref for d in dead} == {i.ref for i in items}
    assert {(d.reason, d.note) for d in dead} == {("permanent", "no text")}
    assert ledger.replay([items[0].ref]) == [True]
    assert ledger.discard([items[1].ref], "not for us") == [True]
    assert ledger.replay([items[1].ref]) == [False]
    balance = ledger.balance()
    assert (balance.dead, balance.discarded, balance.in_flight, balance.difference) == (0, 1, 1, 0)
    assert len(claim(ledger, items[0].ref, message="m3")) == 1


def test_a_push_of_what_died_is_tried_again(intake: Intake, ledger: Ledger) -> None:
    receipt = intake.take([text("a")])[0]
    item = claim(ledger, f"{receipt.article}@{receipt.rev}")[0]
    ledger.fail("normalize", [Failure(ref=item.ref, token=item.token, verdict="dead", reason="permanent")])
    assert intake.take([text("a", source=DROP)])[0].state == "duplicate"
    assert intake.take([text("a")])[0].state == "received"
    assert balanced(ledger)


def test_an_article_whose_lease_ends_travels_alone_and_dies_at_the_third_time(
    shared_redis: Server, tmp_path: Path
) -> None:
    settings = settings_over(shared_redis, tmp_path, task_limit_s=0, visibility_timeout_s=0, lease_s=0, sweep_s=0.0)
    ledger = open_ledger(settings)
    receipts = Intake(ledger, Archive(tmp_path / "a"), settings).take([text("a"), text("b")])
    refs = [f"{r.article}@{r.rev}" for r in receipts]
    for crash in (1, 2):
        assert len(ledger.claim(refs, "normalize", f"m{crash}")) == 2
        ledger.client.delete("normalize")
        assert ledger.sweep()[1] == 2
        assert sorted(queued(ledger, "normalize")) == sorted([[ref] for ref in refs])
    assert len(ledger.claim(refs, "normalize", "m3")) == 2
    ledger.sweep()
    assert {d.reason for d in ledger.dead()} == {"poison"}
    assert balanced(ledger)


def test_a_lost_message_is_sent_again_but_a_backlog_is_not(shared_redis: Server, tmp_path: Path) -> None:
    settings = settings_over(shared_redis, tmp_path, task_limit_s=0, visibility_timeout_s=0, lease_s=0, sweep_s=0.0)
    ledger = open_ledger(settings)
    intake = Intake(ledger, Archive(tmp_path / "a"), settings)
    first, second = intake.take([text("a")])[0], intake.take([text("b")])[0]
    for _ in range(3):
        assert ledger.sweep() == (0, 0, 0), "both still stand on the queue"
    ledger.client.rpop("normalize")
    assert ledger.sweep() == (0, 0, 0), "nobody has come past it yet"
    ledger.claim([f"{second.article}@{second.rev}"], "normalize", "m1")
    ledger.commit("normalize", [])
    wait_for(lambda: ledger.sweep()[2] == 1, "the lost message was not sent again", 5)
    assert [f"{first.article}@{first.rev}"] in queued(ledger, "normalize")
    assert balanced(ledger)


def test_a_burst_of_deaths_that_no_input_explains_pauses_the_stage(intake: Intake, ledger: Ledger) -> None:
    receipts = intake.take([text(f"bài {n}") for n in range(DEATH_BURST + 1)])
    refs = [f"{r.article}@{r.rev}" for r in receipts]
    for start in range(0, DEATH_BURST, 25):
        items = claim(ledger, *refs[start : start + 25], message=f"m{start}")
        fail = [Failure(ref=i.ref, token=i.token, verdict="dead", reason="unforeseen") for i in items]
        ledger.fail("normalize", fail)
    assert ledger.status().stages["normalize"].paused
    assert claim(ledger, refs[-1]) == []
    assert ledger.status().stages["normalize"].held == 1
    ledger.resume("normalize")
    assert not ledger.status().stages["normalize"].paused
    assert balanced(ledger)


def test_bad_inputs_however_many_pause_nothing(intake: Intake, ledger: Ledger) -> None:
    receipts = intake.take([text(f"bài {n}") for n in range(DEATH_BURST + 1)])
    for receipt in receipts:
        item = claim(ledger, f"{receipt.article}@{receipt.rev}")[0]
        ledger.fail("normalize", [Failure(ref=item.ref, token=item.token, verdict="dead", reason="permanent")])
    assert not ledger.status().stages["normalize"].paused


def test_a_full_redis_refuses_the_intake_and_drains_on(redis_server: Server, tmp_path: Path) -> None:
    settings = settings_over(redis_server, tmp_path, memory_limit_percent=100)
    ledger = open_ledger(settings)
    intake = Intake(ledger, Archive(tmp_path / "a"), settings)
    receipt = intake.take([text("a")])[0]
    redis_server.client().config_set("maxmemory", redis_server.client().info("memory")["used_memory"] - 1000)
    many = [text(f"{n}" * 1000) for n in range(50)]
    with pytest.raises(IntakeFull):
        intake.take(many)
    item = claim(ledger, f"{receipt.article}@{receipt.rev}")[0]
    assert ledger.commit("normalize", [normalized(item)]) == [True]
    assert balanced(ledger)
