"""The Redis that a command is to speak to: the one set, else that of the desk that is up on the data folder."""

import socket
from pathlib import Path

from services.cli.context import Context
from services.desk.data_folder import reach
from shared.data_version import check_folder, version_of
from shared.errors import NewerData, PermanentError, TransientError
from shared.ledger import keys
from shared.ledger.connection import connect_to_look, redis_errors
from shared.ledger.reader import LedgerReader
from shared.settings import Settings, without_password

# Whichever process of a desk starts first, one of these is there.
WRITTEN_FIRST = (keys.VERSION, keys.BALANCE, keys.WORKERS, keys.FEEDS_HOSTS)


class NoDesk(PermanentError):
    """There is no desk where one was looked for."""


def reach_desk(context: Context) -> Settings:
    """The settings, with the Redis of the desk that is up on the data folder where none was set.

    Raises `NewerData` when a newer release wrote the folder, or what Redis holds, `NoDesk` for a Redis of others.
    """
    check_folder(context.data_dir)
    settings = reach(context.loaded)
    if context.loaded.origins["redis_url"] == "default" and settings is context.settings and not _somebody_listens():
        raise TransientError(
            f"no desk is up on the data folder {context.data_dir}, and no Redis listens at the default address: "
            "start `copydesk up` there, or set redis_url"
        )
    refuse_newer_ledger(settings)
    command = context.args.command
    if settings is context.settings and not command.serves and command.words != "recover":  # it fills an emptied one
        refuse_stranger(settings)
    return settings


def refuse_stranger(settings: Settings) -> None:
    """Raise `NoDesk` for a Redis in which no desk ever lived; one that is away says so when it is asked."""
    try:
        client = connect_to_look(settings)
        with redis_errors(client):
            if client.exists(*WRITTEN_FIRST):
                return
    except TransientError:
        return
    raise NoDesk(
        f"no desk has ever run on the Redis at {without_password(settings.redis_url)}: nothing was read or written "
        "there; name the desk's own with --redis-url, or start one with `copydesk up`"
    )


def refuse_no_data(folder: Path) -> None:
    """Raise `NoDesk` for a data folder that is not there, or in which no desk ever was."""
    if version_of(folder) is not None:
        return
    place = folder.absolute()
    what = f"the folder {place} holds no data of a desk" if folder.is_dir() else f"there is no data folder {place}"
    raise NoDesk(f"{what}: name the desk's with --data-dir, or start one with `copydesk up`")


def check_index(context: Context) -> None:
    """Raise `NoDesk` where nothing was indexed yet, so that nobody takes it for an index without hits."""
    file = Path(context.settings.index_file)
    if not file.exists():
        raise NoDesk(
            f"there is no index in {file.parent.absolute()}: no article has come to it yet, or it lies elsewhere "
            "(index_dir); `copydesk status` tells what waits"
        )


def refuse_newer_ledger(settings: Settings) -> None:
    """Raise `NewerData` for a ledger of a newer release, `PermanentError` for a Redis that no desk can use.

    A Redis that is away says so when it is asked.
    """
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
