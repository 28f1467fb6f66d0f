"""Whether an article may be published, as its producer says it (`pubStatus`): one reading for every door and reader.

What is no text, and two that differ, are refused: published by guess, a withdrawn article could not be taken back. A
word that we do not know takes no article away.
"""

from collections.abc import Iterable, Mapping, Sequence

from shared.article import PubStatus
from shared.embargo import every_member, names_embargo, shown
from shared.errors import StatusUnread

STATES: Mapping[str, PubStatus] = {
    "usable": "usable", "withheld": "withheld", "embargoed": "withheld", "canceled": "canceled",
    "cancelled": "canceled", "withdrawn": "canceled", "killed": "canceled",
}  # fmt: skip
EXPECTED = "must be one text: usable, withheld or canceled"


def names_status(member: str) -> bool:
    """Is it what an article calls its status, in any capitals: `pubStatus` (ninjs 3, NewsML-G2) or `pubstatus`?"""
    return member.lower() == "pubstatus"


def status_of(said: object) -> PubStatus | None:
    """The status that a word, a code (`stat:canceled`) or its address (`http://…/canceled`) means; None for others."""
    if not isinstance(said, str):
        return None
    return STATES.get(said.strip().rpartition(":")[2].rpartition("/")[2].lower())


def status_among(statuses: Iterable[tuple[str, object]]) -> PubStatus | None:
    """What all that names a status says, each with where it stands; None where nothing is said (`null`, "").

    Raises `StatusUnread`, which names the place, for what is no text, and for a status that differs from another.
    """
    found: list[PubStatus | None] = []
    for place, said in statuses:
        if said is None or said == "":
            continue
        status = status_of(said)
        if not isinstance(said, str) or (found and (status or "usable") != (found[0] or "usable")):
            raise StatusUnread(f"{place} {EXPECTED}; it says {shown(said)}.", place=place)
        found.append(status)
    return next(filter(None, found), None)


def status_members(document: Mapping[str, object]) -> list[tuple[str, object]]:
    """The members of an object that name its status, with what they say."""
    return [(name, said) for name, said in document.items() if names_status(name)]


def decides(member: str) -> bool:
    """Does a member decide whether, or when, an article is published?"""
    return names_embargo(member) or names_status(member)


def decisive_members(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """As `every_member`, for all that decides on publishing."""
    return every_member(pairs, decides)
