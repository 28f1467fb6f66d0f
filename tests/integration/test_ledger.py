"""The ledger on a real Valkey: entering, claiming, failing, sweeping, and the balance that never moves off zero."""

import random
from pathlib import Path
from string import ascii_letters
from typing import Any

import msgspec
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from services.ingest.intake import Intake, Receipt
from shared.archive import Archive
from shared.clock import now_us
from shared.envelope import MOST_BYTES, Input, Source
from shared.errors import InputRefused, IntakeFull
from shared.identity import article_id
from shared.ledger import keys
from shared.ledger.calls import DEATH_BURST, REFUSALS_KEPT, Claimed, Commit, Failure, Ledger
from shared.ledger.connection import LedgerBroken, connect
from shared.ledger.reader import PERIOD_US
from shared.settings import Settings
from shared.work.celery_app import envelopes, make_app, open_ledger
from shared.work.liveness import WorkerRecord
from tests.conftest import Server, settings_over

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


def waiting(ledger: Ledger, stage: str) -> list[str]:
    """The refs that wait for a stage, the next to be taken first."""
    return [ref.decode() for ref in ledger.client.zrange(keys.line("waiting", stage), 0, -1)]


def bells(ledger: Ledger, stage: str) -> int:
    return int(ledger.client.llen(stage))


def claim(ledger: Ledger, message: str = "m1") -> list[Claimed]:
    return ledger.claim("normalize", message)


def normalized(item: Claimed) -> Commit:
    return Commit(ref=item.ref, token=item.token, outcome="normalized", article=b"{}")


def balanced(ledger: Ledger) -> bool:
    return ledger.balance().difference == 0


def test_an_input_is_on_its_queue_when_it_is_received(intake: Intake, ledger: Ledger) -> None:
    receipt = intake.take([text("Một bài báo")])[0]
    assert receipt.state == "received"
    assert waiting(ledger, "normalize") == [f"{receipt.article}@{receipt.rev}"]
    assert bells(ledger, "normalize") == 1
    line = ledger.receipt(receipt.receipt)
    assert line is not None
    assert [event.state for event in line.timeline] == ["received"]
    assert balanced(ledger)


def test_a_claim_takes_at_most_25_articles_and_4_mib_in_the_order_they_came(intake: Intake, ledger: Ledger) -> None:
    receipts = intake.take([text(f"bài {n}") for n in range(60)])
    taken = [[item.ref for item in claim(ledger, f"m{n}")] for n in range(3)]
    assert [len(refs) for refs in taken] == [25, 25, 10]
    assert [ref for refs in taken for ref in refs] == [f"{r.article}@{r.rev}" for r in receipts]
    intake.take([text("".join(random.choices(ascii_letters, k=2_500_000))) for n in range(5)])
    assert [len(claim(ledger, f"n{n}")) for n in range(3)] == [2, 2, 1]


def test_each_input_is_answered_for_itself_and_what_no_door_takes_stops_no_other(
    intake: Intake, ledger: Ledger
) -> None:
    large = text("a" * (MOST_BYTES + 1))
    one, empty, two, refused, three = intake.take_each([text("một"), text(" "), text("hai"), large, text("ba")])
    assert [str(empty), str(refused)] == [
        "desk is empty", f"desk has {MOST_BYTES + 1} bytes; an article may have {MOST_BYTES}",
    ]  # fmt: skip
    refs = [f"{r.article}@{r.rev}" for r in (one, two, three) if isinstance(r, Receipt)]
    assert waiting(ledger, "normalize") == refs
    assert len(refs) == 3
    with pytest.raises(InputRefused, match="is empty"):
        intake.take([text(" "), text("bốn")])
    assert ledger.balance().accepted == 4, "the refusal is told when the others are in"


def test_no_more_bells_are_rung_than_the_work_can_use(intake: Intake, ledger: Ledger) -> None:
    for n in range(30):
        intake.take([text(f"bài {n}")])
    assert bells(ledger, "normalize") == 2
    ledger.client.delete("normalize")
    ledger.client.delete(keys.SWEPT)
    ledger.sweep()
    assert bells(ledger, "normalize") == 2, "bells that were lost are rung anew"
    claim(ledger, "m1")
    claim(ledger, "m2")
    ledger.client.delete("normalize", keys.SWEPT)
    ledger.sweep()
    assert bells(ledger, "normalize") == 0, "nothing waits"


