"""What is past its time is erased by source, and nothing else; the books and the archive still agree."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import pytest

from services.cli import main as cli
from services.desk.expiry import DAY_US, Expired, expire
from services.desk.verification import verify
from services.index.search import Index
from services.ingest.intake import Intake, acceptance, open_decisions, open_pictures
from services.ingest.purging import Parts
from services.ingest.recovery import recover
from shared.archive import Archive
from shared.archive_entries import Archived, pack_body
from shared.clock import now_us
from shared.envelope import Envelope, Source
from shared.identity import content_hash, receipt_id
from shared.keep_settings import KeepSettings, keep_for
from shared.setting_errors import SettingError
from shared.settings import Settings, load
from tests.integration.test_stages import InputStatus as Line

OLD, YOUNG = 40, 2  # days
NONE: Mapping[str, KeepSettings] = {}
NEWS, WIRE = "https://news.example/rss", "https://wire.example/rss"


class Desk(Line):
    """A desk to which inputs came at any time."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.settings = settings
        self.index = Index(self.file)

    def take(self, word: str, feed: str, days: int) -> str:
        """An input that a feed brought so many days ago."""
        body = f"Hoa {word} nở\n\nMùa hoa {word} đã về trên phố nhỏ bên sông.".encode()
        at = now_us() - days * DAY_US
        envelope = Envelope(
            receipt=receipt_id(at, word.encode()[:9].ljust(9, b"0")),
            source=Source(kind="feed", name=feed),
            media_type="text/plain",
            received_us=at,
            sha=content_hash("text/plain", body),
            aliases=(f"guid:f1 {word}",),
        )
        entry = Archived(envelope=envelope, body=pack_body(body))
        (place,) = self.archive.put_batch([entry])
        self.ledger.accept([acceptance(entry, place)])
        return envelope.receipt

    def expire(self, keep: Mapping[str, KeepSettings] = NONE, *, does: bool = True) -> Expired:
        settings = msgspec.structs.replace(self.settings, keep={f"feed:{name}": one for name, one in keep.items()})
        intake = Intake(self.ledger, self.archive, settings)
        parts = Parts(intake, self.ledger, self.archive, open_decisions(settings), open_pictures(settings))
        told = expire(settings, parts, self.index, does=does)
        self.run()
        return told

    def words(self) -> set[str]:
        """What the archive still says."""
        kept = b"".join(path.read_bytes() for path in self.archive.segments())
        return {word for word in ("sen", "mai", "lan") if pack_body(self.body(word)) in kept}

    def body(self, word: str) -> bytes:
        return f"Hoa {word} nở\n\nMùa hoa {word} đã về trên phố nhỏ bên sông.".encode()

    def found(self) -> set[str]:
        return {word for word in ("sen", "mai", "lan") if self.index.search(f'"hoa {word}"').total}


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    made = Desk(settings)
    made.take("sen", NEWS, OLD)
    made.take("mai", NEWS, YOUNG)
    made.take("lan", WIRE, OLD)
    made.run()
    yield made
    made.sink.close()


MONTH = {NEWS: KeepSettings(inputs_days=30)}


def test_for_ever_is_the_default(desk: Desk) -> None:
    assert desk.expire() == Expired(articles=0, inputs=0, waiting=0, freed_bytes=0)
    assert desk.words() == desk.found() == {"sen", "mai", "lan"}


def test_inputs_past_their_time_leave_the_archive_and_their_articles_stay(desk: Desk) -> None:
    told = desk.expire(MONTH)
    assert (told.articles, told.inputs) == (0, 1)
    assert desk.words() == {"mai", "lan"}
    assert desk.found() == {"sen", "mai", "lan"}
    assert verify(desk.settings, desk.ledger, None).differences == ()


def test_articles_past_their_time_go_with_their_inputs_and_leave_a_tombstone(desk: Desk) -> None:
    told = desk.expire({NEWS: KeepSettings(articles_days=30)})
    assert (told.articles, told.inputs) == (1, 1)
    assert (desk.words(), desk.found()) == ({"mai", "lan"}, {"mai", "lan"})
    stored = desk.index.get("guid:f1 sen")
    assert stored is not None
    assert (stored.withdrawn, stored.article.headline) == (True, None)
    balance = desk.ledger.balance()
    assert (balance.indexed, balance.withdrawn, balance.difference) == (3, 1, 0)
    assert verify(desk.settings, desk.ledger, None).differences == ()


def test_a_second_look_finds_nothing_more(desk: Desk) -> None:
    both = {NEWS: KeepSettings(articles_days=30, inputs_days=30)}
    desk.expire(both)
    assert desk.expire(both) == Expired(articles=0, inputs=0, waiting=0, freed_bytes=0)


