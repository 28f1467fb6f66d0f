"""Documents and containers among the drops: read part after part, and taken in as they are read."""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from services.ingest.containers.parts import Part
from services.ingest.drop_files import Dropped, path_alias, printable
from services.ingest.drop_inputs import DropInputs, DropReaders
from services.ingest.drop_memory import Notes
from services.ingest.drop_problems import DropMember, partly
from services.ingest.intake import Answer, Receipt, TakesInputs, in_batches
from shared import identity
from shared.envelope import WITHDRAWAL_TYPE, Input, Source, Withdrawal
from shared.errors import InputRefused, PermanentError, TransientError
from shared.package import Picture
from shared.picture_files import PictureFiles
from shared.settings import Settings

EMPTY = "it holds nothing that is read"


class Stopping(TransientError):
    """The watcher ends: what a document holds is taken at the next start."""


class TakenParts(msgspec.Struct, kw_only=True):
    """What came of a file: how many articles are in, which parts are not, why nothing more of it was read, what the
    first of them is known by and was answered, and which repeat an article that was in, or are news: by name, and that
    article."""

    taken: int = 0
    members: list[DropMember] = []
    refused: str = ""
    aliases: tuple[str, ...] = ()
    receipt: Receipt | None = None
    repeats: list[tuple[str, str]] = []
    news: list[tuple[str, str]] = []

    @property
    def parts(self) -> int:
        """How many parts were found."""
        return self.taken + len(self.members)


class DropDocuments:
    """Takes whole files in, from any number of threads."""

    def __init__(
        self, settings: Settings, intake: TakesInputs, pictures: PictureFiles, is_stopping: Callable[[], bool]
    ) -> None:
        self._settings, self._intake, self._pictures = settings, intake, pictures
        self._inputs = DropInputs(settings, pictures)
        self._is_stopping = is_stopping

    def take(self, dropped: Dropped, source: Source, readers: DropReaders, beside: Sequence[Part] = ()) -> TakenParts:
        """Take in what a file holds, in batches, so that a watcher that has to end does so in between.

        Raises `TransientError` where the desk has no room: what is in by then comes back as duplicates.
        """
        return self._take(self._inputs.of(dropped.name, dropped.body, source, readers, beside))

    def take_large_zip(self, name: str, descriptor: int, source: Source, readers: DropReaders) -> TakenParts:
        """Take in what a ZIP holds that is open here; raises as `take` does."""
        return self._take(self._inputs.of_large_zip(name, descriptor, source, readers))

    def _take(self, items: Iterator[Input | DropMember]) -> TakenParts:
        told = TakenParts()
        staged: list[Picture] = []
        try:
            for batch in in_batches(self._read(items, told, staged), lambda item: len(item.body), self._settings):
                if self._is_stopping():
                    raise Stopping("the watcher ends")
                self._note(batch, self._intake.take_each(batch), told)
        finally:
            self._pictures.let_go(staged)  # those of what was not taken: the others have their own names by now
        return told

    def take_back(self, pictures: Sequence[str], article: str, source: Source) -> None:
        """Take back what pictures were by themselves, now that their article has come."""
        reason = f"it came with {printable(article)}"
        self._intake.take_each([_withdrawal(picture, reason, source) for picture in pictures])

    def _read(self, items: Iterator[Input | DropMember], told: TakenParts, staged: list[Picture]) -> Iterator[Input]:
        try:
            for item in items:
                if isinstance(item, DropMember):
                    told.members.append(item)
                else:
                    staged += item.pictures
                    yield item
        except PermanentError as error:
            if self._is_stopping():  # its reader was ended under it
                raise Stopping("the watcher ends") from error
            told.refused = str(error)

    def _note(self, batch: Sequence[Input], answers: Sequence[Answer], told: TakenParts) -> None:
        for item, answer in zip(batch, answers, strict=True):
            if isinstance(answer, InputRefused):
                told.members.append(DropMember(name=item.name or "", detail=str(answer)))
                continue
            if not told.taken:
                told.aliases, told.receipt = item.aliases, answer
            told.taken += 1
            kept = told.repeats if answer.state == "duplicate" else told.news
            kept.append((item.name or "", answer.article))


def _withdrawal(picture: str, reason: str, source: Source) -> Input:
    alias = path_alias(picture)
    return Input(
        source=source,
        media_type=WITHDRAWAL_TYPE,
        body=msgspec.json.encode(Withdrawal(article=alias, reason=reason)),
        aliases=(alias,),
        withdraws=True,
        name=printable(picture),
    )


def note_parts(name: str, mark: bytes, told: TakenParts, notes: Notes) -> bool:
    """Note what of a file is not in; gives whether any of it is."""
    members = told.members
    if not told.taken:
        reason = told.refused or (partly(members, len(members)) if members else EMPTY)
        notes.refused[name] = (mark, members[0].detail if len(members) == 1 and not told.refused else reason)
        notes.members[name] = tuple(member for member in members if member.name != printable(name))
    elif members or told.refused:
        said = filter(None, (partly(members, told.taken + len(members)) if members else "", told.refused))
        notes.partly[name] = ("; ".join(said), tuple(members))
    return told.taken > 0


def article_of_parts(name: str, told: TakenParts) -> tuple[str, bool]:
    """The article that a file is, where it holds but one: see `article_of_path`."""
    if told.taken != 1 or told.receipt is None:
        return "", False
    return article_of_path(name, told.aliases, told.receipt)


def article_of_path(name: str, aliases: Sequence[str], receipt: Receipt) -> tuple[str, bool]:
    """The article that a file known by its path alone is or repeats, and whether that is its path's own."""
    by_path = (path_alias(name),)
    if tuple(aliases) != by_path:
        return "", False
    is_own = receipt.article == identity.article_id(by_path, "")
    return (receipt.article, is_own) if is_own or receipt.state == "duplicate" else ("", False)
