"""What a feed's server is told beside the plain request, as an operator sets it for a feed. Pure.

Headers, cookie and login are secrets: they go to one origin, and are shown nowhere.
"""

import base64
import re
from collections.abc import Mapping
from importlib import import_module
from urllib.parse import urlsplit

import msgspec

from shared.errors import PermanentError
from shared.net.addresses import PORTS

MOST_HEADERS = 20
LONGEST = 4000
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")  # a token of RFC 9110
# These are the connection's, or say what we can read and have read.
OURS = frozenset({
    "accept-encoding", "connection", "content-length", "content-type", "expect", "host", "if-modified-since",
    "if-none-match", "keep-alive", "range", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
})  # fmt: skip


class RequestSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """How a feed is asked for. `login` is `name:password`, by HTTP basic; `origin` is where the secrets go, such as
    `https://news.example`: wherever else the feed leads or moves, they stay here."""

    user_agent: str | None = None
    headers: dict[str, str] = {}
    cookie: str | None = None
    login: str | None = None
    origin: str = ""

    def __repr__(self) -> str:
        """Without what nobody is to read."""
        return f"RequestSettings(user_agent={self.user_agent!r}, secrets={self.secrets})"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What is set that is not shown, by name: `cookie`, `login`, `header X-Key`."""
        named = [name for name in ("cookie", "login") if getattr(self, name)]
        return (*named, *(f"header {name}" for name in self.headers))

    def headers_for(self, url: str) -> Mapping[str, str]:
        """The headers of a request to this address: the user agent goes to whom it leads."""
        agent = {"User-Agent": self.user_agent} if self.user_agent else {}
        return {**agent, **self.sent_to(url)}

    def sent_to(self, url: str) -> Mapping[str, str]:
        """The secret headers of a request to this address; none of them to another origin than theirs."""
        if not self.secrets or origin_of(url) != self.origin:
            return {}
        sent = dict(self.headers)
        if self.cookie:
            sent["Cookie"] = self.cookie
        if self.login:
            sent["Authorization"] = f"Basic {base64.b64encode(self.login.encode()).decode()}"
        return sent


def changed(before: RequestSettings, said: Mapping[str, str | None], url: str) -> RequestSettings:
    """Settings with some of them said anew, `header NAME` too; what is empty goes. Secrets go to the origin of `url`.

    Secrets that were meant for another origin are not taken along to this one. Raises `PermanentError`.
    """
    origin = origin_of(url)
    kept = before if before.origin == origin else RequestSettings(user_agent=before.user_agent)
    plain = {name: value or None for name, value in said.items() if name in ("user_agent", "cookie", "login")}
    headers = dict(kept.headers)
    for name, value in said.items():
        if name.startswith("header "):
            own = name.removeprefix("header ")
            headers = {known: text for known, text in headers.items() if known.lower() != own.lower()}
            headers |= {own: value} if value else {}
    made = msgspec.structs.replace(kept, **plain, headers=headers)
    check_request(made)
    return msgspec.structs.replace(made, origin=origin if made.secrets else "")


def read_header(line: str) -> tuple[str, str]:
    """Read `X-Key: abc` as `header X-Key` and its value; raises `PermanentError` without naming the value."""
    name, colon, value = line.partition(":")
    if not colon or not _NAME.fullmatch(name.strip()):
        raise PermanentError('a header is written "Name: value"')
    return f"header {name.strip()}", value.strip()


def check_request(settings: RequestSettings) -> None:
    """Refuse what no request can carry; the message names what, and not its value."""
    if len(settings.headers) > MOST_HEADERS:
        raise PermanentError(f"a feed is asked with at most {MOST_HEADERS} headers of its own")
    for name in settings.headers:
        if not _NAME.fullmatch(name) or name.lower() in OURS or name.lower().startswith("proxy-"):
            raise PermanentError(f"{name[:100]!r} is no header that can be set for a feed")
    if settings.login is not None and ":" not in settings.login:
        raise PermanentError("a login is written NAME:PASSWORD")
    values = {"user agent": settings.user_agent, "cookie": settings.cookie, "login": settings.login}
    for name, value in (*values.items(), *settings.headers.items()):
        if value is not None and not _can_be_sent(value, beyond_latin=name == "login"):
            raise PermanentError(f"the {name} holds what no header may, or is longer than {LONGEST} characters")


def origin_of(url: str) -> str:
    """`https://news.example` of `HTTPS://user@News.example:443/rss`; "" for what is no such address."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return ""
    host = parts.hostname or ""
    if not host.isascii():  # spelled as the guarded client spells it: other rules make another host of some names
        try:
            host = import_module("shared.net.http").read_url(url.strip()).raw_host.decode()
        except PermanentError:
            return ""
    if parts.scheme not in PORTS or not host:
        return ""
    return f"{parts.scheme}://{host}" + ("" if port == PORTS[parts.scheme] else f":{port}")


def _can_be_sent(value: str, *, beyond_latin: bool) -> bool:
    is_text = value.isprintable() and len(value) <= LONGEST and value == value.strip()
    return is_text and (beyond_latin or value.isascii())
