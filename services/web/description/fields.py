"""The parameters and headers of the API: what each is for, and what it may hold."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from services.index.engine import FACETS
from services.index.hits import CURSOR
from services.web.changes import LAST_CHANGE, MOST_CHANGES
from services.web.corrections import LONGEST_REASON
from services.web.feed_keys import LONGEST_KEY as LONGEST_KEY_SENT
from services.web.idempotency import LONGEST_KEY
from services.web.listing import GROUPS, MOST_ROWS
from services.web.push_headers import MAX_VERSION
from services.web.search import DEEPEST, LONGEST_QUERY, MOST_HITS
from services.web.wanted import LONGEST_Q, STATES
from shared.clock import END_OF_TIME
from shared.identity import MAX_ADDRESS
from shared.ledger.events import CHANGE_STATES
from shared.source_filter import KINDS, STEMS

Schema = Mapping[str, Any]

ADDRESS = f"^[^\\s\\x00-\\x1f\\x7f]{{1,{MAX_ADDRESS}}}$"
PRINTABLE = "^[!-~]([ -~]*[!-~])?$"
SECONDS: Schema = {"type": "number", "minimum": 0}
MOMENT: Schema = {"type": "string", "format": "date-time"}
TEXT: Schema = {"type": "string"}


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter of a request."""

    place: Literal["path", "query", "header"]
    name: str
    meaning: str
    schema: Schema = msgspec.field(default_factory=lambda: TEXT)
    example: object = None
    is_list: bool = False


def _listed(states: tuple[str, ...]) -> Schema:
    return {"type": "array", "items": {"enum": list(states)}}


SOURCES = f"^(({'|'.join(KINDS)})(:.*)?|({'|'.join(STEMS)})[*])?$"

