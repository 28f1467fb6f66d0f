"""Files dropped into `seeds/`: which are taken, and what came of them. They stay where they are."""

import base64
import hashlib
import queue
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import redis
import structlog

from services.ingest.containers.kinds import PICTURES, check_name, kind_of
from services.ingest.containers.parts import Part
from services.ingest.document_lane import DocumentLane
from services.ingest.drop_documents import (
    EMPTY,
    DropDocuments,
    Stopping,
    TakenParts,
    article_of_parts,
    article_of_path,
    note_parts,
)
from services.ingest.drop_files import (
    Dropped,
    StillWritten,
    Unreadable,
    Unsure,
    Vanished,
    hold_drop,
    is_known,
    is_large_zip,
    printable,
    read_drop,
    read_mark,
    same_words,
    still_for,
)
from services.ingest.drop_inputs import (
    LARGE,
    DropInputs,
    DropReaders,
    drop_source,
    is_document,
    make_article_input,
    make_drop_inputs,
)
from services.ingest.drop_memory import DropMemory, Notes, Taken
from services.ingest.drop_pictures import LONE_S, Beside, DropPictures
from services.ingest.drop_problem_files import ProblemFiles
from services.ingest.drop_problems import DropMember, partly
from services.ingest.drop_refusals import DropRefusals
from services.ingest.drop_watch import STILL_S, Why
from services.ingest.intake import Intake, Receipt, TakesInputs, in_batches, open_pictures
from shared.envelope import DESK, Input, Source
from shared.errors import InputRefused, TransientError
from shared.media_types import WARC, ZIP
from shared.settings import Settings

__all__ = ["Drops", "make_drop_inputs", "take_file"]  # scorers outside the project ask for the second here

log = structlog.get_logger(__name__)

WITH_THEIR_OWN = frozenset({ZIP, WARC, *PICTURES})  # no picture beside these is theirs

Outcomes = dict[str, Why | None]


