"""A receiver of webhooks: each change of an article as one signed POST, after Standard Webhooks.

Changes of one article come in their order. A receiver that answers 410 wants no more, and gets none until a person says
otherwise.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

import msgspec

from services.index.sinks.documents import document_of, event_type, moment
from services.index.sinks.posting import Poster, as_away, as_ended
from services.index.sinks.sink import Delivery
from shared.clock import now_us
from shared.errors import CopydeskError, PermanentError, TransientError, Unavailable
from shared.net.http import Client, RequestRefused, post
from shared.settings import Settings
from shared.sink_settings import SinkSettings

AT_ONCE = 8
PREFIX = "whsec_"
NEEDS_A_KEY, FORBIDDEN, NOT_THERE = 401, 403, 404
US = 1_000_000


class WebhookSink:
    """Posts to one address, several articles at once; a secret that is on its way out signs beside the new one."""

    every = True
    most = 32
    generation = "1"

    def __init__(self, name: str, settings: SinkSettings, desk: Settings) -> None:
        self.name = name
        self._url = settings.url.partition("+")[2]
        self._secrets = [_read_secret(name, secret) for secret in settings.secrets]
        if not self._url.startswith(("https://", "http://")):
            raise PermanentError(f"sink {name}: an address of a webhook reads webhook+https://host/path")
        if not self._secrets:
            raise PermanentError(f"sink {name}: a webhook is signed; set its secrets or secrets_file")
        self._poster = Poster(desk)

    def deliver(self, deliveries: Sequence[Delivery]) -> list[CopydeskError | None]:
        """Post all at once; each is answered for itself."""
        return self._poster.run(lambda client: self._post_all(client, deliveries))

    def settle(self) -> None:
        """A receiver keeps no generations."""

    def close(self) -> None:
        """Close the connections."""
        self._poster.close()

    async def _post_all(self, client: Client, deliveries: Sequence[Delivery]) -> list[CopydeskError | None]:
        places = asyncio.Semaphore(AT_ONCE)
        return list(await asyncio.gather(*(self._post(client, one, places) for one in deliveries)))

    async def _post(self, client: Client, delivery: Delivery, places: asyncio.Semaphore) -> CopydeskError | None:
        body = msgspec.json.encode(event_of(delivery))
        async with places:
            try:
                await post(client, self._url, body, self._headers(delivery, body))
            except RequestRefused as error:
                return _refused(error)
            except (PermanentError, TransientError) as error:
                return as_away(error)
        return None

    def _headers(self, delivery: Delivery, body: bytes) -> dict[str, str]:
        name, at = f"{delivery.article_id}.{delivery.version}", str(now_us() // US)
        signed = b".".join((name.encode(), at.encode(), body))
        signatures = " ".join(f"v1,{_sign(secret, signed)}" for secret in self._secrets)
        return {
            "Content-Type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": at,
            "webhook-signature": signatures,
        }


def event_of(delivery: Delivery) -> dict[str, Any]:
    """What a receiver gets: what happened, when, and the article as it is now."""
    document = document_of(delivery)
    return {
        "type": event_type(delivery),
        "timestamp": moment(delivery.version),
        "data": {
            "article": document["id"],
            "rev": document["rev"],
            "version": document["version"],
            "source": document["source"],
            "item": document["item"],
        },
    }


def _refused(error: RequestRefused) -> CopydeskError:
    """A no to this article alone, or one that every article would get."""
    if (ended := as_ended(error)) is not None:
        return ended
    if error.status in (NEEDS_A_KEY, FORBIDDEN, NOT_THERE):
        return Unavailable(str(error))
    return PermanentError(str(error))


def _read_secret(name: str, secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(PREFIX) or not 24 <= len(key) <= 64:
        raise PermanentError(f"sink {name}: a secret reads {PREFIX} and 24 to 64 bytes in base64")
    return key


def _sign(secret: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
