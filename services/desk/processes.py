"""The desk's processes one by one, as `up` and the compose file run them."""

import importlib
import signal
import threading
from types import FrameType, ModuleType

from services.desk.call import OK, Call
from services.desk.running import reach


def work(call: Call) -> int:
    """One Celery worker of a stage, until SIGTERM or Ctrl-C; beside a desk that is up it joins in."""
    _room(f"services.{call.args.stage}.app").run(reach(call.loaded))
    return OK


def watch(call: Call) -> int:
    """The watcher of drops and feeds, until SIGTERM or Ctrl-C."""
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    _room("shared.log").configure(call.settings.log_level)
    _room("services.ingest.watch").run(reach(call.loaded), stop)
    return OK


def web(call: Call) -> int:
    """The front door, until SIGTERM or Ctrl-C."""
    _room("shared.log").configure(call.settings.log_level)
    _room("services.web.app").serve(reach(call.loaded))
    return OK


def _room(name: str) -> ModuleType:
    """Each process loads its own room only."""
    return importlib.import_module(name)
