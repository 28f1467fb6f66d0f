"""Sealed segments in an object store: read where they lie, moved whole or not at all, brought back to be erased."""

import json
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from services.desk.backup.checking import check_backup
from services.desk.backup.copying import back_up
from services.desk.backup.restoration import restore
from services.desk.backup.store import Store
from services.desk.renewal import Plan, Renewal
from services.desk.verification import verify
from services.index.search import Index
from services.ingest.intake import Intake, open_archive
from services.ingest.moving import PLACE, Mover, move_sealed
from services.ingest.recovery import recover
from shared.archive import Archive
from shared.archive_entries import pack_body
from shared.archive_erasure import erase
from shared.errors import PermanentError, Unavailable
from shared.ledger.overview import Watchman
from shared.net.object_store import Bucket
from shared.segment_store import Objects, SegmentStore, moving
from shared.settings import Settings
from tests.conftest import Server, settings_over
from tests.engines.servers import s3_address
from tests.integration.test_stages import InputStatus as Line
from tests.unit.shared.test_archive import entry

FAR = 1 << 62
LIMIT = 10**7
LOGIN = os.environ.get("DESK_TEST_S3_LOGIN", "")


class Shelf:
    """Objects in memory, which may be away, lose a byte, or do something between two calls."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.away = False
        self.reads = 0
        self.after_put: Callable[[], None] = lambda: None

    def put(self, name: str, content: bytes) -> None:
        self._ask()
        self.kept[name] = content
        self.after_put()

    def get(self, name: str) -> bytes | None:
        self._ask()
        return self.kept.get(name)

    def read(self, name: str, start: int, length: int) -> bytes | None:
        self._ask()
        self.reads += 1
        return self.kept[name][start : start + length] if name in self.kept else None

    def delete(self, name: str) -> None:
        self._ask()
        self.kept.pop(name, None)

    def _ask(self) -> None:
        if self.away:
            raise Unavailable("the bucket is away")


@pytest.fixture(params=["memory", "s3"])
def objects(request: pytest.FixtureRequest) -> Objects:
    """A shelf in memory, and a bucket of a real server."""
    if request.param == "memory":
        return Shelf()
    return Bucket(f"s3+{s3_address()}/{uuid.uuid4().hex}", LOGIN)


@pytest.fixture
def archive(tmp_path: Path, objects: Objects) -> Archive:
    made = Archive(tmp_path / "archive", store=SegmentStore(objects))
    made.put_batch([entry(number, bytes([number % 251]) * 5000) for number in range(200)])
    made.close()
    return made


def test_a_segment_that_was_moved_is_read_where_it_lies(archive: Archive) -> None:
    before = list(archive.entries())
    assert move_sealed(archive, FAR) == 1
    assert [path.suffix for path in archive.segments()] == [".moved"]
    assert list(archive.entries()) == before
    place, last = before[-1]
    assert archive.entry(place) == last
    assert archive.get(place, limit=LIMIT) == bytes([199]) * 5000
    archive.put_batch([entry(900)])
    assert len(list(archive.entries())) == 201


def test_it_is_moved_once_it_is_sealed_and_old_enough(archive: Archive) -> None:
    assert move_sealed(archive, 1) == 0
    archive.put_batch([entry(900)])
    assert move_sealed(archive, FAR) == 1
    assert sorted(path.suffix for path in archive.segments()) == [".moved", ".open"]
    assert move_sealed(archive, FAR) == 0


def test_the_segment_of_a_writer_that_was_killed_is_sealed_and_moved(archive: Archive) -> None:
    other = Archive(archive.folder)
    other.put_batch([entry(900)])
    (path,) = archive.folder.glob("*.open")
    assert move_sealed(archive, FAR) == 1
    os.utime(path, (1, 1))
    assert move_sealed(archive, FAR) == 0, "its writer lives"
    other._file.close()  # type: ignore[union-attr]  # as the end of its process does
    assert move_sealed(archive, FAR) == 1


def test_a_note_and_its_segment_are_one(archive: Archive) -> None:
    (path,) = archive.segments()
    content = path.read_bytes()
    move_sealed(archive, FAR)
    path.write_bytes(content)  # as a kill between the note and the end of the segment leaves it
    assert len(list(archive.entries())) == 200
    assert [one.suffix for one in archive.segments()] == [".seg"]
    assert move_sealed(archive, FAR) == 1
    assert [one.suffix for one in archive.segments()] == [".moved"]


def test_words_erased_from_a_segment_whose_move_was_cut_short_leave_too(archive: Archive, objects: Objects) -> None:
    place, erased = next(iter(archive.entries()))
    (path,) = archive.segments()
    content = path.read_bytes()
    move_sealed(archive, FAR)
    (note,) = [json.loads(one.read_bytes()) for one in archive.segments()]
    path.write_bytes(content)
    erase(archive.folder, [(place, erased.envelope.receipt)], "x", 1)  # by one who does not know of the store
    move_sealed(archive, FAR)
    assert objects.get(f"{note['sha256'][:2]}/{note['sha256']}.seg") is None
    assert len(list(archive.entries())) == 199


def test_words_that_are_erased_leave_the_object_store(archive: Archive, objects: Objects) -> None:
    move_sealed(archive, FAR)
    place, erased = list(archive.entries())[3]
    (note,) = [json.loads(path.read_bytes()) for path in archive.segments()]
    erase(archive.folder, [(place, erased.envelope.receipt)], "x", 1, archive.store)
    assert objects.get(f"{note['sha256'][:2]}/{note['sha256']}.seg") is None
    assert [path.suffix for path in archive.segments()] == [".seg"]
    assert move_sealed(archive, FAR) == 1
    with pytest.raises(PermanentError, match="is erased"):
        archive.entry(place)
    assert len(list(archive.entries())) == 199


def test_without_its_store_a_moved_segment_says_what_is_missing(archive: Archive) -> None:
    move_sealed(archive, FAR)
    with pytest.raises(PermanentError, match="set archive_store to read it"):
        list(Archive(archive.folder).entries())


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def shelved(tmp_path: Path, shelf: Shelf) -> Archive:
    made = Archive(tmp_path / "shelved", store=SegmentStore(shelf))
    made.put_batch([entry(number, bytes([number]) * 5000) for number in range(200)])
    made.close()
    return made


def test_one_entry_costs_few_requests_and_all_of_them_not_many(shelved: Archive, shelf: Shelf) -> None:
    move_sealed(shelved, FAR)
    places = [place for place, _ in shelved.entries()]
    assert shelf.reads <= 3
    shelf.reads = 0
    shelved.entry(places[100])
    assert shelf.reads <= 2


def test_a_segment_stays_where_its_object_is_not_whole(shelved: Archive, shelf: Shelf) -> None:
    def lose_a_byte() -> None:
        (name,) = shelf.kept
        shelf.kept[name] = shelf.kept[name][:-1]

    shelf.after_put = lose_a_byte
    with pytest.raises(PermanentError, match="damaged"):
        move_sealed(shelved, FAR)
    assert [path.suffix for path in shelved.segments()] == [".seg"]
    assert len(list(shelved.entries())) == 200


def test_nothing_is_erased_while_a_segment_is_moved(shelved: Archive, shelf: Shelf) -> None:
    """Else the words would be in the object that was read before."""
    place, erased = next(iter(shelved.entries()))
    eraser = threading.Thread(
        target=erase, args=(shelved.folder, [(place, erased.envelope.receipt)], "x", 1, shelved.store)
    )

    def begin() -> None:
        shelf.after_put = lambda: None
        eraser.start()
        eraser.join(0.2)
        assert eraser.is_alive(), "it waits for the end of the move"

    shelf.after_put = begin
    move_sealed(shelved, FAR)
    eraser.join()
    assert not any(pack_body(bytes([0]) * 5000) in content for content in shelf.kept.values())
    with moving(shelved.folder), pytest.raises(PermanentError, match="erased"):
        shelved.entry(place)


def test_a_store_that_is_away_is_told_and_loses_nothing(settings: Settings, shelf: Shelf) -> None:
    line = Line(settings)
    archive = Archive(settings.archive_folder, store=SegmentStore(shelf))
    archive.put_batch([entry(1)])
    archive.close()
    at = [0.0]
    with_days = msgspec.structs.replace(settings, archive_store_days=0, archive_store="s3+http://x/y")
    mover = Mover(with_days, line.ledger, archive, lambda: at[0])
    shelf.away = True
    mover.step()
    assert [path.suffix for path in archive.segments()] == [".seg"]
    watchman = Watchman(line.ledger, settings)
    (told,) = [one for one in watchman.look().troubles if one.code == "sink-paused"]
    assert (told.subject, "away" in told.what) == (PLACE, True)
    shelf.away = False
    mover.step()
    assert [path.suffix for path in archive.segments()] == [".seg"], "it is asked again after a minute"
    at[0] += 61
    mover.step()
    assert [path.suffix for path in archive.segments()] == [".moved"]
    assert [one for one in watchman.look().troubles if one.code == "sink-paused"] == []
    line.sink.close()


@pytest.mark.parametrize("is_set", [True, False], ids=["the store is there again", "no store is set any more"])
def test_the_rest_of_a_store_ends_after_a_restart(settings: Settings, shelf: Shelf, is_set: bool) -> None:
    line = Line(settings)
    archive = Archive(settings.archive_folder, store=SegmentStore(shelf))
    archive.put_batch([entry(1)])
    archive.close()
    with_days = msgspec.structs.replace(settings, archive_store_days=0, archive_store="s3+http://x/y")
    shelf.away = True
    Mover(with_days, line.ledger, archive).step()
    watchman = Watchman(line.ledger, settings)
    assert [one.subject for one in watchman.look().troubles if one.code == "sink-paused"] == [PLACE]
    shelf.away = False
    archive.store = archive.store if is_set else None
    Mover(with_days if is_set else settings, line.ledger, archive).step()
    assert [one.subject for one in watchman.look().troubles if one.code == "sink-paused"] == []
    line.sink.close()


@pytest.mark.parametrize("is_there", [False, True], ids=["brought back", "brought back before, by one that was killed"])
def test_a_segment_is_on_the_disk_for_good_before_its_object_goes(tmp_path: Path, is_there: bool) -> None:
    shelf, seen = Shelf(), list[tuple[str, bool]]()
    store = SegmentStore(shelf, sync=lambda path: seen.append((path.suffix, bool(shelf.kept))))
    made = Archive(tmp_path / "archive", store=store)
    made.put_batch([entry(1)])
    made.close()
    (path,) = made.segments()
    content = path.read_bytes()
    move_sealed(made, FAR)
    if is_there:
        path.write_bytes(content)
    store.bring_back(path)
    synced = [(".seg", True)] if is_there else [(".back", True), (".seg", True)]
    assert (seen, shelf.kept) == (synced, {})
    assert (made.segments(), path.read_bytes()) == ([path], content)


WORDS = ("sen", "mai", "đào")


@pytest.fixture
def moved_desk(settings: Settings, tmp_path: Path) -> Iterator[tuple[Settings, Line]]:
    """A desk whose archive lies in a bucket."""
    address = f"s3+{s3_address()}/{uuid.uuid4().hex}"
    stored = msgspec.structs.replace(settings, archive_store=address, archive_store_login=LOGIN)
    line = Line(stored)
    line.archive = open_archive(stored)
    line.intake = Intake(line.ledger, line.archive, stored)
    for word in WORDS:
        line.push(f"Hoa {word} nở\n\nMùa hoa {word} đã về trên phố nhỏ bên sông.", "text/plain", f"uri:{word}")
    line.run()
    line.archive.close()
    assert move_sealed(line.archive, FAR) == 1
    yield stored, line
    line.sink.close()


def test_a_desk_whose_archive_lies_in_a_bucket_does_all_it_did(moved_desk: tuple[Settings, Line]) -> None:
    settings, line = moved_desk
    assert verify(settings, line.ledger, None).differences == ()
    line.ledger.client.flushall()
    assert recover(line.ledger, line.archive, settings) == (3, 3)
    line.run()
    balance = line.ledger.balance()
    assert (balance.accepted, balance.indexed, balance.difference) == (3, 3, 0)
    renewal = Renewal(settings, line.ledger, Index(line.file), pause=lambda _: line.run())
    assert renewal.run(Plan(rules="unknown")).entered == 0


def test_a_backup_says_where_the_segments_are_and_brings_that_back(
    moved_desk: tuple[Settings, Line], tmp_path: Path, redis_server: Server
) -> None:
    settings, _ = moved_desk
    store = Store(tmp_path / "backups")
    back_up(settings, None, store, with_index=False, keep=1)
    checked = check_backup(store, "")
    assert (checked.differences, "1 segments lie in the object store" in checked.notes[0]) == ((), True)
    there = settings_over(
        redis_server, tmp_path / "there", archive_store=settings.archive_store, archive_store_login=LOGIN
    )
    assert restore(store, "", there, tmp_path / "x.toml", salvage=False).damaged == ()
    elsewhere = Line(there)
    assert recover(elsewhere.ledger, open_archive(there), there) == (3, 3)
    elsewhere.run()
    assert all(Index(there.index_file).search(f'"hoa {word}"').total == 1 for word in WORDS)
    elsewhere.sink.close()


def test_an_object_that_is_lost_is_named(moved_desk: tuple[Settings, Line]) -> None:
    settings, line = moved_desk
    bucket = Bucket(settings.archive_store or "", settings.archive_store_login)
    for name in list(bucket.names()):
        bucket.delete(name)
    codes = [one.code for one in verify(settings, line.ledger, None).differences]
    assert codes == ["moved"] + ["not-archived"] * 3
