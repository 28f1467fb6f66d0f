"""`copydesk read FILE|-|URL`: the article in a document with its evidence; no desk, no Redis.

The document is read under the clock and the memory limit that the service has.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

import copydesk  # imports what is asked of it, when it is asked: most documents need no feed parser, no HTTP client
from copydesk.reading import MEDIA_TYPES, may_hold_several
from services.cli.context import OK, Context, show_json, standard_input, warn
from services.cli.printing import article_lines
from shared.article import Article
from shared.envelope import MOST_BYTES
from shared.errors import InputRefused, PermanentError
from shared.untrusted.sandbox import bounded

WEB = ("http://", "https://")


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A document to read: its bytes, what it is called, and the address it stands at."""

    body: bytes
    media_type: str | None
    url: str | None


def read(context: Context) -> int:
    """Show each article of the document; raises `NotAnArticle` (exit code 1) when it holds none."""
    if sum((context.as_json, context.args.ninjs, context.args.markdown)) > 1:
        raise PermanentError("--json, --ninjs and --markdown are three forms of one answer: ask for one")
    document, name, settings = _get(context), context.args.document, context.settings
    if len(document.body) > settings.max_input_bytes:
        raise InputRefused(
            f"{name} has more than {settings.max_input_bytes} bytes; --set max_input_bytes=… takes more of a feed or a "
            f"package, whose articles may have {MOST_BYTES} each"
        )
    too_costly = InputRefused(
        f"{name} needs more than {settings.article_cpu_s} s of processor time or {settings.article_memory_mb} MB of "
        "memory and was not read; --set article_cpu_s=… or article_memory_mb=… gives it more"
    )
    articles = _articles(document, context)
    while True:
        with bounded(settings.article_memory_mb, settings.article_cpu_s, too_costly):
            article = next(articles, None)
        if article is None:
            return OK
        _show(article, context)


def _get(context: Context) -> Document:
    name, args, most_bytes = context.args.document, context.args, context.settings.max_input_bytes
    if name.lower().startswith(WEB):
        page, said, url = copydesk.fetch(name, context.settings)
        return Document(body=page, media_type=args.media_type or said, url=args.url or url)
    if name == "-":
        return Document(body=_read_standard_input(most_bytes), media_type=args.media_type, url=args.url)
    path = Path(name)
    media_type = args.media_type or MEDIA_TYPES.get(path.suffix.lower())
    return Document(body=_read_file(path, most_bytes), media_type=media_type, url=args.url)


def _read_file(path: Path, most_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most_bytes + 1)
    except FileNotFoundError as error:
        raise PermanentError(f"{path}: there is no such file{_web_hint(str(path))}") from error
    except IsADirectoryError as error:
        raise PermanentError(
            f"{path} is a folder: name one document in it, or drop it into a desk's seeds/ to take all in"
        ) from error
    except PermissionError as error:
        raise PermanentError(f"{path} may not be read by you") from error


def _web_hint(name: str) -> str:
    return f"; for a page of the web write https://{name}" if name.lower().startswith("www.") else ""


def _read_standard_input(most_bytes: int) -> bytes:
    stream = standard_input()
    if stream.isatty():
        warn("reading what you type; end with Ctrl-D on a line of its own")
    body = stream.read(most_bytes + 1)
    if not body:
        raise InputRefused("standard input is empty: pipe a document in, as in `copydesk read - < article.txt`")
    return body


def _articles(document: Document, context: Context) -> Iterator[Article]:
    reads = copydesk.read_all if may_hold_several(document.body) else _read_one
    yield from reads(
        document.body,
        url=document.url,
        media_type=document.media_type,
        zone=context.args.zone,
        language=context.args.language,
    )


def _read_one(
    body: bytes, *, url: str | None, media_type: str | None, zone: str | None, language: str | None
) -> Iterator[Article]:
    yield copydesk.read(body, url=url, media_type=media_type, zone=zone, language=language)


def _show(article: Article, context: Context) -> None:
    if context.as_json:
        show_json(article)
    elif context.args.ninjs:
        show_json(copydesk.to_ninjs(article))
    elif context.args.markdown:
        print(copydesk.to_markdown(article))
    else:
        print(*article_lines(article, detailed=True), "", sep="\n")
