"""`copydesk push`: files in, as a publisher would; straight through the intake, or over HTTP to a desk elsewhere."""

import http.client
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from services.cli.context import OK, WRONG, Context, show_json, standard_input, warn
from services.cli.endings import problem_body, say_problem
from services.cli.printing import clean
from services.cli.reach import reach_desk
from services.ingest.drop_files import MEDIA_TYPES, path_alias, printable
from services.ingest.drops import take_file
from services.ingest.intake import Intake, Receipt, open_archive
from services.ingest.packages import split_package
from shared.envelope import Input, Source
from shared.errors import InputRefused, NotAFeed, PermanentError, TransientError
from shared.identity import COMMAND_LINE, address_alias, address_fault
from shared.source_settings import check_source
from shared.work.celery_app import open_ledger

STDIN = "-"
ANSWER_TIMEOUT_S = 60.0
REFUSALS = frozenset({400, 404, 409, 411, 413, 415, 422})


class Pushed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one file; a feed gives a line for each entry."""

    file: str
    receipt: str | None = None
    article: str | None = None
    rev: int | None = None
    state: str | None = None
    version: str | None = None
    error: str | None = None
    problem: dict[str, str] | None = None  # the same as every command tells what went wrong


class PushRefused(PermanentError):
    """The door is there but does not open: no key, a wrong address."""


Push = Callable[[str], list[Receipt]]


def push(context: Context) -> int:
    """Take each file in; one that is refused does not stop the others, a desk that is away does."""
    args = context.args
    if args.uri and len(args.files) > 1:
        raise PushRefused("--uri is the address of one article: push the files one by one")
    fault = address_fault(args.uri) if args.uri else None
    if fault is not None:
        raise PushRefused(f"--uri {fault}")
    check_source(zone=args.zone, language=args.language, place="push")
    url = args.url or os.environ.get("COPYDESK_URL")
    way = _over_http(context, url) if url else _straight_in(context)
    results = [result for file in args.files for result in _pushed(file, way)]
    if context.as_json:
        show_json(results)
    _print(results, as_json=context.as_json)
    return WRONG if any(result.error for result in results) else OK


def _pushed(file: str, way: Push) -> Iterator[Pushed]:
    try:
        receipts = way(file)
    except (InputRefused, NotAFeed) as error:
        yield Pushed(file=printable(file), error=str(error), problem=problem_body("refused", _named(file, error)))
        return
    for receipt in receipts:
        yield Pushed(file=printable(file), **msgspec.structs.asdict(receipt))


def _named(file: str, error: Exception | str) -> str:
    """What is wrong with a file, with its name in it once."""
    named, said = printable(file), str(error)
    return said if named in said else f"{named}: {said}"


def _print(results: list[Pushed], *, as_json: bool) -> None:
    for result in results:
        if result.problem is not None and as_json:
            say_problem("refused", result.problem["detail"])
        elif result.error:
            warn(clean(_named(result.file, result.error)))
        elif not as_json:
            print(f"{result.state:<9}  {result.article}  {result.receipt}  {clean(result.file)}")


def _straight_in(context: Context) -> Push:
    settings, args = reach_desk(context), context.args
    intake = Intake(open_ledger(settings), open_archive(settings), settings)
    if not (args.media_type or args.uri or args.zone or args.language):
        return lambda file: (
            intake.take(_inputs(context, file)) if file == STDIN else take_file(Path(file), settings, intake)
        )
    return lambda file: intake.take(_inputs(context, file))


def _inputs(context: Context, file: str) -> list[Input]:
    """The article of a file, or each of several that it holds, known by its own address."""
    document = _input(context, file)
    items = split_package(document.body, document.name or "standard input")
    if items and context.args.uri:
        raise InputRefused(f"holds {len(items)} articles, and --uri is the address of one")
    return [
        msgspec.structs.replace(
            document, body=item.body, aliases=(address_alias(item.guid, COMMAND_LINE),) if item.guid else ()
        )
        for item in items
    ] or [document]


def _input(context: Context, file: str) -> Input:
    args = context.args
    path = () if file == STDIN else (path_alias(str(Path(file).absolute())),)
    aliases = (address_alias(args.uri, COMMAND_LINE),) if args.uri else path
    return Input(
        source=Source(kind="push", name=COMMAND_LINE, zone=args.zone, language=args.language),
        media_type=_media_type(file, args.media_type),
        body=_read(file, context.settings.max_input_bytes),
        aliases=aliases,
        name=None if file == STDIN else printable(file),
    )


def _over_http(context: Context, url: str) -> Push:
    key = _key()
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise PushRefused(f"{url!r} is no address of a desk: give one such as http://127.0.0.1:8080")
    if context.args.zone or context.args.language:
        raise PushRefused("over HTTP, zone and language belong to the key: see `copydesk keys create --help`")
    address = f"{url.rstrip('/')}/v1/articles"
    opener = urllib.request.build_opener(_StayHere)

    def send(file: str) -> list[Receipt]:
        body = _read(file, context.settings.max_input_bytes)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": _media_type(file, context.args.media_type)}
        if context.args.uri:
            headers["X-Article-URI"] = context.args.uri.encode().decode("latin-1")  # UTF-8, as the door reads it
        request = urllib.request.Request(address, data=body, headers=headers, method="POST")  # noqa: S310 - checked above
        return _send(opener, request)

    return send


def _key() -> str:
    """The publisher's key, from the environment or from a file secret."""
    key, file = os.environ.get("COPYDESK_KEY"), os.environ.get("COPYDESK_KEY_FILE")
    try:
        key = key or (Path(file).read_text(encoding="utf-8").strip() if file else None)
    except (OSError, UnicodeDecodeError) as error:
        raise PushRefused(f"COPYDESK_KEY_FILE names {file}, which cannot be read") from error
    if not key:
        raise PushRefused(
            "a push over HTTP needs the publisher's key in COPYDESK_KEY, or its file in COPYDESK_KEY_FILE"
        )
    return key


