"""Whether the members of a merge patch have the shape that ninjs 3.1 gives them.

What has another is no mistake of one field: upon the rest of the article it would be read as words of the body.
"""

from collections.abc import Mapping
from types import MappingProxyType

from services.web.problems import Problem, in_body

LISTS = frozenset({
    "headlines", "descriptions", "bodies", "people", "organisations", "places", "subjects", "events", "objects",
    "infoSources", "renditions", "associations", "altIds", "genres",
})  # fmt: skip
TEXTS = frozenset({
    "uri", "type", "firstCreated", "versionCreated", "contentCreated", "pubStatus", "language", "by", "located",
    "slugline", "copyrightHolder", "copyrightNotice", "usageTerms", "ednote",
})  # fmt: skip
OF_OLDER = MappingProxyType({
    "headline": "headlines", "body_text": "bodies", "body_html": "bodies", "body_xhtml": "bodies",
    "description_text": "descriptions", "description_html": "descriptions", "byline": "by", "person": "people",
    "organisation": "organisations", "place": "places", "subject": "subjects", "event": "events", "object": "objects",
    "infosource": "infoSources",
})  # fmt: skip


def check_patch(patch: Mapping[str, object]) -> None:
    """Raise `Problem` at the first member that ninjs 3.1 writes otherwise; `null` takes any away."""
    for member, said in patch.items():
        if said is None:
            continue
        if member in OF_OLDER:
            _refuse(member, f"The article is patched in ninjs 3.1, where {member} is {OF_OLDER[member]}")
        if member in LISTS and not (isinstance(said, list) and all(isinstance(one, dict) for one in said)):
            _refuse(member, f'{member} is a list of objects, like "headlines": [{{"value": "The bridge is open"}}]')
        if member in TEXTS and not isinstance(said, str):
            _refuse(member, f"{member} is a text")


def _refuse(member: str, why: str) -> None:
    raise Problem("bad-request", f"{why}. Nothing of the patch was taken in.", at=in_body(member))
