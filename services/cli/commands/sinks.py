"""`copydesk sinks`: where articles are handed on to, how far that is, and what did not go."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

import msgspec

from services.cli.context import OK, WRONG, Context, show_json, warn
from services.cli.printing import ago, clean, plural, table
from services.cli.reach import reach_desk
from services.index.changes import changes_between, deliveries_of
from services.index.outbox.outbox import Logged, Outbox, Waiting, outbox_file
from services.index.outbox.source_filter import SourceFilter
from services.index.search import Index
from services.web.keys import open_keys
from services.web.names import Names
from services.web.wanted import read_since
from shared.clock import END_OF_TIME, now_us
from shared.errors import PermanentError, TransientError
from shared.ledger import keys
from shared.ledger.connection import connect, redis_errors
from shared.ledger.sinks import SinkStanding, read_standings
from shared.settings import Settings, without_password

AT_ONCE = 200


def list_sinks(context: Context) -> int:
    """Every sink that is set. Exit code 1 when one rests, or will not take something, or nobody delivers."""
    settings, now = context.settings, now_us()
    told = _told(context)
    rows = [_row(name, settings, told, now) for name in settings.sinks]
    if context.as_json:
        show_json({"sinks": rows})
    elif rows:
        heads = ("SINK", "STATE", "BEHIND", "WAITING", "DEAD", "LAST", "ADDRESS")
        shown = [tuple(str(row[head.lower()]) for head in heads) for row in rows]
        print(*table([heads, *shown], right=frozenset({2, 3, 4})), sep="\n")
    else:
        print("Articles are handed on to nobody: the setting sinks names no place (docs/sinks.md).")
    return WRONG if any(row["state"] != "open" or row["dead"] for row in rows) else OK


def log_deliveries(context: Context) -> int:
    """What was delivered, and what was tried, the newest first; of one article, or of all."""
    limit, article = context.args.limit, context.args.article
    if article:
        (article,) = _articles_of(context.settings, Index(context.settings.index_file), [article])
    logged = {name: outbox.log(article, limit) for name, outbox in _outboxes(context)}
    if context.as_json:
        show_json({"deliveries": [{"sink": name} | _plain(line) for name, lines in logged.items() for line in lines]})
        return OK
    now = now_us()
    lines = sorted(((name, line) for name, found in logged.items() for line in found), key=lambda row: -row[1].at_us)
    heads = ("SINK", "ARTICLE", "WHAT", "ENDING", "TRY", "WHEN", "NOTE")
    print(*table([heads, *(_log_row(name, one, now) for name, one in lines[:limit])]), sep="\n")
    return OK


def dead_deliveries(context: Context) -> int:
    """What a sink will never take by itself, and why."""
    dead = {name: outbox.dead(context.args.limit) for name, outbox in _outboxes(context)}
    if context.as_json:
        show_json({"dead": [{"sink": name} | _plain(one) for name, found in dead.items() for one in found]})
        return OK
    now = now_us()
    rows = [
        (name, one.article, str(one.attempts), ago(one.since_us, now), clean(one.error))
        for name, found in dead.items()
        for one in found
    ]
    print(*table([("SINK", "ARTICLE", "TRIES", "SINCE", "WHY"), *rows]) if rows else ["Nothing is dead."], sep="\n")
    return OK


def replay_deliveries(context: Context) -> int:
    """Deliver once more: named articles, what is dead, or all that was decided in a span."""
    args, index = context.args, Index(context.settings.index_file)
    now = now_us()
    with closing(_outbox(context, args.sink)) as outbox:
        asked = _chosen(context, outbox, index)
        sources = context.settings.sinks[args.sink].sources
        changes = list(_that_go_there(index, SourceFilter(index, sources, outbox.choices()), asked))
        count = outbox.replay(changes, now) if changes else 0
    left_out = len(asked) - count
    if context.as_json:
        show_json({"sink": args.sink, "replayed": count, "leftOut": left_out})
    else:
        print(f"{plural(count, 'change')} will be delivered to {args.sink} once more.")
        if left_out:
            print(f"{plural(left_out, 'change')} will not: of a source that does not go there, or erased since.")
    return OK if count else WRONG


def discard_deliveries(context: Context) -> int:
    """Give up what a sink will not take."""
    named = context.args.articles
    if not named and not context.args.all:
        raise PermanentError("name articles, or give --all")
    wanted = set(_articles_of(context.settings, Index(context.settings.index_file), named))
    with closing(_outbox(context, context.args.sink)) as outbox:
        dead = [one for one in outbox.dead(END_OF_TIME) if context.args.all or one.article in wanted]
        outbox.note(None, (), (), [one.change for one in dead])
    if context.as_json:
        show_json({"sink": context.args.sink, "discarded": len(dead)})
    else:
        print(f"{plural(len(dead), 'article')} will not go to {context.args.sink}; the index keeps what it has.")
    return OK if dead else WRONG


def _chosen(context: Context, outbox: Outbox, index: Index) -> list[tuple[int, str]]:
    named: Sequence[str] = context.args.articles
    if context.args.dead:
        return [(one.change, one.article) for one in outbox.dead(END_OF_TIME)]
    if named:
        articles = _articles_of(context.settings, index, named)
        return [pair for article in articles for pair in changes_between(index, 0, END_OF_TIME, article)]
    if not context.args.since:
        raise PermanentError("name articles, or give --dead, or --since with a moment such as 2d or 2026-11-29")
    until = read_since(context.args.until, "until") or END_OF_TIME
    return changes_between(index, read_since(context.args.since), until)


def _outboxes(context: Context) -> Iterator[tuple[str, Outbox]]:
    """The outbox of the sink that is named, or those of all that were delivered to."""
    named = context.args.sink
    names = [name for name in context.settings.sinks if outbox_file(context.settings, name).exists()]
    for name in names if named is None else [named]:
        with closing(_outbox(context, name)) as outbox:
            yield name, outbox


def _outbox(context: Context, name: str) -> Outbox:
    if name not in context.settings.sinks:
        known = ", ".join(context.settings.sinks) or "none"
        raise PermanentError(f"there is no sink {clean(name)}; those that are set: {known}")
    file = outbox_file(context.settings, name)
    if not file.exists():
        raise PermanentError(f"nothing was delivered to {name} yet: start `copydesk work deliver`")
    return Outbox(file)


def _told(context: Context) -> Mapping[str, SinkStanding]:
    """How the sinks stand, by who delivers to them; nothing while Redis is away."""
    try:
        settings = reach_desk(context)
        client: Any = connect(settings)
        with redis_errors(client):
            return {one.name: one for one in read_standings(client.hvals(keys.SINKS), now_us())}
    except TransientError as error:
        warn(f"{error}; how the sinks stand is not known")
        return {}


def _row(name: str, settings: Settings, told: Mapping[str, SinkStanding], now: int) -> dict[str, object]:
    file = outbox_file(settings, name)
    last = "never"
    if file.exists():
        with closing(Outbox(file)) as outbox:
            logged = outbox.log(limit=1)
        last = ago(logged[0].at_us, now) if logged else "never"
    standing = told.get(name)
    return {
        "sink": name,
        "state": standing.state if standing else "nobody delivers",
        "behind": standing.behind if standing else 0,
        "waiting": standing.waiting if standing else 0,
        "dead": standing.dead if standing else 0,
        "last": last,
        "address": clean(without_password(settings.sinks[name].url)),
    }


def _that_go_there(index: Index, chosen: SourceFilter, changes: Sequence[tuple[int, str]]) -> Iterable[tuple[int, str]]:
    """Those changes that the sink's choice of sources lets through."""
    for start in range(0, len(changes), AT_ONCE):
        some = [change for change, _ in changes[start : start + AT_ONCE]]
        deliveries = deliveries_of(index, some, every=True)
        yield from ((one.change, one.article_id) for one in chosen.wanted(deliveries))


def _articles_of(settings: Settings, index: Index, named: Sequence[str]) -> list[str]:
    """The ids of the articles that these names mean; raises `PermanentError` for a name that means none."""
    names = Names(settings, index, None, open_keys(settings))
    return [_article_of(names, name) for name in named]


def _article_of(names: Names, name: str) -> str:
    stored, _ = names.find(name)
    if stored is None:
        raise PermanentError(f"no article is known as {clean(name)}")
    return stored.article_id


def _log_row(name: str, one: Logged, now: int) -> tuple[str, ...]:
    return (name, one.article, one.kind, one.ending, str(one.attempt), ago(one.at_us, now), clean(one.note))


def _plain(one: Logged | Waiting) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(one)
    return plain
