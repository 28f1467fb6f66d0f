"""How entries are kept."""

import hashlib

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from services.index.packing import DICTIONARIES, Packer, unpack
from tests.entries import make_entry


@given(st.binary())
def test_what_is_packed_comes_out_as_it_went_in(entry: bytes) -> None:
    assert unpack(Packer().pack(entry)) == entry


def test_what_an_older_release_packed_is_read() -> None:
    entry = msgspec.json.encode(make_entry())
    assert unpack(zstandard.compress(entry)) == entry
    assert unpack(Packer(b"\x01").pack(entry)) == entry


def test_an_entry_takes_less_room_than_it_would_by_itself() -> None:
    entry = msgspec.json.encode(make_entry())
    assert len(Packer().pack(entry)) < 0.6 * len(zstandard.compress(entry))


@pytest.mark.parametrize("kept", [b"", b"\x01", b"\x01garbage", b"\x02", b"\x02garbage", b"garbage"])
def test_what_is_damaged_is_told(kept: bytes) -> None:
    with pytest.raises(zstandard.ZstdError):
        unpack(kept)


def test_the_dictionaries_are_never_changed() -> None:
    """What was packed with them can only be read with them: when this fails, put them back, and add others."""
    told = {mark: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for mark, path in DICTIONARIES.items()}
    assert told == {b"\x01": "643a4e884b4f892e", b"\x02": "8a90e3f3c951e964"}
