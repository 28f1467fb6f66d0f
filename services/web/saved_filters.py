"""Filters of the list that the desk keeps by name: `filters.json` on the data volume, replaced whole."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import msgspec

from shared.audit import AuditLog
from shared.clock import now_us
from shared.data_version import make_folder, refuse_newer
from shared.errors import NewerData, PermanentError, Unavailable
from shared.whole_file import one_writer, replace_whole

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


class _Version(msgspec.Struct, frozen=True):
    version: int = 1


class _File(msgspec.Struct, frozen=True, kw_only=True):
    version: int = VERSION
    filters: tuple[SavedFilter, ...] = ()


class SavedFilters:
    """The filters of a desk, the same for all who look at it."""

    def __init__(self, path: Path, audit: AuditLog) -> None:
        self._path, self._audit = path, audit

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

    def save(self, name: str, query: str, *, who: str) -> SavedFilter:
        """Keep a filter, in the place of one of that name. Raises `PermanentError` for what makes no filter."""
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
        try:
            content = self._path.read_bytes()
            refuse_newer(f"the file {self._path}", msgspec.json.decode(content, type=_Version).version, VERSION)
            return msgspec.json.decode(content, type=_File).filters
        except FileNotFoundError:
            return ()
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise PermanentError(f"{self._path} cannot be read: {error}; restore it, or take it away") from error

    @contextlib.contextmanager
    def _changing(self) -> Iterator[dict[str, SavedFilter]]:
        try:
            make_folder(self._path.parent)
            with one_writer(self._path):
                filters = {one.name: one for one in self._read()}
                yield filters
                kept = tuple(sorted(filters.values(), key=lambda one: one.name.casefold()))
                content = msgspec.json.format(msgspec.json.encode(_File(filters=kept)), indent=2) + b"\n"
                replace_whole(self._path, content)
        except OSError as error:
            raise Unavailable(f"{self._path} cannot be written: {error.strerror}") from error
