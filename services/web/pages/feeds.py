"""`/feeds`: the feeds, how each is doing, and what a person does to them."""

from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from services.ingest.feed_states import FeedState
from services.ingest.subscriptions import Subscription
from services.web.feed_desk import FeedAct, FeedDesk, read_feed_act
from services.web.pages.login import ACT_BYTES, checked_form, own_page
from services.web.pages.render import page
from services.web.problems import Problem
from services.web.responses import see_other
from services.web.state import publisher_of, state_of
from shared.clock import now_us
from shared.errors import PermanentError

Told = Sequence[tuple[Subscription, FeedState]]
FIELDS = ("url", "zone", "language", "select")


async def show_feeds(request: Request) -> Response:
    """The feeds, the failing ones first; with `?state=failing` those alone."""
    return await show_feeds_page(request)


async def show_failing(request: Request) -> Response:
    """How many feeds fail, and which, before all of them are tried again."""
    feeds = [one for one in await _all(request) if one[1].is_failing]
    return page(request, "feeds_retry.html", feeds=feeds)


async def show_removal(request: Request) -> Response:
    """Which feed would be removed, before it is."""
    feed_id = request.query_params.get("id", "")
    feeds = [one for one in await _all(request) if one[0].id == feed_id]
    if not feeds:
        raise Problem("unknown-feed", "It may have been removed meanwhile.")
    return page(request, "feeds_remove.html", feed=feeds[0][0], state=feeds[0][1])


async def do_feed_act(request: Request) -> Response:
    """Do what the form says to the feeds it names."""
    form = await checked_form(request, ACT_BYTES)
    desk, who, why = state_of(request).desk.feeds, publisher_of(request).name, form.get("why", "").strip()
    try:
        act = read_feed_act(request.path_params["act"])
    except PermanentError as error:
        raise Problem("bad-request", str(error)) from error
    if act == "add":
        return await _add(request, desk, form, who)
    ids = form.get("ids", "").split()
    if not ids:
        raise Problem("bad-request", "no feed was chosen")
    if act == "remove" and not why:
        raise Problem("bad-request", "say why: it is kept with the act")
    done = await state_of(request).ask(_ACTS[act], desk, ids, who=who, why=why)
    return _back(form, act, done.done, len(done.left))


async def _add(request: Request, desk: FeedDesk, form: dict[str, str], who: str) -> Response:
    """Subscribe; what is wrong stands beside its field, and what was typed stays."""
    given = {name: form.get(name, "").strip() for name in FIELDS}
    added = await state_of(request).ask(desk.add, **given, who=who, why=form.get("why", "").strip())
    if added.feed is None:
        return await show_feeds_page(request, status=422, given=given, problems=added.problems)
    return _back(form, "add", 1, 0)


async def show_feeds_page(
    request: Request, *, status: int = 200, given: dict[str, str] | None = None, problems: dict[str, str] | None = None
) -> Response:
    """The feeds; with what was typed, and what is wrong with it, beside its field."""
    told = await _all(request)
    only_failing = request.query_params.get("state") == "failing"
    return page(
        request,
        "feeds.html",
        status=status,
        feeds=[one for one in told if one[1].is_failing] if only_failing else told,
        failing=sum(state.is_failing for _, state in told),
        count=len(told),
        only_failing=only_failing,
        waiting=any(not state.checked_us and not state.stopped for _, state in told),  # for their first visit
        now=now_us(),
        given=given or dict.fromkeys(FIELDS, ""),
        problems=problems or {},
        failing_lists=await state_of(request).ask(state_of(request).desk.feeds.failing_lists),
    )


async def _all(request: Request) -> Told:
    app_state = state_of(request)
    return await app_state.ask(app_state.desk.feeds.list)


def _back(form: dict[str, str], act: FeedAct, done: int, left: int) -> Response:
    back = own_page(form.get("next", "/feeds"))
    said = urlencode({"done": done, "left": left, "act": act})
    return see_other(f"{back}{'&' if '?' in back else '?'}{said}")


_ACTS = {"refresh": FeedDesk.refresh, "resume": FeedDesk.resume, "remove": FeedDesk.remove}
