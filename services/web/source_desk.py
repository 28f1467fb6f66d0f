"""The settings of sources at the desk: what is set, what a change would do, saving it, reading inputs once more."""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from functools import partial

import msgspec

from services.index.listing import list_host
from services.index.search import Index
from services.ingest import decisions
from services.ingest.intake import Intake, open_decisions
from services.ingest.rereading import AT_ONCE, Again, may_be_reread, reread
from services.web.acts import Done
from services.web.keys import Keys
from services.web.listing import State, Wanted, list_articles
from services.web.source_register import SourceRegister, check_all
from services.web.source_trial import LAST, MOST_LAST, TRIAL_S, Given, Trial, TrialReader, try_settings
from shared.archive import Archive
from shared.archive_entries import Archived, unpack_body
from shared.audit import AuditLog
from shared.envelope import MOST_BYTES, Raw
from shared.errors import CopydeskError, TransientError
from shared.hints import Hints
from shared.ledger.calls import Ledger
from shared.settings import Settings
from shared.source_book import checked_name

TRIED: tuple[State, ...] = ("indexed", "refused", "dead")
HOST = "host:"


class SourceDesk:
    """The sources of a desk, and what may be done to them."""

    def __init__(
        self, settings: Settings, ledger: Ledger, index: Index, archive: Archive, keys: Keys, audit: AuditLog
    ) -> None:
        self.register = SourceRegister(settings, keys, audit)
        self._settings, self._ledger, self._index, self._archive = settings, ledger, index, archive
        self._audit = audit
        self._intake = Intake(ledger, archive, settings)
        self._trying = threading.Lock()  # a trial takes a process and a minute: one at a time

    def try_out(self, name: str, hints: Hints, last: int = LAST, seconds: float = TRIAL_S) -> Trial:
        """What these settings would change of the source's last inputs; raises `WrongHint` for one that is none."""
        name = checked_name(name)
        check_all(hints)
        if not self._trying.acquire(blocking=False):
            raise TransientError("another trial is running: wait until it is done", retry_after=10)
        try:
            inputs, book = self._last(name, last), self.register.book
            with TrialReader(self._settings) as reader:
                return try_settings(inputs, reader.read, book.applied, book.as_if(name, hints), seconds=seconds)
        finally:
            self._trying.release()

    def replayable(self, name: str, last: int = LAST) -> list[str]:
        """The last revisions of a source that can be read once more."""
        return [one.ref for one in self._last(checked_name(name), last) if one.load() is not None]

    def replay(self, refs: Sequence[str], *, who: str, why: str) -> Done:
        """Read these inputs once more as their sources are set now; what is not at rest any more is left."""
        chosen = list(dict.fromkeys(refs))
        done = [ref for at in range(0, len(chosen), AT_ONCE) for ref in self._replay(chosen[at : at + AT_ONCE])]
        for ref in done:
            self._audit.note(who=who, act="replay", on=ref, why=why)
        return Done(done=len(done), left=tuple(ref for ref in chosen if ref not in done))

    def _replay(self, refs: Sequence[str]) -> Iterator[str]:
        """Some of them: no more of their bodies stand in memory together."""
        at_rest = {ref: self._at_rest(ref) for ref in refs if self._state(ref) == "indexed"}
        again = {
            ref: Again(article=ref.partition("@")[0], archived=archived)
            for ref, archived in at_rest.items()
            if archived is not None and may_be_reread(archived.envelope)
        }
        taken = reread(self._intake, tuple(again.values()))
        yield from (ref for ref, was_taken in zip(again, taken, strict=True) if was_taken)
        yield from self._replay_failed([ref for ref in refs if ref not in at_rest])

    def _replay_failed(self, refs: Sequence[str]) -> Iterator[str]:
        """Send back what was refused or is dead."""
        acts = {"dead": decisions.replay, "refused": decisions.replay_refused}
        with contextlib.closing(open_decisions(self._settings)) as archive:
            for ref in refs:
                line = self._ledger.line(ref)
                act = acts.get(line.state) if line is not None else None
                if act is not None and act(self._ledger, archive, [ref])[0]:
                    yield ref

    def _state(self, ref: str) -> str:
        stored = self._index.get(ref)
        return "" if stored is None else "withdrawn" if stored.withdrawn else "indexed"

    def _last(self, name: str, last: int) -> list[Given]:
        """The source's last inputs, the newest first; each is taken out of the archive when it is asked for."""
        most = max(1, min(last, MOST_LAST))
        if name.startswith(HOST):
            rows = [(ref, "indexed", title) for ref, title in list_host(self._index, name.removeprefix(HOST), most)]
        else:
            listing = list_articles(self._ledger, self._index, Wanted(states=TRIED, source=name, limit=most))
            rows = [(f"{row.article}@{row.rev}", row.state, row.title() or row.article) for row in listing.rows]
        return [Given(ref=ref, state=state, title=title, load=partial(self._raw, ref)) for ref, state, title in rows]

    def _raw(self, ref: str) -> Raw | None:
        """An input as the normaliser gets it; None for one that rests here no more, or is no article of its own."""
        archived = self._at_rest(ref)
        if archived is None or not may_be_reread(archived.envelope):
            return None
        envelope = archived.envelope
        try:
            body = unpack_body(archived.body, MOST_BYTES)
        except (CopydeskError, msgspec.DecodeError):
            return None
        return Raw(
            source=envelope.source,
            media_type=envelope.media_type,
            body=body,
            received_us=envelope.as_of_us,
            url=envelope.url,
        )

    def _at_rest(self, ref: str) -> Archived | None:
        meta = self._ledger.meta(ref)
        stored = self._index.get(ref) if meta is None else None
        place = meta.archived if meta is not None else stored.archived if stored is not None else None
        if place is None:
            return None
        try:
            return self._archive.entry(place)
        except CopydeskError:
            return None
