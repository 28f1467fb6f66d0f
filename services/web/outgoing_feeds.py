"""`GET /v1/feeds/{name}.atom` and `.json`: a saved filter of the desk as a feed; `/v1/search.atom` and `.json`: any."""

import hashlib
from collections.abc import Callable, Mapping
from email.utils import format_datetime
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from services.index.exports import atom, json_feed
from services.index.exports.feed import Feed, FeedEntry, FeedTombstone
from services.index.feed_page import FeedPage, FeedWanted, Shown
from services.web.articles import is_known
from services.web.feed_keys import IN_ADDRESS
from services.web.links import link_to
from services.web.listing import Wanted
from services.web.names import looks_like_name
from services.web.picture_addresses import shown_article, site_of
from services.web.problems import Problem
from services.web.queries import refused_parameter
from services.web.responses import json_answer
from services.web.saved_filters import SavedFilter
from services.web.scopes import may, only_of
from services.web.state import publisher_of, state_of
from services.web.wanted import WrongFilter, read_wanted
from shared.clock import from_us, now
from shared.errors import PermanentError
from shared.http_date import read_http_date
from shared.sink_settings import hubs_of

SETTLED_S = 60.0
ENDINGS = ("atom", "json")

Write = Callable[[Feed], bytes]


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """One way to write a feed."""

    ending: str
    media_type: str
    write: Write


ATOM = Format(
    ending="atom",
    media_type=f"{atom.MEDIA_TYPE}; charset=utf-8",
    write=lambda feed: atom.to_atom(feed).encode("utf-8", "replace"),
)
JSON_FEED = Format(
    ending="json",
    media_type=json_feed.MEDIA_TYPE,
    write=lambda feed: msgspec.json.encode(json_feed.to_json_feed(feed)) + b"\n",
)


def feed_of(saved: SavedFilter) -> Wanted | None:
    """What the feed of a saved filter shows; None of one without published articles, or that means one by its name, or
    what a worker did."""
    try:
        wanted = read_wanted(dict(parse_qsl(saved.query)))
    except PermanentError:  # of another release, that knew another filter
        return None
    is_of_articles = "indexed" in wanted.states and not looks_like_name(wanted.q) and not wanted.worker
    return wanted if is_of_articles else None


async def list_feeds(request: Request) -> Response:
    """The saved filters that have a feed, each with its addresses."""
    app_state = state_of(request)
    saved = await app_state.ask(app_state.desk.filters.list)
    return json_answer({"feeds": [_listed(one.name) for one in saved if feed_of(one) is not None]})


async def show_saved_atom(request: Request) -> Response:
    """A saved filter as Atom."""
    return await _saved(request, ATOM)


async def show_saved_json(request: Request) -> Response:
    """A saved filter as JSON Feed."""
    return await _saved(request, JSON_FEED)


async def show_found_atom(request: Request) -> Response:
    """What a search means, the newest first, as Atom."""
    return await _found(request, ATOM)


async def show_found_json(request: Request) -> Response:
    """The same as JSON Feed."""
    return await _found(request, JSON_FEED)


async def _saved(request: Request, form: Format) -> Response:
    app_state, name = state_of(request), request.path_params["name"]
    saved = await app_state.ask(app_state.desk.filters.find, name)
    filtered = feed_of(saved) if saved is not None else None
    if saved is None or filtered is None:
        raise Problem("not-found", "The desk has saved no filter of published articles under this name.")
    page = _read_wanted(request.query_params)
    wanted = msgspec.structs.replace(filtered, before=page.before, limit=page.limit)
    only = "" if may(publisher_of(request).scopes, "feeds") else only_of(publisher_of(request))
    return await _answer(request, form, wanted, only, title=saved.name, since_us=saved.at_us)


async def _found(request: Request, form: Format) -> Response:
    wanted = _read_wanted(request.query_params)
    if looks_like_name(wanted.q):
        raise refused_parameter("q", "q must be words: what is spelled as the name of one article has no feed.")
    title = wanted.q or wanted.source or "Copydesk"
    return await _answer(request, form, wanted, only_of(publisher_of(request)), title=title)


async def _answer(
    request: Request, form: Format, wanted: Wanted, only: str, *, title: str, since_us: int = 0
) -> Response:
    """The page, or that its reader has it; `since_us` is when what the feed shows was last chosen."""
    app_state = state_of(request)
    asked = FeedWanted(
        q=wanted.q, source=wanted.source, since=wanted.since, of=only, before=wanted.before, limit=wanted.limit
    )
    page = await app_state.ask(app_state.read_feed, asked)
    feed = _feed_of(request, page, title)
    body = await app_state.ask(form.write, feed)
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Link": _link_of(feed)}
    changed = max(feed.updated, from_us(since_us))
    if (now() - changed).total_seconds() > SETTLED_S:  # another change may still come within the same second
        headers["Last-Modified"] = format_datetime(changed.replace(microsecond=0), usegmt=True)
    if _is_same(request, headers):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=form.media_type)


def _feed_of(request: Request, page: FeedPage, title: str) -> Feed:
    site = site_of(request)
    path = f"{site}{link_to(quote(request.scope['path']))}"
    asked = [(name, value) for name, value in parse_qsl(request.url.query) if name != "before"]
    named = [(name, value) for name, value in asked if name not in (IN_ADDRESS, "limit")]
    before = request.query_params.get("before")
    first = _at(path, asked)
    return Feed(
        id=f"urn:copydesk:feed:{quote(_at(request.scope['path'].rpartition('.')[0], named), safe='/')}",
        title=title,
        address=_at(path, [*asked, ("before", before)]) if before else first,
        first=first,
        following=_at(path, [*asked, ("before", str(page.next))]) if page.next is not None else None,
        hubs=() if before else hubs_of(state_of(request).settings.sinks, first),
        entries=tuple(_entry(request, one) for one in page.shown),
        tombstones=tuple(FeedTombstone(article_id=gone.article_id, at=from_us(gone.at_us)) for gone in page.gone),
    )


def _entry(request: Request, shown: Shown) -> FeedEntry:
    """Pictures that lie at the desk have an address for those who may fetch them there."""
    article = shown.entry.article
    if may(publisher_of(request).scopes, "read"):
        article = shown_article(request, shown.article_id, article, is_whole=True)
    return FeedEntry(article_id=shown.article_id, article=article, updated=from_us(shown.at_us), source=shown.came_from)


def _read_wanted(query: Mapping[str, str]) -> Wanted:
    try:
        return read_wanted({name: value for name, value in query.items() if name != IN_ADDRESS})
    except WrongFilter as error:
        raise refused_parameter(error.name, str(error)) from error


def _listed(name: str) -> dict[str, object]:
    path = link_to(f"/v1/feeds/{quote(name, safe='')}")
    return {"name": name, "links": {ending: f"{path}.{ending}" for ending in ENDINGS}}


def _link_of(feed: Feed) -> str:
    """The links that WebSub looks for first (RFC 8288)."""
    hubs = [f'<{hub}>; rel="hub"' for hub in feed.hubs]
    return ", ".join([*hubs, f'<{feed.address}>; rel="self"'])


def _is_same(request: Request, headers: Mapping[str, str]) -> bool:
    """Has the reader this very page (RFC 9110, 13.2.2: an `ETag` counts before a date)?"""
    etag = request.headers.get("if-none-match")
    if etag is not None:
        return is_known(etag, headers["ETag"])
    since = read_http_date(request.headers.get("if-modified-since", ""))
    changed = read_http_date(headers.get("Last-Modified", ""))
    return since is not None and changed is not None and changed <= since


def _at(path: str, query: list[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(query)}" if query else path
