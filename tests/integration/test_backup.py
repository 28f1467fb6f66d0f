"""A backup beside live work, brought back elsewhere: all is there, nothing twice; what is not whole is named."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from services.cli import main as cli
from services.desk.backup.checking import check_backup
from services.desk.backup.copying import Backup, back_up
from services.desk.backup.manifest import Manifest, read_manifest, write_manifest
from services.desk.backup.restoration import restore
from services.desk.backup.store import Store
from services.desk.verification import verify
from services.index.search import Index
from services.ingest.intake import open_decisions
from services.ingest.recovery import recover
from services.ingest.subscriptions import Subscriptions
from services.web.keys import Keys
from shared.archive_entries import Decision
from shared.archive_erasure import erase
from shared.audit import AuditLog
from shared.clock import now_us
from shared.data_version import VERSION, check_folder
from shared.envelope import Input, Source
from shared.errors import NewerData, PermanentError, Unavailable
from shared.ledger import keys
from shared.package import PACKAGE_TYPE, Package, pack
from shared.picture_files import PictureFiles
from shared.settings import Settings
from tests.conftest import Server, options_of, settings_over
from tests.integration.test_stages import InputStatus as Line
from tests.pictures import a_jpeg
from tests.unit.shared.test_archive import entry

WORDS = ("sen", "mai", "đào", "quỳnh", "lan")


@pytest.fixture
def line(settings: Settings) -> Iterator[Line]:
    made = Line(settings)
    for word in WORDS:
        made.push(f"Hoa {word} nở\n\nMùa hoa {word} đã về trên phố nhỏ bên sông.", "text/plain", f"uri:{word}")
    made.run()
    yield made
    made.sink.close()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "backups")


@pytest.fixture
def elsewhere(tmp_path: Path, redis_server: Server) -> Settings:
    """A desk on another, empty Redis."""
    return settings_over(redis_server, tmp_path / "elsewhere")


def copy(settings: Settings, store: Store, *, with_index: bool = True, keep: int = 7) -> Backup:
    return back_up(settings, None, store, with_index=with_index, keep=keep)


def bring(store: Store, settings: Settings, *, salvage: bool = False) -> list[str]:
    done = restore(store, "", settings, Path(settings.data_dir, "copydesk.toml"), salvage=salvage)
    return [f"{damage.name} {damage.what}" for damage in done.damaged]


def found(settings: Settings) -> set[str]:
    index = Index(settings.index_file)
    return {word for word in WORDS if index.search(f'"hoa {word}"').total == 1}


@pytest.mark.parametrize("with_index", [True, False])
def test_every_article_is_there_again_on_another_redis_and_nothing_twice(
    settings: Settings, line: Line, store: Store, elsewhere: Settings, with_index: bool
) -> None:
    Subscriptions(settings).add("https://news.example/rss", zone="Asia/Ho_Chi_Minh")
    key = Keys(settings.keys_file).create("hue", prefixes=("https://news.example/",))
    AuditLog(settings.audit_folder).note(who="cli:an", act="withdraw", on="x", why="a word")
    copy(settings, store, with_index=with_index)
    assert bring(store, elsewhere) == []

    there = Line(elsewhere)
    recover(there.ledger, there.archive, elsewhere)
    there.run()
    assert found(elsewhere) == set(WORDS)
    balance = there.ledger.balance()
    assert (balance.accepted, balance.indexed, balance.difference) == (len(WORDS), len(WORDS), 0)
    assert Index(elsewhere.index_file).count() == len(WORDS)
    assert [feed.zone for feed in Subscriptions(elsewhere).list()] == ["Asia/Ho_Chi_Minh"]
    publisher = Keys(elsewhere.keys_file).find(key)
    assert publisher is not None
    assert [acted.why for acted in AuditLog(elsewhere.audit_folder).latest()] == ["a word"]
    assert check_folder(Path(elsewhere.data_dir)) == VERSION
    assert verify(elsewhere, there.ledger, None).differences == ()
    there.sink.close()


def test_what_has_not_changed_is_copied_once(settings: Settings, line: Line, store: Store) -> None:
    line.archive.close()
    first = copy(settings, store)
    before = {path: path.stat().st_mtime_ns for path in store.folder.glob("objects/*/*")}
    second = copy(settings, store)
    assert (first.copied_bytes > 0, second.copied_bytes) == (True, 0)
    assert {path: path.stat().st_mtime_ns for path in store.folder.glob("objects/*/*")} == before
    line.push("Tin mới\n\nThêm một bản tin sau lần sao đầu.")
    third = copy(settings, store)
    assert {item.name for item in third.manifest.items} > {item.name for item in second.manifest.items}
    sealed = [item for item in third.manifest.items if item.changed_ns]
    assert sealed == [item for item in first.manifest.items if item.changed_ns]


def package(line: Line, settings: Settings, picture: bytes) -> Path:
    """An article that came with a picture; gives the picture's file."""
    pictures = PictureFiles(settings.archive_folder)
    staged = pictures.stage([picture], ["a.jpg"], 10**6)
    pictures.keep([staged])
    body = pack(Package(media_type="text/plain", body="Cầu sáng đèn\n\nCây cầu.".encode(), pictures=(staged.told,)))
    source = Source(kind="push", name="hue")
    line.intake.take([Input(source=source, media_type=PACKAGE_TYPE, body=body, aliases=("uri:hue bridge",))])
    line.run()
    found = pictures.find(staged.told.sha256)
    assert found is not None
    return found[0]


