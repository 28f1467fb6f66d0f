"""Bursts of pushes through the real door over the real ledger and archive: every sender gets an answer."""

import asyncio
import random
from pathlib import Path

from services.ingest.intake import open_archive
from services.web.app import open_state
from services.web.keys import Keys
from shared.work.celery_app import open_ledger
from tests.conftest import Server, settings_over
from tests.integration.test_web import door_of

BURSTS, SENDERS = 500, 24
PATIENCE_S, SPREAD_S = 10.0, 0.012


def test_every_push_of_five_hundred_bursts_is_answered(shared_redis: Server, tmp_path: Path) -> None:
    """The senders of a burst push within milliseconds, and nobody comes after them: a batcher that stops serving a
    turn after it saw nobody waiting leaves the last ones of some burst without an answer."""
    settings = settings_over(shared_redis, tmp_path, backlog_limit=20_000)
    app_state = open_state(settings, open_archive(settings))
    key = Keys(app_state.keys.path).create("hue")
    with door_of(app_state) as (port, _, _):
        asyncio.run(_bursts(port, key))
    assert open_ledger(settings).balance().accepted == BURSTS * SENDERS


async def _bursts(port: int, key: str) -> None:
    wires = [await asyncio.open_connection("127.0.0.1", port) for _ in range(SENDERS)]
    for burst in range(BURSTS):
        answers = [_push(*wire, key, f"Tin {burst} của {n}") for n, wire in enumerate(wires)]
        heads = await asyncio.wait_for(asyncio.gather(*answers), PATIENCE_S)
        assert {head[:12] for head in heads} == {b"HTTP/1.1 202"}
    for _, writer in wires:
        writer.close()


async def _push(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: str, words: str) -> bytes:
    body = words.encode()
    await asyncio.sleep(random.random() * SPREAD_S)
    writer.write(
        f"POST /v1/articles HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {key}\r\nContent-Type: text/plain\r\n"
        f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
    await reader.readexactly(int(length))
    return head
