"""What bodies the API takes: their media types, and what each must hold."""

from collections.abc import Mapping
from typing import Any

import msgspec

from services.web.correction_form import NINJS
from services.web.corrections import MERGE_PATCH
from services.web.pings import FORM
from services.web.push_headers import (
    HTML,
    JSON,
    JSON_FEED,
    JSON_LD,
    NEWS_ITEM,
    NEWS_MESSAGE,
    NITF,
    TEXT,
    TEXT_XML,
    XML,
)
from services.web.spooling import FORM_DATA, NDJSON, ZIP
from shared.package import MOST_PICTURES

Schema = Mapping[str, Any]

WORDS: Schema = {"type": "string"}
MARKUP: Schema = {"description": "The document, as it is."}
OBJECT: Schema = {"type": "object", "minProperties": 1}
LINES: Schema = {"description": "A JSON value on each line."}  # which OpenAPI 3.1 has no words for
OBJECTS: Schema = {"type": "array", "minItems": 1, "items": OBJECT}
TEXT_EXAMPLE = "Rubber at its best\n\nHUE - Better latex, better prices.\n\nAnh Phong"
PAGE_EXAMPLE = "<html><body><h1>Rubber at its best</h1><p>Better latex, better prices.</p></body></html>"
NINJS_EXAMPLE = {
    "uri": "urn:news:2015:1109",
    "version": "1",
    "headlines": [{"role": "main", "value": "Rubber at its best"}],
    "bodies": [{"contentType": "text/plain", "value": "Better latex, better prices."}],
}
LD_EXAMPLE = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "url": "https://news.example/2015/11/tapping.html",
    "headline": "Tapping at dawn",
    "articleBody": "The trees are tapped before sunrise.",
}
FEED_EXAMPLE = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "News",
    "items": [{"id": "1", "title": "Rain at noon", "content_text": "It rained at noon."}],
}
NEWS_ML = "http://iptc.org/std/nar/2006-10-01/"
ITEM_EXAMPLE = (
    f'<newsItem xmlns="{NEWS_ML}" guid="tag:news.example,2015:frost"><contentMeta>'
    "<headline>Frost at night</headline></contentMeta><contentSet><inlineData>It froze in the hills.</inlineData>"
    "</contentSet></newsItem>"
)
NITF_EXAMPLE = (
    "<nitf><body><body.head><hedline><hl1>Frost at night</hl1></hedline></body.head>"
    "<body.content><p>It froze in the hills.</p></body.content></body></nitf>"
)


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of body."""

    schema: Schema
    example: object = None


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """The body of an operation, in any of its kinds."""

    meaning: str
    media: Mapping[str, Media]
    required: bool = True


_MARKUP: Mapping[str, Media] = {
    XML: Media(schema=MARKUP, example=ITEM_EXAMPLE),
    TEXT_XML: Media(schema=MARKUP, example=NITF_EXAMPLE),
    NITF: Media(schema=MARKUP, example=NITF_EXAMPLE),
    NEWS_ITEM: Media(schema=MARKUP, example=ITEM_EXAMPLE),
    NEWS_MESSAGE: Media(
        schema=MARKUP,
        example=f'<newsMessage xmlns="{NEWS_ML}"><itemSet>{ITEM_EXAMPLE}</itemSet></newsMessage>',
    ),
}
_WITH_PICTURES: Schema = {
    "type": "object",
    "required": ["article"],
    "properties": {
        "article": {"type": "string", "minLength": 1},
        "picture": {"type": "array", "maxItems": MOST_PICTURES, "items": {"type": "string", "format": "binary"}},
    },
    "additionalProperties": False,
}
ARTICLE = Body(
    meaning="One article, or several: a list of ninjs items or of schema.org objects, an `@graph`, an "
    "`itemListElement`, a JSON Feed, a NewsML-G2 message. At most 4 MiB, unpacked (or "
    "what the operator's `max_input_bytes` says). One article with its pictures is a form (or `multipart/mixed`, or "
    "`multipart/related`): the part `article` is of any of these kinds, the others are JPEG, PNG or WebP.",
    media={
        TEXT: Media(schema=WORDS, example=TEXT_EXAMPLE),
        HTML: Media(schema=MARKUP, example=PAGE_EXAMPLE),
        JSON: Media(schema={"anyOf": [OBJECT, OBJECTS]}, example=NINJS_EXAMPLE),
        NINJS: Media(schema={"anyOf": [OBJECT, OBJECTS]}, example=NINJS_EXAMPLE),
        JSON_LD: Media(schema={"anyOf": [OBJECT, OBJECTS]}, example=LD_EXAMPLE),
        JSON_FEED: Media(schema=OBJECT, example=FEED_EXAMPLE),
        **_MARKUP,
        FORM_DATA: Media(schema=_WITH_PICTURES, example={"article": TEXT_EXAMPLE}),
    },
)
PATCH = Body(
    meaning="A merge patch (RFC 7396) upon the article in ninjs 3.1.",
    media={MERGE_PATCH: Media(schema={"type": "object"}, example={"version": "3", "by": "Anh Phong"})},
)
BATCH = Body(
    meaning="Up to 1000 items: a line of JSON each, or the files of a ZIP (`.txt`, `.html`, `.json`, `.xml`). "
    "At most 64 MiB.",
    media={
        NDJSON: Media(schema=LINES, example='{"headline": "Rubber at its best", "body_text": "Better latex."}\n'),
        ZIP: Media(schema={"type": "string", "contentMediaType": ZIP}),
    },
)
_PING: Schema = {
    "type": "object",
    "required": ["url"],
    "properties": {
        "url": {"type": "string", "pattern": "^https?://[a-z0-9-]+(\\.[a-z0-9-]+)+(/[!-~]*)?$", "maxLength": 2000}
    },
}
PING = Body(
    meaning="The address of the page or feed that changed.",
    media={
        JSON: Media(schema=_PING, example={"url": "https://news.example/2015/11/rubber.html"}),
        FORM: Media(schema=_PING, example={"url": "https://news.example/2015/11/rubber.html"}),
    },
)
REASON = Body(
    meaning="Why, where the query does not say so.",
    media={
        JSON: Media(
            schema={"type": "object", "properties": {"reason": {"type": "string", "maxLength": 1000}}},
            example={"reason": "Published by mistake"},
        )
    },
    required=False,
)
