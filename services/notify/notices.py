"""What somebody is to be told: what has lasted and is not told yet, and what was told and is over. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from shared.harmless import harmless_text
from shared.ledger.overview import Overview
from shared.ledger.troubles import REMEDIES, Code, Failing, Trouble, trouble_key

MOST_LINES = 20
LONGEST = 400
FEEDS: Code = "feeds-failing"
SILENT: Code = "feeds-silent"
# What chats take for a call to everybody, or for a link: such words may come from a feed.
CALLING = re.compile(r"@(?=everyone|here|channel)")
LIKE = str.maketrans({"<": "‹", ">": "›"})


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is wrong: `key` tells it from others, `name` names it, `since` when (µs), in words, what to do."""

    key: str
    name: str
    since: int
    what: str
    do: str


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an address was told and is not over: since when it was so (µs), since when it is not (0: it still is)."""

    name: str
    since: int
    gone: int = 0


class Changes(NamedTuple):
    """What is to be told an address now, and what is remembered of it whether that succeeds or not."""

    begun: tuple[Fact, ...]
    over: Mapping[str, Told]
    noted: Mapping[str, Told]

    @property
    def is_empty(self) -> bool:
        return not (self.begun or self.over)


def facts_of(overview: Overview, failing: Iterable[tuple[str, Failing]]) -> list[Fact]:
    """Every trouble, but feeds one by one: each that breaks or works again is a change of its own."""
    facts = [_of_trouble(trouble) for trouble in overview.troubles if trouble.code not in (FEEDS, SILENT)]
    facts += [
        Fact(
            key=trouble_key("silent" if feed.is_silent else "feed", feed_id),
            name=f"feed {feed.name}",
            since=feed.since,
            what=feed.reason,
            do=REMEDIES[SILENT if feed.is_silent else FEEDS],
        )
        for feed_id, feed in failing
    ]
    return facts


def changes_of(facts: Sequence[Fact], told: Mapping[str, Told], *, now: int, after_us: int) -> Changes:
    """What has lasted for `after_us` and was not told, and what was told and has not been for as long.

    What comes back within that time is the same, and nothing is said of it.
    """
    present = {fact.key: fact for fact in facts}
    begun = tuple(fact for fact in facts if fact.key not in told and now - fact.since >= after_us)
    over: dict[str, Told] = {}
    noted: dict[str, Told] = {}
    for key, was in told.items():
        if key in present:
            if was.gone:
                noted[key] = msgspec.structs.replace(was, gone=0)
        elif not was.gone:
            noted[key] = msgspec.structs.replace(was, gone=now)
        elif now - was.gone >= after_us:
            over[key] = was
    return Changes(begun, over, noted)


class Message(NamedTuple):
    """One message for all that changed."""

    title: str
    body: str


def message_of(changes: Changes, now: int) -> Message:
    """`Copydesk: 2 troubles, 1 over`, and a line for each with what to do."""
    counts = [_counted(len(changes.begun), "trouble"), f"{len(changes.over)} over" if changes.over else ""]
    lines = [f"{fact.name} (for {_span(now - fact.since)}): {fact.what}\n  → {fact.do}" for fact in changes.begun]
    lines += [f"over after {_span(was.gone - was.since)}: {was.name}" for was in changes.over.values()]
    shown = [_plain(line) for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        shown.append(f"... and {len(lines) - MOST_LINES} more: copydesk status")
    return Message(f"Copydesk: {', '.join(filter(None, counts))}", "\n".join(shown))


def _of_trouble(trouble: Trouble) -> Fact:
    key = trouble_key(trouble.code, trouble.subject)
    return Fact(key=key, name=key, since=trouble.since, what=trouble.what, do=trouble.do)


def _counted(count: int, what: str) -> str:
    return "" if not count else f"{count} {what}{'' if count == 1 else 's'}"


def _span(us: int) -> str:
    seconds = max(0, us // 1_000_000)
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def _plain(line: str) -> str:
    cut = line if len(line) <= LONGEST else f"{line[:LONGEST]} …"
    return CALLING.sub("@ ", harmless_text(cut).translate(LIKE))
