"""Where sinks deliver to in tests: real servers, each with a way to see what a reader there would see."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

import psycopg
from opensearchpy import OpenSearch
from psycopg import sql

from tests.engines.servers import opensearch_address, postgres_address


class Place(NamedTuple):
    """One empty place: its address for a sink, and the headlines that readers see there, by article."""

    url: str
    headlines: Callable[[], dict[str, str]]


@contextmanager
def opensearch() -> Iterator[Place]:
    """An alias of its own on a real OpenSearch."""
    address, alias = opensearch_address(), f"t{secrets.token_hex(6)}"
    client = OpenSearch([address], timeout=30)

    def headlines() -> dict[str, str]:
        client.indices.refresh(index=alias)
        found = client.search(index=alias, body={"size": 1000, "_source": ["item.headlines"]})["hits"]["hits"]
        return {hit["_id"]: _main(hit["_source"]["item"]["headlines"]) for hit in found}

    try:
        yield Place(f"opensearch+{address}/{alias}?replicas=0", headlines)
    finally:
        for index in client.indices.get(index=f"{alias}-*", params={"ignore_unavailable": "true"}):
            client.indices.delete(index=index)
        client.indices.delete_index_template(name=f"{alias}-1", ignore=404)
        client.close()


@contextmanager
def postgres() -> Iterator[Place]:
    """A schema of its own in a real PostgreSQL."""
    address, schema = postgres_address(), f"t{secrets.token_hex(6)}"

    def headlines() -> dict[str, str]:
        with psycopg.connect(address) as connection:
            table = sql.Identifier(schema, "articles")
            found = connection.execute(
                sql.SQL("SELECT id, headline FROM {} WHERE NOT withdrawn").format(table)
            ).fetchall()
        return dict(found)

    try:
        yield Place(f"{address}?schema={schema}", headlines)
    finally:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))


def _main(headlines: Any) -> str:
    return str(next(one["value"] for one in headlines if one["role"] == "main"))


PLACES: Mapping[str, Callable[[], AbstractContextManager[Place]]] = {"opensearch": opensearch, "postgres": postgres}
