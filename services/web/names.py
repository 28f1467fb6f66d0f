"""What a person calls an article: an id, a receipt, an address, a publisher's own uri, the path of a dropped file.

The one reading of such names, for the commands, the list, the search and the box of the desk's page.
"""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from services.index.hits import Hit, Results
from services.index.query import FILTERS
from services.index.search import Index, Stored
from services.ingest.containers.kinds import ENDINGS
from services.ingest.drop_files import path_alias
from services.web.keys import Keys
from shared.envelope import pushed_by
from shared.errors import PermanentError, TransientError
from shared.ledger.lookup import find_status
from shared.ledger.reader import DECIDED_BY_THE_INDEX, InputStatus, LedgerReader
from shared.settings import Settings

ID = re.compile(r"[a-z2-7]{26}(?:@[0-9]{1,19})?|r[a-z0-9]{26}")
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:[^\s:]\S*|(?:uri|guid):\S+ \S+")
PATH = re.compile(r"\.{0,2}/\S+")


class Ambiguous(PermanentError):
    """An address that different publishers use for different articles."""


def looks_like_name(text: str) -> bool:
    """Whether somebody who types this means one article, and no words: it is spelled as an id, an address or a path."""
    if ID.fullmatch(text) or PATH.fullmatch(text):
        return True
    if URI.fullmatch(text):
        return text.partition(":")[0].lower() not in FILTERS  # `headline:Huế` asks for a word in a field
    return Path(text).suffix.lower() in ENDINGS and ("/" in text or not re.search(r"\s", text))


class Names:
    """Finds what a name means: in the index, then among what is on its way; without a reader in the index alone."""

    def __init__(self, settings: Settings, index: Index, reader: LedgerReader | None, keys: Keys) -> None:
        self._settings, self._index, self._reader, self._keys = settings, index, reader, keys

    def find(self, name: str) -> tuple[Stored | None, InputStatus | None]:
        """The article as the index holds it, else what the ledger knows of it; the index alone where it knows.

        Raises `Ambiguous` where several publishers call an article of theirs so.
        """
        alias = self.spell(name)
        return (None, None) if alias is None else self._look(alias)

    def spell(self, name: str) -> str | None:
        """The name as index and ledger know it; None where nobody does."""
        known = self.spell_all(name)
        if len(known) > 1:
            raise Ambiguous(f"several publishers have an article {name}: say whose, as in '{known[0]}'")
        return known[0] if known else None

    def spell_all(self, name: str) -> tuple[str, ...]:
        """The names as index and ledger know them: one, or an own uri of each publisher who has an article so."""
        plain = next(filter(self._is_known, (name, *self._paths(name))), None)
        if plain is not None:
            return (plain,)
        known = tuple(filter(self._is_known, self._own_uris(name)))
        if not known and self._index.get(name) is not None:  # it may have been done between the two looks
            return (name,)
        return known

    def parts(self, name: str) -> tuple[str, ...]:
        """What a container in the drop folder holds, each by the path that it is known by."""
        found = (self._index.parts_of(alias) for alias in self._paths(name))
        return tuple(part.removeprefix("path:") for part in next(filter(None, found), ()))

    def _look(self, alias: str) -> tuple[Stored | None, InputStatus | None]:
        stored = self._index.get(alias)
        line = None if stored is not None else self._status(alias)
        if stored is None:  # done between the two looks; or the receipt of a duplicate, which leads to what it repeats
            is_decided = line is not None and line.state in DECIDED_BY_THE_INDEX
            stored = self._index.get(line.article if line is not None and is_decided else alias)
        return stored, line

    def _is_known(self, alias: str) -> bool:
        return self._index.get(alias) is not None or self._status(alias) is not None

    def _status(self, alias: str) -> InputStatus | None:
        if self._reader is None:
            return None
        try:
            return find_status(self._reader, alias)
        except TransientError as error:
            raise TransientError(f"the index does not hold {alias}, and {error}", retry_after=5) from error

    def _paths(self, name: str) -> Iterator[str]:
        """A dropped file by its path in the drop folder, with the folder's name before it, or from where one stands."""
        file, folder = Path(os.path.abspath(name)), Path(os.path.abspath(self._settings.seeds_dir))
        below = [name, name.removeprefix("./").removeprefix(f"{folder.name}/")]
        below += [file.relative_to(folder).as_posix()] if file.is_relative_to(folder) else []
        yield from dict.fromkeys(map(path_alias, below))

    def _own_uris(self, name: str) -> Iterable[str]:
        """A pushed uri is its publisher's own, and people leave out whose when it is plain."""
        if any(map(str.isspace, name)):
            return ()
        publishers = dict.fromkeys((*self._keys.publishers(), *self._index.publishers()))
        return [f"uri:{publisher} {name}" for publisher in publishers]


def search(names: Names, index: Index, q: str, *, limit: int, offset: int = 0, of: str = "", **page: Any) -> Results:
    """The article that is called so, else what has the words; what is spelled as a name is never taken for words.

    `page` are the cursor and the facets of a search by words. With `of`, only what this publisher has pushed. What is
    withdrawn is not found.
    """
    named = [stored for alias in names.spell_all(q) if (stored := index.get(alias)) is not None]
    if not named and not looks_like_name(q):
        return index.search(q, limit, offset, of, **page)
    hits = tuple(_hit(stored) for stored in named if not stored.withdrawn and _is_of(stored, of))
    return Results(total=len(hits), hits=hits[offset:][:limit], matched="name")


def _is_of(stored: Stored, publisher: str) -> bool:
    return not publisher or publisher == stored.owner or pushed_by(stored.came_from) == publisher


def _hit(stored: Stored) -> Hit:
    article = stored.article
    return Hit(
        article_id=stored.article_id,
        rev=stored.rev,
        headline=article.headline,
        description=article.description,
        first_created=article.first_created,
        uri=article.uri,
        snippet=article.description or next((block.text for block in article.blocks if block.text), ""),
        score=1.0,
    )
