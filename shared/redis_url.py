"""The addresses of a Redis that may be set, `redis_url`: one server, a socket, or a master that Sentinels name."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

SINGLE = ("redis", "rediss", "unix", "redis+socket")
SENTINEL = ("redis+sentinel", "rediss+sentinel")
CLUSTER = ("redis+cluster", "rediss+cluster", "redis-cluster", "valkey+cluster")
SENTINEL_PORT = 26379
SENTINEL_FORM = "redis+sentinel://host:port,host:port/name/0"
SSL_OPTIONS = ("ssl_ca_certs", "ssl_cert_reqs", "ssl_certfile", "ssl_keyfile")
OPTIONS = ("sentinel_username", "sentinel_password", *SSL_OPTIONS)


class WrongAddress(ValueError):
    """What is wrong with an address, as the end of a sentence that names it."""


class Sentinels(NamedTuple):
    """Who is asked where the master called `name` is, and how to log in: at the servers, and at the Sentinels."""

    hosts: tuple[tuple[str, int], ...]
    name: str
    database: int = 0
    username: str | None = None
    password: str | None = None
    sentinel_username: str | None = None
    sentinel_password: str | None = None
    ssl: Mapping[str, str] | None = None

    @property
    def place(self) -> str:
        """`the master desk of a:26379, b:26379`, for people."""
        return f"the master {self.name} of {', '.join(f'{host}:{port}' for host, port in self.hosts)}"


def check_redis_url(url: str) -> None:
    """Raise `WrongAddress` for what no client of ours can use."""
    scheme = url.partition(":")[0]
    if scheme in CLUSTER:
        raise WrongAddress("is a cluster's, which the desk cannot use: name a single Redis, or Sentinels")
    if scheme in SENTINEL:
        read_sentinels(url)
        return
    if scheme not in SINGLE or "://" not in url:
        raise WrongAddress("must begin with redis://, rediss://, unix:// or redis+sentinel://")
    try:
        parts = urlsplit(url)
        fine = scheme in ("unix", "redis+socket") or (bool(parts.hostname) and parts.port != 0)
    except ValueError:  # a port that is no number, or too high
        fine = False
    if not fine:
        raise WrongAddress("must name a host and may name a port, as redis://127.0.0.1:6379/0 does")


def read_sentinels(url: str) -> Sentinels | None:
    """Read `redis+sentinel://user:secret@a:26379,[::1]:26379/desk/0?sentinel_password=…`; None for other addresses.

    With `rediss+sentinel` servers and Sentinels are spoken to over TLS. Raises `WrongAddress`.
    """
    scheme = url.partition(":")[0]
    if scheme not in SENTINEL:
        return None
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise WrongAddress(f"must be {SENTINEL_FORM}: {error}") from error
    login, _, places = parts.netloc.rpartition("@")
    username, _, password = login.partition(":")
    name, _, database = unquote(parts.path).strip("/").partition("/")
    if not name or "/" in database or (database and not database.isdecimal()):
        raise WrongAddress(f"must name the master, and may name a database: {SENTINEL_FORM}")
    options = dict(parse_qsl(parts.query))
    unknown = next((option for option in options if option not in OPTIONS), None)
    if unknown is not None:
        raise WrongAddress(f"has the option {unknown!r}: it takes {', '.join(OPTIONS)}")
    is_tls = scheme == "rediss+sentinel"
    ssl = {option: options[option] for option in SSL_OPTIONS if option in options}
    if ssl and not is_tls:
        raise WrongAddress("has options of TLS: it must begin with rediss+sentinel://")
    return Sentinels(
        hosts=tuple(_hosts(places)),
        name=name,
        database=int(database or 0),
        username=unquote(username) or None,
        password=unquote(password) or None,
        sentinel_username=options.get("sentinel_username"),
        sentinel_password=options.get("sentinel_password"),
        ssl=ssl if is_tls else None,
    )


def _hosts(places: str) -> Iterator[tuple[str, int]]:
    for place in places.split(","):
        try:
            parts = urlsplit(f"//{place}")
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if not host or port == 0:
            raise WrongAddress(f"must name Sentinels by host and port: {SENTINEL_FORM}")
        yield host, port or SENTINEL_PORT
