"""`copydesk demo`: the main job from end to end on this machine: take in what lies in seeds/, show it, stop."""

import contextlib
import os
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from services.cli.commands.search import HOW
from services.cli.commands.status import drop_problems, problem_lines
from services.cli.context import OK, WRONG, Context, show_json, warn
from services.cli.main import main
from services.cli.printing import BOLD, article_lines, clean, plural, row, rule, styled, timeline_lines
from services.desk.data_folder import find_desk, reach
from services.desk.processes import run_desk
from services.index.folding import strip_strokes
from services.index.hits import Results
from services.index.search import Index, Stored
from services.ingest.drop_files import DropNames, list_names, read_mark
from services.ingest.drop_memory import is_taken
from services.ingest.drop_problems import DropProblem
from shared.clock import now_us
from shared.errors import PermanentError
from shared.ledger import keys
from shared.ledger.connection import connect, redis_errors
from shared.ledger.reader import Ended, LedgerReader, Status
from shared.settings import Settings, without_password

DEADLINE_S = 60.0
POLL_S = 0.02
LOOKED_THROUGH, MOST_SHOWN = 200, 10
QUERY_WORDS = 4
CLEAR_LINE = "\r\x1b[K"

Tick = Callable[[float], bool]


class DemoStuck(PermanentError):
    """The articles did not come through in time."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What the demo found out, before it is printed."""

    status: Status
    dead: tuple[Ended, ...]
    refused: tuple[Ended, ...]
    problems: tuple[DropProblem, ...]
    articles: tuple[Stored, ...]
    searches: tuple[tuple[str, Results], ...]


def demo(context: Context) -> int:
    """Take in, wait, show, stop. Exit code 1 when an article died or is not found again."""
    begun = now_us()
    names = list(list_names(Path(context.settings.seeds_dir), DropNames(context.settings.drops_ignore)))
    if not names:
        warn(f"nothing lies in {context.settings.seeds_dir}/: put an article there (.txt, .html, .json, .xml)")
        return WRONG
    with _desk(context) as (settings, tick):
        status = _wait(LedgerReader(connect(settings)), settings, names, tick)
        if status is None:
            warn("stopped before the articles were through")
            return WRONG
        shown = _look(settings, status, begun)
        if context.as_json:
            show_json(_as_json(shown, settings))
        else:
            print(*_lines(context, shown, settings), sep="\n", flush=True)
    if not context.as_json:
        print(f"The whole desk stays up with: {context.hint('up')}")
    return _judge(shown)


@contextlib.contextmanager
def _desk(context: Context) -> Iterator[tuple[Settings, Tick]]:
    """The desk that is up on the data folder, else one of our own for as long as the demo takes."""
    desk = find_desk(context.data_dir)
    if desk is not None:
        _say(context, f"A desk is up on {context.settings.data_dir}/ (process {desk.pid}): the demo uses it.")
        yield reach(context.loaded), _sleep
        return
    embedded = context.loaded.origins["redis_url"] == "default"
    _say(context, f"Starting {'Valkey, ' if embedded else ''}three Celery workers and the watcher ...")
    with run_desk(context.loaded, context.flags, main, tell=warn) as processes:

        def tick(timeout: float) -> bool:
            processes.tick(timeout)
            return not processes.stopping

        yield processes.settings, tick


def _sleep(timeout: float) -> bool:
    time.sleep(timeout)
    return True


def _wait(reader: LedgerReader, settings: Settings, names: Sequence[str], tick: Tick) -> Status | None:
    """Until every file is taken and nothing is in flight; None when somebody asked to stop."""
    deadline, progress = time.monotonic() + DEADLINE_S, Progress()
    while True:
        left = _not_taken(reader, settings, names)
        status = reader.status()  # after the look at the files: what is taken in between must not be missed here
        waiting = {name: s.queued + s.working + s.retrying for name, s in status.stages.items()}
        stages = "".join(f"  {name} {count}" for name, count in waiting.items())
        taken = f"{len(names) - left} of {plural(len(names), 'file')} taken"
        progress.tell(f"  {taken}{stages}  indexed {status.balance.indexed}")
        if left == 0 and not any(waiting.values()):
            progress.tell("")
            return status
        if time.monotonic() > deadline:
            raise DemoStuck(_why_stuck(settings, left, waiting))
        if not tick(POLL_S):
            return None


def _not_taken(reader: LedgerReader, settings: Settings, names: Sequence[str]) -> int:
    with redis_errors(reader.client):
        rows = reader.client.hmget(keys.DROPS_TAKEN, [os.fsencode(name) for name in names])
    return sum(
        not is_taken(row, read_mark(Path(settings.seeds_dir, name))) for name, row in zip(names, rows, strict=True)
    )


def _why_stuck(settings: Settings, left: int, waiting: dict[str, int]) -> str:
    parts = [f"{plural(left, 'file')} not taken"] if left else []
    parts += [f"{plural(count, 'article')} waiting in {stage}" for stage, count in waiting.items() if count]
    return (
        f"after {DEADLINE_S:.0f} s there are still {' and '.join(parts)}: the logs in {settings.data_dir}/log tell why"
    )