def test_a_sweep_tells_whether_anything_is_on_its_way(intake: Intake, ledger: Ledger) -> None:
    assert ledger.sweep().in_flight == 0
    intake.take([text("một"), text("hai")])
    assert ledger.sweep().in_flight == 2, "also one that comes right after another and does nothing itself"
    claim(ledger, "m1")
    assert ledger.sweep().in_flight == 2


def test_a_claim_whose_answer_was_lost_is_answered_the_same_again(
    intake: Intake, shared_redis: Server, settings: Settings
) -> None:
    intake.take([text(f"bài {n}") for n in range(30)])
    cut = CutOnce(settings.redis_url)
    ledger = Ledger(cut.client, settings, envelopes(make_app(settings, "courier")))
    items = ledger.claim("normalize", "m1")
    assert cut.cuts == 1
    assert (len(items), {item.attempt for item in items}) == (25, {1})
    assert ledger.status().stages["normalize"].working == 25
    assert ledger.commit("normalize", [normalized(item) for item in items]) == [True] * 25


class CutOnce:
    """A client whose connection is cut once, after the server has done what was asked and before it is heard."""

    def __init__(self, url: str) -> None:
        self.cuts = 0
        outer = self

        class Connection(redis.UnixDomainSocketConnection):
            def read_response(self, *args: Any, **kwargs: Any) -> Any:
                answer = super().read_response(*args, **kwargs)
                if outer.cuts == 0 and isinstance(answer, list) and len(answer) > 1:
                    outer.cuts += 1
                    self.disconnect()  # type: ignore[no-untyped-call]
                    raise redis.ConnectionError("cut")
                return answer

        pool = redis.ConnectionPool(
            connection_class=Connection, path=url.removeprefix("unix://"), retry=Retry(NoBackoff(), 1)
        )
        self.client = redis.Redis(connection_pool=pool)


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


def test_what_a_feed_tells_of_a_pushed_article_goes_on_to_be_weighed(intake: Intake, ledger: Ledger) -> None:
    intake.take([text("teaser", "url:http://x.example/1", source=FEED)])
    whole = intake.take([text("the whole text", "url:http://x.example/1", source=ALICE)])[0]
    late = intake.take([text("teaser, new", "url:http://x.example/1", source=FEED)])[0]
    assert (late.state, late.article) == ("received", whole.article)
    theirs = intake.take([text("not theirs", "url:http://x.example/1", source=EVE)])[0]
    assert theirs.state == "refused"
    assert balanced(ledger)


def test_a_file_read_anew_never_brings_back_what_was_corrected(intake: Intake, ledger: Ledger) -> None:
    for words in ("cũ", "mới"):
        assert intake.take([text(words, "path:a.txt", source=DROP)])[0].state == "received"
    assert intake.take([text("cũ", "path:a.txt", source=DROP)])[0].state == "duplicate"
    assert balanced(ledger)


def test_a_file_with_words_that_another_no_longer_has_is_an_article_of_its_own(intake: Intake) -> None:
    first = intake.take([text("hôm nay", "path:today.txt", source=DROP)])[0]
    intake.take([text("hôm sau", "path:today.txt", source=DROP)])
    moved = intake.take([text("hôm nay", "path:yesterday.txt", source=DROP)])[0]
    assert (moved.state, moved.article != first.article) == ("received", True)


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
    assert [item.ref for item in claim(ledger)] == [refs[0], refs[2]]
    assert [(d.ref, d.reason) for d in ledger.dead()] == [(refs[1], "undecodable")]
    assert balanced(ledger)
    assert ledger.replay([refs[1]]) == [True]
    assert balanced(ledger)


def test_a_clock_that_steps_back_stops_no_retry_and_no_lease(shared_redis: Server, tmp_path: Path) -> None:
    moment = [2_000_000_000_000_000]
    settings = settings_over(shared_redis, tmp_path)
    plain = open_ledger(settings)
    ledger = Ledger(
        plain.client,
        settings,
        envelopes(make_app(settings, "courier")),
        clock=lambda: moment[0],
        host_clock=lambda: moment[0],
    )
    Intake(ledger, Archive(tmp_path / "a"), settings).take([text("a"), text("b")])
    items = claim(ledger)
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


