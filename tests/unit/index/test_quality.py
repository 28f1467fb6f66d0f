"""When a source counts as changed."""

import datetime as dt

import pytest

from services.index.quality import Reading, compare, read_sample
from shared.article import Article, Block, Evidence

AT = dt.datetime(2026, 11, 28, 6, 0, tzinfo=dt.UTC)


def reading(count: int = 40, headline: float = 1.0, byline: float = 0.9, length: int = 2000) -> Reading:
    return Reading(count=count, headline=headline, date=1.0, byline=byline, caption=0.5, length=length)


@pytest.mark.parametrize(
    ("now", "past", "changed"),
    [
        pytest.param(reading(), reading(count=100), (), id="as ever"),
        pytest.param(reading(byline=0.0), reading(count=100), ("byline",), id="the bylines are gone"),
        pytest.param(reading(byline=0.75), reading(count=100), (), id="fewer bylines are the news of the day"),
        pytest.param(reading(count=4, byline=0.0), reading(count=100), (), id="four articles tell nothing"),
        pytest.param(reading(byline=0.0), reading(count=5), (), id="a source without a past"),
        pytest.param(reading(length=300), reading(count=100), ("length",), id="teasers instead of articles"),
        pytest.param(reading(byline=0.9), reading(count=100, byline=0.1), ("byline",), id="a gain is a change too"),
        pytest.param(reading(length=0), reading(count=100, length=0), (), id="bodies were never read"),
    ],
)
def test_a_change_is_told_from_chance(now: Reading, past: Reading, changed: tuple[str, ...]) -> None:
    assert compare("feed:https://tin.example/rss", 0, now, past).changed == changed


def test_a_sample_says_what_its_articles_have() -> None:
    whole = Article(
        headline="Huế", byline="Lan", first_created=AT, zone_rule="declared",
        blocks=(Block(type="paragraph", text="x" * 10), Block(type="picture", caption="Cầu")),
    )  # fmt: skip
    bare = Article(first_created=AT, zone_rule="assumed", blocks=(Block(type="list", items=("ab", "cd")),))
    assert read_sample([whole, bare]) == Reading(count=2, headline=0.5, date=0.5, byline=0.5, caption=0.5, length=7)
    assert read_sample([]).count == 0


def test_a_setting_that_finds_nothing_any_more_is_a_change() -> None:
    missed = Article(headline="Huế", evidence=(Evidence(field="settings.headline", rule="found nothing", sure=1.0),))
    now, past = read_sample([missed] * 10), read_sample([Article(headline="Huế")] * 20)
    assert (now.missed, past.missed) == (1.0, 0.0)
    assert compare("push:hue", 0, now, past).changed == ("missed",)
