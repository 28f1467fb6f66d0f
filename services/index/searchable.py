"""What of an article a search can find it by, for every engine: its words by field, names as a whole, its day."""

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec

from services.index.entry import Entry
from services.index.folding import COLUMNS, fold
from services.index.query import day_number
from services.index.words import part, without_marks, words_of
from shared.envelope import pushed_by, source_of

NAMED = ("headline", "captions", "byline", "keywords")
"""Columns that can be asked by name; of the others the words stand in the whole article's set alone."""


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked as a whole: its source, kind and language; the language without its region, too, both in small
    letters (`tongues`); its people; the publishers that may find it among their own."""

    source: str
    kind: str
    language: str
    tongues: tuple[str, ...]
    authors: tuple[str, ...]
    publishers: tuple[str, ...]


def by_field(entry: Entry) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """By set and field, the words of an article; `all` has a value for each column, so that no phrase runs over an
    end. Where it came from and its section are words of the plain set alone."""
    exact, plain = map(_by_column, words_of(entry.article))
    for name, text in (("section", entry.article.section or ""), ("origin", source_of(entry.came_from))):
        plain[name] = [without_marks(part(fold(text)))] if text else []
    return {"exact": exact, "plain": plain}


def names_of(entry: Entry, owner: str) -> Names:
    """What an article that `owner` pushed last (empty: nobody) is called."""
    article, source = entry.article, entry.came_from
    language = article.language or ""
    pushed = pushed_by(source)
    return Names(
        source=source_of(source),
        kind=article.kind or "",
        language=language,
        tongues=_each(language.lower(), language.lower().partition("-")[0]),
        authors=_each(*(person.name for person in article.people)),
        publishers=_each(owner, pushed),
    )


def when_of(entry: Entry) -> tuple[int, int]:
    """The day an article bears, in its own clock, and the second of it; of one that bears none, when it came."""
    created = entry.article.first_created or dt.datetime.fromtimestamp(entry.received_us / 1_000_000, dt.UTC)
    moment = created if created.tzinfo is not None else created.replace(tzinfo=dt.UTC)
    return day_number(created.date()), int(moment.timestamp())


def _each(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, names)))


def _by_column(words: Mapping[str, str]) -> dict[str, Sequence[str]]:
    whole = [words[column] for column in COLUMNS if words[column]]
    return {"all": whole, **{column: [words[column]] if words[column] else [] for column in NAMED}}
