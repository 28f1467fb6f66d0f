"""Gzip in bounded steps."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InputRefused, TransientError
from shared.untrusted.gzip_stream import STEP, Inflater


def inflate(stream: bytes, step: int = 1000, max_bytes: int = 1_000_000, *, strict: bool = False) -> bytes:
    layer = Inflater(max_bytes, strict=strict)
    pieces = [piece for at in range(0, len(stream), step) for piece in layer.feed(stream[at : at + step])]
    assert all(len(piece) <= STEP for piece in pieces)
    return b"".join([*pieces, layer.finish()])


@given(st.binary(max_size=5000), st.integers(1, 5000))
def test_what_was_gzipped_comes_back_in_any_steps(body: bytes, step: int) -> None:
    assert inflate(gzip.compress(body), step) == body


def test_members_are_joined_and_junk_behind_them_is_left_out() -> None:
    assert inflate(gzip.compress(b"one ") + gzip.compress(b"two") + b"junk") == b"one two"


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=4), st.integers(1, 400), st.booleans())
def test_members_are_joined_wherever_a_chunk_ends(bodies: list[bytes], step: int, strict: bool) -> None:
    assert inflate(b"".join(map(gzip.compress, bodies)), step, strict=strict) == b"".join(bodies)


@given(st.sampled_from([b"junk", b"\0", b"\x1f", b"\x1fno"]), st.integers(1, 60))
def test_a_strict_layer_takes_neither_junk_behind_its_stream_nor_what_is_no_gzip(junk: bytes, step: int) -> None:
    with pytest.raises(TransientError, match="other bytes follow"):
        inflate(gzip.compress(b"one") + junk, step, strict=True)
    with pytest.raises(TransientError, match="not gzip"):
        inflate(junk, step, strict=True)


@given(st.binary(max_size=50).filter(lambda body: not body.startswith(b"\x1f")), st.integers(1, 50))
def test_what_is_no_gzip_is_handed_on(body: bytes, step: int) -> None:
    assert inflate(body, step) == body


@given(st.integers(2, 60))
def test_a_cut_stream_is_an_error(kept: int) -> None:
    stream = gzip.compress(b"a text that is long enough to be cut anywhere")
    with pytest.raises(TransientError, match="ends before its end"):
        inflate(stream[: min(kept, len(stream) - 1)])


def test_a_broken_stream_is_an_error() -> None:
    stream = bytearray(gzip.compress(b"a text" * 100))
    stream[12:20] = b"\xff" * 8
    with pytest.raises(TransientError, match="broken"):
        inflate(bytes(stream))


def test_a_bomb_costs_no_more_than_the_cap() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    layer = Inflater(1_000_000)
    with pytest.raises(InputRefused, match="more than 1000000"):
        list(layer.feed(bomb))


def test_a_bomb_is_opened_no_further_than_it_is_asked_for() -> None:
    """Between two steps of 64 KiB whoever reads may stop: here after three of 763."""
    layer = Inflater(50_000_000)
    steps = layer.feed(gzip.compress(b"\0" * 50_000_000))
    assert [len(next(steps)) for _ in range(3)] == [STEP] * 3
    assert layer._count == 3 * STEP
