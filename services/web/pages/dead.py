"""`/dead`: what no further try helps, and what only its sender can mend, by cause; what people decide on a cause."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from services.web.acts import checked_refs
from services.web.listing import Wanted
from services.web.pages.grouping import MOST_GROUPED, grouped
from services.web.pages.login import checked_form
from services.web.pages.render import page
from services.web.pages.rows import rows_wanted
from services.web.problems import Problem
from services.web.responses import see_other
from services.web.state import AppState, publisher_of, state_of
from services.web.triage_desk import UNTIL, TriageDesk, read_triage_act
from shared.clock import now_us
from shared.errors import CopydeskError, PermanentError
from shared.ledger.listing import Standing
from shared.ledger.triage import Triage


async def show_dead(request: Request) -> Response:
    """The groups, those that somebody muted last."""
    app_state, now = state_of(request), now_us()
    state: Standing = "refused" if request.query_params.get("state") == "refused" else "dead"
    listing = await rows_wanted(app_state, Wanted(states=(state,), limit=MOST_GROUPED))
    groups = grouped(listing.rows, await _decided(app_state))
    muted = {group.key for group in groups if group.triage and group.triage.is_muted(len(group.rows), now)}
    groups.sort(key=lambda group: group.key in muted)
    return page(
        request, "dead.html", groups=groups, muted=muted, state=state, more=listing.next is not None, until=list(UNTIL)
    )


async def do_triage(request: Request) -> Response:
    """Mute, unmute or assign what an article died of."""
    form = await checked_form(request)
    app_state, who, why = state_of(request), publisher_of(request).name, form.get("why", "").strip()
    try:
        act = read_triage_act(request.path_params["act"])
        (ref,) = checked_refs(form.get("ref", "").split()[:1])
        if not why:
            raise PermanentError("say why: it is kept with the decision")
        done = await app_state.ask(_decide, app_state.desk.triage, act, ref, form, {"who": who, "why": why})
    except PermanentError as error:
        raise Problem("bad-request", str(error)) from error
    return see_other(f"/dead?done={int(done)}&left={int(not done)}&act={act}")


def _decide(desk: TriageDesk, act: str, ref: str, form: Mapping[str, str], audit: Mapping[str, str]) -> bool:
    if act == "mute":
        return desk.mute(ref, form.get("until", ""), who=audit["who"], why=audit["why"])
    if act == "unmute":
        return desk.unmute(ref, who=audit["who"], why=audit["why"])
    return desk.assign(ref, " ".join(form.get("assignee", "").split()), who=audit["who"], why=audit["why"])


async def _decided(app_state: AppState) -> Mapping[str, Triage]:
    try:
        return await app_state.ask(app_state.desk.triage.all)
    except CopydeskError:  # Redis is away, or nobody can read the file: the dead are shown as they are
        return {}
