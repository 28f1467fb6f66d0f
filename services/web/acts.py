"""What an operator may do at the desk, each act written into the audit log: who did what to which article, and why."""

import contextlib
import re
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

import msgspec
import structlog

from services.index.search import Index, Stored
from services.ingest import decisions, desk_acts
from services.ingest.intake import Intake, open_decisions
from services.web.correction_form import NINJS, corrected, item_of
from services.web.listing import Row
from shared.archive import Archive
from shared.audit import AuditLog
from shared.entry_with_page import ENTRY_WITH_PAGE_TYPE
from shared.envelope import DESK, Input
from shared.errors import CopydeskError, PermanentError
from shared.ledger.calls import Ledger
from shared.ledger.reader import STAGES, InputStatus
from shared.ledger.triage import open_triage
from shared.package import PACKAGE_TYPE
from shared.settings import Settings

log = structlog.get_logger(__name__)

Act = Literal["replay", "discard", "withdraw", "edit", "correct", "release", "resume"]
ACTS: tuple[Act, ...] = get_args(Act)
AT_ONCE = 25
FAILED = frozenset({"dead", "refused"})
STATES: dict[Act, frozenset[str]] = {
    "replay": FAILED, "edit": FAILED, "discard": frozenset({"dead"}), "withdraw": frozenset({"indexed"}),
    "correct": frozenset({"indexed"}),
}  # fmt: skip
NAME = re.compile(r"[a-z2-7]{26}(?:@[0-9]{1,19})?")
STRONGEST = ("uri:", "url:", "guid:", "path:")


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What an act came to: to how many it was done, and which were not in the state for it."""

    done: int
    left: tuple[str, ...] = ()


class Acts:
    """The acts of a desk. Each is safe to repeat."""

    def __init__(self, settings: Settings, ledger: Ledger, index: Index, intake: Intake, audit: AuditLog) -> None:
        self._settings, self._ledger, self._index, self._intake = settings, ledger, index, intake
        self._audit = audit
        self._triage = open_triage(settings, ledger)

    def on_articles(self, act: Act, refs: Sequence[str], *, who: str, why: str) -> Done:
        """Replay, discard or withdraw these `id@rev`; those that are not in the state for it are left as they are."""
        if act == "withdraw":
            done = self._withdraw(refs, why)
        else:
            lines = {line_ref: self._ledger.line(line_ref) for line_ref in refs}
            fit = [ref for ref, line in lines.items() if line is not None and line.state in STATES[act]]
            with contextlib.closing(open_decisions(self._settings)) as archive:
                done = [ref for page in _pages(fit) for ref in self._do(act, archive, page, why)]
        for ref in done:
            self._audit.note(who=who, act=act, on=ref, why=why)
        if act == "replay":
            self._note_replayed([line for ref in done if (line := lines[ref]) is not None])
        return Done(done=len(done), left=tuple(ref for ref in refs if ref not in done))

    def edit(self, ref: str, text: str, *, who: str, why: str) -> Done:
        """Put other words in the place of an input that failed, as a correction by the desk; give the failed one up.

        In this order: what is cut short leaves the failed one as it was, and the same words again change nothing.
        """
        line, meta = self._ledger.line(ref), self._ledger.meta(ref)
        if line is None or meta is None or line.state not in FAILED:
            return Done(done=0, left=(ref,))
        head = self._ledger.head(line.article)
        if head is not None and head.rev > line.rev:
            raise PermanentError("a newer revision of this article has come since: look at that one")
        if meta.media_type == PACKAGE_TYPE:
            raise PermanentError(
                "it came with pictures: let its publisher send it again, or correct it by `copydesk correct`"
            )
        if meta.media_type == ENTRY_WITH_PAGE_TYPE:
            raise PermanentError("it is an entry with its page: discard it, or correct it by `copydesk correct`")
        given = Input(source=DESK, media_type=_as_utf_8(meta.media_type), body=self._checked(text),
                      url=meta.url, name=meta.name)  # fmt: skip
        with contextlib.closing(open_decisions(self._settings)) as archive:
            desk_acts.correct(self._intake, archive, self._named(line.article, meta.aliases), given, why)
            decisions.discard(self._ledger, archive, [ref], why)
        self._audit.note(who=who, act="edit", on=ref, why=why)
        return Done(done=1)

    def correct(self, ref: str, given: Mapping[str, str], *, who: str, why: str) -> Done:
        """Put what a person wrote into the form of an article in its place; what the form has not stays as it is."""
        stored = self._standing(ref)
        head = self._ledger.head(stored.article_id) if stored is not None else None
        if stored is None or (head is not None and head.rev > stored.rev):
            raise PermanentError("a newer revision of this article has come since, or is on its way: look at that one")
        article = corrected(stored.article, given)
        item = item_of(article, stored.article_id)
        words = Input(source=DESK, media_type=NINJS, body=msgspec.json.encode(item), patches=True)
        with contextlib.closing(open_decisions(self._settings)) as archive:
            named = self._named(stored.article_id, stored.aliases)
            desk_acts.correct(self._intake, archive, named, words, why)
        self._audit.note(who=who, act="correct", on=ref, why=why)
        return Done(done=1)

    def _checked(self, text: str) -> bytes:
        """What is put in an input's place, as bytes; said of the text, which has no name as a file has."""
        body, most = text.encode("utf-8", "replace"), self._settings.max_input_bytes
        if not body.strip():
            raise PermanentError("the text is empty: to give the article up, discard it")
        if len(body) > most:
            raise PermanentError(f"the text has {len(body)} bytes, and an article may have {most} (max_input_bytes)")
        return body

    def release(self, article: str, *, who: str, why: str) -> Done:
        """Give an article's address free for the next publisher who pushes it."""
        with contextlib.closing(open_decisions(self._settings)) as archive:
            decisions.free(self._ledger, archive, article)
        self._audit.note(who=who, act="release", on=article, why=why)
        return Done(done=1)

    def resume(self, name: str, kind: str = "", *, who: str, why: str) -> Done:
        """End the rest of a stage, a sink or a source; of what kind it is, its name tells where nobody says."""
        resumed = self._ledger.resume(kind or ("stage" if name in STAGES else "source"), name)
        self._audit.note(who=who, act="resume", on=name, why=why)
        return Done(done=int(resumed), left=() if resumed else (name,))

    def _note_replayed(self, lines: Sequence[InputStatus]) -> None:
        """What was done stays done where that cannot be noted; what dies of it again is not marked then."""
        try:
            self._triage.note_replayed(lines)
        except CopydeskError as error:
            log.warning("replay_not_noted", reason=str(error))

    def _withdraw(self, refs: Sequence[str], why: str) -> list[str]:
        stands = {ref: stored for ref in refs if (stored := self._standing(ref)) is not None}
        named = [self._named(stored.article_id, stored.aliases) for stored in stands.values()]
        with contextlib.closing(open_decisions(self._settings)) as archive:
            desk_acts.withdraw(self._intake, archive, named, why)
        return list(stands)

    def _standing(self, ref: str) -> Stored | None:
        """The article of a revision, where it is the newest and not withdrawn."""
        stored = self._index.get(ref.partition("@")[0])
        is_newest = stored is not None and ref in (stored.article_id, f"{stored.article_id}@{stored.rev}")
        return stored if stored is not None and is_newest and not stored.withdrawn else None

    def _named(self, article: str, aliases: Sequence[str]) -> desk_acts.Named:
        ranked = tuple(alias for kind in STRONGEST for alias in aliases if alias.startswith(kind))
        return desk_acts.Named(article=article, aliases=ranked)

    def _do(self, act: Act, archive: Archive, refs: Sequence[str], why: str) -> list[str]:
        if act == "discard":
            return _done(refs, decisions.discard(self._ledger, archive, refs, why))
        done = _done(refs, decisions.replay(self._ledger, archive, refs))
        rest = [ref for ref in refs if ref not in done]
        return done + (_done(rest, decisions.replay_refused(self._ledger, archive, rest)) if rest else [])


