"""Who has a place at the door, and who makes room."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.web.connections import RESERVE, Connection, ConnectionLimits, Descriptors, address_of


class Wire(Connection):
    """A connection that remembers being ended."""

    ended = False

    def end(self) -> None:
        self.ended = True


def admitted(limits: ConnectionLimits, address: str) -> Wire | None:
    wire = Wire()
    return wire if limits.admit(wire, address) else None


def test_of_those_that_do_nothing_the_one_that_waits_longest_makes_room() -> None:
    limits = ConnectionLimits(4)
    first, second = admitted(limits, "a"), admitted(limits, "a")
    third = admitted(limits, "a")
    assert first and second and third
    assert (first.ended, second.ended, third.ended, len(limits)) == (True, False, False, 2)


def test_the_address_with_most_that_do_nothing_makes_room_for_another() -> None:
    limits = ConnectionLimits(4)
    wires = [admitted(limits, address) for address in ("b", "a", "a")]
    assert wires[0]
    limits.is_working(wires[0])
    wires += [admitted(limits, "b"), admitted(limits, "c")]
    assert [wire and wire.ended for wire in wires] == [False, True, False, False, False]


def test_who_is_at_work_is_not_ended_for_anybody() -> None:
    limits = ConnectionLimits(4)
    working = [admitted(limits, address) for address in ("a", "a", "b", "b")]
    for wire in working:
        assert wire
        limits.is_working(wire)
    assert admitted(limits, "c") is None
    assert not any(wire and wire.ended for wire in working)
    assert working[0]
    limits.is_waiting(working[0])
    assert admitted(limits, "c") is not None
    assert working[0].ended


def test_one_address_has_at_most_half() -> None:
    limits = ConnectionLimits(6)
    for _ in range(3):
        wire = admitted(limits, "a")
        assert wire
        limits.is_working(wire)
    assert admitted(limits, "a") is None
    assert admitted(limits, "b") is not None


ACTS = st.lists(st.tuples(st.sampled_from(["come", "work", "wait", "leave"]), st.integers(0, 5)), max_size=60)


@given(st.integers(1, 6), ACTS)
def test_whatever_happens_those_are_counted_that_there_are(most: int, acts: list[tuple[str, int]]) -> None:
    limits, here = ConnectionLimits(most), list[tuple[Wire, str]]()
    for act, number in acts:
        address = "abc"[number % 3]
        if act == "come":
            wire = admitted(limits, address)
            here += [(wire, address)] if wire else []
        elif here:
            wire, _ = here[number % len(here)]
            {"work": limits.is_working, "wait": limits.is_waiting, "leave": limits.forget}[act](wire)
            here = [entry for entry in here if act != "leave" or entry[0] is not wire]
        here = [entry for entry in here if not entry[0].ended]
        assert len(limits) == len(here) <= most
        assert all(count <= limits.most_of_address for count in Counter(address for _, address in here).values())
    for wire, _ in here:
        limits.forget(wire)
        limits.forget(wire)
    assert (len(limits), limits._counts, limits._idle) == (0, Counter(), {})


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        pytest.param(("192.0.2.7", 5), "192.0.2.7", id="IPv4"),
        pytest.param(("::ffff:192.0.2.7", 5, 0, 0), "192.0.2.7", id="IPv4 in IPv6"),
        pytest.param(("2001:db8:1:2:3:4:5:6", 5, 0, 0), "2001:db8:1:2::/64", id="a subscriber has a /64"),
        pytest.param(("fe80::1%eth0", 5, 0, 2), "fe80::/64", id="with its zone"),
    ],
)
def test_a_connection_counts_for_whom_it_comes_from(peer: tuple[str, int], address: str) -> None:
    assert address_of(peer) == address


@pytest.mark.parametrize(
    ("allowed", "connections", "bodies"),
    [(256, 144, 48), (20_000, 2000, 4984), (100, 27, 9), (10, 12, 4)],
)
def test_descriptors_are_parted_so_that_the_desk_keeps_its_own(allowed: int, connections: int, bodies: int) -> None:
    parted = Descriptors(allowed, 2000)
    assert (parted.for_connections, parted.for_bodies) == (connections, bodies)
    assert allowed < RESERVE + 16 or connections + bodies <= allowed - RESERVE