class _StayHere(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer, not an order: following it would carry the key to another door."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class _Several(msgspec.Struct):
    """The answer to a body that held several articles; one that held a single article has no such member."""

    receipts: list[Receipt] | None = None


def _send(opener: urllib.request.OpenerDirector, request: urllib.request.Request) -> list[Receipt]:
    try:
        with opener.open(request, timeout=ANSWER_TIMEOUT_S) as answer:
            content = answer.read()
            several = msgspec.json.decode(content, type=_Several).receipts
            return several if several is not None else [msgspec.json.decode(content, type=Receipt)]
    except urllib.error.HTTPError as error:
        answered = f"{request.host} answered {error.code}: {_problem(error)}"
        if error.code in REFUSALS:
            raise InputRefused(answered) from error
        raise (TransientError if error.code >= 500 or error.code == 429 else PushRefused)(answered) from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise TransientError(f"the desk at {request.host} does not answer: {reason}") from error
    except msgspec.MsgspecError as error:
        raise PushRefused(f"{request.host} gave no receipt: is it a desk?") from error


def _problem(error: urllib.error.HTTPError) -> str:
    try:
        problem = msgspec.json.decode(error.read(64 * 1024), type=dict[str, Any])
    except (OSError, msgspec.MsgspecError):
        return str(error.reason)
    return clean(str(problem.get("detail") or problem.get("title") or error.reason))


def _read(file: str, limit: int) -> bytes:
    """One byte over the limit is enough to know that it is too large."""
    try:
        if file == STDIN:
            body = standard_input().read(limit + 1)
        else:
            with Path(file).open("rb") as source:
                body = source.read(limit + 1)
    except OSError as error:
        raise InputRefused(f"cannot be read: {error.strerror}") from error
    if len(body) > limit:
        raise InputRefused(f"has more than {limit} bytes (max_input_bytes)")
    return body


def _media_type(file: str, given: str | None) -> str:
    media_type = given or MEDIA_TYPES.get(Path(file).suffix.lower())
    if media_type is None and file != STDIN:
        raise InputRefused(
            f"is of a kind that is not read; say what it is with --type; read are {', '.join(MEDIA_TYPES)}"
        )
    return media_type or "text/plain"
