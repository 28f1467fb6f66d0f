"""What an input is known by: the one place that spells addresses, aliases, content hashes and ids."""

import base64
import contextlib
import functools
import hashlib
import re
from collections.abc import Sequence
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

# Parameters that say where a reader came from, not what is read.
_TRACKING_PREFIXES = ("utm_", "pk_", "mtm_", "hsa_", "at_", "ns_", "wt_mc", "wt_zmc")
_TRACKING = frozenset({
    "fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid", "igshid", "igsh", "zarsrc",
    "mc_cid", "mc_eid", "_ga", "_gl", "_hsenc", "_hsmi", "mkt_tok", "spm", "cmpid", "ocid", "xtor", "s_cid",
    "ref_src", "vero_id", "oly_enc_id", "oly_anon_id", "wickedid", "guccounter",
})  # fmt: skip
_WEB = frozenset({"http", "https"})
_OWN_PORT = re.compile(r"(?::(?:80|443)?)+$")
# A host that every program reads as the same: of `https://a.example\@b.example` some take the one and some the other.
_HOST = re.compile(r"(?:[^@\\/]*@)?(?:[\w-]+(?:\.[\w-]+)*\.?|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d*))?")
_PAGE = re.compile(r"https?:", re.IGNORECASE)
_LAST_PORT = 65_535
_UNSEEN = dict.fromkeys(map(ord, "\t\r\n"))
_DOTS = re.compile(r"(?:^|/)\.\.?(?:/|$)")
# A page's address needs no slashes, or `\`, for a browser to find the login in it.
_LOGIN = re.compile(r"(?i:(?<=https:)|(?<=http:))[/\\]*[^/\\?#\s]*@|(?:(?<=:)|^)//[^/?#\s]*@")
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_LONG_GUID = 400
MAX_ADDRESS = 2000
ADDRESS = re.compile(r"[^\s\x00-\x1f\x7f\ud800-\udfff]+")
COMMAND_LINE = "command line"
RENEWAL = "n"
PUBLISHER = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")  # how a publisher may be called


def clean_link(link: str | None) -> str | None:
    """The address as it may be shown and followed: without what tracks its reader, or logs in; None for what is no
    address."""
    parts = None if link is None else _split(without_login(_on_one_line(link)))
    return None if parts is None else urlunsplit(parts._replace(query="&".join(_kept(parts.query))))


def article_uri(link: str | None) -> str | None:
    """An address as the article's own: without tracking, login, fragment; what is no address stays as it was said."""
    link = without_login(_on_one_line(link or ""))
    parts = _split(link)
    if not link or parts is None:
        return link or None
    return urlunsplit(parts._replace(query="&".join(_kept(parts.query)), fragment="")) or None


def without_login(text: str) -> str:
    """A text whose addresses have no name and password in them: these are for a page's server alone."""
    return _LOGIN.sub("//", text)


def has_login(address: str) -> bool:
    """Does an address bring the name and password of a reader?"""
    return without_login(address) != address


def address_fault(address: str) -> str | None:
    """Why a declared address is none that an article may be known by, for a sentence about it; None where it is one.

    Any text without spaces is a uri; what begins as the address of a page must be one, with a host and without a login.
    """
    if len(address) > MAX_ADDRESS or ADDRESS.fullmatch(address) is None:
        return f"is no address: at most {MAX_ADDRESS} characters, without spaces"
    if has_login(address):
        return "has a login in it (name:password@): send the address without, it is shown to readers"
    if _PAGE.match(address) and not is_page(address):
        return "begins as the address of a page and is none: write it as https://news.example/2015/rubber.html"
    return None


def canonical_url(link: str | None) -> str | None:
    """The address as an identity: "HTTP://www.News.Example:80/a/?b=2&a=1#top" gives "https://news.example/a?a=1&b=2".

    Scheme, `www.`, end slash, query order, tracking, fragment, default port, login, `/../` and the way letters are
    escaped tell no two pages apart; `\\` is `/`, as browsers read it. It is a name to compare, not an address to ask.
    None for what is no address.
    """
    return None if link is None else _canonical(link) if len(link) <= MAX_ADDRESS else _canonical.__wrapped__(link)


@functools.lru_cache(maxsize=512)  # an entry's address is asked for again and again while it is read
def _canonical(link: str) -> str | None:
    parts = _split(link)
    if parts is None:
        return None
    scheme, host, path, query = parts.scheme.lower(), parts.netloc.lower(), parts.path, _kept(parts.query)
    if scheme in _WEB:
        scheme, host = "https", _plain_host(host)
        path = _without_dots(_escaped(path.replace("\\", "/"))).rstrip("/") or "/"
        query = [_escaped(piece) for piece in query]
    return urlunsplit((scheme, host, path, "&".join(sorted(query)), ""))


