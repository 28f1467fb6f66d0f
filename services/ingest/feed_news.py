"""What a document of a feed says that the last one did not: a function of both, and of the time of the visit."""

import datetime as dt
from collections.abc import Sequence
from email.utils import parsedate_to_datetime

import msgspec
from msgspec.structs import replace

from services.ingest.entry_identity import Facts, Verdict, aliases_of, facts_of, guid_hash, judge, mark_of, name_of
from services.ingest.entry_traces import clean
from services.ingest.entry_words import words_of
from services.ingest.feed_memory import (
    TAKEN,
    Memory,
    Past,
    Row,
    change_of,
    follow,
    is_restless,
    judge_by_most,
    pack,
    unpack,
)
from services.ingest.formats.feed import Feed
from services.ingest.page_words import is_short
from services.ingest.section_settings import Section
from shared.envelope import FEED_ENTRY_TYPE, WITHDRAWAL_TYPE, FeedEntry, Input, Source, Withdrawal
from shared.identity import guid_alias

NEWS_OF_PAGES = dt.timedelta(days=3)
FIRST_PAGES = 50  # of the entries of a first visit: the pages of older ones are not asked for
DATES = 500  # of new entries, the newest
LATE, EARLY = dt.timedelta(hours=1), dt.timedelta(minutes=10)
_OLDEST = dt.datetime.min.replace(tzinfo=dt.UTC)


class FirstVisit(msgspec.Struct, frozen=True, kw_only=True):
    """What is taken of a feed that was never read: so many entries, the newest, of so many days (None for all)."""

    entries: int | None = None
    days: int | None = None


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """A feed as it is known before a visit at `now_s` (Unix time).

    `key` is its id, `formerly` are ids it had before; one that is not `is_new` was read before, if not this document;
    `memory` is what the last visit gave (`News.memory`). A page that lists articles is read as its `section` says.
    """

    key: str
    source: Source
    now_s: float
    formerly: tuple[str, ...] = ()
    memory: bytes = b""
    first: FirstVisit = FirstVisit()
    is_new: bool = True
    section: Section | None = None


