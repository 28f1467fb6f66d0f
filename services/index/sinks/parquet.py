"""Days as Parquet tables: one row a change, the ninjs item as JSON in a column of its own. Needs PyArrow, an extra."""

import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from pyarrow import parquet

AT_ONCE = 2000
UNFINISHED = ".part"
TEXTS = ("act", "id", "source", "language", "kind", "section", "uri", "published", "received", "item")
NUMBERS = ("change", "rev", "version")
LISTS = ("authors", "keywords")

Line = Mapping[str, Any]


def write(path: Path, lines: Iterable[Line]) -> None:
    """Write a table whole or not at all, a group of rows after the other."""
    schema, part = _schema(), path.with_name(f"{path.name}{UNFINISHED}")
    with parquet.ParquetWriter(part, schema, compression="zstd") as writer:
        rest = iter(lines)
        while group := list(islice(rest, AT_ONCE)):
            rows = [dict(line) | {"item": msgspec.json.encode(line["item"]).decode()} for line in group]
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)


def read(path: Path) -> Iterator[Line]:
    """The rows of a table as lines."""
    with parquet.ParquetFile(path) as table:
        for group in table.iter_batches(AT_ONCE):
            for row in group.to_pylist():
                yield row | {"item": msgspec.json.decode(row["item"])}


def _schema() -> Any:
    kinds = {name: pa.int64() for name in NUMBERS} | {"withdrawn": pa.bool_()}
    kinds |= {name: pa.string() for name in TEXTS} | {name: pa.list_(pa.string()) for name in LISTS}
    return pa.schema(list(kinds.items()))
