"""Which messages a worker holds though nobody works on them."""

import pytest

from shared.work.held_messages import HeldMessages

Look = tuple[set[str], set[str]]


@pytest.mark.parametrize(
    ("looks", "lost"),
    [
        pytest.param([({"a"}, {"a"}), ({"a"}, {"a"})], set(), id="one that is worked on is in good hands"),
        pytest.param([({"a"}, set()), ({"a"}, {"a"})], set(), id="one on its way to a hand is none that is lost"),
        pytest.param([({"a"}, set()), ({"b"}, set())], set(), id="another one each time"),
        pytest.param([({"a"}, set()), ({"a"}, set())], {"a"}, id="held twice by nobody"),
        pytest.param([({"a", "b"}, {"b"}), ({"a", "b"}, {"b"})], {"a"}, id="beside one that is worked on"),
    ],
)
def test_lost_is_what_nobody_worked_on_at_two_looks(looks: list[Look], lost: set[str]) -> None:
    held = HeldMessages()
    assert [held.lost(*look) for look in looks][-1] == lost
