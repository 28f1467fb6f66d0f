"""`copydesk normalize --jsonl`: the normaliser on its own, one input a line, one answer a line, no Redis.

Each line is read in a child process under the clock and the memory limit that the service has; a line that exceeds one
costs the child and gets an answer, and the next line gets a new child.
"""

import base64
import binascii
import datetime as dt
import resource
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

import msgspec

from services.cli.context import OK, WRONG, Context, show_json, standard_input
from services.ingest.drop_files import MEDIA_TYPES, Vanished, printable, read_drop
from services.normalize.pipeline import normalize as clean_article
from shared.article import Article
from shared.clock import now_us
from shared.envelope import Raw, Source
from shared.errors import CopydeskError
from shared.settings import Settings
from shared.source_settings import check_source
from shared.untrusted.sandbox import cpu_clock, limit_memory


class Order(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """One line of input: the article's bytes in one of three ways, and what is known of it from outside."""

    path: str | None = None
    text: str | None = None
    body_b64: str | None = msgspec.field(default=None, name="body_b64")
    media_type: str | None = None
    id: str | int | None = None
    zone: str | None = None
    language: str | None = None
    received_at: dt.datetime | None = None
    url: str | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of output: the article, or the reason why there is none. `id` is the order's, else its line number."""

    id: str | int
    article: Article | None = None
    error: str | None = None


class Unclear(CopydeskError):
    """A line that does not say what to clean."""


def normalize(context: Context) -> int:
    """Answer each line in turn; exit code 1 when one of them held no article."""
    failed = False
    for answer in answers(standard_input(), context.settings):
        failed = failed or answer.error is not None
        show_json(answer)
    return WRONG if failed else OK


def answers(lines: Iterable[bytes], settings: Settings) -> Iterator[Answer]:
    """Empty lines are passed over; a bad line concerns nobody else."""
    child = _start_child(settings)
    try:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                yield child.submit(_answer, number, line, settings).result()
            except BrokenProcessPool:
                child.shutdown()
                child = _start_child(settings)
                yield Answer(id=_id_of(line, number), error=_too_costly(settings))
    finally:
        child.shutdown()


def _start_child(settings: Settings) -> ProcessPoolExecutor:
    """One child, forked: it has the rules and tables that are loaded here already."""
    return ProcessPoolExecutor(
        1, mp_context=get_context("fork"), initializer=_limit, initargs=(settings.article_memory_mb,)
    )


def _limit(memory_mb: int) -> None:
    limit_memory(memory_mb)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle


def _too_costly(settings: Settings) -> str:
    return (
        f"This input needs more than {settings.article_cpu_s} s of processor time or "
        f"{settings.article_memory_mb} MB of memory and was not read (article_cpu_s, article_memory_mb)."
    )


def _id_of(line: bytes, number: int) -> str | int:
    """The id that a line asks for; it was decoded in the child that is gone."""
    try:
        given = msgspec.json.decode(line, type=Order).id
    except msgspec.MsgspecError:
        return number
    return number if given is None else given


def _answer(number: int, line: bytes, settings: Settings) -> Answer:
    name: str | int = number
    try:
        order = msgspec.json.decode(line, type=Order)
        name = number if order.id is None else order.id
        raw = _raw(order, settings)
        with cpu_clock(settings.article_cpu_s):
            return Answer(id=name, article=clean_article(raw))
    except MemoryError:
        return Answer(id=name, error=_too_costly(settings))
    except (CopydeskError, msgspec.MsgspecError) as error:
        return Answer(id=name, error=str(error))
    except OSError as error:
        return Answer(id=name, error=f"{error.filename}: {error.strerror}")
    except Exception as error:  # noqa: BLE001 - a fault of ours may cost this line, not those after it
        return Answer(id=name, error=f"unforeseen {type(error).__name__}: {error}")


def _raw(order: Order, settings: Settings) -> Raw:
    check_source(zone=order.zone, language=order.language, place="this line")
    body = _body(order, settings)
    received = now_us() if order.received_at is None else int(_aware(order.received_at).timestamp() * 1_000_000)
    return Raw(
        source=Source(kind="push", name="command line", zone=order.zone, language=order.language),
        media_type=order.media_type or _media_type(order),
        body=body,
        received_us=received,
        url=order.url,
    )


def _body(order: Order, settings: Settings) -> bytes:
    given = [value for value in (order.path, order.text, order.body_b64) if value is not None]
    if len(given) != 1:
        raise Unclear('a line needs exactly one of "path", "text" and "body_b64"')
    if order.path is not None:
        body = _from_file(Path(order.path).absolute(), settings.max_input_bytes)
    elif order.text is not None:
        body = order.text.encode("utf-8", "surrogatepass")
    else:
        body = _from_base64(given[0])
    if len(body) > settings.max_input_bytes:
        raise Unclear(f"the input has {len(body)} bytes; max_input_bytes is {settings.max_input_bytes}")
    return body


def _from_file(path: Path, limit: int) -> bytes:
    """Read as a drop is: a plain file, and never more of it than may be taken in."""
    try:
        return read_drop(path.parent, path.name, limit).body
    except Vanished as error:
        raise Unclear(f"{printable(str(path))} is not there") from error


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unclear(f"body_b64 is no base64: {error}") from error


def _media_type(order: Order) -> str:
    if order.path is None:
        return "text/plain" if order.text is not None else "application/octet-stream"
    return MEDIA_TYPES.get(Path(order.path).suffix.lower(), "application/octet-stream")


def _aware(moment: dt.datetime) -> dt.datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
