"""`copydesk notify`: tells people of troubles and of feeds that fail."""

import importlib
import importlib.util
import signal
import threading
from types import FrameType, ModuleType

from services.cli.context import OK, WRONG, Context, show_json, warn
from services.cli.reach import reach_desk, refuse_newer_ledger
from services.desk.data_folder import reach
from shared import log
from shared.errors import CopydeskError, PermanentError
from shared.settings import Settings

TITLE = "Copydesk: a test"
TEXT = "Somebody ran copydesk notify --test. Troubles and feeds that fail are told here."


def notify(context: Context) -> int:
    """Tell until SIGTERM or Ctrl-C. `--once` looks once, `--test` sends each address a word: exit code 1 where one was
    not reached."""
    settings = context.settings
    check_apprise(settings)
    if not settings.notify:
        raise PermanentError("nobody is to be told: the setting notify (COPYDESK_NOTIFY_FILE) names no address")
    if context.args.test:
        return _tell(context, _send_test(settings))
    if context.args.once:
        settings = reach_desk(context)
        watch, addresses = _module("watch"), _module("addresses")
        return _tell(context, watch.Notifier(settings, addresses.read_addresses(settings.notify)).look_once())
    _stay(context)
    return OK


def check_apprise(settings: Settings) -> None:
    """Refuse before anything starts when somebody is to be told and Apprise is not installed."""
    if settings.notify and importlib.util.find_spec("apprise") is None:
        raise PermanentError("the setting notify needs Apprise: pip install 'copydesk[notify]', or unset notify")


def _stay(context: Context) -> None:
    log.configure_process(context.settings.log_level)
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    settings = reach(context.loaded)
    refuse_newer_ledger(settings)
    _module("watch").run(settings, stop)


def _send_test(settings: Settings) -> list[str]:
    message, problems = _module("notices").Message(TITLE, TEXT), []
    for address in _module("addresses").read_addresses(settings.notify):
        try:
            address.send(message)
        except CopydeskError as error:
            problems.append(str(error))
    return problems


def _tell(context: Context, problems: list[str]) -> int:
    if context.as_json:
        show_json({"problems": problems})
    else:
        for problem in problems:
            warn(problem)
    return WRONG if problems else OK


def _module(name: str) -> ModuleType:
    """Loaded when the settings have shown that it can be: Apprise is an extra."""
    return importlib.import_module(f"services.notify.{name}")