@pytest.fixture
def moment() -> list[int]:
    """Redis' clock as a test sets it, µs."""
    return [2_000_000_000_000_000]


@pytest.fixture
def stepping(settings: Settings, tmp_path: Path, moment: list[int]) -> Ledger:
    """A ledger over that clock, with one article that waits."""
    ((ledger, _),) = workers_over(settings, moment, "one")
    Intake(ledger, Archive(tmp_path / "a"), settings).take([text("a")])
    return ledger


def test_a_clock_that_steps_back_keeps_no_later_word_waiting(
    stepping: Ledger, settings: Settings, moment: list[int], tmp_path: Path
) -> None:
    Intake(stepping, Archive(tmp_path / "b"), settings).take([text("one", "uri:hue 1"), text("two", "uri:hue 1")])
    words = {item.ref: item for item in claim(stepping)}
    first, second = sorted(ref for ref in words if ref.partition("@")[0] == article_id(("uri:hue 1",), ""))
    stepping.commit("normalize", [normalized(words[second])])
    assert stepping.claim("index", "m2") == [], "its first word is still being read"
    stepping.commit("normalize", [normalized(words[first])])
    stepping.sweep()
    moment[0] -= 86_400_000_000
    stepping.sweep()
    assert [item.ref for item in stepping.claim("index", "m3")] == [first, second]


def test_a_clock_that_steps_back_lets_no_embargo_end(stepping: Ledger, moment: list[int]) -> None:
    (item,) = claim(stepping)
    ends = moment[0] + 1_000_000
    stepping.fail("normalize", [Failure(ref=item.ref, token=item.token, verdict="hold", reason="embargo", due_us=ends)])
    moment[0] -= 86_400_000_000
    stepping.sweep()
    assert stepping.status().stages["normalize"].held == 1


def test_a_clock_that_steps_back_keeps_no_stage_at_rest(stepping: Ledger, moment: list[int]) -> None:
    (item,) = claim(stepping)
    stepping.fail("normalize", [Failure(ref=item.ref, token=item.token, verdict="back", reason="r", note="disk full")])
    assert claim(stepping, "m2") == [], "its probe is not due yet"
    moment[0] -= 3_600_000_000
    assert len(claim(stepping, "m3")) == 1


def test_a_clock_that_steps_back_hides_no_silent_worker(
    stepping: Ledger, settings: Settings, moment: list[int]
) -> None:
    sweep_for(stepping, moment, 20)
    moment[0] -= 3_600_000_000
    assert len(claim(stepping)) == 1
    sweep_for(stepping, moment, 5)
    assert waiting(stepping, "normalize") == []
    WorkerRecord(settings, "normalize", boot="one").stop()
    sweep_for(stepping, moment, 10)
    assert len(waiting(stepping, "normalize")) == 1


def test_a_text_that_goes_back_to_an_earlier_wording_is_a_new_revision(intake: Intake) -> None:
    revs = [intake.take([text(words, "path:a.txt")])[0].rev for words in ("a", "b", "a")]
    assert revs == sorted(set(revs))


def test_only_the_holder_of_the_token_changes_an_article(intake: Intake, ledger: Ledger) -> None:
    intake.take([text("a")])
    item = claim(ledger)[0]
    assert claim(ledger, "m2") == []
    stale = Commit(ref=item.ref, token="another", outcome="normalized", article=b"{}")
    assert ledger.commit("normalize", [stale]) == [False]
    assert ledger.commit("normalize", [normalized(item)]) == [True]
    assert ledger.commit("normalize", [normalized(item)]) == [False]
    assert waiting(ledger, "index") == [item.ref]
    assert balanced(ledger)


