"""The quick client answers as redis-py does to all that reading commands ask, and says the same when it cannot."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.errors import IntakeFull, TransientError
from shared.ledger.connection import LedgerBroken, connect, connect_to_look, redis_errors
from shared.ledger.quick_client import QuickClient, read_address
from shared.settings import Settings
from tests.conftest import Server, wait_for

QUESTIONS: dict[str, Callable[[Any], Any]] = {
    "get": lambda client: (client.get("word"), client.get("nothing")),
    "mget": lambda client: client.mget(["word", "nothing"]),
    "exists": lambda client: (client.exists("word"), client.exists("nothing")),
    "hashes": lambda client: (client.hget("hash", "a"), client.hgetall("hash"), client.hmget("hash", ["a", "c"])),
    "fields by name": lambda client: client.hmget("hash", "a", "c"),
    "of hashes": lambda client: (client.hlen("hash"), sorted(client.hkeys("hash")), sorted(client.hvals("hash"))),
    "sets": lambda client: client.smembers("set"),
    "lists": lambda client: (client.lrange("list", 0, -1), client.llen("list")),
    "scores": lambda client: (client.zscore("line", "b"), client.zscore("line", "z"), client.zcard("line")),
    "several scores": lambda client: client.zmscore("line", ["a", "z"]),
    "ranges": lambda client: (client.zrange("line", 0, -1), client.zrange("line", 0, 0, withscores=True)),
    "ranges back": lambda client: (client.zrevrange("line", 0, 1), client.zrevrange("line", 0, 1, withscores=True)),
    "sorted": lambda client: client.sort("line", by="nosort", get=["#", "of:*->a"], groups=True),
    "sorted in one row": lambda client: client.sort("line", by="nosort", get=["#", "of:*->a"], groups=False),
    "stream": lambda client: (client.xrange("stream", count=9), client.xrange("stream", min="(1-1", count=9)),
    "stream back": lambda client: client.xrevrange("stream", count=1),
    "stream read": lambda client: [tuple(one) for one in client.xread({"stream": "1-1"}, count=9, block=10)],
    "nothing new": lambda client: client.xread({"stream": "9-1"}, count=9, block=1),
    "info": lambda client: {name: client.info("memory")[name] for name in ("maxmemory", "maxmemory_policy")},
    "changes": lambda client: (client.hsetnx("hash", "a", "x"), client.hdel("hash", "zz"), client.delete("gone")),
    "several fields": lambda client: (client.hset("wide", mapping={"a": 1, "b": b"2"}), client.delete("wide")),
    "nothing asked": lambda client: client.pipeline(transaction=False).execute(),
}


@pytest.fixture
def clients(settings: Settings, shared_redis: Server) -> Iterator[tuple[Any, Any]]:
    client: Any = shared_redis.client()
    client.set("word", "Huế")
    client.hset("hash", mapping={"a": "1", "b": "2"})
    client.sadd("set", "x", "y")
    client.rpush("list", "1", "2", b"\xff")
    client.zadd("line", {"a": 1, "b": 2.5, "c": 1.7e9})
    client.hset("of:b", mapping={"a": "b's"})
    client.xadd("stream", {"ref": "a@1"}, id="1-1")
    client.xadd("stream", {"ref": "b@2", "at": "3"}, id="2-1")
    quick: Any = connect_to_look(settings)
    assert type(quick) is QuickClient
    yield connect(settings), quick
    quick.close()


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_it_answers_as_redis_py(clients: tuple[Any, Any], question: Callable[[Any], Any]) -> None:
    theirs, ours = map(question, clients)
    assert ours == theirs


@pytest.mark.parametrize("transaction", [True, False])
def test_several_questions_are_answered_in_their_order(clients: tuple[Any, Any], transaction: bool) -> None:
    def ask(client: Any) -> Any:
        with client.pipeline(transaction=transaction) as pipe:
            pipe.hgetall("hash")
            pipe.zrange("line", 0, -1, withscores=True)
            pipe.get("nothing")
            return pipe.execute()

    theirs, ours = map(ask, clients)
    assert ours == theirs


def test_an_error_is_told_as_that_of_redis_py(clients: tuple[Any, Any]) -> None:
    for client in clients:
        with pytest.raises(LedgerBroken, match="WRONGTYPE"), redis_errors(client):
            client.lrange("hash", 0, -1)
        pipe = client.pipeline()
        pipe.get("word")
        pipe.lrange("hash", 0, -1)
        with pytest.raises(LedgerBroken, match="WRONGTYPE"), redis_errors(client):
            pipe.execute()
        assert client.get("word") == "Huế".encode(), "the next answer is its own"


def test_a_full_redis_is_told(redis_server: Server) -> None:
    client: Any = redis_server.client()
    client.config_set("maxmemory", "1")
    quick = connect_to_look(Settings(redis_url=redis_server.url))
    with pytest.raises(IntakeFull), redis_errors(quick):
        quick.hsetnx("hash", "a", "1")


def test_a_connection_that_broke_is_made_anew(redis_server: Server) -> None:
    quick = connect_to_look(Settings(redis_url=redis_server.url))
    assert quick.llen("list") == 0
    redis_server.kill()
    with pytest.raises(TransientError, match="does not answer"), redis_errors(quick):
        quick.llen("list")
    redis_server.start()
    wait_for(lambda: redis_server.client().ping(), "Valkey did not start")
    assert quick.llen("list") == 0


def test_a_password_and_a_database_are_used(redis_server: Server) -> None:
    client: Any = redis_server.client()
    client.select(0)
    client.config_set("requirepass", "s3cret")
    quick = connect_to_look(Settings(redis_url=redis_server.url))
    with pytest.raises(TransientError, match="NOAUTH"), redis_errors(quick):
        quick.llen("list")
    named = connect_to_look(Settings(redis_url=redis_server.url.replace("unix://", "unix://:s3cret@") + "?db=3"))
    other = connect(Settings(redis_url=redis_server.url.replace("unix://", "unix://:s3cret@") + "?db=3"))
    other.set("word", "3")
    assert named.get("word") == b"3"


@pytest.mark.parametrize(
    ("url", "place"),
    [
        pytest.param("redis://desk.example", "desk.example:6379", id="a host"),
        pytest.param("redis://user:p%40ss@127.0.0.1:7000/2", "127.0.0.1:7000", id="a port and a database"),
        pytest.param("redis://[::1]:7000", "::1:7000", id="IPv6"),
        pytest.param("unix:///run/desk/s?db=1", "/run/desk/s", id="a socket"),
        pytest.param("redis+socket:///run/desk/s", "/run/desk/s", id="as Celery writes it"),
        pytest.param("rediss://desk.example", None, id="TLS is left to redis-py"),
        pytest.param("redis://desk.example?socket_timeout=1", None, id="options too"),
    ],
)
def test_the_address_is_read(url: str, place: str | None) -> None:
    address = read_address(url)
    assert (address.place if address else None) == place


def test_the_parts_of_an_address() -> None:
    address = read_address("redis://user:p%40ss@127.0.0.1:7000/2")
    assert address is not None
    assert (address.user, address.password, address.database) == ("user", "p@ss", 2)
