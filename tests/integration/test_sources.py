"""Settings of sources over real parts: tried, saved, seen by the next article, and what came before read anew."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.index.search import Index, Stored
from services.index.sinks.sqlite import SqliteSink
from services.ingest.intake import Intake, open_archive
from services.normalize.hint_checks import WrongHint
from services.normalize.tasks import read_articles
from services.web.keys import open_keys
from services.web.source_desk import SourceDesk
from services.web.source_trial import Trial
from shared.article import Article
from shared.audit import AuditLog
from shared.envelope import Input, Source
from shared.hints import Hints
from shared.settings import Settings
from shared.source_book import SourceBook
from shared.work.celery_app import open_ledger
from tests.stages import work_off
from tests.unit.normalize.test_hints import PAGE

HUE = Source(kind="push", name="hue")
NAME = "push:hue"
REAL = Hints(headline="h2.real", byline=".who", caption=".under")


class Room:
    """A desk whose stages are worked by hand."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.ledger = open_ledger(settings)
        self.archive = open_archive(settings)
        self.intake = Intake(self.ledger, self.archive, settings)
        self.sink = SqliteSink(settings.index_file)
        self.audit = AuditLog(settings.audit_folder)
        self.index = Index(settings.index_file)
        self.desk = SourceDesk(settings, self.ledger, self.index, self.archive, open_keys(settings), self.audit)
        book = SourceBook(settings.sources_file)  # as another process has it
        self.read = read_articles(max_bytes=settings.max_input_bytes, cpu_s=60, set_for=book.applied)

    def push(self, number: int, source: Source = HUE, body: str = PAGE) -> str:
        """Push a page and work it off; gives the article's id."""
        url = f"https://hue.example/{number}"
        body = body.replace("vụ Tết", f"vụ Tết {number}").replace("247 hộ", f"{300 + number} hộ")
        (receipt,) = self.intake.take(
            [Input(source=source, media_type="text/html", body=body.encode(), aliases=(f"url:{url}",), url=url)]
        )
        self.work()
        return receipt.article

    def work(self) -> None:
        work_off(self.ledger, self.read, self.sink)
        balance = self.ledger.balance()
        assert (balance.in_flight, balance.dead, balance.difference) == (0, 0, 0)

    def stored(self, article: str) -> Stored:
        found = self.index.get(article)
        assert found is not None
        return found

    def article(self, article: str) -> Article:
        return self.stored(article).article

    def save(self, hints: Hints, name: str = NAME) -> None:
        self.desk.register.save(name, hints, who="mai", note="new template")


@pytest.fixture
def room(settings: Settings) -> Iterator[Room]:
    made = Room(settings)
    with contextlib.closing(made.archive), contextlib.closing(made.sink), contextlib.closing(made.index):
        yield made


def told(trial: Trial) -> dict[str, dict[str, tuple[str, str]]]:
    """What a trial says, by article and field."""
    return {
        tried.ref.partition("@")[0]: {change.field: (change.before, change.after) for change in tried.fields}
        for tried in trial.articles
    }


def test_the_next_article_is_read_as_its_source_is_set(room: Room) -> None:
    before = room.push(1)
    room.save(REAL)
    after = room.push(2)
    assert room.article(before).headline == "Tin trong ngày"
    assert room.article(after).headline == "Làng rau vào vụ Tết 2"
    rules = {seen.field: seen.rule for seen in room.article(after).evidence}
    assert rules["headline"] == "the source's settings (h2.real)"
    assert rules["settings"] == "read with the settings of (push:hue 1)"


def test_what_is_set_for_a_host_counts_whoever_sends_its_page(room: Room) -> None:
    room.save(REAL, "host:www.hue.example")
    article = room.push(1, Source(kind="push", name="other"))
    assert room.article(article).headline == "Làng rau vào vụ Tết 1"


def test_a_trial_tells_what_would_change_and_keeps_nothing(room: Room) -> None:
    articles = [room.push(number) for number in range(3)]
    trial = room.desk.try_out(NAME, REAL)
    assert (trial.looked_at, trial.changed, trial.left) == (3, 3, 0)
    assert trial.fields["headline"] == 3
    assert told(trial)[articles[1]]["headline"] == ("Tin trong ngày", "Làng rau vào vụ Tết 1")
    assert room.desk.register.get(NAME).version == 0
    assert room.article(articles[1]).headline == "Tin trong ngày"
    missed = room.desk.try_out(NAME, Hints(headline="b.gone", leave_out=(".promo", ".x"))).missed
    assert missed == {"headline": 3, "leave_out .x": 3}


