"""`copydesk work`: one worker of a stage."""

import importlib

from services.cli.context import OK, Context
from services.desk.data_folder import reach


def work(context: Context) -> int:
    """One Celery worker of a stage, until SIGTERM or Ctrl-C; beside a desk that is up it joins in.

    The stage's own room is imported here: each process loads no other.
    """
    importlib.import_module(f"services.{context.args.stage}.app").run(reach(context.loaded))
    return OK
