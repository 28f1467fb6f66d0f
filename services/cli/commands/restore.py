"""`copydesk restore`: a backup becomes the data folder of a desk."""

import errno
from pathlib import Path

import redis

from services.cli.context import OK, WRONG, Context, show_json, warn, warn_each
from services.cli.printing import plural, size
from services.desk.backup.restoration import Restored
from services.desk.backup.restoration import restore as bring_back
from services.desk.backup.store import Store
from services.desk.data_folder import refuse_second
from shared.errors import CopydeskError, Unavailable
from shared.ledger import keys
from shared.ledger.connection import connect
from shared.settings import config_file, without_password


def restore(context: Context) -> int:
    """Restore into an empty folder. Exit code 1 when files of the backup are damaged or missing."""
    args = context.args
    refuse_second(context.data_dir)
    try:
        done = bring_back(Store(Path(args.folder)), args.at, context.settings, config_file(), salvage=args.salvage)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Unavailable("the disk is full: free some space, and the same command goes on where it was") from error
    warn_each([f"{damage.name} {damage.what} ({damage.place})" for damage in done.damaged])
    if done.beside:
        warn(f"there were settings already: those of the backup are in {done.beside}")
    if _holds_a_ledger(context):
        place = without_password(context.settings.redis_url)
        warn(
            f"the Redis at {place} holds the books of a desk already: empty it before this one starts, so that it is "
            "filled from the archive, or run `copydesk recover` when it is up"
        )
    _tell(context, done)
    return WRONG if done.damaged else OK


def _tell(context: Context, done: Restored) -> None:
    if context.as_json:
        show_json(done)
        return
    what = f"Backup {done.name}: {plural(done.files, 'file')}, {size(done.bytes)}"
    if done.damaged and not context.args.salvage:
        print(f"{what} stand in {context.data_dir}, which is not usable yet: some files above are not whole.")
        print("Restore another backup (--at), or what is whole of this one (--salvage).")
    else:
        print(f"{what} stand in {context.data_dir}. Start the desk: it fills its Redis from the archive.")


def _holds_a_ledger(context: Context) -> bool:
    """Whether the Redis that this desk will use has been filled by one before."""
    if context.loaded.origins["redis_url"] == "default":
        return False
    try:
        return bool(connect(context.settings).exists(keys.EPOCH))
    except (CopydeskError, redis.RedisError, OSError):  # it is not up yet
        return False
