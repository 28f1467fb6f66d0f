"""Regular expressions compiled at their first use: most inputs need few of the many that grammars have."""

import re
from typing import Any, cast

_waiting: list["_Lazy"] = []


class _Lazy:
    """Stands for a pattern until somebody asks it something; then its methods are the pattern's own."""

    def __init__(self, source: str | bytes, flags: int) -> None:
        self._source = source
        self._flags = flags
        _waiting.append(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        compiled = re.compile(self._source, self._flags)
        for method in ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split"):
            setattr(self, method, getattr(compiled, method))
        self.pattern, self.flags, self.groups, self.groupindex = (
            compiled.pattern,
            compiled.flags,
            compiled.groups,
            compiled.groupindex,
        )
        return getattr(compiled, name)


def lazy(source: str, flags: int = 0) -> re.Pattern[str]:
    """As `re.compile`, but compiled at its first use. A source that is no pattern is told then: tests compile all."""
    return cast(re.Pattern[str], _Lazy(source, flags))


def lazy_bytes(source: bytes, flags: int = 0) -> re.Pattern[bytes]:
    """The same for patterns over bytes."""
    return cast(re.Pattern[bytes], _Lazy(source, flags))


def compile_all() -> int:
    """Compile what is still waiting, for an image that processes are forked from; how many these were."""
    count = len(_waiting)
    while _waiting:
        _ = _waiting.pop().pattern
    return count
