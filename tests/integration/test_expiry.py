"""What is past its time is erased by source, and nothing else; the books and the archive still agree."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
import pytest

from services.cli import main as cli
from services.desk.expiry import DAY_US, Expired, expire
from services.desk.verification import verify
from services.index.search import Index
from services.ingest import desk_acts
from services.ingest.desk_acts import Named
from services.ingest.intake import Intake, acceptance, open_decisions, open_pictures
from services.ingest.purging import Parts
from services.ingest.recovery import recover
from shared.archive import Archive
from shared.archive_entries import Archived, pack_body
from shared.clock import now_us
from shared.envelope import DESK, Envelope, Input, Source
from shared.identity import content_hash, receipt_id
from shared.keep_settings import KeepSettings, keep_for
from shared.package import PACKAGE_TYPE, Package, Picture, pack
from shared.picture_files import PictureFiles
from shared.segment_store import SegmentStore
from shared.setting_errors import SettingError
from shared.settings import Settings, load
from tests.conftest import options_of
from tests.integration.test_segment_store import Shelf
from tests.integration.test_stages import InputStatus as Line
from tests.pictures import a_jpeg
from tests.unit.ingest.test_purging import LateFiles, an_input

OLD, YOUNG = 40, 2  # days
NONE: Mapping[str, KeepSettings] = {}
PAGE = "<article><h1>Hoa {word} nở</h1><p>Mùa hoa {word} đã về trên phố nhỏ bên sông.</p>{names}</article>"
NEWS, WIRE = "https://news.example/rss", "https://wire.example/rss"


class Desk(Line):
    """A desk to which inputs came at any time."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.settings = settings
        self.index = Index(self.file)

    def take(self, word: str, feed: str, days: int, *pictures: Picture) -> str:
        """An input that a feed brought so many days ago."""
        body, kind = self.body(word), "text/plain"
        if pictures:
            told = tuple(picture.told for picture in pictures)
            page = PAGE.format(word=word, names="".join(f'<img src="{one.names[0]}" alt="">' for one in told)).encode()
            body, kind = pack(Package(media_type="text/html", body=page, pictures=told)), PACKAGE_TYPE
        at = now_us() - days * DAY_US
        envelope = Envelope(
            receipt=receipt_id(at, word.encode()[:9].ljust(9, b"0")),
            source=Source(kind="feed", name=feed),
            media_type=kind,
            received_us=at,
            sha=content_hash(kind, body),
            aliases=(f"guid:f1 {word}",),
        )
        entry = Archived(envelope=envelope, body=pack_body(body))
        (place,) = self.archive.put_batch([entry])
        self.ledger.accept([acceptance(entry, place)])
        return envelope.receipt

    def expire(
        self, keep: Mapping[str, KeepSettings] = NONE, *, does: bool = True, files: PictureFiles | None = None
    ) -> Expired:
        settings = msgspec.structs.replace(self.settings, keep={f"feed:{name}": one for name, one in keep.items()})
        intake = Intake(self.ledger, self.archive, settings)
        pictures = files or open_pictures(settings)
        parts = Parts(intake, self.ledger, self.archive, open_decisions(settings), pictures)
        try:
            return expire(settings, parts, self.index, does=does)
        finally:
            self.run()

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
    place = options_of(desk.settings)
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


class Killed(BaseException):
    """The process ends here."""


class DyingFiles(PictureFiles):
    """A process that ends where pictures are to be erased, or were."""

    def __init__(self, folder: Path, *, after: bool) -> None:
        super().__init__(folder)
        self._after = after

    def erase(self, digests: Iterable[str]) -> int:
        if self._after:
            super().erase(digests)
        raise Killed


class DyingStore(SegmentStore):
    """A process that ends where words are to be taken out of a segment."""

    def bring_back(self, path: Path) -> None:
        raise Killed


ARTICLES, BOTH = {NEWS: KeepSettings(articles_days=30)}, {NEWS: KeepSettings(articles_days=60, inputs_days=30)}


