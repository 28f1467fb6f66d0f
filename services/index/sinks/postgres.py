"""A PostgreSQL database: one row an article, replaced by a newer version, with full text search over its words.

A withdrawn article stays as a row without words, so that a word that comes late does not bring it back.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from services.index.sinks.documents import Document, document_of
from services.index.sinks.sink import Delivery
from services.index.words import words_of
from shared.errors import CopydeskError, PermanentError, TransientError, Unavailable
from shared.settings import Settings
from shared.sink_settings import SinkSettings

SHAPE = 1
CONNECT_S = 10
STATEMENT_MS = 30_000
MOST_WORD_BYTES = 400_000  # a tsvector holds no more than a megabyte, its words and their places
LONGEST_REASON = 300
WEIGHED = (("headline", "A"), ("lead", "B"), ("keywords", "B"), ("byline", "C"), ("captions", "C"), ("body", "D"))

_COLUMNS: Mapping[str, str] = {
    "id": "text PRIMARY KEY",
    "rev": "bigint NOT NULL",
    "version": "bigint NOT NULL",
    "withdrawn": "boolean NOT NULL",
    "source": "text NOT NULL",
    "language": "text",
    "kind": "text",
    "section": "text",
    "authors": "text[] NOT NULL",
    "keywords": "text[] NOT NULL",
    "uri": "text",
    "headline": "text",
    "published": "timestamptz",
    "received": "timestamptz NOT NULL",
    "item": "jsonb NOT NULL",
}
_WORDS = ("exact", "plain")


class PostgresSink:
    """Writes in bulks, each in one transaction; where something in it is refused, one by one."""

    every = False
    most = 500
    generation = f"{SHAPE}"

    def __init__(self, name: str, settings: SinkSettings, _: Settings) -> None:
        self.name = name
        self._dsn, self._schema = _read_address(settings)
        self._table = sql.Identifier(self._schema, "articles")
        self._connection: psycopg.Connection[Any] | None = None

    def deliver(self, deliveries: Sequence[Delivery]) -> list[CopydeskError | None]:
        """One statement for the whole bulk; a row with a newer version stays as it is."""
        rows = [row_of(one) for one in deliveries]
        try:
            return self._put(rows)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            self.close()
            raise self._away(error) from error
        except psycopg.Error as error:
            self.close()
            raise self._trouble(error) from error

    def settle(self) -> None:
        """Rows are replaced in place: nothing is left of a generation before."""

    def close(self) -> None:
        """Close the connection; the next bulk opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _put(self, rows: Sequence[Sequence[Any]]) -> list[CopydeskError | None]:
        connection = self._connected()
        try:
            self._upsert(connection, rows)
            return [None] * len(rows)
        except (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.ProgramLimitExceeded) as error:
            if len(rows) == 1:
                return [PermanentError(f"PostgreSQL refused it: {_told(error)}")]
        middle = len(rows) // 2
        return [*self._put(rows[:middle]), *self._put(rows[middle:])]

    def _upsert(self, connection: psycopg.Connection[Any], rows: Sequence[Sequence[Any]]) -> None:
        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany(upsert_into(self._table), rows)

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            connection = psycopg.connect(
                self._dsn,
                connect_timeout=CONNECT_S,
                autocommit=True,
                options=f"-c statement_timeout={STATEMENT_MS}",
                application_name=f"copydesk sink {self.name}",
                keepalives_idle=30,
                tcp_user_timeout=STATEMENT_MS,
            )
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _prepare(self, connection: psycopg.Connection[Any]) -> None:
        """Make the table where there is none: two processes that begin at once must not trip over each other."""
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"copydesk {self._schema}",))
            for statement in _schema(self._schema, self._table):
                cursor.execute(statement)

    def _away(self, error: psycopg.Error) -> CopydeskError:
        return Unavailable(f"PostgreSQL of sink {self.name} does not answer: {_told(error)}")

    def _trouble(self, error: psycopg.Error) -> CopydeskError:
        state = error.sqlstate or ""
        told = f"PostgreSQL of sink {self.name}: {_told(error)}"
        # 40: a conflict that another try resolves; all else is of the server or its tables, and no article's fault.
        return TransientError(told) if state.startswith("40") else Unavailable(told)


def _read_address(settings: SinkSettings) -> tuple[str, str]:
    """The address for the driver, and the schema that the table stands in (`?schema=news`)."""
    parts = urlsplit(settings.url)
    asked = dict(parse_qsl(parts.query))
    schema = asked.pop("schema", "public")
    if settings.login and "@" not in parts.netloc:
        parts = parts._replace(netloc=f"{settings.login}@{parts.netloc}")
    if settings.ca_file:
        asked |= {"sslrootcert": settings.ca_file, "sslmode": asked.get("sslmode", "verify-full")}
    return urlunsplit(parts._replace(query=urlencode(asked))), schema


def _schema(schema: str, table: sql.Identifier) -> list[sql.Composed]:
    columns = [sql.SQL("{} " + kind).format(sql.Identifier(name)) for name, kind in _COLUMNS.items()]
    columns += [sql.SQL("{} tsvector").format(sql.Identifier(name)) for name in _WORDS]
    made = [
        sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)),
        sql.SQL("CREATE TABLE IF NOT EXISTS {} ({})").format(table, sql.SQL(", ").join(columns)),
    ]
    indexes = {"exact": "gin", "plain": "gin", "published": "btree", "source": "btree"}
    made += [
        sql.SQL("CREATE INDEX IF NOT EXISTS {} ON {} USING " + way + " ({}) WHERE NOT withdrawn").format(
            sql.Identifier(f"articles_{column}"), table, sql.Identifier(column)
        )
        for column, way in indexes.items()
    ]
    return made


def upsert_into(table: sql.Identifier) -> sql.Composed:
    names = [*_COLUMNS, *_WORDS]
    vector = sql.SQL(" || ").join(
        sql.SQL("setweight(to_tsvector('simple', %s), {})").format(sql.Literal(weight)) for _, weight in WEIGHED
    )
    values = sql.SQL(", ").join([*(sql.Placeholder() for _ in _COLUMNS), vector, vector])
    changes = sql.SQL(", ").join(
        sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in names if name != "id"
    )
    return sql.SQL(
        "INSERT INTO {table} AS kept ({names}) VALUES ({values}) "
        "ON CONFLICT (id) DO UPDATE SET {changes} WHERE kept.version < excluded.version"
    ).format(table=table, names=sql.SQL(", ").join(map(sql.Identifier, names)), values=values, changes=changes)


def row_of(delivery: Delivery) -> list[Any]:
    article = delivery.entry.article
    document: Document = document_of(delivery) | {"headline": article.headline}
    document = {name: _without_nul(value) for name, value in document.items()}
    document["item"] = Jsonb(document["item"], dumps=_json)
    words = words_of(article) if delivery.kind == "put" else ({}, {})
    texts = [_cut(words_of_set.get(column, "")) for words_of_set in words for column, _ in WEIGHED]
    return [*(document[name] for name in _COLUMNS), *texts]


def _json(item: object) -> bytes:
    return msgspec.json.encode(item).replace(b"\\u0000", b"\\ufffd")


def _without_nul(value: object) -> object:
    """PostgreSQL keeps no NUL in a text."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    return [_without_nul(one) for one in value] if isinstance(value, list) else value


def _cut(words: str) -> str:
    if len(words) * 3 < MOST_WORD_BYTES:
        return words
    return words.encode()[:MOST_WORD_BYTES].decode(errors="ignore").rpartition(" ")[0]


def _told(error: psycopg.Error) -> str:
    return " ".join(str(error).split())[:LONGEST_REASON]
