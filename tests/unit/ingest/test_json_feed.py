"""What a JSON Feed says of its hub and its pictures."""

import json

import pytest

from services.ingest.formats.json_feed import read

VERSION = "https://jsonfeed.org/version/1.1"


@pytest.mark.parametrize(
    ("hubs", "hub"),
    [
        pytest.param([{"type": "rssCloud", "url": "https://c.example/"}, {"type": "WebSub", "url": "https://h.example/"}],
                     "https://h.example/", id="WebSub among others"),
        pytest.param([{"type": "rssCloud", "url": "https://c.example/"}], None, id="none that we speak to"),
        pytest.param([{"url": "/hub"}, "x"], "https://a.example/hub", id="no type, a relative address"),
    ],
)  # fmt: skip
def test_only_hubs_of_websub_are_hubs(hubs: list[object], hub: str | None) -> None:
    assert read(json.dumps({"version": VERSION, "items": [], "hubs": hubs}), "https://a.example/f.json").hub == hub


def test_the_banner_of_an_item_is_a_picture_once() -> None:
    item = {"id": "1", "image": "/a.jpg", "banner_image": "/b.jpg"}
    twice = {"id": "2", "image": "/a.jpg", "banner_image": "/a.jpg"}
    feed = read(json.dumps({"version": VERSION, "items": [item, twice]}), "https://a.example/f.json")
    assert [[picture[0] for picture in entry.pictures] for entry in feed.entries] == [
        ["https://a.example/a.jpg", "https://a.example/b.jpg"], ["https://a.example/a.jpg"]
    ]  # fmt: skip
