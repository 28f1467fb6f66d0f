"""What a publisher is told of an article that was taken in: declared dates that nobody could read. Pure."""

import re
from collections.abc import Iterator

from services.web.problems import Place, in_body, in_xml
from shared.article import UNREAD, Article
from shared.embargo import shown

_STEP = re.compile(r"\.([^.\[\]]+)|\[([0-9]+)\]")
# A pushed JSON Feed is cut into entries; their evidence has the names that all feeds have there.
_OF_ITEMS = {"$.published": "$.date_published", "$.updated": "$.date_modified"}
EXPECTED = "an article's date is a moment with its zone (RFC 3339), such as 2026-01-31T06:00:00+07:00"


def warnings_of(article: Article) -> dict[str, object]:
    """`{"warnings": […]}`, each with its place in the body and a sentence; nothing where there is nothing to tell.

    Of several articles in one body each is pointed into by itself.
    """
    found = list(unread_dates(article))
    return {"warnings": found} if found else {}


def unread_dates(article: Article) -> Iterator[dict[str, str]]:
    """Each date that was declared and could not be read: its place (`pointer` or `path`) and a `detail`."""
    for seen in article.evidence:
        if seen.field.endswith(UNREAD):
            place = _place(seen.path or "")
            name = next(iter(place.values())).rpartition("/")[2]
            detail = f"{name} is no date that can be read, and was left out: it says {shown(seen.quote)}; {EXPECTED}."
            yield {**place, "detail": detail}


def _place(path: str) -> Place:
    """Where evidence stands, as problems tell it: `$.dates[0].at` is `#/dates/0/at`."""
    if path.startswith("/"):
        return in_xml(path)
    return in_body(*(name or int(number) for name, number in _STEP.findall(_OF_ITEMS.get(path, path))))
