"""What a host lets robots read, as its robots.txt says (RFC 9309): a function of that file and of an address.

Read by hand: the libraries turn each `*` of a rule into a backtracking pattern, with which a hostile file stops the
process. Here a rule costs as many searches as it has parts.
"""

import math
import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

import msgspec

AGENT = "copydesk"  # our product token, as it stands in `User-Agent` before the version
MOST_BYTES = 512 * 1024  # RFC 9309 2.5: at least 500 KiB are read; what follows is not
MOST_RULES = 5_000
MOST_SITEMAPS = 20
LONGEST_PAUSE_S = 300.0
_TOKEN = re.compile(r"[a-z_-]+")
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class Rule(msgspec.Struct, frozen=True, array_like=True):
    """One rule: the parts of its path between the `*`, whether it ends at `$`, whether it allows, how long it is."""

    parts: tuple[str, ...]
    ends: bool
    allows: bool
    length: int

    def fits(self, path: str) -> bool:
        """Whether a path begins as this rule's does."""
        first, *rest = self.parts
        if not path.startswith(first):
            return False
        at = len(first)
        last = rest.pop() if self.ends and rest else None
        for part in rest:
            place = path.find(part, at)
            if place < 0:
                return False
            at = place + len(part)
        if last is not None:
            return path.endswith(last) and len(path) - len(last) >= at
        return not self.ends or at == len(path)


class Robots(msgspec.Struct, frozen=True, kw_only=True):
    """The rules for us. `pause_s` are the seconds between two requests that the file asks for, an hour's worth at
    most; `closed` says that nothing may be read for now, since nobody knows the rules."""

    rules: tuple[Rule, ...] = ()
    pause_s: float = 0.0
    closed: bool = False

    def allow(self, url: str) -> bool:
        """May this address be read? The longest rule that fits decides, of two as long the one that allows."""
        if self.closed:
            return False
        parts = urlsplit(url)
        path = _spelled((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        if path == "/robots.txt":
            return True
        fitting = [rule for rule in self.rules if rule.fits(path)]
        best = max(fitting, key=lambda rule: (rule.length, rule.allows), default=None)
        return best is None or best.allows


OPEN, CLOSED = Robots(), Robots(closed=True)


def read_robots(body: bytes, agent: str = AGENT) -> Robots:
    """The rules for an agent in a robots.txt, of which the first 512 KiB are read; what is no rule is passed over."""
    text = body[:MOST_BYTES].decode("utf-8", "replace").lstrip("\ufeff")
    own: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    is_named = False
    for agents, lines in _groups(text.splitlines()):
        if agent in agents:
            own += lines
            is_named = True
        elif "*" in agents:
            others += lines
    return _robots(own if is_named else others)


def robots_address(url: str) -> str:
    """Where the rules for an address stand: `https://news.example/robots.txt`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/robots.txt"


def sitemaps_in(body: bytes) -> tuple[str, ...]:
    """The sitemaps that a robots.txt names, those of news first, as its site calls them."""
    lines = body[:MOST_BYTES].decode("utf-8", "replace").lstrip("\ufeff").splitlines()
    found = [line.partition(":")[2].strip() for line in lines if line.strip().lower().startswith("sitemap:")]
    return tuple(
        sorted(dict.fromkeys(filter(None, found)), key=lambda link: "news" not in link.lower())[:MOST_SITEMAPS]
    )


def _groups(lines: Iterable[str]) -> Iterable[tuple[set[str], list[tuple[str, str]]]]:
    """The groups of a file: whom each is for, and its lines. Agents that follow each other share one."""
    agents, group, begun = set[str](), list[tuple[str, str]](), False
    for line in lines:
        name, colon, value = line.partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if not colon:
            continue
        if name == "user-agent":
            if begun:
                yield agents, group
                agents, group, begun = set(), [], False
            agents.add("*" if value.startswith("*") else _token(value))
        elif name in ("allow", "disallow", "crawl-delay") and agents:
            begun = True
            group.append((name, value))
    if agents:
        yield agents, group


def _token(value: str) -> str:
    found = _TOKEN.match(value.lower())
    return found[0] if found else ""


def _robots(lines: Iterable[tuple[str, str]]) -> Robots:
    rules, pause = list[Rule](), 0.0
    for name, value in lines:
        if name == "crawl-delay":
            pause = max(pause, _seconds(value))
        elif value and len(rules) < MOST_RULES:
            rules.append(_rule(value, allows=name == "allow"))
    return Robots(rules=tuple(rules), pause_s=pause)


def _rule(value: str, *, allows: bool) -> Rule:
    ends = value.endswith("$")
    pattern = _spelled(value[:-1] if ends else value)
    if not pattern.startswith(("/", "*")):
        pattern = f"/{pattern}"
    first, *rest = pattern.split("*")
    parts = (first, *(part for part in rest if part))
    if ends and pattern.endswith("*"):  # "/a*$" is "/a*"
        ends = False
    return Rule(parts, ends, allows, len(value))


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        return 0.0
    return min(seconds, LONGEST_PAUSE_S) if math.isfinite(seconds) and seconds > 0 else 0.0


def _spelled(path: str) -> str:
    """A path with letters that need no escape written plain, and all others as `%` and capital digits (2.2.2)."""

    def plain(found: re.Match[str]) -> str:
        letter = chr(int(found[1], 16))
        return letter if letter in _UNRESERVED else found[0].upper()

    return quote(_ESCAPED.sub(plain, path), safe="%/?:@!$&'()*+,;=~[]|^`{}\\\"<>", errors="replace")