def test_an_indexed_article_leaves_no_record_in_redis_and_its_receipt_for_an_hour(
    intake: Intake, ledger: Ledger
) -> None:
    receipt = intake.take([text("a")])[0]
    item = claim(ledger)[0]
    ledger.commit("normalize", [normalized(item)])
    item = ledger.claim("index", "m2")[0]
    assert item.body == b"{}"
    ledger.commit("index", [Commit(ref=item.ref, token=item.token, outcome="indexed")])
    assert ledger.client.keys("art:*") == []
    assert ledger.balance().indexed == 1
    line = ledger.receipt(receipt.receipt)
    assert line is not None
    assert (line.state, line.article, line.rev) == ("indexed", receipt.article, receipt.rev)
    assert 0 < ledger.client.ttl(keys.receipt(receipt.receipt)) <= 3600


def index_all(intake: Intake, ledger: Ledger, inputs: list[Input]) -> list[str]:
    """Bring inputs to their end; gives their articles."""
    receipts = intake.take(inputs)
    for stage, outcome, body in (("normalize", "normalized", b"{}"), ("index", "indexed", b"")):
        while items := ledger.claim(stage, "all"):  # type: ignore[arg-type]
            ledger.commit(stage, [Commit(ref=i.ref, token=i.token, outcome=outcome, article=body) for i in items])  # type: ignore[arg-type]
    return [receipt.article for receipt in receipts]


def test_a_finished_article_takes_less_than_300_bytes_of_redis(redis_server: Server, tmp_path: Path) -> None:
    # The stream of changes is of one size however many articles there were: here it is full from the start.
    settings = msgspec.structs.replace(settings_over(redis_server, tmp_path), events_kept=100)
    ledger = open_ledger(settings)
    intake = Intake(ledger, Archive(tmp_path / "a"), settings)
    period = now_us() // PERIOD_US
    with ledger.client.pipeline(transaction=False) as pipe:  # a desk that has seen some: the buckets are there
        for n in range(80_000):
            bucket, field = keys.alias_place(f"{n}")
            pipe.hset(keys.seen(period, bucket), field, "a" * 26)
            pipe.expire(keys.seen(period, bucket), 86_400)
        pipe.execute()

    def finish(numbers: range) -> int:
        named = [text(f"bài {n}", f"guid:f {n}", f"url:https://x.example/{n}", source=FEED) for n in numbers]
        index_all(intake, ledger, named)
        soon = [*ledger.client.scan_iter("rcpt:*"), *ledger.client.scan_iter("ledger:claim:*")]
        assert {0 < ledger.client.ttl(key) <= 3600 for key in soon} == {True}
        ledger.client.delete(*soon)  # as an hour later
        everything = ledger.client.scan_iter(count=1000)
        return sum(ledger.client.memory_usage(key, samples=0) for key in everything)

    before = finish(range(500))  # the queues have their bells
    assert finish(range(500, 2_500)) - before <= 2_000 * 300
    kinds = {ledger.client.object("encoding", key) for key in ledger.client.scan_iter("seen:*", count=1000)}
    assert kinds == {b"listpack"}


def test_what_the_ledger_has_seen_it_knows_for_days_and_then_forgets(shared_redis: Server, tmp_path: Path) -> None:
    settings = settings_over(shared_redis, tmp_path)
    moment = [now_us()]
    plain = open_ledger(settings)
    ledger = Ledger(plain.client, settings, envelopes(make_app(settings, "courier")), clock=lambda: moment[0])
    intake = Intake(ledger, Archive(tmp_path / "a"), settings)
    first = intake.take([text("a", "url:x", source=ALICE)])[0]
    assert (ledger.owner("x"), ledger.latest(first.article)) == (first.article, f"{first.article}@{first.rev}")
    moment[0] += 5 * 86_400_000_000
    second = intake.take([text("b", "url:x", source=ALICE)])[0]
    assert (second.state, second.article) == ("received", first.article)
    assert second.rev > first.rev
    moment[0] += 9 * 86_400_000_000
    assert intake.take([text("b", "url:x", source=EVE)])[0].state == "received"
    assert {0 < ledger.client.ttl(key) <= 8 * 86_400 for key in ledger.client.keys("seen:*")} == {True}


