"""A missed goal fails the run, and a percentile has samples enough to be one."""

from pathlib import Path

import pytest

from benchmarks.figures import Figure, judge, percentile, read_baseline, write_baseline


@pytest.mark.parametrize(
    ("value", "goal", "stored", "why"),
    [
        pytest.param(1.2, 1.0, None, [], id="a fifth above the goal is still noise"),
        pytest.param(1.21, 1.0, None, ["goal"], id="more than a fifth is a miss"),
        pytest.param(1.3, None, 1.0, ["stored ratio"], id="worse than the run before"),
        pytest.param(2.0, 1.0, 1.0, ["goal", "stored ratio"], id="both"),
        pytest.param(9.0, None, None, [], id="nothing to compare with"),
        pytest.param(0.1, 1.0, 1.0, [], id="better than both"),
    ],
)
def test_what_is_missed(value: float, goal: float | None, stored: float | None, why: list[str]) -> None:
    figure = Figure(name="x", value=value, unit="", goal=goal, is_ratio=True)
    assert [missed.why for missed in judge([figure], {} if stored is None else {"x": stored})] == why


def test_only_ratios_are_kept_and_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    write_baseline([Figure(name="a", value=1.0, unit="×", is_ratio=True)], path)
    write_baseline(
        [Figure(name="b", value=2.0, unit="×", is_ratio=True), Figure(name="ms", value=3.0, unit="ms")], path
    )
    assert read_baseline(path) == {"a": 1.0, "b": 2.0}


def test_a_percentile_of_too_few_is_refused() -> None:
    assert percentile(range(1, 101), 50) == 50
    assert percentile(range(1, 1001), 99) == 990
    with pytest.raises(ValueError, match="p99 needs 300 samples, 60 were taken"):
        percentile(range(60), 99)
