"""What the pages of the desk show and do beyond the API: inputs, feeds, the rhythm, acts."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from services.index.deliveries import Delivery, read_deliveries
from services.index.earlier_embargoes import Until
from services.index.entry import Entry, embargo_us
from services.index.quality import Drift, read_drift
from services.index.rhythm import Beat, read_rhythm
from services.index.search import Index, Stored
from services.ingest.intake import Intake
from services.web.acts import Acts
from services.web.feed_desk import FeedDesk
from services.web.held_articles import read_held
from services.web.held_headlines import with_headlines
from services.web.keys import Keys
from services.web.listing import Row
from services.web.pages.input_view import ArchivedInput
from services.web.saved_filters import FILTERS_FILE, SavedFilters
from services.web.source_desk import SourceDesk
from services.web.triage_desk import TriageDesk
from shared.archive import Archive
from shared.article import Article
from shared.audit import AuditLog
from shared.clock import now_us
from shared.entry_with_page import is_entry_with_page, unpack_entry_with_page
from shared.envelope import MOST_BYTES
from shared.errors import CopydeskError, NotAnArticle
from shared.ledger.calls import Ledger
from shared.ledger.overview import read_pause
from shared.ledger.reader import SECOND_US
from shared.ledger.triage import open_triage
from shared.ledger.troubles import Pause
from shared.package import PACKAGE_TYPE, Package, unpack
from shared.settings import Settings
from shared.untrusted.decode import decode

RHYTHM_LASTS_US, DRIFT_LASTS_US = 5_000_000, 300_000_000


class Desk(Protocol):
    """The parts behind the pages."""

    acts: Acts
    audit: AuditLog
    feeds: FeedDesk
    triage: TriageDesk
    filters: SavedFilters
    sources: SourceDesk

    def rhythm(self, *, since_us: int, until_us: int, step_us: int) -> list[Beat]: ...
    def drift(self, *, wait: bool) -> Sequence[Drift]: ...
    def drifted(self) -> int: ...
    def archived(self, ref: str, stored: Stored | None) -> ArchivedInput | None: ...
    def pause_of(self, kind: str, name: str) -> Pause | None: ...
    def deliveries(self, article: str) -> Sequence[Delivery]: ...
    def with_headlines(self, rows: Sequence[Row]) -> Sequence[Row]: ...
    def read_held(self, ref: str) -> Article | None: ...
    def held_until(self, entry: Entry) -> int | None: ...


class WholeDesk:
    """The desk over its real parts."""

    def __init__(self, settings: Settings, ledger: Ledger, archive: Archive, index: Index, keys: Keys) -> None:
        self._settings, self._ledger, self._archive, self._index = settings, ledger, archive, index
        self._drift: tuple[int, list[Drift]] = (0, [])
        self._drifting = threading.Lock()
        self._rhythms: dict[tuple[int, int], tuple[int, list[Beat]]] = {}
        self.audit = AuditLog(settings.audit_folder)
        self.filters = SavedFilters(Path(settings.data_dir, FILTERS_FILE), self.audit)
        self.feeds = FeedDesk(settings, ledger.client, self.audit)
        self.triage = TriageDesk(open_triage(settings, ledger), self.audit)
        self.sources = SourceDesk(settings, ledger, index, archive, keys, self.audit)
        self.acts = Acts(settings, ledger, index, Intake(ledger, archive, settings), self.audit)

    def with_headlines(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows, with the headlines of those that wait for the end of an embargo."""
        return with_headlines(self._ledger, rows)

    def read_held(self, ref: str) -> Article | None:
        """The article of a revision that waits for the end of an embargo."""
        return read_held(self._ledger, ref)

    def held_until(self, entry: Entry) -> int | None:
        """Until when (µs) an entry would be held, were it indexed now, also by the embargo of the revision before."""
        until = Until(self._ledger, self._index)(entry)
        if until is None or until == embargo_us(entry.article):
            return until
        return round(until / SECOND_US) * SECOND_US  # the ledger keeps it to some µs

    def rhythm(self, *, since_us: int, until_us: int, step_us: int) -> list[Beat]:
        """What was indexed step by step, and how long it took; for all who look within seconds it is read once."""
        span = (until_us - since_us, step_us)
        read_us, beats = self._rhythms.get(span, (0, []))
        if until_us - read_us > RHYTHM_LASTS_US:
            beats = read_rhythm(self._index, since_us=since_us, until_us=until_us, step_us=step_us)
            self._rhythms[span] = (until_us, beats)
        return beats

    def drift(self, *, wait: bool) -> Sequence[Drift]:
        """What is read of each source now, against its past; at most minutes old.

        One at a time works it out: who does not `wait` for that one gets what was known before.
        """
        if self._drifting.acquire(blocking=wait):
            try:
                now = now_us()
                if now - self._drift[0] > DRIFT_LASTS_US:
                    self._drift = (now, read_drift(self._index, now))
            finally:
                self._drifting.release()
        return self._drift[1]

    def drifted(self) -> int:
        """How many sources had changed when it was last worked out."""
        return sum(bool(drift.changed) for drift in self._drift[1])

    def archived(self, ref: str, stored: Stored | None) -> ArchivedInput | None:
        """The input of a revision as it came; None where it rests in the archive no more."""
        meta = self._ledger.meta(ref)
        place = meta.archived if meta is not None else stored.archived if stored is not None else None
        if place is None:
            return None
        try:
            body = self._archive.get(place, limit=MOST_BYTES)
        except CopydeskError:
            return None
        source = meta.source if meta is not None else stored.source if stored is not None else None
        media_type = meta.media_type if meta is not None else ""
        language = source.language if source else None
        if is_entry_with_page(body):
            return _both_documents(body, language)
        package = _package_in(body) if media_type in ("", PACKAGE_TYPE) else None
        if package is None:
            return ArchivedInput(media_type=media_type, body=body, language=language)
        # The article in it is what a person looks at; its pictures stand in what was read.
        return ArchivedInput(media_type=package.media_type, body=package.body, language=language, is_fixed=True)

    def pause_of(self, kind: str, name: str) -> Pause | None:
        """Why a stage, a sink or a source rests; None where it does not."""
        return read_pause(self._ledger.client, kind, name)

    def deliveries(self, article: str) -> Sequence[Delivery]:
        """What the index and each sink did with an article, the newest first."""
        return read_deliveries(self._index, article, self._settings.outbox_folder)


def _both_documents(body: bytes, language: str | None) -> ArchivedInput | None:
    """An entry and its page, one under the other, as a person looks at them."""
    try:
        both = unpack_entry_with_page(body)
        page = decode(both.page.body, both.page.media_type, language).text
    except (msgspec.DecodeError, NotAnArticle):
        return None
    shown = both.entry + b"\n\n" + page.encode()
    return ArchivedInput(media_type="text/plain; charset=utf-8", body=shown, language=language, is_fixed=True)


def _package_in(body: bytes) -> Package | None:
    """The package that an input is; None for another one, also for a text that only begins as a package does."""
    try:
        return unpack(body)
    except msgspec.DecodeError:
        return None