def test_what_an_older_release_wrote_of_addresses_and_heads_is_still_known(intake: Intake, ledger: Ledger) -> None:
    article = "a" * 26
    ledger.client.set(keys.alias("url:x"), article)
    ledger.client.hset(keys.head(article), mapping={"rev": 5, "sha": "s", "owner": "push:alice"})
    assert (ledger.owner("url:x"), ledger.latest(article)) == (article, f"{article}@5")
    assert intake.take([text("no, mine", "url:x", source=EVE)])[0].state == "refused"
    assert intake.take([text("mine", "url:x", source=ALICE)])[0].article == article
    assert intake.take([text("no, mine", "url:x", source=EVE)])[0].state == "refused"


def test_a_retry_waits_in_the_ledger_until_it_is_due(intake: Intake, ledger: Ledger) -> None:
    intake.take([text("a")])
    item = claim(ledger)[0]
    ledger.client.delete("normalize")
    failure = Failure(ref=item.ref, token=item.token, verdict="retry", reason="transient", due_us=1)
    assert ledger.fail("normalize", [failure]) == [True]
    assert ledger.status().stages["normalize"].retrying == 1
    assert ledger.sweep()[0] == 1
    assert waiting(ledger, "normalize") == [item.ref]
    assert claim(ledger, "m2")[0].attempt == 2
    assert balanced(ledger)


def test_the_dead_keep_reason_and_body_and_can_be_replayed_or_discarded(intake: Intake, ledger: Ledger) -> None:
    intake.take([text("a"), text("b")])
    items = claim(ledger)
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
    assert len(claim(ledger, "m3")) == 1


def test_a_push_of_what_died_is_tried_again(intake: Intake, ledger: Ledger) -> None:
    intake.take([text("a")])
    item = claim(ledger)[0]
    ledger.fail("normalize", [Failure(ref=item.ref, token=item.token, verdict="dead", reason="permanent")])
    assert intake.take([text("a", source=DROP)])[0].state == "duplicate"
    assert intake.take([text("a")])[0].state == "received"
    assert balanced(ledger)


def test_an_article_whose_lease_ends_travels_alone_and_dies_at_the_third_time(
    shared_redis: Server, tmp_path: Path
) -> None:
    settings = settings_over(shared_redis, tmp_path, task_limit_s=0, visibility_timeout_s=0, lease_s=0, sweep_s=0.0)
    ledger = open_ledger(settings)
    Intake(ledger, Archive(tmp_path / "a"), settings).take([text("a"), text("b")])
    assert len(claim(ledger)) == 2
    for _ in range(2):
        assert ledger.sweep()[1] == 2
        assert [len(claim(ledger, f"m{n}")) for n in range(2)] == [1, 1]
    ledger.sweep()
    assert {d.reason for d in ledger.dead()} == {"poison"}
    assert balanced(ledger)


def test_what_a_dead_child_held_goes_on_at_once_and_its_cause_is_kept(intake: Intake, ledger: Ledger) -> None:
    intake.take([text("a"), text("b")])
    assert len(claim(ledger, "m1")) == 2
    assert ledger.release("normalize", "m1", "memory (signal 9)") == 2
    assert ledger.release("normalize", "m1", "again") == 0
    first = claim(ledger, "m2")
    assert len(first) == 1, "each travels alone now"
    for message in ("m2", "m3"):
        ledger.release("normalize", message, "memory (signal 9)")
        claim(ledger, "m3")
    claim(ledger, "m4")
    ledger.release("normalize", "m4", "memory (signal 9)")
    ledger.release("normalize", "m3", "memory (signal 9)")
    assert "memory (signal 9)" in ledger.dead()[0].note
    assert balanced(ledger)


def test_what_a_silent_worker_held_is_taken_up_once_it_could_have_been_heard(
    shared_redis: Server, tmp_path: Path
) -> None:
    settings = settings_over(shared_redis, tmp_path, sweep_s=0.2)
    moment = [2_000_000_000_000_000]
    ledger = Ledger(
        connect(settings), settings, envelopes(make_app(settings, "x")), clock=lambda: moment[0], boot="lost"
    )
    Intake(ledger, Archive(tmp_path / "a"), settings).take([text("a")])
    record = WorkerRecord(settings, "normalize", boot="lost")
    record.beat()
    assert len(claim(ledger)) == 1

    def pass_time(seconds: int) -> int:
        brought = 0
        for _ in range(seconds):
            moment[0] += 1_000_000
            brought += ledger.sweep()[1]
        return brought

    assert pass_time(20) == 0, "it speaks"
    record.stop()
    assert pass_time(1) == 1, "its record is gone"
    assert len(claim(ledger, "m2")) == 1
    moment[0] += 60_000_000
    assert pass_time(8) == 0, "Redis was away: who is silent may not have been heard"
    assert pass_time(2) == 1
    assert balanced(ledger)


