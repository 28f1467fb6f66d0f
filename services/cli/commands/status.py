"""`copydesk status`: what stands where."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from services.cli.context import OK, WRONG, Context, show_json
from services.cli.printing import ago, clean, plural, table
from services.ingest.drops import DropProblem
from shared.clock import now_us
from shared.ledger import keys
from shared.ledger.connection import connect, redis_errors
from shared.ledger.reader import Balance, LedgerReader, Status

MIB = 1024 * 1024
MOST_PROBLEMS = 10


def status(context: Context) -> int:
    """The desk at this moment. Exit code 1 when articles are dead or the balance is off."""
    settings = context.reached()
    lines = LedgerReader(connect(settings))
    found, problems = lines.status(), drop_problems(lines, Path(settings.seeds_dir))
    strays = _count_strays(lines)
    if context.as_json:
        show_json(msgspec.to_builtins(found) | {"dropProblems": problems, "strays": strays})
    else:
        print(*status_lines(found, now_us()), *_stray_lines(strays), *problem_lines(problems), sep="\n")
    return OK if found.balance.dead == 0 and found.balance.difference == 0 else WRONG


def _count_strays(lines: LedgerReader) -> int:
    with redis_errors(lines.client):
        return int(lines.client.llen(keys.STRAYS))


def _stray_lines(count: int) -> Iterator[str]:
    if count:
        yield f"{plural(count, 'message')} could not be read: `copydesk dead strays` lists them."


def drop_problems(lines: LedgerReader, folder: Path) -> list[DropProblem]:
    """Files that lie in the drop folder and are not taken, the oldest first."""
    with redis_errors(lines.client):
        rows = lines.client.hgetall(keys.DROPS_PROBLEMS)
    there = [row for name, row in rows.items() if os.path.lexists(folder / os.fsdecode(name))]
    return sorted((msgspec.json.decode(row, type=DropProblem) for row in there), key=lambda one: one.at_us)


def problem_lines(problems: Sequence[DropProblem]) -> Iterator[str]:
    """One line for each file that is not taken, and why."""
    for one in problems[:MOST_PROBLEMS]:
        named = one.reason if one.path in one.reason else f"{one.path}: {one.reason}"
        yield f"Not taken: {clean(named)}"
    if len(problems) > MOST_PROBLEMS:
        yield f"... and {len(problems) - MOST_PROBLEMS} more files (`copydesk status --json` names all)"


def status_lines(status: Status, now: int) -> Iterator[str]:
    """A table of the stages, then what came of all inputs."""
    rows = [("STAGE", "QUEUED", "WORKING", "RETRYING", "HELD", "OLDEST", "")]
    for name, stage in status.stages.items():
        counts = (stage.queued, stage.working, stage.retrying, stage.held)
        oldest = "-" if stage.oldest_us is None else ago(stage.oldest_us, now)
        rows.append((name, *map(str, counts), oldest, "paused" if stage.paused else ""))  # type: ignore[arg-type]
    yield from table(rows, right=frozenset({1, 2, 3, 4, 5}))
    for name, stage in status.stages.items():
        if stage.paused:
            yield f"{name} is paused after a burst of deaths: mend the cause, then `copydesk resume {name}`."
    yield ""
    whole = status.balance
    yield f"{whole.accepted} accepted: {', '.join(_parts(whole))}"
    if whole.difference:
        yield f"The balance is off by {whole.difference}: `copydesk recover` enters again what the archive holds."
    if whole.dead:
        yield "`copydesk dead list` says why articles died; `copydesk dead replay` sends them through again."
    share = f" of {status.redis_max_bytes // MIB} MiB" if status.redis_max_bytes else ""
    yield f"Redis uses {status.redis_bytes / MIB:.1f} MiB{share}."


def _parts(balance: Balance) -> Iterator[str]:
    terms = msgspec.structs.asdict(balance)
    for name, count in terms.items():
        if name not in ("accepted", "difference") and (count or name in ("indexed", "in_flight")):
            yield f"{count} {name.replace('_', ' ')}"
