"""Whether 04/05/2020 is in April or in May, as its page tells: by other dates, by its country, by what is sure."""

import re
from collections.abc import Sequence

from services.normalize.grammar.zones import is_day_first
from services.normalize.html.blocks import Block

_NUMERIC = re.compile(r"(?<![\d/.-])(\d\d?)([/-])(\d\d?)\2(?:20)?\d\d(?![\d/-])")
_LONGEST_LINE = 80


def reading_language(language: str | None, blocks: Sequence[Block], url: str | None) -> str | None:
    """The language to read dates in: templates are `en-US` all over the world, so an English page is asked for more."""
    if language is not None and not language.lower().startswith("en"):
        return language
    month_first = _order_of_others(blocks)
    if month_first is None and is_day_first(url):
        month_first = False
    return language if month_first is None else "en-us" if month_first else "en-gb"


def _order_of_others(blocks: Sequence[Block]) -> bool | None:
    """True when the page prints 05/31/2020, False for 31/05/2020, None for neither or both."""
    orders = set()
    for block in blocks:
        if block.size <= _LONGEST_LINE:
            for one, _, two in _NUMERIC.findall(block.text):
                if (int(one) > 12) != (int(two) > 12) and max(int(one), int(two)) <= 31:
                    orders.add(int(two) > 12)
    return orders.pop() if len(orders) == 1 else None
