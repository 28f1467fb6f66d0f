"""An article as a person reads it at a terminal: what was read, from which place of the input, and its way here."""

import datetime as dt
import itertools
import os
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from services.cli.columns import columns_of, cut, padded, terminal_columns
from shared.article import Article, Block, Evidence, Person, Role
from shared.clock import from_us
from shared.envelope import Event
from shared.ledger.causes import returns

LABEL_WIDTH = 11
NO_BREAK = "\N{NO-BREAK SPACE}"
WIDEST, NARROWEST = 100, 40
LEAST_COLUMN, LEAST_WORDS, GAP = 8, 24, 2
LONGEST_QUOTE = 60
LONGEST_LEAD = 400
BOLD, DIM, RED, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[0m"

ROLES: dict[Role, str] = {
    "author": "author",
    "photographer": "photographer",
    "videographer": "videographer",
    "translator": "translator",
}


def clean(text: str) -> str:
    """Text from outside, harmless on a terminal: no escape sequence and no change of direction comes through."""
    return "".join(
        char if unicodedata.category(char) not in ("Cc", "Cf", "Cs") or char == " " else "·" for char in text
    )


def styled(text: str, style: str) -> str:
    """Bold or dim at a terminal that wants it; plain in a file."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return f"{style}{text}{PLAIN}"


def width() -> int:
    return max(NARROWEST, min(terminal_columns(), WIDEST))


def rule() -> str:
    return styled("─" * width(), DIM)


def row(label: str, text: str, *, style: str = "") -> Iterator[str]:
    """A label and its text, wrapped beside it."""
    lines = textwrap.wrap(clean(text), width() - LABEL_WIDTH - 2, break_on_hyphens=False) or [""]
    for number, line in enumerate(lines):
        head = label if number == 0 else ""
        yield f"  {styled(head.ljust(LABEL_WIDTH), DIM)}{styled(line, style) if style else line}".rstrip()


def article_lines(article: Article, *, detailed: bool = False) -> Iterator[str]:
    """The whole article for a person; `detailed` adds rules, how sure they are, and what lost."""
    evidence = Sources(article.evidence, detailed=detailed)
    yield ""
    yield from textwrap.wrap(styled(clean(article.headline or "(no headline)"), BOLD), width() + len(BOLD + PLAIN))
    yield from evidence.of("headline", label="")
    yield ""
    yield from _when(article, evidence)
    yield from _people(article, evidence)
    for label, value, field in (
        ("Dateline", article.dateline, "dateline"),
        ("Place", article.located, "located"),
        ("Language", article.language, "language"),
        ("Section", article.section, "section"),
        ("Address", article.uri, "uri"),
    ):
        if value:
            yield from row(label, value)
            yield from evidence.of(field)
    if article.pub_status != "usable":
        yield from row("Status", article.pub_status)
    if article.description:
        yield from row("Lead", shortened(article.description, LONGEST_LEAD))
        yield from evidence.of("description")
    yield from _pictures(article.blocks, evidence)
    yield from row("Body", counted(article.blocks))
    if detailed:
        yield from _blocks(article.blocks, evidence)
    yield from _removed(article, evidence)


def _when(article: Article, evidence: "Sources") -> Iterator[str]:
    if article.first_created is None and article.local_day is None:
        yield from row("When", "the input does not say")
    elif article.first_created is None:
        yield from row("When", f"{day(article.local_day)}, the zone is not known")
        yield from evidence.of("local_day", "first_created")
    else:
        yield from row("When", moment(article.first_created, day_only=article.precision == "day"))
        yield from evidence.of("first_created")
    if article.version_created is not None and article.version_created != article.first_created:
        yield from row("Changed", moment(article.version_created))
        yield from evidence.of("version_created")
    if article.embargoed_until is not None:
        yield from row("Embargo", f"until {moment(article.embargoed_until)}")
        yield from evidence.of("embargoed_until")


def _people(article: Article, evidence: "Sources") -> Iterator[str]:
    if not article.people and article.byline:
        yield from row("By", article.byline)
        yield from evidence.of("byline")
    for number, person in enumerate(article.people):
        yield from row("By" if number == 0 else "", person_line(person))
        yield from evidence.of(f"people[{number}]", "byline", "people")
    for label, values, field in (
        ("For", article.organisations, "organisations"),
        ("Source", article.sources, "sources"),
    ):
        if values:
            yield from row(label, ", ".join(values))
            yield from evidence.of(f"{field}[0]", field)


def _pictures(blocks: Sequence[Block], evidence: "Sources") -> Iterator[str]:
    label = "Captions"
    for number, block in enumerate(blocks):
        words = block.caption if block.type == "picture" else block.text if block.type == "caption" else None
        if not words:
            continue
        credit = f" ({block.byline})" if block.byline else ""
        yield from row(label, f"{words}{credit}")
        yield from evidence.of(f"blocks[{number}]")
        label = ""


def _blocks(blocks: Sequence[Block], evidence: "Sources") -> Iterator[str]:
    """Every other block by what it was taken for, its first words, and why."""
    for place, block in enumerate(blocks):
        words = block.text or " ".join(block.items) or " ".join(cell for cells in block.rows for cell in cells)
        if block.type not in ("picture", "caption") and words:
            yield from row(block.type.capitalize(), shortened(words, LONGEST_QUOTE))
            yield from evidence.of(f"blocks[{place}]")


def _removed(article: Article, evidence: "Sources") -> Iterator[str]:
    for number, line in enumerate(article.boilerplate):
        yield from row("Removed" if number == 0 else "", line)
        yield from evidence.of(f"boilerplate[{number}]")


class Sources:
    """Where each field was read in the input, as lines below it."""

    def __init__(self, evidence: Iterable[Evidence], *, detailed: bool) -> None:
        self._detailed = detailed
        self._found: dict[str, Evidence] = {}
        for reading in evidence:
            self._found.setdefault(_snake(reading.field), reading)

    def of(self, *fields: str, label: str = " " * (LABEL_WIDTH + 2)) -> Iterator[str]:
        """The first of these fields that has evidence."""
        reading = next((self._found[field] for field in fields if field in self._found), None)
        if reading is None or (reading.start is None and reading.path is None and not self._detailed):
            return
        sure = f" by {reading.rule}, {reading.sure:.0%} sure" if self._detailed else ""
        yield from _below(label, f"{where_read(reading)}{sure}{quoted(reading.quote)}")
        for lost in reading.lost if self._detailed else ():
            yield from _below(label, f"not “{shortened(lost.value, LONGEST_QUOTE)}” ({lost.rule})")


def _below(label: str, text: str) -> Iterator[str]:
    for line in textwrap.wrap(clean(text), width() - len(label), break_on_hyphens=False):
        yield label + styled(line, DIM)


def where_read(reading: Evidence) -> str:
    """Where a reading stands: `from characters 0-18`, or a place in a page or document."""
    if reading.start is not None and reading.end is not None:
        return f"from characters {reading.start}–{reading.end}"
    return f"from {reading.path}" if reading.path else "concluded"


def quoted(quote: str | None) -> str:
    return f": “{shortened(quote, LONGEST_QUOTE)}”" if quote else ""


def person_line(person: Person) -> str:
    """`Anh Phong, author and photographer`."""
    roles = [ROLES.get(role, role) for role in person.rel]
    joined = " and ".join([", ".join(roles[:-1]), roles[-1]] if len(roles) > 1 else roles)
    return f"{person.name}, {joined}" if joined else person.name


def counted(blocks: Sequence[Block]) -> str:
    """`8 paragraphs, 2 subheads, 2 captions, 1,402 words`."""
    names = {"quote": "quotes", "list": "lists", "table": "tables"}
    counts: dict[str, int] = {}
    for block in blocks:
        counts[block.type] = counts.get(block.type, 0) + 1
    words = sum(len(text.split()) for block in blocks for text in (block.text or "", *block.items))
    parts = [f"{n} {kind if n == 1 else names.get(kind, kind + 's')}" for kind, n in counts.items()]
    return ", ".join([*parts, f"{words:,} words"])


def day(value: dt.date | None) -> str:
    return "" if value is None else f"{value:%A} {value.day} {value:%B %Y}"


def moment(value: dt.datetime, *, day_only: bool = False) -> str:
    """`Monday 9 November 2015, 05:34 (UTC+07:00)`, or `(zone not known)`."""
    zone = f"{value:%z}"
    zone = "zone not known" if not zone else "UTC" if zone == "+0000" else f"UTC{zone[:3]}:{zone[3:5]}"
    return day(value) if day_only else f"{day(value)}, {value:%H:%M} ({zone})"


def timeline_lines(events: Sequence[Event], *, detailed: bool = False) -> Iterator[str]:
    """When an article came, then each state with what it took; `detailed` also tells which process had it."""
    if not events:
        return
    first = events[0]
    parts = [f"{from_us(first.at_us).astimezone():%Y-%m-%d %H:%M:%S} {first.state}"]
    for (before, event), is_back in zip(itertools.pairwise(events), returns(events)[1:], strict=True):
        took = (event.at_us - before.at_us) / 1_000_000
        note = f" ({event.note})" if event.note and (detailed or event.state not in ("working", "normalized")) else ""
        back = " came back after replay" if is_back else ""
        parts.append(f"{event.state} +{took:.3f} s{note}{back}".replace(" ", NO_BREAK))
    yield from row("Way", " → ".join(parts))


def ago(at_us: int, now_us: int) -> str:
    """`3 s`, `5 min`, `2 h`, `4 days`."""
    seconds = max(0, (now_us - at_us) // 1_000_000)
    for limit, unit, name in ((90, 1, "s"), (90 * 60, 60, "min"), (48 * 3600, 3600, "h")):
        if seconds < limit:
            return f"{seconds // unit} {name}"
    return f"{seconds // 86400} days"


def plural(count: int, noun: str) -> str:
    """`1 article`, `4 articles`, `2 entries`."""
    many = f"{noun[:-1]}ies" if noun.endswith("ry") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else many}"


def size(count: int) -> str:
    """`712 B`, `1.4 MB`."""
    for limit, unit in ((10**3, "B"), (10**6, "kB"), (10**9, "MB")):
        if count < limit:
            return f"{count} B" if unit == "B" else f"{count / limit * 1000:.1f} {unit}"
    return f"{count / 10**9:.1f} GB"


def shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def brief(text: str, longest: int) -> str:
    """A text as far as a person at a terminal reads it; what goes into a file or a pipe is never cut."""
    return shortened(text, longest) if sys.stdout.isatty() else text


def seconds(micros: int | None) -> str:
    """`0.12 s`, `75 s`; empty when it is not known."""
    if micros is None:
        return ""
    spent = micros / 1_000_000
    return f"{spent:.2f} s" if spent < 10 else f"{spent:.0f} s"


def table(
    rows: Sequence[Sequence[str]],
    *,
    right: frozenset[int] = frozenset(),
    narrow: Sequence[Sequence[str]] = (),
) -> Iterator[str]:
    """Columns as wide as they need, on a terminal no wider than that; the first row names them.

    On a terminal where the last column would have no room the rows of `narrow` are shown, which say less; where not
    even they fit, each row is a list of its columns. What goes into a file or a pipe is never cut.
    """
    if not sys.stdout.isatty():
        yield from _table_lines(rows, _widths(rows), right)
        return
    room = terminal_columns()
    for choice in (rows, narrow) if narrow else (rows,):
        widths = fitted(_widths(choice), room, _ids(choice[0]) | right)
        if _breadth(widths) <= room and (choice is narrow or not narrow or widths[-1] >= LEAST_WORDS):
            names, *lines = _table_lines(choice, widths, right if choice is rows else frozenset())
            yield from (styled(names, DIM), *lines)
            return
    yield from _listed(narrow or rows)


def fitted_table(rows: Sequence[Sequence[str]], room: int, *, right: frozenset[int] = frozenset()) -> Iterator[str]:
    """A table in a room of so many columns, without styles; lines that do not fit are cut."""
    for line in _table_lines(rows, fitted(_widths(rows), room, right), right):
        yield cut(line, room)


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(columns_of(clean(values[column])) for values in rows) for column in range(len(rows[0]))]


def _ids(names: Sequence[str]) -> frozenset[int]:
    """Columns that people copy from, and which stay whole."""
    return frozenset(column for column, name in enumerate(names) if name == "ID")


def _breadth(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _table_lines(rows: Sequence[Sequence[str]], widths: Sequence[int], right: frozenset[int]) -> Iterator[str]:
    for values in rows:
        cells = [
            padded(cut(clean(cell), size), size, right=column in right)
            for column, (cell, size) in enumerate(zip(values, widths, strict=True))
        ]
        yield (" " * GAP).join(cells).rstrip()


def _listed(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Each row as lines of a name and its value, for a terminal that is narrower than a table."""
    names, *others = rows
    for values in others:
        for name, value in zip(names, values, strict=True):
            yield from row(name.capitalize(), value)
        yield ""


def fitted(widths: Sequence[int], room: int, whole: frozenset[int] = frozenset()) -> list[int]:
    """Widths that fit into a room: the widest column gives way, none below LEAST_COLUMN; those in `whole` stay."""
    fit = list(widths)
    yielding = [column for column in range(len(fit)) if column not in whole]
    surplus = _breadth(fit) - room
    while surplus > 0 and yielding:
        widest = max(yielding, key=lambda column: fit[column])
        if fit[widest] <= LEAST_COLUMN:
            break
        fit[widest] -= 1
        surplus -= 1
    return fit


def _snake(field: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in field)
