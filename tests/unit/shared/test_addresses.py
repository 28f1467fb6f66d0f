"""Where our own requests may go."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import PermanentError
from shared.net.addresses import is_open, read_allowed


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "192.0.0.8", "198.18.0.1", "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
        "255.255.255.255", "::", "::1",
        "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::",
        "2001::1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
    ],
)  # fmt: skip
def test_what_is_not_on_the_open_internet_is_refused(address: str) -> None:
    assert not is_open(ipaddress.ip_address(address), 443)


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111"])
def test_the_open_internet_is_reached_at_web_ports(address: str) -> None:
    reached = {
        port for port in (22, 25, 80, 443, 6379, 8080, 8443, 11211) if is_open(ipaddress.ip_address(address), port)
    }
    assert reached == {80, 443, 8080, 8443}


@pytest.mark.parametrize(
    ("entry", "address", "port", "expected"),
    [
        pytest.param("10.1.0.0/16", "10.1.2.3", 22, True, id="a network at any port"),
        pytest.param("10.1.0.0/16", "10.2.0.1", 80, False, id="beside it"),
        pytest.param("127.0.0.1:8900", "127.0.0.1", 8900, True, id="a host at one port"),
        pytest.param("127.0.0.1:8900", "127.0.0.1", 8901, False, id="at another port"),
        pytest.param("[::1]:8900", "::1", 8900, True, id="IPv6 at one port"),
        pytest.param("[::1]:8900", "::1", 80, False, id="IPv6 at another"),
        pytest.param("fd00::/8", "fd00::7", 80, True, id="an IPv6 network"),
        pytest.param("127.0.0.0/8", "::1", 80, False, id="the other family"),
    ],
)
def test_the_operator_lets_more_in(entry: str, address: str, port: int, expected: bool) -> None:
    assert is_open(ipaddress.ip_address(address), port, read_allowed([entry])) is expected


@pytest.mark.parametrize("entry", ["", "localhost", "10.0.0.1/8", "127.0.0.1:http", "127.0.0.1:65536", "300.0.0.1"])
def test_a_bad_entry_is_told(entry: str) -> None:
    with pytest.raises(PermanentError, match="allow_networks"):
        read_allowed([entry])


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_disguise_is_never_open(address: ipaddress.IPv4Address) -> None:
    for prefix in ("::ffff:", "64:ff9b::", "::"):
        assert not is_open(ipaddress.ip_address(f"{prefix}{address}"), 443)
