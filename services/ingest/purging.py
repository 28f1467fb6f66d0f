"""A person has the words of an article erased: in archive and ledger and, by an input of its own, in the index."""

from collections.abc import Callable, Sequence, Set
from typing import NamedTuple, Protocol

import msgspec

from services.ingest import desk_acts
from services.ingest.desk_acts import Named
from services.ingest.intake import Intake
from shared.archive import Archive
from shared.archive_entries import unpack_body
from shared.archive_erasure import erase
from shared.clock import now_us
from shared.envelope import MOST_BYTES, WITHDRAWAL_TYPE
from shared.ledger.calls import Ledger
from shared.ledger.listing import standing_refs
from shared.package import PACKAGE_TYPE, unpack
from shared.picture_files import PictureFiles

MARGIN_US = 600_000_000  # an input has its time before it waits for its turn to be written


class Answered(Protocol):
    """What the index decided on an input; only whose it is counts here."""

    @property
    def article_id(self) -> str: ...


class Shown(NamedTuple):
    """Pictures, by digest, that the articles which go show, and that others which stand do."""

    theirs: Set[str] = frozenset()
    others: Set[str] = frozenset()


class Parts(msgspec.Struct, frozen=True):
    """What erasing works with."""

    intake: Intake
    ledger: Ledger
    archive: Archive
    decisions: Archive
    pictures: PictureFiles


def inputs_of(
    archive: Archive, answered: Callable[[str], Answered | None], articles: Sequence[Named]
) -> list[tuple[str, str]]:
    """Where the inputs of an article rest in the archive, each with its receipt.

    What the index decided on says whose it is, else the addresses that it names. Withdrawals hold no words.
    """
    ids = {article.article for article in articles}
    aliases = {alias for article in articles for alias in article.aliases}
    places = []
    for place, entry in archive.entries():
        envelope = entry.envelope
        if envelope.media_type == WITHDRAWAL_TYPE:
            continue
        answer = answered(envelope.receipt)
        is_its = answer.article_id in ids if answer else not aliases.isdisjoint(envelope.aliases)
        if is_its or envelope.corrects in ids:
            places.append((place, envelope.receipt))
    return places


def purge(
    parts: Parts, articles: Sequence[Named], places: Sequence[tuple[str, str]], shown: Callable[[], Shown], reason: str
) -> int:
    """Erase an article; gives how many inputs that were. Cut short, it can be done once more and then is whole.

    The pictures go first, while there is what names them. The withdrawal goes in before the words, so that nothing that
    is on its way comes after it; what waits is given up.
    """
    erase_pictures(parts.archive, parts.pictures, {place for place, _ in places}, shown)
    for article in articles:
        take_back(parts, article, reason)
    return erase(parts.archive.folder, places, articles[0].article, now_us(), parts.archive.store)


def take_back(parts: Parts, article: Named, reason: str) -> None:
    """Take an article back for good: its words leave the index, and what waits of it is given up."""
    desk_acts.note(parts.decisions, "purge", article.article, reason)
    item = msgspec.structs.replace(desk_acts.withdrawal_of(article, reason), erases=True)
    (receipt,) = parts.intake.take([item])
    standing = standing_refs(parts.ledger, article.article)
    others = [ref for ref in standing if ref != f"{receipt.article}@{receipt.rev}"]
    parts.ledger.discard(others, reason, standing=True)


def erase_pictures(archive: Archive, files: PictureFiles, places: Set[str], shown: Callable[[], Shown]) -> None:
    """Erase the pictures that came with these inputs, or are shown by their articles, and by nobody else.

    All of the archive is looked through while the door goes on; what came meanwhile is looked for once it waits.
    """
    if not files.holds_any():
        return
    began, seen = now_us(), shown()
    theirs, others = _pictures_in(archive, places, 0)
    theirs |= seen.theirs
    if not theirs:
        return
    with files.being_erased():
        _, late = _pictures_in(archive, places, began - MARGIN_US)
        files.erase(theirs - others - late - seen.others)


def _pictures_in(archive: Archive, places: Set[str], since_us: int) -> tuple[set[str], set[str]]:
    """The pictures that came since then with these inputs, and with others."""
    theirs: set[str] = set()
    others: set[str] = set()
    for place, entry in archive.entries(since_us=since_us):
        if entry.envelope.media_type == PACKAGE_TYPE:
            pictures = unpack(unpack_body(entry.body, MOST_BYTES)).pictures
            (theirs if place in places else others).update(picture.sha256 for picture in pictures)
    return theirs, others
