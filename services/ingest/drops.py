"""Files dropped into `seeds/`: which are taken, and what came of them. They stay where they are."""

import base64
import hashlib
import itertools
import queue
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import redis
import structlog

from services.ingest.document_lane import DocumentLane
from services.ingest.drop_files import (
    Dropped,
    StillWritten,
    Unreadable,
    Unsure,
    Vanished,
    is_known,
    path_alias,
    printable,
    read_drop,
    read_mark,
    same_words,
)
from services.ingest.drop_inputs import (
    LARGE,
    check_kind,
    drop_source,
    is_document,
    make_article_input,
    make_drop_inputs,
)
from services.ingest.drop_memory import DropMemory, Notes, Taken
from services.ingest.drop_watch import Why
from services.ingest.intake import Answer, Intake, Receipt, TakesInputs, in_batches
from services.ingest.parser_process import FeedParser
from shared import identity
from shared.envelope import DESK, Input
from shared.errors import InputRefused, PermanentError, TransientError
from shared.settings import Settings

log = structlog.get_logger(__name__)

INPUTS_A_STEP = 500

Outcomes = dict[str, Why | None]


class _Look(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is to be read: its mark now, and what was kept of it."""

    name: str
    mark: bytes
    still_s: float
    taken: Taken | None


class _Read(msgspec.Struct, frozen=True, kw_only=True):
    dropped: Dropped
    inputs: list[Input]


class _Stopping(TransientError):
    """The watcher ends: what a document holds is taken at the next start."""


class Drops:
    """The drop folder. Any number of watchers may run on it: what both take, one of them takes as a duplicate.

    What holds several articles is read in two lanes beside, one of them for large documents: no feed and no other file
    waits for it.
    """

    def __init__(self, settings: Settings, intake: TakesInputs, client: redis.Redis) -> None:
        self._settings = settings
        self._folder = Path(settings.seeds_dir)
        self._intake = intake
        self._memory = DropMemory(client, self._folder)
        self._lock = threading.Lock()
        self._busy: dict[str, bool] = {}  # documents in a lane, and whether they were offered again meanwhile
        self._finished: queue.SimpleQueue[tuple[str, Outcomes]] = queue.SimpleQueue()
        self._stopping = threading.Event()
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
            dropped = self._read(look, outcomes, notes)
            if dropped is None:
                continue
            if is_document(look.name, dropped.body):
                with self._lock:
                    self._busy[look.name] = False
                del outcomes[look.name]
                self._lanes[len(dropped.body) > LARGE].put(look.name)
            elif inputs := self._open(dropped, None, notes):
                yield _Read(dropped=dropped, inputs=inputs)

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
            check_kind(name)
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

    def _open(self, dropped: Dropped, parser: FeedParser | None, notes: Notes) -> list[Input]:
        """What a file holds, one article where no parser is given; nothing where it is refused."""
        source = drop_source(dropped.name, self._settings.drops)
        try:
            if parser is None:
                return [make_article_input(dropped.name, dropped.body, source)]
            return make_drop_inputs(dropped.name, dropped.body, source, parser)
        except PermanentError as error:
            if self._stopping.is_set():  # its parser was ended under it
                raise _Stopping("the watcher ends") from error
            notes.refused[dropped.name] = (dropped.mark, str(error))
            return []

    def _take_document(self, name: str, parser: FeedParser) -> None:
        """Read and enter one document, in its lane; `finished` tells what came of it."""
        outcomes: Outcomes = {name: None}
        notes = Notes()
        try:
            look = _Look(name=name, mark=read_mark(self._folder / name) or b"", still_s=0.0, taken=None)
            dropped = self._read(look, outcomes, notes)
            inputs = self._open(dropped, parser, notes) if dropped is not None else []
            if dropped is not None and inputs:
                self._enter([_Read(dropped=dropped, inputs=inputs)], outcomes, notes)
            self._memory.note(notes)
        except TransientError as error:
            outcomes[name] = "troubled"
            log.info("drop_postponed", path=printable(name), reason=str(error))
        except Exception:  # whatever it is, it concerns this file, and others wait in the lane
            outcomes[name] = "troubled"
            log.exception("drop_failed", path=printable(name))
        self._finished.put((name, outcomes))

    def _enter(self, batch: Sequence[_Read], outcomes: Outcomes, notes: Notes) -> None:
        """Hand a batch in; a file of which no door takes a part is told, and does not stop the others."""
        replies = self._take_each([item for read in batch for item in read.inputs])
        taken: dict[str, Taken] = {}
        holders: dict[str, str] = {}
        for read in batch:
            name, own = read.dropped.name, list(itertools.islice(replies, len(read.inputs)))
            refused = next((reply for reply in own if isinstance(reply, InputRefused)), None)
            if refused is not None:
                notes.refused[name] = (read.dropped.mark, str(refused))
                continue
            article, is_own = _article_of_path(read, own)
            copy_of = "" if is_own else article
            taken[name] = Taken(mark=read.dropped.mark, digest=_digest(read.dropped), copy_of=copy_of)
            if is_own:
                holders[name] = article
        if taken:
            for name in self._memory.remember(taken, holders):
                outcomes[name] = "anew"
            log.info("drops_taken", count=len(taken), first=printable(next(iter(taken))))

    def _take_each(self, inputs: Sequence[Input]) -> Iterator[Answer]:
        """Hand inputs in, many in steps, so that a watcher that has to end does so in between."""
        for start in range(0, len(inputs), INPUTS_A_STEP):
            if self._stopping.is_set():
                raise _Stopping("the watcher ends")
            yield from self._intake.take_each(inputs[start : start + INPUTS_A_STEP])


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
    parser = FeedParser()
    try:
        return intake.take(make_drop_inputs(name, dropped.body, source, parser))
    finally:
        parser.close()


def _article_of_path(read: _Read, replies: Sequence[Answer]) -> tuple[str, bool]:
    """The article that a file known by its path alone is or repeats, and whether that is its path's own."""
    reply = replies[0]
    by_path = (path_alias(read.dropped.name),)
    if len(read.inputs) > 1 or read.inputs[0].aliases != by_path or not isinstance(reply, Receipt):
        return "", False
    is_own = reply.article == identity.article_id(by_path, "")
    return (reply.article, is_own) if is_own or reply.state == "duplicate" else ("", False)


def _digest(dropped: Dropped) -> bytes:
    return base64.b64encode(hashlib.blake2b(dropped.body, digest_size=9).digest())
