"""The least a door can do with a push: a Starlette handler that appends the body to a file, syncs it, and says 202.

python -m benchmarks.bare_door FILE PORT
"""

import asyncio
import os
import sys
import threading
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


def main(path: Path, port: int) -> None:
    """Serve until SIGTERM."""
    file, lock = path.open("ab"), threading.Lock()

    def keep(body: bytes) -> None:
        with lock:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())

    async def push(request: Request) -> JSONResponse:
        body = await request.body()
        await asyncio.get_running_loop().run_in_executor(None, keep, body)
        return JSONResponse({"state": "received"}, 202)

    app = Starlette(routes=[Route("/v1/articles", push, methods=["POST"])])
    uvicorn.run(app, port=port, http="h11", loop="asyncio", ws="none", log_level="error", access_log=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
