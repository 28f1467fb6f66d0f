"""`copydesk work`: one process of the desk, a worker of a stage, the watcher of drops and feeds, or the deliverer."""

import importlib
import signal
import threading
from types import FrameType

from services.cli.arguments import DELIVERER, WATCHER
from services.cli.context import OK, Context
from services.cli.reach import refuse_newer_ledger
from services.desk.data_folder import reach
from shared import log

NO_STAGES = {WATCHER: "services.ingest.watch", DELIVERER: "services.index.deliver"}


def work(context: Context) -> int:
    """Work until SIGTERM or Ctrl-C; beside a desk that is up it joins in.

    The exit code is the worker's own: above 0 when it could not go on. The stage's service is imported here, so that no
    worker holds another stage in memory.
    """
    if context.args.stage in NO_STAGES:
        return _serve(context, NO_STAGES[context.args.stage])
    code: int = importlib.import_module(f"services.{context.args.stage}.app").run(reach(context.loaded))
    return code


def _serve(context: Context, module: str) -> int:
    """Work that is no Celery worker's: watching drops and feeds, handing articles on."""
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    log.configure_process(context.settings.log_level)
    settings = reach(context.loaded)
    refuse_newer_ledger(settings)
    importlib.import_module(module).run(settings, stop)
    return OK
