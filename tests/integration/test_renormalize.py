"""Articles are read once more through the real stages: what is another is a revision, all else is only counted."""

import json
import subprocess
import sys
from collections.abc import Iterator

import msgspec
import pytest

from services.cli import main as cli
from services.desk.rehearsal import Rehearsal
from services.desk.renewal import Plan, Renewal, Renewed
from services.desk.verification import verify
from services.index.changes import list_changes
from services.index.renewal import Chosen
from services.index.search import Index, Stored
from services.ingest.recovery import recover
from services.normalize.rules import NOTE, UNKNOWN, rules_of, rules_version
from shared.archive_entries import pack_body, unpack_body
from shared.archive_erasure import erase
from shared.article import Article
from shared.clock import now_us
from shared.entry_with_page import ENTRY_WITH_PAGE_TYPE, Page, pack_entry_with_page
from shared.envelope import FeedEntry, Input, Preconditions, Source
from shared.ledger.calls import Claimed
from shared.settings import Settings
from shared.work.batches import Done, Handler, Result
from tests.conftest import options_of, wait_for
from tests.integration.test_stages import InputStatus as Line

HUE = Source(kind="push", name="hue")
FEED = Source(kind="feed", name="https://news.example/rss")
ALL = Plan()
TEXTS = {word: f"Hoa {word} nở\n\nMùa hoa {word} đã về trên phố nhỏ bên sông." for word in ("sen", "mai", "đào")}


