"""The killable place where a document is read for `:validate`: `python -m services.web.reading_child`.

Its limits are those that the normalize service keeps: an article that costs more here would die there.
"""

import resource
import signal
import sys

import msgspec

from services.normalize.pipeline import normalize
from services.web.reading import Limits, Reading
from shared.envelope import Raw
from shared.errors import NotAnArticle
from shared.untrusted.child import receive, send
from shared.untrusted.sandbox import bounded, resident_mb


class _TooCostly(Exception):
    pass


def main() -> None:
    """Answer until standard input ends."""
    limits = msgspec.json.decode(sys.argv[1], type=Limits)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that asks
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while (ask := receive(sys.stdin.buffer)) is not None and (body := receive(sys.stdin.buffer)) is not None:
        raw = msgspec.structs.replace(msgspec.msgpack.decode(ask, type=Raw), body=body)
        reading = read_within(raw, limits)
        is_grown = resident_mb() > limits.keep_mb
        send(sys.stdout.buffer, msgspec.msgpack.encode(msgspec.structs.replace(reading, last=is_grown)))


def read_within(raw: Raw, limits: Limits) -> Reading:
    """What a document reads as, within the limits."""
    try:
        with bounded(limits.memory_mb, limits.cpu_s, _TooCostly()):
            return Reading(article=normalize(raw))
    except NotAnArticle as error:
        return Reading(refused=str(error))
    except _TooCostly:
        return Reading(too_costly=True)


if __name__ == "__main__":
    main()
