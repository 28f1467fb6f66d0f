"""Where sinks deliver to in tests: real servers, each with a way to see what a reader there would see."""

import base64
import json
import os
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from opensearchpy import OpenSearch
from psycopg import sql

from services.index.sinks.files import read_lines
from shared.net.object_store import Bucket
from shared.settings import Settings
from shared.sink_settings import SinkSettings
from tests.conftest import Server
from tests.engines.receiver import Receiver, receiver
from tests.engines.servers import opensearch_address, postgres_address, s3_address

SECRET = f"whsec_{base64.b64encode(bytes(range(32))).decode()}"


class Place(NamedTuple):
    """One empty place: its settings as a sink, the headlines that readers see there, by article, and the desk's."""

    settings: SinkSettings
    headlines: Callable[[], dict[str, str]]
    desk: Settings = Settings()

    def config(self, name: str, url: str = "") -> str:
        """The sink as an operator writes it down in `copydesk.toml`, at another address where one is given."""
        lines = [f"[sinks.{name}]", f'url = "{url or self.settings.url}"']
        if self.settings.secrets:
            lines.append(f"secrets = {json.dumps(self.settings.secrets)}")
        if self.settings.login:
            lines.append(f'login = "{self.settings.login}"')
        return "\n".join(lines) + "\n"


@contextmanager
def opensearch() -> Iterator[Place]:
    """An alias of its own on a real OpenSearch."""
    address, alias = opensearch_address(), f"t{secrets.token_hex(6)}"
    client = OpenSearch([address], timeout=30)

    def headlines() -> dict[str, str]:
        also_empty = {"ignore_unavailable": "true"}
        client.indices.refresh(index=alias, params=also_empty)
        body = {"size": 10_000, "_source": ["item.headlines"]}
        found = client.search(index=alias, body=body, params=also_empty)["hits"]["hits"]
        return {hit["_id"]: _main(hit["_source"]["item"]["headlines"]) for hit in found}

    try:
        yield Place(SinkSettings(url=f"opensearch+{address}/{alias}?replicas=0"), headlines)
    finally:
        for index in client.indices.get(index=f"{alias}-*", params={"ignore_unavailable": "true"}):
            client.indices.delete(index=index)
        client.indices.delete_index_template(name=f"{alias}-*", ignore=404)
        client.close()


@contextmanager
def postgres() -> Iterator[Place]:
    """A schema of its own in a real PostgreSQL."""
    address, schema = postgres_address(), f"t{secrets.token_hex(6)}"

    def headlines() -> dict[str, str]:
        with psycopg.connect(address) as connection:
            table = sql.Identifier(schema, "articles")
            if connection.execute("SELECT to_regclass(%s)", (f"{schema}.articles",)).fetchone() == (None,):
                return {}
            found = connection.execute(
                sql.SQL("SELECT id, headline FROM {} WHERE NOT withdrawn").format(table)
            ).fetchall()
        return dict(found)

    try:
        yield Place(SinkSettings(url=f"{address}?schema={schema}"), headlines)
    finally:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))


@contextmanager
def files(form: str = "ndjson") -> Iterator[Place]:
    """A folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        yield files_in(Path(folder, "out"), form)


def files_in(folder: Path, form: str = "ndjson") -> Place:
    """A folder that somebody else looks after."""
    return Place(SinkSettings(url=f"files://{folder}?format={form}"), lambda: _of_lines(folder))


@contextmanager
def object_store() -> Iterator[Place]:
    """A prefix of its own in a bucket of a real S3 server."""
    address, login = s3_address(), os.environ.get("DESK_TEST_S3_LOGIN", "")
    url = f"s3+{address}/{secrets.token_hex(6)}"
    bucket = Bucket(url, login)

    def headlines() -> dict[str, str]:
        lines = (line for name in bucket.names() for line in (bucket.get(name) or b"").splitlines())
        return _shown(map(json.loads, lines))

    try:
        yield Place(SinkSettings(url=url, login=login), headlines)
    finally:
        for name in [*bucket.names()]:
            bucket.delete(name)


@contextmanager
def webhook() -> Iterator[Place]:
    """A receiver of its own."""
    with receiver() as kept:
        yield told_by(kept)


def told_by(kept: Receiver) -> Place:
    """A receiver that somebody else looks after."""
    desk = Settings(allow_networks=("127.0.0.0/8",))
    return Place(SinkSettings(url=f"webhook+{kept.url}", secrets=(SECRET,)), kept.headlines, desk)


@contextmanager
def redis_stream() -> Iterator[Place]:
    """A stream on a real Valkey of its own."""
    with tempfile.TemporaryDirectory(prefix="cd-", dir="/tmp") as folder:
        server = Server(Path(folder))
        server.start()
        client: Any = server.client()
        try:
            url = f"redis+{server.url}?stream=tin&maxlen=10000"
            yield Place(SinkSettings(url=url), lambda: _of_entries(client.xrange("tin")))
        finally:
            client.close()
            server.stop()


def _of_entries(entries: Iterable[tuple[bytes, Mapping[bytes, bytes]]]) -> dict[str, str]:
    return _shown(
        {
            "id": fields[b"article"].decode(),
            "version": int(fields[b"version"]),
            "withdrawn": fields[b"withdrawn"] == b"1",
            "item": json.loads(fields[b"item"]),
        }
        for _, fields in entries
    )


def _of_lines(folder: Path) -> dict[str, str]:
    return _shown(line for path in folder.rglob("*.ndjson") for line in read_lines(path))


def _shown(lines: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What a reader shows who takes the highest version of each article."""
    newest: dict[str, Any] = {}
    for line in lines:
        if line["id"] not in newest or newest[line["id"]]["version"] < line["version"]:
            newest[line["id"]] = line
    return {name: _main(line["item"]["headlines"]) for name, line in newest.items() if not line["withdrawn"]}


def _main(headlines: Any) -> str:
    return str(next(one["value"] for one in headlines if one["role"] == "main"))


PLACES: Mapping[str, Callable[[], AbstractContextManager[Place]]] = {
    "files": files,
    "object-store": object_store,
    "opensearch": opensearch,
    "postgres": postgres,
    "redis-stream": redis_stream,
    "webhook": webhook,
}
