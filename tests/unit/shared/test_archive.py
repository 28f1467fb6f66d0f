"""The archive gives back every byte, survives torn ends and full disks, and never half-writes a batch."""

import contextlib
import os
import resource
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.archive import DECISIONS, Archive
from shared.archive_entries import VERSION, Archived, Decision, pack_body, unpack_body
from shared.archive_erasure import _blank, erase
from shared.envelope import Envelope, Source
from shared.errors import IntakeFull, NewerData, PermanentError
from shared.segments import CHUNK, FRAME, MAGIC

LIMIT = 1_000_000


def entry(number: int, body: bytes = b"") -> Archived:
    return Archived(
        envelope=Envelope(
            receipt=f"r{number}",
            received_us=number,
            source=Source(kind="push", name="desk"),
            media_type="text/plain",
            sha=f"sha:{number}",
        ),
        body=pack_body(body or f"bài {number}".encode()),
    )


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def test_what_was_put_is_read_again_in_order_and_by_place(archive: Archive) -> None:
    places = archive.put_batch([entry(1), entry(2)]) + archive.put_batch([entry(3)])
    assert [(place, e.envelope.receipt) for place, e in archive.entries()] == list(
        zip(places, ["r1", "r2", "r3"], strict=True)
    )
    assert archive.get(places[1], limit=LIMIT) == "bài 2".encode()
    archive.close()
    assert archive.get(places[1], limit=LIMIT) == "bài 2".encode()


@pytest.mark.parametrize("gone", [(2, 3), (0, 5), (4, 4), (7, 8)])
def test_what_lies_behind_a_bad_block_is_read(archive: Archive, gone: tuple[int, int]) -> None:
    """A block of a disk holds several entries: their lengths lead nowhere any more."""
    places = archive.put_batch([entry(number) for number in range(9)])
    archive.close()
    (path,) = archive.segments()
    offsets = [int(place.rpartition(":")[2]) for place in places] + [path.stat().st_size]
    first, last = gone
    with path.open("r+b") as file:
        file.seek(offsets[first])
        file.write(os.urandom(offsets[last + 1] - offsets[first]))
    whole = [f"r{number}" for number in range(9) if not first <= number <= last]
    assert [one.envelope.receipt for _, one in archive.entries()] == whole
    assert [place for place, _ in archive.entries()] == [places[int(name[1:])] for name in whole]


@pytest.mark.parametrize("behind", ["", "more"])
def test_zeros_that_a_loss_of_power_leaves_are_passed_over(archive: Archive, behind: str) -> None:
    """A frame of zeros has no length, and the checksum of nothing."""
    archive.put_batch([entry(1)])
    (path,) = archive.segments()
    kept = path.read_bytes()
    path.write_bytes(kept + bytes(4096) + (kept[len(MAGIC) :] if behind else b""))
    assert [one.envelope.receipt for _, one in archive.entries()] == ["r1", "r1"][: 2 if behind else 1]


def test_a_bad_block_across_two_looks_of_the_search_is_passed_over(archive: Archive) -> None:
    """The next whole entry begins where one chunk ends and the next one starts."""
    for shift in range(-12, 13):
        first = Archive(archive.folder / str(shift))
        padding = os.urandom(CHUNK + shift - 100)
        places = first.put_batch([entry(1, padding), entry(2)])
        (path,) = first.segments()
        with path.open("r+b") as file:
            file.seek(len(MAGIC))
            file.write(b"\xff" * 40)  # its length too
        assert [place for place, _ in first.entries()] == places[1:]


