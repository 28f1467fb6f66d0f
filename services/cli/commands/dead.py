"""`copydesk dead`: what no further try will help, and the two things a person can do about it."""

import argparse
import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path

import msgspec

from services.cli.auditing import person
from services.cli.context import OK, UNUSABLE, WRONG, Context, show_json, standard_input, warn
from services.cli.printing import ago, brief, clean, plural, row, table, timeline_lines
from services.cli.reach import reach_desk
from services.cli.standing import origin_rows
from services.cli.triage import print_triage, triaged_causes
from services.ingest import decisions
from services.ingest.intake import Intake, open_archive, open_decisions
from services.web.triage_desk import UNTIL
from shared.clock import now_us
from shared.envelope import source_of
from shared.errors import CopydeskError, InputRefused, NewerData, PermanentError
from shared.ledger import keys
from shared.ledger.calls import Ledger
from shared.ledger.causes import cause_key
from shared.ledger.connection import connect_to_look, redis_errors
from shared.ledger.lookup import find_status
from shared.ledger.reader import Ended, InputStatus, LedgerReader
from shared.ledger.triage import Triage, TriageBook, Triaged, open_triage
from shared.settings import Settings
from shared.source_filter import takes_source
from shared.work.celery_app import open_ledger

PAGE = 500
PREVIEW = 600
LONGEST_NOTE = 70
BACK = "came back after replay: "


