"""`copydesk web`: the front door over HTTP."""

from services.cli.context import OK, Context
from services.desk.data_folder import reach
from services.web.app import serve
from shared import log


def web(context: Context) -> int:
    """Stand at the door until SIGTERM or Ctrl-C."""
    log.configure_process(context.settings.log_level)
    serve(reach(context.loaded))
    return OK
