"""`copydesk work`: one process of the desk, a worker of a stage or the watcher of drops and feeds."""

import importlib
import signal
import threading
from types import FrameType

from services.cli.arguments import WATCHER
from services.cli.context import OK, Context
from services.cli.reach import refuse_newer_ledger
from services.desk.data_folder import reach
from shared import log


def work(context: Context) -> int:
    """Work until SIGTERM or Ctrl-C; beside a desk that is up it joins in.

    The exit code is the worker's own: above 0 when it could not go on. The stage's service is imported here, so that no
    worker holds another stage in memory.
    """
    if context.args.stage == WATCHER:
        return _watch(context)
    code: int = importlib.import_module(f"services.{context.args.stage}.app").run(reach(context.loaded))
    return code


def _watch(context: Context) -> int:
    """Watch drops and feeds, which is no Celery worker's work."""
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    log.configure_process(context.settings.log_level)
    settings = reach(context.loaded)
    refuse_newer_ledger(settings)
    importlib.import_module("services.ingest.watch").run(settings, stop)
    return OK
