"""The fields of the word index, and an article as one document of it.

The plain set keeps where each word stands, without its marks; what its marks are is kept beside it, once an article, as
far as they are unusual (marks.py): a phrase is looked for in the plain set, and its words as typed among the marks.
Words of the headline and of the small columns are kept once more by themselves, as they weigh more or are asked for by
name.
"""

from collections.abc import Iterator, Sequence

import msgspec
import tantivy

from services.index.entry import Entry
from services.index.fulltext.marks import marks_of
from services.index.searchable import NAMED, Names, by_field, names_of, when_of
from services.index.words import WORDS

SHAPE = f"3 words {WORDS}"
"""Raise it when documents get other fields or other words: all articles are then put in anew."""

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
    for words, option in (("plain", "position"), ("marks", "basic")):
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
    for name, texts in _texts(row.entry):
        for text in filter(None, texts):
            document.add_text(name, text)
    names = names_of(row.entry, row.owner)
    for name, values in zip(_NAMES, _values(names), strict=True):
        for value in filter(None, values):
            document.add_text(name, value)
    day, published = when_of(row.entry)
    for name, number in (("n", row.n), ("batch", row.n // BATCH), ("day", day), ("published", published)):
        document.add_integer(name, number)
    return document


def place_document(place: Place) -> tantivy.Document:
    """The document that says how far the word index has come; no word is in it."""
    document = tantivy.Document()
    document.add_text(PLACE, PLACE)
    document.add_text(PLACE, msgspec.json.encode(place).decode())
    return document


def read_place(searcher: tantivy.Searcher, schema: tantivy.Schema) -> Place:
    """The place that was kept. `ValueError` where it cannot be read."""
    (_, address), *_ = searcher.search(tantivy.Query.term_query(schema, PLACE, PLACE), 1, count=False).hits
    return msgspec.json.decode(searcher.doc(address).to_dict()[PLACE][1], type=Place)


def _texts(entry: Entry) -> Iterator[tuple[str, Sequence[str]]]:
    words = by_field(entry)
    for name, plain in words["plain"].items():
        if name in _TEXTS:
            yield name, plain
            continue
        suffix = "" if name == "all" else f"_{name}"
        yield f"plain{suffix}", plain
        if plain:
            yield f"marks{suffix}", [marks_of(" ".join(words["exact"][name]), " ".join(plain))]


def _values(names: Names) -> Iterator[Sequence[str]]:
    """In the order of `_NAMES`."""
    yield (names.source,)
    yield (names.language,)
    yield names.tongues
    yield (names.kind,)
    yield names.authors
    yield names.publishers
