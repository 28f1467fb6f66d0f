"""What is done where the index is lost: everything is read again from the archive, as after the loss of Redis."""

import time
from pathlib import Path

import structlog

from services.index.search import Index
from services.index.sinks.writer import LOCK_NAME, lock_folder
from shared.errors import TransientError
from shared.ledger.calls import Ledger
from shared.ledger.reader import Balance
from shared.settings import Settings

log = structlog.get_logger(__name__)

OUTBOX = "outbox"
LOOK_S = 0.5


def refill_lost(index: Index, ledger: Ledger) -> bool:
    """Have the ledger filled anew where it tells of articles that an empty index does not have; gives whether it was.

    Whoever looks after the ledger enters the whole archive then; nothing else knows what was in the index.
    """
    balance = _balance(ledger)
    if not balance.indexed + balance.withdrawn or not _is_empty(index):
        return False
    log.warning("index_lost", indexed=balance.indexed, withdrawn=balance.withdrawn)
    ledger.forget()
    return True


def _balance(ledger: Ledger) -> Balance:
    """The books, as soon as Redis answers: before that there is no work either."""
    while True:
        try:
            return ledger.balance()
        except TransientError as error:
            log.warning("ledger_waited_for", error=str(error))
            time.sleep(LOOK_S)


def set_aside(settings: Settings) -> Path | None:
    """Move an index out of the way, with all that belongs to it; gives where it is now, None where there is none.

    Raises `PermanentError` while its writer lives. Outboxes stay: they see that the index is another, and begin anew.
    """
    folder = settings.index_folder
    with lock_folder(folder):
        ours = [path for path in folder.iterdir() if path.name not in (LOCK_NAME, OUTBOX) and not _is_aside(path)]
        if not ours:
            return None
        aside = folder / f"aside-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
        aside.mkdir(mode=0o700)
        for path in sorted(ours, reverse=True):  # the log before the file: what is cut short is still one index
            path.rename(aside / path.name)
    return aside


def set_aside_before(settings: Settings) -> list[Path]:
    """The indexes that were moved out of the way, and lie there until somebody removes them."""
    folder = settings.index_folder
    return sorted(path for path in folder.iterdir() if _is_aside(path)) if folder.is_dir() else []


def _is_aside(path: Path) -> bool:
    return path.is_dir() and path.name.startswith("aside-")


def _is_empty(index: Index) -> bool:
    """Whether nothing was ever decided there."""
    with index.reading() as database:
        return database is None or database.execute("SELECT 1 FROM receipts LIMIT 1").fetchone() is None
