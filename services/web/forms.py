"""The forms in which an article is given, and which of them a reader accepts (RFC 9110, 12.5.1)."""

from collections.abc import Callable, Mapping

import msgspec

from services.index.exports.body import body_text
from services.index.exports.markdown import to_markdown
from services.index.exports.ninjs import to_ninjs
from services.index.exports.page import to_page
from services.index.exports.schema_org import to_schema_org
from services.index.search import Stored
from services.web.article_body import article_body
from services.web.problems import Problem, in_header
from shared.article import Article


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """One form: its name in ETags ("" for our own), the Content-Type, and how an article is written in it."""

    name: str
    content_type: str
    write: Callable[[Stored], bytes]


def _json(value: object) -> bytes:
    return msgspec.json.encode(value) + b"\n"


def to_text(article: Article) -> str:
    """Headline, byline, lead and body as a reader has them, parted by empty lines."""
    parts = (article.headline, article.byline, article.description, body_text(article))
    return "\n\n".join(part for part in parts if part) + "\n"


def _ninjs(stored: Stored) -> bytes:
    return _json(to_ninjs(stored.article, stored.article_id))


def _schema_org(stored: Stored) -> bytes:
    return _json(to_schema_org(stored.article, stored.article_id))


JSON = Form(name="", content_type="application/json", write=lambda stored: _json(article_body(stored)))
FORMS: Mapping[str, Form] = {
    "application/json": JSON,
    "application/ninjs+json": Form(name="ninjs", content_type="application/ninjs+json", write=_ninjs),
    "application/ld+json": Form(name="ld", content_type="application/ld+json", write=_schema_org),
    "text/html": Form(
        name="html", content_type="text/html; charset=utf-8", write=lambda stored: to_page(stored.article).encode()
    ),
    "text/markdown": Form(
        name="md",
        content_type="text/markdown; charset=utf-8",
        write=lambda stored: to_markdown(stored.article).encode(),
    ),
    "text/plain": Form(
        name="txt", content_type="text/plain; charset=utf-8", write=lambda stored: to_text(stored.article).encode()
    ),
}
MOST_RANGES = 20


def form_for(accept: str | None) -> Form:
    """The form that a reader likes best; of several alike the first of ours. Raises `Problem` where there is none."""
    if accept is None or not accept.strip():
        return JSON
    wishes = _wishes(accept)
    liked = {media_type: _liking(media_type, wishes) for media_type in FORMS}
    best = max(liked, key=lambda media_type: liked[media_type])
    if not liked[best]:
        raise Problem(
            "not-acceptable", "There is no such form of an article.", at=in_header("Accept"), available=list(FORMS)
        )
    return FORMS[best]


def _wishes(accept: str) -> Mapping[str, float]:
    """Read "text/html, application/json;q=0.9": a range that cannot be read is passed over."""
    wishes: dict[str, float] = {}
    for part in accept.split(",")[:MOST_RANGES]:
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((value for piece in parameters if (value := piece.removeprefix("q=")) != piece), "1")
        try:
            wishes[media_range] = min(1.0, max(0.0, float(quality)))
        except ValueError:
            continue
    return wishes


def _liking(media_type: str, wishes: Mapping[str, float]) -> float:
    """How much a type is liked: its own name counts before `text/*`, that before `*/*`."""
    kind = media_type.partition("/")[0]
    return next((wishes[name] for name in (media_type, f"{kind}/*", "*/*") if name in wishes), 0.0)
