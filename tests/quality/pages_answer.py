"""Speaks the protocol of the page scorer: one JSON page a line in, one JSON answer a line out."""

import base64
import datetime as dt
import json
import re
import sys
from typing import Any

from services.normalize.decode import decode
from services.normalize.draft import Draft
from services.normalize.formats.html_page import read
from shared.article import Article
from shared.errors import CopydeskError
from shared.messages import Raw, Source

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
        draft = read(decode(body, raw.media_type).text, raw)
    except CopydeskError as error:
        return {"id": name, "error": str(error)}
    return {"id": name, **_fields(draft.article), **_texts(draft)}


def _fields(article: Article) -> dict[str, Any]:
    names = [person.name for person in article.people if "author" in person.rel] + list(article.organisations)
    return {"title": article.headline, "authors": names, "published": _published(article)}


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


def _texts(draft: Draft) -> dict[str, Any]:
    pictures = [piece for piece in draft.pieces if piece.shape in {"picture", "caption"}]
    body = [
        piece.text for piece in draft.pieces if piece.shape not in {"picture", "caption", "debris", "date", "byline"}
    ]
    credits = [part.strip() for piece in pictures if piece.byline for part in _CREDIT_ENDS.split(piece.byline)]
    return {"captions": [piece.text for piece in pictures if piece.text], "credits": credits, "body": "\n".join(body)}


if __name__ == "__main__":
    main()
