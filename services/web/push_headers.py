"""What a push declares about itself: its kind of body, and the addresses it may be known by; no news is read."""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from email.message import Message
from typing import TypeVar

import msgspec

from services.web.problems import Problem
from shared.identity import address_alias, clean_link, is_page

TEXT, HTML, NINJS, JSON_LD = "text/plain", "text/html", "application/ninjs+json", "application/ld+json"
JSON = "application/json"
ACCEPTED = (TEXT, HTML, JSON, NINJS, JSON_LD)
JSON_TYPES = frozenset({JSON, NINJS, JSON_LD})

MAX_ADDRESS = 2000
# Each `{}` of a list costs a hundred times its two bytes once it is decoded.
LARGEST_LIST = 1024 * 1024
ADDRESS = re.compile(r"[^\s\x00-\x1f\x7f\ud800-\udfff]+")
T = TypeVar("T")
ABSENT = msgspec.Raw()

ARTICLE_TYPES = re.compile(r"Article|Posting|Report")
LOOKED_FOR = (
    "Looked for a ninjs item (headline or headlines, body_text, body_html or bodies, …) or a schema.org article "
    "(headline, articleBody, …), at the top or in @graph."
)


class Kind(msgspec.Struct, frozen=True):
    """The media type, alone and with its charset as it goes to the reader."""

    essence: str
    full: str

    @property
    def is_json(self) -> bool:
        """Whether the body is one JSON document."""
        return self.essence in JSON_TYPES


class _Declared(msgspec.Struct):
    """The members of a JSON body that tell what it is; all others are skipped unread."""

    uri: msgspec.Raw = ABSENT
    url: msgspec.Raw = ABSENT
    id: msgspec.Raw = msgspec.field(default=ABSENT, name="@id")
    page: msgspec.Raw = msgspec.field(default=ABSENT, name="mainEntityOfPage")
    type: msgspec.Raw = msgspec.field(default=ABSENT, name="@type")
    graph: msgspec.Raw = msgspec.field(default=ABSENT, name="@graph")
    headline: msgspec.Raw = ABSENT
    headlines: msgspec.Raw = ABSENT
    name: msgspec.Raw = ABSENT
    description: msgspec.Raw = ABSENT
    description_text: msgspec.Raw = ABSENT
    descriptions: msgspec.Raw = ABSENT
    article_body: msgspec.Raw = msgspec.field(default=ABSENT, name="articleBody")
    body_text: msgspec.Raw = ABSENT
    body_html: msgspec.Raw = ABSENT
    body_xhtml: msgspec.Raw = ABSENT
    bodies: msgspec.Raw = ABSENT

    @property
    def says_something(self) -> bool:
        """Does it hold any member that a reader of ours takes words from."""
        return any(getattr(self, name) is not ABSENT for name in WORDS)

    @property
    def is_article(self) -> bool:
        """Does it call itself a kind of article."""
        return ARTICLE_TYPES.search(bytes(self.type).decode("utf-8", "replace")) is not None


class _Named(msgspec.Struct):
    id: msgspec.Raw = msgspec.field(default=ABSENT, name="@id")


WORDS = _Declared.__struct_fields__[_Declared.__struct_fields__.index("headline") :]


def read_kind(content_type: str | None) -> Kind:
    """Read "text/plain; charset=windows-1258"; refuse what no reader takes, and a charset nobody knows."""
    header = Message()
    header["content-type"] = content_type or ""
    essence = (content_type or "").partition(";")[0].strip().lower()
    if essence not in ACCEPTED:
        told = f"{essence[:80]!r} is not" if essence else "No Content-Type came along; it is one of those"
        raise Problem(
            "unsupported-media-type", f"{told} read here.", headers={"Accept": ", ".join(ACCEPTED)}, accepted=ACCEPTED
        )
    charset = header.get_param("charset")
    if charset is None or essence in JSON_TYPES:  # JSON is UTF-8, whatever a charset says
        return Kind(essence, essence)
    return Kind(essence, f"{essence}; charset={_known_charset(str(charset))}")


