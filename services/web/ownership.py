"""Whose a page is: what a push may claim, by the prefixes that its key and the keys of others carry."""

from collections.abc import Iterable, Sequence
from typing import Any

from services.web.keys import Publisher
from services.web.problems import Problem
from shared.identity import covers, url_of

PAGE = "url:"


def may_claim(aliases: Sequence[str], publisher: Publisher, others: Iterable[str]) -> tuple[tuple[str, ...], bool]:
    """The declared addresses that a push may claim, and whether its publisher has them by prefix.

    `others` are the prefixes of other publishers; of two that cover a page the longer one counts. A key with prefixes
    claims nothing beyond them, one without claims what nobody's prefix covers. Raises `Problem` where a page was named
    and none is left: a push never goes in without the address it came for.
    """
    theirs = tuple(others)
    pages = [alias for alias in aliases if alias.startswith(PAGE)]
    allowed = {alias for alias in pages if _is_free(alias.removeprefix(PAGE), publisher.prefixes, theirs)}
    if pages and not allowed:
        page = pages[0].removeprefix(PAGE)
        raise beyond(page) if publisher.prefixes and not _longest(publisher.prefixes, page) else not_yours(page)
    claimed = tuple(alias for alias in aliases if alias in allowed or not alias.startswith(PAGE))
    return claimed, bool(allowed and publisher.prefixes)


def may_correct(aliases: Sequence[str], owner: str, publisher: Publisher, others: Iterable[str]) -> bool:
    """Whether a publisher has an article's page by prefix; raises `Problem` where it may not correct the article.

    What another publisher pushed is theirs, unless the page's prefix is on this key. What nobody pushed may be
    corrected by whoever may claim its page; a file's article has none, and is the desk's.
    """
    _, own = may_claim(aliases, publisher, others)
    if own or owner == publisher.name:
        return own
    if owner or not any(alias.startswith(PAGE) for alias in aliases):
        raise not_yours(url_of(aliases))
    return False


def beyond(address: str) -> Problem:
    """What a push for an address that none of its key's prefixes covers is answered, whoever has that address."""
    return Problem(
        "beyond-prefixes",
        f"{address} is below none of the addresses this key was made for. The operator can add it "
        "(`copydesk keys add NAME --prefix ADDRESS`).",
        address=address,
    )


def not_yours(address: str | None) -> Problem:
    """What a push for an address of somebody else's is answered, with the two ways out of it."""
    what = address or "This address"
    more: dict[str, Any] = {"address": address} if address else {}
    return Problem(
        "not-yours",
        f"{what} is another publisher's: they pushed it first, or their key carries its prefix. "
        "The operator can give your key the address (`copydesk keys add NAME --prefix ADDRESS`) or set it free "
        "(`copydesk release ADDRESS`).",
        **more,
    )


def _is_free(page: str, own: Iterable[str], others: Iterable[str]) -> bool:
    ours, theirs = _longest(own, page), _longest(others, page)
    return (0 < ours >= theirs) if tuple(own) else theirs == 0


def _longest(prefixes: Iterable[str], page: str) -> int:
    return max((len(prefix) for prefix in prefixes if covers(prefix, page)), default=0)
