"""One grammar of sources, the same for a list in memory and for an index in order."""

import sqlite3

import pytest

from shared.source_filter import bounds_of, fits_source, may_be_source, takes_source

NAMES = [
    "drop:", "drop:hue/a", "feed:https://a.example/rss", "feed:https://b.example/rss?id=1", "push:command line",
    "push:hue", "push:hue-daily", "push:huế",
]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "taken"),
    [
        ("", NAMES),
        ("*", NAMES),
        ("push", NAMES[4:]),
        ("push:*", NAMES[4:]),
        ("p*", NAMES[4:]),
        ("drop", NAMES[:2]),
        ("drop:", ["drop:"]),
        ("drop:hue/*", ["drop:hue/a"]),
        ("push:hue", ["push:hue"]),
        ("push:hue*", ["push:hue", "push:hue-daily"]),
        ("push:hu*", ["push:hue", "push:hue-daily", "push:huế"]),
        ("feed:https://b.example/*", ["feed:https://b.example/rss?id=1"]),
        ("feed:https://b.example/rss?id=1", ["feed:https://b.example/rss?id=1"]),
        ("pus", []),
        ("push:h?e", []),
    ],
)
def test_what_a_filter_takes(wanted: str, taken: list[str]) -> None:
    assert [name for name in NAMES if takes_source(wanted, name)] == taken
    bounds = bounds_of(wanted)
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE articles (name TEXT PRIMARY KEY)")
    database.executemany("INSERT INTO articles VALUES (?)", [(name,) for name in NAMES])
    sql, values = ("name = ?", (wanted,)) if bounds is None else ("name >= ? AND name < ?", bounds)
    found = database.execute(f"SELECT name FROM articles WHERE {sql} ORDER BY name", values)  # noqa: S608 - of two
    assert [name for (name,) in found] == taken
    database.close()


@pytest.mark.parametrize(
    ("wanted", "is_one"),
    [("push", True), ("push:x", True), ("fe*", True), ("*", True), ("feed:*", True), ("web", False), ("web:*", False),
     ("pushed*", False), ("pus", False)],
)  # fmt: skip
def test_what_may_be_a_source(wanted: str, is_one: bool) -> None:
    assert may_be_source(wanted) is is_one


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("feed:https://b.example/rss?id=1", True),
        ("feed:https://b.example/rss?id=*", True),
        ("feed:*/rss*", True),
        ("*rss?id=1", True),
        ("feed", True),
        ("feed:https://b.example/rss.id=1", False),
        ("feed:https://?.example/*", False),
        ("feed:https://[ab].example/*", False),
        ("*rss", False),
    ],
)
def test_in_a_pattern_the_star_alone_stands_for_others(pattern: str, fits: bool) -> None:
    assert fits_source(pattern, "feed:https://b.example/rss?id=1") is fits
