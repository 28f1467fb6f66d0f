"""Bursts of pushes through the real door over the real ledger and archive: every sender gets an answer."""

import asyncio
from pathlib import Path

from services.ingest.intake import open_archive
from services.web.app import open_state
from services.web.keys import Keys
from shared.work.celery_app import open_ledger
from tests.conftest import Server, settings_over
from tests.integration.test_web import door_of

BURSTS, SENDERS = 500, 6
PATIENCE_S = 20.0


def test_every_push_of_five_hundred_bursts_is_answered(shared_redis: Server, tmp_path: Path) -> None:
    """All senders push at the same moment, and again as soon as the last of them has its answer: a batcher that
    stops serving in the step in which the next push comes would leave that one waiting for ever."""
    settings = settings_over(shared_redis, tmp_path, backlog_limit=10_000)
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
    writer.write(
        f"POST /v1/articles HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {key}\r\nContent-Type: text/plain\r\n"
        f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
    await reader.readexactly(int(length))
    return head
