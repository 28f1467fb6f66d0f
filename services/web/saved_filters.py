"""Filters of the list that the desk keeps by name: `filters.json` on the data volume, replaced whole."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import msgspec

from shared.audit import AuditLog
from shared.clock import now_us
from shared.errors import NewerData, PermanentError, Unavailable
from shared.volume_file import VolumeFile

FILTERS_FILE = "filters.json"
VERSION = 1
MOST, LONGEST_NAME, LONGEST_QUERY = 50, 60, 1000
FIELDS = ("q", "state", "source", "publisher", "since", "worker")


class SavedFilter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A filter by its name: `query` as it stands in the list's address, and who kept it when (µs)."""

    name: str
    query: str
    by: str = ""
    at_us: int = 0


class _File(msgspec.Struct, frozen=True, kw_only=True):
    version: int = VERSION
    filters: tuple[SavedFilter, ...] = ()


class SavedFilters:
    """The filters of a desk, the same for all who look at it."""

    def __init__(self, path: Path, audit: AuditLog) -> None:
        self._audit = audit
        self._file = VolumeFile(path, _File, version=VERSION, what="the saved filters")

    def list(self) -> Sequence[SavedFilter]:
        """All of them by name; none where nobody can read the file."""
        try:
            return self._read()
        except (PermanentError, NewerData):
            return ()

    def find(self, name: str) -> SavedFilter | None:
        """The one of that name. Raises `Unavailable` where nobody can read the file: it may stand there."""
        try:
            return next((one for one in self._read() if one.name == name), None)
        except (PermanentError, NewerData) as error:
            raise Unavailable(str(error), retry_after=30) from error

    def save(self, name: str, query: str, *, who: str, replace: bool = False) -> SavedFilter:
        """Keep a filter; with `replace` also in the place of another one of that name, which feed readers may follow.

        Raises `PermanentError` for what makes no filter, and for a name that is taken.
        """
        name = " ".join(name.split())
        kept = urlencode([(field, value) for field, value in parse_qsl(query) if field in FIELDS])
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise PermanentError(f"a filter's name has 1 to {LONGEST_NAME} characters")
        if not kept or len(kept) > LONGEST_QUERY:
            raise PermanentError("choose something in the list first: what is saved is the filter it stands under")
        saved = SavedFilter(name=name, query=kept, by=who, at_us=now_us())
        with self._changing() as filters:
            if name not in filters and len(filters) >= MOST:
                raise PermanentError(f"a desk keeps {MOST} filters: remove one first")
            if not replace and name in filters and filters[name].query != kept:
                raise PermanentError(f"another filter is called {name}: take another name, or say that it is replaced")
            filters[name] = saved
        self._audit.note(who=who, act="save filter", on=name, why=kept)
        return saved

    def remove(self, name: str, *, who: str) -> bool:
        """Forget one; False where there is none of that name."""
        with self._changing() as filters:
            removed = filters.pop(name, None)
        if removed is not None:
            self._audit.note(who=who, act="remove filter", on=name, why=removed.query)
        return removed is not None

    def _read(self) -> tuple[SavedFilter, ...]:
        content = self._file.read()
        return content.filters if content is not None else ()

    @contextlib.contextmanager
    def _changing(self) -> Iterator[dict[str, SavedFilter]]:
        with self._file.alone():
            filters = {one.name: one for one in self._read()}
            yield filters
            kept = tuple(sorted(filters.values(), key=lambda one: one.name.casefold()))
            self._file.write(_File(filters=kept))
