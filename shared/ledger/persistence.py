"""The files that Redis keeps, written anew: what it was told to forget still stands in them until then."""

import time
from typing import Any

import redis

from shared.errors import CopydeskError
from shared.ledger.connection import Client

LOOK_S = 0.05
LONGEST_S = 600.0
OWN_MEANS = "rewrite its append-only file and its snapshots by its own means, on every replica"
UNDER_WAY = ("aof_rewrite_in_progress", "aof_rewrite_scheduled", "rdb_bgsave_in_progress")


class FilesNotRewritten(CopydeskError):
    """Redis' own files still hold what it has forgotten; the message says why, and what to do."""


def rewrite_files(client: Client, longest_s: float = LONGEST_S) -> None:
    """Have Redis write its append-only file anew, and its snapshot where it makes any; wait until that is done.

    Raises `FilesNotRewritten` where it failed, may not be asked for, or takes longer than `longest_s` seconds. A Redis
    that keeps nothing on its disk is left alone. Replicas keep files of their own, and are not asked.
    """
    server: Any = client  # redis-py types its answers for text and bytes clients at once
    deadline = time.monotonic() + longest_s
    try:
        if _persistence(server)["aof_enabled"]:
            _rewrite(server, "BGREWRITEAOF", deadline)
            _check(server, "aof_last_bgrewrite_status", "append-only file")
        if server.config_get("save").get("save"):
            _rewrite(server, "BGSAVE", deadline)
            _check(server, "rdb_last_bgsave_status", "snapshot")
    except redis.ResponseError as error:  # a provider's Redis has no such command, or keeps it to itself
        raise FilesNotRewritten(f"Redis refused to write its files anew ({error}): {OWN_MEANS}") from error
    except redis.RedisError as error:
        raise FilesNotRewritten(f"Redis did not answer ({error}): {OWN_MEANS}") from error


def _rewrite(server: Any, command: str, deadline: float) -> None:
    """Begin once nothing else is being written, since that may hold what was erased meanwhile; wait for the end."""
    while True:
        _wait_idle(server, deadline)
        try:
            server.execute_command(command)
            break
        except redis.ResponseError as error:  # another one has begun by itself a moment ago
            if "in progress" not in str(error) and "child process" not in str(error):
                raise
    _wait_idle(server, deadline)


def _wait_idle(server: Any, deadline: float) -> None:
    """Redis tells nobody when it is done: look until it says so."""
    while any(_persistence(server).get(name) for name in UNDER_WAY):
        if time.monotonic() > deadline:
            raise FilesNotRewritten(f"Redis has not written its files anew in time: {OWN_MEANS}")
        time.sleep(LOOK_S)


def _check(server: Any, status: str, what: str) -> None:
    if _persistence(server)[status] != "ok":
        raise FilesNotRewritten(f"Redis could not write its {what} anew, as its log tells: make room, and {OWN_MEANS}")


def _persistence(server: Any) -> dict[str, Any]:
    told: dict[str, Any] = server.info("persistence")
    return told
