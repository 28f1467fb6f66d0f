"""What stands around every request: its id, the key, one way to fail, safe headers, the access log, the meters."""

import asyncio
import time
import uuid
from urllib.parse import quote, urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import ClientDisconnect, Request, cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.web.feed_keys import CHALLENGE, is_feed, refuse_wide, token_of
from services.web.keys import Key, Publisher
from services.web.links import inner_path, prefix_of, tell_below
from services.web.pages.problem import said_to_people
from services.web.pages.render import page
from services.web.problems import Problem, answer, later, problem_of
from services.web.proxies import ProxiedRequests, TrustedProxies
from services.web.responses import see_other
from services.web.sessions import COOKIE, Session
from services.web.signatures import SignatureCheck
from services.web.state import AppState
from shared.errors import CopydeskError, Unavailable

log = structlog.get_logger(__name__)

PUSH_PATH = "/v1/articles"
ASKED_OFTEN = frozenset({"/healthz", "/readyz"})
# How to speak to the desk is no secret, and a newcomer asks before there is a key.
OPEN_PATHS = ASKED_OFTEN | {"/openapi.json", "/docs"}
# What an answer without a key points to must be readable without one; so must what the page to log in is made of.
OPEN_BELOW = ("/problems/", "/static/", "/login", "/setup", "/websub/")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
HEADER_BYTES = 16 * 1024
CLIENT_CLOSED = 499
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class LoginNeeded(Exception):
    """A person asks for a page and is not logged in; carries the page's path."""


class RequestMiddleware:
    """The outermost layer: nothing gets past it without a key, and nothing leaves it as a traceback."""

    def __init__(self, app: ASGIApp, app_state: AppState) -> None:
        self.app = app
        self.app_state = app_state
        self.prefix = prefix_of(app_state.settings)
        self.public_host = urlsplit(app_state.settings.public_url or "").netloc
        self.proxies = TrustedProxies(app_state.settings.trusted_proxies)
        self.at_work = ProxiedRequests(app_state.settings.web_connections)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        tell_below(self.prefix)
        scope["path"] = inner_path(scope["path"], self.prefix)
        is_proxied = self.proxies.see_through(scope)
        scope.setdefault("state", {})["is_proxied"] = is_proxied
        exchange = _Exchange(self.app, self.app_state, scope, self.public_host)
        with self.at_work.counted(scope["client"][0] if is_proxied else "") as has_place:
            await exchange.run(receive, send, has_place=has_place)


