"""`copydesk expire`: what is past the time that its source is kept is erased."""

import msgspec

from services.cli.articles import DeskActs
from services.cli.commands.purge import tell_left
from services.cli.context import OK, Context, show_json
from services.cli.printing import plural, size
from services.desk.expiry import Expired
from services.desk.expiry import expire as erase_expired
from services.desk.leftovers import wipe_leftovers


def expire(context: Context) -> int:
    """Erase it; with --dry-run only count it. Exit code 1 when words of it still stand somewhere."""
    left: tuple[str, ...] = ()
    if not context.settings.keep:
        told = Expired(articles=0, inputs=0, waiting=0, freed_bytes=0)
    else:
        with DeskActs(context) as acts:
            told = erase_expired(acts.settings, acts.parts, acts.index, does=context.args.yes)
            if context.args.yes and told.articles + told.inputs:
                left = wipe_leftovers(acts.settings, acts.ledger.client)
    if context.as_json:
        show_json(msgspec.to_builtins(told) | {"left": left})
        return tell_left(context, left)
    if not context.settings.keep:
        print("Everything is kept for ever: no table [keep.SOURCE] in copydesk.toml says otherwise.")
        return OK
    verb = "erased" if context.args.yes else "would be erased"
    print(f"{plural(told.articles, 'article')} and {plural(told.inputs, 'input')} {verb}.")
    if told.freed_bytes:
        print(f"The archive is {size(told.freed_bytes)} smaller.")
    if told.waiting:
        print(f"{plural(told.waiting, 'input')} past its time waits, or is dead: left until that is over.")
    return tell_left(context, left)
