"""Speaks the protocol of the page scorer: one JSON page a line in, one JSON answer a line out."""

import base64
import datetime as dt
import json
import re
import sys
from typing import Any

from services.normalize.pipeline import normalize
from services.normalize.readings import RuleId
from shared.article import Article, Block
from shared.envelope import Raw, Source
from shared.errors import NotAnArticle

_CREDIT_ENDS = re.compile(r"\s*(?:[,;|]|\s(?:and|und|&)\s)\s*")
_NOW = int(dt.datetime(2026, 7, 1, tzinfo=dt.UTC).timestamp()) * 1_000_000


def main() -> None:
    """Answer every page on standard input."""
    for line in sys.stdin:
        page = json.loads(line)
        print(
            json.dumps(answer(page["id"], page["url"], base64.b64decode(page["html_b64"])), ensure_ascii=False),
            flush=True,
        )


def answer(name: str, url: str | None, body: bytes) -> dict[str, Any]:
    """One page in the scorer's words."""
    raw = Raw(source=Source(kind="push", name="quality"), media_type="text/html", body=body, received_us=_NOW, url=url)
    try:
        article = normalize(raw)
    except NotAnArticle as error:
        return {"id": name, "error": str(error)}
    return {"id": name, **_fields(article), **_texts(article)}


def _fields(article: Article) -> dict[str, Any]:
    wrote = [person.name for person in article.people if "author" in person.rel]
    edited = [person.name for person in article.people if "editor" in person.rel]  # who signs where nobody else does
    names = (wrote or edited) + list(article.organisations)
    fields: dict[str, Any] = {"title": article.headline, "authors": names, "published": _published(article)}
    if article.lead_picture is not None:
        fields["image"] = article.lead_picture.href
    return {**fields, "lang": article.language}


def _published(article: Article) -> str | None:
    if article.first_created is None:
        return None
    moment, day = article.first_created, article.local_day
    if article.precision == "day":
        return (day or moment.date()).isoformat()
    if day is not None and day != moment.date():  # no zone is known, but the day is: any clock that shows both will do
        moment = _on_day(moment, day)
    return moment.isoformat()


def _on_day(moment: dt.datetime, day: dt.date) -> dt.datetime:
    for hours in (*range(0, -13, -1), *range(1, 15)):
        shifted = moment.astimezone(dt.timezone(dt.timedelta(hours=hours)))
        if shifted.date() == day:
            return shifted
    return moment


def _texts(article: Article) -> dict[str, Any]:
    pictures = [block for block in article.blocks if block.type in ("picture", "caption")]
    captions = [caption for block in pictures if (caption := block.caption or block.text)]
    credits = [part.strip() for block in pictures if block.byline for part in _CREDIT_ENDS.split(block.byline)]
    lines = [line for block in article.blocks for line in _lines(block)]
    return {"captions": captions, "credits": credits, "body": "\n".join([*_opening(article), *lines])}


def _opening(article: Article) -> list[str]:
    """The lead and the dateline, where they were taken off the text: the scorer's body holds both."""
    lead = any(seen.field == "description" and seen.rule == RuleId.OPENING_PARAGRAPH.words for seen in article.evidence)
    dateline = any(seen.field == "dateline" and seen.path for seen in article.evidence)
    return [
        text
        for text, shown in ((article.dateline, dateline), (article.description, lead))
        if text is not None and shown
    ]


def _lines(block: Block) -> list[str]:
    if block.type in ("picture", "caption"):
        return []
    return [text for text in (block.text, *block.items, *(" ".join(row) for row in block.rows)) if text]


if __name__ == "__main__":
    main()