class OldDesk(Line):
    """A desk whose articles were read by an older release, which took the headline in capitals."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.settings = settings
        self.index = Index(self.file)
        self.new = self.read

    def take(self, words: str, alias: str, source: Source = HUE) -> str:
        one = Input(source=source, media_type="text/plain", body=words.encode(), aliases=(alias,))
        return self.intake.take([one])[0].receipt

    def run_old(self, words: str = "") -> None:
        """Work off the queues by the rules of then; only what has these words was read otherwise."""
        self.read = as_then(self.new, words)
        self.run()
        self.read = self.new

    def renew(self, plan: Plan = ALL, *, ahead: int = 50) -> Renewed:
        """Renew; whenever it waits, the stages work."""
        return Renewal(self.settings, self.ledger, self.index, pause=lambda _: self.run(), ahead=ahead).run(plan)

    def stored(self, name: str) -> Stored:
        found = self.index.get(name)
        assert found is not None
        return found


def as_then(read: Handler, words: str) -> Handler:
    def handle(items: "list[Claimed] | tuple[Claimed, ...]") -> list[Result]:
        return [old(result, words) for result in read(items)]

    return handle  # type: ignore[return-value]


def old(result: Result, words: str) -> Result:
    if not isinstance(result, Done):
        return result
    article = msgspec.json.decode(unpack_body(result.article, 10**6), type=Article)
    if words in (article.headline or ""):
        article = msgspec.structs.replace(article, headline=(article.headline or "").upper())
    return Done(outcome="normalized", note=f"{NOTE}0ld", article=pack_body(msgspec.json.encode(article)))


@pytest.fixture
def desk(settings: Settings) -> Iterator[OldDesk]:
    made = OldDesk(settings)
    for word, text in TEXTS.items():
        made.take(text, f"uri:hue {word}")
    made.run_old()
    yield made
    made.sink.close()


def test_what_is_another_now_is_a_revision_right_behind_the_one_it_reads_again(desk: OldDesk) -> None:
    before = desk.stored("uri:hue sen")
    assert before.article.headline == "HOA SEN NỞ"
    done = desk.renew()
    assert (done.entered, done.changed, done.same, done.failed) == (3, 3, 0, 0)
    after = desk.stored("uri:hue sen")
    assert after.article.headline == "Hoa sen nở"
    assert (after.article_id, after.rev, after.owner) == (before.article_id, before.rev + 1, "hue")
    assert [revision.rev for revision in after.revisions] == [before.rev, before.rev + 1]
    assert (after.received_us, after.source) == (before.received_us, before.source)
    assert (rules_of(before.timeline), rules_of(after.timeline)) == ("0ld", rules_version())
    assert [change.kind for change in list_changes(desk.index, 0, 9)] == ["new"] * 3 + ["edit"] * 3
    balance = desk.ledger.balance()
    assert (balance.accepted, balance.indexed, balance.in_flight, balance.difference) == (6, 6, 0, 0)
    assert verify(desk.settings, desk.ledger, None).differences == ()


def test_what_says_the_same_is_counted_and_not_stored(settings: Settings) -> None:
    desk = OldDesk(settings)
    for word, text in TEXTS.items():
        desk.take(text, f"uri:hue {word}")
    desk.run_old("sen")
    done = desk.renew()
    assert (done.entered, done.changed, done.same) == (3, 1, 2)
    assert len(desk.stored("uri:hue mai").revisions) == 1
    balance = desk.ledger.balance()
    assert (balance.indexed, balance.duplicate, balance.difference) == (4, 2, 0)


def test_a_second_run_finds_nothing_left_to_do(desk: OldDesk) -> None:
    desk.renew()
    again = desk.renew()
    assert (again.entered, again.before, again.changed) == (0, 0, 0)
    assert desk.ledger.balance().accepted == 6


def test_an_entry_is_read_again_with_the_page_that_it_was_read_with(desk: OldDesk) -> None:
    words = "<h1>Hoa cúc vàng nở rộ</h1><p>Mùa hoa đã về trên phố nhỏ bên sông.</p>"
    page = f"<html><body><article>{words}</article></body></html>"
    body = pack_entry_with_page(
        msgspec.json.encode(FeedEntry(link="https://news.example/cuc", title="Hoa cúc vàng nở rộ")),
        Page(url="https://news.example/cuc", media_type="text/html; charset=utf-8", body=page.encode()),
    )
    one = Input(source=FEED, media_type=ENTRY_WITH_PAGE_TYPE, body=body, aliases=("url:https://news.example/cuc",))
    desk.intake.take([one])
    desk.run_old()
    assert desk.stored("https://news.example/cuc").article.headline == "HOA CÚC VÀNG NỞ RỘ"
    assert desk.renew().changed == len(TEXTS) + 1
    article = desk.stored("https://news.example/cuc").article
    assert article.headline == "Hoa cúc vàng nở rộ"
    assert "phố nhỏ" in str((article.description, article.blocks))


def test_one_that_was_cut_short_goes_on_and_enters_nothing_twice(desk: OldDesk) -> None:
    first = Renewal(desk.settings, desk.ledger, desk.index, pause=raise_killed, ahead=1)
    with pytest.raises(Killed):
        first.run(ALL)
    assert desk.ledger.balance().accepted == 4
    done = desk.renew()
    assert done.entered + done.before == 3
    balance = desk.ledger.balance()
    assert (balance.accepted, balance.indexed, balance.difference) == (6, 6, 0)


class Killed(BaseException):
    """A process that ends here."""


def raise_killed(_: float) -> None:
    raise Killed


@pytest.mark.parametrize(
    ("plan", "changed"),
    [
        pytest.param(Plan(chosen=Chosen(source="feed:*")), {"news"}, id="of a source"),
        pytest.param(Plan(chosen=Chosen(source="push:hue")), set(TEXTS), id="of a publisher"),
        pytest.param(Plan(chosen=Chosen(until_us=1)), set(), id="of a time"),
        pytest.param(Plan(rules="0ld"), {"news", *TEXTS}, id="read by certain rules"),
        pytest.param(Plan(rules="other"), set(), id="read by no such rules"),
        pytest.param(Plan(limit=1), {"sen"}, id="so many"),
    ],
)
def test_only_what_was_asked_for_is_read(desk: OldDesk, plan: Plan, changed: set[str]) -> None:
    desk.take("Tin mới\n\nMột bản tin của hãng về con đường ven biển.", "guid:f1 news", FEED)
    desk.run_old()
    desk.renew(plan)
    names = {word: f"uri:hue {word}" for word in TEXTS} | {"news": "guid:f1 news"}
    assert {word for word, name in names.items() if len(desk.stored(name).revisions) == 2} == changed


def test_a_word_that_came_meanwhile_stays(desk: OldDesk) -> None:
    renewal = Renewal(desk.settings, desk.ledger, desk.index, pause=raise_killed, ahead=3)
    with pytest.raises(Killed):
        renewal.run(ALL)
    desk.take("Hoa sen tàn\n\nMùa sen đã qua, mặt hồ chỉ còn lá.", "uri:hue sen")
    desk.run()
    assert desk.stored("uri:hue sen").article.headline == "Hoa sen tàn"
    done = desk.renew()
    assert desk.stored("uri:hue sen").article.headline == "Hoa sen tàn"
    assert done.entered == 0
    assert desk.ledger.balance().difference == 0


def test_a_later_word_that_was_indexed_first_is_not_overtaken(desk: OldDesk) -> None:
    """The word comes between the look at the article and the entry of what was read of it."""
    later = "Hoa sen tàn\n\nMùa sen đã qua, mặt hồ chỉ còn lá."

    def pause(_: float) -> None:
        desk.run()

    renewal = Renewal(desk.settings, desk.ledger, desk.index, pause=pause)
    candidates = list(renewal.candidates(ALL))
    desk.take(later, "uri:hue sen")
    desk.run()
    renewal.candidates = lambda plan: iter(candidates)  # type: ignore[method-assign]
    done = renewal.run(ALL)
    assert (done.changed, done.overtaken) == (2, 1)
    assert desk.stored("uri:hue sen").article.headline == "Hoa sen tàn"


def test_its_publisher_names_the_revision_that_was_read_again(desk: OldDesk) -> None:
    desk.renew()
    rev = desk.stored("uri:hue sen").rev
    head = desk.ledger.head(desk.stored("uri:hue sen").article_id)
    assert head is not None
    assert head.rev == rev
    named = Input(
        source=HUE,
        media_type="text/plain",
        body="Hoa sen tàn\n\nMùa sen đã qua.".encode(),
        aliases=("uri:hue sen",),
        preconditions=Preconditions(head=rev),
    )
    assert desk.intake.take([named])[0].state == "received"


def test_what_was_only_counted_leaves_the_revision_that_its_publisher_knows(settings: Settings) -> None:
    desk = OldDesk(settings)
    desk.take(TEXTS["sen"], "uri:hue sen")
    desk.run_old("none of it")
    before = desk.stored("uri:hue sen")
    assert desk.renew().same == 1
    head = desk.ledger.head(before.article_id)
    assert head is not None
    assert head.rev == desk.stored("uri:hue sen").rev == before.rev


def test_words_that_were_erased_cannot_be_read_again(desk: OldDesk) -> None:
    stored = desk.stored("uri:hue sen")
    assert stored.archived is not None
    erase(desk.archive.folder, [(stored.archived, stored.receipts[0])], "x", now_us())
    done = desk.renew()
    assert (done.lacking, done.changed) == (1, 2)


def test_what_is_no_article_to_the_rules_of_today_stands_as_it_was(settings: Settings) -> None:
    desk = OldDesk(settings)
    desk.take("\x00\x01 no text \x02", "uri:hue odd")
    desk.read = as_article("Tin lạ")
    desk.run()
    desk.read = desk.new
    done = desk.renew()
    assert (done.failed, done.changed) == (1, 0)
    assert desk.stored("uri:hue odd").article.headline == "Tin lạ"
    assert desk.ledger.balance().difference == 0


def as_article(headline: str) -> Handler:
    def handle(items: "list[Claimed] | tuple[Claimed, ...]") -> list[Result]:
        done = pack_body(msgspec.json.encode(Article(headline=headline)))
        return [Done(outcome="normalized", article=done) for _ in items]

    return handle  # type: ignore[return-value]


def test_no_more_of_its_articles_are_on_their_way_than_may_be(desk: OldDesk) -> None:
    in_flight = []

    def pause(_: float) -> None:
        in_flight.append(desk.ledger.balance().in_flight)
        desk.run()

    Renewal(desk.settings, desk.ledger, desk.index, pause=pause, ahead=1).run(ALL)
    assert max(in_flight) == 1


def test_nothing_is_entered_while_others_wait(desk: OldDesk) -> None:
    accepted: list[int] = []

    def pause(_: float) -> None:
        if not accepted:
            for number in range(5):
                desk.take(f"Tin gấp {number}\n\nMột tin gấp đi trước mọi bài cũ.", f"uri:hue now{number}")
        accepted.append(desk.ledger.balance().accepted)
        if len(accepted) > 3:
            desk.run()

    Renewal(desk.settings, desk.ledger, desk.index, pause=pause, ahead=1).run(ALL)
    assert accepted[:4] == [9] * 4, "three old articles, five that came, and one that was on its way before"
    assert desk.ledger.balance().accepted == 11


def test_killed_in_the_middle_it_goes_on_and_ends_with_each_article_once(settings: Settings) -> None:
    desk = OldDesk(settings)
    many = 60
    for number in range(many):
        desk.take(f"Hoa số {number} nở\n\nMùa hoa đã về trên phố nhỏ bên sông.", f"uri:hue {number}")
    desk.run_old()
    command = [sys.executable, "-P", "-m", "services.cli", "renormalize", "--json"]
    command += options_of(settings)
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    wait_for(lambda: desk.ledger.balance().accepted > many, "nothing was entered", process=first)
    first.kill()
    first.wait()
    entered = desk.ledger.balance().accepted - many
    assert 0 < entered < many
    second = subprocess.Popen(command, stdout=subprocess.PIPE)
    while second.poll() is None:
        desk.run()
    told = json.loads(second.communicate()[0])
    assert (told["entered"], told["failed"]) == (many - entered, 0)
    balance = desk.ledger.balance()
    assert (balance.accepted, balance.indexed, balance.in_flight, balance.difference) == (2 * many, 2 * many, 0, 0)
    assert {len(desk.stored(f"uri:hue {number}").revisions) for number in range(many)} == {2}


def test_after_the_loss_of_redis_and_of_the_index_the_rules_of_today_have_read_all(desk: OldDesk) -> None:
    desk.renew()
    desk.ledger.client.flushall()
    assert recover(desk.ledger, desk.archive, desk.settings) == (3, 3)
    desk.run()
    balance = desk.ledger.balance()
    assert (balance.accepted, balance.difference) == (3, 0)
    assert desk.stored("uri:hue sen").article.headline == "Hoa sen nở"
    assert desk.index.count() == 3


def test_a_rehearsal_tells_fields_and_examples_and_changes_nothing(desk: OldDesk) -> None:
    before = desk.ledger.balance()
    renewal = Renewal(desk.settings, desk.ledger, desk.index)
    told = Rehearsal(desk.settings, renewal.rules).run(renewal.candidates(ALL))
    assert (told.read, told.changed, told.same, told.lost) == (3, 3, 0, 0)
    (field,) = told.fields
    assert (field.field, field.articles) == ("headline", 3)
    assert (field.examples[0].before, field.examples[0].after) == ("HOA SEN NỞ", "Hoa sen nở")
    assert desk.ledger.balance() == before
    done = desk.renew()
    assert done.changed == told.changed


def test_the_command_rehearses_with_json(desk: OldDesk, capsys: pytest.CaptureFixture[str]) -> None:
    place = options_of(desk.settings)
    assert cli.main(["renormalize", "--dry-run", "--source", "push:*", *place, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["changed"] == 3
    assert cli.main(["renormalize", "--dry-run", *place]) == 0
    assert "headline" in capsys.readouterr().out
    assert cli.main(["renormalize", "--since", "soon", *place]) == 2
    desk.renew()
    assert cli.main(["renormalize", *place]) == 0
    assert rules_version() in capsys.readouterr().out


def test_the_rules_have_a_mark_that_each_article_carries(desk: OldDesk) -> None:
    assert len(rules_version()) == 8
    desk.take("Tin mới\n\nMột bản tin mới.", "uri:hue new")
    desk.run()
    assert rules_of(desk.stored("uri:hue new").timeline) == rules_version()
    assert rules_of(()) == UNKNOWN
