"""What a dropped file holds: one article, the items of a package or the entries of a feed; and whose it is."""

from collections.abc import Mapping
from pathlib import PurePosixPath

import msgspec

from services.ingest.drop_files import MEDIA_TYPES, path_alias, percent_encoded, printable
from services.ingest.feeds import looks_like_feed, make_inputs
from services.ingest.formats import json_feed
from services.ingest.formats.feed import Feed
from services.ingest.packages import Item, announces_package, split_package
from services.ingest.parser_process import FeedParser
from shared import identity
from shared.envelope import Input, Source
from shared.errors import InputRefused, NotAFeed
from shared.source_settings import SourceSettings

STRUCTURED = frozenset({".xml", ".json"})
LARGE = 256 * 1024
# What an alias may not hold as it is: control characters, bytes that are no text, and `\` or a `%` that would read as
# an escape. All other names keep the alias they always had.


def is_document(name: str, body: bytes) -> bool:
    """Whether a file may hold several articles, or takes long to be looked through: it is read beside the others."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in STRUCTURED:
        return False
    return len(body) > LARGE or _is_feed(suffix, body) or announces_package(body)


def make_drop_inputs(name: str, body: bytes, source: Source, parser: FeedParser) -> list[Input]:
    """What a file holds: the entries of a feed, the items of a package or a list, else one article."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in STRUCTURED and _is_feed(suffix, body):
        feed = _parse(name, body, parser)
        entries = make_inputs(feed, feed.topic or f"drop:{percent_encoded(name)}", source)
        if entries:
            return [_named(entry.input, name, number) for number, entry in enumerate(entries, start=1)]
        raise InputRefused(f"{printable(name)} is a feed without entries")
    items = split_package(body, printable(name)) if suffix in STRUCTURED else ()
    if items:
        return [_packaged(name, item, number, source) for number, item in enumerate(items, start=1)]
    return [make_article_input(name, body, source)]


def check_kind(name: str) -> str:
    """The media type that a file's name tells; raises `InputRefused` for a kind that is not read."""
    media_type = MEDIA_TYPES.get(PurePosixPath(name).suffix.lower())
    if media_type is None:
        raise InputRefused(f"{printable(name)} is of a kind that is not read; read are {', '.join(MEDIA_TYPES)}")
    return media_type


def make_article_input(name: str, body: bytes, source: Source) -> Input:
    """A file as one article, known by its path; raises `InputRefused` for a kind that is not read."""
    media_type = check_kind(name)
    return Input(source=source, media_type=media_type, body=body, aliases=(path_alias(name),), name=printable(name))


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


def _is_feed(suffix: str, body: bytes) -> bool:
    return json_feed.announces_itself(body) if suffix == ".json" else looks_like_feed(body)


def _named(entry: Input, name: str, number: int) -> Input:
    """An entry of a dropped feed, named for people by its file, and within that by its page, else its place."""
    return msgspec.structs.replace(entry, name=f"{printable(name)}#{printable(entry.url or str(number))}")


def _packaged(name: str, item: Item, number: int, source: Source) -> Input:
    """One item of a package: known by its own guid in whatever file it comes, else by its place in this, or its words.

    A drop speaks for no publisher, as the command line does not: its guids stand alone.
    """
    own: tuple[str, ...] = ()
    if item.guid:
        own = (identity.address_alias(item.guid, identity.COMMAND_LINE),)
    elif item.is_placed:
        own = (identity.path_alias(f"{percent_encoded(name)}#{number}"),)
    return Input(
        source=source,
        media_type=MEDIA_TYPES[PurePosixPath(name).suffix.lower()],
        body=item.body,
        aliases=own,
        name=f"{printable(name)}#{printable(item.guid or str(number))}",
    )


def _parse(name: str, body: bytes, parser: FeedParser) -> Feed:
    """Read a dropped feed; the address it is given within is nothing a person has to read."""
    address = f"drop:{percent_encoded(name)}"
    try:
        return parser.parse(body, None, address)
    except NotAFeed as error:
        raise NotAFeed(str(error).replace(address, printable(name))) from error
