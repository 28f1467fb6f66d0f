"""Names that scorers and programs outside import: moved or reshaped, they would read nothing, and not say so."""

import importlib

import pytest

from services.ingest.drops import make_drop_inputs
from services.ingest.feeds import make_inputs, read_feed
from shared.envelope import Input, Source

NAMES = (
    "services.index.revisions.Entry",
    "services.index.search.Index",
    "services.index.sinks.sqlite.FILE_NAME",
    "services.index.sinks.sqlite.SqliteSink",
    "shared.article.Article",
    "shared.article.Block",
    "shared.errors.CopydeskError",
    "shared.messages.Event",
    "shared.messages.Source",
)
FEED = b"<rss version='2.0'><channel><item><title>Tin</title><link>https://thu.example/1</link></item></channel></rss>"


@pytest.mark.parametrize("name", NAMES)
def test_what_others_import_is_there(name: str) -> None:
    module, _, member = name.rpartition(".")
    assert hasattr(importlib.import_module(module), member)


def test_each_entry_of_a_feed_is_asked_for_its_input() -> None:
    url = "https://thu.example/rss"
    (found,) = make_inputs(read_feed(FEED, None, url), url, Source(kind="feed", name=url))
    assert isinstance(found.input, Input)


def test_a_drop_is_asked_without_a_desk_or_a_reader() -> None:
    (found,) = make_drop_inputs("tin.txt", b"Tin\n\nMot doan.", Source(kind="drop", name=""), None)
    assert (found.media_type, found.body) == ("text/plain", b"Tin\n\nMot doan.")
