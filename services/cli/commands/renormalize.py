"""`copydesk renormalize`: articles are read once more by the rules of today."""

import sys
from collections.abc import Iterator

from services.cli.context import OK, WRONG, Context, show_json
from services.cli.printing import clean, plural, table
from services.cli.reach import reach_desk
from services.desk.rehearsal import Rehearsal, Rehearsed
from services.desk.renewal import Plan, Renewal, Renewed
from services.index.renewal import Chosen
from services.index.search import Index
from services.web.wanted import read_since
from shared.work.celery_app import open_ledger


def renormalize(context: Context) -> int:
    """Read them through the stages of the desk, behind its live work; with --dry-run tell what would be another.

    Exit code 1 when articles could not be read again.
    """
    settings = reach_desk(context)
    renewal = Renewal(settings, open_ledger(settings), Index(settings.index_file))
    plan = _plan(context)
    if not context.args.yes:
        rehearsed = Rehearsal(settings, renewal.rules).run(renewal.candidates(plan))
        if context.as_json:
            show_json(rehearsed)
        else:
            print(*map(clean, _rehearsed_lines(rehearsed)), sep="\n")
        return OK
    done = renewal.run(plan, _progress if sys.stderr.isatty() else lambda renewed: None)
    if context.as_json:
        show_json(done)
    else:
        print(*_renewed_lines(done), sep="\n")
    return WRONG if done.failed else OK


def _plan(context: Context) -> Plan:
    args = context.args
    chosen = Chosen(
        source=args.source or "*",
        since_us=read_since(args.since) if args.since else 0,
        until_us=read_since(args.until, "until") if args.until else 1 << 62,
    )
    return Plan(chosen=chosen, rules=args.rules or "", limit=args.limit)


def _progress(done: Renewed) -> None:
    print(f"\r{done.entered:,} entered, {done.changed:,} changed", end="", file=sys.stderr, flush=True)


def _renewed_lines(done: Renewed) -> Iterator[str]:
    if not done.entered and not done.before:
        yield f"Every article that was asked for was read by the rules of today ({done.rules})."
        return
    yield f"{plural(done.entered, 'article')} read again by the rules {done.rules}: {done.changed:,} are others now,"
    yield f"{done.same:,} say the same, {done.overtaken:,} had a later word meanwhile."
    if done.before:
        yield f"{plural(done.before, 'article')} had been read by these rules in an earlier run."
    if done.lacking:
        yield f"Of {plural(done.lacking, 'article')} the archive has no input any more."
    if done.failed:
        yield f"{plural(done.failed, 'article')} could not be read: `copydesk refused list` and `dead list` say why."
        yield "They stand as they were."


def _rehearsed_lines(found: Rehearsed) -> Iterator[str]:
    yield f"{plural(found.read, 'article')} read by the rules {found.rules}, nothing entered:"
    yield f"{found.changed:,} would be others, {found.same:,} would say the same."
    if found.lacking:
        yield f"Of {plural(found.lacking, 'article')} the archive has no input any more."
    if found.lost:
        yield f"{plural(found.lost, 'article')} would be read as none, and stand as they are:"
        yield from (f"  {one.article} {one.before}: {one.after}" for one in found.lost_examples)
    if found.fields:
        rows = [("FIELD", "ARTICLES", "ID", "FROM", "TO")]
        for field in found.fields:
            for number, example in enumerate(field.examples):
                head = (field.field, f"{field.articles:,}") if number == 0 else ("", "")
                rows.append((*head, example.article, example.before, example.after))
        yield from table(rows, right=frozenset({1}))