PARAMETERS: Mapping[str, Field] = {
    "article": Field(
        place="path",
        name="name",
        meaning="The article's id, or its own uri or its page's address, percent-encoded.",
        schema={"type": "string", "pattern": ADDRESS, "maxLength": MAX_ADDRESS},
        example="urn:news:2015:1109",
    ),
    "picture": Field(
        place="path",
        name="picture",
        meaning="The name of a picture, as the article's `href` ends in it.",
        example="UyaQV-Ev4rdLoHyJJWCi11OHfrYv9E1aGQAlMO2X_-Q",
    ),
    "receipt": Field(place="path", name="receipt", meaning="The number of a receipt.", example="r" + 26 * "0"),
    "feed": Field(place="path", name="name", meaning="The name of a filter that the desk has saved.", example="rubber"),
    "address_key": Field(
        place="query",
        name="key",
        meaning="The key, for readers that can send none otherwise; it may have the scope `feeds` and no other.",
        schema={"type": "string", "maxLength": LONGEST_KEY_SENT},
    ),
    "slug": Field(place="path", name="slug", meaning="The last part of a problem's `type`.", example="no-article"),
    "article_states": Field(
        place="query",
        name="state",
        meaning="Articles in one of these states; `failed`, `in-flight` and `all` are groups of them.",
        schema=_listed((*STATES, *GROUPS)),
        is_list=True,
    ),
    "source": Field(
        place="query",
        name="source",
        meaning="A kind (`feed`, `drop`, `push`) or one source (`push:hue-daily`); one that ends in `*` takes all that "
        "begin so. Not beside `publisher`.",
        schema={"type": "string", "pattern": SOURCES},
    ),
    "publisher": Field(place="query", name="publisher", meaning="The same as `source=push:` and this name."),
    "since": Field(
        place="query",
        name="since",
        meaning="Received since: a time ago (`30min`, `1h`, `2d`), or a moment with its zone.",
        schema={"anyOf": [{"type": "string", "pattern": "^([0-9]{1,6}(s|min|h|d))?$"}, MOMENT]},
        example="1h",
    ),
    "before": Field(
        place="query",
        name="before",
        meaning="Where the page begins: `links.next` carries it.",
        schema={"type": "integer", "minimum": 0, "maximum": END_OF_TIME},
    ),
    "q": Field(
        place="query",
        name="q",
        meaning="Words, an id, a receipt, an address, the path of a drop.",
        schema={"type": "string", "maxLength": LONGEST_Q},
    ),
    "taken_by": Field(
        place="query",
        name="worker",
        meaning="Only what this worker took up among the last changes (`host`, or `host:start`). Not beside `q`.",
    ),
    "rows": Field(
        place="query",
        name="limit",
        meaning="How many at most; 50 where it is not said.",
        schema={"type": "integer", "minimum": 1, "maximum": MOST_ROWS},
    ),
    "words": Field(
        place="query",
        name="q",
        meaning="The words, with or without their marks.",
        schema={"type": "string", "pattern": "\\S", "maxLength": LONGEST_QUERY},
        example="cao su",
    ),
    "hits": Field(
        place="query",
        name="limit",
        meaning="How many at most; 20 where it is not said.",
        schema={"type": "integer", "minimum": 1, "maximum": MOST_HITS},
    ),
    "cursor": Field(
        place="query",
        name="cursor",
        meaning="The page after that: the `cursor` of the page before, in place of an offset.",
        schema={"type": "string", "pattern": f"^({CURSOR})?$"},
    ),
    "facets": Field(
        place="query",
        name="facets",
        meaning=f"Count what was found by some of {', '.join(FACETS)}, with commas between them.",
        schema={"type": "string", "pattern": f"^(({'|'.join(FACETS)})(,({'|'.join(FACETS)}))*)?$"},
    ),
    "offset": Field(
        place="query",
        name="offset",
        meaning="How many are passed over.",
        schema={"type": "integer", "minimum": 0, "maximum": DEEPEST},
    ),
    "wait": Field(
        place="query",
        name="wait",
        meaning="Answer as soon as there is something to tell, at the latest after so many seconds (60 at most).",
        schema=SECONDS,
        example=1,
    ),
    "after": Field(
        place="query",
        name="after",
        meaning="The changes after this one (`last` of the answer before); `0-0` for the oldest that is kept.",
        schema={"type": "string", "pattern": "^[0-9]{1,19}-[0-9]{1,19}$"},
        example="0-0",
    ),
    "change": Field(
        place="query",
        name="after",
        meaning="The changes after this one (`after` of the answer before); 0, as where it is not said, for the first.",
        schema={"type": "integer", "minimum": 0, "maximum": LAST_CHANGE},
        example=0,
    ),
    "changes": Field(
        place="query",
        name="limit",
        meaning="How many at most; 100 where it is not said.",
        schema={"type": "integer", "minimum": 1, "maximum": MOST_CHANGES},
    ),
    "change_states": Field(
        place="query",
        name="state",
        meaning="Only changes into one of these states.",
        schema=_listed(CHANGE_STATES),
        is_list=True,
    ),
    "change_source": Field(
        place="query",
        name="source",
        meaning="Only of this kind or source; one that ends in `*` takes all that begin so.",
        schema={"type": "string", "pattern": SOURCES},
    ),
    "of_article": Field(place="query", name="article", meaning="Only of the article with this id."),
    "worker": Field(
        place="query", name="worker", meaning="Only what this worker took up: `host`, or `host:start:process`."
    ),
    "reason": Field(
        place="query",
        name="reason",
        meaning="Why; it may also stand in the body.",
        schema={"type": "string", "maxLength": LONGEST_REASON},
        example="Published by mistake",
    ),
    "last_event_id": Field(
        place="header",
        name="Last-Event-ID",
        meaning="As `after`, and before it: browsers send it after a break.",
        schema={"type": "string", "pattern": "^([0-9]{1,19}-[0-9]{1,19})?$"},
    ),
    "encoding": Field(
        place="header",
        name="Content-Encoding",
        meaning="How the body is packed.",
        schema={"enum": ["identity", "gzip"]},
    ),
    "uri": Field(
        place="header",
        name="X-Article-URI",
        meaning="The article's own uri or its page's address. A body with several articles takes none.",
        schema={"type": "string", "pattern": f"^[!-~]{{1,{MAX_ADDRESS}}}$"},
        example="urn:news:2015:1109",
    ),
    "page": Field(
        place="header",
        name="Content-Location",
        meaning="The absolute address of the page at which the article stands; of a list of articles it names none.",
        example="https://news.example/2015/11/rubber.html",
    ),
    "version": Field(
        place="header",
        name="X-Article-Version",
        meaning="The publisher's version of the article; it goes before that of the body.",
        schema={"type": "string", "pattern": PRINTABLE, "maxLength": MAX_VERSION},
        example="2",
    ),
    "embargo": Field(
        place="header",
        name="X-Embargoed-Until",
        meaning="Hold what the body holds until then, and longer where it says so itself: a moment with its zone "
        "(RFC 3339).",
        schema=MOMENT,
        example="2099-01-31T06:00:00+07:00",
    ),
    "idempotency_key": Field(
        place="header",
        name="Idempotency-Key",
        meaning="Of your own making: the same request with the same key is answered the same, and not done again.",
        schema={"type": "string", "pattern": f'^(?!"{{1,2}}$){PRINTABLE[1:]}', "maxLength": LONGEST_KEY},
        example="8e03978e-40d5-43dd-bc93-6894a57f9324",
    ),
    "webhook_id": Field(
        place="header",
        name="webhook-id",
        meaning="Of a key that signs (Standard Webhooks): the id of the message, which is sent once.",
    ),
    "webhook_timestamp": Field(
        place="header",
        name="webhook-timestamp",
        meaning="Of a key that signs: when it was signed, in seconds since 1970; at most five minutes ago.",
    ),
    "webhook_signature": Field(
        place="header",
        name="webhook-signature",
        meaning="Of a key that signs: `v1,` and the HMAC of id, time and body, as base64.",
    ),
    "prefer": Field(
        place="header",
        name="Prefer",
        meaning="`wait=10` waits for the finished article, at most 60 seconds (RFC 7240).",
        example="wait=10",
    ),
    "if_match": Field(
        place="header",
        name="If-Match",
        meaning='Only upon the revision with this `ETag` (`"1447046040000000"`), or with `*` upon any that is there.',
        schema={"anyOf": [{"enum": ["*"]}, {"type": "string", "pattern": '^(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*$'}]},
    ),
    "create_only": Field(
        place="header",
        name="If-None-Match",
        meaning="`*`: only where the article is not there yet.",
        schema={"enum": ["*"]},
    ),
    "known": Field(
        place="header",
        name="If-None-Match",
        meaning="The `ETag` that you have: where it is still good the answer is `304`.",
    ),
    "known_since": Field(
        place="header",
        name="If-Modified-Since",
        meaning="The `Last-Modified` that you have, where there is no `ETag`.",
    ),
}


