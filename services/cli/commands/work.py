"""`copydesk work`: one worker of a stage."""

import importlib

from services.cli.context import Context
from services.desk.data_folder import reach


def work(context: Context) -> int:
    """One Celery worker of a stage, until SIGTERM or Ctrl-C; beside a desk that is up it joins in.

    The exit code is the worker's own: above 0 when it could not go on. The stage's service is imported here, so that no
    worker holds another stage in memory.
    """
    code: int = importlib.import_module(f"services.{context.args.stage}.app").run(reach(context.loaded))
    return code
