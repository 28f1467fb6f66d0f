"""The entries of a live report that a page prints and does not declare."""

import datetime as dt

import pytest

from services.normalize.pipeline import normalize
from shared.article import Article
from shared.envelope import Raw, Source

LEAD = "<p>A storm came over the bay on Saturday, and the harbour office counts what it left behind there.</p>"
SAID = "The harbour office says that no boat was lost at the {n} o'clock count, and that the quay holds."


def read(entries: str, head: str = "") -> Article:
    text = (
        f"<article><h1>Storm over the bay</h1><time datetime='2026-03-02'>2 March 2026</time>{LEAD}{entries}</article>"
    )
    markup = f"<html lang='en'><head><title>Storm over the bay</title>{head}</head><body>{text}</body></html>"
    source = Source(kind="push", name="t", zone="Europe/Berlin")
    return normalize(Raw(source=source, media_type="text/html", body=markup.encode(), received_us=0))


def entries(clock: str, hours: tuple[int, ...] = (12, 11, 10), tag: str = "div") -> str:
    return "".join(
        f"<{tag}>{clock.format(n=n)} <span class='author'>Ida Moe</span><h3>Count of {n}</h3>"
        f"<p>{SAID.format(n=n)}</p></{tag}>"
        for n in hours
    )


@pytest.mark.parametrize(
    "clock",
    [
        pytest.param("<time datetime='2026-03-02T{n}:05:00+01:00'>{n}:05</time>", id="an instant in the markup"),
        pytest.param("<p>{n}:05</p>", id="a clock on a line of its own, on the article's day"),
    ],
)
@pytest.mark.parametrize("tag", ["div", "li", "section"])
def test_each_box_under_a_clock_is_an_entry(clock: str, tag: str) -> None:
    article = read(entries(clock, tag=tag))
    assert article.kind == "live"
    assert [entry.headline for entry in article.live_entries] == ["Count of 12", "Count of 11", "Count of 10"]
    first = article.live_entries[0]
    assert first.at == dt.datetime(2026, 3, 2, 11, 5, tzinfo=dt.UTC)
    assert first.byline == "Ida Moe"
    assert SAID.format(n=12) in [block.text for block in first.blocks]


def test_boxes_that_go_forward_in_time_are_a_live_report_only_where_the_page_says_so() -> None:
    clock = "<time datetime='2026-03-02T{n}:05:00+01:00'>{n}:05</time>"
    forward = entries(clock, hours=(10, 11, 12))
    assert read(forward).live_entries == ()
    assert len(read(f"<p>Live</p>{forward}").live_entries) == 3
    said = '<script type="application/ld+json">{"@type": "LiveBlogPosting", "headline": "Storm over the bay"}</script>'
    assert len(read(forward, head=said).live_entries) == 3


def test_boxes_under_days_are_no_entries() -> None:
    article = read(entries("<time datetime='2026-03-{n}'>{n} March</time>"))
    assert article.live_entries == ()
    assert article.kind is None
