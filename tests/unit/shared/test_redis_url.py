"""Addresses of a Redis: one server, a socket, Sentinels; what no client of ours can use is refused with its reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.redis_url import Sentinels, WrongAddress, check_redis_url, read_sentinels
from shared.settings import Settings, without_password
from shared.work.celery_app import make_app


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param(
            "redis+sentinel://a:26379,b:26380/desk/3",
            Sentinels((("a", 26379), ("b", 26380)), "desk", 3),
            id="hosts, name and database",
        ),
        pytest.param("redis+sentinel://a,b/desk", Sentinels((("a", 26379), ("b", 26379)), "desk"), id="defaults"),
        pytest.param("redis+sentinel://[::1]:1,b/desk", Sentinels((("::1", 1), ("b", 26379)), "desk"), id="IPv6"),
        pytest.param(
            "redis+sentinel://me:p%40s%2Cs@a/desk",
            Sentinels((("a", 26379),), "desk", username="me", password="p@s,s"),
            id="login",
        ),
        pytest.param(
            "redis+sentinel://:s@a/desk?sentinel_username=u&sentinel_password=p%26q",
            Sentinels((("a", 26379),), "desk", password="s", sentinel_username="u", sentinel_password="p&q"),
            id="login at the Sentinels",
        ),
        pytest.param(
            "rediss+sentinel://a/desk?ssl_ca_certs=/ca.pem",
            Sentinels((("a", 26379),), "desk", ssl={"ssl_ca_certs": "/ca.pem"}),
            id="TLS",
        ),
        pytest.param("redis://a:6379/0", None, id="a single one"),
        pytest.param("unix:///run/s", None, id="a socket"),
    ],
)
def test_read_sentinels(url: str, expected: Sentinels | None) -> None:
    assert read_sentinels(url) == expected
    check_redis_url(url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        pytest.param("redis+sentinel://a:26379", "must name the master", id="no master"),
        pytest.param("redis+sentinel://a/desk/x", "must name the master", id="no database"),
        pytest.param("redis+sentinel:///desk", "must name Sentinels", id="no host"),
        pytest.param("redis+sentinel://a,,b/desk", "must name Sentinels", id="an empty host"),
        pytest.param("redis+sentinel://a:many/desk", "must name Sentinels", id="no port"),
        pytest.param("redis+sentinel://a:0/desk", "must name Sentinels", id="port 0"),
        pytest.param("redis+sentinel://[::1/desk", "must be redis+sentinel://", id="half an address"),
        pytest.param("redis+sentinel://a/desk?db=1", "the option 'db'", id="unknown option"),
        pytest.param("redis+sentinel://a/desk?ssl_ca_certs=x", "rediss+sentinel", id="TLS without TLS"),
        pytest.param("redis+cluster://a:7000", "is a cluster's", id="a cluster"),
        pytest.param("rediss+cluster://a:7000", "is a cluster's", id="a cluster over TLS"),
        pytest.param("http://a", "must begin with", id="something else"),
        pytest.param("redis:a", "must begin with", id="no address"),
    ],
)
def test_what_nobody_can_use_is_refused(url: str, said: str) -> None:
    with pytest.raises(WrongAddress, match=said.replace("+", r"\+")):
        check_redis_url(url)


@given(st.text(), st.sampled_from(["redis+sentinel://", "rediss+sentinel://", "redis://", ""]))
def test_any_address_is_read_or_refused(text: str, scheme: str) -> None:
    try:
        check_redis_url(scheme + text)
    except WrongAddress:
        return


def test_no_password_of_sentinels_is_shown() -> None:
    shown = without_password("redis+sentinel://me:s3cret@a:1,b:2/desk?sentinel_username=ux&sentinel_password=s3cret")
    assert shown == "redis+sentinel://me:***@a:1,b:2/desk?sentinel_username=***&sentinel_password=***"


def test_the_courier_is_told_of_every_sentinel() -> None:
    url = "rediss+sentinel://me:p%40s@a:1,[::1]:2/desk/3?sentinel_password=q&ssl_ca_certs=/ca.pem"
    conf = make_app(Settings(redis_url=url), "normalize").conf
    assert conf.broker_url == "sentinel://me:p%40s@a:1/3;sentinel://me:p%40s@[::1]:2/3"
    assert conf.broker_use_ssl == {"ssl_cert_reqs": "required", "ssl_ca_certs": "/ca.pem"}
    options = conf.broker_transport_options
    assert options["master_name"] == "desk"
    assert options["sentinel_kwargs"]["password"] == "q"
    assert options["sentinel_kwargs"]["ssl_ca_certs"] == "/ca.pem"
