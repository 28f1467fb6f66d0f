"""What a dropped file holds, whatever it is: one article, several, a feed, or a container of all of these."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from services.ingest.containers.cut import CUT, is_cut
from services.ingest.containers.kinds import JSON, MAIL, PICTURES, STRUCTURED, kind_of
from services.ingest.containers.mail import read_mail
from services.ingest.containers.packed import read_gzip
from services.ingest.containers.parts import (
    MOST_DEEP,
    WITHOUT_ARTICLE,
    Budget,
    Limits,
    Part,
    refused,
    told_apart,
    too_large,
)
from services.ingest.containers.several import split_wire, split_xml
from services.ingest.containers.warc import holds_warc, read_warc
from services.ingest.containers.word import read_docx
from services.ingest.containers.zip_file import read_zip
from services.ingest.formats import json_feed
from services.ingest.formats.announced import looks_like_feed
from services.ingest.packages import Item, split_package
from shared.errors import InputRefused
from shared.media_types import DOCX, GZIP, WARC, WIRE, ZIP


def open_file(name: str, body: bytes, limits: Limits) -> Iterator[Part]:
    """The parts of a file, in their order, each picture behind its article; what is not taken is among them.

    Raises `InputRefused` where nothing of it can be taken, or it holds too much: what was given before counts.
    """
    yield from told_apart(_Opening(limits).open(name, body, 0))


def open_zip_in_place(name: str, file: BinaryIO, limits: Limits) -> Iterator[Part]:
    """The parts of a large ZIP, which is read where it lies; raises `InputRefused` as `open_file` does."""
    opening = _Opening(limits)
    yield from told_apart(read_zip(name, file, 0, opening.budget, opening.open))


class _Opening:
    def __init__(self, limits: Limits) -> None:
        self.budget = Budget(limits)

    def open(self, name: str, body: bytes, depth: int) -> Iterator[Part]:
        """What stands in something else, or is the file itself; raises `InputRefused` as `open_file` does."""
        if depth > MOST_DEEP:
            raise InputRefused(f"{name} stands in more than {MOST_DEEP} containers")
        kind, budget = kind_of(name, body), self.budget
        if kind == ZIP:
            yield from read_zip(name, body, depth, budget, self.open)
        elif kind == WARC or (kind == GZIP and holds_warc(body)):
            yield from self._fitting(read_warc(name, body, budget))
        elif kind == GZIP:
            yield from read_gzip(name, body, depth, budget, self.open)
        elif kind == MAIL:
            yield from self._fitting(read_mail(name, body, depth, budget, self.open))
        elif kind == DOCX:
            yield from self._fitting(read_docx(name, body, budget))
        elif kind in PICTURES:
            budget.take(len(body))
            yield Part(role="lone", name=name, media_type=kind, body=body, names=(name,))
        else:
            yield from self._fitting(self._documents(name, kind, body))

    def _documents(self, name: str, kind: str, body: bytes) -> Iterator[Part]:
        """A document without pictures of its own, or several."""
        if kind in STRUCTURED and (json_feed.announces_itself(body) if kind == JSON else looks_like_feed(body)):
            yield Part(role="feed", name=name, media_type=kind, body=body)
            return
        items = _items(name, kind, body)
        if not items:
            self.budget.take(len(body))
            yield Part(role="article", name=name, media_type=kind, body=body)
        for number, item in enumerate(items, start=1):
            self.budget.take(len(item.body))
            yield Part(
                role="article",
                name=f"{name}#{item.guid or number}",
                media_type=kind,
                body=item.body,
                guid=item.guid,
                is_placed=item.is_placed,
            )
        if is_cut(kind, body):
            yield refused(name, CUT)

    def _fitting(self, parts: Iterator[Part]) -> Iterator[Part]:
        """The parts, with what is too large for one article told as refused, and its pictures too.

        Else these would go with whatever article came before.
        """
        most = self.budget.limits.article_bytes
        is_left_out = False
        for part in parts:
            if part.role in ("article", "lone", "feed"):
                is_left_out = part.role == "article" and len(part.body) > most
                yield refused(part.name, too_large(most)) if is_left_out else part
            elif part.role == "picture" and is_left_out:
                yield refused(part.name, WITHOUT_ARTICLE)
            else:
                yield part


def _items(name: str, kind: str, body: bytes) -> Sequence[Item]:
    """The articles of a document that holds several; nothing where it holds one."""
    if kind == JSON:
        return split_package(body, name)
    if kind in STRUCTURED:
        return split_xml(body, name)
    return split_wire(body) if kind == WIRE else ()
