"""When the files of Redis are written anew, and what is told when they are not."""

from typing import Any

import pytest
import redis

from shared.ledger.persistence import FilesNotRewritten, rewrite_files

IDLE = {"aof_rewrite_in_progress": 0, "aof_rewrite_scheduled": 0, "rdb_bgsave_in_progress": 0}
FINE = IDLE | {"aof_enabled": 1, "aof_last_bgrewrite_status": "ok", "rdb_last_bgsave_status": "ok"}


class Server:
    """A Redis that is idle, but for what a test sets; each command is answered by the next answer there is for it."""

    def __init__(self, told: dict[str, Any], save: str = "", **answers: list[Exception | str]) -> None:
        self.told, self.save, self.answers = told, save, answers
        self.asked: list[str] = []

    def info(self, section: str) -> dict[str, Any]:
        assert section == "persistence"
        return self.told

    def config_get(self, name: str) -> dict[str, str]:
        return {name: self.save}

    def execute_command(self, command: str) -> str:
        self.asked.append(command)
        answer = self.answers[command].pop(0) if self.answers.get(command) else "OK"
        if isinstance(answer, Exception):
            raise answer
        return answer


BUSY = redis.ResponseError("Background append only file rewriting already in progress")


@pytest.mark.parametrize(
    ("server", "asked"),
    [
        pytest.param(Server(FINE), ["BGREWRITEAOF"], id="its log"),
        pytest.param(Server(FINE | {"aof_enabled": 0}), [], id="nothing on its disk"),
        pytest.param(Server(FINE, "3600 1"), ["BGREWRITEAOF", "BGSAVE"], id="its snapshots too"),
        pytest.param(Server(FINE, BGREWRITEAOF=[BUSY]), ["BGREWRITEAOF"] * 2, id="one that began before does not do"),
    ],
)
def test_redis_is_asked_for(server: Any, asked: list[str]) -> None:
    rewrite_files(server)
    assert server.asked == asked


@pytest.mark.parametrize(
    ("server", "told"),
    [
        pytest.param(Server(FINE | {"aof_last_bgrewrite_status": "err"}), "could not write its append-only", id="disk"),
        pytest.param(
            Server(FINE | {"rdb_last_bgsave_status": "err"}, "60 1"), "could not write its snapshot", id="rdb"
        ),
        pytest.param(Server(FINE, BGREWRITEAOF=[redis.ResponseError("unknown command")]), "refused", id="a provider's"),
        pytest.param(Server(FINE, BGREWRITEAOF=[redis.ConnectionError("gone")]), "did not answer", id="away"),
        pytest.param(Server(FINE | {"aof_rewrite_in_progress": 1}), "in time", id="never done"),
    ],
)
def test_it_is_told_that_words_still_stand_there(server: Any, told: str) -> None:
    with pytest.raises(FilesNotRewritten, match=told):
        rewrite_files(server, longest_s=0)
