"""Pings of a hub: when one is sent, of which feeds, and what a hub's answers mean."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.index.sinks.registry import open_sink
from services.index.sinks.sink import Delivery, SinkEnded
from services.index.sinks.websub import LAG_S, WebSubSink
from shared.errors import PermanentError, Unavailable
from shared.settings import Settings
from shared.sink_settings import SinkSettings, WrongSink, hubs_of, read_tables
from tests.engines.hub import Hub, hub
from tests.entries import make_entry

DESK = Settings(allow_networks=("127.0.0.0/8",), fetch_timeout_s=2)
S = 1_000_000
NOW = 2_000_000_000 * S
TOPICS = ("https://desk.example/v1/feeds/a.atom?key=cd_a", "https://desk.example/v1/feeds/a.json?key=cd_a")


class Clock:
    """A clock that a wait moves on."""

    def __init__(self) -> None:
        self.now = NOW
        self.waits: list[float] = []

    def __call__(self) -> int:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += round(seconds * S)


@pytest.fixture
def kept() -> Iterator[Hub]:
    with hub() as kept:
        yield kept


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sink(kept: Hub, clock: Clock) -> Iterator[WebSubSink]:
    settings = SinkSettings(url=f"websub+{kept.url}", topics=TOPICS)
    sink = WebSubSink("hub", settings, DESK, clock=clock, wait=clock.wait)
    yield sink
    sink.close()


def delivery(version: int) -> Delivery:
    entry = make_entry("a", version)
    return Delivery(change=1, version=version, since_us=1, article_id="a", rev=version, kind="put", entry=entry)


def test_a_bulk_is_one_ping_of_each_feed(sink: WebSubSink, kept: Hub) -> None:
    assert sink.deliver([delivery(NOW - 100 * S + number) for number in range(50)]) == [None] * 50
    assert sorted(kept.pings) == sorted(TOPICS)


def test_all_that_there_was_is_one_ping_however_many_bulks_it_makes(sink: WebSubSink, kept: Hub, clock: Clock) -> None:
    for day in range(30, 1, -1):
        assert sink.deliver([delivery(NOW - day * 86_400 * S)]) == [None]
    assert len(kept.pings) == len(TOPICS)
    assert clock.waits == []
    sink.deliver([delivery(NOW)])
    assert len(kept.pings) == 2 * len(TOPICS)
    clock.now += 61 * S
    sink.deliver([delivery(NOW - 86_400 * S)])  # as a person asks for who replays
    assert len(kept.pings) == 3 * len(TOPICS)


def test_a_hub_is_told_when_words_can_be_found_and_no_oftener(sink: WebSubSink, kept: Hub, clock: Clock) -> None:
    sink.deliver([delivery(NOW)])
    assert clock.waits == [LAG_S]
    clock.now += S
    sink.deliver([delivery(NOW + 3 * S)])
    assert clock.waits == [LAG_S, LAG_S - 1]
    sink.deliver([delivery(clock.now + 3600 * S)])  # by a clock that is ahead of ours
    assert clock.waits[2] == LAG_S
    assert len(kept.pings) == 3 * len(TOPICS)


@pytest.mark.parametrize(
    ("status", "ends"),
    [
        pytest.param(500, Unavailable, id="a hub in trouble"),
        pytest.param(403, Unavailable, id="one that does not know the feed"),
        pytest.param(410, SinkEnded, id="one that wants no more"),
    ],
)
def test_a_hub_that_does_not_take_a_ping_is_asked_again(
    sink: WebSubSink, kept: Hub, status: int, ends: type[Unavailable]
) -> None:
    kept.status = status
    with pytest.raises(ends):
        sink.deliver([delivery(NOW)])
    assert kept.pings == []
    kept.status = 204
    assert sink.deliver([delivery(NOW)]) == [None]
    assert sorted(kept.pings) == sorted(TOPICS)


def test_a_hub_inside_is_not_asked_unless_that_is_allowed(kept: Hub, clock: Clock) -> None:
    settings = SinkSettings(url=f"websub+{kept.url}", topics=TOPICS)
    guarded = WebSubSink("hub", settings, Settings(), clock=clock, wait=clock.wait)
    with pytest.raises(Unavailable, match="allow_networks"):
        guarded.deliver([delivery(NOW)])
    guarded.close()
    assert kept.pings == []


@pytest.mark.parametrize(
    ("url", "topics"),
    [("websub+https://hub.example/", ()), ("websub+https://hub.example/", ("/v1/feeds/a.atom",)), ("websub:x", TOPICS)],
)
def test_a_hub_without_an_address_or_feeds_is_refused(url: str, topics: tuple[str, ...]) -> None:
    with pytest.raises(PermanentError, match=r"websub\+https|topics"):
        open_sink("hub", SinkSettings(url=url, topics=topics), Settings())


def test_the_hubs_of_a_feed_are_those_that_are_told_of_it(tmp_path: Path) -> None:
    file = tmp_path / "topics"
    file.write_text("\n".join(TOPICS))
    sinks = read_tables(
        {
            "one": {"url": "websub+https://one.example/", "topics_file": str(file)},
            "two": {"url": "websub+https://two.example/", "topics": [TOPICS[0]]},
            "hook": {"url": "webhook+https://cms.example/"},
        }
    )
    assert hubs_of(sinks, TOPICS[0]) == ("https://one.example/", "https://two.example/")
    assert hubs_of(sinks, TOPICS[1]) == ("https://one.example/",)
    assert hubs_of(sinks, "https://desk.example/v1/feeds/a.atom") == ()
    with pytest.raises(WrongSink, match="cannot be read"):
        read_tables({"one": {"url": "websub+https://one.example/", "topics_file": str(tmp_path / "none")}})