class Stray(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A message that no worker could read: since when (µs), from which queue, why, and its beginning as it came."""

    at_us: int
    queue: str
    reason: str
    message: str


def list_dead(context: Context) -> int:
    """The dead, the latest first."""
    reader = LedgerReader(connect_to_look(reach_desk(context)))
    if astray := reader.strays():
        warn(f"{plural(len(astray), 'message')} could not be read: `copydesk dead strays` lists them")
    dead, book = reader.dead(context.args.limit, context.args.offset), open_triage(context.settings, reader)
    triaged: Sequence[Triaged] = ()
    try:
        dead, triaged = _marked(dead, book.all()), book.triaged(now_us())
    except (PermanentError, NewerData) as error:  # the dead are told all the same
        warn(clean(str(error)))
    print_ended(context, dead, "No article is dead.")
    if not context.as_json:
        print_triage(triaged)
    return OK


def _marked(dead: Sequence[Ended], decided: Mapping[str, Triage]) -> list[Ended]:
    """The dead, each marked that came back: after its own replay, or after one of others that died of the same."""
    replayed = {key: one.replayed_us for key, one in decided.items()}
    since = [replayed.get(cause_key(one.stage, one.reason, one.note), 0) for one in dead]
    return [
        msgspec.structs.replace(one, came_back=one.came_back or 0 < at < one.at_us)
        for one, at in zip(dead, since, strict=True)
    ]


def mute_dead(context: Context) -> int:
    """Say nothing of what an article died of, until a time or until more die of it."""
    args, book = context.args, _book(context)
    span = UNTIL[args.until]
    until_us = None if span is None else now_us() + span
    return _tell_decided(context, book.mute(_full_ref(context), until_us, by=person(), note=args.because))


def unmute_dead(context: Context) -> int:
    """Speak again of what an article died of."""
    return _tell_decided(context, _book(context).unmute(_full_ref(context), by=person(), note=context.args.because))


def assign_dead(context: Context) -> int:
    """Let somebody look after what an article died of."""
    args = context.args
    assignee = "" if args.to == "-" else args.to
    return _tell_decided(context, _book(context).assign(_full_ref(context), assignee, by=person(), note=args.because))


def _book(context: Context) -> TriageBook:
    settings = reach_desk(context)
    return open_triage(settings, LedgerReader(connect_to_look(settings)))


def _full_ref(context: Context) -> str:
    ref: str = context.args.name
    reader = LedgerReader(connect_to_look(reach_desk(context)))
    return ref if "@" in ref else reader.latest(ref) or f"{ref}@0"


def _tell_decided(context: Context, decided: Triage | None) -> int:
    if decided is None:
        warn(clean(f"{context.args.name} is not dead: nothing was decided"))
        return WRONG
    if context.as_json:
        show_json(decided)
    else:
        settings = reach_desk(context)
        told = triaged_causes(settings, LedgerReader(connect_to_look(settings)))
        print_triage([one for one in told if one.triage.key == decided.key])
    return OK


def print_ended(context: Context, inputs: Sequence[Ended], none: str) -> None:
    """Inputs that came to an end without an article: which, where they came from, and why."""
    if context.as_json:
        show_json(inputs)
    elif not inputs:
        print(none)
    else:
        now = now_us()
        rows = [("ID", "STAGE", "REASON", "AGE", "FROM", "WHY")]
        rows += [
            (
                item.ref, item.stage, item.reason, ago(item.at_us, now),
                item.origin(), f"{BACK if item.came_back else ''}{item.note}",
            )
            for item in inputs
        ]  # fmt: skip
        print(*table(rows), sep="\n")


def strays(context: Context) -> int:
    """Messages that no worker could read, the latest first; with --clear they are shown a last time."""
    client = LedgerReader(connect_to_look(reach_desk(context))).client
    with redis_errors(client), client.pipeline(transaction=True) as pipe:
        pipe.lrange(keys.STRAYS, 0, -1)
        if context.args.clear:
            pipe.delete(keys.STRAYS)
        messages = [_stray(row.decode("utf-8", "replace")) for row in pipe.execute()[0]]
    if context.as_json:
        show_json(messages)
    elif not messages:
        print("No message strayed.")
    else:
        now = now_us()
        rows = [("AGE", "QUEUE", "REASON", "MESSAGE")]
        rows += [(ago(stray.at_us, now), stray.queue, stray.reason, stray.message) for stray in messages]
        print(*table(rows), sep="\n")
        if context.args.clear:
            print(f"{plural(len(messages), 'message')} cleared.")
    return OK


def _stray(row: str) -> Stray:
    at, queue, reason, message = (*row.split("|", 3), "", "", "")[:4]
    return Stray(at_us=int(at) if at.isdigit() else 0, queue=queue, reason=reason, message=message)


def show_dead(context: Context) -> int:
    """One dead article: why it died, its way, and the beginning of its input."""
    settings = reach_desk(context)
    reader = LedgerReader(connect_to_look(settings))
    line = find_status(reader, context.args.ref)
    if line is None:
        warn(f"nothing is known of {context.args.ref}: `copydesk dead list` shows the ids")
        return WRONG
    ref = f"{line.article}@{line.rev}"
    body = _input(reader, ref, settings)
    if context.args.raw:
        return _print_raw(ref, body)
    if context.as_json:
        show_json(msgspec.to_builtins(line) | {"input": None if body is None else body.decode("utf-8", "replace")})
        return OK
    print(*_dead_lines(line, ref, body), sep="\n")
    return OK


def _print_raw(ref: str, body: bytes | None) -> int:
    if body is None:
        warn(f"the input of {ref} rests in the archive no more")
        return WRONG
    sys.stdout.flush()
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()
    return OK


def edit_dead(context: Context) -> int:
    """Put other words in the place of an input that failed; the audit log tells of it as of the page's."""
    args, settings = context.args, reach_desk(context)
    text = _read_text(args.file, settings.max_input_bytes)
    ledger = open_ledger(settings)
    ref = args.name if "@" in args.name else ledger.latest(args.name) or args.name
    with contextlib.closing(open_archive(settings)) as archive:
        index = import_module("services.index.search").Index(settings.index_file)
        intake = Intake(ledger, archive, settings)
        acts = import_module("services.web.acts").Acts(settings, ledger, index, intake, NoAudit())
        done = acts.edit(ref, text, who=person(), why=args.because)
    if done.done and context.as_json:
        show_json({"edited": ref})
    elif done.done:
        print(f"{ref} goes through again with other words.")
    else:
        warn(f"{ref} is neither dead nor refused: nothing was done")
    return OK if done.done else WRONG


class NoAudit:
    """In place of the audit log for an act of the page: every command that acts is written down by its row."""

    def note(self, **_: str) -> None:
        return None


def _read_text(file: str, most: int) -> str:
    body = standard_input().read(most + 1) if file == "-" else Path(file).read_bytes()[: most + 1]
    if len(body) > most:
        raise InputRefused(f"{file} has more than {most} bytes (max_input_bytes)")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputRefused(f"{file} is no text in UTF-8: send it by `copydesk correct`") from error


def replay_dead(context: Context) -> int:
    """Send dead articles back to the stage where they died."""
    settings = reach_desk(context)
    ledger = open_ledger(settings)
    refs = _chosen(context, ledger)
    if refs is None:
        return UNUSABLE
    if context.args.count:
        return _print_count(context, refs)
    causes = _causes_of(ledger, refs)
    with contextlib.closing(open_decisions(settings)) as archive:
        done = in_pages(refs, lambda page: decisions.replay(ledger, archive, page))
    try:
        open_triage(settings, ledger).note_replayed(causes if any(done) else ())
    except CopydeskError as error:  # what was done stays done
        warn(f"{error}; what dies of it again is not marked")
    return print_outcome(context, refs, done, "replayed", "went back to the queue")


def _causes_of(reader: LedgerReader, refs: Sequence[str]) -> list[InputStatus]:
    """One of the dead for each cause."""
    causes: dict[str, InputStatus] = {}
    for page in _pages_of(refs):
        for line in reader.lines(page):
            if line.state == "dead":
                causes.setdefault(cause_key(line.stage or "", line.reason or "", line.note or ""), line)
    return list(causes.values())


def discard_dead(context: Context) -> int:
    """Give dead articles up; the archive keeps what came in."""
    settings = reach_desk(context)
    ledger = open_ledger(settings)
    refs = _chosen(context, ledger)
    if refs is None:
        return UNUSABLE
    if context.args.count:
        return _print_count(context, refs)
    with contextlib.closing(open_decisions(settings)) as archive:
        done = in_pages(refs, lambda page: decisions.discard(ledger, archive, page, context.args.because))
    return print_outcome(context, refs, done, "discarded", "given up for good")


def _chosen(context: Context, ledger: Ledger) -> list[str] | None:
    args = context.args
    if bool(args.refs) == bool(args.all):
        warn("name the articles (`copydesk dead list` shows their ids), or say --all")
        return None
    if args.refs:
        return [ref if "@" in ref else ledger.latest(ref) or ref for ref in args.refs]
    return [dead.ref for dead in _dead(ledger) if _is_wanted(args, dead)]


def _is_wanted(args: argparse.Namespace, dead: Ended) -> bool:
    is_source = takes_source(args.source or "", source_of(dead.source) if dead.source else "")
    return is_source and args.reason in (None, dead.reason) and args.stage in (None, dead.stage)


def _print_count(context: Context, refs: Sequence[str]) -> int:
    if context.as_json:
        show_json({"count": len(refs)})
    else:
        print(f"{plural(len(refs), 'article')}. Nothing was done yet: leave out --count to do it.")
    return OK


def _dead(reader: LedgerReader) -> Iterator[Ended]:
    offset = 0
    while page := reader.dead(PAGE, offset):
        yield from page
        offset += PAGE


def in_pages(refs: Sequence[str], act: Callable[[Sequence[str]], list[bool]], page: int = PAGE) -> list[bool]:
    """Do it page by page; gives for each whether it was done."""
    return [done for chunk in _pages_of(refs, page) for done in act(chunk)]


def _pages_of(refs: Sequence[str], page: int = PAGE) -> Iterator[Sequence[str]]:
    return (refs[at : at + page] for at in range(0, len(refs), page))


def print_outcome(
    context: Context, refs: Sequence[str], done: Sequence[bool], key: str, words: str, state: str = "dead"
) -> int:
    """How many it was done to, and which of them were not in that state."""
    left = [ref for ref, changed in zip(refs, done, strict=True) if not changed]
    if context.as_json:
        show_json({key: sum(done), f"not{state.title()}": left})
    else:
        print(f"{plural(sum(done), 'article' if state == 'dead' else 'input')} {words}.")
        for ref in left:
            warn(f"{ref} is not {state}: nothing was done")
    return WRONG if left else OK


def _input(reader: LedgerReader, ref: str, settings: Settings) -> bytes | None:
    """The input as it came, from the archive; None when it rests there no more."""
    meta = reader.meta(ref)
    if meta is None or meta.archived is None:
        return None
    try:
        return open_archive(settings).get(meta.archived, limit=settings.max_input_bytes)
    except (PermanentError, NewerData):
        return None


def _dead_lines(line: InputStatus, ref: str, body: bytes | None) -> Iterator[str]:
    yield from row("Id", ref)
    yield from row("Receipt", line.receipt)
    yield from row("State", line.state)
    if line.reason:
        yield from row("Reason", f"{line.reason}: {line.note}" if line.note else line.reason)
    yield from origin_rows(line)
    yield from row("Type", line.media_type or "not known")
    yield from timeline_lines(line.timeline)
    if body is not None:
        yield ""
        yield f"  The input ({len(body)} bytes) begins:"
        for text in body[:PREVIEW].decode("utf-8", "replace").splitlines():
            yield f"    {brief(clean(text), LONGEST_NOTE)}"
