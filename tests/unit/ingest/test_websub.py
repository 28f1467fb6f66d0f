"""The subscriber's rules of WebSub: signatures, leases, when a hub is asked again."""

import hashlib
import hmac
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.websub import (
    DAY_S,
    DIGESTS,
    LONGEST_LEASE_S,
    HubSubscription,
    Signature,
    read_links,
    subscribe_form,
    wait_after_asking,
    wait_for_renewal,
)

BODY, SECRET = "Chợ nổi".encode(), "s3cret"


def is_signed(body: bytes, header: str | None, secret: str) -> bool:
    signature = Signature(header, secret)
    signature.update(body)
    return signature.matches


@pytest.mark.parametrize("method", sorted(DIGESTS))
def test_what_the_hub_signed_is_believed_by_every_method_of_the_standard(method: str) -> None:
    digest = hmac.new(SECRET.encode(), BODY, getattr(hashlib, method)).hexdigest()
    assert is_signed(BODY, f"{method}={digest}", SECRET)
    assert is_signed(BODY, f" {method.upper()}={digest.upper()}", SECRET)
    assert not is_signed(BODY + b"!", f"{method}={digest}", SECRET)
    assert not is_signed(BODY, f"{method}={digest}", "another")


@pytest.mark.parametrize("header", [None, "", "sha256", "sha256=", "md5=" + "0" * 32, "new=0", "sha1=đ"])
def test_what_nobody_signed_is_not(header: str | None) -> None:
    assert not is_signed(BODY, header, SECRET)


@given(st.text(), st.binary())
def test_any_header_is_judged_never_raised(header: str, body: bytes) -> None:
    assert not is_signed(body, header, SECRET)


@pytest.mark.parametrize(
    ("said", "lease"),
    [(None, DAY_S), (3600.0, 3600.0), (1.0, 300.0), (1e12, LONGEST_LEASE_S)],
    ids=["not said", "as said", "too short", "for ever"],
)
def test_a_lease_is_renewed_before_its_end_and_not_all_at_once(said: float | None, lease: float) -> None:
    for jitter, part in ((0.0, 0.75), (1.0, 0.9)):
        believed, wait = wait_for_renewal(said, jitter)
        assert believed == lease
        assert wait == pytest.approx(lease * part)


def test_a_hub_that_is_silent_is_asked_ever_less_often() -> None:
    waits = [wait_after_asking(tries, 0.0) for tries in range(20)]
    assert waits[0] == 600
    assert waits == sorted(waits)
    assert waits[-1] == DAY_S


def test_the_hub_is_told_where_to_call_and_how_to_sign() -> None:
    wanted = HubSubscription(
        feed="f1", hub="https://hub.example/", topic="https://a.example/rss", token="t", secret="s"
    )
    form = {
        name: values[0]
        for name, values in parse_qs(subscribe_form(wanted, "https://desk.example/w/t").decode()).items()
    }
    assert form == {
        "hub.callback": "https://desk.example/w/t",
        "hub.mode": "subscribe",
        "hub.topic": "https://a.example/rss",
        "hub.lease_seconds": "864000",
        "hub.secret": "s",
    }


@pytest.mark.parametrize(
    ("header", "found"),
    [
        pytest.param('<https://hub.example/>; rel="hub", </rss>; rel=self',
                     {"hub": "https://hub.example/", "self": "https://a.example/rss"}, id="both, one relative"),
        pytest.param('<https://a.example/>; type="x"; rel="self hub"', dict.fromkeys(("self", "hub"), "https://a.example/"),
                     id="two relations of one link"),
        pytest.param("<https://1.example/>;REL=hub,<https://2.example/>;rel=hub", {"hub": "https://1.example/"},
                     id="the first of several"),
        pytest.param("<javascript:x>; rel=hub, <http://[::1>; rel=self, https://x.example/; rel=hub", {},
                     id="no address"),
        pytest.param(None, {}, id="no header"),
    ],
)  # fmt: skip
def test_the_header_names_hub_and_topic(header: str | None, found: dict[str, str]) -> None:
    assert read_links(header, "https://a.example/feed") == found


@given(st.text(alphabet='<>;, ="relhubself/:'))
def test_any_header_of_links_is_read_never_raised(header: str) -> None:
    assert set(read_links(header, "https://a.example/")) <= {"hub", "self"}
