"""`copydesk keys`: push keys of publishers."""

import datetime as dt
import os
import re
from importlib import import_module

import msgspec

from services.cli.auditing import person
from services.cli.context import OK, WRONG, Context, show_json, warn
from services.cli.printing import plural, table
from services.web.key_texts import read_scopes
from services.web.keys import Keys, open_keys
from services.web.scopes import PUBLISHER, SCOPES
from services.web.tokens import make_secret
from shared.clock import now
from shared.envelope import Source
from shared.errors import PermanentError
from shared.source_book import SourceBook
from shared.source_settings import check_source

OVER = re.compile(r"-[0-9]+d|0+d")
DAYS = re.compile(r"[1-9][0-9]{0,4}d")


def create_key(context: Context) -> int:
    """Make a key and show it, the only time it is seen."""
    args = context.args
    check_source(zone=args.zone, language=args.language, place=f"key {args.name}")
    secret = make_secret() if args.signed else ""
    key = open_keys(context.settings).create(
        args.name,
        zone=args.zone,
        language=args.language,
        prefixes=args.prefixes,
        scopes=read_scopes(args.scopes or PUBLISHER),
        expires=_read_end(args.expires),
        secret=secret,
    )
    _show_created(context, key, secret)
    # Only now: a file of settings that cannot be read must not keep the key from who made it.
    made = Source(kind="push", name=args.name, zone=args.zone, language=args.language)
    SourceBook(context.settings.sources_file).save_as_made(made, who=person())
    return OK


def _show_created(context: Context, key: str, secret: str) -> None:
    name = context.args.name
    if context.as_json:
        show_json({"name": name, "key": key} | ({"secret": secret} if secret else {}))
    elif os.isatty(1):
        print(f"The key of {name}, shown only now:\n\n  {key}\n")
        if secret:
            print(f"and the secret that signs what it sends:\n\n  {secret}\n")
    else:  # KEY=$(copydesk keys create NAME); with a secret two lines
        print(*filter(None, (key, secret)), sep="\n")


def rotate_secrets(context: Context) -> int:
    """Make a new secret for keys that sign, or let keys sign from now on; the one before stays good beside it."""
    args, secret = context.args, make_secret()
    count = open_keys(context.settings).add_secret(args.name, secret)
    if not count:
        warn(f"no key has the publisher or id {args.name}: see `copydesk keys list`")
        return WRONG
    if context.as_json:
        show_json({"name": args.name, "keys": count, "secret": secret})
    elif os.isatty(1):
        print(f"The secret of {plural(count, 'key')} of {args.name}, shown only now:\n\n  {secret}\n")
    else:
        print(secret)
    return OK


def add_prefixes(context: Context) -> int:
    """Give a publisher pages of their own: all their keys carry the prefixes; one without a key gets one."""
    args = context.args
    keys = open_keys(context.settings)
    if not any(key.publisher.name == args.name for key in keys.list()):
        return create_key(context)
    if not args.prefixes:
        raise PermanentError(
            f"{args.name} has a key: say which pages are theirs with --prefix https://example.org/news/"
        )
    if args.zone or args.language:
        raise PermanentError("zone and language are of a key as it was made: make another with `copydesk keys create`")
    count = keys.add_prefixes(args.name, args.prefixes)
    if context.as_json:
        show_json({"name": args.name, "keys": count, "prefixes": _prefixes_of(keys, args.name)})
    else:
        print(f"{plural(count, 'key')} of {args.name}: pages below {', '.join(_prefixes_of(keys, args.name))}")
    return OK


def take_prefixes(context: Context) -> int:
    """Take prefixes back from all keys of a publisher; the last stays, or the key could claim what nobody has."""
    args = context.args
    if not args.prefixes:
        raise PermanentError("say which pages to take back with --prefix https://example.org/news/")
    keys = open_keys(context.settings)
    count = keys.drop_prefixes(args.name, args.prefixes)
    left = _prefixes_of(keys, args.name)
    if context.as_json:
        show_json({"name": args.name, "keys": count, "prefixes": left})
    elif count:
        print(f"{plural(count, 'key')} of {args.name}: pages below {', '.join(left)}")
    if not count:
        warn(f"no key of {args.name} carries that: see `copydesk keys list`")
        return WRONG
    return OK


