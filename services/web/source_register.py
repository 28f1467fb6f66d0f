"""What is set for the sources of a desk: by whom, since when, and what was set where they were made."""

from collections.abc import Iterator, Sequence

import msgspec

from services.ingest.subscriptions import Subscriptions
from services.normalize.hint_checks import WrongHint, check_hints
from services.web.keys import Keys
from shared.audit import AuditLog
from shared.envelope import Source, source_of
from shared.hints import NO_HINTS, Hints
from shared.settings import Settings
from shared.source_book import Change, SourceBook, checked_name
from shared.source_settings import problems_of_source


class Owned(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What is set for a source: here (`hints`, in this version), and where it was made (`zone`, `language`): with the
    feed, the key or the drop folder. What is set here counts."""

    name: str
    version: int = 0
    hints: Hints = NO_HINTS
    zone: str | None = None
    language: str | None = None
    at_us: int = 0
    who: str = ""


class SourceRegister:
    """The settings of every source, and saving them; needs no Redis."""

    def __init__(self, settings: Settings, keys: Keys, audit: AuditLog) -> None:
        self.book = SourceBook(settings.sources_file)
        self._settings, self._keys, self._audit = settings, keys, audit

    def all(self) -> list[Owned]:
        """Every source that is known or has settings, those with settings first."""
        known = {name: Owned(name=name, zone=zone, language=language) for name, zone, language in self._made()}
        for name in self.book.sources():
            known[name] = self.get(name, known.get(name))
        return sorted(known.values(), key=lambda owned: (owned.hints == NO_HINTS, owned.name))

    def get(self, name: str, made: Owned | None = None) -> Owned:
        """What is set for one source."""
        name = name if name in self.book.sources() else checked_name(name)
        if made is None:
            made = next((Owned(name=known, zone=zone, language=language) for known, zone, language in self._made()
                         if known == name), Owned(name=name))  # fmt: skip
        history = self.book.history(name)
        if not history:
            return made
        last = history[-1]
        return msgspec.structs.replace(made, version=last.version, hints=last.hints, at_us=last.at_us, who=last.who)

    def history(self, name: str) -> Sequence[Change]:
        """The versions of a source's settings, the newest first."""
        return self.book.history(checked_name(name))[::-1]

    def save(self, name: str, hints: Hints, *, who: str, note: str, after: int | None = None) -> Change:
        """Keep settings; they count for what is read from now on. Raises `WrongHint` for one that cannot be used."""
        check_all(hints)
        before = self.get(name).version
        change = self.book.save(name, hints, who=who, note=note, after=after)
        if change.version != before:
            self._audit.note(who=who, act="set source", on=checked_name(name), why=_why(change))
        return change

    def _made(self) -> Iterator[tuple[str, str | None, str | None]]:
        """The sources that are set up on this desk, each with the zone and language it was made with."""
        for feed in Subscriptions(self._settings).list():
            yield source_of(feed.source()), feed.zone, feed.language
        seen: set[str] = set()
        for key in reversed(self._keys.known()):
            if key.publisher.name not in seen:
                seen.add(key.publisher.name)
                yield (
                    source_of(Source(kind="push", name=key.publisher.name)),
                    key.publisher.zone,
                    key.publisher.language,
                )
        for folder, drop in self._settings.drops.items():
            yield source_of(Source(kind="drop", name=folder)), drop.zone, drop.language


def check_all(hints: Hints) -> None:
    """Raise `WrongHint` for the first setting that cannot be used."""
    for field, problem in problems_of_source(zone=hints.zone, language=hints.language).items():
        raise WrongHint(field, problem)
    check_hints(hints)


def _why(change: Change) -> str:
    said = msgspec.json.encode(change.hints).decode()
    return f"{change.note} (version {change.version}: {said})" if change.note else f"version {change.version}: {said}"
