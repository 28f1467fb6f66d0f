"""Documents of the web, fetched by the desk's own guarded client."""

import asyncio

from shared.net.http import Client, Fetched
from shared.net.http import fetch as fetch_with
from shared.settings import Settings


def fetch(url: str, settings: Settings | None = None) -> tuple[bytes, str, str]:
    """Fetch a document: its bytes, its media type as its server names it, and the address it was found at.

    The client is bounded in bytes and seconds, follows five redirects, and refuses private addresses but for those of
    `settings.allow_networks`. Raises `TransientError` or `PermanentError`, both `CopydeskError`.
    """
    fetched = asyncio.run(_fetch(url, settings or Settings()))
    return fetched.body, fetched.headers.get("content-type", ""), fetched.url


async def _fetch(url: str, settings: Settings) -> Fetched:
    async with Client(settings) as client:
        return await fetch_with(client, url)
