"""The operations of the API: what each is for, what it takes, and all that it may answer."""

from collections.abc import Mapping
from typing import Any, get_args

from services.web.description import bodies, shapes, status_shapes
from services.web.description.feed_operations import FEED_OPERATIONS
from services.web.description.operation import Answer, Operation
from services.web.events import EVENT_STREAM
from services.web.forms import FORMS
from shared.package import PictureType

JSON, PLAIN, HTML = "application/json", "text/plain", "text/html"
TAGS: Mapping[str, str] = {
    "Push": "Bring articles in, correct them, take them back.",
    "Read": "What became of them, and how they read.",
    "Watch": "How the desk stands.",
    "About": "Of the API itself; no key is needed.",
}
# Pages for people at the desk, which are no part of the API: they change as the desk does.
PAGES = frozenset({
    "/", "/now/state", "/now/rows", "/now/rhythm", "/articles", "/articles/all", "/articles/{name:path}", "/dead",
    "/dead/{act}", "/filters/{act}",
    "/resume", "/feeds", "/feeds/failing", "/feeds/removal", "/feeds/{act}", "/feeds/one", "/feeds/edit",
    "/feeds/check", "/feeds/preview", "/feeds/import", "/websub/{token}", "/feeds/export", "/quality", "/publishers",
    "/sources", "/sources/{name:path}",
    "/acts/{act}", "/preferences", "/logout", "/login", "/login/oidc", "/login/oidc/begin", "/setup",
    "/static/{name}", "/docs",
})  # fmt: skip

OF_ALL = ("headers-too-large", "unforeseen", "unavailable", "file-unreadable")
OF_KEY = ("unauthorized", "forbidden")
OF_BODY = ("unsigned", "bad-request", "too-slow", "too-large", "unsupported-encoding", "busy")
OF_PUSH = (
    *OF_BODY, "unsupported-media-type", "no-article", "not-yours", "beyond-prefixes", "over-quota", "mostly-refused",
    "intake-full",
)  # fmt: skip
OF_ONCE = ("in-flight", "idempotency-key-reused")
OF_KEPT = (*OF_ONCE, "outdated", "precondition-failed", "withdrawn", "not-readable")
OF_CHANGE = ("not-found", "not-indexed", "another-article", "on-its-way")
PUSHED = ("encoding", "uri", "page", "version", "embargo")


OF_FILE = ("ETag", "Content-Disposition", "Accept-Ranges", "Last-Modified")
KEPT = ("Location", "ETag?", "Preference-Applied", "Idempotent-Replayed", "RateLimit-Policy", "RateLimit")
_RECEIPTS = shapes.Receipt | shapes.Receipts
TAKEN: Mapping[int, Answer] = {
    200: Answer(
        meaning="Known already, or finished and no new article.",
        media={JSON: _RECEIPTS | shapes.FinishedArticle | shapes.ReceiptStatus},
        headers=KEPT,
    ),
    201: Answer(meaning="Finished, and new (`Prefer: wait`).", media={JSON: shapes.FinishedArticle}, headers=KEPT),
    202: Answer(
        meaning="Safe: on disk and in the ledger. The receipt tells what becomes of it.",
        media={JSON: _RECEIPTS | shapes.ReceiptStatus},
        headers=KEPT,
    ),
}
CHANGED: Mapping[int, Answer] = {status: answer for status, answer in TAKEN.items() if status != 201}
_DATA = '--data-binary "Rubber at its best, and the words of the article." "$DESK'

