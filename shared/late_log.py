"""The log of modules that a person's command may load: structlog itself is loaded when there is something to say."""

from importlib import import_module
from typing import Any


class LateLog:
    """A structlog logger that is made when it is used first."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, method: str) -> Any:
        """Whoever logs without having set a log up is a person's command: only warnings are worth a line there."""
        structlog = import_module("structlog")
        if not structlog.is_configured():
            import_module("shared.log").configure("warning")
        return getattr(structlog.get_logger(self._name), method)
