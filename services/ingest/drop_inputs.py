"""What a dropped file holds, as inputs: one article, several, the entries of a feed; and whose they are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import msgspec

from services.ingest.containers import kinds
from services.ingest.containers.cut import CUT, is_cut_picture, may_be_cut
from services.ingest.containers.parts import EVERYWHERE, WITHOUT_ARTICLE, Limits, Part
from services.ingest.containers.process import FileOpener
from services.ingest.drop_files import path_alias, percent_encoded, printable
from services.ingest.drop_problems import DropMember
from services.ingest.feeds import make_inputs
from services.ingest.formats import json_feed
from services.ingest.formats.announced import looks_like_feed
from services.ingest.formats.feed import Feed
from services.ingest.packages import announces_package
from services.ingest.parser_process import FeedParser
from shared import identity
from shared.clock import now_us
from shared.embargo import latest
from shared.envelope import MOST_BYTES, Input, Source
from shared.errors import InputRefused, NotAFeed
from shared.package import MOST_PICTURES, PACKAGE_TYPE, Package, Picture, pack
from shared.picture_files import PictureFiles
from shared.settings import Settings
from shared.source_settings import SourceSettings

LARGE = 256 * 1024
HEAD = 4096


class DropReaders:
    """The killable places where what a file holds is read: of one thread, each started when it is first needed."""

    def __init__(self) -> None:
        self.feeds, self.files = FeedParser(), FileOpener()

    def close(self) -> None:
        """End their processes; the next file starts others."""
        self.feeds.close()
        self.files.close()

    def abort(self) -> None:
        """End their processes under what they read, which is told as what costs too much."""
        self.feeds.abort()
        self.files.abort()


class DropInputs:
    """Makes inputs of files. The pictures among them are written down where they stay, should they be taken in."""

    def __init__(self, settings: Settings, pictures: PictureFiles) -> None:
        self._settings, self._pictures = settings, pictures

    def of(
        self, name: str, body: bytes, source: Source, readers: DropReaders, beside: Sequence[Part] = ()
    ) -> Iterator[Input | DropMember]:
        """The inputs of a file, and what of it is not taken. `beside` are pictures that go with its one article.

        Raises `InputRefused` or `NotAFeed` once nothing more of it can be taken: what was given before counts. Of each
        input whoever asks lets the pictures go once it is in, or refused.
        """
        parts = readers.files.open(printable(name), body, self._limits(source))
        yield from self._gathered(name, source, _with_pictures(parts, beside), readers.feeds)

    def of_large_zip(
        self, name: str, descriptor: int, source: Source, readers: DropReaders
    ) -> Iterator[Input | DropMember]:
        """The inputs of a ZIP that is open here; raises as `of` does."""
        parts = readers.files.open_in_place(printable(name), descriptor, self._limits(source))
        yield from self._gathered(name, source, parts, readers.feeds)

    def _limits(self, source: Source) -> Limits:
        settings = self._settings
        return Limits(
            article_bytes=min(settings.max_input_bytes, MOST_BYTES),
            picture_bytes=settings.max_picture_bytes,
            file_bytes=settings.max_input_bytes,
            all_bytes=settings.max_zip_bytes,
            zone=source.zone,
        )

    def _gathered(
        self, name: str, source: Source, parts: Iterator[Part], feeds: FeedParser
    ) -> Iterator[Input | DropMember]:
        held: list[Part] = []  # the article at hand, till all its pictures are known
        pictures: list[Picture] = []
        try:
            for part in parts:
                if part.role in ("refused", "picture"):
                    yield from self._beside(part, held, pictures)
                    continue
                yield from _flushed(name, source, held, pictures)
                if part.role == "feed":
                    yield from self._entries(name, part, source, feeds)
                elif part.role == "lone":
                    yield self._lone(name, part, source)
                    yield from _told_cut(part)
                else:
                    held.append(part)
            yield from _flushed(name, source, held, pictures)
        finally:
            self._pictures.let_go(pictures)

    def _beside(self, part: Part, held: Sequence[Part], pictures: list[Picture]) -> Iterator[DropMember]:
        """A part that is no article: what is not taken of it, with a picture kept with the article at hand."""
        if part.role == "refused":
            yield DropMember(name=printable(part.name), detail=printable(part.reason.removeprefix(f"{part.name} ")))
            return
        if not held:
            yield DropMember(name=printable(part.name), detail=WITHOUT_ARTICLE)
            return
        picture = self._staged(part, len(pictures))
        if isinstance(picture, DropMember):
            yield picture
        else:
            pictures.append(picture)
            yield from _told_cut(part)

    def _entries(self, name: str, part: Part, source: Source, feeds: FeedParser) -> Iterator[Input | DropMember]:
        """The entries of a feed; one that cannot be read concerns nothing else in its container."""
        try:
            yield from _entries(name, part, source, feeds)
        except (NotAFeed, InputRefused) as error:
            if _place(name, part) == name:
                raise
            yield DropMember(name=printable(part.name), detail=printable(str(error)))

    def _staged(self, part: Part, held: int) -> Picture | DropMember:
        if held >= MOST_PICTURES:
            return DropMember(
                name=printable(part.name), detail=f"at most {MOST_PICTURES} pictures come with an article"
            )
        try:
            return self._pictures.stage([part.body], part.names, self._settings.max_picture_bytes)
        except InputRefused as error:
            return DropMember(name=printable(part.name), detail=printable(str(error)))

    def _lone(self, name: str, part: Part, source: Source) -> Input | DropMember:
        """A picture that goes with no article: a package of nothing but it."""
        picture = self._staged(part, 0)
        if isinstance(picture, DropMember):
            return picture
        alone = msgspec.structs.replace(part, media_type=picture.told.media_type, body=b"")
        return _input(name, alone, source, [picture])


def _told_cut(picture: Part) -> Iterator[DropMember]:
    """What is told of a picture that ends before its end."""
    if is_cut_picture(picture.media_type, picture.body):
        yield DropMember(name=printable(picture.name), detail=CUT)


def _flushed(name: str, source: Source, held: list[Part], pictures: list[Picture]) -> Iterator[Input]:
    """The article at hand with its pictures, which are whoever takes it's now."""
    if held:
        item = _input(name, held.pop(), source, tuple(pictures))
        pictures.clear()
        yield item


