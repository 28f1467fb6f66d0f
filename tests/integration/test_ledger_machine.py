"""Any order of push, edit, crash, redelivery, sweep and replay: the ledger does what a plain model of it says."""

import itertools
import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from services.ingest.intake import acceptance
from shared.archive_entries import Archived, pack_body
from shared.envelope import Envelope, Source, Stage
from shared.ledger import keys
from shared.ledger.calls import HOST, MAX_CRASHES, SILENCE_S, Accepted, Claimed, Commit, Failure, Ledger
from shared.ledger.connection import connect
from shared.ledger.reader import STAGES
from shared.settings import Settings
from shared.work.celery_app import envelopes, make_app
from tests.conftest import Server

START_US = 1_700_000_000_000_000
LEASE_S = 150
SKEW_US = 2_000_000
ANSWERED_BY_THE_INDEX = {"indexed", "superseded"}
TERMINAL = {"indexed", "superseded", "discarded"}


@dataclass
class Twin:
    """What the model holds of one revision."""

    state: str
    stage: Stage = "normalize"
    crashes: int = 0
    lease_ends: int = 0
    token: str = ""
    worker: str = ""
    silent: tuple[str, ...] = ()


@dataclass
class Hand:
    """A worker that holds articles of one message."""

    stage: Stage
    items: list[Claimed]
    message: str = ""


