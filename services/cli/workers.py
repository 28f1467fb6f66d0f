"""Which workers a person may ask for by name."""

from services.cli.context import warn
from shared.ledger.connection import Client
from shared.ledger.events import ChangeFilter, EventStream
from shared.ledger.overview import Watchman
from shared.ledger.reader import LedgerReader
from shared.settings import Settings


def warn_of_unknown(worker: str, client: Client, settings: Settings) -> bool:
    """Whether no such worker (`host`, `host:start` …) runs, nor has taken anything up lately; warns of it."""
    if any(map(ChangeFilter(worker=worker).takes, EventStream(client).latest())):
        return False
    running = Watchman(LedgerReader(client), settings).look().workers
    if any(f"{one.host}:{one.boot}:".startswith(f"{worker}:") for one in running):
        return False
    warn(f"no worker {worker} runs, and none of the changes that are kept is its: `copydesk status` names all")
    return True