def test_pictures_come_back_and_one_that_is_missing_or_another_is_named(
    settings: Settings, line: Line, store: Store, elsewhere: Settings
) -> None:
    file = package(line, settings, a_jpeg(pixels=bytes(3000)))
    first = copy(settings, store)
    assert (copy(settings, store).copied_bytes, check_backup(store, "").differences) == (0, ())
    assert [item.kind for item in first.manifest.items].count("picture") == 1
    assert bring(store, elsewhere) == []
    there = elsewhere.archive_folder / file.relative_to(settings.archive_folder)
    assert there.read_bytes() == file.read_bytes()
    assert verify(settings, line.ledger, None).differences == ()
    harm_file(file, "damaged")
    assert codes(settings, line) == [("picture", f"picture {file.name}")]
    file.unlink()
    assert codes(settings, line) == [("picture", f"picture {file.name}")]
    copy(settings, store)
    assert [one.code for one in check_backup(store, "").differences] == ["picture"]


def test_of_a_segment_that_is_being_written_the_whole_entries_are_copied(
    settings: Settings, line: Line, store: Store
) -> None:
    (segment,) = [path for path in line.archive.segments() if "decisions" not in path.name]
    whole = segment.stat().st_size
    with segment.open("ab") as file:
        file.write(b"\x10\x00\x00\x00half of an ent")
    (item,) = [item for item in copy(settings, store).manifest.items if item.kind == "segment"]
    assert (item.size, item.entries, item.damaged) == (whole, len(WORDS), 0)
    assert check_backup(store, "").differences == ()


def test_words_that_were_erased_leave_the_backups_with_the_last_that_had_them(
    settings: Settings, line: Line, store: Store
) -> None:
    line.archive.close()
    copy(settings, store)
    place, archived = next(iter(line.archive.entries()))
    erase(line.archive.folder, [(place, archived.envelope.receipt)], "x", now_us())
    copy(settings, store, with_index=False, keep=1)
    kept = b"".join(path.read_bytes() for path in store.folder.glob("objects/*/*"))
    assert archived.body not in kept
    assert check_backup(store, "").differences == ()


DIES = """
import os, signal, sys
from pathlib import Path
import msgspec
from services.desk.backup.copying import back_up
from services.desk.backup.store import Store
from shared.settings import Settings

class Dies(Store):
    added = 0
    def adding(self):
        Dies.added += 1
        if Dies.added == int(sys.argv[3]):
            (self.folder / "partial" / "left").write_bytes(b"half")
            os.kill(os.getpid(), signal.SIGKILL)
        return super().adding()
    def keep(self, manifest):
        os.kill(os.getpid(), signal.SIGKILL)

settings = msgspec.json.decode(sys.argv[1].encode(), type=Settings)
back_up(settings, None, Dies(Path(sys.argv[2])), with_index=True, keep=1)
"""


