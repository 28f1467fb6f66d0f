"""The list of articles: one row an article or input, the newest first, from the ledger and the index together."""

import textwrap
from collections.abc import Callable, Sequence

import msgspec

from services.index.hits import NOTHING, Hit
from services.index.listing import SETTLED, Listed, Settled, Span, list_settled
from services.index.search import Index, Stored
from services.index.snippet import Passage, pieces
from services.web.names import Names, looks_like_name
from shared.article import Article
from shared.clock import END_OF_TIME
from shared.envelope import DESK, is_desk, source_of
from shared.identity import url_of
from shared.ledger.events import EventStream
from shared.ledger.listing import IN_FLIGHT, STANDING, Standing, list_standing
from shared.ledger.lookup import find_status
from shared.ledger.reader import InputStatus, LedgerReader, last_worker, spent, split_ref
from shared.source_filter import takes_source

State = Standing | Settled
DEFAULT: tuple[State, ...] = (*STANDING, "indexed", "withdrawn")
GROUPS: dict[str, tuple[State, ...]] = {
    "in-flight": IN_FLIGHT,
    "failed": ("dead", "refused"),
    "all": (*STANDING, *SETTLED),
}
MOST_ROWS = 200
MOST_TAKEN = 1000
LONGEST_OPENING = 100
PATH = "path:"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which articles are listed. `since` and `before` bound their time of receipt (µs); `q` is words, an id, a receipt,
    an address or a file's path; `worker` (`host`, `host:start` …) took them up lately. An empty field takes all."""

    states: Sequence[State] = DEFAULT
    source: str = ""
    since: int = 0
    before: int = END_OF_TIME
    q: str = ""
    worker: str = ""
    limit: int = 50


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One article, or one input that repeats one, as a list shows it.

    `received_us` is its time of receipt, `settled_us` when it came to its end; `name` a dropped file's path, `url` its
    address; `opening` the first words of one that has no headline; `worker` who had it last; `waited_us` and
    `worked_us` how long it waited and was worked on.
    """

    article: str
    rev: int
    state: str
    source: str
    received_us: int
    receipt: str = ""
    stage: str | None = None
    headline: str | None = None
    opening: str | None = None
    name: str | None = None
    url: str | None = None
    reason: str | None = None
    note: str | None = None
    attempts: int = 0
    worker: str | None = None
    waited_us: int | None = None
    worked_us: int | None = None
    settled_us: int | None = None
    came_back: bool = False  # it failed again after a replay
    passage: tuple[tuple[str, bool], ...] = ()  # where words were asked for: how it says them, and which they are

    def title(self) -> str:
        """What a person knows it by: its headline, else its first words, file or address; "" where it has none."""
        return self.headline or self.opening or self.name or self.url or ""


class Listing(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A page of rows, the newest first; `next` is the `before` of the page after it, None on the last. `suggestion` are
    other words, where no article has all that were asked for; `behind` and `stands_in` are those of `Results`."""

    rows: tuple[Row, ...]
    next: int | None
    suggestion: str | None = None
    behind: int = 0
    stands_in: bool = False
    unknown: bool = False  # what was asked for is spelled as a name, and no article is known by it


def list_articles(reader: LedgerReader, index: Index, wanted: Wanted, names: Names | None = None) -> Listing:
    """The page of articles that is wanted; `names` tells what article a name means, without it `q` is words."""
    if wanted.q:
        return _found(reader, index, wanted, names)
    rows = (_taken_rows if wanted.worker else _rows)(reader, index, wanted, wanted.limit + 1)
    page = tuple(rows[: wanted.limit])
    return Listing(rows=page, next=page[-1].rev if len(rows) > wanted.limit else None)


def _rows(reader: LedgerReader, index: Index, wanted: Wanted, limit: int) -> list[Row]:
    """The newest rows, at most `limit`, one an input.

    The index answers for an input before the ledger lets it go, so the ledger is asked first: what moves on between the
    two looks then stands in one of them at least, and of what stands in both the index has the last word.
    """
    rows: dict[str, Row] = {}
    standing = [state for state in STANDING if state in wanted.states]
    if standing:
        rows |= {_input_of(row): row for row in _standing_rows(reader, index, wanted, standing, limit)}
    span = Span(
        states=[state for state in SETTLED if state in wanted.states],
        source=wanted.source,
        since=wanted.since,
        before=wanted.before,
    )
    rows |= {_input_of(row): row for row in map(_settled_row, list_settled(index, span, limit))}
    return sorted(rows.values(), key=lambda row: row.rev, reverse=True)


