"""An index whose searches are answered by one engine or the other, for suites that hold both to the same rows."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from services.index.entry import Entry
from services.index.hits import Results
from services.index.opensearch.engine import OpenSearchEngine
from services.index.outbox.deliverer import Deliverer
from services.index.outbox.outbox import Outbox, outbox_file
from services.index.search import Index
from services.index.sinks.opensearch import OpenSearchSink
from services.index.sinks.sqlite import SqliteSink
from shared.settings import INDEX_FILE, Settings
from shared.sink_settings import SinkSettings
from tests.engines.places import opensearch

SINK = "searched"


class NoStandIn(Index):
    """An index whose engine answers each search itself, or the test fails."""

    def search(self, *args: Any, **kwargs: Any) -> Results:
        results = super().search(*args, **kwargs)
        assert not results.stands_in, "the words beside the record answered"
        return results


class Searched:
    """A record that a test fills, and the index that searches it."""

    def __init__(self, record: SqliteSink, index: Index, bring: Callable[[], None]) -> None:
        self._record, self._bring = record, bring
        self.index = index

    def put(self, entries: Sequence[Entry]) -> None:
        """Decide on entries, and bring them to where searches are answered."""
        self.decide(entries)
        self._bring()

    def decide(self, entries: Sequence[Entry]) -> None:
        """Decide on entries in the record alone."""
        outcomes = self._record.put_many(entries)
        assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)], outcomes


class Handing:
    """What brings a record to an OpenSearch, step by step as a test says."""

    def __init__(self, folder: Path, settings: SinkSettings) -> None:
        self.settings = Settings(index_dir=str(folder), sinks={SINK: settings})
        self.now = 0.0
        self.sink = OpenSearchSink(SINK, settings, self.settings, clock=lambda: self.now)
        self.engine = OpenSearchEngine(SINK, settings, self.settings)
        self.index = NoStandIn(folder / INDEX_FILE, self.engine)
        self.outbox = Outbox(outbox_file(self.settings, SINK))
        self.deliverer = Deliverer(SINK, self.sink, self.outbox, self.index)

    def bring(self) -> None:
        """Deliver all there is, and let it be seen at once."""
        while self.deliverer.step() == 0:
            pass
        standing = self.deliverer.standing()
        assert (standing.rest, standing.behind, standing.counts.waiting, standing.counts.dead) == (None, 0, 0, 0)
        self.sink.client.indices.refresh(index=self.sink.alias)

    def close(self) -> None:
        """Let everything go."""
        self.index.close()
        self.outbox.close()
        self.sink.close()


@contextmanager
def searched_by_words() -> Iterator[Searched]:
    """The words beside the record answer."""
    with tempfile.TemporaryDirectory(prefix="searched-") as name:
        record, index = SqliteSink(Path(name) / INDEX_FILE), Index(Path(name) / INDEX_FILE)
        yield Searched(record, index, lambda: None)
        index.close()
        record.close()


@contextmanager
def searched_by_opensearch() -> Iterator[Searched]:
    """A real OpenSearch answers."""
    with opensearch() as place, tempfile.TemporaryDirectory(prefix="searched-") as name:
        record, handing = SqliteSink(Path(name) / INDEX_FILE), Handing(Path(name), place.settings)
        yield Searched(record, handing.index, handing.bring)
        handing.close()
        record.close()


ENGINES: Mapping[str, Callable[[], AbstractContextManager[Searched]]] = {
    "opensearch": searched_by_opensearch,
    "words": searched_by_words,
}