class _Look(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is to be read: its mark now, and what was kept of it."""

    name: str
    mark: bytes
    still_s: float
    taken: Taken | None


class _Read(msgspec.Struct, frozen=True, kw_only=True):
    dropped: Dropped
    item: Input
    is_again: bool  # whether the file was here before


class Drops:
    """The drop folder. Any number of watchers may run on it: what both take, one of them takes as a duplicate.

    What holds several articles is read in two lanes beside, one of them for large documents: no feed and no other file
    waits for it.
    """

    def __init__(self, settings: Settings, intake: TakesInputs, client: redis.Redis, *, lone_s: float = LONE_S) -> None:
        self._settings = settings
        self._folder = Path(settings.seeds_dir)
        self._intake = intake
        self._lone_s = lone_s
        self._beside = DropPictures(client, self._folder)
        self._refusals = DropRefusals(client, self._folder)
        self._memory = DropMemory(client, self._folder, ProblemFiles(Path(settings.data_dir), self._folder))
        self._lock = threading.Lock()
        self._busy: dict[str, bool] = {}  # documents in a lane, and whether they were offered again meanwhile
        self._finished: queue.SimpleQueue[tuple[str, Outcomes]] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._documents = DropDocuments(settings, intake, open_pictures(settings), self._stopping.is_set)
        self._lanes = {large: DocumentLane(self._take_document) for large in (False, True)}

    def close(self) -> None:
        """Stop reading documents, the one at hand as well; each is taken at the next start."""
        self._stopping.set()
        for lane in self._lanes.values():
            lane.stop()
        for lane in self._lanes.values():
            lane.join()

    def tidy(self) -> None:
        """Forget some of the files that are gone from the folder; called now and then, it gets through them all."""
        self._memory.tidy()
        self._beside.tidy()
        with self._refusals.new() as notes:
            self._memory.note(notes)

    def note_closed(self, folders: Mapping[str, str]) -> None:
        """Keep which folders cannot be listed, and why, until `tidy` finds that they can, or are gone."""
        self._memory.note(Notes(troubled=dict(folders)))

    def fresh(self, marks: Mapping[str, bytes]) -> Collection[str]:
        """The names whose files are not known, by their marks, as taken or refused, and are not being read."""
        remembered = zip(marks.items(), self._memory.recall(marks), strict=True)
        with self._lock:
            return [
                name
                for (name, mark), taken in remembered
                if name not in self._busy and (taken is None or not is_known(mark, taken.mark))
            ]

    def take(self, offers: Mapping[str, float]) -> Outcomes:
        """Take these files but for those taken as they are.

        `offers` says for how many seconds each must have held still where the kernel does not know its writers. The
        answer is what is to be done with each: nothing, or why to offer it again. Documents are read beside; `finished`
        answers them. Raises `TransientError` when the desk or Redis has no room now: then all are to be offered again.
        """
        outcomes: Outcomes = dict.fromkeys(offers)
        notes = Notes()
        try:
            reads = self._readable(offers, outcomes, notes)
            for batch in in_batches(reads, lambda read: len(read.dropped.body), self._settings):
                self._enter(batch, outcomes, notes)
        finally:
            self._memory.note(notes)
        return outcomes

    def finished(self) -> Outcomes:
        """What came of documents since the last call."""
        finished: Outcomes = {}
        while not self._finished.empty():
            name, outcomes = self._finished.get()
            with self._lock:
                offered_again = self._busy.pop(name, False)
            if offered_again and outcomes[name] is None:
                outcomes[name] = "anew"
            finished.update(outcomes)
        return finished

    def is_reading(self) -> bool:
        """Whether there are documents that `finished` has not answered yet."""
        with self._lock:
            return bool(self._busy)

    def _readable(self, offers: Mapping[str, float], outcomes: Outcomes, notes: Notes) -> Iterator[_Read]:
        """Those that can be read now and hold one article; documents go to their lanes."""
        for look in self._unknown(offers, notes):
            if is_large_zip(self._folder / look.name, self._settings.max_input_bytes):
                self._let_wait(look.name, outcomes, large=True)
                continue
            dropped = self._read(look, outcomes, notes)
            if dropped is None:
                continue
            kind = self._kind(dropped, notes)
            if kind is None:
                continue
            if kind in PICTURES and not self._is_lone(look, outcomes, notes):
                continue
            if is_document(dropped.body, kind) or (beside := self._beside.beside(look.name, dropped.body)).there:
                self._let_wait(look.name, outcomes, large=len(dropped.body) > LARGE)
                continue
            self._beside.await_for(look.name, beside.awaited)
            item = make_article_input(dropped.name, dropped.body, kind, self._source(dropped.name))
            yield _Read(dropped=dropped, item=item, is_again=look.taken is not None)

    def _let_wait(self, name: str, outcomes: Outcomes, *, large: bool) -> None:
        """Let a document be read in its lane."""
        with self._lock:
            self._busy[name] = False
        del outcomes[name]
        self._lanes[large].put(name)

    def _kind(self, dropped: Dropped, notes: Notes) -> str | None:
        """Of which kind a file is; None of one that is not read."""
        try:
            return kind_of(printable(dropped.name), dropped.body)
        except InputRefused as error:
            notes.refused[dropped.name] = (dropped.mark, str(error))
            return None

    def _is_lone(self, look: _Look, outcomes: Outcomes, notes: Notes) -> bool:
        """Whether a picture goes with no article. One that does is taken when that is, one that may waits a moment."""
        owners = self._beside.owners(look.name)
        if owners:
            notes.touched[look.name] = Taken(mark=look.mark)
            self._memory.forget(owners)
            outcomes.update(dict.fromkeys(owners, "anew"))
            return False
        if still_for(self._folder / look.name) < self._lone_s:
            outcomes[look.name] = "unsure"
            return False
        return True

    def _source(self, name: str) -> Source:
        return drop_source(name, self._settings.drops)

    def _unknown(self, offers: Mapping[str, float], notes: Notes) -> Iterator[_Look]:
        """The files that are not as they were taken. Of those in a lane it is noted that they were offered again."""
        for (name, still_s), taken in zip(offers.items(), self._memory.recall(offers), strict=True):
            with self._lock:
                busy = name in self._busy
                if busy:
                    self._busy[name] = True
            if busy:
                continue
            mark = read_mark(self._folder / name)
            if mark is None:
                notes.gone.append(name)
            elif taken is None or not is_known(mark, taken.mark):
                yield _Look(name=name, mark=mark, still_s=still_s, taken=taken)

    def _read(self, look: _Look, outcomes: Outcomes, notes: Notes) -> Dropped | None:
        """Read one file; `None` for one that is gone, refused, to be tried again, or as it was but for its rights."""
        name, taken = look.name, look.taken
        try:
            check_name(name)
            dropped = read_drop(self._folder, name, self._settings.max_input_bytes, still_s=look.still_s)
        except Vanished:
            notes.gone.append(name)
        except InputRefused as error:  # of the mark before it was judged: what is written after is looked at again
            notes.refused[name] = (look.mark, str(error))
        except Unsure:
            outcomes[name] = "unsure"
        except (StillWritten, Unreadable) as error:
            outcomes[name] = "written" if isinstance(error, StillWritten) else "troubled"
            if not isinstance(error, StillWritten) or error.stalled:
                notes.troubled[name] = str(error)
        else:
            if taken is None or not same_words(dropped.mark, taken.mark) or _digest(dropped) != taken.digest:
                return dropped
            notes.touched[name] = msgspec.structs.replace(taken, mark=dropped.mark)
        return None

    def _take_document(self, name: str, readers: DropReaders) -> None:
        """Read and enter one document, in its lane; `finished` tells what came of it."""
        outcomes: Outcomes = {name: None}
        notes = Notes()
        try:
            look = _Look(name=name, mark=read_mark(self._folder / name) or b"", still_s=0.0, taken=None)
            if is_large_zip(self._folder / name, self._settings.max_input_bytes):
                self._take_large_zip(look, readers, notes)
            elif (dropped := self._read(look, outcomes, notes)) is not None:
                self._take_parts(dropped, readers, outcomes, notes)
            self._memory.note(notes)
        except (StillWritten, Unsure):  # a picture of it
            outcomes[name] = "written"
        except TransientError as error:
            outcomes[name] = "troubled"
            log.info("drop_postponed", path=printable(name), reason=str(error))
        except Exception:  # whatever it is, it concerns this file, and others wait in the lane
            outcomes[name] = "troubled"
            log.exception("drop_failed", path=printable(name))
        self._finished.put((name, outcomes))

    def _take_large_zip(self, look: _Look, readers: DropReaders, notes: Notes) -> None:
        """Take a ZIP that is too large for memory, where it lies; one whose rights change is looked through again."""
        name, most = look.name, self._settings.max_zip_bytes
        try:
            with hold_drop(self._folder, name, most, still_s=STILL_S) as (descriptor, mark):
                told = self._documents.take_large_zip(name, descriptor, self._source(name), readers)
        except Vanished:
            notes.gone.append(name)
        except InputRefused as error:
            notes.refused[name] = (look.mark, str(error))
        else:
            if note_parts(name, mark, told, notes):
                self._memory.remember({name: Taken(mark=mark, parts=told.parts)}, {})
                self._refusals.note_repeated(name, told.repeats, notes)
                self._refusals.note_taken_back(name, told.news, self._source(name), notes)

    def _take_parts(self, dropped: Dropped, readers: DropReaders, outcomes: Outcomes, notes: Notes) -> None:
        """Take what a file holds, with the pictures beside it; it is known as taken when any of it is."""
        beside, pictures = self._read_beside(dropped)
        told = self._documents.take(dropped, self._source(dropped.name), readers, [part for _, part in pictures])
        if not note_parts(dropped.name, dropped.mark, told, notes):
            return
        self._beside.await_for(dropped.name, beside.awaited)
        own = [picture for picture, part in pictures if part.role == "picture"]
        self._take_back([picture.name for picture in own], dropped.name)
        article, is_own = article_of_parts(dropped.name, told)
        files = {dropped.name: self._taken(dropped, told, "" if is_own else article)}
        files |= {picture.name: Taken(mark=picture.mark) for picture in own}
        holders = {dropped.name: article} if is_own else {}
        for name in self._memory.remember(files, holders):
            outcomes[name] = "anew"
        self._refusals.note_repeated(dropped.name, told.repeats, notes)
        self._refusals.note_taken_back(dropped.name, told.news, self._source(dropped.name), notes)
        log.info("document_taken", path=printable(dropped.name), count=told.taken, refused=len(told.members))

    def _take_back(self, pictures: Sequence[str], article: str) -> None:
        """Of pictures that are articles of their own already, take these back: one that never was has no digest."""
        alone = [name for name, row in zip(pictures, self._memory.recall(pictures), strict=True) if row and row.digest]
        if alone:
            self._documents.take_back(alone, article, self._source(article))

    def _taken(self, dropped: Dropped, told: TakenParts, copy_of: str) -> Taken:
        """What is kept of a file; one that was taken in part is looked at again when only its rights change."""
        digest = b"" if told.members or told.refused else _digest(dropped)
        return Taken(mark=dropped.mark, digest=digest, copy_of=copy_of, parts=told.parts)

    def _read_beside(self, dropped: Dropped) -> tuple[Beside, list[tuple[Dropped, Part]]]:
        """The pictures beside an article; a container has its own."""
        if kind_of(printable(dropped.name), dropped.body) in WITH_THEIR_OWN:
            return Beside(), []
        beside = self._beside.beside(dropped.name, dropped.body)
        most = self._settings.max_picture_bytes
        return beside, list(self._beside.read(beside.there, dropped.name, most, STILL_S))

    def _enter(self, batch: Sequence[_Read], outcomes: Outcomes, notes: Notes) -> None:
        """Hand a batch in; a file that no door takes is told, and does not stop the others."""
        if self._stopping.is_set():
            raise Stopping("the watcher ends")
        replies = self._intake.take_each([read.item for read in batch])
        taken: dict[str, Taken] = {}
        holders: dict[str, str] = {}
        for read, reply in zip(batch, replies, strict=True):
            name = read.dropped.name
            if isinstance(reply, InputRefused):
                notes.refused[name] = (read.dropped.mark, str(reply))
                continue
            article, is_own = article_of_path(name, read.item.aliases, reply)
            copy_of = "" if is_own else article
            taken[name] = Taken(mark=read.dropped.mark, digest=_digest(read.dropped), copy_of=copy_of)
            if is_own:
                holders[name] = article
            self._note_words(read, reply, notes)
        if taken:
            for name in self._memory.remember(taken, holders):
                outcomes[name] = "anew"
            log.info("drops_taken", count=len(taken), first=printable(next(iter(taken))))

    def _note_words(self, read: _Read, receipt: Receipt, notes: Notes) -> None:
        name, told = read.dropped.name, [(printable(read.dropped.name), receipt.article)]
        if receipt.state == "duplicate":
            self._refusals.note_repeated(name, told, notes)
        elif read.is_again:  # one more round trip: not for the many that are new
            self._refusals.note_taken_back(name, told, read.item.source, notes)


def take_file(path: Path, settings: Settings, intake: Intake) -> list[Receipt]:
    """Take one file, as `copydesk push FILE` does: one below `seeds/` as the drop it is, any other by its own path."""
    path = path.absolute()
    folder = Path(settings.seeds_dir).absolute()
    try:
        dropped = read_drop(path.parent, path.name, settings.max_input_bytes)
    except Vanished as error:
        raise InputRefused(f"{printable(str(path))} is not there") from error
    if path.is_relative_to(folder):
        name = path.relative_to(folder).as_posix()
        source = drop_source(name, settings.drops)
    else:
        name, source = path.as_posix(), DESK
    readers, pictures = DropReaders(), open_pictures(settings)
    inputs: list[Input] = []
    members: list[DropMember] = []
    try:
        for item in DropInputs(settings, pictures).of(name, dropped.body, source, readers):
            members.append(item) if isinstance(item, DropMember) else inputs.append(item)
        receipts = intake.take(inputs)
    finally:
        readers.close()
        pictures.let_go(picture for item in inputs for picture in item.pictures)
    if members:
        raise InputRefused(partly(members, len(members) + len(inputs)) + ("; the rest is in" if inputs else ""))
    if not receipts:
        raise InputRefused(EMPTY)
    return receipts


def _digest(dropped: Dropped) -> bytes:
    return base64.b64encode(hashlib.blake2b(dropped.body, digest_size=9).digest())
