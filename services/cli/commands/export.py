"""`copydesk export`: articles or inputs in a file that others read."""

import os
import sys
from pathlib import Path
from typing import BinaryIO

from services.cli.context import OK, UNUSABLE, WRONG, Context, show_json, warn
from services.cli.printing import plural
from services.desk.exporting import Exported, export_articles, export_inputs
from services.index.renewal import Chosen
from services.index.search import Index
from services.ingest.intake import open_archive
from services.web.wanted import read_since
from shared.whole_file import told_as


def export(context: Context) -> int:
    """Write NDJSON or WARC. Exit code 1 when something that was asked for could not be read."""
    args = context.args
    if args.warc == args.ndjson:
        warn("say what: --ndjson for articles, or --warc for inputs as they came")
        return UNUSABLE
    if args.file == "-":
        return _told(context, _write(context, sys.stdout.buffer), "standard output")
    target = Path(args.file)
    partial = target.with_name(f".{target.name}.part")
    try:
        with told_as(target):
            file = partial.open("xb")
        with file:
            done = _write(context, file)
            file.flush()
            os.fsync(file.fileno())
        with told_as(target):
            partial.replace(target)  # whole, or not there
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return _told(context, done, str(target))


def _write(context: Context, file: BinaryIO) -> Exported:
    args, settings = context.args, context.settings
    chosen = Chosen(
        source=args.source or "*",
        since_us=read_since(args.since) if args.since else 0,
        until_us=read_since(args.until, "until") if args.until else 1 << 62,
    )
    if args.warc:
        return export_inputs(open_archive(settings), chosen, file, zipped=args.file.endswith(".gz"))
    return export_articles(Index(settings.index_file), chosen, file, withdrawn=args.withdrawn)


def _told(context: Context, done: Exported, place: str) -> int:
    for lacking in done.lacking:
        warn(lacking)
    if place == "standard output":
        return WRONG if done.lacking else OK
    if context.as_json:
        show_json(done)
    else:
        print(f"{plural(done.written, 'input' if context.args.warc else 'article')} in {place}.")
    return WRONG if done.lacking else OK