def test_a_trial_of_a_host_looks_at_its_pages_alone(room: Room) -> None:
    room.push(1)
    assert room.desk.try_out("host:hue.example", REAL).looked_at == 1
    assert room.desk.try_out("host:hue.example.org", REAL).looked_at == 0


def test_replaying_changes_what_the_trial_said_and_nothing_else(room: Room) -> None:
    articles = [room.push(number) for number in range(3)]
    earlier = {article: room.article(article) for article in articles}
    trial = room.desk.try_out(NAME, REAL)
    room.save(REAL)
    done = room.desk.replay(trial.refs, who="mai", why="new template")
    room.work()
    assert (done.done, done.left) == (3, ())
    for article in articles:
        now, then, changes = room.article(article), earlier[article], told(trial)[article]
        differ = {
            name
            for name in Article.__struct_fields__
            if name not in ("evidence", "blocks", "boilerplate") and getattr(now, name) != getattr(then, name)
        }
        assert differ == changes.keys() - {"body", "captions", "boilerplate"}
        assert (then.headline, now.headline) == changes["headline"]
        assert (now.boilerplate != then.boilerplate) == ("boilerplate" in changes)
        assert len(room.stored(article).revisions) == 2


def test_what_is_read_once_more_keeps_the_time_it_came_and_its_earlier_reading(room: Room) -> None:
    article = room.push(1)
    came = room.stored(article).received_us
    room.save(REAL)
    room.desk.replay(room.desk.replayable(NAME), who="mai", why="new template")
    room.work()
    stored = room.stored(article)
    assert stored.received_us == came
    first = room.index.get(f"{article}@{stored.revisions[0].rev}")
    assert first is not None
    assert first.article.headline == "Tin trong ngày"


def test_replaying_twice_changes_nothing_more(room: Room) -> None:
    article = room.push(1)
    room.save(REAL)
    for _ in range(2):
        room.desk.replay(room.desk.replayable(NAME), who="mai", why="again")
        room.work()
    assert len(room.stored(article).revisions) == 2
    assert room.ledger.balance().duplicate == 1


def test_a_correction_that_came_since_is_not_undone_by_a_replay(room: Room) -> None:
    article = room.push(1)
    old = room.desk.replayable(NAME)
    room.push(1, body=PAGE.replace("Rau xanh", "Rau tươi"))
    room.desk.replay(old, who="mai", why="late")
    room.work()
    texts = [block.caption or block.text for block in room.article(article).blocks]
    assert any("Rau tươi" in (text or "") for text in texts)


def test_what_is_on_its_way_is_left(room: Room) -> None:
    room.push(1)
    refs = room.desk.replayable(NAME)
    assert room.desk.replay(refs, who="mai", why="once").done == 1
    assert room.desk.replay(refs, who="mai", why="at once again").left == tuple(refs)
    room.work()


def test_settings_may_find_the_article_that_was_refused(room: Room) -> None:
    room.intake.take([Input(source=HUE, media_type="text/html", body=b"<div class='x'></div>", url=None)])
    room.work()
    trial = room.desk.try_out(NAME, REAL)
    assert [tried.state for tried in trial.articles] == ["refused"]
    done = room.desk.replay([tried.ref for tried in trial.articles], who="mai", why="once more")
    room.work()
    assert done.done == 1


def test_saving_is_an_act_with_who_and_why(room: Room) -> None:
    room.save(REAL)
    (acted,) = room.audit.latest(1)
    assert (acted.who, acted.act, acted.on) == ("mai", "set source", NAME)
    assert acted.why.startswith("new template (version 1: {")


def test_settings_that_cannot_be_used_are_neither_tried_nor_saved(room: Room) -> None:
    with pytest.raises(WrongHint, match="headline"):
        room.desk.try_out(NAME, Hints(headline="p:hover"))
    with pytest.raises(WrongHint, match=r"zone: .*did you mean"):
        room.save(Hints(zone="Asia/Ho_Chi_Min"))
    assert room.desk.register.history(NAME) == ()


def test_a_trial_ends_in_time_and_says_what_it_left(room: Room, tmp_path: Path) -> None:
    for number in range(2):
        room.push(number)
    trial = room.desk.try_out(NAME, REAL, seconds=-1)
    assert (trial.looked_at, trial.left) == (0, 2)