def canonical_prefix(address: str) -> str | None:
    """The beginning of addresses that a key may carry: "HTTP://www.News.Example/a/" gives "https://news.example/a".

    None for what is no page's address, and for one with a query or a fragment, which no path lies below; with a login,
    which no prefix has; and with `\\`, `.` or `..` in its path, which would make it another one than it looks like.
    """
    parts = _split(address)
    if parts is None or not is_page(address) or has_login(address) or any(mark in address for mark in "?#\\"):
        return None
    return None if _DOTS.search(_escaped(parts.path)) else canonical_url(address)


def covers(prefix: str, page: str) -> bool:
    """Does a page lie at or below a prefix, both canonical: `/a` covers `/a/b` and `/a?p=1`, not `/ab`."""
    return page.startswith(prefix) and (prefix.endswith("/") or page[len(prefix) :][:1] in ("", "/", "?"))


def host_of(address: str | None) -> str | None:
    """The host of an http(s) address as canonical addresses spell it; None for any other."""
    parts = _split(canonical_url(address))
    return parts.netloc if parts is not None and parts.scheme in _WEB and parts.netloc else None


def is_page(address: str) -> bool:
    """Whether it is an absolute http(s) URL of a host, which every program reads as the same."""
    parts = _split(address)
    if parts is None or parts.scheme.lower() not in _WEB:
        return False
    host = _HOST.fullmatch(parts.netloc)
    return host is not None and int((host["port"] or "0")[:6]) <= _LAST_PORT


def address_alias(address: str, publisher: str) -> str:
    """What a declared address is an alias of: a page is the same for all, any other uri is its publisher's own.

    The desk's own command line speaks for no publisher: its uris stand alone.
    """
    if is_page(address):
        return f"url:{canonical_url(address)}"
    return f"uri:{address}" if publisher == COMMAND_LINE else f"uri:{publisher} {address}"


def canonical_guid(guid: str) -> str:
    """A GUID as an identity: one that is a page's address is spelled so, but keeps its fragment."""
    parts = _split(guid) if is_page(guid) else None
    if parts is None:
        return guid
    return f"{canonical_url(guid)}#{parts.fragment}" if parts.fragment else f"{canonical_url(guid)}"


def guid_alias(feed: str, guid: str) -> str:
    """A GUID within its feed, which is named by what never changes of it: its id."""
    guid = canonical_guid(guid)
    if len(guid) > _LONG_GUID:
        guid = "sha256:" + hashlib.sha256(guid.encode("utf-8", "replace")).hexdigest()
    return f"guid:{feed} {guid}"


def said_alias(feed: str, said: Sequence[str | None]) -> str:
    """An entry known only by what it says, within its feed."""
    return f"said:{feed} {_short_hash(said)}"


def words_alias(publisher: str, sha: str) -> str:
    """A push that names no address: known by its content, within what its publisher pushes."""
    return said_alias(f"push:{publisher}", (sha,))


def path_alias(spelled: str) -> str:
    """A file, by its path below the folder it was dropped in, as text."""
    return f"path:{spelled}"


def is_path(alias: str) -> bool:
    """Whether an alias names a file by its path, and so says nothing of what the file holds."""
    return alias.startswith("path:")


def is_words(alias: str) -> bool:
    """Whether an alias is what an input says, which has no name of its own."""
    return alias.startswith("said:")


def bridged(aliases: Sequence[str]) -> tuple[str, ...]:
    """Aliases as the first release spelled them, each with its present spelling beside it; of others nothing changes.

    That release had no canonical addresses of today, and called a feed by its address: its id is made of that.
    """
    return tuple(dict.fromkeys(name for alias in aliases for name in (alias, *_present(alias))))


def _present(alias: str) -> tuple[str, ...]:
    kind, _, said = alias.partition(":")
    if kind == "url":
        return (f"url:{canonical_url(said) or said}",)
    if kind == "uri" and is_page(said):
        return (f"url:{canonical_url(said)}",)
    if kind == "guid":
        feed, _, guid = said.partition(" ")
        return tuple(guid_alias(name, guid) for name in ((feed_id(feed), feed) if is_page(feed) else (feed,)))
    return ()


def url_of(aliases: Sequence[str]) -> str | None:
    """The page's address among aliases, in its canonical form."""
    return next((alias[4:] for alias in aliases if alias.startswith("url:")), None)


