"""What an operator says of a key: names, scopes and prefixes, read or refused."""

from collections.abc import Sequence

from services.web.scopes import SCOPES, Scope
from shared.errors import PermanentError
from shared.identity import PUBLISHER, canonical_prefix, without_login


def read_scopes(given: Sequence[str]) -> tuple[Scope, ...]:
    """Scopes by name, each once; raises `PermanentError` for one that nobody knows."""
    for name in given:
        if name not in SCOPES:
            raise PermanentError(f"{name[:40]!r} is no scope: there are {', '.join(SCOPES)}")
    return tuple(scope for scope in SCOPES if scope in given)


def read_prefixes(given: Sequence[str]) -> tuple[str, ...]:
    """Prefixes in canonical form, each once; raises `PermanentError` for what no page can lie below."""
    prefixes = {address: canonical_prefix(address) for address in given}
    for address, prefix in prefixes.items():
        if prefix is None:
            raise PermanentError(
                f"{without_login(address)[:200]!r} is no prefix of pages: give an http(s) address without login, ?, #, "
                "\\ and .., as https://example.org/news/"
            )
    return tuple(dict.fromkeys(prefix for prefix in prefixes.values() if prefix is not None))


def checked_name(name: str) -> str:
    """A publisher's name as it may stand in a key, a label and a path."""
    if PUBLISHER.fullmatch(name) is None:
        raise PermanentError(f"{name!r} is no publisher's name: use a-z, 0-9, dot and hyphen, at most 64 characters")
    return name
