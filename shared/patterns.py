"""Patterns that are compiled when they are first asked: a short run needs few of the hundreds that stand in modules.

Compiling costs a thousand times what looking does; who waits for one article would wait for all of them.
"""

import re
from collections.abc import Callable
from typing import AnyStr, cast

_ASKED = ("search", "match", "fullmatch", "finditer", "findall", "sub", "split")


class _Pattern:
    """Stands for a compiled pattern: once it is asked for a method it has those of the pattern itself."""

    def __init__(self, source: object, flags: int) -> None:
        self._source, self._flags = source, flags

    def __getattr__(self, name: str) -> object:
        source = self._source() if callable(self._source) else self._source
        if name == "pattern":
            return source
        compiled = re.compile(cast(str, source), self._flags)
        self.__dict__.update({method: getattr(compiled, method) for method in _ASKED})
        return getattr(compiled, name)


def pattern_of(source: AnyStr | Callable[[], AnyStr], flags: int = 0) -> re.Pattern[AnyStr]:
    """The pattern of `source`, or of what it gives when it is called; an error in it is raised at its first use."""
    return cast(re.Pattern[AnyStr], _Pattern(source, flags))