def _with_pictures(parts: Iterator[Part], beside: Sequence[Part]) -> Iterator[Part]:
    """The parts of a file, with the pictures beside it behind its article where it has one alone."""
    articles = 0
    for part in parts:
        articles += part.role == "article"
        yield part
    if articles == 1:
        yield from beside


def make_drop_inputs(name: str, body: bytes, source: Source, readers: DropReaders | None = None) -> list[Input]:
    """A file's articles as they would be taken in, without a desk: what of it is not taken is left out, and the bytes
    of pictures are gone. Scorers outside the project read drops by this name.

    Raises `InputRefused` or `NotAFeed` as `DropInputs.of` does; `readers` of its own end with the call.
    """
    kind = kinds.kind_of(printable(name), body)
    if not is_document(body, kind):
        return [make_article_input(name, body, kind, source)]
    with ExitStack() as stack:
        readers = readers or stack.enter_context(closing(DropReaders()))
        pictures = PictureFiles(Path(stack.enter_context(TemporaryDirectory(prefix="copydesk-pictures-"))))
        items = DropInputs(Settings(), pictures).of(name, body, source, readers)
        return [item for item in items if isinstance(item, Input)]


def is_document(body: bytes, kind: str) -> bool:
    """Whether a file may hold several articles, or takes long to be looked through: it is read beside the others."""
    if kind in kinds.CONTAINERS or kind in kinds.PICTURES or len(body) > LARGE:
        return True
    if kind not in kinds.STRUCTURED:
        return False
    if kind == kinds.JSON:
        return json_feed.announces_itself(body) or announces_package(body)
    return looks_like_feed(body) or announces_package(body) or _may_be_several(body) or may_be_cut(body)


