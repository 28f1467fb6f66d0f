"""What a feed's server is told beside the plain request, and who is told nothing of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.ingest.request_settings import RequestSettings, changed, origin_of, read_header
from services.ingest.site_domains import lanes_beside, registrable_domain
from services.ingest.subscriptions import Subscription
from shared.errors import PermanentError

URL = "https://news.example/rss"
ALL = {"cookie": "s=1", "login": "lan:mật", "header X-Key": "k", "user_agent": "Desk/1"}


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("HTTPS://lan:x@News.example:443/rss", "https://news.example"),
        ("http://news.example:8080/", "http://news.example:8080"),
        ("http://báo.example/", "http://xn--bo-mia.example"),
        ("https://faß.example/", "https://xn--fa-hia.example"),  # as it is asked: `fass.example` is somebody else's
        ("https://ｎews.example/", ""),
        ("ftp://news.example/", ""),
        ("http://news.example:99999/", ""),
        ("news.example", ""),
    ],
)
def test_origin_of(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    ("url", "is_theirs"),
    [
        ("https://news.example/other?page=2", True),
        ("https://NEWS.example:443/rss", True),
        ("http://news.example/rss", False),
        ("https://news.example:8443/rss", False),
        ("https://www.news.example/rss", False),
        ("https://news.example.evil.example/rss", False),
        ("https://news.example@evil.example/rss", False),
    ],
)
def test_secrets_go_to_their_origin_alone_and_the_user_agent_everywhere(url: str, is_theirs: bool) -> None:
    sent = changed(RequestSettings(), ALL, URL).headers_for(url)
    assert sent["User-Agent"] == "Desk/1"
    assert (set(sent) == {"User-Agent", "Cookie", "Authorization", "X-Key"}) is is_theirs
    assert is_theirs or set(sent) == {"User-Agent"}


def test_what_is_set_is_told_by_name_alone() -> None:
    settings = changed(RequestSettings(), ALL, URL)
    assert settings.secrets == ("cookie", "login", "header X-Key")
    assert not {"s=1", "lan:mật"} & {part.strip("'") for part in repr(settings).replace(",", " ").split()}
    assert "'k'" not in repr(settings)


def test_what_is_said_anew_changes_and_the_rest_stays_until_the_origin_is_another() -> None:
    settings = changed(RequestSettings(), ALL, URL)
    assert changed(settings, {"cookie": ""}, URL).secrets == ("login", "header X-Key")
    assert changed(settings, {"header x-key": ""}, URL).secrets == ("cookie", "login")
    elsewhere = changed(settings, {"cookie": "t=2"}, "https://other.example/rss")
    assert (elsewhere.secrets, elsewhere.origin, elsewhere.user_agent) == (
        ("cookie",), "https://other.example", "Desk/1"
    )  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        {"cookie": "a\r\nX: y"},
        {"user_agent": "Báo"},
        {"login": "no password"},
        {"header Host": "evil.example"},
        {"header If-None-Match": "x"},
        {"header Proxy-Authorization": "x"},
        {"header X Y": "x"},
        {"cookie": "x" * 5000},
        {f"header X-{number}": "x" for number in range(21)},
    ],
)
def test_what_no_request_can_carry_is_refused_without_being_shown(said: dict[str, str]) -> None:
    with pytest.raises(PermanentError) as refusal:
        changed(RequestSettings(), said, URL)
    assert not any(value in str(refusal.value) for value in said.values() if len(value) > 1)


@given(st.text(max_size=60))
def test_any_line_is_a_header_or_refused(line: str) -> None:
    try:
        name, value = read_header(line)
    except PermanentError:
        return
    assert name.startswith("header ")
    assert value == value.strip()


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("a.tumblr.com", "tumblr.com"),
        ("rss.tuoitre.com.vn", "tuoitre.com.vn"),
        ("www.bbc.co.uk", "bbc.co.uk"),
        ("lan.github.io", "lan.github.io"),
        ("localhost", "localhost"),
        ("com.vn", "com.vn"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
    ],
)
def test_registrable_domain(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


def test_the_lanes_beside_a_feed_are_those_of_its_domain_that_are_watched() -> None:
    hosts = ("a.tumblr.com", "b.tumblr.com", "a.tumblr.com", "nottumblr.com", "lan.github.io", "an.github.io")
    feeds = [Subscription(id=str(n), url=f"https://{host}/rss") for n, host in enumerate(hosts)]
    assert lanes_beside(feeds[0], feeds) == ["b.tumblr.com"]
    assert lanes_beside(feeds[4], feeds) == []
    whole = replace(feeds[0], scope="domain")  # it waits with all others of the domain that are set so
    assert lanes_beside(whole, [whole, *feeds[1:]]) == ["a.tumblr.com", "b.tumblr.com"]
    assert lanes_beside(feeds[1], [whole, *feeds[1:]]) == ["a.tumblr.com", "tumblr.com"]
