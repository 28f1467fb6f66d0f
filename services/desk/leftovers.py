"""Where words that were erased from archive, ledger and index may still stand, and what is done about it."""

from collections.abc import Iterable
from pathlib import Path

from services.index.loss import set_aside_before
from shared.identity import is_path
from shared.ledger.connection import Client
from shared.ledger.persistence import FilesNotRewritten, rewrite_files
from shared.settings import Settings


def wipe_leftovers(settings: Settings, client: Client, aliases: Iterable[str] = ()) -> tuple[str, ...]:
    """Have Redis write its files anew; gives a sentence for each place that still has words, with what to do there.

    `aliases` are those of what was erased: a dropped file of such a name is its owner's. Backups are not looked for.
    """
    told = []
    try:
        rewrite_files(client)
    except FilesNotRewritten as error:
        told.append(f"the words still stand in the files of Redis. {error}")
    aside = set_aside_before(settings)
    told += [f"the index that was set aside in {folder} may have the words: remove it" for folder in aside]
    for alias in dict.fromkeys(aliases):
        file = Path(settings.seeds_dir, alias.partition(":")[2])
        if is_path(alias) and file.is_file():
            told.append(f"the dropped file {file} has the words: remove it")
    return tuple(told)
