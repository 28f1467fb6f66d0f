"""A bucket: every change as a line of JSON, by day, in the same layout as the folder of `files`.

An object is written whole, and a bulk that is delivered once more takes the place of itself. Days are left as they are:
whoever reads them takes the lines in the order of their `change`, each once.
"""

from collections.abc import Sequence

import msgspec

from services.index.sinks.files import day_of, line_of, name_of, packed
from services.index.sinks.sink import Delivery
from shared.errors import CopydeskError
from shared.net.object_store import Bucket
from shared.settings import Settings
from shared.sink_settings import SinkSettings


class ObjectStoreSink:
    """Puts an object a bulk and day."""

    every = True
    most = 500
    generation = "1"

    def __init__(self, name: str, settings: SinkSettings, _: Settings) -> None:
        self.name = name
        self._bucket = Bucket(settings.url, settings.login)

    def deliver(self, deliveries: Sequence[Delivery]) -> list[CopydeskError | None]:
        """One object for each day of the bulk."""
        if erased := {one.article_id for one in deliveries if one.entry.erases}:
            self._erase(erased)
        days: dict[str, dict[int, bytes]] = {}
        for one in deliveries:
            days.setdefault(day_of(one.version), {})[one.change] = packed(line_of(one))
        for day, lines in days.items():
            changes = sorted(lines)
            self._bucket.put(f"{day}/{name_of(changes[0])}", b"".join(lines[change] for change in changes))
        return [None] * len(deliveries)

    def settle(self) -> None:
        """Nothing is shown elsewhere: objects are read as they are."""

    def close(self) -> None:
        """Nothing is open between two bulks."""

    def _erase(self, articles: set[str]) -> None:
        """Take the words of articles out of every object, as the law may demand; their tombstones follow."""
        for name in [*self._bucket.names()]:
            lines = (self._bucket.get(name) or b"").splitlines(keepends=True)
            kept = [line for line in lines if msgspec.json.decode(line)["id"] not in articles]
            if len(kept) != len(lines):
                self._bucket.put(name, b"".join(kept))