def list_keys(context: Context) -> int:
    """Whose keys there are; the keys themselves are kept nowhere."""
    keys = open_keys(context.settings).list()
    if context.as_json:
        show_json(
            [
                {"id": key.id, "created": key.created, "expires": key.expires, "signed": bool(key.secrets)}
                | _publisher(key.publisher)
                for key in keys
            ]
        )
    elif not keys:
        print("No keys yet: `copydesk keys create NAME` makes one.")
    else:
        rows = [("ID", "PUBLISHER", "MAY", "ZONE", "LANGUAGE", "CREATED", "EXPIRES", "SIGNS", "PAGES BELOW")]
        for key in keys:
            who = key.publisher
            created, expires = (f"{at:%Y-%m-%d}" if at else "-" for at in (key.created, key.expires))
            may, pages, signs = " ".join(who.scopes), " ".join(who.prefixes) or "-", "yes" if key.secrets else "-"
            rows.append((key.id, who.name, may, who.zone or "-", who.language or "-", created, expires, signs, pages))
        print(*table(rows), sep="\n")
    return OK


def revoke_keys(context: Context) -> int:
    """End keys by publisher or id; running front doors see it at once."""
    if context.args.with_articles:
        return _revoke_with_articles(context)
    count = open_keys(context.settings).revoke(context.args.name)
    if context.as_json:
        show_json({"revoked": count})
    elif count:
        print(f"{plural(count, 'key')} of {context.args.name} revoked.")
    if not count:
        warn(f"no key has the publisher or id {context.args.name}: see `copydesk keys list`")
        return WRONG
    return OK


def scope_keys(context: Context) -> int:
    """Let keys do what is named and nothing else; running front doors see it at once."""
    args = context.args
    if not args.scopes:
        raise PermanentError(f"say what {args.name} may do with --scope: {', '.join(SCOPES)}")
    scopes = read_scopes(args.scopes)
    count = open_keys(context.settings).set_scopes(args.name, scopes)
    if context.as_json:
        show_json({"name": args.name, "keys": count, "scopes": scopes})
    elif count:
        print(f"{plural(count, 'key')} of {args.name}: {', '.join(scopes)}")
    if not count:
        warn(f"no key has the publisher or id {args.name}: see `copydesk keys list`")
        return WRONG
    return OK


def _read_end(text: str | None) -> dt.datetime | None:
    """`90d`, or a day, at whose begin (UTC) the key is over."""
    if text is None:
        return None
    if OVER.fullmatch(text):
        raise PermanentError(f"{text} is over already: the key would open nothing, and none was made")
    if DAYS.fullmatch(text):
        return now().replace(microsecond=0) + dt.timedelta(days=int(text[:-1]))
    try:
        end = dt.datetime.combine(dt.date.fromisoformat(text), dt.time(), dt.UTC)
    except ValueError:
        raise PermanentError(f"{text[:40]!r} is no end of a key: give days (90d) or a day (2027-01-31)") from None
    if end <= now():
        raise PermanentError(f"the day {text} has begun already (UTC): the key would open nothing, and none was made")
    return end


def _revoke_with_articles(context: Context) -> int:
    """End a publisher's keys and withdraw what they pushed; without --yes, only tell how much that is."""
    args, name = context.args, context.args.name
    keys = open_keys(context.settings)
    count = sum(key.publisher.name == name for key in keys.list())
    desk_acts = import_module("services.ingest.desk_acts")
    with import_module("services.cli.articles").DeskActs(context) as acts:
        articles = acts.pushed_by(name)
        told = {"publisher": name, "keys": count, "articles": len(articles), "done": bool(args.yes)}
        if args.yes:
            if not args.because:
                raise PermanentError("say why with --because: it is kept for whoever asks later")
            keys.revoke(name)
            desk_acts.note(acts.decisions, "revoke", name, args.because)
            desk_acts.withdraw(acts.intake, acts.decisions, articles, args.because)
    if context.as_json:
        show_json(told)
        return OK
    what = f"{plural(count, 'key')} and {plural(len(articles), 'article')} of {name}"
    print(f"{what}: ended and withdrawn." if args.yes else f"{what}. Nothing was done: --yes ends and withdraws them.")
    return OK


def _prefixes_of(keys: Keys, name: str) -> tuple[str, ...]:
    given = [key.publisher.prefixes for key in keys.list() if key.publisher.name == name]
    return tuple(dict.fromkeys(prefix for prefixes in given for prefix in prefixes))


def _publisher(publisher: msgspec.Struct) -> dict[str, object]:
    return dict(msgspec.to_builtins(publisher))
