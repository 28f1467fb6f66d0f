"""The entries of a live report as a page prints them: boxes of one kind beside each other, each under its clock."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice, pairwise

from services.normalize.fields.date import date_of_value
from services.normalize.html.blocks import Block, Box, Outline
from services.normalize.html.body import is_refused
from services.normalize.html.class_names import BYLINE_NAMES
from services.normalize.html.tree import HEADINGS, text_of
from shared.article import Block as Printed
from shared.article import LiveEntry
from shared.envelope import Raw

_LEAST, _MOST = 3, 500
_HEAD = 4  # blocks of an entry that may hold its clock, its headline and its writer
_LONGEST_MARK = 80
_CLOCK = re.compile(r"\W*(?P<clock>\d{1,2}[:.]\d\d)(?:[:.]\d\d)?(?P<rest>\W*\w{0,12}\W*)")


def printed_entries(
    outline: Outline, container: Box, raw: Raw, language: str | None, day: dt.date | None, *, is_live: bool
) -> list[tuple[Box, LiveEntry]]:
    """Each entry with its box. A page that nothing calls live has some only where the newest stands first.

    `day` is the article's, for clocks that stand alone.
    """
    alike: dict[tuple[int, str], list[Box]] = defaultdict(list)
    for box in outline.boxes[container.place + 1 : container.end]:
        if box.last - box.first > 1 and box.parent is not None and box.tag not in HEADINGS:
            alike[box.parent.place, box.tag].append(box)
    for boxes in alike.values():
        if not _LEAST <= len(boxes) <= _MOST or any(map(is_refused, boxes[:_LEAST])):
            continue
        found = [(box, entry) for box in boxes if (entry := _entry(outline, box, raw, language, day)) is not None]
        if len(found) >= _LEAST and 2 * len(found) > len(boxes) and (is_live or _newest_first(found)):
            return found
    return []


def _newest_first(found: list[tuple[Box, LiveEntry]]) -> bool:
    clocks = [entry.at for _, entry in found if entry.at is not None]
    return len(clocks) == len(found) and all(one > other for one, other in pairwise(clocks))


def _entry(outline: Outline, box: Box, raw: Raw, language: str | None, day: dt.date | None) -> LiveEntry | None:
    blocks = outline.blocks[box.first : box.last]
    at, timed = _clock_of(box, blocks, raw, language, day)
    if at is None:
        return None
    head = next((block for block in blocks[:_HEAD] if block.box.tag in HEADINGS), None)
    writer = next(iter(_writers(blocks[:_HEAD])), None)
    text = [
        Printed(type="paragraph", text=block.text)
        for block in blocks
        if block is not head and block is not timed and block.text != writer
    ]
    if not text or sum(block.prose for block in blocks) == 0:
        return None
    return LiveEntry(at=at, headline=head.text if head is not None else None, byline=writer, blocks=tuple(text))


def _clock_of(
    box: Box, blocks: list[Block], raw: Raw, language: str | None, day: dt.date | None
) -> tuple[dt.datetime | None, Block | None]:
    """The instant of an entry, and the line that is nothing but its clock."""
    line = next((block for block in blocks[:_HEAD] if block.size <= _LONGEST_MARK and _CLOCK.match(block.text)), None)
    declared = next((time.get("datetime") for time in islice(box.element.iter("time"), 1)), None)
    said = declared
    if said is None and line is not None and day is not None and (match := _CLOCK.fullmatch(line.text)):
        said = f"{day.isoformat()}T{match['clock'].replace('.', ':').zfill(5)}"
    dated = date_of_value(said, raw, language)
    if dated is None or dated.moment.precision == "day" or dated.moment.value.tzinfo is None:
        return None, None
    return dated.moment.value, line


def _writers(blocks: list[Block]) -> Iterator[str]:
    """What calls itself the writer in the first lines of an entry."""
    for block in blocks:
        if block.size <= _LONGEST_MARK and BYLINE_NAMES.search(block.box.names):
            yield block.text
        for element in block.inline:
            if BYLINE_NAMES.search((element.get("class") or "").lower()):
                yield text_of(element)


def words_of(entry: LiveEntry) -> str:
    """The first words that an entry prints."""
    return entry.headline or next((block.text for block in entry.blocks if block.text), "")