OPERATIONS: Mapping[tuple[str, str], Operation] = {
    ("POST", "/v1/articles"): Operation(
        id="pushArticle",
        tag="Push",
        summary="Push an article",
        detail="By the time of the answer nothing can lose it. The same content again is a duplicate (`200`).",
        parameters=(*PUSHED, "idempotency_key", "prefer"),
        body=bodies.ARTICLE,
        answers=TAKEN,
        problems=(*OF_PUSH, *OF_KEPT),
        curl=f'-H "Content-Type: text/plain" {_DATA}/v1/articles"',
    ),
    ("POST", "/v1/articles:validate"): Operation(
        id="validateArticle",
        tag="Push",
        summary="See what would become of a push",
        detail="Nothing is stored. At most 20 articles of one body are looked at.",
        parameters=PUSHED,
        body=bodies.ARTICLE,
        answers={
            200: Answer(
                meaning="How it reads, with the evidence, and what would happen.",
                media={JSON: shapes.Validated | shapes.ValidatedMany},
                headers=("RateLimit-Policy", "RateLimit"),
            )
        },
        problems=OF_PUSH,
        curl=f'-H "Content-Type: text/plain" {_DATA}/v1/articles:validate"',
    ),
    ("PUT", "/v1/articles/{name}"): Operation(
        id="putArticle",
        tag="Push",
        summary="Correct an article whole, or push it under your own uri",
        parameters=("article", *PUSHED, "idempotency_key", "prefer", "if_match", "create_only"),
        body=bodies.ARTICLE,
        answers=TAKEN,
        problems=(*OF_PUSH, *OF_KEPT, "not-found", "another-article"),
        curl=f'-X PUT -H "Content-Type: text/plain" {_DATA}/v1/articles/urn%3Anews%3A2015%3A1109"',
    ),
    ("PATCH", "/v1/articles/{name}"): Operation(
        id="patchArticle",
        tag="Push",
        summary="Correct an article in part",
        detail="A merge patch (RFC 7396) upon the article in ninjs 3.1.",
        parameters=("article", "encoding", "embargo", "idempotency_key", "prefer", "if_match", "create_only"),
        body=bodies.PATCH,
        answers=CHANGED,
        problems=(*OF_PUSH, *OF_KEPT, *OF_CHANGE),
        curl='-X PATCH -H "Content-Type: application/merge-patch+json" '
        '-d \'{"by": "Anh Phong"}\' "$DESK/v1/articles/$ARTICLE"',
    ),
    ("DELETE", "/v1/articles/{name}"): Operation(
        id="withdrawArticle",
        tag="Push",
        summary="Take an article back",
        detail="From then on it answers `410`, and every place that the desk delivers to is told.",
        parameters=("article", "reason", "encoding", "idempotency_key", "prefer", "if_match", "create_only"),
        body=bodies.REASON,
        answers=CHANGED,
        problems=(
            *OF_BODY,
            *OF_KEPT,
            *OF_CHANGE,
            "not-yours",
            "beyond-prefixes",
            "over-quota",
            "intake-full",
            "no-article",
        ),
        curl='-X DELETE "$DESK/v1/articles/$ARTICLE?reason=Published+by+mistake"',
    ),
    ("POST", "/v1/batches"): Operation(
        id="pushBatch",
        tag="Push",
        summary="Push many articles at once",
        detail="What is wrong with one item stops no other.",
        parameters=("encoding", "embargo", "idempotency_key"),
        body=bodies.BATCH,
        answers={
            200: Answer(
                meaning="A result for each item.",
                media={JSON: shapes.Batch},
                headers=("Idempotent-Replayed", "RateLimit-Policy", "RateLimit"),
            )
        },
        problems=(*OF_BODY, *OF_ONCE, "unsupported-media-type", "no-article", "over-quota", "mostly-refused"),
        curl='-H "Content-Type: application/x-ndjson" '
        '-d \'{"headline": "Rain at noon", "body_text": "It rained."}\' "$DESK/v1/batches"',
    ),
    ("POST", "/v1/pings"): Operation(
        id="ping",
        tag="Push",
        summary="Say that a page or a feed has changed",
        detail="The feed of that address, or the feeds of its host, are visited within seconds; else the page "
        "itself, where it is below a prefix of the key.",
        parameters=("encoding", "idempotency_key"),
        body=bodies.PING,
        answers={
            202: Answer(
                meaning="The feeds or the page that are visited.",
                media={JSON: shapes.Pinged},
                headers=("Idempotent-Replayed", "RateLimit-Policy", "RateLimit"),
            )
        },
        problems=(*OF_BODY, *OF_ONCE, "unknown-feed", "not-yours", "beyond-prefixes", "over-quota", "intake-full"),
        curl='-H "Content-Type: application/json" '
        '-d \'{"url": "https://news.example/2015/11/rubber.html"}\' "$DESK/v1/pings"',
    ),
    ("GET", "/v1/receipts/{receipt}"): Operation(
        id="showReceipt",
        tag="Read",
        summary="What became of a push",
        parameters=("receipt", "wait"),
        answers={
            200: Answer(meaning="How far it is.", media={JSON: shapes.ReceiptStatus}, headers=("Retry-After",)),
        },
        problems=("bad-request", "not-found"),
        curl='"$DESK/v1/receipts/$RECEIPT?wait=30"',
    ),
    ("GET", "/v1/articles/{name}"): Operation(
        id="showArticle",
        tag="Read",
        summary="One article, in the form that you accept",
        detail="`id@rev` names a revision of it. A key that may read all names an article by its publisher's uri too.",
        parameters=("article", "known"),
        answers={
            200: Answer(
                meaning="The article.",
                media=dict.fromkeys(FORMS) | {JSON: shapes.ArticleAnswer},
                headers=("ETag", "Vary"),
            ),
            304: Answer(meaning="You have it already.", headers=("ETag", "Vary")),
        },
        problems=("bad-request", "not-found", "not-indexed", "not-acceptable", "withdrawn"),
        curl='-H "Accept: application/ninjs+json" "$DESK/v1/articles/$ARTICLE"',
    ),
    ("GET", "/v1/pictures/{name}/{picture}"): Operation(
        id="showPicture",
        tag="Read",
        summary="A picture that came with an article",
        detail="The bytes as they came, at the address that the article names.",
        parameters=("article", "picture", "known"),
        answers={
            200: Answer(
                meaning="The picture.",
                media=dict.fromkeys(get_args(PictureType)),
                headers=OF_FILE,
            ),
            206: Answer(
                meaning="A part of it, for who asks with `Range`.",
                media=dict.fromkeys(get_args(PictureType)),
                headers=(*OF_FILE, "Content-Range"),
            ),
            304: Answer(meaning="You have it already.", headers=("ETag",)),
        },
        problems=("bad-request", "not-found", "not-indexed", "withdrawn"),
        curl='"$DESK/v1/pictures/$ARTICLE/$PICTURE"',
    ),
    ("GET", "/v1/articles"): Operation(
        id="listArticles",
        tag="Read",
        summary="Articles by state, source and time",
        detail="The newest first, also those on their way, dead or refused. Your own; with the scope `read-all` all.",
        parameters=("article_states", "source", "publisher", "since", "before", "q", "taken_by", "rows"),
        answers={200: Answer(meaning="A page of them.", media={JSON: shapes.ArticleList})},
        problems=("bad-request", "search-away"),
        curl='"$DESK/v1/articles?state=failed&since=1h"',
    ),
    ("GET", "/v1/search"): Operation(
        id="searchArticles",
        tag="Read",
        summary="Search the index",
        detail='Words, `"a phrase"`, `-without`, `this OR that`, `headline:word` (also byline, caption, keyword, '
        "section, source, publisher, language, kind), `after:2026-11-01`, `before:`, `date:2026-11-01..2026-11-30`; "
        "or what an article is called.",
        parameters=("words", "hits", "offset", "cursor", "facets"),
        answers={200: Answer(meaning="What was found, the best first.", media={JSON: shapes.Found})},
        problems=("bad-request", "not-found", "search-away"),
        curl='"$DESK/v1/search?q=cao+su&limit=5"',
    ),
    **FEED_OPERATIONS,
    ("GET", "/v1/events"): Operation(
        id="followChanges",
        tag="Read",
        summary="Every change as it happens",
        detail="As server-sent events for who accepts `text/event-stream`; else as JSON, within `wait` seconds.",
        parameters=("after", "wait", "change_states", "change_source", "of_article", "worker", "last_event_id"),
        answers={200: Answer(meaning="The changes.", media={JSON: shapes.Changes, EVENT_STREAM: None})},
        problems=("bad-request", "missed"),
        curl='"$DESK/v1/events?after=0-0&state=dead,refused"',
    ),
    ("GET", "/v1/changes"): Operation(
        id="listChanges",
        tag="Read",
        summary="Every edit and withdrawal, in order",
        detail="For whoever keeps a copy: begin with 0, and go on from the `after` of each answer, for ever.",
        parameters=("change", "changes"),
        answers={200: Answer(meaning="The changes after one, the oldest first.", media={JSON: shapes.DecidedChanges})},
        problems=("bad-request",),
        curl='"$DESK/v1/changes?after=0&limit=100"',
    ),
    ("GET", "/v1/stories/{name}"): Operation(
        id="showStory",
        tag="Read",
        summary="Who else tells an article's story",
        detail="Agency copy and near copies of other sources, the first of them first; none is ever dropped.",
        parameters=("article",),
        answers={200: Answer(meaning="The articles of the story.", media={JSON: shapes.ToldStory})},
        problems=("bad-request", "not-found", "not-indexed", "withdrawn"),
        curl='"$DESK/v1/stories/$ARTICLE"',
    ),
    ("GET", "/v1/status"): Operation(
        id="showStatus",
        tag="Watch",
        summary="How the desk stands",
        answers={200: Answer(meaning="Counters, stages, processes, troubles.", media={JSON: status_shapes.DeskStatus})},
        problems=("bad-request",),
        curl='"$DESK/v1/status"',
    ),
    ("GET", "/metrics"): Operation(
        id="showMetrics",
        tag="Watch",
        summary="The same for Prometheus",
        answers={200: Answer(meaning="Prometheus' text format.", media={PLAIN: None})},
        problems=("bad-request",),
        curl='"$DESK/metrics"',
    ),
    ("GET", "/healthz"): Operation(
        id="showHealth",
        tag="About",
        summary="Is the door alive",
        answers={200: Answer(meaning="Yes.", media={JSON: status_shapes.Healthy})},
        curl='"$DESK/healthz"',
    ),
    ("GET", "/readyz"): Operation(
        id="showReadiness",
        tag="About",
        summary="Would a push be taken in now",
        answers={200: Answer(meaning="Yes.", media={JSON: status_shapes.Ready})},
        curl='"$DESK/readyz"',
    ),
    ("GET", "/problems/{slug}"): Operation(
        id="explainProblem",
        tag="About",
        summary="What a problem's `type` means, and what to do",
        parameters=("slug",),
        answers={200: Answer(meaning="The explanation.", media={PLAIN: None, HTML: None}, headers=("Vary",))},
        problems=("bad-request", "not-found"),
        curl='"$DESK/problems/no-article"',
    ),
    ("GET", "/openapi.json"): Operation(
        id="describeApi",
        tag="About",
        summary="This description",
        answers={200: Answer(meaning="OpenAPI 3.1.", media={JSON: dict[str, Any]}, headers=("ETag",))},
        problems=("bad-request",),
        curl='"$DESK/openapi.json"',
    ),
}