def names_of(name: str) -> tuple[str, ...]:
    """All aliases that a person may mean by a name: an alias, an id, an address however it is spelled, a path."""
    page = canonical_url(name.removeprefix("url:"))
    kinds = (name, *(f"{kind}:{name}" for kind in ("id", "uri", "url", "path")))
    return (*kinds, f"url:{page}") if page else kinds


def content_hash(media_type: str, body: bytes) -> str:
    """`sha256:` of kind and bytes: the same bytes read as another kind are another content."""
    kind = media_type.partition(";")[0].strip().lower()
    return "sha256:" + hashlib.sha256(kind.encode() + b"\0" + body).hexdigest()


def article_id(aliases: Sequence[str], sha: str) -> str:
    """The id that an article's first input proposes: 26 characters made from its strongest alias, else its content."""
    first = (*aliases, sha)[0]
    return _digits(hashlib.sha256(first.encode("utf-8", "surrogatepass")).digest()[:17], _PAIRS)


def receipt_id(received_us: int, random: bytes) -> str:
    """A receipt's id: it sorts by time; `random` are 9 bytes."""
    return "r" + _digits(received_us.to_bytes(7, "big") + random + b"\0", _PAIRS_IN_ORDER)


def _digits(raw: bytes, pairs: Sequence[str]) -> str:
    """17 bytes as 26 digits of base32, without their last 6 bits; the library's own takes ten times as long."""
    number = int.from_bytes(raw, "big") >> 6
    return "".join([pairs[number >> shift & 1023] for shift in range(120, -1, -10)])


def _pairs(digits: str) -> tuple[str, ...]:
    return tuple(first + second for first in digits for second in digits)


_PAIRS = _pairs("abcdefghijklmnopqrstuvwxyz234567")
_PAIRS_IN_ORDER = _pairs("0123456789abcdefghijklmnopqrstuv")  # base32hex: what sorts as bytes sorts as text


def renewal_id(receipt: str, rules: str) -> str:
    """The receipt of an input that is read once more: of the same input by the same rules it is always the same."""
    packed = hashlib.blake2b(f"{receipt} {rules}".encode(), digest_size=16).digest()
    return RENEWAL + base64.b32hexencode(packed).decode().lower()[:25]


def is_renewal(receipt: str) -> bool:
    """Whether a receipt is that of an input that was read once more."""
    return receipt.startswith(RENEWAL)


def feed_id(url: str) -> str:
    """The id of a feed that is added at this address, and keeps it wherever it moves: `f` and 12 letters and digits."""
    return "f" + base64.b32encode(hashlib.sha256(url.encode()).digest()).decode().lower()[:12]


def _on_one_line(link: str) -> str:
    """An address without the tabs and ends of lines that every browser passes over: none of them may hide a login."""
    return link.translate(_UNSEEN)


def _split(link: str | None) -> SplitResult | None:
    try:
        return None if link is None else urlsplit(link)
    except ValueError:  # "http://[": not even an address
        return None


def _plain_host(netloc: str) -> str:
    """A host in lower case, without login, `www.`, end dot and a port that goes without saying; in ASCII."""
    host = _OWN_PORT.sub("", netloc.rpartition("@")[2])
    name, colon, port = host.partition(":") if not host.startswith("[") else (host, "", "")
    name = name.rstrip(".").removeprefix("www.")
    if not name.isascii():
        with contextlib.suppress(UnicodeError):  # no name that could be registered
            name = name.encode("idna").decode()
    return f"{name}{colon}{port}"


def _escaped(text: str) -> str:
    """Letters that need no escape are written plain, all others as `%` and capital digits."""

    def plain(found: re.Match[str]) -> str:
        letter = chr(int(found[1], 16))
        return letter if letter in _UNRESERVED else found[0].upper()

    return quote(_ESCAPED.sub(plain, text), safe="%/?:@!$&'()*+,;=~[]|^`{}\\\"<>", errors="replace")


def _without_dots(path: str) -> str:
    """A path with its `.` and `..` walked (RFC 3986, 5.2.4)."""
    if "/." not in path:
        return path
    walked: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del walked[max(1, len(walked) - 1) :]
        elif segment != ".":
            walked.append(segment)
    return "/".join(walked) + ("/" if path.endswith(("/.", "/..")) else "")


def _kept(query: str) -> list[str]:
    return [piece for piece in query.split("&") if piece and not _is_tracking(piece)]


def _is_tracking(piece: str) -> bool:
    name = piece.partition("=")[0].lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def _short_hash(said: Sequence[str | None]) -> str:
    return hashlib.blake2b(
        "\0".join(part or "" for part in said).encode("utf-8", "replace"), digest_size=12
    ).hexdigest()
