"""`copydesk sources`: what is set for a source, what other settings would change, saving them, reading anew."""

import contextlib
import shlex
from collections.abc import Iterator

import msgspec

from services.cli.auditing import person
from services.cli.context import OK, UNUSABLE, WRONG, Context, show_json, warn
from services.cli.printing import ago, brief, clean, plural, row, table
from services.cli.reach import reach_desk
from services.index.search import Index
from services.ingest.intake import open_archive
from services.web.keys import open_keys
from services.web.source_desk import SourceDesk
from services.web.source_register import Owned, SourceRegister
from services.web.source_trial import FieldChange, Trial
from shared.audit import AuditLog
from shared.clock import now_us
from shared.errors import PermanentError
from shared.hints import FIELDS, NO_HINTS, Hints
from shared.source_book import checked_name
from shared.work.celery_app import open_ledger

LONGEST, LONGEST_VALUE, MOST_SHOWN = 60, 160, 20


def list_sources(context: Context) -> int:
    """Every source that is known, those with settings first."""
    sources = _register(context).all()
    if context.as_json:
        show_json([_as_json(owned) for owned in sources])
    elif not sources:
        print("No sources yet: `copydesk feeds add URL` and `copydesk keys create NAME` make them.")
    else:
        now = now_us()
        rows = [("SOURCE", "ZONE", "LANGUAGE", "HINTS", "VERSION", "CHANGED")]
        rows += [_row(owned, now) for owned in sources]
        print(*table(rows), sep="\n")
    return OK


def show_source(context: Context) -> int:
    """What counts for one source, and where each setting was made."""
    owned = _register(context).get(context.args.name)
    if context.as_json:
        show_json(_as_json(owned))
    else:
        print(*_source_lines(owned), sep="\n")
    return OK


def try_source(context: Context) -> int:
    """Read the last inputs with other settings, in a process that may be ended, and show the difference."""
    name = checked_name(context.args.name)
    with _desk(context) as desk:
        hints = _given(context, desk.register.get(name).hints)
        trial = desk.try_out(name, hints, context.args.last)
        if not (trial.looked_at or trial.left) and not _is_known(desk, name):
            return WRONG
    if context.as_json:
        show_json({"source": name, "hints": hints, "trial": trial})
    else:
        print(*_trial_lines(trial), sep="\n")
    return OK


def set_source(context: Context) -> int:
    """Save settings beside those that there are; a worker sees them with its next article."""
    register = _register(context)
    before = register.get(context.args.name)
    hints = _given(context, before.hints)
    if hints == before.hints:
        warn("that is what is set already: nothing was changed")
        return OK if _is_given(context) else UNUSABLE
    return _saved(context, register, before, hints)


def unset_source(context: Context) -> int:
    """Take settings back, one by one or all."""
    register = _register(context)
    before = register.get(context.args.name)
    names = [name.replace("-", "_") for name in context.args.fields]
    if unknown := [name for name in names if name not in (*FIELDS, "all")]:
        raise PermanentError(f"{unknown[0]!r} is no setting of a source: there are {', '.join(FIELDS)}, or all")
    gone = FIELDS if "all" in names else tuple(names)
    hints = msgspec.structs.replace(before.hints, **{name: getattr(NO_HINTS, name) for name in gone})
    if hints == before.hints:
        warn("none of that is set: nothing was changed")
        return WRONG
    return _saved(context, register, before, hints)


def history_of_source(context: Context) -> int:
    """The versions, the newest first, each with what it changed."""
    history = _register(context).history(context.args.name)
    if context.as_json:
        show_json(history)
    elif not history:
        print("Nothing was ever set for this source.")
    else:
        now = now_us()
        earlier = [*(change.hints for change in history[1:]), NO_HINTS]
        for change, past in zip(history, earlier, strict=True):
            print(f"{change.version}  {ago(change.at_us, now)} ago by {clean(change.who)}" + _because(change.note))
            for name in FIELDS:
                old, new = _said(past, name), _said(change.hints, name)
                if old != new:
                    print(f"    {name}: {clean(old) or '-'} → {clean(new) or '-'}")
    return OK


def replay_source(context: Context) -> int:
    """Read the last inputs once more; without --yes they are counted."""
    name = checked_name(context.args.name)
    with _desk(context) as desk:
        refs = desk.replayable(name, context.args.last)
        if not refs and not _is_known(desk, name):
            return WRONG
        if not context.args.yes:
            return _counted(context, name, len(refs))
        done = desk.replay(refs, who=person(), why=context.args.note)
    if context.as_json:
        show_json({"replayed": done.done, "left": done.left})
    else:
        print(f"{plural(done.done, 'article')} {'goes' if done.done == 1 else 'go'} through normalize once more.")
        for ref in done.left:
            warn(f"{ref} was left as it is: it is on its way already, or rests in the archive no more")
    return WRONG if done.left else OK


