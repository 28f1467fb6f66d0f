"""Whether the members of a merge patch have the shape that ninjs 3.1 gives them.

What has another is no mistake of one field: upon the rest of the article it would be read as words of the body.
"""

import datetime as dt
import re
from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType

from services.web.problems import Problem, in_body

LISTS = frozenset({
    "headlines", "descriptions", "bodies", "people", "organisations", "places", "subjects", "events", "objects",
    "infoSources", "renditions", "associations", "altIds", "genres", "trustIndicators", "plannedCoverage",
})  # fmt: skip
NAMED = '{"name": "Huế"}'
LIKE = MappingProxyType({
    "headlines": '{"value": "The bridge is open"}', "descriptions": '{"value": "It opened at noon."}',
    "bodies": '{"value": "It opened at noon."}', "altIds": '{"role": "guid", "value": "tag:hue.example,2026:1"}',
    "renditions": '{"href": "https://hue.example/1.jpg"}',
    "associations": '{"type": "picture", "renditions": [{"href": "https://hue.example/1.jpg"}]}',
})  # fmt: skip
TEXTS = frozenset({
    "uri", "type", "firstCreated", "versionCreated", "contentCreated", "pubStatus", "language", "by", "located",
    "slugline", "copyrightHolder", "copyrightNotice", "usageTerms", "edNote", "title", "profile", "expires",
})  # fmt: skip
OF_OLDER = MappingProxyType({
    "headline": "headlines", "body_text": "bodies", "body_html": "bodies", "body_xhtml": "bodies",
    "description_text": "descriptions", "description_html": "descriptions", "byline": "by", "person": "people",
    "organisation": "organisations", "place": "places", "subject": "subjects", "event": "events", "object": "objects",
    "infosource": "infoSources",
})  # fmt: skip
RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
MOMENTS = ("firstCreated", "versionCreated", "contentCreated", "expires")
SPELLED = MappingProxyType({member.lower(): member for member in chain(LISTS, TEXTS)})


def check_patch(patch: Mapping[str, object]) -> None:
    """Raise `Problem` at the first member that ninjs 3.1 writes otherwise; `null` takes any away."""
    for member, said in patch.items():
        spelled = SPELLED.get(member.lower(), member)
        if spelled != member and member not in OF_OLDER:
            _refuse(member, f"The article is patched in ninjs 3.1, where {member} is {spelled}")
        if said is None:
            continue
        if member in OF_OLDER:
            _refuse(member, f"The article is patched in ninjs 3.1, where {member} is {OF_OLDER[member]}")
        if member in LISTS and not (isinstance(said, list) and all(isinstance(one, dict) for one in said)):
            _refuse(member, f'{member} is a list of objects, like "{member}": [{LIKE.get(member, NAMED)}]')
        if member in TEXTS and not isinstance(said, str):
            _refuse(member, f"{member} is a text")
        if member in MOMENTS and not _is_moment(said):
            _refuse(member, f"{member} is a moment with its zone (RFC 3339), such as 2026-01-31T06:00:00+07:00")


def _is_moment(said: object) -> bool:
    if not isinstance(said, str) or RFC_3339.fullmatch(said) is None:
        return False
    try:
        dt.datetime.fromisoformat(said.upper()).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return False
    return True


def _refuse(member: str, why: str) -> None:
    raise Problem("bad-request", f"{why}. Nothing of the patch was taken in.", at=in_body(member))