def _standing_rows(
    reader: LedgerReader, index: Index, wanted: Wanted, states: Sequence[Standing], limit: int
) -> list[Row]:
    """What the ledger has. Whose a word of the desk is, its article says: it is looked for beside its source's own."""

    def told(line: InputStatus) -> InputStatus | None:
        own = as_its_own(index.get, line)
        return own if takes_source(wanted.source, _named_source(own)) else None

    lines = list_standing(
        reader,
        states,
        sources=(wanted.source, source_of(DESK)) if wanted.source else (),
        since=wanted.since,
        before=wanted.before,
        limit=limit,
        told=told,
    )
    return [_standing_row(line) for line in lines]


def _taken_rows(reader: LedgerReader, index: Index, wanted: Wanted, limit: int) -> list[Row]:
    """What a worker took up of late, by receipt, the newest first; who worked on what, the changes alone can tell."""
    refs = EventStream(reader.client).taken_by(wanted.worker, MOST_TAKEN)
    refs = sorted((ref for ref in refs if _rev_of(ref) < wanted.before), key=_rev_of, reverse=True)
    rows: list[Row] = []
    for start in range(0, len(refs), MOST_ROWS):
        if len(rows) >= limit:
            break
        page = refs[start : start + MOST_ROWS]
        lines = {f"{line.article}@{line.rev}": line for line in reader.lines(page)}
        found = (_row_of_ref(index, ref, lines.get(ref)) for ref in page)
        rows += [row for row in found if row is not None and _is_wanted(row, wanted)]
    return rows[:limit]


def _row_of_ref(index: Index, ref: str, line: InputStatus | None) -> Row | None:
    """One input: as the index decided on it, else as it stands in the ledger; None where neither has it any more."""
    stored = index.get(ref)
    if stored is not None:
        return _row_of_stored(stored)
    if line is not None and line.state in STANDING:
        return _standing_row(as_its_own(index.get, line))
    article, rev = split_ref(ref)
    repeats = list_settled(index, Span(states=("duplicate", "superseded"), since=rev, before=rev + 1), MOST_ROWS)
    return next((_settled_row(listed) for listed in repeats if listed.article_id == article), None)


def _rev_of(ref: str) -> int:
    return split_ref(ref)[1]


def as_its_own(get: Callable[[str], Stored | None], line: InputStatus) -> InputStatus:
    """An input under the source of its article, where the desk itself speaks of it; else as it is."""
    stored = get(line.article) if line.source is not None and is_desk(line.source) else None
    return line if stored is None else msgspec.structs.replace(line, source=stored.came_from)


def _input_of(row: Row) -> str:
    """What tells an input from all others; a duplicate stands in the index under the article that it repeats."""
    return row.receipt or f"{row.article}@{row.rev}"


def _found(reader: LedgerReader, index: Index, wanted: Wanted, names: Names | None) -> Listing:
    """What a name of any kind means; else the articles that have the words, the best first.

    What is spelled as a name is never taken for words: they would find articles that have nothing to do with it.
    """
    known = names.spell_all(wanted.q) if names is not None else ()
    named = [row for name in known for row in _named(reader, index, name) if takes_source(wanted.source, row.source)]
    rows = list({(row.article, row.rev): row for row in named}.values())
    unknown = not rows and names is not None and looks_like_name(wanted.q)
    results = NOTHING
    if not rows and not unknown:
        results = index.search(wanted.q, limit=MOST_ROWS)
        rows = [row for hit in results.hits if (row := _hit_row(index, hit)) is not None]
    rows = [row for row in rows if _is_wanted(row, wanted)]
    return Listing(
        rows=tuple(rows[: wanted.limit]),
        next=None,
        suggestion=results.suggestion,
        behind=results.behind,
        stands_in=results.stands_in,
        unknown=unknown,
    )


