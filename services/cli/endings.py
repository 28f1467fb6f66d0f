"""How a command ends that did not go well: a sentence for a person, or the last line of a process' log."""

import sys
from importlib import import_module

DEBUG_HINT = "COPYDESK_DEBUG=1 shows where"
NEWER = 3


def explain(error: Exception) -> int:
    """Tell a person what went wrong, and give the exit code."""
    errors = import_module("shared.errors")
    if isinstance(error, errors.CopydeskError):
        _say(str(error))
        return _code_of(error)
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        _say(f"{place}{error.strerror} ({DEBUG_HINT})")
        return 2
    message = " ".join(str(error).split())
    _say(f"unforeseen {type(error).__name__}: {message} ({DEBUG_HINT}; please report it)")
    return 2


def _code_of(error: Exception) -> int:
    errors = import_module("shared.errors")
    if isinstance(error, errors.NewerData):
        return NEWER
    return 1 if isinstance(error, errors.InputRefused | errors.NotAnArticle | errors.NotAFeed) else 2


def _say(words: str) -> None:
    print(f"copydesk: {import_module('shared.harmless').harmless_text(words)}", file=sys.stderr)


def log_end(error: Exception) -> int:
    """The last line of a process that cannot go on."""
    log = import_module("shared.log")
    if not import_module("structlog").is_configured():
        log.configure()
    foreseen = isinstance(error, import_module("shared.errors").CopydeskError)
    log.log.error("process_failed", error=str(error), exc_info=None if foreseen else error)
    return _code_of(error)
