"""`/`: the whole desk at this moment, alive."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.index.rhythm import Beat
from services.web.listing import Wanted
from services.web.pages.render import page, preferences, seconds, translator
from services.web.pages.rows import rows_wanted
from services.web.responses import json_answer
from services.web.state import AppState, state_of
from shared.clock import now_us
from shared.errors import TransientError
from shared.ledger.overview import redis_away
from shared.ledger.reader import STAGES
from shared.ledger.troubles import Worker

NOW_ROWS = 30
HOUR_US, DAY_US, MINUTE_US = 3_600_000_000, 86_400_000_000, 60_000_000


async def show_now(request: Request) -> Response:
    """The whole desk at this moment, alive."""
    listing = await rows_wanted(state_of(request), Wanted(limit=NOW_ROWS))
    pace = {name: pace_of(total, request) for name, (_, total) in (await _rhythm(state_of(request))).items()}
    return page(request, "now.html", **await _state(request), listing=listing, pace=pace)


async def show_now_state(request: Request) -> Response:
    """The part of `/` that tells how the desk is, anew."""
    return page(request, "part_state.html", **await _state(request))


async def show_now_rows(request: Request) -> Response:
    """The part of `/` that lists the newest articles, anew."""
    return page(
        request, "part_rows.html", listing=await rows_wanted(state_of(request), Wanted(limit=NOW_ROWS)), selects=False
    )


async def show_rhythm(request: Request) -> Response:
    """Figures for the charts: the last hour by minutes, the last day by quarters of an hour."""
    app_state = state_of(request)
    rhythm = await _rhythm(app_state)
    await app_state.ask(app_state.desk.drift, wait=False)  # for the first page, which never waits for it
    return json_answer(
        {name: _columns(beats) | {"said": pace_of(total, request)} for name, (beats, total) in rhythm.items()}
    )


async def _state(request: Request) -> dict[str, Any]:
    app_state = state_of(request)
    try:
        overview = await app_state.ask(app_state.look)
    except TransientError as error:
        away = (redis_away(error, now_us()),)
        return {"overview": None, "troubles": away, "drifted": app_state.desk.drifted(), "workers": ()}
    workers = sorted((one for one in overview.workers if one.name in STAGES), key=_place_of)
    troubles = overview.troubles
    return {"overview": overview, "troubles": troubles, "drifted": app_state.desk.drifted(), "workers": workers}


def _place_of(worker: Worker) -> tuple[int, str, str]:
    return STAGES.index(worker.name), worker.host, worker.boot


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