def _hit_row(index: Index, hit: Hit) -> Row | None:
    row = _stored_row(index, f"{hit.article_id}@{hit.rev}")
    passage = pieces(Passage(text=hit.snippet, marks=hit.highlights.snippet))
    return None if row is None else msgspec.structs.replace(row, passage=passage)


def _named(reader: LedgerReader, index: Index, name: str) -> list[Row]:
    """The article that a name of any kind means: as it stands in the index, and what is on its way of it."""
    status = find_status(reader, name)
    standing = _standing_row(as_its_own(index.get, status)) if status is not None and status.state in STANDING else None
    return [row for row in (standing, _stored_row(index, name)) if row is not None]


def _is_wanted(row: Row, wanted: Wanted) -> bool:
    is_in_time = wanted.since <= row.rev < wanted.before
    return takes_source(wanted.source, row.source) and row.state in wanted.states and is_in_time


def _named_source(line: InputStatus) -> str:
    return source_of(line.source) if line.source else ""


def row_of(line: InputStatus | None, stored: Stored | None) -> Row:
    """One article as a list shows it: what the ledger still has of it, else as it stands in the index."""
    if line is not None and (line.state in STANDING or stored is None):
        return _standing_row(as_its_own(lambda _: stored, line))
    if stored is None:
        raise ValueError("an article that neither the ledger nor the index knows has no row")
    return _row_of_stored(stored)


def _stored_row(index: Index, name: str) -> Row | None:
    stored = index.get(name)
    return None if stored is None else _row_of_stored(stored)


def _row_of_stored(stored: Stored) -> Row:
    return Row(
        article=stored.article_id,
        rev=stored.rev,
        state="withdrawn" if stored.withdrawn else "indexed",
        source=source_of(stored.came_from),
        received_us=stored.received_us,
        receipt=stored.receipts[-1] if stored.receipts else "",
        headline=stored.article.headline,
        opening=_opening_of(stored.article),
        name=_path_of(stored.aliases),
        url=stored.article.uri or url_of(stored.aliases),
        worker=last_worker(stored.timeline),
        waited_us=spent(stored.timeline, working=False),
        worked_us=spent(stored.timeline, working=True),
        settled_us=stored.indexed_us,
    )


def _settled_row(listed: Listed) -> Row:
    entry = listed.entry
    is_own = listed.rev == entry.rev
    timeline = entry.timeline if is_own else ()  # a repeat has no way of its own in the index
    return Row(
        article=listed.article_id,
        rev=listed.rev,
        state=listed.state,
        source=listed.source,
        received_us=entry.received_us if is_own else listed.rev,
        receipt=listed.receipt,
        headline=entry.article.headline,
        opening=_opening_of(entry.article),
        name=_path_of(entry.aliases),
        url=entry.article.uri or url_of(entry.aliases),
        settled_us=listed.settled_us,
        worker=last_worker(timeline),
        waited_us=spent(timeline, working=False),
        worked_us=spent(timeline, working=True),
    )


def _standing_row(line: InputStatus) -> Row:
    ended = line.timeline[-1].at_us if line.state in ("dead", "refused") and line.timeline else None
    return Row(
        article=line.article,
        rev=line.rev,
        state=line.state,
        stage=line.stage,
        source=_named_source(line),
        received_us=line.received_us or line.rev,
        receipt=line.receipt,
        name=line.name,
        url=line.url,
        reason=line.reason,
        note=line.note,
        attempts=line.attempts,
        worker=line.worker,
        waited_us=line.waited_us,
        worked_us=line.worked_us,
        settled_us=ended,
        came_back=line.came_back,
    )


def _opening_of(article: Article) -> str | None:
    """The first words of an article without a headline; what has one is known by it."""
    if article.headline:
        return None
    texts = (article.description, *(block.text or block.caption for block in article.blocks))
    words = next((text for text in texts if text and not text.isspace()), "")
    return textwrap.shorten(words[: 4 * LONGEST_OPENING], LONGEST_OPENING, placeholder=" …") or None


def _path_of(aliases: Sequence[str]) -> str | None:
    return next((alias[len(PATH) :] for alias in aliases if alias.startswith(PATH)), None)
