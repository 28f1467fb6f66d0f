"""The pages of the desk: what each shows, asked of the same parts as the API."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from msgspec import structs
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.index.rhythm import Beat
from services.index.search import Stored
from services.web.acts import Act, Acts, Done, checked_refs, may_do, read_act
from services.web.articles import unknown_article
from services.web.keys import Key
from services.web.listing import GROUPS, Listing, Row, Wanted, row_of
from services.web.pages.differences import Difference, differences
from services.web.pages.grouping import Group, grouped
from services.web.pages.input_view import InputView, view_input
from services.web.pages.login import ACT_BYTES, checked_form, own_page
from services.web.pages.render import page, preferences, seconds, translator
from services.web.problems import Problem
from services.web.responses import json_answer
from services.web.state import AppState, publisher_of, state_of
from services.web.wanted import WrongFilter, read_wanted
from shared.clock import now_us
from shared.errors import InputRefused, PermanentError, TransientError
from shared.ledger.listing import Standing
from shared.ledger.overview import redis_away

NOW_ROWS, MOST_GROUPED, FAILED_LOOKED_AT = 30, 1000, 200
PARTS = {"headline": "Headline", "date": "Date with zone", "byline": "Byline", "caption": "Captions"}
HOUR_US, DAY_US, MINUTE_US = 3_600_000_000, 86_400_000_000, 60_000_000


async def show_now(request: Request) -> Response:
    """The whole desk at this moment, alive."""
    listing = await _rows(state_of(request), Wanted(limit=NOW_ROWS))
    pace = {name: pace_of(total, request) for name, (_, total) in (await _rhythm(state_of(request))).items()}
    return page(request, "now.html", **await _state(request), listing=listing, pace=pace)


async def show_now_state(request: Request) -> Response:
    """The part of `/` that tells how the desk is, anew."""
    return page(request, "part_state.html", **await _state(request))


async def show_now_rows(request: Request) -> Response:
    """The part of `/` that lists the newest articles, anew."""
    return page(
        request, "part_rows.html", listing=await _rows(state_of(request), Wanted(limit=NOW_ROWS)), selects=False
    )


async def show_rhythm(request: Request) -> Response:
    """Figures for the charts: the last hour by minutes, the last day by quarters of an hour."""
    app_state = state_of(request)
    rhythm = await _rhythm(app_state)
    await app_state.ask(app_state.desk.drift, wait=False)  # for the first page, which never waits for it
    return json_answer(
        {name: _columns(beats) | {"said": pace_of(total, request)} for name, (beats, total) in rhythm.items()}
    )


async def show_list(request: Request) -> Response:
    """Articles by filter and by words, in one box."""
    problem, listing = "", Listing(rows=(), next=None)
    try:
        wanted = read_wanted(request.query_params)
        listing = await _rows(state_of(request), wanted)
    except WrongFilter as error:
        problem = str(error)
    here = _asked(request)
    asked = dict.fromkeys(("q", "state", "source", "publisher", "since"), "") | here
    onward = urlencode(here | {"before": listing.next or ""})
    return page(
        request, "list.html", listing=listing, asked=asked, problem=problem, here=urlencode(here), onward=onward,
        selects=True,
    )  # fmt: skip


async def show_all(request: Request) -> Response:
    """How many failed articles a filter means, from where and why, before anything is done to all of them."""
    app_state, asked = state_of(request), _asked(request)
    try:
        wanted = read_wanted(request.query_params)
    except WrongFilter as error:
        raise Problem("bad-request", str(error)) from error
    states = [state for state in wanted.states if state in GROUPS["failed"]]
    listing = await _rows(app_state, structs.replace(wanted, states=states, limit=MOST_GROUPED))
    return page(
        request, "all.html", refs=[f"{row.article}@{row.rev}" for row in listing.rows], groups=grouped(listing.rows),
        sources=Counter(row.source for row in listing.rows).most_common(20), more=listing.next is not None,
        dead=sum(row.state == "dead" for row in listing.rows), here=urlencode(asked),
        here_shown=", ".join(f"{name}: {value}" for name, value in asked.items()),
    )  # fmt: skip


def _asked(request: Request) -> dict[str, str]:
    """The filter of a list, as it stands in its address."""
    names = ("q", "state", "source", "publisher", "since")
    return {name: value for name in names if (value := request.query_params.get(name, ""))}


async def show_one(request: Request) -> Response:
    """One article: its way, its input beside what was read, revisions, acts."""
    app_state, name = state_of(request), request.path_params["name"]
    stored = await app_state.ask(app_state.index.get, name)
    article = stored.article_id if stored is not None else name.partition("@")[0]
    head = await app_state.ask(app_state.ledger.head, article)
    ref = name if "@" in name else f"{article}@{head.rev}" if head is not None else None
    line = await app_state.ask(app_state.ledger.line, ref) if ref else None
    if stored is None and line is None:
        raise unknown_article()
    row = row_of(line, stored)
    return page(
        request,
        "article.html",
        stored=stored,
        line=line,
        row=row,
        input=await _input(app_state, row, stored),
        acts=_acts_on(row, stored),
        changed=await _changed(app_state, stored),
        acted=await app_state.ask(app_state.desk.audit.latest, 20, article),
    )


async def show_dead(request: Request) -> Response:
    """What no further try helps, and what only its sender can mend, by cause."""
    app_state = state_of(request)
    state: Standing = "refused" if request.query_params.get("state") == "refused" else "dead"
    listing = await _rows(app_state, Wanted(states=(state,), limit=MOST_GROUPED))
    groups: Sequence[Group] = grouped(listing.rows)
    return page(request, "dead.html", groups=groups, state=state, more=listing.next is not None)


async def show_feeds(request: Request) -> Response:
    """The feeds, the failing ones first."""
    app_state = state_of(request)
    feeds = await app_state.ask(app_state.desk.feeds)
    return page(request, "feeds.html", feeds=feeds, now=now_us())


async def show_quality(request: Request) -> Response:
    """What is read of each source, against its own past."""
    app_state = state_of(request)
    drifts = [
        {
            "source": drift.source,
            "changed": drift.changed,
            "now": structs.asdict(drift.now),
            "past": structs.asdict(drift.past),
        }
        for drift in await app_state.ask(app_state.desk.drift, wait=True)
    ]
    return page(request, "quality.html", drifts=drifts, parts=PARTS)


async def show_publishers(request: Request) -> Response:
    """Who pushes, with which keys, and what became of the last pushes."""
    app_state = state_of(request)
    keys: dict[str, list[Key]] = {}
    for key in app_state.keys.list():
        keys.setdefault(key.publisher.name, []).append(key)
    publishers = [
        {
            "name": name,
            "own_keys": own,
            "rows": (await _rows(app_state, Wanted(source=f"push:{name}", limit=8))).rows,
            "refusals": grouped((await _rows(app_state, _failed_of(name))).rows),
        }
        for name, own in keys.items()
    ]
    return page(request, "publishers.html", publishers=publishers)


async def do_act(request: Request) -> Response:
    """Do what the form says to the articles it names; a reason comes with it."""
    form = await checked_form(request, ACT_BYTES)
    app_state, who = state_of(request), publisher_of(request).name
    try:
        act = read_act(request.path_params["act"])
        refs, why = form.get("refs", "").split(), form.get("why", "").strip()
        if act != "resume":  # which names a stage or a source
            checked_refs(refs)
        if not why:
            raise PermanentError("say why: it is kept with the act")
        done = await app_state.ask(_act, app_state.desk.acts, act, refs, {"who": who, "why": why}, form)
    except (PermanentError, InputRefused) as error:
        raise Problem("bad-request", str(error)) from error
    said = urlencode({"done": done.done, "left": len(done.left), "act": act})
    back = own_page(form.get("next", ""))
    return RedirectResponse(f"{back}{'&' if '?' in back else '?'}{said}", 303)


def _act(acts: Acts, act: Act, refs: Sequence[str], audit: Mapping[str, str], form: Mapping[str, str]) -> Done:
    match act:
        case "edit":
            text = form.get("text", "").replace("\r\n", "\n")  # as a form sends the ends of lines
            return acts.edit(refs[0], text, who=audit["who"], why=audit["why"])
        case "release":
            return acts.release(refs[0].partition("@")[0], who=audit["who"], why=audit["why"])
        case "resume":
            return acts.resume(form.get("refs", "").strip(), who=audit["who"], why=audit["why"])
        case _:
            return acts.on_articles(act, refs, who=audit["who"], why=audit["why"])


def _acts_on(row: Row, stored: Stored | None) -> list[Act]:
    """What may be done to an article as it stands; to an older revision nothing."""
    is_newest = stored is None or stored.revisions[-1:] == () or stored.revisions[-1].rev <= row.rev
    acts: list[Act] = [act for act in ("replay", "discard", "withdraw") if may_do(act, row) and is_newest]
    return [*acts, "release"] if stored is not None and stored.owner and is_newest else acts


async def _changed(app_state: AppState, stored: Stored | None) -> list[Difference] | None:
    """What this revision says otherwise than the one before it; None where there is none, or it is too long."""
    earlier = [past.rev for past in stored.revisions if past.rev < stored.rev] if stored is not None else []
    if stored is None or not earlier:
        return None
    before = await app_state.ask(app_state.index.get, f"{stored.article_id}@{max(earlier)}")
    return await app_state.ask(differences, before.article, stored.article) if before is not None else None


async def _state(request: Request) -> dict[str, Any]:
    app_state = state_of(request)
    try:
        overview = await app_state.ask(app_state.look)
        return {"overview": overview, "troubles": overview.troubles, "drifted": app_state.desk.drifted()}
    except TransientError as error:
        return {"overview": None, "troubles": (redis_away(error, now_us()),), "drifted": app_state.desk.drifted()}


async def _rows(app_state: AppState, wanted: Wanted) -> Listing:
    try:
        return await app_state.ask(app_state.list_articles, wanted)
    except TransientError:  # what is wrong stands among the troubles
        return Listing(rows=(), next=None)


async def _input(app_state: AppState, row: Row, stored: Stored | None) -> InputView | None:
    archived = await app_state.ask(app_state.desk.archived, f"{row.article}@{row.rev}", stored)
    if archived is None:
        return None
    return view_input(archived, stored.article if stored is not None else None)


def _failed_of(publisher: str) -> Wanted:
    return Wanted(states=GROUPS["failed"], source=f"push:{publisher}", limit=FAILED_LOOKED_AT)


async def _rhythm(app_state: AppState) -> dict[str, tuple[list[Beat], Beat]]:
    """The last hour by minutes and the last day by quarters of an hour, each with the whole of it in one."""
    now, told = now_us(), {}
    for name, (span, step) in {"hour": (HOUR_US, MINUTE_US), "day": (DAY_US, 15 * MINUTE_US)}.items():
        beats = await app_state.ask(app_state.desk.rhythm, since_us=now - span, until_us=now, step_us=step)
        whole = await app_state.ask(app_state.desk.rhythm, since_us=now - span, until_us=now, step_us=span)
        told[name] = (beats, whole[0] if whole else Beat(at_us=now - span, count=0, p50_us=0, p95_us=0))
    return told


def pace_of(total: Beat, request: Request) -> str:
    """`24 articles, half within 0.2 s, 95 % within 0.8 s`, in the reader's language."""
    say = translator(preferences(request)["lang"])
    if not total.count:
        return say("nothing was indexed")
    within = f"{say('half were done within')} {seconds(total.p50_us)}, {say('95 % within')} {seconds(total.p95_us)}"
    return f"{total.count:,} {say('articles')}, {within}"


def _columns(beats: Sequence[Beat]) -> dict[str, Any]:
    """Column by column, as the chart takes them; times in seconds, none where nothing was indexed."""
    return {
        "at": [beat.at_us / 1e6 for beat in beats],
        "count": [float(beat.count) for beat in beats],
        "p50": [beat.p50_us / 1e6 if beat.count else None for beat in beats],
        "p95": [beat.p95_us / 1e6 if beat.count else None for beat in beats],
    }
