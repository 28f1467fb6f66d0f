"""`copydesk watch`: the watcher of drops and feeds."""

import signal
import threading
from types import FrameType

from services.cli.context import OK, Context
from services.cli.reach import refuse_newer_ledger
from services.desk.data_folder import reach
from services.ingest.watch import run
from shared import log


def watch(context: Context) -> int:
    """Watch until SIGTERM or Ctrl-C."""
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    log.configure_process(context.settings.log_level)
    settings = reach(context.loaded)
    refuse_newer_ledger(settings)
    run(settings, stop)
    return OK