def make_machine(server: Server) -> type[RuleBasedStateMachine]:  # noqa: C901 - a machine is many small rules
    options = Settings(redis_url=server.url, lease_s=LEASE_S, sweep_s=0.1)
    courier = envelopes(make_app(options, "courier"))

    class LedgerMachine(RuleBasedStateMachine):
        hands: Bundle[Hand] = Bundle("hands")

        def __init__(self) -> None:
            super().__init__()
            self.client = connect(options)
            self.client.flushall()
            self.now = START_US
            ahead, behind = self.host(SKEW_US, "ahead"), self.host(-SKEW_US, "behind")
            self.hosts = itertools.cycle([(ahead, SKEW_US), (behind, -SKEW_US)])
            self.ledger = ahead
            self.workers = [ahead, behind]
            self.frozen: set[str] = set()
            self.swept = self.listening = 0
            for worker in self.workers:
                self.speak(worker.boot)
            self.heard: dict[str, list[Hand]] = {}
            self.model: dict[str, Twin] = {}
            self.said: dict[str, set[str]] = {}
            self.accepted = self.duplicates = 0

        def host(self, skew: int, boot: str) -> Ledger:
            """The ledger as a worker sees it whose own clock is wrong; the ledger's is not."""
            clock, host_clock = lambda: self.now, lambda: self.now + skew
            return Ledger(self.client, options, courier, clock=clock, host_clock=host_clock, boot=boot)

        def speak(self, boot: str) -> None:
            for stage in STAGES:
                self.client.hset(keys.worker(stage, HOST, boot), "pid", 1)

        def awake(self) -> Ledger | None:
            return next((worker for worker in self.workers if worker.boot not in self.frozen), None)

        def archived(self, place: int, words: int) -> Accepted:
            self.now += 1
            entry = Archived(
                envelope=Envelope(
                    receipt=f"r{self.now}",
                    received_us=self.now,
                    source=Source(kind="drop", name=""),
                    media_type="text/plain",
                    sha=f"sha:{words}:{place}",
                    aliases=(f"path:{place}",),
                ),
                body=pack_body(b"x"),
            )
            return acceptance(entry, "here:0")

        @rule(place=st.integers(0, 2), words=st.integers(0, 2))
        def push_or_edit(self, place: int, words: int) -> None:
            item = self.archived(place, words)
            answer = self.ledger.accept([item])[0]
            self.accepted += 1
            said = self.said.setdefault(answer.article, set())
            if item.meta.sha in said:
                assert answer.state == "duplicate"
                self.duplicates += 1
                return
            ref = f"{answer.article}@{answer.rev}"
            assert answer.state == "received"
            assert ref not in self.model
            self.model[ref] = Twin("queued")
            said.add(item.meta.sha)

        @rule(boot=st.sampled_from(["ahead", "behind"]))
        def a_worker_freezes_or_wakes(self, boot: str) -> None:
            """Its record ends; when it wakes it is the same worker that speaks again."""
            if boot in self.frozen:
                self.frozen.remove(boot)
                self.speak(boot)
            else:
                self.frozen.add(boot)
                self.client.delete(*(keys.worker(stage, HOST, boot) for stage in STAGES))
            self.workers.reverse()

        def take(self, stage: Stage, message: str, worker: Ledger) -> Hand:
            items = worker.claim(stage, message)
            for item in items:
                twin = self.model[item.ref]
                assert twin.state == "queued"
                assert twin.stage == stage
                twin.state, twin.token, twin.worker = "working", item.token, worker.boot
                twin.silent = self.still_silent(twin)
                twin.lease_ends = self.now + LEASE_S * 1_000_000
            hand = Hand(stage, items, message)
            self.heard.setdefault(message, []).append(hand)
            return hand

        @rule(target=hands, stage=st.sampled_from(STAGES))
        def hear_a_bell(self, stage: Stage) -> Any:
            worker = self.awake()
            raw = self.client.rpop(stage) if worker else None
            if worker is None or raw is None:
                return multiple()
            return self.take(stage, json.loads(raw)["headers"]["id"], worker)  # type: ignore[arg-type]

        @rule(target=hands, hand=hands)
        def hear_it_again(self, hand: Hand) -> Any:
            """The courier hands the same bell out again while its worker lives: nothing may be taken twice."""
            worker = self.awake()
            if worker is None:
                return multiple()
            before = {i.ref: self.model[i.ref].token for i in hand.items if self.model[i.ref].state == "working"}
            again = self.take(hand.stage, hand.message, worker)
            for ref, token in before.items():
                assert self.model[ref].token == token
            return again

        @rule(hand=hands)
        def a_child_dies(self, hand: Hand) -> None:
            self.ledger.release(hand.stage, hand.message, "crash")
            given_up = self.nonces(hand)
            for twin in self.model.values():
                if twin.state == "working" and twin.stage == hand.stage and twin.token.split(":")[0] in given_up:
                    self.crash(twin)

        def still_silent(self, twin: Twin) -> tuple[str, ...]:
            return tuple(boot for boot in twin.silent if boot in self.frozen)

        def crash(self, twin: Twin) -> None:
            twin.crashes += 1
            deaths = twin.crashes + len(self.still_silent(twin))
            twin.state = "dead" if deaths >= MAX_CRASHES else "queued"

        def fall_silent(self, twin: Twin) -> None:
            """Whoever wakes again was away: only those that stay silent count as deaths."""
            twin.silent = (*self.still_silent(twin), twin.worker)
            twin.state = "dead" if twin.crashes + len(twin.silent) >= MAX_CRASHES else "queued"

        def nonces(self, hand: Hand) -> set[str]:
            """The claims made on this bell so far: all of them are given up."""
            return {i.token.split(":")[0] for h in self.heard.get(hand.message, ()) for i in h.items}

        @rule(pick=st.randoms(use_true_random=False))
        def damage(self, pick: Any) -> None:
            """A record becomes a value of another type: it dies alone as soon as somebody meets it."""
            alive = sorted(ref for ref, twin in self.model.items() if twin.state in ("queued", "working", "retrying"))
            if alive:
                ref = pick.choice(alive)
                self.client.delete(keys.record(ref))
                self.client.set(keys.record(ref), "x")
                self.model[ref] = Twin("damaged")

        @rule(stage=st.sampled_from(STAGES))
        def lose_a_message(self, stage: Stage) -> None:
            self.client.rpop(stage)

        @rule(hand=consumes(hands), outcome=st.sampled_from(["indexed", "superseded"]))
        def finish(self, hand: Hand, outcome: Any) -> None:
            done: Any = "normalized" if hand.stage == "normalize" else outcome
            wire = [Commit(ref=i.ref, token=i.token, outcome=done, article=b"{}") for i in hand.items]
            for item, changed in zip(hand.items, self.ledger.commit(hand.stage, wire), strict=True):
                twin = self.model[item.ref]
                assert changed == self.holds(hand, item)
                if changed and done == "normalized":
                    self.model[item.ref] = Twin("queued", stage="index")
                elif changed:
                    twin.state = done

        def holds(self, hand: Hand, item: Claimed) -> bool:
            twin = self.model[item.ref]
            return (twin.state, twin.stage, twin.token) == ("working", hand.stage, item.token)

        @rule(hand=consumes(hands), verdict=st.sampled_from(["retry", "hold", "dead"]), wait=st.sampled_from([1, 400]))
        def fail(self, hand: Hand, verdict: Any, wait: int) -> None:
            self.ledger, skew = next(self.hosts)
            due = self.now + wait * 1_000_000
            told = due + skew  # as that host's clock tells it
            wire = [Failure(ref=i.ref, token=i.token, verdict=verdict, reason="r", due_us=told) for i in hand.items]
            for item, changed in zip(hand.items, self.ledger.fail(hand.stage, wire), strict=True):
                assert changed == self.holds(hand, item)
                if changed:
                    twin = self.model[item.ref]
                    twin.state = {"retry": "retrying", "hold": "held", "dead": "dead"}[verdict]
                    twin.lease_ends = due

        @rule(seconds=st.sampled_from([1, LEASE_S + 1, 401]))
        def time_passes(self, seconds: int) -> None:
            self.time_passes_and_someone_sweeps(seconds)

        def time_passes_and_someone_sweeps(self, seconds: int) -> None:
            self.now += seconds * 1_000_000
            self.ledger.sweep()
            if self.now - self.swept > SILENCE_S * 1_000_000:
                self.listening = self.now
            listening = self.now - self.listening > SILENCE_S * 1_000_000
            self.swept = self.now
            for twin in self.model.values():
                if twin.state in ("retrying", "held") and twin.lease_ends <= self.now:
                    twin.state = "queued"
                elif twin.state == "working":
                    self.judge(twin, ended=twin.lease_ends <= self.now, listening=listening)

        def judge(self, twin: Twin, *, ended: bool, listening: bool) -> None:
            if twin.worker in self.frozen:
                if ended or listening:
                    self.fall_silent(twin)
            elif ended:
                self.crash(twin)

        @rule()
        def a_quiet_while_passes_and_all_sweep(self) -> None:
            for _ in range(int(SILENCE_S) + 3):
                self.time_passes_and_someone_sweeps(1)

        @rule(pick=st.randoms(use_true_random=False), keep=st.booleans())
        def replay_or_discard(self, pick: Any, keep: bool) -> None:
            dead = sorted(ref for ref, twin in self.model.items() if twin.state == "dead")
            if not dead:
                return
            ref = pick.choice(dead)
            if keep:
                assert self.ledger.replay([ref]) == [True]
                self.model[ref] = Twin("queued", stage=self.model[ref].stage)
            else:
                assert self.ledger.discard([ref], "") == [True]
                self.model[ref].state = "discarded"

        @invariant()
        def the_ledger_agrees(self) -> None:
            balance = self.ledger.balance()
            assert balance.difference == 0
            assert (balance.accepted, balance.duplicate) == (self.accepted, self.duplicates)
            for ref, twin in self.model.items():
                if twin.state == "damaged":
                    continue
                line = self.ledger.line(ref)
                if twin.state in ANSWERED_BY_THE_INDEX:
                    assert line is None, ref
                else:
                    assert line is not None
                    assert line.state == twin.state, ref
                    if twin.state not in TERMINAL:
                        self.remembers_its_losses(ref, twin)

        def remembers_its_losses(self, ref: str, twin: Twin) -> None:
            record: Any = self.client.hgetall(keys.record(ref))
            assert int(record[b"crashes"]) == twin.crashes, ref
            assert record.get(b"silent", b"").decode().split() == [f"{HOST}:{boot}" for boot in twin.silent], ref

        def teardown(self) -> None:
            """Whatever happened, workers that live and time that passes bring every article to an end."""
            for _ in range(12):
                self.now += 401 * 1_000_000
                self.ledger.sweep()
                for stage in STAGES:
                    while (raw := self.client.rpop(stage)) is not None:
                        message = json.loads(raw)["headers"]["id"]  # type: ignore[arg-type]
                        done: Any = "normalized" if stage == "normalize" else "indexed"
                        items = self.ledger.claim(stage, message)
                        wire = [Commit(ref=i.ref, token=i.token, outcome=done, article=b"{}") for i in items]
                        self.ledger.commit(stage, wire)
            balance = self.ledger.balance()
            assert (balance.in_flight, balance.difference) == (0, 0)

    return LedgerMachine


@pytest.mark.timeout(120)
def test_the_ledger_does_what_its_model_says(shared_redis: Server) -> None:
    some = settings(
        max_examples=80,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    run_state_machine_as_test(make_machine(shared_redis), settings=some)
