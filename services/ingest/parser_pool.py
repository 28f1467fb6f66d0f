"""Several parser processes: a document that takes long holds up no other."""

import queue

from services.ingest.feed_news import News, Watched
from services.ingest.parser_process import FeedParser

PARSERS = 2


class ParserPool:
    """Parses as many documents at once as it has processes; one starts when all others are busy."""

    def __init__(self, count: int = PARSERS) -> None:
        # Last in, first out: who was idle longest stays so, and without load one process is all there is.
        self._idle: queue.LifoQueue[FeedParser] = queue.LifoQueue()
        self._parsers = [FeedParser() for _ in range(count)]
        for parser in self._parsers:
            self._idle.put(parser)

    def read_news(self, body: bytes, content_type: str | None, url: str, watched: Watched) -> News:
        """Read what a feed says that it did not say before, when a process is free; raises as `FeedParser` does."""
        parser = self._idle.get()
        try:
            return parser.read_news(body, content_type, url, watched)
        finally:
            self._idle.put(parser)

    def close(self) -> None:
        """End the processes."""
        for parser in self._parsers:
            parser.close()
