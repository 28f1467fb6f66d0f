"""`copydesk web`: the front door over HTTP."""

from services.cli.context import OK, Context
from services.cli.reach import refuse_newer_ledger
from services.desk.data_folder import reach
from services.web.app import serve
from shared import log


def web(context: Context) -> int:
    """Stand at the door until SIGTERM or Ctrl-C."""
    log.configure_process(context.settings.log_level)
    settings = reach(context.loaded)
    refuse_newer_ledger(settings)
    serve(settings)
    return OK
