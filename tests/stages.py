"""Both stages in a test's own process: they take up what waits as their workers do, message by message."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from services.index.earlier_embargoes import Until
from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from services.index.tasks import index_articles
from shared.ledger.calls import Ledger
from shared.work.batches import Handler, run_batch
from shared.work.retry import RetryPolicy


def holds_of(ledger: Ledger, index: Path) -> Callable[[], Until]:
    """What holds an article, as the index stage of that ledger asks beside that index."""
    return partial(Until, ledger, Index(index))


def work_off(ledger: Ledger, read: Handler, sink: SqliteSink, policy: RetryPolicy | None = None) -> None:
    """Work until no message waits for either stage; `read` does what normalize does."""
    client: Any = ledger.client  # redis-py types its answers for text and bytes clients at once
    stages: dict[Any, Handler] = {
        "normalize": read,
        "index": index_articles(sink, holds_of(ledger, sink.path)),
    }
    for stage, handle in stages.items():
        while (message := client.rpop(stage)) is not None:
            run_batch(ledger, stage, json.loads(message)["headers"]["id"], handle, policy or RetryPolicy())
