"""The killable place where hostile documents are parsed: `python -m services.ingest.parser_child`.

Reads asks from standard input and writes answers to standard output, each with its length before it. CPU and memory are
limited by the kernel: a document over the limit ends this process, not the one that asked.
"""

import resource
import signal
import sys
from pathlib import Path
from typing import BinaryIO

import msgspec

from services.ingest.feeds import read_feed
from services.ingest.parser_process import LENGTH, Answer, Ask, Limits
from shared.errors import NotAFeed
from shared.untrusted.sandbox import limit_memory

STATM = Path("/proc/self/statm")


def main() -> None:
    """Answer until standard input ends."""
    limits = msgspec.json.decode(sys.argv[1], type=Limits)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that asks
    limit_memory(limits.memory_mb)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asks = msgspec.msgpack.Decoder(Ask)
    while (ask := _read(sys.stdin.buffer)) is not None and (body := _read(sys.stdin.buffer)) is not None:
        # The kernel counts the CPU time of this document alone; SIGPROF ends the process.
        signal.setitimer(signal.ITIMER_PROF, limits.cpu_s)
        answer = _answer(asks.decode(ask), body)
        del body
        signal.setitimer(signal.ITIMER_PROF, 0)
        grown = _resident_mb() > limits.keep_mb
        encoded = msgspec.msgpack.encode(msgspec.structs.replace(answer, last=grown))
        sys.stdout.buffer.write(LENGTH.pack(len(encoded)) + encoded)
        sys.stdout.buffer.flush()


def _answer(ask: Ask, body: bytes) -> Answer:
    try:
        return Answer(feed=read_feed(body, ask.content_type, ask.url))
    except NotAFeed as error:
        return Answer(problem=str(error))
    except MemoryError:
        return Answer(problem=f"{ask.url} needs more memory to be read than it may have")
    except RecursionError:
        return Answer(problem=f"{ask.url} is nested too deep to be read")


def _resident_mb() -> float:
    """What this process holds now. `ru_maxrss` will not do where there is /proc: it starts at the parent's peak."""
    try:
        pages = int(STATM.read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / (1024 * 1024)


def _read(stream: BinaryIO) -> bytes | None:
    head = stream.read(LENGTH.size)
    return stream.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else None


if __name__ == "__main__":
    main()