def test_nothing_of_it_comes_back_after_the_loss_of_redis(desk: Desk) -> None:
    desk.expire({NEWS: KeepSettings(articles_days=30)})
    desk.ledger.client.flushall()
    recover(desk.ledger, desk.archive, desk.settings)
    desk.run()
    assert desk.found() == {"mai", "lan"}
    assert desk.ledger.balance().difference == 0


def test_what_is_only_counted_stays(desk: Desk) -> None:
    told = desk.expire({NEWS: KeepSettings(articles_days=1, inputs_days=1)}, does=False)
    assert (told.articles, told.inputs) == (2, 2)
    assert desk.words() == desk.found() == {"sen", "mai", "lan"}


def test_what_is_on_its_way_is_left_until_it_has_arrived(settings: Settings) -> None:
    desk = Desk(settings)
    desk.take("sen", NEWS, OLD)
    told = desk.expire(MONTH)
    assert (told.inputs, told.waiting) == (0, 1)
    assert desk.words() == {"sen"}
    assert desk.expire(MONTH).inputs == 1


def test_a_segment_of_which_nothing_is_left_gives_its_room_back(settings: Settings) -> None:
    desk = Desk(settings)
    for number in range(50):
        desk.take(f"so{number:03}" + "x" * 2000, NEWS, OLD)
    desk.run()
    desk.archive.close()
    desk.take("mai", NEWS, YOUNG)
    desk.run()
    before = sum(path.stat().st_size for path in desk.archive.segments())
    told = desk.expire(MONTH)
    assert told.inputs == 50
    assert told.freed_bytes > 0
    assert sum(path.stat().st_size for path in desk.archive.segments()) == before - told.freed_bytes
    assert desk.words() == {"mai"}
    verified = verify(desk.settings, desk.ledger, None)
    assert (verified.differences, verified.erased, verified.inputs) == ((), 50, 1)


def test_the_first_table_that_fits_counts() -> None:
    keep = {"feed:https://a.example/*": KeepSettings(inputs_days=1), "*": KeepSettings(inputs_days=9)}
    assert keep_for(keep, ("feed:https://a.example/rss",)).inputs_days == 1
    assert keep_for(keep, ("push:hue",)).inputs_days == 9
    assert keep_for({}, ("push:hue",)) == KeepSettings()


GOOD = '[keep."feed:https://news.example/*"]\ninputs_days = 30\n[keep."*"]\narticles_days = 400\n'


def test_what_is_kept_how_long_stands_in_tables(tmp_path: Path) -> None:
    (tmp_path / "copydesk.toml").write_text(GOOD)
    keep = load({}, {}, tmp_path).settings.keep
    assert list(keep) == ["feed:https://news.example/*", "*"]
    assert keep["*"] == KeepSettings(articles_days=400)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[keep."news"]\ninputs_days = 3', "must name sources"),
        ('[keep."*"]\ninputs_day = 3', "did you mean inputs_days"),
        ('[keep."*"]\ninputs_days = 0', "1 or more"),
        ('[keep."*"]\n', "says nothing"),
        ("keep = 3", "must be tables"),
        ('keep."*" = 3', "must be a table"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "copydesk.toml").write_text(text)
    with pytest.raises(SettingError, match=told):
        load({}, {}, tmp_path)
    with pytest.raises(SettingError, match=r"copydesk\.toml only"):
        load({}, {"COPYDESK_KEEP": "x"}, tmp_path / "none")


def test_the_command_counts_and_erases(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "keep.toml").write_text(GOOD)
    monkeypatch.setenv("COPYDESK_CONFIG", str(tmp_path / "keep.toml"))
    place = ["--data-dir", desk.settings.data_dir, "--redis-url", desk.settings.redis_url]
    assert cli.main(["expire", "--dry-run", "--json", *place]) == 0
    assert json.loads(capsys.readouterr().out)["inputs"] == 1
    assert cli.main(["doctor", "--json", *place]) in (0, 2)
    (finding,) = [one for one in json.loads(capsys.readouterr().out) if one["name"] == "keep"]
    assert (finding["verdict"], "never" in finding["found"]) == ("warn", True), "it was only counted"
    assert desk.words() == {"sen", "mai", "lan"}
    assert cli.main(["expire", *place]) == 0
    assert "0 articles and 1 input erased" in capsys.readouterr().out
    assert desk.words() == {"mai", "lan"}
    assert cli.main(["doctor", "--json", *place]) in (0, 2)
    (finding,) = [one for one in json.loads(capsys.readouterr().out) if one["name"] == "keep"]
    assert (finding["verdict"], "erased 0 s ago" in finding["found"]) == ("ok", True)
    assert cli.main(["config", "show", *place]) == 0
    assert 'keep."*"' in capsys.readouterr().out


def test_an_entry_in_the_archive_is_read_by_its_place(desk: Desk) -> None:
    place, entry = next(iter(Archive(desk.archive.folder).entries()))
    assert desk.archive.entry(place) == entry
