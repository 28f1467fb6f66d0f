"""`copydesk keys`: push keys of publishers."""

import os

import msgspec

from services.cli.context import OK, WRONG, Context, show_json, warn
from services.cli.printing import plural, table
from services.web.keys import Keys, open_keys
from shared.errors import PermanentError
from shared.settings import check_source


def create_key(context: Context) -> int:
    """Make a key and show it, the only time it is seen."""
    args = context.args
    check_source(zone=args.zone, language=args.language, place=f"key {args.name}")
    key = open_keys(context.settings).create(args.name, zone=args.zone, language=args.language, prefixes=args.prefixes)
    if context.as_json:
        show_json({"name": args.name, "key": key})
    elif os.isatty(1):
        print(f"The key of {args.name}, shown only now:\n\n  {key}\n")
    else:  # KEY=$(copydesk keys create NAME)
        print(key)
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
            [{"id": key.id, "created": key.created, "expires": key.expires} | _publisher(key.publisher) for key in keys]
        )
    elif not keys:
        print("No keys yet: `copydesk keys create NAME` makes one.")
    else:
        rows = [("ID", "PUBLISHER", "ZONE", "LANGUAGE", "CREATED", "EXPIRES", "PAGES BELOW")]
        for key in keys:
            who = key.publisher
            days = [f"{at:%Y-%m-%d}" if at else "-" for at in (key.created, key.expires)]
            pages = " ".join(who.prefixes) or "-"
            rows.append((key.id, who.name, who.zone or "-", who.language or "-", days[0], days[1], pages))
        print(*table(rows), sep="\n")
    return OK


def revoke_keys(context: Context) -> int:
    """End keys by publisher or id; running front doors see it at once."""
    count = open_keys(context.settings).revoke(context.args.name)
    if context.as_json:
        show_json({"revoked": count})
    elif count:
        print(f"{plural(count, 'key')} of {context.args.name} revoked.")
    if not count:
        warn(f"no key has the publisher or id {context.args.name}: see `copydesk keys list`")
        return WRONG
    return OK


def _prefixes_of(keys: Keys, name: str) -> tuple[str, ...]:
    given = [key.publisher.prefixes for key in keys.list() if key.publisher.name == name]
    return tuple(dict.fromkeys(prefix for prefixes in given for prefix in prefixes))


def _publisher(publisher: msgspec.Struct) -> dict[str, object]:
    return dict(msgspec.to_builtins(publisher))
