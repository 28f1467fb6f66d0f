"""`copydesk verify`: nothing is missing and nothing is damaged, or what is, and what to do about it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from services.cli.context import OK, WRONG, Context, show_json
from services.cli.printing import clean, plural, size
from services.cli.reach import reach_desk, refuse_no_data
from services.desk.backup.checking import Checked, check_backup
from services.desk.backup.store import Store
from services.desk.inspection import Difference
from services.desk.verification import Verified
from services.desk.verification import verify as verify_desk
from shared.clock import from_us
from shared.errors import NewerData, TransientError
from shared.ledger.connection import connect
from shared.ledger.reader import LedgerReader


def verify(context: Context) -> int:
    """Look at everything. Exit code 1 when something is not as it should be; each difference is named."""
    if context.args.folder:
        checked = check_backup(Store(Path(context.args.folder)), context.args.at)
        return _told(context, checked, checked.differences, _backup_lines(checked))
    refuse_no_data(context.data_dir)
    verified = verify_desk(context.settings, *_ledger(context))
    return _told(context, verified, verified.differences, _desk_lines(verified))


def _ledger(context: Context) -> tuple[LedgerReader | None, str | None]:
    """The ledger, or why it cannot be asked."""
    try:
        ledger = LedgerReader(connect(reach_desk(context)))
        ledger.balance()
        return ledger, None
    except NewerData:
        raise
    except TransientError as error:
        return None, str(error)


def _told(context: Context, found: object, differences: Sequence[Difference], lines: Iterator[str]) -> int:
    if context.as_json:
        show_json(found)
    else:
        for line in lines:
            print(clean(line))
        for one in differences:
            print(clean(f"{one.where} {one.what}: {one.do}."))
    return WRONG if differences else OK


def _desk_lines(found: Verified) -> Iterator[str]:
    yield f"{plural(found.inputs, 'input')} in {plural(found.segments, 'segment')} of the archive, {size(found.bytes)}."
    if found.articles is not None and found.receipts is not None:
        yield f"{plural(found.articles, 'article')} in the index, which decided on {plural(found.receipts, 'input')}."
    if found.unasked is not None:
        yield f"The ledger was not asked: {found.unasked}."
        yield f"{plural(found.forgotten, 'input')} may wait there, or ended at the door."
    elif found.forgotten:
        yield f"{plural(found.forgotten, 'input')} ended at the door or were refused; receipts are kept no longer."
    yield from found.notes
    yield from _verdict(found.differences)


def _backup_lines(found: Checked) -> Iterator[str]:
    made = from_us(found.made_us).astimezone()
    yield f"Backup {found.name}, made {made:%Y-%m-%d %H:%M:%S %z} on {found.host} by release {found.release}:"
    articles = "no index" if found.articles is None else plural(found.articles, "article")
    yield f"{plural(found.files, 'file')}, {size(found.bytes)}; {plural(found.inputs, 'input')}, {articles}."
    yield from found.notes
    yield from _verdict(found.differences)


def _verdict(differences: Sequence[Difference]) -> Iterator[str]:
    yield f"{plural(len(differences), 'difference')}:" if differences else "All of it is whole."
