"""`/setup`: the first page of a desk without any key, for who proves to be on the machine."""

from starlette.requests import Request
from starlette.responses import Response

from services.web.pages.login import keep_session, read_form
from services.web.pages.render import page
from services.web.responses import see_other
from services.web.state import state_of
from shared.errors import PermanentError

NAME = "desk"


async def show_setup(request: Request) -> Response:
    """The form that asks for the code; where there is a key already, the log in."""
    app_state = state_of(request)
    if not await app_state.ask(app_state.first_run.is_open):
        return see_other("/login")
    await app_state.ask(app_state.first_run.tell_code)
    return page(request, "setup.html", problem="", name=NAME)


async def set_up(request: Request) -> Response:
    """Make the first key, show it this once, and log its maker in."""
    app_state, form = state_of(request), await read_form(request)
    name = form.get("name", "").strip() or NAME
    if not await app_state.ask(app_state.first_run.is_open):
        return see_other("/login")
    address = request.client.host if request.client else ""
    if not await app_state.ask(app_state.sessions.may_try, address):
        return page(request, "setup.html", status=429, problem="Too many tries. Wait five minutes.", name=name)
    try:
        key = await app_state.ask(app_state.first_run.make_key, form.get("code", ""), name)
    except PermanentError as error:  # a name that no publisher may have
        return page(request, "setup.html", status=422, problem=str(error), name=name)
    if key is None:
        await app_state.ask(app_state.first_run.tell_code)
        return page(request, "setup.html", status=401, problem="This is not the code of this desk.", name=name)
    await app_state.ask(app_state.sessions.forgive, address)
    answer = page(request, "setup_done.html", key=key, name=name)
    cookie = await app_state.ask(app_state.sessions.open, key)
    if cookie is not None:
        keep_session(request, answer, cookie)
    return answer