def checked_refs(refs: Sequence[str]) -> Sequence[str]:
    """Names of articles, as `id` or `id@rev`; raises `PermanentError` where there are none, or one is no such name."""
    if not refs:
        raise PermanentError("no article was chosen")
    for ref in refs:
        if not NAME.fullmatch(ref):
            raise PermanentError(f"{ref[:40]!r} names no article")
    return refs


def read_act(name: str) -> Act:
    """An act by its name; raises `PermanentError` for one that nobody knows."""
    if name not in ACTS:
        raise PermanentError(f"{name[:40]!r} is no act: there are {', '.join(ACTS)}")
    act: Act = msgspec.convert(name, Act)
    return act


def may_do(act: Act, row: Row) -> bool:
    """Is an article in a state for this act?"""
    return row.state in STATES.get(act, frozenset())


def is_editable(media_type: str, body: bytes, most: int) -> bool:
    """Can a person change the input in a page: is it text in UTF-8, and not too long."""
    charset = media_type.lower().partition("charset=")[2].strip(' "')
    if len(body) > most or (charset and charset not in ("utf-8", "us-ascii")):
        return False
    try:
        return "\0" not in body.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _as_utf_8(media_type: str) -> str:
    essence = media_type.partition(";")[0].strip()
    return f"{essence}; charset=utf-8" if essence.startswith("text/") else media_type


def _done(refs: Sequence[str], was_done: Sequence[bool]) -> list[str]:
    return [ref for ref, done in zip(refs, was_done, strict=True) if done]


def _pages(refs: Sequence[str]) -> Sequence[Sequence[str]]:
    return [refs[start : start + AT_ONCE] for start in range(0, len(refs), AT_ONCE)]