def workers_over(settings: Settings, moment: list[int], *boots: str) -> list[tuple[Ledger, WorkerRecord]]:
    """Workers whose records end when a test says so, over one clock."""
    courier = envelopes(make_app(settings, "x"))
    made = []
    for boot in boots:
        ledger = Ledger(connect(settings), settings, courier, clock=lambda: moment[0], boot=boot)
        made.append((ledger, WorkerRecord(settings, "normalize", boot=boot)))
        made[-1][1].beat()
    return made


def sweep_for(ledger: Ledger, moment: list[int], seconds: int) -> None:
    for _ in range(seconds):
        moment[0] += 1_000_000
        ledger.sweep()


def test_an_article_whose_workers_froze_and_came_back_never_dies_of_it(settings: Settings, tmp_path: Path) -> None:
    moment = [2_000_000_000_000_000]
    (away, record), (other, _) = workers_over(settings, moment, "away", "other")
    Intake(away, Archive(tmp_path / "a"), settings).take([text("a"), text("b")])
    for n in range(5):
        items = claim(away, f"m{n}")
        assert [item.attempt for item in items] == ([1, 1] if n == 0 else [1]), "alone, and no attempt is counted"
        record.stop()  # as far as Redis can see: it is frozen for longer than its record lives
        sweep_for(other, moment, 10)
        assert other.balance().dead == 0
        record.beat()  # it thaws
        assert away.commit("normalize", [normalized(item) for item in items]) == [False] * len(items)
    assert [len(claim(other, f"o{n}")) for n in range(2)] == [1, 1]
    assert balanced(other)


def test_an_article_that_three_workers_never_came_back_from_is_poison(settings: Settings, tmp_path: Path) -> None:
    moment = [2_000_000_000_000_000]
    (first, one), (second, two), (third, three) = workers_over(settings, moment, "one", "two", "three")
    Intake(first, Archive(tmp_path / "a"), settings).take([text("a")])
    for n, (worker, record) in enumerate([(first, one), (second, two), (first, one), (third, three)]):
        record.beat()
        assert len(claim(worker, f"m{n}")) == 1
        record.stop()
        sweep_for(worker, moment, 10)
        assert worker.balance().dead == (1 if n == 3 else 0), "the first came back once"
    assert first.dead()[0].reason == "poison"
    assert "died 3 times on it: it fell silent" in first.dead()[0].note
    assert first.replay([first.dead()[0].ref]) == [True]
    three.beat()
    assert len(claim(third, "again")) == 1
    three.stop()
    sweep_for(third, moment, 10)
    assert first.balance().dead == 0, "who sends it again forgives it the three"
    assert balanced(first)


def test_what_is_away_pauses_its_stage_counts_no_attempt_and_resumes_at_once(
    shared_redis: Server, tmp_path: Path
) -> None:
    moment = [2_000_000_000_000_000]
    settings = settings_over(shared_redis, tmp_path)
    ledger = Ledger(connect(settings), settings, envelopes(make_app(settings, "x")), clock=lambda: moment[0])
    Intake(ledger, Archive(tmp_path / "a"), settings).take([text(f"bài {n}") for n in range(110)])
    for n in range(5):
        ledger.commit("normalize", [normalized(item) for item in claim(ledger, f"m{n}")])
    for n in range(400):  # twenty minutes
        moment[0] += 3_000_000
        items = ledger.claim("index", f"i{n}")
        assert {item.attempt for item in items} == {1}
        assert n == 0 or ledger.claim("index", f"j{n}") == [], "one batch probes"
        back = [Failure(ref=i.ref, token=i.token, verdict="back", reason="unavailable", note="full") for i in items]
        assert ledger.fail("index", back) == [True] * 50
    assert len(items[0].timeline) == 4, "a long outage leaves no trace in each article"
    assert ledger.status().stages["index"].paused
    moment[0] += 3_000_000
    items = ledger.claim("index", "probe")
    ledger.commit("index", [Commit(ref=i.ref, token=i.token, outcome="indexed") for i in items])
    assert not ledger.status().stages["index"].paused
    assert bells(ledger, "index") >= 2
    assert [len(ledger.claim("index", f"k{n}")) for n in range(2)] == [50, 10]
    assert (ledger.balance().dead, balanced(ledger)) == (0, True)


