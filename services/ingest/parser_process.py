"""Feed documents are parsed in a process of their own, reused while it behaves, killed when it does not."""

import sys
import threading

import msgspec

from services.ingest.feed_news import News, Watched
from services.ingest.formats.feed import Feed
from services.ingest.section_settings import Section
from shared.errors import NotAFeed, TransientError
from shared.untrusted.child import Child


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one document may cost; one of 16 MiB takes 170 MB. `wall_s` is for what neither works nor ends."""

    cpu_s: float = 10.0
    wall_s: float = 60.0
    memory_mb: int = 384
    keep_mb: int = 128


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a document; the document itself follows, uncopied, with its own length.

    Of a feed that is `watched` only what is new is asked for.
    """

    content_type: str | None
    url: str
    watched: Watched | None = None
    section: Section | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The feed or its news, or why there is none. `last` says that the process has grown too large and ends."""

    feed: Feed | None = None
    news: News | None = None
    problem: str | None = None
    last: bool = False


class FeedParser:
    """Parses one document at a time, for any number of threads."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        command = [sys.executable, "-m", "services.ingest.parser_child", msgspec.json.encode(self._limits).decode()]
        self._child = Child(command, self._limits.wall_s)
        self._answers = msgspec.msgpack.Decoder(Answer)

    def parse(self, body: bytes, content_type: str | None, url: str, section: Section | None = None) -> Feed:
        """Read a feed, or a page that lists articles by its selectors.

        Raises `NotAFeed` for what is none, and for what costs more than it may.
        """
        answer = self._ask(Ask(content_type=content_type, url=url, section=section), body)
        if answer.feed is None:
            raise NotAFeed(answer.problem or f"{url} is no feed")
        return answer.feed

    def read_news(self, body: bytes, content_type: str | None, url: str, watched: Watched) -> News:
        """Read what a feed says that it did not say before; raises as `parse` does."""
        answer = self._ask(Ask(content_type=content_type, url=url, watched=watched), body)
        if answer.news is None:
            raise NotAFeed(answer.problem or f"{url} is no feed")
        return answer.news

    def close(self) -> None:
        """End the process; the next document starts another."""
        with self._lock:
            self._child.end()

    def abort(self) -> None:
        """End the process under the document it reads, which is told as one that costs too much."""
        self._child.abort()

    def _ask(self, ask: Ask, body: bytes) -> Answer:
        with self._lock:
            return self._ask_child(msgspec.msgpack.encode(ask), body, ask.url)

    def _ask_child(self, ask: bytes, body: bytes, url: str) -> Answer:
        try:
            answer = self._child.ask(ask, body)
        except TimeoutError as error:
            raise NotAFeed(f"{url} takes too long to be read") from error
        except OSError as error:
            raise TransientError(f"{url} is not read: the parser's pipe broke") from error
        if answer is None:
            raise NotAFeed(f"{url} costs more to be read than it may: {self._limits.cpu_s:.0f} s or too much memory")
        decoded = self._answers.decode(answer)
        if decoded.last:
            self._child.end()
        return decoded
