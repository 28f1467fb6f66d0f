"""The killable place where dropped files are opened: `python -m services.ingest.containers.child`.

It is asked for a file's parts one after the other, so that no more than one of them stands in memory here and there.
CPU and memory are limited by the kernel: a file over the limit ends this process, not the one that asked.
"""

import resource
import signal
import sys
from collections.abc import Iterator

import msgspec

from services.ingest.containers.opening import open_file, open_zip_in_place
from services.ingest.containers.parts import Limits, Part
from services.ingest.containers.process import Answer, Ask, ChildLimits
from shared.errors import CopydeskError
from shared.untrusted.child import receive, send
from shared.untrusted.sandbox import limit_memory


def main() -> None:
    """Answer until standard input ends."""
    limits = msgspec.json.decode(sys.argv[1], type=ChildLimits)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that asks
    limit_memory(limits.memory_mb)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    parts: Iterator[Part] | None = None  # of the file at hand; none in a process that was started in between
    while (asked := receive(sys.stdin.buffer)) is not None and (body := receive(sys.stdin.buffer)) is not None:
        ask = msgspec.msgpack.decode(asked, type=Ask)
        if ask.limits is not None:
            # The kernel counts the CPU time of this file alone, whatever is in it; SIGPROF ends the process.
            signal.setitimer(signal.ITIMER_PROF, limits.cpu_s)
            parts = _in_place(ask, ask.limits) if ask.place else open_file(ask.name, body, ask.limits)
        del body
        send(sys.stdout.buffer, msgspec.msgpack.encode(_next(parts)))


def _in_place(ask: Ask, limits: Limits) -> Iterator[Part]:
    with open(ask.place, "rb") as file:
        yield from open_zip_in_place(ask.name, file, limits)


def _next(parts: Iterator[Part] | None) -> Answer:
    if parts is None:
        return Answer(problem="its process ended while it was opened")
    try:
        return Answer(part=next(parts, None))
    except CopydeskError as error:
        return Answer(problem=str(error))
    except MemoryError:
        return Answer(problem="it needs more memory to be opened than it may have")
    except RecursionError:
        return Answer(problem="it is nested too deep to be read")
    except Exception as error:  # noqa: BLE001 - whatever a stranger's file breaks concerns that file, and is told
        return Answer(problem=f"it is broken in a way that nobody foresaw ({type(error).__name__}), and is not opened")


if __name__ == "__main__":
    main()