OF_SIGNATURE = ("webhook_id", "webhook_timestamp", "webhook_signature")


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """One header of an answer."""

    meaning: str
    schema: Schema = msgspec.field(default_factory=lambda: TEXT)
    always: bool = True


HEADERS: Mapping[str, Header] = {
    "X-Request-ID": Header(
        meaning="The number of the request in the desk's log.", schema={"type": "string", "format": "uuid"}
    ),
    "ETag": Header(meaning="The revision of the article, in this form."),
    "Location": Header(meaning="The receipt, or the finished article.", always=False),
    "Retry-After": Header(meaning="Seconds to wait.", schema={"type": "integer", "minimum": 1}, always=False),
    "Preference-Applied": Header(meaning="That the answer waited, as `Prefer` asked.", always=False),
    "Idempotent-Replayed": Header(
        meaning="`true` where the answer is that of the first request.", schema={"enum": ["true"]}, always=False
    ),
    "RateLimit-Policy": Header(meaning="How much may come, where the operator set a rate.", always=False),
    "RateLimit": Header(meaning="What is left of it.", always=False),
    "WWW-Authenticate": Header(meaning="What the key lacks."),
    "Vary": Header(meaning="On what the form depends."),
    "Content-Disposition": Header(meaning="A name for the file."),
    "Accept-Ranges": Header(meaning="`bytes`: one part of it may be asked for.", schema={"enum": ["bytes"]}),
    "Content-Range": Header(meaning="Which part of it this is."),
    "Last-Modified": Header(meaning="When it came, or changed last; of a feed not within the first minute."),
    "Link": Header(meaning="`self`, and the hubs that tell of changes (`hub`)."),
    "Accept": Header(meaning="The types that are taken.", always=False),
    "Accept-Encoding": Header(meaning="The encodings that are taken.", always=False),
    "Connection": Header(meaning="`close`, where a body came too slowly.", always=False),
}
