"""Which sources a filter takes: one grammar for lists, changes, feeds and acts, a wider one for settings and exports.

`push` is a kind, `push:hue-daily` one source, `feed:https://news.example/*` all that begin so; "" takes all.
"""

import re
from functools import lru_cache
from typing import get_args

from shared.envelope import SourceKind

KINDS: tuple[SourceKind, ...] = get_args(SourceKind)
LAST = "\U0010ffff"  # no name goes on with it: what begins with a text lies before that text and this
STEMS = tuple(dict.fromkeys(kind[:end] for kind in KINDS for end in range(len(kind) + 1)))


def takes_source(wanted: str, name: str) -> bool:
    """Whether a source (`push:hue-daily`) is meant."""
    if wanted.endswith("*"):
        return name.startswith(wanted[:-1])
    return not wanted or wanted in (name, name.partition(":")[0])


def fits_source(pattern: str, name: str) -> bool:
    """Whether a pattern of settings or of an export means a source: as above, and `*` may stand anywhere in it.

    No other letter stands for another: addresses of feeds have `?` and `[` in them.
    """
    return takes_source(pattern, name) or _pattern(pattern).fullmatch(name) is not None


@lru_cache(maxsize=512)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)


def bounds_of(wanted: str) -> tuple[str, str] | None:
    """From which name up to which, the last without, those lie that are meant; None where it is one alone."""
    if wanted.endswith("*"):
        return wanted[:-1], wanted[:-1] + LAST
    if wanted in KINDS:
        return f"{wanted}:", f"{wanted};"
    return ("", LAST) if not wanted else None


def may_be_source(wanted: str) -> bool:
    """Whether any source could be meant: it is of a kind that there is, or begins as one does."""
    return wanted.partition(":")[0] in KINDS or (wanted.endswith("*") and wanted[:-1] in STEMS)
