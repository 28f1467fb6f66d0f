"""Which addresses our own requests may reach: the open internet, and what the operator allows besides."""

import ipaddress
from collections.abc import Iterable

import msgspec

from shared.errors import PermanentError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# `is_global` calls these global: they lead elsewhere than they look (NAT64, 6to4, Teredo, IPv4-mapped, -compatible),
# to many at once (multicast), or to a neighbour (site-local).
DISGUISED = tuple(
    ipaddress.ip_network(net)
    for net in (
        "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::ffff:0:0/96", "::/96", "fec0::/10", "ff00::/8",
        "224.0.0.0/4", "240.0.0.0/4", "192.88.99.0/24", "192.0.0.0/24",
    )
)  # fmt: skip

PORTS = {"http": 80, "https": 443}
# Web servers listen on these and above 1023, but for ports where a request line could be taken for a command.
WEB_PORTS = frozenset(PORTS.values())
COMMAND_PORTS = frozenset(
    {2049, 3306, 4190, 5432, 5060, 5061, 6000, 6379, 6380, 6665, 6666, 6667, 6668, 6669, 6697, 9100, 11211}
)


class Allowed(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the setting `allow_networks`: `10.1.0.0/16`, `127.0.0.1:8900`, `[::1]:8080`."""

    network: Network
    port: int | None = None


def read_allowed(entries: Iterable[str]) -> tuple[Allowed, ...]:
    """Read the setting `allow_networks`; a host given without a prefix stands for itself alone.

    Raises `PermanentError` for an entry that is neither a network nor an address, each with or without a port.
    """
    return tuple(_read_entry(entry) for entry in entries)


def read_networks(setting: str, entries: Iterable[str]) -> tuple[Network, ...]:
    """Read a setting that lists networks and addresses without ports; `PermanentError` for what is neither."""
    try:
        return tuple(ipaddress.ip_network(entry.strip()) for entry in entries)
    except ValueError as error:
        raise PermanentError(f"{setting}: {error}: give networks as 10.1.0.0/16 and addresses as 127.0.0.1") from error


def is_open(address: Address, port: int, allowed: Iterable[Allowed] = ()) -> bool:
    """Whether a request may be sent there: judged on the address that is connected to, never on a name."""
    if any(address in entry.network and entry.port in (None, port) for entry in allowed):
        return True
    if not address.is_global or any(address in network for network in DISGUISED):
        return False
    return port in WEB_PORTS or (port > 1023 and port not in COMMAND_PORTS)


def refuse_closed(host: str, port: int, allowed: Iterable[Allowed] = ()) -> None:
    """Raise `PermanentError` for an address in figures that no request may be sent to; names are judged when asked."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return
    if not is_open(address, port, allowed):
        raise PermanentError(closed(address, port))


def closed(address: Address, port: int) -> str:
    """What is said of an address that no request may be sent to."""
    return f"leads to {address} port {port}, which is not on the open internet; the setting allow_networks lets it in"


def _read_entry(entry: str) -> Allowed:
    network, port = entry.strip(), None
    if network.startswith("["):
        network, _, port = network[1:].partition("]")
        port = port.removeprefix(":") or None
    elif network.count(":") == 1:
        network, _, port = network.partition(":")
    try:
        return Allowed(network=ipaddress.ip_network(network), port=_read_port(port))
    except ValueError as error:
        raise PermanentError(
            f"allow_networks: {entry!r} is no network such as 10.1.0.0/16 or 127.0.0.1:8080"
        ) from error


def _read_port(port: str | None) -> int | None:
    if not port:
        return None
    number = int(port)
    if not 1 <= number <= 65535:
        raise ValueError(f"no port: {port}")
    return number
