"""The article that an address below `/v1/articles/` names: by its id, or by its own uri, percent-encoded."""

import re
from collections.abc import Sequence

import msgspec

from services.index.search import Stored
from services.web.keys import Publisher
from services.web.ownership import may_correct
from services.web.problems import Problem, in_parameter, later
from services.web.push_headers import checked_address
from services.web.state import AppState
from shared.envelope import Remembered, Source, is_desk
from shared.identity import COMMAND_LINE, address_alias
from shared.ledger.reader import SETTLED, Head, InputStatus, owner_name

ID = re.compile(r"[a-z2-7]{26}")
MOST_ALIASES = 8
VOID = ("dead", "discarded", "refused")  # ends of a withdrawal that took nothing back
STRONGEST = ("uri:", "url:", "guid:", "path:")


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """An article that somebody wants to change, as index and ledger know it.

    `article` is None where nobody knows the address; `named` the alias by which it was named, "" for an id; `line` its
    newest revision's, while the ledger has it.
    """

    article: str | None
    named: str = ""
    stored: Stored | None = None
    head: Head | None = None
    line: InputStatus | None = None

    @property
    def aliases(self) -> tuple[str, ...]:
        """What the article is known by, strongest first, at most some."""
        known = [self.named] if self.named else []
        for kind in STRONGEST:
            known += [alias for alias in (self.stored.aliases if self.stored else ()) if alias.startswith(kind)]
        return tuple(dict.fromkeys(known))[:MOST_ALIASES]

    @property
    def is_moving(self) -> bool:
        """Is a revision on its way that the index does not have."""
        return self.line is not None and self.line.state not in SETTLED

    @property
    def held(self) -> str | None:
        """The revision (`id@rev`) that is read and waits for the end of its embargo, where that is the newest."""
        line = self.line
        is_held = line is not None and line.state == "held" and line.stage == "index" and line.due_us is not None
        return f"{line.article}@{line.rev}" if line is not None and is_held else None

    @property
    def withdrawal(self) -> int | None:
        """The revision that took the article back and is on its way: whoever asked for that has its word already.

        One that came to nothing takes nothing back.
        """
        revision = self.head.withdrawn if self.head else None
        if revision is None or self.stored is None or revision <= self.stored.rev:
            return None
        is_void = self.line is not None and self.line.rev == revision and self.line.state in VOID
        return None if is_void else revision

    @property
    def newest(self) -> int:
        """The newest revision the desk has taken in."""
        return self.head.rev if self.head else self.stored.rev if self.stored else 0

    @property
    def current(self) -> int | None:
        """The revision that counts: the one on its way, else the one in the index."""
        if self.is_moving and self.head:
            return self.head.rev
        return self.stored.rev if self.stored else None


async def find_target(app_state: AppState, publisher: Publisher, name: str) -> Target:
    """The article that a path names; raises `Problem` for what is neither an id nor an address."""
    if ID.fullmatch(name):
        return await look_up(app_state, name, "")
    alias = address_alias(checked_address(name, "the address", in_parameter("name")), publisher.name)
    article = await app_state.ask(app_state.ledger.owner, alias)
    return await look_up(app_state, article, alias)


async def find_anothers(app_state: AppState, name: str) -> Target:
    """The article that a publisher, also one without a key by now, or the desk itself calls so by a uri of its own, for
    who may read all of them. Raises `Problem` where several do.
    """

    def known() -> list[tuple[str, str | None]]:
        callers = (COMMAND_LINE, *app_state.keys.publishers(), *app_state.index.publishers())
        asked = dict.fromkeys(address_alias(name, publisher) for publisher in callers)
        owned = ((alias, app_state.ledger.owner(alias)) for alias in asked)
        return [(alias, article) for alias, article in owned if article or app_state.index.get(alias) is not None]

    found = await app_state.ask(known)
    if len(found) > 1:
        detail = f"Several publishers have an article {name}: ask for the one you mean by its id."
        raise Problem("bad-request", detail, at=in_parameter("name"))
    return await look_up(app_state, found[0][1], found[0][0]) if found else Target(article=None)


async def look_up(app_state: AppState, article: str | None, alias: str) -> Target:
    """What is known of an article, or of whom an alias belongs to in the index."""
    stored = await app_state.ask(app_state.index.get, alias) if alias else None
    if stored is None and article is not None:
        stored = await app_state.ask(app_state.index.get, article)
    article = article or (stored.article_id if stored else None)
    if article is None:
        return Target(article=None, named=alias)
    head = await app_state.ask(app_state.ledger.head, article)
    line = await app_state.ask(app_state.ledger.line, f"{article}@{head.rev}") if head else None
    known = stored is not None or head is not None
    return Target(article=article if known else None, named=alias, stored=stored, head=head, line=line)


async def check_correctable(app_state: AppState, publisher: Publisher, target: Target) -> bool:
    """Whether the publisher has the article's page by prefix; raises `Problem` where it may not change it."""
    aliases = await known_by(app_state, target)
    beside = app_state.keys.prefixes_beside(publisher.name)
    return may_correct(aliases, await _owner_of(app_state, target, publisher), publisher, beside)


async def known_by(app_state: AppState, target: Target) -> Sequence[str]:
    """What the article is known by, also where only the ledger has it."""
    if target.stored is not None or target.line is None:
        return target.aliases
    meta = await app_state.ask(app_state.ledger.meta, f"{target.line.article}@{target.line.rev}")
    return (*target.aliases, *(meta.aliases if meta else ()))


async def _owner_of(app_state: AppState, target: Target, publisher: Publisher) -> str:
    """The publisher's own name where the article is theirs, else another's, "" where it is nobody's."""
    if target.head is not None and target.head.owner:
        is_theirs = target.head.owner == owner_name(Source(kind="push", name=publisher.name))
        return publisher.name if is_theirs else target.head.owner
    if target.stored is None or target.article is None:
        return ""
    freed = await app_state.ask(app_state.ledger.freed, target.stored.article_id)
    return "" if freed is not None and target.stored.owned_us <= freed else target.stored.owner


def remembered(article: str, stored: Stored | None) -> Remembered | None:
    """What the index knows of an article, for a ledger that may have forgotten it."""
    if stored is None:
        return None
    by = owner_name(stored.source)
    return Remembered(
        article=article,
        rev=stored.rev,
        owner=owner_name(Source(kind="push", name=stored.owner)) if stored.owner else "",
        owned=stored.owned_us,
        version=stored.article.version or "",
        withdrawn=stored.withdrawn,
        by="" if is_desk(stored.source) else by or "-",
    )


def on_its_way() -> Problem:
    """What a change that would build upon an older revision is answered."""
    return Problem("on-its-way", "A revision that came before is still on its way.", headers=later(1))