class _Exchange:
    """One request from its coming to its answer."""

    def __init__(self, app: ASGIApp, app_state: AppState, scope: Scope, public_host: str) -> None:
        self.app, self.app_state, self.scope, self.public_host = app, app_state, scope, public_host
        self.id = str(uuid.uuid4())
        self.status = 0
        self.publisher: Publisher | None = None
        self.began = time.monotonic()
        scope.setdefault("state", {})["request_id"] = self.id

    async def run(self, receive: Receive, send: Send, *, has_place: bool) -> None:
        async def send_safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
                _add_headers(message, self.id)
            await send(message)

        try:
            if not has_place:
                raise Problem("busy", "Too many requests of this address are being answered.", headers=later(1))
            await self._check_head()
            await self.app(self.scope, receive, send_safe)
        except ClientDisconnect:
            self.status = CLIENT_CLOSED
        except asyncio.CancelledError:
            # The server stops: say so instead of leaving a traceback and a cut line.
            await self._fail(Problem("unavailable", "The desk is stopping.", headers=later(5)), receive, send_safe)
        except Exception as error:  # noqa: BLE001 - the last line of this door: whatever it is, it is told as a problem
            await self._fail(error, receive, send_safe)
        finally:
            self._note()

    async def _check_head(self) -> None:
        if sum(len(name) + len(value) + 4 for name, value in self.scope["headers"]) > HEADER_BYTES:
            raise Problem("headers-too-large", f"Header lines may have {HEADER_BYTES} bytes.")
        if self.scope["path"] in OPEN_PATHS or self.scope["path"].startswith(OPEN_BELOW):
            return
        headers = Headers(scope=self.scope)
        session = None if "authorization" in headers else await self._session(headers)
        if session is not None:
            self.scope["state"]["session"] = session
            self._check_origin(headers)
        if session is not None:
            self.publisher = session.publisher
        else:
            key = self._key(headers)
            self.publisher = key.publisher
            if key.secrets and self.scope["method"] not in ("GET", "HEAD"):
                self.scope["state"]["signature"] = SignatureCheck(headers, key.secrets, time.time())
        self.scope["state"]["publisher"] = self.publisher

    def _key(self, headers: Headers) -> Key:
        """The key that came along, at an address of feeds in one of the ways that their readers have."""
        if not is_feed(self.scope["path"]):
            return key_of(headers, self.app_state)
        token = token_of(headers, QueryParams(self.scope["query_string"]))
        key = _good_key(token, self.app_state, CHALLENGE)
        refuse_wide(key, headers)
        return key

    async def _session(self, headers: Headers) -> Session | None:
        """Who is logged in with this browser. Raises `LoginNeeded` where a person asks for a page and nobody is."""
        cookie = cookie_parser(headers.get("cookie", "")).get(COOKIE)
        session = await self.app_state.ask(self.app_state.sessions.find, cookie) if cookie else None
        is_page = self.scope["method"] in ("GET", "HEAD") and not self.scope["path"].startswith(("/v1/", "/metrics"))
        if session is None and is_page and "text/html" in headers.get("accept", ""):
            raise LoginNeeded(self.scope["path"])
        return session

    def _check_origin(self, headers: Headers) -> None:
        """What a browser sends for a session must come from our own page; the forms bring a word of their own too."""
        if self.scope["method"] in ("GET", "HEAD"):
            return
        origin = headers.get("origin", "")
        site = headers.get("sec-fetch-site", "same-origin")
        own = {headers.get("host", ""), self.public_host} - {""}  # as `null` would be, an origin that nobody names
        if site != "same-origin" or (origin and origin.partition("://")[2] not in own):
            raise Problem("forged", "It came from another site's page.")

    async def _fail(self, error: Exception, receive: Receive, send: Send) -> None:
        if isinstance(error, LoginNeeded) and not self.status:
            await see_other(f"/login?next={quote(str(error))}")(self.scope, receive, send)
            return
        problem = problem_of(error, self.scope["method"])
        if problem.slug == "unforeseen":
            log.error("request_failed", request=self.id, path=self.scope["path"][:200], exc_info=error)
        elif isinstance(error, CopydeskError):
            log.warning("request_refused", request=self.id, path=self.scope["path"][:200], error=str(error))
        if self.status:
            return
        await answer_for(Request(self.scope), problem)(self.scope, receive, send)

    def _note(self) -> None:
        took = time.monotonic() - self.began
        method, route, code = self.scope["method"], _route_of(self.scope), str(self.status)
        name = self.publisher.name if self.publisher else ""
        method_label = method if method in METHODS else "other"
        self.app_state.meters.requests.labels(method=method_label, route=route, code=code).observe(took)
        if method == "POST" and self.scope["path"] == PUSH_PATH:
            self.app_state.meters.pushes.labels(publisher=name, code=code).inc()
        if route in ASKED_OFTEN and self.status == 200:  # asked every few seconds: silence is the good news
            return
        log.info(
            "request_answered",
            request=self.id,
            method=method,
            path=self.scope["path"][:200],
            status=self.status,
            took_ms=round(took * 1000, 1),
            publisher=name or None,
            client=(self.scope.get("client") or (None,))[0],
        )


async def answer_http_error(request: Request, error: Exception) -> Response:
    """Starlette's own refusals (no such route, no such method), told like all others."""
    return answer_for(request, problem_of(error, request.method))


def answer_for(request: Request, problem: Problem) -> Response:
    """The problem as a page for a person at the desk, as `application/problem+json` for everybody else."""
    if "session" not in request.scope["state"] or "text/html" not in request.headers.get("accept", ""):
        return answer(problem, request.state.request_id)
    title, remedy = said_to_people(problem)
    status, number = problem.kind.status, request.state.request_id
    shown = page(request, "problem.html", status=status, problem=problem, title=title, remedy=remedy, number=number)
    shown.headers.update(problem.headers)
    return shown


def authenticate(headers: Headers, app_state: AppState) -> Publisher:
    """Whose key came along; a problem when none did, or one that is not good now."""
    return key_of(headers, app_state).publisher


def key_of(headers: Headers, app_state: AppState) -> Key:
    """The key that came along; a problem when none did, or one that is not good now."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return _good_key(token.strip() if scheme.lower() == "bearer" else "", app_state)


def _good_key(token: str, app_state: AppState, challenge: str = 'Bearer realm="copydesk"') -> Key:
    if not token:
        raise Problem("unauthorized", "No key came along.", headers={"WWW-Authenticate": challenge})
    try:
        key = app_state.keys.find(token)
    except Unavailable as error:  # whoever asks has shown no good key: where the file lies is for the operator alone
        raise Problem(
            "unavailable",
            "The desk cannot read its push keys now; `copydesk status` tells its operator why.",
            headers=later(error.retry_after),
        ) from error
    if key is None:
        challenge = challenge.replace('"copydesk"', '"copydesk", error="invalid_token"', 1)
        detail = "The key is unknown, revoked or over its time."
        raise Problem("unauthorized", detail, headers={"WWW-Authenticate": challenge})
    return key


def _route_of(scope: Scope) -> str:
    """The route's pattern, so that a label never carries what a stranger typed."""
    route = scope.get("route")
    return getattr(route, "path", "") or (scope["path"] if scope["path"] in OPEN_PATHS else "other")


def _add_headers(message: Message, request_id: str) -> None:
    headers = MutableHeaders(raw=list(message["headers"]))
    for name, value in SAFE_HEADERS.items():
        headers.setdefault(name, value)
    headers["X-Request-ID"] = request_id
    message["headers"] = headers.raw
