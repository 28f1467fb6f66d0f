"""The killable place where hostile documents are parsed: `python -m services.ingest.parser_child`.

Reads asks from standard input and writes answers to standard output, each with its length before it. CPU and memory are
limited by the kernel: a document over the limit ends this process, not the one that asked.
"""

import resource
import signal
import sys

import msgspec

from services.ingest.feeds import read_feed, read_watched
from services.ingest.parser_process import Answer, Ask, Limits
from shared.errors import NotAFeed
from shared.heap import give_back_freed
from shared.untrusted.child import receive, send
from shared.untrusted.sandbox import limit_memory, resident_mb


def main() -> None:
    """Answer until standard input ends."""
    limits = msgspec.json.decode(sys.argv[1], type=Limits)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that asks
    give_back_freed()
    limit_memory(limits.memory_mb)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asks = msgspec.msgpack.Decoder(Ask)
    while (ask := receive(sys.stdin.buffer)) is not None:
        if (body := receive(sys.stdin.buffer)) is None:
            break
        bodies = [body]
        del body
        # The kernel counts the CPU time of this document alone; SIGPROF ends the process.
        signal.setitimer(signal.ITIMER_PROF, limits.cpu_s)
        answer = _answer(asks.decode(ask), bodies)
        signal.setitimer(signal.ITIMER_PROF, 0)
        grown = resident_mb() > limits.keep_mb
        send(sys.stdout.buffer, msgspec.msgpack.encode(msgspec.structs.replace(answer, last=grown)))


def _answer(ask: Ask, bodies: list[bytes]) -> Answer:
    """The body is taken out: whoever reads it lets it go as soon as nothing more is to be read from it."""
    try:
        if ask.watched is not None:
            return Answer(news=read_watched(bodies.pop(), ask.content_type, ask.url, ask.watched))
        return Answer(feed=read_feed(bodies.pop(), ask.content_type, ask.url, ask.section))
    except NotAFeed as error:
        return Answer(problem=str(error))
    except MemoryError:
        return Answer(problem=f"{ask.url} needs more memory to be read than it may have")
    except RecursionError:
        return Answer(problem=f"{ask.url} is nested too deep to be read")


if __name__ == "__main__":
    main()
