"""`copydesk status`: what stands where."""

from collections.abc import Iterator, Sequence

import msgspec

from services.cli.arguments import DELIVERER
from services.cli.context import OK, UNUSABLE, WRONG, Context, show_json
from services.cli.printing import ago, clean, table
from services.cli.reach import reach_desk
from services.cli.triage import print_triage
from services.index.rhythm import LastHour, last_hour
from services.index.search import Index
from services.ingest.drop_problems import DropProblem
from shared.clock import now_us
from shared.errors import TransientError
from shared.ledger import keys
from shared.ledger.connection import connect_to_look, redis_errors
from shared.ledger.overview import Overview, Watchman, redis_away
from shared.ledger.reader import STAGES, Balance, LedgerReader, Status
from shared.ledger.room import Room
from shared.ledger.troubles import Trouble, Worker

MIB = 1024 * 1024
MOST_PROBLEMS = 10


def status(context: Context) -> int:
    """The desk at this moment. Exit code 0 when all is well, 1 with a trouble, 2 when Redis is away."""
    settings = reach_desk(context)
    reader = LedgerReader(connect_to_look(settings))
    try:
        overview = Watchman(reader, settings, check_room=Room(reader, settings).check).look()
    except TransientError as error:
        if not context.as_json:
            raise
        show_json({"state": "down", "troubles": [redis_away(error, now_us())]})
        return UNUSABLE
    problems, now = drop_problems(reader), now_us()
    hour = last_hour(Index(settings.index_file), now)
    if context.as_json:
        show_json(overview.as_told() | {"dropProblems": problems, "lastHour": hour})
    else:
        pace = pace_lines(overview, hour)
        workers = worker_lines(overview.workers, now)
        print(*status_lines(overview.status, now), *pace, *workers, *trouble_lines(overview.troubles, now), sep="\n")
        print(*problem_lines(problems), sep="\n", end="\n" if problems else "")
        print_triage(overview.triage)
    return WRONG if overview.troubles else OK


def worker_lines(workers: Sequence[Worker], now: int) -> Iterator[str]:
    """The processes of the desk, each by the name that `copydesk tail --worker` takes."""
    if not workers:
        return
    rows = [("PROCESS", "WORKER", "UP", "TAKEN", "FAILED")]
    rows += [
        (one.name, clean(f"{one.host}:{one.boot}"), ago(one.since, now), *_counts(one))
        for one in sorted(workers, key=lambda worker: (worker.name, worker.host))
    ]
    yield ""
    yield from table(rows, right=frozenset({3, 4}))
    yield ""


def _counts(worker: Worker) -> tuple[str, str]:
    """What it took up, and failed; of a process that works on no article, nothing."""
    return (str(worker.taken), str(worker.failed)) if worker.name in (*STAGES, DELIVERER) else ("-", "-")


def trouble_lines(troubles: Sequence[Trouble], now: int) -> Iterator[str]:
    """Each trouble: its code, since when, what is wrong, and below it what to do."""
    for trouble in troubles:
        yield f"TROUBLE {trouble.code} (for {ago(trouble.since, now)}): {clean(trouble.what)}"
        yield f"  -> {trouble.do}"


def drop_problems(reader: LedgerReader) -> list[DropProblem]:
    """Files that the watcher found in the drop folder and did not take, the oldest first."""
    with redis_errors(reader.client):
        rows = reader.client.hvals(keys.DROPS_PROBLEMS)
    return sorted((msgspec.json.decode(row, type=DropProblem) for row in rows), key=lambda problem: problem.at_us)


def problem_lines(problems: Sequence[DropProblem]) -> Iterator[str]:
    """One line for each file that is not taken, and why."""
    for problem in problems[:MOST_PROBLEMS]:
        named = problem.reason if problem.path in problem.reason else f"{problem.path}: {problem.reason}"
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
    yield ""
    balance = status.balance
    yield f"{balance.accepted} accepted: {', '.join(_parts(balance))}"
    share = f" of {status.redis_max_bytes // MIB} MiB" if status.redis_max_bytes else ""
    yield f"Redis uses {status.redis_bytes / MIB:.1f} MiB{share}."


def pace_lines(overview: Overview, hour: LastHour) -> Iterator[str]:
    """Is the queue growing, and how long does an article take."""
    backlog = overview.backlog
    then = ((backlog.ten_minutes_ago, "ten minutes ago"), (backlog.an_hour_ago, "an hour ago"))
    before = "".join(f", {count} {when}" for count, when in then if count is not None)
    yield f"In flight: {overview.status.balance.in_flight} now{before}."
    if hour.settled:
        took = f"half within {hour.median_seconds:.2f} s, 95 % within {hour.p95_seconds:.2f} s of their receipt"
        yield f"Last hour: {hour.settled} came to the index, {took}."


def _parts(balance: Balance) -> Iterator[str]:
    terms = msgspec.structs.asdict(balance)
    for name, count in terms.items():
        if name not in ("accepted", "difference") and (count or name in ("indexed", "in_flight")):
            yield f"{count} {name.replace('_', ' ')}"