class PageLead(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """An input whose entry leads to a page of its own: its place among the inputs, whether its text is short."""

    place: int
    is_short: bool


class News(msgspec.Struct, frozen=True, kw_only=True):
    """What a document brought. `feed` is without its entries, which were `entries` in number.

    `quiet` of them changed and said nothing new, `passed_over` are beyond what a first visit takes. `memory` is what to
    bring to the next visit, once the inputs are in. `restless` counts the visits in a row, up to this one, at each of
    which most known entries were edited. `leads` are the inputs that have a page of their own, `is_short` says that
    half of the document's entries or more are only beginnings of their articles. `novel` of
    them tell how often there is news; `dates` are theirs (Unix time), of the whole document where nothing was known.
    """

    feed: Feed
    memory: bytes
    inputs: tuple[Input, ...] = ()
    leads: tuple[PageLead, ...] = ()
    is_short: bool = False
    entries: int = 0
    quiet: int = 0
    passed_over: int = 0
    restless: int = 0
    dates: tuple[float, ...] = ()
    novel: int = 0


class ReadEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it was read, without traces; `fragment` is the hash of its markup."""

    entry: FeedEntry
    facts: Facts
    fragment: bytes = b""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as an input, and what to remember of it."""

    entry: FeedEntry
    input: Input
    row: Row


def read_news(feed: Feed, watched: Watched) -> News:
    """What a whole document says that is new."""
    entries = [read_entry(entry, feed.home) for entry in feed.entries]
    facts = [entry.facts for entry in entries]
    return tell_news(feed, entries, judge(facts, feed.home), watched, unpack(watched.memory))


def read_entry(entry: FeedEntry, home: str | None, fragment: bytes = b"") -> ReadEntry:
    """An entry with what the rules need of it."""
    cleaned = clean(entry, home)
    return ReadEntry(entry=cleaned, facts=facts_of(cleaned), fragment=fragment)


def tell_news(
    feed: Feed,
    entries: Sequence[ReadEntry | Row],
    verdicts: Sequence[Verdict],
    watched: Watched,
    memory: Memory,
    context: bytes = b"",
) -> News:
    """What is new among the entries of a document, of which those that are known as they stand may be unread rows."""
    past = Past(memory)
    items, rows = _make_items(entries, verdicts, watched, past)
    unread = sum(isinstance(entry, Row) for entry in entries)
    changes = [change_of(item.row, past.find(item.row)) for item in items]
    now = dt.datetime.fromtimestamp(watched.now_s, dt.UTC)
    changes = judge_by_most(changes, unread, [_is_now(item.entry, now) for item in items])
    news = [item for item, change in zip(items, changes, strict=True) if change in TAKEN]
    recent = [item for item in news if _is_recent(item.entry, now)] if feed.of_pages else news
    is_first = past.is_empty and watched.is_new
    taken = _newest(recent, _first_of(feed, watched.first), now) if is_first else recent
    taken_back = _taken_back(feed, rows, past)
    restless = memory.restless + 1 if is_restless(changes, unread) else 0
    gone = past.gone(rows, frozenset(taken_back.values()))
    # Where most are edited at once, their software did it: that tells nothing of how often there is news.
    novel = [item for item in taken if not (restless and past.has_name(item.row.name))]
    return News(
        feed=replace(feed, entries=()),
        memory=pack(Memory(context=context, rows=rows, gone=gone, restless=restless)),
        inputs=(
            *(replace(item.input, changed=past.has_name(item.row.name)) for item in taken),
            *(_withdrawal(watched, guid, reason) for guid, reason in feed.deleted if guid in taken_back),
        ),
        entries=len(entries),
        quiet=sum(change != "same" and change not in TAKEN for change in changes),
        passed_over=len(news) - len(taken),
        restless=restless,
        leads=_leads(_newest(taken, FirstVisit(entries=FIRST_PAGES), now) if is_first else taken, taken),
        is_short=2 * sum(row.short for row in rows) >= max(1, len(rows)),
        dates=_dates(items if past.is_empty else novel),
        novel=len(novel),
    )


def _leads(asked: Sequence[Item], taken: Sequence[Item]) -> tuple[PageLead, ...]:
    """Which of the entries that are taken lead to a page of their own; of a first visit only the newest are asked."""
    chosen = {id(item) for item in asked if item.row.verdict.own_link}
    return tuple(
        PageLead(place=place, is_short=item.row.short) for place, item in enumerate(taken) if id(item) in chosen
    )


def _dates(items: Sequence[Item]) -> tuple[float, ...]:
    """When entries say that they came; none of those whose dates are made anew at each visit."""
    dates = (entry_date(item.entry) for item in items if not item.row.verdict.dateless)
    return tuple(sorted(date.timestamp() for date in dates if date is not None)[-DATES:])


def _make_items(
    entries: Sequence[ReadEntry | Row], verdicts: Sequence[Verdict], watched: Watched, past: Past
) -> tuple[list[Item], tuple[Row, ...]]:
    """The entries that were read as inputs, each once, and what to remember of all, in the document's order."""
    groups: dict[bytes, list[tuple[int, ReadEntry]]] = {}
    rows: dict[int, Row] = {}
    for place, entry in enumerate(entries):
        if isinstance(entry, Row):
            rows[place] = entry
        else:
            groups.setdefault(entry.facts.group, []).append((place, entry))
    items: dict[bytes, Item] = {}
    for twins in groups.values():
        made = _make_item([(entry, verdicts[place]) for place, entry in twins], watched, past)
        item = items.setdefault(made.input.body, made)
        for place, twin in twins:
            rows[place] = replace(item.row, fragment=twin.fragment, facts=twin.facts, verdict=verdicts[place])
    return list(items.values()), tuple(rows[place] for place in sorted(rows))


def _taken_back(feed: Feed, shown: Sequence[Row], past: Past) -> dict[str, Row]:
    """The entries that a feed takes back, by their GUIDs: such as it told of, and does not show."""
    guids = {row.facts.guid for row in shown}
    return {
        guid: row
        for guid, _ in feed.deleted
        if (hashed := guid_hash(guid)) not in guids and (row := past.with_guid(hashed)) is not None
    }


def _withdrawal(watched: Watched, guid: str, reason: str) -> Input:
    alias = guid_alias(watched.key, guid)
    body = msgspec.json.encode(Withdrawal(article=alias, reason=reason))
    return Input(
        source=watched.source, media_type=WITHDRAWAL_TYPE, body=body, aliases=(alias,), withdraws=True, name=guid
    )


def _make_item(twins: Sequence[tuple[ReadEntry, Verdict]], watched: Watched, past: Past) -> Item:
    """The first of some twins as an input, known by all their addresses."""
    (first, verdict), keys = twins[0], (watched.key, *watched.formerly)
    # A GUID beside a good link would only make the same entry look edited where a feed invents it at each visit.
    entry = replace(first.entry, guid=None if verdict.own_link else first.entry.guid)
    aliases = tuple(dict.fromkeys(name for twin, ruled in twins for name in aliases_of(twin.entry, ruled, keys)))
    made = Input(
        source=watched.source,
        media_type=FEED_ENTRY_TYPE,
        body=msgspec.json.encode(entry),
        aliases=aliases,
        url=entry.link,
        name=entry.link,
    )
    mark = mark_of(entry, aliases, dateless=verdict.dateless)
    words = past.words_of(mark) or words_of(entry)
    row = Row(
        fragment=first.fragment, mark=mark, name=name_of(aliases), words=words.words, calm=words.calm,
        facts=first.facts, verdict=verdict, short=is_short(entry),
    )  # fmt: skip
    before = past.find(row)
    return Item(entry=entry, input=made, row=row if before is None else follow(row, before))


def _first_of(feed: Feed, first: FirstVisit) -> FirstVisit:
    """What a first visit takes; of a list of pages fewer, since each costs its site a visit."""
    most = FIRST_PAGES if feed.of_pages else first.entries
    return replace(first, entries=most if first.entries is None else min(most or first.entries, first.entries))


def _is_recent(entry: FeedEntry, now: dt.datetime) -> bool:
    """Is an entry of a list of pages news at all: such lists go back for years, in an order of their own."""
    dates = [date for said in (entry.published, entry.updated) if (date := _date_of(said)) is not None]
    return not dates or max(dates) >= now - NEWS_OF_PAGES


def _newest(news: Sequence[Item], first: FirstVisit, now: dt.datetime) -> list[Item]:
    """What a first visit takes: the newest by their dates, those without one as they stand, in the document's order."""
    dates = [entry_date(item.entry) for item in news]
    places = list(range(len(news)))
    if first.days is not None:
        oldest = now - dt.timedelta(days=first.days)
        places = [at for at in places if (dates[at] or now) >= oldest]
    if first.entries is not None and len(places) > first.entries:
        places = sorted(places, key=lambda at: dates[at] or _OLDEST, reverse=True)[: first.entries]
    return [news[at] for at in sorted(places)]


def _is_now(entry: FeedEntry, now: dt.datetime) -> bool:
    """Is an entry dated by the time of the visit, or by that of a page kept for some minutes?"""
    date = entry_date(entry)
    return date is not None and now - LATE <= date <= now + EARLY


def entry_date(entry: FeedEntry) -> dt.datetime | None:
    """The date that an entry's software wrote, by RFC 822 or ISO 8601; no other is understood here."""
    return _date_of(entry.published or entry.updated)


def _date_of(said: str | None) -> dt.datetime | None:
    printed = said or ""
    for read in (parsedate_to_datetime, dt.datetime.fromisoformat):
        try:
            date = read(printed)
            return date.replace(tzinfo=date.tzinfo or dt.UTC).astimezone(dt.UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None