def addresses(kind: Kind, body: bytes, headers: Mapping[str, str], *, publisher: str) -> tuple[str, ...]:
    """The aliases a push claims, strongest first; raises when a JSON body cannot hold an article."""
    given = list(_from_headers(kind, headers))
    if kind.is_json:
        given += _from_json(kind, body)
    return tuple(dict.fromkeys(address_alias(address, publisher) for address in given))


def page_of(kind: Kind, headers: Mapping[str, str]) -> str | None:
    """The address a pushed page was read from, by which its relative links are followed."""
    location = headers.get("content-location")
    return clean_link(_as_utf8(location)) if location is not None and kind.essence == HTML else None


def _known_charset(name: str) -> str:
    try:
        bytes(4).decode(name)  # a letter of any charset; an empty text would pass through what is none, as rot13
    except (LookupError, ValueError):  # UnicodeError is a ValueError
        raise Problem(
            "unsupported-media-type", f"The charset {name[:40]!r} is not known; UTF-8 always is.", accepted=ACCEPTED
        ) from None
    return name


def _from_headers(kind: Kind, headers: Mapping[str, str]) -> Iterator[str]:
    uri = headers.get("x-article-uri")
    if uri is not None:
        yield _checked(_as_utf8(uri), "X-Article-URI")
    location = headers.get("content-location")
    if location is not None and kind.essence == HTML:
        if not is_page(location):
            raise Problem("bad-request", "Content-Location must be the page's absolute http(s) URL.")
        yield _checked(_as_utf8(location), "Content-Location")


def _from_json(kind: Kind, body: bytes) -> Iterator[str]:
    article = _article_in(_documents(kind, body))
    named = _read(article.page, _Named)
    members = {"uri": article.uri, "@id": article.id, "url": article.url, "mainEntityOfPage": article.page}
    if named is not None:
        members["mainEntityOfPage"] = named.id
    for member, raw in members.items():
        address = _read(raw, str)
        # "#article" names a place in its own page: the same in every page of that site.
        if address and not address.startswith("#"):
            yield _checked(address, member)


def _documents(kind: Kind, body: bytes) -> list[_Declared]:
    body = body.removeprefix(codecs.BOM_UTF8)
    try:
        body.decode("utf-8")  # what is skipped below is not looked into
        if kind.essence == JSON_LD and body.lstrip()[:1] == b"[":
            return _listed(body)
        whole = msgspec.json.decode(body, type=_Declared)
        return [whole, *(_listed(whole.graph) if bytes(memoryview(whole.graph)[:1]) == b"[" else ())]
    except UnicodeDecodeError as error:
        raise Problem("bad-request", f"JSON is UTF-8, and byte {error.start} of this body is not.") from error
    except msgspec.ValidationError as error:
        raise Problem("no-article", f"The JSON is no object. {LOOKED_FOR}") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise Problem("bad-request", f"The body is no JSON: {error}.") from error


def _listed(raw: bytes | msgspec.Raw) -> list[_Declared]:
    if memoryview(raw).nbytes > LARGEST_LIST:
        raise Problem(
            "no-article", f"A list or @graph over {LARGEST_LIST} bytes is not searched: send the article alone."
        )
    return [_read(item, _Declared) or _Declared() for item in msgspec.json.decode(raw, type=list[msgspec.Raw])]


def _article_in(documents: Sequence[_Declared]) -> _Declared:
    speaking = [document for document in documents if document.says_something]
    found = next((document for document in speaking if document.is_article), speaking[0] if speaking else None)
    if found is None:
        raise Problem("no-article", LOOKED_FOR)
    return found


def _read(raw: msgspec.Raw, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, RecursionError):  # of another shape: declares nothing that we use
        return None


def _as_utf8(value: str) -> str:
    """Header lines are handed on as Latin-1; publishers write UTF-8."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def _checked(address: str, where: str) -> str:
    if len(address) > MAX_ADDRESS or ADDRESS.fullmatch(address) is None:
        raise Problem(
            "bad-request", f"{where} is no address: at most {MAX_ADDRESS} characters, without spaces.", pointer=where
        )
    return address