def test_normalize_takes_up_nothing_while_redis_is_nearly_full(redis_server: Server, tmp_path: Path) -> None:
    settings = settings_over(redis_server, tmp_path)
    ledger = open_ledger(settings)
    Intake(ledger, Archive(tmp_path / "a"), settings).take([text("a"), text("b")])
    done = claim(ledger)[:1]
    ledger.commit("normalize", [normalized(item) for item in done])
    Intake(ledger, Archive(tmp_path / "b"), settings).take([text("c")])
    client: Any = redis_server.client()
    client.config_set("maxmemory", int(client.info("memory")["used_memory"] * 1.05))
    assert claim(ledger, "m2") == []
    assert len(waiting(ledger, "normalize")) == 1
    assert len(ledger.claim("index", "m3")) == 1, "what drains Redis goes on"
    client.config_set("maxmemory", 0)
    assert len(claim(ledger, "m4")) == 1
    assert ledger.status().stages["normalize"].working == 2
    assert balanced(ledger)


def deaths(ledger: Ledger, count: int, reason: str = "unforeseen") -> None:
    """So many of what waits die, batch by batch."""
    while count > 0:
        items = claim(ledger, f"d{count}")[:count]
        ledger.fail("normalize", [Failure(ref=i.ref, token=i.token, verdict="dead", reason=reason) for i in items])
        count -= len(items)


def test_a_source_whose_inputs_die_rests_alone(intake: Intake, ledger: Ledger) -> None:
    intake.take([text(f"xấu {n}", source=EVE) for n in range(2 * DEATH_BURST)])
    deaths(ledger, DEATH_BURST + 5)
    assert 0 < ledger.client.ttl("ledger:deaths:normalize") <= 60, "only those of a minute count together"
    ledger.client.delete(keys.line("working", "normalize"))
    assert not ledger.status().stages["normalize"].paused
    assert ledger.client.smembers(keys.PAUSES) == {b"source:push:eve"}
    intake.take([text("tốt", source=ALICE)])
    assert [item.receipt for item in claim(ledger, "good")] != []
    assert ledger.status().stages["normalize"].held > 0
    assert ledger.resume("source", "push:eve")
    assert not ledger.resume("source", "push:eve")


def test_deaths_of_several_sources_pause_the_stage(intake: Intake, ledger: Ledger) -> None:
    for name in ("a", "b", "c"):
        source = Source(kind="push", name=name)
        intake.take([text(f"{name} {n}", source=source) for n in range(DEATH_BURST)])
        deaths(ledger, DEATH_BURST)
    assert ledger.status().stages["normalize"].paused
    assert ledger.resume("stage", "normalize")
    assert not ledger.status().stages["normalize"].paused
    assert balanced(ledger)


def test_deaths_right_after_the_release_changed_pause_the_stage(intake: Intake, ledger: Ledger) -> None:
    ledger.client.set(keys.RELEASE_CHANGED, now_us())
    intake.take([text(f"bài {n}") for n in range(DEATH_BURST)])
    deaths(ledger, DEATH_BURST)
    assert ledger.status().stages["normalize"].paused


def test_bad_inputs_however_many_pause_nothing(intake: Intake, ledger: Ledger) -> None:
    intake.take([text(f"bài {n}") for n in range(2 * DEATH_BURST)])
    deaths(ledger, 2 * DEATH_BURST, reason="permanent")
    assert ledger.client.smembers(keys.PAUSES) == set()


