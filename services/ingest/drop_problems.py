"""What is told of a dropped file that was not taken."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

MOST_MEMBERS = 200

ProblemName = Literal["drop-refused", "drop-partly-taken", "drop-waits", "drop-unread", "drop-taken-back"]


class DropMember(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A part of a dropped file (a file in a ZIP, an attachment) that was not taken, and why."""

    name: str
    detail: str


class DropProblem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A file in the drop folder that was not taken, or not whole: why, and since when (µs).

    `members` are those of its parts that were not taken, the first 200.
    """

    path: str
    reason: str
    at_us: int
    kind: ProblemName = "drop-refused"
    members: tuple[DropMember, ...] = ()


class ProblemKind(msgspec.Struct, frozen=True, kw_only=True):
    """What a kind of problem is called, and what a person does about it."""

    title: str
    remedy: str


PROBLEM_KINDS: Mapping[ProblemName, ProblemKind] = {
    "drop-refused": ProblemKind(
        title="The file was not taken",
        remedy="Correct the file, or put another in its place: it is looked at again as soon as it changes. "
        "Remove it from the drop folder to be told no more.",
    ),
    "drop-partly-taken": ProblemKind(
        title="Some of what the file holds was not taken",
        remedy="The rest is in. Drop what `members` names by itself, corrected, or replace the file: what is in "
        "already is no second article.",
    ),
    "drop-waits": ProblemKind(
        title="The file cannot be taken now",
        remedy="It is tried again by itself. Let its writer close it, or give the desk the right to read it.",
    ),
    "drop-taken-back": ProblemKind(
        title="The article of the file was withdrawn or purged, and the file does not bring it back",
        remedy="If these words are to be published, `copydesk correct ID FILE --because WHY` brings the article back; "
        "or drop the file under another name, as an article of its own. Remove it to be told no more.",
    ),
    "drop-unread": ProblemKind(
        title="The file was taken, and no article was found in it",
        remedy="Correct the file: it is looked at again as soon as it changes. `copydesk refused` lists what was "
        "refused while reading. Remove it from the drop folder to be told no more.",
    ),
}


def partly(members: Sequence[DropMember], of: int) -> str:
    """What is told of a file of which some parts were not taken: how many, and the first of them."""
    first = members[0]
    more = f" (and {len(members) - 1} more)" if len(members) > 1 else ""
    return f"{len(members)} of {of} parts are not taken: {first.name}: {first.detail}{more}"


def kind_of_unread(members: Sequence[DropMember], of: int) -> ProblemName:
    """What a file is told as of whose parts these are not read: `of` is how many it has, 0 where that is not known."""
    return "drop-unread" if 0 < of <= len(members) else "drop-partly-taken"


def joined(known: DropProblem, new: DropProblem, of: int) -> DropProblem:
    """What is told of a file of which another part turns out to hold no article: what was told of it holds still."""
    tells_parts = bool(new.members) and new.kind in ("drop-unread", "drop-partly-taken")
    if not tells_parts or known.kind not in ("drop-unread", "drop-partly-taken"):
        return new
    members = tuple(dict.fromkeys((*known.members, *new.members)))
    more = f"; {known.reason}"
    if known.members:
        told = partly(known.members, max(of, len(known.members)))
        more = known.reason.removeprefix(told) if known.reason.startswith(told) else ""
    return msgspec.structs.replace(
        known,
        kind=kind_of_unread(members, of),
        reason=partly(members, max(of, len(members))) + more,
        members=members[:MOST_MEMBERS],
    )
