"""How a command ends that did not go well: a sentence or a problem for whoever called, or the last line of a log."""

import json
import sys
from importlib import import_module
from typing import NamedTuple

DEBUG_HINT = "COPYDESK_DEBUG=1 shows where"
FINE, WRONG_DATA, WRONG_USAGE, NEWER = 0, 1, 2, 3


class Problem(NamedTuple):
    """One kind of ending: its name for people, and what to do about it, where that can be said of all of its kind."""

    title: str
    do: str | None = None


class Voice:
    """How this process speaks to whoever called it: the command line says so once."""

    as_json = False


VOICE = Voice()
PROBLEMS = {
    "not-done": Problem("Something was not found or not done"),
    "wrong-usage": Problem("The command line is not understood", "Write it as the usage says."),
    "refused": Problem("The input is not taken", "Mend what detail names, and hand it in again."),
    "unavailable": Problem("A part of the desk is away", "Start what detail names, and try again."),
    "not-possible": Problem("That cannot be done", "Mend what detail names."),
    "newer-data": Problem("A newer release has written these data", "Start the newer release again."),
    "system": Problem("The machine refused", "Give the desk its rights, or room, and try again."),
    "unforeseen": Problem("An error of ours", "Report it; COPYDESK_DEBUG=1 shows where."),
}


def explain(error: Exception) -> int:
    """Tell whoever called what went wrong, and give the exit code."""
    kind, words = _describe(error)
    if VOICE.as_json:
        say_problem(kind, words)
    else:
        _say(words)
    return _code_of(error)


def say_problem(kind: str, detail: str, *, do: str | None = None) -> None:
    """A problem as one JSON object on standard error: its kind, its title, what happened, what to do."""
    line = json.dumps(problem_body(kind, detail, do=do), ensure_ascii=False)
    print(import_module("shared.harmless").harmless_json(line), file=sys.stderr)


def problem_body(kind: str, detail: str, *, do: str | None = None) -> dict[str, str]:
    """A problem as programs read it."""
    problem = PROBLEMS[kind]
    remedy = do or problem.do
    return {"type": kind, "title": problem.title, "detail": detail} | ({"do": remedy} if remedy else {})


def _describe(error: Exception) -> tuple[str, str]:
    errors = import_module("shared.errors")
    if isinstance(error, errors.CopydeskError):
        return _kind_of(error), str(error)
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        return "system", f"{place}{error.strerror} ({DEBUG_HINT})"
    message = " ".join(str(error).split())
    return "unforeseen", f"unforeseen {type(error).__name__}: {message} ({DEBUG_HINT}; please report it)"


def _kind_of(error: Exception) -> str:
    errors = import_module("shared.errors")
    if isinstance(error, errors.NewerData):
        return "newer-data"
    if isinstance(error, errors.TransientError):
        return "unavailable"
    return "refused" if _code_of(error) == WRONG_DATA else "not-possible"


def _code_of(error: Exception) -> int:
    errors = import_module("shared.errors")
    if isinstance(error, errors.NewerData):
        return NEWER
    return WRONG_DATA if isinstance(error, errors.InputRefused | errors.NotAnArticle | errors.NotAFeed) else WRONG_USAGE


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