@given(st.binary(max_size=300), st.integers(0, 400))
def test_whatever_stands_in_a_segment_reading_ends_and_raises_nothing(noise: bytes, at: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive = Archive(Path(folder))
        archive.put_batch([entry(1), entry(2)])
        (path,) = archive.segments()
        content = path.read_bytes()
        path.write_bytes(content[: len(MAGIC) + at] + noise + content[len(MAGIC) + at :])
        assert len(list(archive.entries())) <= 2


def test_two_writers_never_share_a_segment(tmp_path: Path) -> None:
    one, two = Archive(tmp_path), Archive(tmp_path)
    one.put_batch([entry(1)])
    two.put_batch([entry(2)])
    one.put_batch([entry(3)])
    assert len(one.segments()) == 2
    assert {e.envelope.receipt for _, e in two.entries()} == {"r1", "r2", "r3"}


def test_only_what_came_since_is_read(archive: Archive) -> None:
    archive.put_batch([entry(1), entry(5)])
    assert [e.envelope.received_us for _, e in archive.entries(since_us=3)] == [5]


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_torn_end_hides_no_earlier_entry(archive: Archive, cut: int) -> None:
    archive.put_batch([entry(1), entry(2)])
    segment = archive.segments()[0]
    segment.write_bytes(segment.read_bytes()[:-cut])
    assert [e.envelope.receipt for _, e in Archive(archive.folder).entries()] == ["r1"]


def test_a_damaged_entry_is_said_to_be_damaged(archive: Archive) -> None:
    place = archive.put_batch([entry(1)])[0]
    segment = archive.segments()[0]
    segment.write_bytes(segment.read_bytes()[:-1] + b"?")
    with pytest.raises(PermanentError, match="damaged"):
        archive.get(place, limit=LIMIT)


@pytest.mark.parametrize("place", ["nowhere:8", "../../etc/passwd:0", "", "x", "1-h-2:-5"])
def test_a_place_that_does_not_exist_is_refused(archive: Archive, place: str) -> None:
    with pytest.raises(PermanentError):
        archive.get(place, limit=LIMIT)


def test_a_file_that_is_no_segment_is_passed_over(archive: Archive) -> None:
    archive.put_batch([entry(1)])
    (archive.folder / "0-other-1.seg").write_bytes(b"something else")
    assert [e.envelope.receipt for _, e in archive.entries()] == ["r1"]


def test_a_reserve_of_disk_is_kept_free(tmp_path: Path) -> None:
    with pytest.raises(IntakeFull, match="full"):
        Archive(tmp_path, reserve_bytes=1 << 60).put_batch([entry(1)])


@contextlib.contextmanager
def small_files() -> Iterator[None]:
    """The kernel refuses to let any file grow beyond 4 KiB, as a full disk would; also one that pytest writes to."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_no_half_batch_and_writing_goes_on_when_there_is_room(
    archive: Archive,
) -> None:
    archive.put_batch([entry(1)])
    noise = bytes(range(256)) * 16
    with small_files(), pytest.raises(IntakeFull):
        archive.put_batch([entry(n, bytes(b ^ n for b in noise) * n) for n in range(2, 40)])
    assert [e.envelope.receipt for _, e in archive.entries()] == ["r1"]
    archive.put_batch([entry(40)])
    assert [e.envelope.receipt for _, e in archive.entries()] == ["r1", "r40"]


def test_refused_batches_leave_no_files_behind(tmp_path: Path) -> None:
    archive = Archive(tmp_path, reserve_bytes=1 << 60)
    for number in range(5):
        with pytest.raises(IntakeFull):
            archive.put_batch([entry(number)])
    assert archive.segments() == []


def test_a_body_that_claims_too_much_is_not_unpacked() -> None:
    with pytest.raises(PermanentError):
        unpack_body(pack_body(b"x" * 2000), 1000)


def test_segments_say_what_they_are(archive: Archive) -> None:
    archive.put_batch([entry(1)])
    assert archive.segments()[0].read_bytes().startswith(MAGIC)


def write_entry(archive: Archive, entry: dict[str, object]) -> str:
    """A segment as a release of another layout left it."""
    payload = msgspec.msgpack.encode(entry)
    archive.folder.mkdir()
    (archive.folder / "1-old-1.seg").write_bytes(MAGIC + FRAME.pack(len(payload), zlib.crc32(payload)) + payload)
    return f"1-old-1:{len(MAGIC)}"


FIRST = {
    "receipt": "r1", "rev": 7, "source": {"kind": "feed", "name": "http://a.example/"}, "mediaType": "text/plain",
    "sha": "sha256:1", "body": pack_body("bài cũ".encode()), "aliases": ["url:http://a.example/1"],
    "url": "http://a.example/1",
}  # fmt: skip


def test_an_entry_of_the_first_release_is_read_as_it_was_meant(archive: Archive) -> None:
    place = write_entry(archive, FIRST)
    [(found, old)] = archive.entries()
    assert found == place
    assert old.envelope == Envelope(
        receipt="r1",
        received_us=7,
        source=Source(kind="feed", name="http://a.example/"),
        media_type="text/plain",
        sha="sha256:1",
        aliases=("url:http://a.example/1", "url:https://a.example/1"),
        url="http://a.example/1",
    )
    assert archive.get(place, limit=LIMIT) == "bài cũ".encode()


def test_an_entry_of_a_newer_release_is_told_and_not_guessed_at(archive: Archive) -> None:
    place = write_entry(archive, FIRST | {"v": VERSION + 1})
    told = f"{place} has version {VERSION + 1}, and this release knows up to {VERSION}: .* start the newer Copydesk"
    with pytest.raises(NewerData, match=told):
        list(archive.entries())
    with pytest.raises(NewerData, match=told):
        archive.get(place, limit=LIMIT)


def test_what_lies_behind_an_entry_of_a_newer_release_is_read_all_the_same(archive: Archive) -> None:
    place = write_entry(archive, FIRST | {"v": VERSION + 1})
    archive.put_batch([entry(8)])
    newer: list[tuple[str, int]] = []
    found = list(archive.entries(on_newer=lambda where, one: newer.append((where, one.version))))
    assert [one.envelope.receipt for _, one in found] == ["r8"]
    assert newer == [(place, VERSION + 1)]


def test_decisions_stand_in_segments_of_their_own(archive: Archive) -> None:
    made = [
        Decision(decision="replay", receipt="r2", ref="a@2", at_us=2, reason="vì sao"),
        Decision(decision="discard", receipt="r1", ref="a@1", at_us=1, reason="vì sao"),
    ]
    archive.put_batch([entry(1)])
    log = Archive(archive.folder, label=DECISIONS)
    log.put_batch(made)
    log.close()
    assert [(one.decision, one.receipt, one.reason) for one in archive.decisions()] == [
        ("discard", "r1", "vì sao"),
        ("replay", "r2", "vì sao"),
    ]
    assert [one.envelope.receipt for _, one in archive.entries()] == ["r1"]


def test_a_segment_that_is_sealed_while_it_is_looked_for_is_read_all_the_same(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    (place,) = archive.put_batch([entry(1, b"a")])
    listed = archive.segments()
    archive.close()
    assert not listed[0].exists()
    assert archive.get(place, limit=1000)
    late = Archive(tmp_path)
    late.segments = lambda: listed  # type: ignore[method-assign]  # as it was listed before the sealing
    assert len(list(late.entries(since_us=1))) == 1


def test_an_erased_entry_is_gone_and_its_neighbours_stay(archive: Archive) -> None:
    places = archive.put_batch([entry(number) for number in range(3)])
    receipts = [found.envelope.receipt for _, found in archive.entries()]
    assert erase(archive.folder, [(places[1], receipts[1])], "a", 5) == 1
    archive.put_batch([entry(3)])
    assert [place for place, _ in archive.entries()][:2] == [places[0], places[2]]
    assert len(list(archive.entries())) == 3
    with pytest.raises(PermanentError, match="erased"):
        archive.get(places[1], limit=LIMIT)
    assert erase(archive.folder, [(places[1], receipts[1])], "a", 5) == 1, "once more"


def test_an_entry_of_any_length_can_be_erased() -> None:
    for length in (*range(160, 480), *range(65_600, 65_700)):
        assert len(_blank(length, "r" * 27, "a" * 26, 1_700_000_000_000_000)) == length


def test_a_damaged_entry_hides_none_behind_it(archive: Archive) -> None:
    places = archive.put_batch([entry(number) for number in range(3)])
    (segment,) = archive.segments()
    at = int(places[1].rpartition(":")[2]) + 20
    content = bytearray(segment.read_bytes())
    content[at] ^= 0xFF
    segment.write_bytes(content)
    assert [place for place, _ in archive.entries()] == [places[0], places[2]]
