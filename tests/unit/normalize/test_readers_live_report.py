"""Live reports: each entry with its instant, its writer and its words."""

import datetime as dt
import json

import pytest

from services.normalize.pipeline import normalize
from shared.article import Article, Block, LiveEntry
from shared.envelope import Raw, Source

TEXT = "<p>The council met on Tuesday, and after four hours of talks, it agreed to repair the old bridge at last.</p>"


def report(*updates: object) -> Article:
    story = {"@type": "LiveBlogPosting", "headline": "Storm day", "liveBlogUpdate": list(updates)}
    head = f"<title>Storm day</title><script type='application/ld+json'>{json.dumps(story)}</script>"
    page = f"<html><head>{head}</head><body><article><h1>Storm day</h1>{TEXT * 3}</article></body></html>"
    source = Source(kind="push", name="desk", zone="Europe/Berlin")
    return normalize(Raw(source=source, media_type="text/html", body=page.encode(), received_us=1))


@pytest.mark.parametrize(
    ("stamp", "hour"),
    [("2026-03-02T09:00:00+01:00", 8), ("2026-03-02T09:00:00Z", 9), ("2026-03-02T09:00", 8)],
)
def test_an_entry_has_its_instant_writer_and_words(stamp: str, hour: int) -> None:
    update = {
        "@type": "BlogPosting",
        "headline": "Ferry stopped",
        "datePublished": stamp,
        "author": {"@type": "Person", "name": "Anna Berg"},
        "articleBody": "<p>No ship sails.</p><ul><li>Kiel</li><li>Lund</li></ul>",
    }
    assert report(update).live_entries == (
        LiveEntry(
            at=dt.datetime(2026, 3, 2, hour, tzinfo=dt.UTC),
            headline="Ferry stopped",
            byline="Anna Berg",
            blocks=(Block(type="paragraph", text="No ship sails."), Block(type="list", items=("Kiel", "Lund"))),
        ),
    )


@pytest.mark.parametrize(
    "update", [{}, {"datePublished": "2026-03-02T09:00Z"}, "words", None, {"articleBody": ["a"]}, {"author": "A"}]
)
def test_an_entry_without_words_is_none(update: object) -> None:
    assert report(update).live_entries == ()


def test_each_entry_has_its_evidence() -> None:
    article = report({"articleBody": "First."}, {"articleBody": "Second."})
    seen = [(item.quote, item.path) for item in article.evidence if item.field.startswith("live_entries")]
    assert [quote for quote, _ in seen] == ["First.", "Second."]
    assert (seen[1][1] or "").endswith("$.liveBlogUpdate[1]")
