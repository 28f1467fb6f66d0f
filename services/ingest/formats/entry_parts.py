"""What feedparser mixes up in an entry, read beside it: media:* texts, authors and GUID as printed, its language.

feedparser files a photo's caption under the entry's content, lets one summary overwrite another, takes addresses apart
by a pattern of its own, makes an address of every GUID, and takes an entry's `dc:language` for that of all entries
after it. The elements are read here, and given it under names it knows not.
"""

import html
import operator
import re
from collections.abc import Iterator, Sequence

import msgspec

from services.ingest.formats.unread import UNREAD
from shared.embargo import names_embargo

MEDIA = re.compile(r"""xmlns:([\w.-]{1,40})\s*+=\s*+["']\s*+https?://search\.yahoo\.com/mrss/?\s*+["']""")
ATTRIBUTE = re.compile(r"""([\w:.-]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
IMAGE_ADDRESS = re.compile(r"<url>\s*+(?:<!\[CDATA\[)?+([^<>\]]++)")
EMBARGO = r"(?:[\w.-]++:)?(?i:embargo)[\w.-]*+|"
TAG = re.compile(r"<[^>]*+>")
CDATA = re.compile(r"<!\[CDATA\[((?:[^\]]++|\](?!\]>))*+)\]\]>")
PICTURE_NAME = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:[?#]|$)", re.IGNORECASE)
RENAMED = frozenset({"description", "title", "text"})
MOST_MEDIA = 200


class Media(msgspec.Struct):
    """One media object, or a group of them: its picture, and its words. What it lacks its `group` says, if it has one.

    `size` is how wide the picture is, and whether it is the one to be shown by default.
    """

    address: str = ""
    size: tuple[int, bool] = (0, False)
    thumbnails: list[tuple[int, str]] = []  # how wide, and where
    caption: str | None = None
    title: str | None = None
    credits: list[str] = []
    copyright: str | None = None
    group: "Media | None" = None
    is_group: bool = False

    @property
    def credit(self) -> str | None:
        """Whose it is, by its credits, else by its notice of copyright."""
        return ", ".join(self.credits) or self.copyright


class EntryParts(msgspec.Struct):
    """What was read of one entry. `media` begins with what the entry says of all its media; `embargoes` are the
    elements that name one, each with what it says."""

    authors: list[str] = []
    guid: str | None = None
    image: str | None = None
    language: str | None = None
    summaries: list[str] = []
    media: list[Media] = []
    embargoes: list[tuple[str, str]] = []

    @property
    def title(self) -> str | None:
        """The title of its media, for an entry that has none itself."""
        return next((media.title for media in self.media if media.title), None)

    def pictures(self) -> tuple[tuple[str, str | None, str | None], ...]:
        """Address, caption and credit of each picture, one of those that say the same; words without one have ""."""
        common, *media = self.media or [Media()]
        groups = {id(one.group) for one in media if one.group is not None}
        single = [one for one in media if id(one) not in groups]
        is_alone = sum(one.group is None for one in media) == 1
        shown: dict[tuple[str, ...], tuple[tuple[int, bool], str, str | None, str | None]] = {}
        for one in single:
            own = one.group or one
            caption, credit = one.caption or own.caption, one.credit or own.credit
            said = (caption or "", credit or "") if caption or credit else (str(id(own)),)
            thumbnails = one.thumbnails or own.thumbnails or (common.thumbnails if is_alone else [])
            address, size = (one.address, one.size) if one.address else (_widest(thumbnails), (0, False))
            caption, credit = caption or (common.caption if is_alone else None), credit or common.credit
            if (address or caption or credit) and (said not in shown or size > shown[said][0]):
                shown[said] = (size, address, caption, credit)
        found = [(address, caption, credit) for _, address, caption, credit in shown.values()]
        return (*found, *(() if is_alone else _loose(common, found)))


def _widest(thumbnails: Sequence[tuple[int, str]]) -> str:
    """The address of the widest, of several the first."""
    return max(thumbnails, key=operator.itemgetter(0), default=(0, ""))[1]


def _loose(common: Media, found: Sequence[object]) -> Iterator[tuple[str, str | None, str | None]]:
    """What an entry says of its media together, where that is no single one's."""
    thumbnail = "" if found else _widest(common.thumbnails)
    credit = None if found else common.credit
    if common.caption or credit or thumbnail:
        yield thumbnail, common.caption, credit


def read_entry_parts(document: str) -> tuple[str, EntryParts, list[EntryParts]]:
    """The document with those elements renamed, what is said of all its entries, and in each of them, in order."""
    scan = _Scan(document)
    return scan.run(), scan.around, scan.entries


class _Scan:
    """One pass over the tags that matter; all others are not looked at."""

    def __init__(self, document: str) -> None:
        self.document = document
        embargo = EMBARGO if "embargo" in document.lower() else ""
        prefixes = "|".join(sorted({"media", *map(re.escape, MEDIA.findall(document[: 1024 * 1024]))}))
        self._tags = re.compile(
            UNREAD + rf"|<(/?)((?:{prefixes}):(content|group|description|title|text|credit|copyright|thumbnail)"
            rf"|{embargo}item|entry|author|guid|image|dc:creator|dc:language|itunes:summary)(?=[\s/>])([^>]*+)>"
        )
        self.entries: list[EntryParts] = []
        self._open: list[Media] = []
        self._inside = False
        self.around = EntryParts()
        self._embargo_from = -1

    def run(self) -> str:
        """Read every tag, and give the document with the renamed ones."""
        out: list[str] = []
        at = 0
        starts: dict[str, int] = {}
        for tag in self._tags.finditer(self.document):
            name = tag[2]
            if name is None:
                continue
            if name in ("item", "entry"):
                self._entry(closes=bool(tag[1]))
                starts.clear()
            elif names_embargo(name):
                self._embargo(tag)
            elif self._inside:
                if tag[3] in RENAMED or name in ("dc:language", "itunes:summary"):
                    cut = tag.start(2) + (name.index(":") + 1)
                    out += (self.document[at:cut], "x-")
                    at = cut
                self._tag(tag, starts)
        return "".join((*out, self.document[at:]))

    def _entry(self, *, closes: bool) -> None:
        self._inside = not closes
        if not closes:
            self.entries.append(EntryParts(media=[Media()]))
            self._open = [self.entries[-1].media[0]]

    def _embargo(self, tag: re.Match[str]) -> None:
        """One that is empty, or never closed, says nothing that could be read."""
        said = (self.entries[-1] if self._inside else self.around).embargoes
        if not tag[1]:
            said.append((tag[2], ""))
            self._embargo_from = tag.end()
        elif said and self._embargo_from >= 0:
            said[-1] = (said[-1][0], _plain(self.document[self._embargo_from : tag.start()]))
            self._embargo_from = -1

    def _tag(self, tag: re.Match[str], starts: dict[str, int]) -> None:
        name, kind, attributes = tag[2], tag[3], tag[4]
        empty = attributes.rstrip().endswith("/")
        if kind in ("content", "group"):
            self._medium(kind, attributes, closes=bool(tag[1]), empty=empty)
        elif kind == "thumbnail" and not tag[1]:
            said = _attributes(attributes)
            self._open[-1].thumbnails += [(_width(said), url) for url in (said.get("url"),) if url]
        elif tag[1]:
            start = starts.pop(name, -1)
            if start >= 0:
                self._text(name, kind, self.document[start : tag.start()])
        elif not empty:
            starts[name] = tag.end()

    def _medium(self, kind: str, attributes: str, *, closes: bool, empty: bool) -> None:
        if closes:
            if len(self._open) > 1:
                self._open.pop()
            return
        around = self._open[-1] if len(self._open) > 1 else None
        media = Media(group=around if around is None or around.is_group else around.group, is_group=kind == "group")
        if len(self.entries[-1].media) < MOST_MEDIA:
            self.entries[-1].media.append(media)
        if kind == "content":
            said = _attributes(attributes)
            address = said.get("url")
            if address and _is_picture(said, address):
                media.address, media.size = address, (_width(said), said.get("isdefault") == "true")
        if not empty:
            self._open.append(media)

    def _text(self, name: str, kind: str | None, markup: str) -> None:
        text = _plain(markup)
        if not text:
            return
        if kind is not None:
            self._media_text(kind, text)
            return
        entry = self.entries[-1]
        match name:
            case "image":
                address = IMAGE_ADDRESS.search(markup)
                entry.image = html.unescape(address[1]).strip() if address else None
            case "guid":
                entry.guid = entry.guid or text
            case "dc:language":
                entry.language = text
            case "itunes:summary":
                entry.summaries.append(text)
            case _ if "<" not in markup or "<![CDATA[" in markup:
                entry.authors += [] if text in entry.authors else [text]

    def _media_text(self, kind: str, text: str) -> None:
        media = self._open[-1]
        match kind:
            case "credit":
                media.credits += [] if text in media.credits else [text]
            case "copyright":
                media.copyright = media.copyright or text
            case "title":
                media.title = media.title or text
            case _:
                media.caption = media.caption or text


def _attributes(tag: str) -> dict[str, str]:
    return {name.lower(): html.unescape(double or single) for name, double, single in ATTRIBUTE.findall(tag)}


def _width(said: dict[str, str]) -> int:
    width = said.get("width", "")
    return int(width[:6]) if width.isascii() and width.isdigit() else 0


def _is_picture(said: dict[str, str], address: str) -> bool:
    kind = said.get("medium") or said.get("type", "").partition("/")[0]
    return kind == "image" if kind else PICTURE_NAME.search(address) is not None


def _plain(markup: str) -> str:
    """The characters of an element: what is escaped once more is for whoever reads it as HTML."""
    parts = list(_characters(markup))
    return " ".join("".join(parts).split())


def _characters(markup: str) -> Iterator[str]:
    at = 0
    for section in CDATA.finditer(markup):
        yield html.unescape(TAG.sub(" ", markup[at : section.start()]))
        yield section[1]
        at = section.end()
    yield html.unescape(TAG.sub(" ", markup[at:]))
