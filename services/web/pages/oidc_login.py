"""`/login/oidc`: a person goes to the login service, comes back, and is logged in."""

import secrets
from typing import TYPE_CHECKING

import structlog
from starlette.requests import Request
from starlette.responses import Response

from services.web.links import link_to
from services.web.oidc.pending import PENDING_S
from services.web.oidc.refusals import LoginRefused
from services.web.oidc.setup import CALLBACK
from services.web.pages.login import TOO_MANY, keep_session, login_page, own_page
from services.web.pages.render import page
from services.web.problems import Problem
from services.web.responses import send_to
from services.web.state import AppState, state_of

if TYPE_CHECKING:
    from services.web.oidc.login import OidcLogin

log = structlog.get_logger(__name__)

COOKIE = "copydesk_login"
LONGEST = 100


async def begin_login(request: Request) -> Response:
    """Send the browser to the login service."""
    app_state, oidc = state_of(request), _oidc_of(request)
    onward = own_page(request.query_params.get("next", ""))
    if not await app_state.ask(app_state.sessions.may_try, _tries_of(request)):
        return login_page(request, status=429, problem=TOO_MANY, onward=onward)
    # One word for all tabs of a browser: a login begun in one does not end that of another.
    browser = request.cookies.get(COOKIE, "")
    if not 0 < len(browser) < LONGEST:
        browser = secrets.token_urlsafe(32)
    try:
        begun = await app_state.ask(oidc.begin, browser, onward)
        answer = send_to(await oidc.address_for(*begun))
    except LoginRefused as error:
        return _refusal(request, error, onward)
    # Lax, since the way back comes from another site's page; the session itself stays Strict.
    answer.set_cookie(
        COOKIE, browser, max_age=PENDING_S, path=link_to(CALLBACK), httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip
    return answer


async def end_login(request: Request) -> Response:
    """Take the answer of the login service. A browser sends a Strict cookie only where our own page leads on."""
    app_state, oidc = state_of(request), _oidc_of(request)
    try:
        nonce, verifier, onward = await app_state.ask(oidc.take, request.query_params, request.cookies.get(COOKIE, ""))
    except LoginRefused as error:
        return _refusal(request, error, "/")
    try:
        person = await oidc.finish(request.query_params, nonce, verifier, onward)
    except LoginRefused as error:
        return _refusal(request, error, onward)
    await app_state.ask(app_state.sessions.forgive, _tries_of(request))
    cookie = await app_state.ask(app_state.sessions.open_for, person.publisher, oidc.session_s, person.id_token)
    log.info("person_logged_in", publisher=person.publisher.name, scopes=list(person.publisher.scopes))
    answer = page(request, "logged_in.html", onward=person.onward)
    keep_session(request, answer, cookie, oidc.session_s)
    return answer


def _oidc_of(request: Request) -> "OidcLogin":
    app_state: AppState = state_of(request)
    if app_state.oidc is None:
        raise Problem("not-found", "This desk has no login service (oidc_issuer).")
    return app_state.oidc


def _tries_of(request: Request) -> str:
    """Counted apart from wrong keys: who is turned away here may still have one."""
    return f"oidc {request.client.host if request.client else ''}"


def _refusal(request: Request, error: LoginRefused, onward: str) -> Response:
    log.warning("oidc_login_refused", request=request.state.request_id, why=error.why, reason=str(error))
    return login_page(request, status=error.status, problem=error.told, onward=onward)
