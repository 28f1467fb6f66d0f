"""What a push declares about itself: its kind of body, its articles, and the addresses each may be known by."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from email.message import Message

import msgspec
from starlette.datastructures import Headers

from services.ingest.feeds import make_inputs
from services.ingest.formats import json_feed
from services.ingest.formats.announced import looks_like_feed
from services.ingest.formats.json_articles import LARGEST_LIST, BrokenJson, JsonArticle, split_json
from services.ingest.packages import Item, declared_item, split_package
from services.web.correction_form import NINJS
from services.web.keys import Publisher
from services.web.problems import BODY, Place, Problem, in_body, in_header, in_xml
from services.web.spooling import MULTIPART
from shared.article import PubStatus
from shared.embargo import EXPECTED, embargo_end_of, latest, shown
from shared.envelope import MOST_BYTES, Input, Source
from shared.errors import InputRefused, NotAFeed, StatusUnread
from shared.identity import address_alias, address_fault, clean_link, is_page, without_login
from shared.pub_status import status_among

TEXT, HTML, JSON_LD = "text/plain", "text/html", "application/ld+json"
JSON, JSON_FEED = "application/json", "application/feed+json"
XML, TEXT_XML, NITF = "application/xml", "text/xml", "application/nitf+xml"
NEWS_ITEM = "application/vnd.iptc.g2.newsitem+xml"
NEWS_MESSAGE = "application/vnd.iptc.g2.newsmessage+xml"
ACCEPTED = (TEXT, HTML, JSON, NINJS, JSON_LD, JSON_FEED, XML, TEXT_XML, NITF, NEWS_ITEM, NEWS_MESSAGE)
XML_TYPES = frozenset({XML, TEXT_XML, NITF, NEWS_ITEM, NEWS_MESSAGE})
JSON_TYPES = frozenset({JSON, NINJS, JSON_LD, JSON_FEED})

EMBARGO = "x-embargoed-until"
MAX_VERSION = 64
MOST_BYTES_SPLIT = 2 * MOST_BYTES  # each item of a message repeats its head


class Kind(msgspec.Struct, frozen=True):
    """The media type, alone and with its charset as it goes to the reader."""

    essence: str
    full: str

    @property
    def is_json(self) -> bool:
        """Whether the body is one JSON document."""
        return self.essence in JSON_TYPES


def read_kind(content_type: str | None) -> Kind:
    """Read "text/plain; charset=windows-1258"; refuse what no reader takes, and a charset nobody knows."""
    header = Message()
    header["content-type"] = content_type or ""
    essence = (content_type or "").partition(";")[0].strip().lower()
    if essence not in ACCEPTED:
        reason = f"{essence[:80]!r} is not" if essence else "No Content-Type came along; it is one of those"
        raise Problem(
            "unsupported-media-type",
            f"{reason} read here.",
            at=in_header("Content-Type"),
            headers={"Accept": ", ".join(ACCEPTED)},
            accepted=[*ACCEPTED, *MULTIPART],
        )
    charset = header.get_param("charset")
    if charset is None or essence in JSON_TYPES:  # JSON is UTF-8, whatever a charset says
        return Kind(essence, essence)
    return Kind(essence, f"{essence}; charset={_known_charset(str(charset))}")


def inputs_of(kind: Kind, body: bytes, headers: Mapping[str, str], publisher: Publisher) -> Sequence[Input]:
    """The articles of a push as inputs, each with the aliases it declares, strongest first.

    Raises a `Problem` when a JSON body holds no article, or several that cannot be told apart.
    """
    given, page = _given_uri(headers), _page_of(headers)
    source = Source(kind="push", name=publisher.name, zone=publisher.zone, language=publisher.language)
    if kind.is_json:
        inputs = _from_json(kind, body, source, page)
    elif kind.essence in XML_TYPES:
        inputs = _from_xml(kind, body, source, page)
    else:
        inputs = [_standing_at(page, Input(source=source, media_type=kind.full, body=body))]
    if len(inputs) > 1 and given is not None:
        detail = f"X-Article-URI names one article, and the body holds {len(inputs)}."
        raise Problem("bad-request", detail, at=in_header("X-Article-URI"))
    ahead = [address_alias(given, publisher.name)] if given is not None else []
    told = _told(headers, publisher.zone)
    return [
        msgspec.structs.replace(item, aliases=tuple(dict.fromkeys((*ahead, *item.aliases))), **told) for item in inputs
    ]


def _standing_at(page: str | None, item: Input) -> Input:
    """The article with the page where it stands, after the addresses it names itself."""
    if page is None:
        return item
    return msgspec.structs.replace(
        item, aliases=(*item.aliases, address_alias(page, item.source.name)), url=clean_link(page)
    )


def _told(headers: Mapping[str, str], zone: str | None) -> dict[str, object]:
    """What headers tell of the articles beside their bodies, and before them: version and embargo."""
    told: dict[str, object] = {}
    version, until = headers.get("x-article-version"), held_until(headers, zone)
    if version is not None:
        version = _as_utf8(version).strip()
        if not 0 < len(version) <= MAX_VERSION or not version.isprintable():
            raise bad_header("X-Article-Version", f"must be 1 to {MAX_VERSION} printable characters")
        told["version"] = version
    if until is not None:
        told["embargoed_until"] = until
    return told


def held_until(headers: Mapping[str, str], zone: str | None) -> dt.datetime | None:
    """Until when header lines hold what comes with them: of several, also within one line, the latest counts."""
    if EMBARGO not in headers:
        return None
    lines = headers.getlist(EMBARGO) if isinstance(headers, Headers) else [headers[EMBARGO]]
    ends = [embargo_end_of(said, zone) for line in lines for said in line.split(",")]
    if None in ends:
        raise bad_header("X-Embargoed-Until", EXPECTED)
    return latest(*ends)


def check_embargo(member: str, said: object, zone: str | None, place: Place) -> None:
    """Raise `Problem` for an embargo whose end cannot be read: taken in, the article could only be lost or betrayed."""
    if said is not None and embargo_end_of(said, zone) is None:
        raise Problem("bad-request", f"{member} {EXPECTED}; it says {shown(said)}.", at=place)


def checked_status(statuses: Iterable[tuple[str, object]], where: Sequence[str | int] = ()) -> PubStatus | None:
    """Whether an article may be published, or the problem that points at the member that nobody can read."""
    try:
        return status_among(statuses)
    except StatusUnread as error:
        raise Problem("bad-request", str(error), at=in_body(*where, error.place)) from error


def bad_header(name: str, detail: str) -> Problem:
    """A header line that makes no sense: which, and what was expected."""
    return Problem("bad-request", f"{name} {detail}.", at=in_header(name))


def version_of(said: str | None) -> str | None:
    """A version as it is compared; one that is too long to be one, or not printable, is not."""
    said = (said or "").strip()
    return said if 0 < len(said) <= MAX_VERSION and said.isprintable() else None


def _given_uri(headers: Mapping[str, str]) -> str | None:
    uri = headers.get("x-article-uri")
    return None if uri is None else checked_address(_as_utf8(uri), "X-Article-URI", in_header("X-Article-URI"))


def _page_of(headers: Mapping[str, str]) -> str | None:
    """The address where the body stands (RFC 9110, 8.7), by which its relative links are followed.

    The RFC allows a relative one too; it would be an address of the desk, where no publisher's page stands.
    """
    location = headers.get("content-location")
    if location is None:
        return None
    if not is_page(location):
        raise bad_header("Content-Location", "must be the page's absolute http(s) URL")
    return checked_address(_as_utf8(location), "Content-Location", in_header("Content-Location"))


def _known_charset(name: str) -> str:
    try:
        bytes(4).decode(name)  # a letter of any charset; an empty text would pass through what is none, as rot13
    except (LookupError, ValueError):  # UnicodeError is a ValueError
        raise Problem(
            "unsupported-media-type",
            f"The charset {name[:40]!r} is not known; UTF-8 always is.",
            at=in_header("Content-Type"),
            accepted=ACCEPTED,
        ) from None
    return name


def _from_json(kind: Kind, body: bytes, source: Source, page: str | None) -> Sequence[Input]:
    try:
        if kind.essence == JSON_FEED or json_feed.announces_itself(body):
            return _from_feed(body, source)
        articles = split_json(body)
    except BrokenJson as error:
        raise Problem("bad-request", str(error), at=BODY) from error
    except (InputRefused, NotAFeed) as error:
        raise Problem("no-article", str(error), at=BODY) from error
    for article in articles:
        for where, said in article.embargoes:
            check_embargo(str(where[-1]), said, source.zone, in_body(*where))
    inputs = [_json_input(kind, article, source) for article in articles]
    return [_standing_at(page, inputs[0])] if len(inputs) == 1 and not _is_listed(articles[0]) else inputs


def _json_input(kind: Kind, article: JsonArticle, source: Source) -> Input:
    return Input(
        source=source,
        media_type=kind.full,
        body=article.body,
        aliases=tuple(
            address_alias(checked_address(said, member, in_body(*article.where, member)), source.name)
            for member, said in article.addresses
        ),
        version=version_of(article.version),
        withdraws=checked_status(article.statuses, article.where) not in (None, "usable"),
    )


def _is_listed(article: JsonArticle) -> bool:
    """Does an article stand in a list, also alone: where that stands, another article may stand tomorrow."""
    return article.where[:1] == ("itemListElement",) or any(isinstance(step, int) for step in article.where[:1])


def _from_xml(kind: Kind, body: bytes, source: Source, page: str | None) -> Sequence[Input]:
    """The items of a NewsML-G2 message, or one article, known by the guid it declares."""
    if looks_like_feed(body):
        raise Problem("no-article", "RSS and Atom are not pushed: the operator watches a feed at its address.", at=BODY)
    try:
        items = split_package(body, "the body", MOST_BYTES_SPLIT) or [declared_item(body)]
    except InputRefused as error:
        raise Problem("no-article", str(error), at=BODY) from error
    for item in items:
        what = f"embargoed of the item {item.guid}" if item.guid else "embargoed"
        for path, said in item.embargoes:
            check_embargo(what, said, source.zone, in_xml(path))
        _check_statuses(item)
    inputs = [
        Input(
            source=source,
            media_type=kind.full,
            body=item.body,
            aliases=_aliases_of_item(item, source),
            version=version_of(item.version),
        )
        for item in items
    ]
    return [_standing_at(page, inputs[0])] if len(inputs) == 1 else inputs


def _check_statuses(item: Item) -> None:
    try:
        status_among(item.statuses)
    except StatusUnread as error:
        raise Problem("bad-request", str(error), at=in_xml(error.place)) from error


def _aliases_of_item(item: Item, source: Source) -> tuple[str, ...]:
    if not item.guid:
        return ()
    return (address_alias(checked_address(item.guid, "guid", in_xml(f"{item.path}/@guid")), source.name),)


def _from_feed(body: bytes, source: Source) -> Sequence[Input]:
    """The items of a pushed JSON Feed, known by their pages, and by their ids within what this publisher pushes."""
    if len(body) > LARGEST_LIST:
        raise InputRefused(f"A JSON Feed over {LARGEST_LIST} bytes is not read here: send fewer items at once.")
    key = f"push:{source.name}"
    feed = json_feed.read(body.decode("utf-8", "replace").lstrip("\ufeff \t\r\n"), "the body")
    for member, said in feed.embargoes:
        check_embargo(member, said, source.zone, in_body(member))
    for number, entry in enumerate(feed.entries):
        for member, said in entry.embargoes:
            check_embargo(member, said, source.zone, in_body("items", number, member))
        if entry.link is not None:
            checked_address(without_login(entry.link), "url", in_body("items", number, "url"))
    items = make_inputs(feed, key, source)
    if not items:
        raise InputRefused("The JSON Feed holds no items.")
    return [item.input for item in items]


def _as_utf8(value: str) -> str:
    """Header lines are handed on as Latin-1; publishers write UTF-8."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def checked_address(address: str, name: str, place: Place) -> str:
    """An address that a push names, or a problem that points at where it stood."""
    fault = address_fault(address)
    if fault is not None:
        raise Problem("bad-request", f"{name} {fault}.", at=place)
    return address
