"""Webhooks over real sockets: signed as Standard Webhooks says, in order, and what a bad receiver does to them."""

import base64
import hashlib
import hmac
from collections.abc import Iterator

import pytest

from services.index.sinks.sink import Delivery, SinkEnded
from services.index.sinks.webhook import WebhookSink
from shared.errors import PermanentError, Unavailable
from shared.settings import Settings
from shared.sink_settings import SinkSettings
from tests.engines.receiver import Receiver, receiver
from tests.entries import make_entry

OLD, NEW = (f"whsec_{base64.b64encode(bytes([n]) * 32).decode()}" for n in (1, 2))
DESK = Settings(allow_networks=("127.0.0.0/8",), fetch_timeout_s=2)


@pytest.fixture
def kept() -> Iterator[Receiver]:
    with receiver() as kept:
        yield kept


@pytest.fixture
def sink(kept: Receiver) -> Iterator[WebhookSink]:
    sink = WebhookSink("hook", SinkSettings(url=f"webhook+{kept.url}", secrets=(NEW, OLD)), DESK)
    yield sink
    sink.close()


def delivery(name: str = "a", version: int = 1) -> Delivery:
    entry = make_entry(name, version)
    return Delivery(change=version, version=version, since_us=1, article_id=name, rev=version, kind="put", entry=entry)


def test_both_secrets_sign_what_is_sent(sink: WebhookSink, kept: Receiver) -> None:
    assert sink.deliver([delivery()]) == [None]
    headers, body = kept.headers[0], kept.bodies[0]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    for secret, signature in zip((NEW, OLD), headers["webhook-signature"].split(), strict=True):
        key = base64.b64decode(secret.removeprefix("whsec_"))
        assert signature == f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


def test_the_same_word_has_the_same_id_and_the_first_is_told_from_an_edit(sink: WebhookSink, kept: Receiver) -> None:
    sink.deliver([delivery(version=1)])
    sink.deliver([delivery(version=1)])
    sink.deliver([delivery(version=2)])
    ids = [headers["webhook-id"] for headers in kept.headers]
    assert ids[0] == ids[1] != ids[2]
    assert [event["type"] for event in kept.events] == ["article.published", "article.published", "article.updated"]


@pytest.mark.parametrize(("status", "family"), [(400, PermanentError), (422, PermanentError), (503, Unavailable)])
def test_a_no_is_of_the_article_and_an_outage_of_the_receiver(
    sink: WebhookSink, kept: Receiver, status: int, family: type[Exception]
) -> None:
    kept.answer = lambda event: status if event["data"]["article"] == "b" else 204
    answers = sink.deliver([delivery("a"), delivery("b"), delivery("c")])
    assert [answers[0], answers[2]] == [None, None]
    assert type(answers[1]) is family


def test_a_receiver_that_is_gone_ends_it(sink: WebhookSink, kept: Receiver) -> None:
    kept.answer = lambda _: 410
    (answer,) = sink.deliver([delivery()])
    assert isinstance(answer, SinkEnded)


def test_a_receiver_that_hangs_up_or_is_not_there_is_away(sink: WebhookSink, kept: Receiver) -> None:
    kept.answer = lambda _: 0
    (answer,) = sink.deliver([delivery()])
    assert isinstance(answer, Unavailable)
    nobody = WebhookSink("hook", SinkSettings(url="webhook+http://127.0.0.1:9/x", secrets=(NEW,)), DESK)
    (answer,) = nobody.deliver([delivery()])
    nobody.close()
    assert isinstance(answer, Unavailable)


def test_an_address_inside_is_not_asked_unless_it_is_allowed(kept: Receiver) -> None:
    guarded = WebhookSink("hook", SinkSettings(url=f"webhook+{kept.url}", secrets=(NEW,)), Settings())
    (answer,) = guarded.deliver([delivery()])
    guarded.close()
    assert isinstance(answer, Unavailable)
    assert "allow_networks" in str(answer)
    assert kept.events == []


@pytest.mark.parametrize("secrets", [(), ("short",), ("whsec_AAAA",), ("whsec_!!!",)])
def test_a_secret_that_cannot_sign_is_refused(secrets: tuple[str, ...]) -> None:
    with pytest.raises(PermanentError, match="sink hook"):
        WebhookSink("hook", SinkSettings(url="webhook+https://a.example/x", secrets=secrets), DESK)