class Progress:
    """One line that renews itself at a terminal; nothing in a file."""

    def __init__(self) -> None:
        self._told = "" if sys.stderr.isatty() else None

    def tell(self, line: str) -> None:
        """Say it unless it is what was said last."""
        if self._told is not None and line != self._told:
            self._told = line
            print(f"{CLEAR_LINE}{line}", end="", file=sys.stderr, flush=True)


def _look(settings: Settings, status: Status, begun: int) -> Shown:
    index = Index(settings.index_file)
    recent = [index.get(hit.article_id) for hit in index.recent(LOOKED_THROUGH)]
    articles = tuple(item for item in recent if item is not None and item.source.kind == "drop")[:MOST_SHOWN]
    reader = LedgerReader(connect(settings))
    dead = tuple(item for item in reader.dead() if item.at_us >= begun)
    refused = tuple(item for item in reader.refused() if item.at_us >= begun)
    queries = _queries(articles)
    return Shown(
        status=status,
        dead=dead,
        refused=refused,
        problems=tuple(drop_problems(reader)),
        articles=articles,
        searches=tuple((query, index.search(query)) for query in queries),
    )


def _queries(articles: Sequence[Stored]) -> list[str]:
    """The end of a headline that has marks on its letters, as it is written and as it is typed in a hurry."""
    for stored in sorted(articles, key=lambda one: one.received_us):  # whichever was read first
        words = "".join(char if char.isalnum() else " " for char in stored.article.headline or "").split()
        written = " ".join(words[-QUERY_WORDS:])
        if _typed_plain(written) != written:
            return [written, _typed_plain(written)]
    return []


def _typed_plain(text: str) -> str:
    """`Đảng viên` as one types it without Vietnamese letters: `Dang vien`."""
    apart = unicodedata.normalize("NFD", strip_strokes(text))
    return "".join(char for char in apart if not unicodedata.combining(char))


def _lines(context: Context, shown: Shown, settings: Settings) -> Iterator[str]:
    yield f"{plural(len(shown.articles), 'article')} came out of the drops:"
    for stored in reversed(shown.articles):
        yield rule()
        yield from article_lines(stored.article)
        yield from row("Id", stored.article_id)
        yield from timeline_lines(stored.timeline)
        yield ""
    yield rule()
    yield from problem_lines(shown.problems)
    for refused in shown.refused:
        yield f"Refused: {clean(refused.origin())}: {clean(refused.note)}"
    for dead in shown.dead:
        yield f"DIED in {dead.stage}: {clean(dead.note or dead.reason)} ({dead.ref}; `copydesk dead show {dead.ref}`)"
    if shown.searches:
        yield ""
        yield styled("Found again, typed with and without Vietnamese diacritics", BOLD)
        for query, results in shown.searches:
            yield ""
            yield "  " + context.hint(f'search "{query}"')
            first = f": {results.hits[0].headline}" if results.hits else ""
            yield from row("", f"{results.total} found{HOW[results.matched]}{first}")
    yield ""
    yield from _summary(shown, settings)


def _summary(shown: Shown, settings: Settings) -> Iterator[str]:
    balance = shown.status.balance
    done = plural(balance.accepted, "input")
    yield styled("Kept", BOLD)
    yield ""
    yield from row("Inputs", f"{settings.archive_dir}/ holds {done} as they came")
    yield from row(
        "Articles", f"{settings.index_file} holds {plural(Index(settings.index_file).count(), 'article')}, searchable"
    )
    embedded = settings.redis_url.startswith("unix:")
    redis = f"{settings.data_dir}/redis/" if embedded else f"Redis at {without_password(settings.redis_url)}"
    yield from row("Ledger", f"{redis} knows of {balance.in_flight} in flight, {balance.dead} dead")
    yield from row("Logs", f"{settings.data_dir}/log/")
    yield ""


def _as_json(shown: Shown, settings: Settings) -> dict[str, object]:
    return {
        "articles": shown.articles,
        "searches": [{"q": query, "results": results} for query, results in shown.searches],
        "dead": shown.dead,
        "refused": shown.refused,
        "dropProblems": shown.problems,
        "balance": shown.status.balance,
        "archive": settings.archive_dir,
        "index": str(settings.index_file),
    }


def _judge(shown: Shown) -> int:
    if shown.dead:
        warn(f"{plural(len(shown.dead), 'article')} died: `copydesk dead list` says why")
        return WRONG
    if shown.refused:
        warn(f"{plural(len(shown.refused), 'input')} refused: `copydesk refused list` says why")
        return WRONG
    if not shown.articles:
        warn("no article came out of the files: `copydesk status` and the logs tell more")
        return WRONG
    lost = [query for query, results in shown.searches if not results.hits]
    for query in lost:
        warn(f"the search for {query!r} finds nothing")
    return WRONG if lost else OK


def _say(context: Context, text: str) -> None:
    if not context.as_json:
        print(text, flush=True)
