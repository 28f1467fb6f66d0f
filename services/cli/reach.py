"""The Redis that a command is to speak to: the one set, else that of the desk that is up on the data folder."""

import socket

from services.cli.context import Context
from services.desk.data_folder import reach
from shared.data_version import check_folder
from shared.errors import NewerData, TransientError
from shared.ledger.connection import connect_to_look
from shared.ledger.reader import LedgerReader
from shared.settings import Settings


def reach_desk(context: Context) -> Settings:
    """The settings, with the Redis of the desk that is up on the data folder where none was set.

    Raises `NewerData` when a newer release wrote the folder, or what Redis holds.
    """
    check_folder(context.data_dir)
    settings = reach(context.loaded)
    if context.loaded.origins["redis_url"] == "default" and settings is context.settings and not _somebody_listens():
        raise TransientError(
            f"no desk is up on the data folder {context.data_dir}, and no Redis listens at the default address: "
            "start `copydesk up` there, or set redis_url"
        )
    refuse_newer_ledger(settings)
    return settings


def refuse_newer_ledger(settings: Settings) -> None:
    """Raise `NewerData` for a ledger of a newer release; a Redis that is away says so when it is asked."""
    try:
        LedgerReader(connect_to_look(settings)).check_version()
    except NewerData:
        raise
    except TransientError:
        return


def _somebody_listens() -> bool:
    try:
        socket.create_connection(("127.0.0.1", 6379), timeout=2).close()
    except OSError:
        return False
    return True