def test_what_only_its_sender_can_mend_is_refused_counted_and_no_death(intake: Intake, ledger: Ledger) -> None:
    receipt = intake.take([text("a", source=ALICE)])[0]
    item = claim(ledger)[0]
    no = Failure(ref=item.ref, token=item.token, verdict="refused", reason="refused", note="holds no article")
    assert ledger.fail("normalize", [no]) == [True]
    line = ledger.receipt(receipt.receipt)
    assert line is not None
    assert (line.state, line.note) == ("refused", "holds no article")
    assert (ledger.balance().refused, ledger.balance().dead, balanced(ledger)) == (1, 0, True)
    assert ledger.client.hgetall(keys.REFUSED) == {b"push:alice": b"1"}


def test_two_pages_that_said_the_same_once_are_two_articles(intake: Intake, ledger: Ledger) -> None:
    first, second = intake.take([text("more soon", f"url:https://x.example/{n}", source=ALICE) for n in "ab"])
    assert (first.state, second.state) == ("received", "received")
    assert first.article != second.article
    later = intake.take([text("flood", "url:https://x.example/b", source=ALICE)])[0]
    assert later.article == second.article
    assert intake.take([text("more soon", source=ALICE)])[0].state == "duplicate", (
        "what has no address is known by its words"
    )


def test_a_flood_of_refusals_keeps_the_latest_records_and_every_receipt(intake: Intake, ledger: Ledger) -> None:
    def refuse(numbers: range) -> list[Receipt]:
        receipts = intake.take([text(f"rubbish {n}", f"uri:{n}", source=ALICE) for n in numbers])
        while items := claim(ledger, f"m{numbers.start}"):
            no = [Failure(ref=i.ref, token=i.token, verdict="refused", reason="refused", note="none") for i in items]
            ledger.fail("normalize", no)
        return receipts

    first = refuse(range(REFUSALS_KEPT))[0]
    assert ledger.line(f"{first.article}@{first.rev}") is not None
    refuse(range(REFUSALS_KEPT, REFUSALS_KEPT + 25))
    assert ledger.line(f"{first.article}@{first.rev}") is None
    line = ledger.receipt(first.receipt)
    assert line is not None
    assert (line.state, line.article) == ("refused", first.article)
    assert len(list(ledger.client.scan_iter("art:*", count=1000))) == REFUSALS_KEPT
    assert intake.take([text("rubbish 0", "uri:0", source=ALICE)])[0].state == "received"
    assert balanced(ledger)


@pytest.mark.parametrize("call", ["commit", "fail"])
def test_one_record_that_makes_no_sense_stops_no_other_of_its_batch(intake: Intake, ledger: Ledger, call: str) -> None:
    intake.take([text("a"), text("b"), text("c")])
    items = claim(ledger)
    ledger.client.delete(f"art:{items[1].ref}")
    ledger.client.set(f"art:{items[1].ref}", "x")
    if call == "commit":
        answers = ledger.commit("normalize", [normalized(item) for item in items])
    else:
        answers = ledger.fail(
            "normalize", [Failure(ref=i.ref, token=i.token, verdict="retry", reason="r") for i in items]
        )
    assert answers == [True, False, True]
    assert [(d.ref, d.reason) for d in ledger.dead()] == [(items[1].ref, "undecodable")]
    assert ledger.status().stages["normalize"].working == 0
    assert balanced(ledger)


def test_an_error_of_the_script_is_told_as_a_bug_and_not_tried_again(ledger: Ledger) -> None:
    ledger.client.set(keys.BALANCE, "no hash")
    with pytest.raises(LedgerBroken, match="bug"):
        ledger.status()


def test_a_full_redis_refuses_the_intake_and_drains_on(redis_server: Server, tmp_path: Path) -> None:
    settings = settings_over(redis_server, tmp_path, memory_limit_percent=100)
    ledger = open_ledger(settings)
    intake = Intake(ledger, Archive(tmp_path / "a"), settings)
    receipt = intake.take([text("a")])[0]
    redis_server.client().config_set("maxmemory", redis_server.client().info("memory")["used_memory"] - 1000)
    many = [text(f"{n}" * 1000) for n in range(50)]
    with pytest.raises(IntakeFull):
        intake.take(many)
    client: Any = redis_server.client()
    client.config_set("maxmemory", 0)
    item = claim(ledger)[0]
    client.config_set("maxmemory", 1)
    assert item.receipt == receipt.receipt
    assert ledger.commit("normalize", [normalized(item)]) == [True]
    assert balanced(ledger)
