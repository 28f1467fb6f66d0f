"""Who may call a handler: only keys that have one of its scopes."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response

from services.web.problems import Problem
from services.web.scopes import Scope, may

Handler = Callable[[Request], Awaitable[Response]]


def allow(*needed: Scope) -> Callable[[Handler], Handler]:
    """Let a handler answer those only whose key has one of the scopes."""

    def wrap(handler: Handler) -> Handler:
        async def checked(request: Request) -> Response:
            scopes: Sequence[Scope] = request.state.publisher.scopes
            if not any(may(scopes, scope) for scope in needed):
                raise forbidden(needed)
            return await handler(request)

        checked.scopes = needed  # type: ignore[attr-defined]
        return checked

    return wrap


def scopes_of(handler: Handler) -> tuple[Scope, ...]:
    """The scopes that open a handler; none of one that `allow` does not guard."""
    scopes: tuple[Scope, ...] = getattr(handler, "scopes", ())
    return scopes


def forbidden(needed: Sequence[Scope]) -> Problem:
    """A good key that was not made for this."""
    challenge = f'Bearer realm="copydesk", error="insufficient_scope", scope="{" ".join(needed)}"'
    detail = f"This key has no scope {' or '.join(needed)}."
    return Problem("forbidden", detail, scopes=list(needed), headers={"WWW-Authenticate": challenge})
