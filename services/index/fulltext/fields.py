"""The fields of the word index, and an article as one document of it.

The plain set keeps where each word stands, the exact set only that it is there: a phrase is looked for in the plain
set, its words as typed in the exact one, for two fifths of the size. Words of the headline and of the small columns are
kept once more by themselves, as they weigh more or are asked for by name.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import tantivy

from services.index.entry import Entry
from services.index.folding import COLUMNS, fold
from services.index.query import day_number
from services.index.words import WORDS, part, without_marks, words_of
from shared.envelope import source_of
from shared.identity import COMMAND_LINE

SHAPE = f"2 words {WORDS}"
"""Raise it when documents get other fields or other words: all articles are then put in anew."""

SETS = ("exact", "plain")
NAMED = ("headline", "captions", "byline", "keywords")
"""Columns that can be asked by name; of the others the words stand in the whole article's set alone."""
BATCH = 16_384
"""So many articles, by row, share a number, by which a search can look at the newest ones alone."""
PLACE = "place"
_TEXTS = ("section", "origin")
_NAMES = ("source", "language", "tongue", "kind", "author", "publisher")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """How far a word index has come: of which index, in which shape, up to which change, decided when (µs), and, while
    it is filled for the first time, up to which row of the articles there are. Kept as a document of the word index."""

    index: str
    shape: str = SHAPE
    change: int = 0
    at_us: int = 0
    filled: int | None = 0


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """An article as the record keeps it, with its row."""

    n: int
    entry: Entry
    owner: str


def schema() -> tantivy.Schema:
    """The fields, in the order they are kept."""
    builder = tantivy.SchemaBuilder()
    for words in SETS:
        option = "position" if words == "plain" else "freq"
        for name in (words, *(f"{words}_{column}" for column in NAMED)):
            builder.add_text_field(name, tokenizer_name="whitespace", index_option=option)
    for name in _TEXTS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in _NAMES:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=name != "tongue")
    for name in ("n", "batch", "day", "published"):
        builder.add_integer_field(name, indexed=name != "published", fast=name != "batch")
    builder.add_text_field(PLACE, stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def document_of(row: Row) -> tantivy.Document:
    """The words of an article, and what a search can be narrowed by."""
    document = tantivy.Document()
    for name, text in _texts(row.entry):
        if text:
            document.add_text(name, text)
    for name, value in _names(row):
        if value:
            document.add_text(name, value)
    day, published = _when(row.entry)
    for name, number in (("n", row.n), ("batch", row.n // BATCH), ("day", day), ("published", published)):
        document.add_integer(name, number)
    return document


def place_document(place: Place) -> tantivy.Document:
    """The document that says how far the word index has come; no word is in it."""
    document = tantivy.Document()
    document.add_text(PLACE, PLACE)
    document.add_text(PLACE, msgspec.json.encode(place).decode())
    return document


def read_place(stored: Mapping[str, Sequence[Any]]) -> Place:
    """The place that was kept. `ValueError` where it cannot be read."""
    return msgspec.json.decode(stored[PLACE][1], type=Place)


def _texts(entry: Entry) -> Iterator[tuple[str, str]]:
    for words, by_column in zip(SETS, words_of(entry.article), strict=True):
        for column in COLUMNS:
            yield words, by_column[column]  # each column a value of its own: no phrase runs over its end
        for column in NAMED:
            yield f"{words}_{column}", by_column[column]
    for name, text in (("section", entry.article.section or ""), ("origin", source_of(entry.came_from))):
        yield name, without_marks(part(fold(text)))


def _names(row: Row) -> Iterator[tuple[str, str]]:
    article, source = row.entry.article, row.entry.came_from
    yield "source", source_of(source)
    yield "kind", article.kind or ""
    language = article.language or ""
    yield "language", language
    for tongue in dict.fromkeys((language.lower(), language.lower().partition("-")[0])):
        yield "tongue", tongue
    for name in dict.fromkeys(person.name for person in article.people):
        yield "author", name
    pushed = source.name if source.kind == "push" and source.name != COMMAND_LINE else ""
    for name in dict.fromkeys((row.owner, pushed)):
        yield "publisher", name


def _when(entry: Entry) -> tuple[int, int]:
    """The day an article bears, in its own clock, and the second of it; of one that bears none, when it came."""
    created = entry.article.first_created or dt.datetime.fromtimestamp(entry.received_us / 1_000_000, dt.UTC)
    moment = created if created.tzinfo is not None else created.replace(tzinfo=dt.UTC)
    return day_number(created.date()), int(moment.timestamp())
