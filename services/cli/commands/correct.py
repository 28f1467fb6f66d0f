"""`copydesk correct`: put other words in an article's place, whoever sent it."""

from pathlib import Path

from services.cli.articles import DeskActs
from services.cli.context import OK, WRONG, Context, show_json, standard_input, warn
from services.ingest import desk_acts
from services.ingest.drop_files import MEDIA_TYPES
from shared.envelope import DESK, Input
from shared.errors import InputRefused


def correct(context: Context) -> int:
    """Take the file in as the article's next revision. Exit code 1 when nobody knows the article."""
    name, reason = context.args.name, context.args.because
    given = _read(context)
    with DeskActs(context) as acts:
        articles = acts.find(name)
        if not articles:
            warn(f"nobody knows {name}: it is no id, receipt or address of an article here, and no path of a drop")
            return WRONG
        receipt = desk_acts.correct(acts.intake, acts.decisions, articles[0], given, reason)
    if context.as_json:
        show_json(receipt)
    else:
        print(f"{name}: {receipt.state}. Receipt {receipt.receipt}, article {receipt.article}")
    return OK


def _read(context: Context) -> Input:
    args, most = context.args, context.settings.max_input_bytes
    if args.file == "-":
        body = standard_input().read(most + 1)
    else:
        with Path(args.file).open("rb") as file:
            body = file.read(most + 1)
    if len(body) > most:
        raise InputRefused(f"{args.file} has more than {most} bytes (max_input_bytes)")
    media_type = args.media_type or MEDIA_TYPES.get(Path(args.file).suffix.lower(), "text/plain")
    return Input(source=DESK, media_type=media_type, body=body, name=Path(args.file).name)
