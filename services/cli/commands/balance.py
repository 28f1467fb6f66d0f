"""`copydesk balance`: the proof that nothing is missing."""

from collections.abc import Iterator

import msgspec

from services.cli.context import OK, WRONG, Context, show_json
from services.cli.reach import reach_desk
from shared.ledger.connection import connect_to_look
from shared.ledger.reader import Balance, LedgerReader


def balance(context: Context) -> int:
    """Print the balance: what was accepted, and what became of it. Exit code 1 when the two differ."""
    found = LedgerReader(connect_to_look(reach_desk(context))).balance()
    if context.as_json:
        show_json(found)
    else:
        print(*balance_lines(found), sep="\n")
    return OK if found.difference == 0 else WRONG


def balance_lines(balance: Balance) -> Iterator[str]:
    """The equation, one term a line, and whether it holds."""
    terms = msgspec.structs.asdict(balance)
    accepted, difference = terms.pop("accepted"), terms.pop("difference")
    yield f"{accepted:>10}  accepted"
    for name, count in terms.items():
        yield f"{count:>10}  {name.replace('_', ' ')}"
    if difference:
        yield f"{difference:>10}  unaccounted for: `copydesk recover` enters again what the archive holds"
    else:
        yield "The balance holds: every input is accounted for."
