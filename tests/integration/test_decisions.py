"""What a person decided outlives Redis, and recovery gives no work to what the index has decided on already."""

import contextlib
import json
from collections.abc import Sequence

import msgspec
import pytest

from services.cli import main as cli
from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from services.index.tasks import index_articles
from services.ingest import decisions
from services.ingest.intake import Intake, Receipt, open_archive, open_decisions
from services.ingest.recovery import recover
from shared.archive_entries import Archived, Decision, Kind
from shared.article import Article
from shared.envelope import Input, Source
from shared.ledger import keys
from shared.ledger.calls import Claimed, Commit, Failure, Ledger
from shared.ledger.overview import Watchman
from shared.settings import Settings
from shared.work.batches import run_batch
from shared.work.celery_app import open_ledger
from shared.work.retry import RetryPolicy
from tests.conftest import options_of
from tests.stages import holds_of
from tests.unit.shared.test_archive import entry, write_entry

PUSH = Source(kind="push", name="desk")


class Desk:
    """A desk over one Redis, one archive and one index, whose stages run when a test says so."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.ledger = open_ledger(settings)
        self.archive = open_archive(settings)
        self.intake = Intake(self.ledger, self.archive, settings)

    def take(self, *bodies: str, uri: str | None = None, aliases: tuple[str, ...] = ()) -> list[Receipt]:
        aliases = (f"uri:desk {uri}",) if uri else aliases
        return self.intake.take(
            [Input(source=PUSH, media_type="text/plain", body=body.encode(), aliases=aliases) for body in bodies]
        )

    def die(self, *, but: Sequence[str] = ()) -> None:
        """Normalize finds no way with what waits."""
        claimed = self.ledger.claim("normalize", "m")
        self.ledger.fail("normalize", [_death(item) for item in claimed if item.ref not in but])

    def work(self) -> None:
        """Both stages do what waits, into a real index."""
        blob = msgspec.json.encode(Article(headline="Chợ nổi"))
        self.ledger.commit("normalize", [_cleaned(item, blob) for item in self.ledger.claim("normalize", "m")])
        with contextlib.closing(SqliteSink(self.settings.index_file)) as sink:
            run_batch(
                self.ledger,
                "index",
                "m",
                index_articles(sink, holds_of(self.ledger, self.settings.index_file)),
                RetryPolicy(),
            )

    def lose_redis(self) -> None:
        self.ledger.client.flushall()

    def state(self, receipt: Receipt) -> str | None:
        line = self.ledger.receipt(receipt.receipt)
        return line.state if line else None

    def copydesk(self, *words: str) -> int:
        return cli.main([*words, *options_of(self.settings)])


def _death(item: Claimed) -> Failure:
    return Failure(ref=item.ref, token=item.token, verdict="dead", reason="permanent", note="no")


def _cleaned(item: Claimed, blob: bytes) -> Commit:
    return Commit(ref=item.ref, token=item.token, outcome="normalized", article=blob)


@pytest.fixture
def desk(settings: Settings) -> Desk:
    return Desk(settings)


def ref_of(receipt: Receipt) -> str:
    return f"{receipt.article}@{receipt.rev}"


def test_a_discarded_article_stays_discarded_when_redis_was_lost(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    gone, dead = desk.take("một", "hai")
    desk.die()
    assert desk.copydesk("dead", "discard", ref_of(gone), "--because", "không phải tin") == 0
    desk.lose_redis()
    assert recover(desk.ledger, desk.archive, desk.settings) == (2, 2)
    assert (desk.state(gone), desk.state(dead)) == ("discarded", "queued")
    line = desk.ledger.receipt(gone.receipt)
    assert line is not None and line.timeline[-1].note == "không phải tin"
    assert [item.receipt for item in desk.ledger.claim("normalize", "m")] == [dead.receipt]
    balance = desk.ledger.balance()
    assert (balance.accepted, balance.discarded, balance.in_flight, balance.difference) == (2, 1, 1, 0)
    assert desk.copydesk("balance") == 0
    assert "The balance holds" in capsys.readouterr().out


def test_what_was_discarded_may_be_pushed_again(desk: Desk) -> None:
    (gone,) = desk.take("một", uri="bai-1")
    desk.die()
    with contextlib.closing(open_decisions(desk.settings)) as archive:
        assert decisions.discard(desk.ledger, archive, [ref_of(gone)], "") == [True]
    desk.lose_redis()
    recover(desk.ledger, desk.archive, desk.settings)
    (again,) = desk.take("một", uri="bai-1")
    assert (again.state, again.article) == ("received", gone.article)
    assert desk.ledger.balance().difference == 0


def test_a_discard_that_the_ledger_never_heard_of_is_made_up_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (gone,) = desk.take("một")
    desk.die()

    def crash(*_: object) -> list[bool]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, contextlib.closing(open_decisions(desk.settings)) as archive:
        patch.setattr(Ledger, "discard", crash)
        with pytest.raises(KeyboardInterrupt):
            decisions.discard(desk.ledger, archive, [ref_of(gone)], "vì sao")
    assert desk.state(gone) == "dead"
    recover(desk.ledger, desk.archive, desk.settings)
    assert desk.state(gone) == "discarded"
    assert desk.ledger.balance().difference == 0


def test_a_replay_is_kept_and_not_repeated(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    (one,) = desk.take("một")
    desk.die()
    assert desk.copydesk("dead", "replay", "--all") == 0
    assert [found.decision for found in desk.archive.decisions()] == ["replay"]
    desk.die()
    recover(desk.ledger, desk.archive, desk.settings)
    assert desk.state(one) == "dead", "it was replayed a second time, and nobody asked for that"
    assert desk.copydesk("dead", "replay", ref_of(one)) == 0
    desk.work()
    assert desk.state(one) == "indexed"
    desk.lose_redis()
    recover(desk.ledger, desk.archive, desk.settings)
    desk.work()
    assert (desk.state(one), desk.ledger.balance().difference) == ("indexed", 0)
    capsys.readouterr()
    assert desk.copydesk("search", "cho noi", "--json") == 0
    assert json.loads(capsys.readouterr().out)["total"] == 1


def test_the_last_decision_counts(desk: Desk) -> None:
    (one,) = desk.take("một")
    kinds: list[Kind] = ["discard", "replay"]
    made = [Decision(decision=kind, receipt=one.receipt, ref=ref_of(one), at_us=at) for at, kind in enumerate(kinds, 1)]
    with contextlib.closing(open_decisions(desk.settings)) as archive:
        archive.put_batch(made)
    desk.lose_redis()
    recover(desk.ledger, desk.archive, desk.settings)
    assert desk.state(one) == "queued"


def test_a_refused_input_is_read_once_more_where_a_person_says_so(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = desk.take("một", "hai")
    (claimed, left) = desk.ledger.claim("normalize", "m")
    refusal = Failure(ref=claimed.ref, token=claimed.token, verdict="refused", reason="refused", note="no article")
    desk.ledger.fail("normalize", [refusal])
    desk.ledger.commit("normalize", [_cleaned(left, msgspec.json.encode(Article(headline="Hai")))])
    assert desk.copydesk("refused", "replay", ref_of(other)) == 1
    assert f"{ref_of(other)} is not refused: nothing was done" in capsys.readouterr().err
    assert desk.copydesk("refused", "replay", "--all") == 0
    balance = desk.ledger.balance()
    assert (balance.refused, balance.in_flight, balance.difference) == (0, 2, 0)
    assert [found.receipt for found in desk.archive.decisions()] == [one.receipt]
    assert desk.ledger.refused() == []
    desk.work()
    assert desk.state(one) == "indexed"
    assert desk.ledger.balance().difference == 0


def test_what_the_archive_does_not_hold_is_not_replayed(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    (one,) = desk.take("một")
    (claimed,) = desk.ledger.claim("normalize", "m")
    desk.ledger.fail("normalize", [Failure(ref=claimed.ref, token=claimed.token, verdict="refused", reason="no")])
    for segment in desk.archive.segments():
        segment.unlink()
    assert desk.copydesk("refused", "replay", ref_of(one)) == 2
    assert "has no entry" in capsys.readouterr().err
    assert (desk.state(one), desk.ledger.balance().refused) == ("refused", 1)


def test_a_decision_on_what_is_not_dead_leaves_no_trace(desk: Desk) -> None:
    (one,) = desk.take("một")
    with contextlib.closing(open_decisions(desk.settings)) as archive:
        assert decisions.discard(desk.ledger, archive, [ref_of(one)], "") == [False]
        assert decisions.replay(desk.ledger, archive, ["nothing"]) == [False]
    assert list(desk.archive.decisions()) == []


def test_recover_gives_no_work_to_what_the_index_knows(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = desk.take("một", "hai", uri="bai-1")
    desk.work()
    before = desk.ledger.balance()
    desk.ledger.client.delete(keys.receipt(old.receipt), keys.receipt(new.receipt))  # as they are an hour later
    capsys.readouterr()
    assert desk.copydesk("recover") == 0
    assert capsys.readouterr().out == "2 archived inputs read, 0 entered again.\n"
    assert desk.ledger.balance() == before


def test_recover_counts_an_older_word_that_never_came_in_and_gives_it_no_work(desk: Desk) -> None:
    (new,) = desk.take("hai", uri="bai-1")
    desk.work()
    late = msgspec.structs.replace(entry(7).envelope, source=PUSH, aliases=("uri:desk bai-1",), received_us=new.rev - 1)
    desk.archive.put_batch([Archived(envelope=late, body=entry(7).body)])
    desk.ledger.client.delete(*desk.ledger.client.keys("seen:*"))
    assert desk.copydesk("recover") == 0
    balance = desk.ledger.balance()
    assert (balance.accepted, balance.superseded, balance.in_flight, balance.difference) == (2, 1, 0, 0)


def test_entries_of_a_newer_release_are_told_of_until_they_can_be_read(desk: Desk) -> None:
    desk.take("một")
    desk.lose_redis()
    path = desk.archive.folder / "1-old-1.seg"
    desk.archive.close()
    whole = msgspec.msgpack.encode({"v": 99})
    elsewhere = open_archive(msgspec.structs.replace(desk.settings, archive_dir=f"{desk.settings.archive_dir}-new"))
    write_entry(elsewhere, msgspec.msgpack.decode(whole))
    (elsewhere.folder / "1-old-1.seg").rename(path)
    assert recover(desk.ledger, desk.archive, desk.settings) == (1, 1)
    watchman = Watchman(desk.ledger, desk.settings)
    (told,) = [one for one in watchman.look().troubles if one.code == "archive-newer"]
    assert "1, the first is 1-old-1:8 has version 99" in told.what
    path.unlink()
    recover(desk.ledger, desk.archive, desk.settings)
    assert "archive-newer" not in [one.code for one in watchman.look().troubles]


def test_what_was_on_its_way_when_the_first_release_ended_is_known_by_its_present_name(desk: Desk) -> None:
    (one,) = desk.take("một", aliases=("url:http://www.a.example/1/",))
    desk.ledger.client.hset(keys.record(ref_of(one)), "v", 1)
    desk.work()
    stored = Index(desk.settings.index_file).get("url:https://a.example/1")
    assert stored is not None
    assert set(stored.aliases) == {"url:http://www.a.example/1/", "url:https://a.example/1"}


def test_what_is_not_paused_cannot_be_resumed_and_a_name_nobody_has_is_told(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    base = options_of(settings)
    open_ledger(settings).resume("stage", "index")  # a desk lives there
    assert cli.main(["resume", "nosuch", *base]) == 1
    out, err = capsys.readouterr()
    assert (out, "nosuch is no stage, and no sink, source or publisher of that name is paused" in err) == ("", True)
    assert cli.main(["resume", "nosuch", "--json", *base]) == 1
    assert json.loads(capsys.readouterr().out) == {"source": "nosuch", "resumed": False}
    assert cli.main(["resume", "normalize", *base]) == 0
    assert capsys.readouterr().out == "normalize was not paused.\n"
