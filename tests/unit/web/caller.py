"""Calls an ASGI application as a server would, without a socket."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message


@dataclass(frozen=True)
class Answer:
    """A whole response; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def is_problem(self) -> bool:
        return self.headers.get("content-type") == "application/problem+json" and self.json()["status"] == self.status


class Caller:
    """One loop for all calls of a test; each call sends `body`, or `chunks` one by one and then hangs up."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self.app = app
        self.headers = dict(headers)
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._runner.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, headers=headers)

    def post(self, path: str, body: bytes = b"", **headers: str) -> Answer:
        return self.call("POST", path, body=body, headers=headers)

    def call(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        chunks: Sequence[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        hang: bool = False,
    ) -> Answer:
        """Underscores in header names stand for hyphens; a header set to "" is left out."""
        given = self.headers | {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        return self._runner.run(self._call(method, path, [body] if chunks is None else list(chunks), given, hang))

    async def _call(
        self, method: str, path: str, chunks: list[bytes], headers: Mapping[str, str], hang: bool
    ) -> Answer:
        url = urlsplit(path)
        scope = {
            "type": "http",
            "method": method,
            "path": url.path,
            "raw_path": url.path.encode(),
            "root_path": "",
            "query_string": url.query.encode(),
            "headers": [(n.lower().encode(), v.encode("latin-1")) for n, v in headers.items() if v],
            "client": ("127.0.0.1", 1),
            "state": {},
        }
        sent: list[Message] = []

        async def receive() -> Message:
            if chunks:
                piece = chunks.pop(0)
                return {"type": "http.request", "body": piece, "more_body": bool(chunks) or hang}
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        names = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], names, b"".join(message.get("body", b"") for message in sent[1:]))