def _is_known(desk: SourceDesk, name: str) -> bool:
    """Whether there is such a source; a person who misspelled its name is told so."""
    known = any(owned.name == name for owned in desk.register.all())
    if not known:
        warn(f"no source is called {name}, and no article ever came from it: `copydesk sources list` shows all")
    return known


def _counted(context: Context, name: str, count: int) -> int:
    if context.as_json:
        show_json({"wouldReplay": count})
    else:
        print(f"{plural(count, 'article')} of {clean(name)} can be read once more; say --yes to do it.")
    return OK


def _register(context: Context) -> SourceRegister:
    settings = context.settings
    return SourceRegister(settings, open_keys(settings), AuditLog(settings.audit_folder))


@contextlib.contextmanager
def _desk(context: Context) -> Iterator[SourceDesk]:
    settings = reach_desk(context)
    index, archive = Index(settings.index_file), open_archive(settings)
    audit = AuditLog(settings.audit_folder)
    try:
        yield SourceDesk(settings, open_ledger(settings), index, archive, open_keys(settings), audit)
    finally:
        archive.close()
        index.close()


def _is_given(context: Context) -> bool:
    return any(getattr(context.args, name) is not None for name in FIELDS)


def _given(context: Context, before: Hints) -> Hints:
    """What is set, with what the command line says in its place."""
    said = {name: value for name in FIELDS if (value := getattr(context.args, name)) is not None}
    if "leave_out" in said:
        said["leave_out"] = tuple(dict.fromkeys(selector for selector in said["leave_out"] if selector))
    return msgspec.structs.replace(before, **{name: value or getattr(NO_HINTS, name) for name, value in said.items()})


def _saved(context: Context, register: SourceRegister, before: Owned, hints: Hints) -> int:
    change = register.save(before.name, hints, who=person(), note=context.args.note, after=before.version)
    if context.as_json:
        show_json({"source": before.name, "version": change.version, "hints": change.hints})
    else:
        print(f"{clean(before.name)}: version {change.version} counts from now on.")
        again = context.hint(f"sources replay {shlex.quote(before.name)}")
        print(f"What came before stays as it was read: `{again}` reads it anew.")
    return OK


def _row(owned: Owned, now: int) -> tuple[str, str, str, str, str, str]:
    hints = owned.hints
    set_here = [name for name in FIELDS if getattr(hints, name) and name not in ("zone", "language")]
    return (
        clean(owned.name), hints.zone or owned.zone or "-", hints.language or owned.language or "-",
        ", ".join(set_here) or "-", str(owned.version or "-"), f"{ago(owned.at_us, now)} ago" if owned.at_us else "-",
    )  # fmt: skip


def _source_lines(owned: Owned) -> Iterator[str]:
    yield from row("Source", clean(owned.name))
    for name, made in (("zone", owned.zone), ("language", owned.language)):
        if not getattr(owned.hints, name) and made:
            yield from row(name.title(), f"{made} (as it was added)")
    for name in FIELDS:
        if said := _said(owned.hints, name):
            yield from row(name.replace("_", " ").capitalize(), clean(said))
    if owned.version:
        yield from row("Version", f"{owned.version}, {ago(owned.at_us, now_us())} ago by {clean(owned.who)}")
    else:
        yield from row("Version", "nothing was ever set here")


def _trial_lines(trial: Trial) -> Iterator[str]:
    yield f"{plural(trial.looked_at, 'input')} read, {trial.changed} would change."
    if trial.left:
        yield f"{plural(trial.left, 'input')} could not be read in time."
    for name, count in sorted(trial.fields.items(), key=lambda pair: -pair[1]):
        yield f"  {name}: {count}"
    for name, count in sorted(trial.missed.items(), key=lambda pair: -pair[1]):
        yield f"  {name} finds nothing in {count}"
    changed = [tried for tried in trial.articles if tried.fields]
    for tried in changed[:MOST_SHOWN]:
        yield ""
        yield f"{tried.ref}  {brief(clean(tried.title), LONGEST)}"
        for change in tried.fields:
            yield from _change_lines(change)
    if len(changed) > MOST_SHOWN:
        yield f"… and {len(changed) - MOST_SHOWN} more: --json shows all"


def _change_lines(change: FieldChange) -> Iterator[str]:
    """What goes and what comes; of a long field the lines that differ."""
    before, after = change.before.splitlines(), change.after.splitlines()
    yield f"    {change.field}"
    for sign, lines, others in (("-", before, set(after)), ("+", after, set(before))):
        for line in [line for line in lines if line not in others][:6]:
            yield f"      {sign} {brief(clean(line), LONGEST_VALUE)}"


def _said(hints: Hints, name: str) -> str:
    value = getattr(hints, name)
    return ", ".join(value) if isinstance(value, tuple) else value or ""


def _because(note: str) -> str:
    return f": {clean(note)}" if note else ""


def _as_json(owned: Owned) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(owned)
    return plain | {"zone": owned.hints.zone or owned.zone, "language": owned.hints.language or owned.language}
