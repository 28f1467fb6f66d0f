"""The addresses of the front door, and the ASGI application that answers them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.web.article_list import show_articles
from services.web.articles import push_article, show_article
from services.web.batches import push_batch
from services.web.changes import show_changes
from services.web.corrections import patch_article, put_article, withdraw_article
from services.web.description.parameters import query_parameters
from services.web.events import show_events
from services.web.guard import allow, scopes_of
from services.web.health import show_health, show_readiness
from services.web.hub_calls import confirm_subscription, take_call
from services.web.idempotency import idempotent
from services.web.links import check_prefix, prefix_of
from services.web.metering import fused, metered
from services.web.middleware import RequestMiddleware, answer_http_error
from services.web.openapi import show_description
from services.web.outgoing_feeds import (
    list_feeds,
    show_found_atom,
    show_found_json,
    show_saved_atom,
    show_saved_json,
)
from services.web.pages.act_form import do_act
from services.web.pages.article import show_one
from services.web.pages.articles import change_filters, show_all, show_list
from services.web.pages.dead import do_triage, show_dead
from services.web.pages.docs import show_docs
from services.web.pages.feed_sources import (
    check_feed,
    edit_feed,
    export_feeds,
    import_feeds,
    show_feed,
    show_preview,
)
from services.web.pages.feeds import do_feed_act, show_failing, show_feeds, show_removal
from services.web.pages.login import log_in, log_out, set_preferences, show_login
from services.web.pages.now import show_now, show_now_rows, show_now_state, show_rhythm
from services.web.pages.oidc_login import begin_login, end_login
from services.web.pages.publishers import show_publishers
from services.web.pages.quality import show_quality
from services.web.pages.resting import show_resting
from services.web.pages.setup import set_up, show_setup
from services.web.pages.source_page import do_source_act, show_source, show_sources
from services.web.pages.static_files import show_static
from services.web.pictures import show_picture
from services.web.pings import take_ping
from services.web.problem_pages import explain_problem
from services.web.queries import refuse_unknown
from services.web.receipts import show_receipt
from services.web.search import search_articles
from services.web.state import AppState
from services.web.status import show_metrics, show_status
from services.web.stories import show_story
from services.web.validation import validate_article

Answer = Callable[[Request], Awaitable[Response]]


def by_method(path: str, **answers: Answer) -> Route:
    """One address with several methods, so that who tries another is told of all of them.

    A query parameter that the description does not tell of is refused; pages for people are not described.
    """
    taken = {method: query_parameters(method, path) for method in answers}

    async def answer(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        if (known := taken[method]) is not None:
            refuse_unknown(request.query_params, known)
        return await answers[method](request)

    answer.scopes = {method: scopes_of(handler) for method, handler in answers.items()}  # type: ignore[attr-defined]
    return Route(path, answer, methods=list(answers))


ROUTES = (
    by_method(
        "/v1/articles", GET=allow("read")(show_articles), POST=allow("push")(metered(fused(idempotent(push_article))))
    ),
    by_method("/v1/articles:validate", POST=allow("push")(metered(validate_article))),
    by_method("/v1/pictures/{name}/{picture}", GET=allow("read")(show_picture)),
    by_method(
        "/v1/articles/{name:path}",
        GET=allow("read")(show_article),
        PUT=allow("push")(metered(fused(idempotent(put_article)))),
        PATCH=allow("push")(metered(fused(idempotent(patch_article)))),
        DELETE=allow("push")(metered(idempotent(withdraw_article))),
    ),
    by_method("/v1/batches", POST=allow("push")(metered(fused(idempotent(push_batch))))),
    by_method("/v1/pings", POST=allow("push")(metered(idempotent(take_ping)))),
    by_method("/v1/changes", GET=allow("read")(show_changes)),
    by_method("/v1/stories/{name:path}", GET=allow("read-all")(show_story)),
    by_method("/v1/events", GET=allow("read")(show_events)),
    by_method("/v1/receipts/{receipt}", GET=allow("read", "push")(show_receipt)),
    by_method("/v1/search", GET=allow("read")(search_articles)),
    by_method("/v1/search.atom", GET=allow("read")(show_found_atom)),
    by_method("/v1/search.json", GET=allow("read")(show_found_json)),
    by_method("/v1/feeds", GET=allow("feeds", "read")(list_feeds)),
    by_method("/v1/feeds/{name:path}.atom", GET=allow("feeds", "read")(show_saved_atom)),
    by_method("/v1/feeds/{name:path}.json", GET=allow("feeds", "read")(show_saved_json)),
    by_method("/v1/status", GET=allow("monitor")(show_status)),
    by_method("/metrics", GET=allow("monitor")(show_metrics)),
    by_method("/", GET=allow("monitor")(show_now)),
    by_method("/now/state", GET=allow("monitor")(show_now_state)),
    by_method("/now/rows", GET=allow("monitor")(show_now_rows)),
    by_method("/now/rhythm", GET=allow("monitor")(show_rhythm)),
    by_method("/articles", GET=allow("monitor")(show_list)),
    by_method("/filters/{act}", POST=allow("admin")(change_filters)),
    by_method("/articles/all", GET=allow("admin")(show_all)),
    by_method("/articles/{name:path}", GET=allow("monitor")(show_one)),
    by_method("/resume", GET=allow("admin")(show_resting)),
    by_method("/dead", GET=allow("monitor")(show_dead)),
    by_method("/dead/{act}", POST=allow("admin")(do_triage)),
    by_method("/feeds", GET=allow("monitor")(show_feeds)),
    by_method("/feeds/failing", GET=allow("admin")(show_failing)),
    by_method("/feeds/removal", GET=allow("admin")(show_removal)),
    by_method("/feeds/one", GET=allow("monitor")(show_feed)),
    by_method("/feeds/edit", POST=allow("admin")(edit_feed)),
    by_method("/feeds/check", POST=allow("admin")(check_feed)),
    by_method("/feeds/preview", GET=allow("admin")(show_preview)),
    by_method("/feeds/import", POST=allow("admin")(import_feeds)),
    by_method("/feeds/export", GET=allow("admin")(export_feeds)),
    by_method("/feeds/{act}", POST=allow("admin")(do_feed_act)),
    by_method("/websub/{token}", GET=confirm_subscription, POST=take_call),
    by_method("/sources", GET=allow("monitor")(show_sources)),
    by_method("/sources/{name:path}", GET=allow("monitor")(show_source), POST=allow("admin")(do_source_act)),
    by_method("/quality", GET=allow("monitor")(show_quality)),
    by_method("/publishers", GET=allow("monitor")(show_publishers)),
    by_method("/acts/{act}", POST=allow("admin")(do_act)),
    by_method("/preferences", POST=allow("read")(set_preferences)),
    by_method("/logout", POST=allow("read")(log_out)),
    by_method("/login", GET=show_login, POST=log_in),
    by_method("/login/oidc", GET=end_login),
    by_method("/login/oidc/begin", GET=begin_login),
    by_method("/setup", GET=show_setup, POST=set_up),
    Route("/static/{name}", show_static, methods=["GET"]),
    Route("/healthz", show_health, methods=["GET"]),  # a probe may write what it likes behind the address
    Route("/readyz", show_readiness, methods=["GET"]),
    by_method("/problems/{slug}", GET=explain_problem),
    by_method("/openapi.json", GET=show_description),
    Route("/docs", show_docs, methods=["GET"]),
)


def front_door(app_state: AppState) -> Starlette:
    """The ASGI application over the parts of one desk."""
    check_prefix(prefix_of(app_state.settings), ROUTES)

    @asynccontextmanager
    async def opened(_: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            app_state.close()

    app = Starlette(
        routes=ROUTES,
        middleware=[Middleware(RequestMiddleware, app_state=app_state)],
        exception_handlers={HTTPException: answer_http_error},
        lifespan=opened,
    )
    app.router.redirect_slashes = False
    app.state.app_state = app_state
    return app
