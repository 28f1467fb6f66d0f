"""`/login`: a person logs in with a key of the desk; `/preferences` and `/logout`."""

import hmac
from functools import partial
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from services.web.articles import LARGE
from services.web.links import link_to
from services.web.pages.render import PREFERENCES, page
from services.web.problems import Problem
from services.web.request_body import paced
from services.web.responses import see_other
from services.web.scopes import may
from services.web.sessions import COOKIE, SESSION_S
from services.web.state import AppState, state_of

FORM_BYTES = 16 * 1024
ACT_BYTES = 1024 * 1024  # a thousand articles by name, or one input that was edited
TOO_MANY = "Too many tries. Wait five minutes."
YEAR_S = 365 * 86_400


async def show_login(request: Request) -> Response:
    """The form; who is logged in already goes on."""
    cookie = request.cookies.get(COOKIE)
    app_state = state_of(request)
    if cookie and await app_state.ask(app_state.sessions.find, cookie) is not None:
        return see_other(own_page(request.query_params.get("next", "")))
    if app_state.oidc is None and await app_state.ask(app_state.first_run.is_open):
        return see_other("/setup")
    return login_page(request, onward=own_page(request.query_params.get("next", "")))


def login_page(request: Request, *, onward: str, status: int = 200, problem: str = "") -> Response:
    """The ways to log in, and why the last try came to nothing."""
    oidc = state_of(request).oidc
    return page(request, "login.html", status=status, problem=problem, next=onward, service=oidc.host if oidc else "")


async def log_in(request: Request) -> Response:
    """Open a session with a key that may see the desk."""
    app_state, form = state_of(request), await read_form(request)
    onward = own_page(form.get("next", ""))
    address = request.client.host if request.client else ""
    cookie = await _session_with(app_state, form.get("key", "").strip())
    if cookie is None:
        # Only wrong keys are counted: who has a right one is not kept out by whoever guesses behind the same address.
        if not await app_state.ask(app_state.sessions.may_try, address):
            return login_page(request, status=429, problem=TOO_MANY, onward=onward)
        problem = "This key is unknown, over, or may not see the desk (scope monitor or admin)."
        return login_page(request, status=401, problem=problem, onward=onward)
    await app_state.ask(app_state.sessions.forgive, address)
    answer = see_other(onward)
    keep_session(request, answer, cookie)
    return answer


def keep_session(request: Request, answer: Response, cookie: str, seconds: int = SESSION_S) -> None:
    """Let the browser keep a session that was opened."""
    secure = request.url.scheme == "https"
    answer.set_cookie(
        COOKIE, cookie, max_age=seconds, path=link_to("/"), httponly=True, samesite="strict", secure=secure
    )


async def log_out(request: Request) -> Response:
    """End the session, also on the server, and lead on to the login service where that is logged out of too.

    A page of ours leads there: browsers hold where a form's answer sends them to the policy of the page it stood on.
    """
    await checked_form(request)
    app_state = state_of(request)
    token = await app_state.ask(app_state.sessions.end, request.cookies.get(COOKIE, ""))
    oidc, address = app_state.oidc, None
    if oidc is not None and token is not None:
        address = await oidc.leaving_address(token)
    answer: Response = see_other("/login")
    if oidc is not None and address is not None:
        answer = page(request, "logged_out.html", who=None, address=address, service=oidc.host)
    answer.delete_cookie(COOKIE, path=link_to("/"))
    return answer


async def set_preferences(request: Request) -> Response:
    """Keep a choice of language, theme or times in the browser."""
    form = await checked_form(request)
    answer = see_other(own_page(form.get("next", "")))
    for name, choices in PREFERENCES.items():
        if form.get(name) in choices:
            answer.set_cookie(f"copydesk_{name}", form[name], max_age=YEAR_S, path=link_to("/"), samesite="strict")
    return answer


async def checked_form(request: Request, limit: int = FORM_BYTES) -> dict[str, str]:
    """A form of a page of ours; raises `Problem` where it does not bring the session's word."""
    form = await read_form(request, limit)
    session = getattr(request.state, "session", None)
    if session is None or not hmac.compare_digest(form.pop("csrf", "").encode(), session.csrf.encode()):
        raise Problem("forged", "The form is not of your session.")
    return form


async def read_form(request: Request, limit: int = FORM_BYTES) -> dict[str, str]:
    """The fields of a form; of one that comes twice the last."""
    app_state, body = state_of(request), bytearray()
    limits = app_state.settings
    async for piece in paced(request, limits.push_body_s, limits.push_stall_s):
        body += piece
        if len(body) > limit:
            raise Problem("too-large", f"A form may have {limit} bytes.")
    reading = partial(parse_qsl, body.decode("utf-8", "replace"), keep_blank_values=True)
    return dict(reading() if len(body) < LARGE else await app_state.read(reading))


def own_page(path: str) -> str:
    """Only a page of this desk: never another site's, however it is spelled."""
    return path if path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable() else "/"


async def _session_with(app_state: AppState, key: str) -> str | None:
    publisher = app_state.keys.check(key) if key else None
    if publisher is None or not may(publisher.scopes, "monitor"):
        return None
    return await app_state.ask(app_state.sessions.open, key)