@pytest.fixture
def pictured(settings: Settings) -> Iterator[tuple[Desk, Picture, Picture]]:
    """A desk with two articles, of which one is past its time; a picture of that alone, and one of both."""
    desk = Desk(settings)
    own, shared = a_picture(desk, b"own"), a_picture(desk, b"shared")
    desk.take("sen", NEWS, OLD, own, shared)
    desk.take("mai", WIRE, OLD, shared)
    desk.run()
    assert desk.found() == {"sen", "mai"}
    yield desk, own, shared
    desk.sink.close()


def a_picture(desk: Desk, pixels: bytes) -> Picture:
    files = open_pictures(desk.settings)
    picture = files.stage(iter([a_jpeg(pixels=pixels)]), [f"{pixels.decode()}.jpg"], 1_000_000)
    files.keep([picture])
    return picture


def are_there(desk: Desk, *pictures: Picture) -> list[bool]:
    files = open_pictures(desk.settings)
    return [files.find(picture.told.sha256) is not None for picture in pictures]


@pytest.mark.parametrize("step", ["before pictures", "after pictures", "after withdrawal"])
def test_what_was_cut_short_is_found_again(pictured: tuple[Desk, Picture, Picture], step: str) -> None:
    desk, own, shared = pictured
    dying = DyingFiles(desk.archive.folder, after=step == "after pictures") if "pictures" in step else None
    desk.archive.store = DyingStore(Shelf()) if step == "after withdrawal" else None
    with pytest.raises(Killed):
        desk.expire(ARTICLES, files=dying)
    desk.archive.store = None
    told = desk.expire(ARTICLES)
    assert (told.articles, told.inputs, told.waiting) == (1, 1, 0)
    assert (desk.found(), are_there(desk, own, shared)) == ({"mai"}, [False, True])
    assert [entry.envelope.source.name for _, entry in desk.archive.entries() if is_fed(entry)] == [WIRE]
    assert desk.expire(ARTICLES) == Expired(articles=0, inputs=0, waiting=0, freed_bytes=0)
    assert desk.ledger.balance().difference == 0


def test_a_picture_that_comes_again_meanwhile_stays(pictured: tuple[Desk, Picture, Picture]) -> None:
    desk, own, _ = pictured
    files = LateFiles(desk.archive, [an_input("r2", own)])
    desk.expire(ARTICLES, files=files)
    assert (desk.found(), are_there(desk, own)) == ({"mai"}, [True])


def test_pictures_stay_as_long_as_an_article_shows_them_and_go_with_the_last(
    pictured: tuple[Desk, Picture, Picture],
) -> None:
    desk, own, shared = pictured
    assert desk.expire({WIRE: KeepSettings(inputs_days=30), **BOTH}).inputs == 2, "no input names a picture any more"
    assert are_there(desk, own, shared) == [True, True]
    desk.expire(ARTICLES)
    assert are_there(desk, own, shared) == [False, True]
    desk.expire({WIRE: KeepSettings(articles_days=30)})
    assert (desk.found(), are_there(desk, own, shared)) == (set(), [False, False])


def test_what_the_desk_brought_back_after_a_purge_stays(desk: Desk) -> None:
    """Words that came after the purge are no leftovers of it; nor are those of an article that stands."""
    desk.expire(ARTICLES)
    item = Input(source=DESK, media_type="text/plain", body=desk.body("sen"), aliases=("guid:f1 sen",))
    desk.intake.take([item])
    desk.run()
    assert desk.found() == {"sen", "mai", "lan"}
    assert desk.expire(ARTICLES).inputs == 0
    desk.intake.take([desk_acts.withdrawal_of(Named(article=article_of(desk, "sen")), "wrong")])
    desk.run()
    assert (desk.expire(ARTICLES).inputs, desk.words()) == (0, {"sen", "mai", "lan"})


def is_fed(entry: Archived) -> bool:
    return entry.envelope.source.kind == "feed"


def article_of(desk: Desk, word: str) -> str:
    stored = desk.index.get(f"guid:f1 {word}")
    assert stored is not None
    return stored.article_id


def test_an_entry_in_the_archive_is_read_by_its_place(desk: Desk) -> None:
    place, entry = next(iter(Archive(desk.archive.folder).entries()))
    assert desk.archive.entry(place) == entry