def make_article_input(name: str, body: bytes, kind: str, source: Source) -> Input:
    """A file as one article, known by its path."""
    return Input(source=source, media_type=kind, body=body, aliases=(path_alias(name),), name=printable(name))


def drop_source(name: str, drops: Mapping[str, SourceSettings]) -> Source:
    """The source of `hue/2015/bai.txt`: its folder, with the settings of `hue/2015`, else of `hue`, else of the top."""
    folders = ["" if str(parent) == "." else str(parent) for parent in PurePosixPath(name).parents]
    chosen = next((drops[folder] for folder in folders if folder in drops), SourceSettings())
    return Source(
        kind="drop",
        name=printable(folders[0]),
        zone=chosen.zone,
        language=chosen.language,
    )


def _may_be_several(body: bytes) -> bool:
    return body.count(b"<nitf") > 1 or body.count(b"<?xml") > 1 or b"NewsML" in body[:HEAD]


def _input(name: str, part: Part, source: Source, pictures: Sequence[Picture]) -> Input:
    """One article, with its pictures: a drop speaks for no publisher, as the command line does not."""
    place = _place(name, part)
    body, media_type = part.body, part.media_type
    if pictures:
        told = tuple(picture.told for picture in pictures)
        body, media_type = pack(Package(media_type=media_type, body=body, pictures=told)), PACKAGE_TYPE
    known = msgspec.structs.replace(source, zone=source.zone or part.zone, language=source.language or part.language)
    return Input(
        source=known,
        media_type=media_type,
        body=body,
        aliases=tuple(_aliases(name, place, part)),
        url=identity.clean_link(part.url),
        name=printable(place),
        embargoed_until=part.embargoed_until,
        written_us=part.at_us if part.at_us < now_us() else 0,
        pictures=tuple(pictures),
    )


def _aliases(name: str, place: str, part: Part) -> Iterator[str]:
    """What an article is known by: the file by its path, a part of it by its own name, else by its place in that."""
    if part.aliases:
        yield from (_alias(name, alias) for alias in part.aliases)
    elif part.guid:
        yield identity.address_alias(part.guid, identity.COMMAND_LINE)
    elif part.url is not None and identity.is_page(part.url):
        yield identity.address_alias(part.url, identity.COMMAND_LINE)
    elif place == name:
        yield path_alias(name)
    elif part.is_placed:
        yield identity.path_alias(f"{percent_encoded(name)}#{place.removeprefix(f'{name}#')}")


def _alias(name: str, alias: str) -> str:
    """A name that another desk knew an article by: pages and GUIDs are the same for all, any other is this file's own.

    So no file takes over what another file or a publisher has called so.
    """
    if alias.startswith(EVERYWHERE):
        return alias
    return identity.path_alias(f"{percent_encoded(name)}#{alias}")


def _place(name: str, part: Part) -> str:
    """Where a part stands, from the top of the drop folder: `hue/tin.zip#anh/bai.docx`."""
    shown = printable(name)
    if part.name == shown:
        return name
    return f"{name}#{part.name.removeprefix(f'{shown}#')}"


def _entries(name: str, part: Part, source: Source, parser: FeedParser) -> Iterable[Input]:
    """The entries of a feed, each named for people by its file, and within that by its page, else its place."""
    place = _place(name, part)
    address = f"drop:{percent_encoded(place)}"
    feed = _parse(place, address, part.body, parser)
    entries = make_inputs(feed, feed.topic or address, source)
    if not entries:
        raise InputRefused(f"{printable(place)} is a feed without entries")
    for number, entry in enumerate(entries, start=1):
        yield msgspec.structs.replace(
            entry.input,
            name=f"{printable(place)}#{printable(entry.input.url or str(number))}",
            embargoed_until=latest(entry.input.embargoed_until, part.embargoed_until),
        )


def _parse(place: str, address: str, body: bytes, parser: FeedParser) -> Feed:
    """Read a dropped feed; the address it is given within is nothing a person has to read."""
    try:
        return parser.parse(body, None, address)
    except NotAFeed as error:
        raise NotAFeed(str(error).replace(address, printable(place))) from error
