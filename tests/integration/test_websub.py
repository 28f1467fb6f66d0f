"""WebSub from end to end: a reader finds the hub in the feed, subscribes, and is told of an article by the hub."""

import hashlib
import hmac
import re
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import feedparser
import msgspec
import pytest

from services.index.outbox.deliverer import Deliverer
from services.index.outbox.outbox import Outbox
from services.index.sinks.websub import WebSubSink
from shared.settings import Settings
from shared.sink_settings import SinkSettings
from tests.engines.hub import Hub, Subscriber, hub, subscriber
from tests.integration.verbs import Newsdesk, news, newsdesk_of

LINK = re.compile(r'<([^>]*)>; rel="(\w+)"')
SECRET = b"a secret of the subscriber"
KEY = f"cd_reader_{'r' * 43}"


@pytest.fixture
def kept() -> Iterator[Hub]:
    with hub() as kept:
        yield kept


@pytest.fixture
def reader() -> Iterator[Subscriber]:
    with subscriber() as reader:
        yield reader


@pytest.fixture
def desk(settings: Settings, kept: Hub) -> Iterator[Newsdesk]:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    site = f"http://127.0.0.1:{port}"
    topics = tuple(f"{site}/v1/feeds/rubber.{ending}?key={KEY}" for ending in ("atom", "json"))
    settings = msgspec.structs.replace(
        settings,
        public_url=site,
        push_keys=f"reader:{KEY} scope=feeds\nhue:cd_hue_{'k' * 43}",
        allow_networks=("127.0.0.0/8",),
        sinks={"hub": SinkSettings(url=f"websub+{kept.url}", topics=topics)},
    )
    with newsdesk_of(settings, port=port) as desk:
        desk.app_state.desk.filters.save("rubber", "q=cao su", who="an editor")
        yield desk


@pytest.mark.parametrize("ending", ["atom", "json"])
def test_a_reader_is_told_by_the_hub_that_the_feed_names(
    desk: Newsdesk, kept: Hub, reader: Subscriber, tmp_path: Path, ending: str
) -> None:
    address = f"http://127.0.0.1:{desk.port}/v1/feeds/rubber.{ending}?key={KEY}"
    with urllib.request.urlopen(address, timeout=20) as answer:
        found = {rel: href for href, rel in LINK.findall(answer.headers["Link"])}
        body = answer.read()
    assert found == {"hub": kept.url, "self": address}
    told = feedparser.parse(body).feed.links if ending == "atom" else msgspec.json.decode(body)["hubs"]
    assert kept.url in {link.get("href") or link.get("url") for link in told}
    kept.subscribe(found["self"], reader.url, SECRET)
    # The words are in already: nobody need wait for them.
    sink = WebSubSink("hub", desk.settings.sinks["hub"], desk.settings, wait=lambda _: None)
    outbox = Outbox(tmp_path / "outbox.sqlite3")
    with closing(sink), closing(outbox):
        deliverer = Deliverer("hub", sink, outbox, desk.index)
        desk.push(news("Giá cao su tăng"), Authorization=f"Bearer cd_hue_{'k' * 43}")
        desk.work()
        deliverer.step()
        assert deliverer.standing().behind == 0
    handed_on = reader.told.get(timeout=30)
    signature = f"sha256={hmac.digest(SECRET, handed_on.body, hashlib.sha256).hex()}"
    assert handed_on.headers["x-hub-signature"] == signature
    assert "Giá cao su tăng" in handed_on.body.decode()


def test_a_feed_that_no_hub_is_told_of_names_none(desk: Newsdesk) -> None:
    for path in ("/v1/feeds/rubber.atom", f"/v1/feeds/rubber.atom?key={KEY}&limit=10"):
        request = urllib.request.Request(f"http://127.0.0.1:{desk.port}{path}")
        if "key=" not in path:
            request.add_header("Authorization", f"Bearer {KEY}")
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert [rel for _, rel in LINK.findall(answer.headers["Link"])] == ["self"]