@pytest.mark.parametrize("dies_at", [1, 2, 99])
def test_a_backup_that_was_killed_is_none_and_the_one_before_is_whole(
    settings: Settings, line: Line, store: Store, dies_at: int
) -> None:
    name = copy(settings, store).name
    line.push("Tin mới\n\nThêm một bản tin sau lần sao đầu.")
    told = msgspec.json.encode(settings).decode()
    command = [sys.executable, "-c", DIES, told, str(store.folder), str(dies_at)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert store.names() == [name]
    assert check_backup(store, "").differences == ()
    copy(settings, store)
    assert list((store.folder / "partial").iterdir()) == []
    assert check_backup(store, "").inputs == len(WORDS) + 1


def test_on_a_full_disk_there_is_no_backup_and_the_last_whole_one_is_named(
    settings: Settings, line: Line, store: Store
) -> None:
    name = copy(settings, store, with_index=False).name
    line.push("Tin mới\n\n" + "Thêm một bản tin sau lần sao đầu. " * 4000 + os.urandom(60_000).hex())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
        with pytest.raises(Unavailable, match=f"full: free some space; the last whole one is {name}"):
            copy(settings, store, with_index=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert store.names() == [name]
    assert list((store.folder / "partial").iterdir()) == []


@pytest.mark.parametrize("harm", ["missing", "damaged", "shorter"])
def test_what_is_not_whole_in_a_backup_is_named_and_the_rest_can_be_salvaged(
    settings: Settings, line: Line, store: Store, elsewhere: Settings, harm: str
) -> None:
    manifest = copy(settings, store).manifest
    (segment,) = [item for item in manifest.items if item.kind == "segment"]
    path = store.object(segment.sha256)
    harm_file(path, harm)
    (difference, *_) = check_backup(store, "").differences
    assert (segment.name in difference.where, str(path) in difference.where) == (True, True)
    (told,) = bring(store, elsewhere)
    assert told.startswith(segment.name)
    with pytest.raises(PermanentError, match="half restored"):
        check_folder(Path(elsewhere.data_dir))
    assert len(bring(store, elsewhere, salvage=True)) == 1
    assert check_folder(Path(elsewhere.data_dir)) == VERSION
    assert found(elsewhere) == set(WORDS), "the index is whole"


def harm_file(path: Path, harm: str) -> None:
    if harm == "missing":
        path.unlink()
    elif harm == "shorter":
        os.truncate(path, path.stat().st_size - 10)
    else:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 255
        path.write_bytes(content)


def test_a_folder_that_holds_something_is_left_alone(settings: Settings, line: Line, store: Store) -> None:
    copy(settings, store)
    before = sorted(Path(settings.data_dir).rglob("*"))
    with pytest.raises(PermanentError, match="is not empty"):
        bring(store, settings)
    assert sorted(Path(settings.data_dir).rglob("*")) == before


def test_settings_may_be_laid_into_the_folder_first(
    settings: Settings, line: Line, store: Store, elsewhere: Settings
) -> None:
    copy(settings, store)
    Path(elsewhere.data_dir).mkdir(parents=True)
    Path(elsewhere.data_dir, "copydesk.toml").write_text("retention_days = 9\n")
    assert bring(store, elsewhere) == []
    assert found(elsewhere) == set(WORDS)


def test_a_restore_that_was_cut_short_goes_on(
    settings: Settings, line: Line, store: Store, elsewhere: Settings
) -> None:
    manifest = copy(settings, store).manifest
    path = store.object(next(item for item in manifest.items if item.kind == "segment").sha256)
    path.rename(path.with_suffix(".away"))
    assert len(bring(store, elsewhere)) == 1
    path.with_suffix(".away").rename(path)
    assert bring(store, elsewhere) == []
    assert check_folder(Path(elsewhere.data_dir)) == VERSION


@pytest.mark.parametrize(
    "newer", [{"data_version": VERSION + 1}, {"archive_version": 99}, {"index_schema": 999}, {"format": 2}]
)
def test_a_backup_of_a_newer_release_is_refused(
    settings: Settings, line: Line, store: Store, elsewhere: Settings, newer: dict[str, int]
) -> None:
    name = copy(settings, store).name
    rewrite(store, name, newer)
    with pytest.raises(NewerData):
        bring(store, elsewhere)
    assert not Path(elsewhere.data_dir).exists()


def rewrite(store: Store, name: str, changes: dict[str, int]) -> None:
    path = store.folder / "backups" / f"{name}.json"
    manifest = read_manifest(path.read_bytes(), name)
    path.write_bytes(write_manifest(msgspec.structs.replace(manifest, **changes)))


def test_a_manifest_that_leads_out_of_the_folder_is_refused() -> None:
    manifest = write_manifest(Manifest(release="1", made_us=1, host="h"))
    evil = manifest.replace(b'"items": []', b'"items": [{"name":"data/../../x","kind":"file","size":1,"sha256":"0"}]')
    with pytest.raises(PermanentError, match="no file of a desk"):
        read_manifest(evil, "m")


def test_a_folder_of_other_things_is_never_filled(settings: Settings, line: Line, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"x")
    with pytest.raises(PermanentError, match="holds other things"):
        copy(settings, Store(tmp_path / "photos"))
    with pytest.raises(PermanentError, match="would be lost with it"):
        copy(settings, Store(Path(settings.data_dir) / "backups"))


def test_settings_come_back_and_never_over_those_that_stand(
    settings: Settings, line: Line, store: Store, elsewhere: Settings, tmp_path: Path
) -> None:
    config = tmp_path / "copydesk.toml"
    config.write_text('[drops."hue"]\nlanguage = "vi"\n')
    back_up(settings, config, store, with_index=False, keep=1)
    target = tmp_path / "there" / "copydesk.toml"
    target.parent.mkdir()
    target.write_text("retention_days = 9\n")
    done = restore(store, "", elsewhere, target, salvage=False)
    assert (target.read_text(), done.beside) == ("retention_days = 9\n", f"{target}.restored")
    assert Path(f"{target}.restored").read_text() == config.read_text()


def test_a_desk_that_is_whole_has_no_difference(settings: Settings, line: Line) -> None:
    told = verify(settings, line.ledger, None)
    assert (told.differences, told.notes) == ((), ())
    assert (told.inputs, told.articles, told.receipts, told.forgotten) == (len(WORDS), len(WORDS), len(WORDS), 0)


def codes(settings: Settings, line: Line) -> list[tuple[str, str]]:
    return [(one.code, one.where) for one in verify(settings, line.ledger, None).differences]


def test_a_damaged_entry_is_named_by_its_place(settings: Settings, line: Line) -> None:
    place, _ = list(line.archive.entries())[2]
    (segment,) = line.archive.segments()
    content = bytearray(segment.read_bytes())
    content[int(place.rpartition(":")[2]) + 20] ^= 255
    segment.write_bytes(content)
    (damaged, lost) = codes(settings, line)
    assert damaged == ("damaged", place)
    assert lost[0] == "not-archived", "the index tells whose words these were"


def test_other_content_than_was_taken_in_is_named(settings: Settings, line: Line) -> None:
    archived = entry(now_us(), b"other words")
    wrong = msgspec.structs.replace(archived.envelope, sha="sha256:" + "0" * 64)
    (place,) = line.archive.put_batch([msgspec.structs.replace(archived, envelope=wrong)])
    assert ("damaged", place) in codes(settings, line)


def test_a_segment_that_is_gone_is_seen_by_the_index(settings: Settings, line: Line) -> None:
    for path in line.archive.segments():
        path.unlink()
    assert [code for code, _ in codes(settings, line)] == ["not-archived"] * len(WORDS)


def test_an_input_that_nobody_knows_is_named_until_it_is_recovered(settings: Settings, line: Line) -> None:
    lost = entry(now_us() - 3600 * 1_000_000, b"Tin\n\nA word that the ledger never heard of, as it was killed.")
    (place,) = line.archive.put_batch([lost])
    assert codes(settings, line) == [("unaccounted", f"{place} (receipt {lost.envelope.receipt})")]
    recover(line.ledger, line.archive, settings)
    assert codes(settings, line) == []


def test_what_was_refused_at_the_door_is_not_missing(settings: Settings, line: Line) -> None:
    receipt = entry(now_us() - 3600 * 1_000_000, b"Tin, theirs.")
    line.archive.put_batch([receipt])
    assert len(codes(settings, line)) == 1
    refused = Decision(decision="refuse", receipt=receipt.envelope.receipt, ref="x@1", at_us=now_us())
    open_decisions(settings).put_batch([refused])
    assert codes(settings, line) == []


def test_books_that_do_not_balance_are_told(settings: Settings, line: Line) -> None:
    line.ledger.client.hincrby(keys.BALANCE, "accepted", 2)
    assert codes(settings, line) == [("balance", "the ledger")]


def test_an_index_that_is_gone_or_no_index_is_told(settings: Settings, line: Line) -> None:
    line.sink.close()
    settings.index_file.write_bytes(b"no database" * 1000)
    assert [code for code, _ in codes(settings, line)] == ["index"]
    settings.index_file.unlink()
    assert "index" in [code for code, _ in codes(settings, line)]


def test_the_commands_answer_with_codes_and_json(
    settings: Settings, line: Line, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = [*options_of(settings), "--json"]
    assert cli.main(["backup", str(store.folder), *place]) == 0
    assert msgspec.json.decode(capsys.readouterr().out)["articles"] == len(WORDS)
    assert cli.main(["verify", *place]) == 0
    assert cli.main(["verify", str(store.folder), *place]) == 0
    capsys.readouterr()
    fresh = ["--data-dir", str(tmp_path / "fresh"), "--redis-url", settings.redis_url]
    assert cli.main(["restore", str(store.folder), *fresh]) == 0
    told = capsys.readouterr()
    assert "fills its Redis" in told.out
    assert cli.main(["restore", str(store.folder), *fresh]) == 2
    rewrite(store, store.names()[-1], {"data_version": VERSION + 1})
    assert cli.main(["restore", str(store.folder), "--data-dir", str(tmp_path / "other")]) == 3
    harm_file(next(store.folder.glob("objects/*/*")), "missing")
    assert cli.main(["verify", str(store.folder), *place]) == 1
