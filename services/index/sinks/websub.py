"""A hub of WebSub (W3C): told that feeds of the desk have changed, it fetches them and hands the news on.

A ping says no more than that a feed may have changed. One that was answered covers all that was decided before it, so
a whole bulk is one ping a feed; what is long past, as all that a new hub begins with, is one a minute.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from services.index.sinks.posting import Poster, as_away, as_ended
from services.index.sinks.sink import Delivery
from shared.clock import now_us
from shared.errors import CopydeskError, PermanentError, TransientError
from shared.net.http import Client, post
from shared.settings import Settings
from shared.sink_settings import HUB, SinkSettings

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
US = 1_000_000
LAG_S = 3.0
"""A hub reads a feed at once when it is told, and words can be found a moment after the index has decided. It is also
the least time between two pings of a feed."""
COVERED_US = 60 * US
"""For so long a ping stands for what is older than itself by as much: clocks of two machines may differ."""


class WebSubSink:
    """Pings one hub of each of its feeds."""

    every = False
    most = 500
    generation = "1"

    def __init__(
        self,
        name: str,
        settings: SinkSettings,
        desk: Settings,
        *,
        clock: Callable[[], int] = now_us,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._hub = settings.url.removeprefix(HUB)
        self._topics = settings.topics
        if not self._hub.startswith(("https://", "http://")):
            raise PermanentError(f"sink {name}: an address of a hub reads websub+https://host/path")
        if not self._topics or not all(topic.startswith(("https://", "http://")) for topic in self._topics):
            raise PermanentError(f"sink {name}: topics (or topics_file) must name the addresses of feeds of this desk")
        self._poster = Poster(desk)
        self._clock, self._wait = clock, wait
        self._told_us = 0

    def deliver(self, deliveries: Sequence[Delivery]) -> list[CopydeskError | None]:
        """Ping of all feeds, unless that was done just now; where a hub does not take one, it is asked again of all."""
        newest = max(one.version for one in deliveries)
        is_covered = newest + COVERED_US < self._told_us and self._clock() - self._told_us < COVERED_US
        if not is_covered:
            self._let_words_in(newest)
            began = self._clock()
            self._poster.run(self._ping_all)
            self._told_us = began
        return [None] * len(deliveries)

    def settle(self) -> None:
        """A hub keeps no generations."""

    def close(self) -> None:
        """Close the connections."""
        self._poster.close()

    def _let_words_in(self, decided_us: int) -> None:
        left = min(LAG_S, LAG_S - (self._clock() - decided_us) / US)
        if left > 0:
            self._wait(left)

    async def _ping_all(self, client: Client) -> None:
        pings = (self._ping(client, topic) for topic in self._topics)
        for answer in await asyncio.gather(*pings, return_exceptions=True):
            if isinstance(answer, BaseException):
                raise answer

    async def _ping(self, client: Client, topic: str) -> None:
        """Both names of the address: the hubs that are there want one or the other."""
        body = urlencode({"hub.mode": "publish", "hub.topic": topic, "hub.url": topic}).encode()
        try:
            await post(client, self._hub, body, FORM)
        except (PermanentError, TransientError) as error:
            raise as_ended(error) or as_away(error) from error
