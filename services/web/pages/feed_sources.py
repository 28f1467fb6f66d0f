"""Feeds before they are watched: looked at one by one, or taken and given as a list; and one that is, by itself."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from services.ingest.section_settings import read_section
from services.web.pages.feed_form import read_changes
from services.web.pages.feeds import FIELDS, show_feeds_page
from services.web.pages.login import ACT_BYTES, checked_form
from services.web.pages.render import page
from services.web.problems import Problem, later
from services.web.responses import see_other
from services.web.state import publisher_of, state_of
from shared.errors import IntakeFull, PermanentError
from shared.source_settings import problems_of_source

LIST_BYTES = 8 * 1024 * 1024  # a list of 10,000 feeds, as a form sends it
REFUSED_SHOWN = 50


async def check_feed(request: Request) -> Response:
    """Have an address looked at by ingest, which has a way out."""
    form = await checked_form(request, ACT_BYTES)
    given = {name: form.get(name, "").strip() for name in FIELDS}
    problems = problems_of_source(zone=given["zone"] or None, language=given["language"] or None)
    if not given["url"]:
        problems["url"] = "no address was given"
    try:
        section = read_section(given["select"], None, None)
    except PermanentError as error:
        problems["select"] = str(error)
    if problems:
        return await show_feeds_page(request, status=422, given=given, problems=problems)
    try:
        check = await state_of(request).ask(state_of(request).desk.feeds.checks.ask, given["url"], section)
    except IntakeFull as error:
        raise Problem("busy", str(error), headers=later(error.retry_after)) from error
    asked = {"id": check} | {name: given[name] for name in FIELDS if name != "url"}
    return see_other(f"/feeds/preview?{urlencode(asked)}")


async def show_preview(request: Request) -> Response:
    """What was seen at an address; until then the page asks again."""
    asked = request.query_params
    check = await state_of(request).ask(state_of(request).desk.feeds.checks.get, asked.get("id", ""))
    if check is None:
        raise Problem("unknown-feed", "What was seen there is kept for ten minutes: look again.")
    given = {name: asked.get(name, "") for name in FIELDS}
    return page(request, "feeds_preview.html", check=check, given=given)


async def import_feeds(request: Request) -> Response:
    """Watch all feeds of a list that was pasted: OPML, or addresses line by line."""
    form = await checked_form(request, LIST_BYTES)
    app_state, who = state_of(request), publisher_of(request).name
    try:
        done = await app_state.ask(app_state.desk.feeds.add_list, form.get("list", "").encode(), who=who)
    except PermanentError as error:
        return await show_feeds_page(request, status=422, problems={"list": str(error)})
    if not done.refused:
        return see_other(f"/feeds?{urlencode({'done': len(done.added), 'left': len(done.known), 'act': 'add'})}")
    return page(request, "feeds_imported.html", done=done, shown=REFUSED_SHOWN)


async def export_feeds(request: Request) -> Response:
    """The feeds as OPML, without passwords."""
    opml = await state_of(request).ask(state_of(request).desk.feeds.as_opml)
    headers = {"Content-Disposition": 'attachment; filename="feeds.opml"', "Cache-Control": "no-store"}
    return Response(opml, headers=headers, media_type="text/x-opml; charset=utf-8")


async def show_feed(request: Request) -> Response:
    """One feed: its state, its last visits, what can be changed of it."""
    return await _feed_page(request, request.query_params.get("id", ""))


async def edit_feed(request: Request) -> Response:
    """Give a feed other settings."""
    form = await checked_form(request, ACT_BYTES)
    desk, feed_id = state_of(request).desk.feeds, form.get("id", "")
    changes, problems = read_changes(form)
    if problems:
        return await _feed_page(request, feed_id, status=422, problems=problems)
    edited = await state_of(request).ask(desk.edit, feed_id, changes, who=publisher_of(request).name)
    if edited.feed is None:
        return await _feed_page(request, feed_id, status=422, problems=edited.problems)
    return see_other(f"/feeds/one?{urlencode({'id': feed_id})}")


async def _feed_page(
    request: Request, feed_id: str, *, status: int = 200, problems: dict[str, str] | None = None
) -> Response:
    app_state = state_of(request)
    shown = await app_state.ask(app_state.desk.feeds.one, feed_id)
    if shown is None:
        raise Problem("unknown-feed", "It may have been removed meanwhile.")
    return page(request, "feed.html", status=status, shown=shown, problems=problems or {})
