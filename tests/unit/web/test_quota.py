"""What one publisher may send in a minute."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.web.keys import Keys
from services.web.problems import Problem
from services.web.quota import Quota
from services.web.routes import front_door
from tests.unit.web.caller import Caller
from tests.unit.web.stand_ins import KEY, SECRET, Desk, a_desk

TEXT = {"Content_Type": "text/plain"}
HANOI = f"Bearer cd_hanoi_{'h' * 43}"


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def taken(quota: Quota, tries: int, name: str = "hue") -> int:
    count = 0
    for _ in range(tries):
        try:
            quota.take(name)
        except Problem:
            continue
        count += 1
    return count


def test_a_minute_s_articles_may_come_at_once_and_then_as_they_fill_again() -> None:
    clock = Clock()
    quota = Quota(60, clock)
    assert taken(quota, 100) == 60
    with pytest.raises(Problem) as refused:
        quota.take("hue")
    assert (refused.value.kind.status, refused.value.headers["Retry-After"]) == (429, "1")
    clock.now = 10
    assert taken(quota, 100) == 10
    assert taken(quota, 100, "hanoi") == 60


def test_a_batch_may_overdraw_it_and_the_next_one_waits_longer() -> None:
    clock = Clock()
    quota = Quota(60, clock)
    quota.charge("hue", 150)
    with pytest.raises(Problem) as refused:
        quota.take("hue")
    assert refused.value.headers["Retry-After"] == "91"
    clock.now = 91
    assert taken(quota, 5) == 1


@given(st.integers(1, 1000), st.lists(st.tuples(st.floats(0, 30), st.integers(0, 50)), max_size=30))
def test_in_any_time_there_is_no_more_than_the_first_minute_s_and_the_rate(
    rate: int, steps: list[tuple[float, int]]
) -> None:
    clock = Clock()
    quota = Quota(rate, clock)
    total = 0
    for pause, tries in steps:
        clock.now += pause
        total += taken(quota, tries)
        assert total <= rate + clock.now * rate / 60 + 1e-6


def test_the_answers_tell_what_is_left_and_a_refusal_concerns_nobody_else(tmp_path: Path) -> None:
    desk = a_desk(Keys(tmp_path / "keys.json", listed=SECRET))
    object.__setattr__(desk.app_state, "quota", Quota(2, Clock()))
    with Caller(front_door(desk.app_state), {"Authorization": f"Bearer {KEY}"}) as client:
        answers = [client.post("/v1/articles", b"Bai %d" % number, **TEXT) for number in range(3)]
        assert [answer.status for answer in answers] == [202, 202, 429]
        assert [answer.headers["ratelimit"] for answer in answers] == [
            '"articles";r=1;t=30', '"articles";r=0;t=60', '"articles";r=0;t=60',
        ]  # fmt: skip
        assert answers[2].headers["ratelimit-policy"] == '"articles";q=2;w=60'
        assert answers[2].headers["retry-after"] == "30"
        assert client.post("/v1/articles", b"of another", **(TEXT | {"Authorization": HANOI})).status == 202
        assert client.get("/v1/articles").status == 200
    assert len(desk.intake.taken) == 3


def test_a_list_of_articles_counts_as_many(client: Caller, desk: Desk) -> None:
    object.__setattr__(desk.app_state, "quota", Quota(10, Clock()))
    body = b'[{"headline": "a", "uri": "a:1"}, {"headline": "b", "uri": "a:2"}, {"headline": "c", "uri": "a:3"}]'
    answer = client.post("/v1/articles", body, Content_Type="application/json")
    assert (answer.status, answer.headers["ratelimit"]) == (202, '"articles";r=7;t=18')
