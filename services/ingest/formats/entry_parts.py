"""What feedparser mixes up in an entry, read beside it: media:* texts, authors and GUID as printed, its language.

feedparser files a photo's caption under the entry's content, lets one summary overwrite another, takes addresses apart
by a pattern of its own, makes an address of every GUID, and takes an entry's `dc:language` for that of all entries
after it. The elements are read here, and given it under names it knows not.
"""

import html
import re
from collections.abc import Iterator

import msgspec

MEDIA = re.compile(r"""xmlns:([\w.-]{1,40})\s*+=\s*+["']\s*+https?://search\.yahoo\.com/mrss/?\s*+["']""")
ATTRIBUTE = re.compile(r"""([\w:.-]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
IMAGE_ADDRESS = re.compile(r"<url>\s*+(?:<!\[CDATA\[)?+([^<>\]]++)")
TAG = re.compile(r"<[^>]*+>")
CDATA = re.compile(r"<!\[CDATA\[((?:[^\]]++|\](?!\]>))*+)\]\]>")
PICTURE_NAME = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:[?#]|$)", re.IGNORECASE)
TEXTS = frozenset({"description", "title", "text", "credit"})
RENAMED = frozenset({"description", "title", "text"})
MOST_MEDIA = 200


class Media(msgspec.Struct):
    """One media object, or a group of renditions of one: the addresses of its pictures, and its words."""

    pictures: list[tuple[int, str]] = []  # how wide, and where
    thumbnails: list[str] = []
    caption: str | None = None
    title: str | None = None
    credits: list[str] = []


class EntryParts(msgspec.Struct):
    """What was read of one entry. `media` begins with what the entry says of all its media."""

    authors: list[str] = []
    guid: str | None = None
    image: str | None = None
    language: str | None = None
    summaries: list[str] = []
    media: list[Media] = []

    @property
    def title(self) -> str | None:
        """The title of its media, for an entry that has none itself."""
        return next((media.title for media in self.media if media.title), None)

    def pictures(self) -> tuple[tuple[str, str | None, str | None], ...]:
        """Address, caption and credit of each picture, one of those that say the same; words without one have ""."""
        common, *single = self.media or [Media()]
        shown: dict[tuple[str, ...], tuple[int, str, str | None, str | None]] = {}
        for number, media in enumerate([*single, common]):
            caption = media.caption or (common.caption if len(single) == 1 else None)
            credit = ", ".join(media.credits or (common.credits if len(single) == 1 else ())) or None
            if media is common and (len(single) == 1 or not (caption or credit or (media.thumbnails and not shown))):
                continue
            thumbnails = media.thumbnails or (common.thumbnails if len(single) == 1 else [])
            width, address = max(media.pictures, default=(0, thumbnails[0] if thumbnails else ""))
            if not (address or caption or credit):
                continue
            said = (caption or "", credit or "") if caption or credit else (str(number),)
            if width > shown.get(said, (-1,))[0]:
                shown[said] = (width, address, caption, credit)
        return tuple((address, caption, credit) for _, address, caption, credit in shown.values())


def read_entry_parts(document: str) -> tuple[str, list[EntryParts]]:
    """The document with those elements renamed, and what they say in each of its entries, in order."""
    scan = _Scan(document)
    return scan.run(), scan.entries


class _Scan:
    """One pass over the tags that matter; all others are not looked at."""

    def __init__(self, document: str) -> None:
        self.document = document
        prefixes = "|".join(sorted({"media", *map(re.escape, MEDIA.findall(document[: 1024 * 1024]))}))
        self._tags = re.compile(
            rf"<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+(?:\]\]>)?|<!--(?:[^-]++|-(?!->))*+(?:-->)?"
            rf"|<(/?)((?:{prefixes}):(content|group|description|title|text|credit|thumbnail)"
            rf"|item|entry|author|guid|image|dc:creator|dc:language|itunes:summary)(?=[\s/>])([^>]*+)>"
        )
        self.entries: list[EntryParts] = []
        self._open: list[Media] = []
        self._inside = False

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

    def _tag(self, tag: re.Match[str], starts: dict[str, int]) -> None:
        name, kind, attributes = tag[2], tag[3], tag[4]
        empty = attributes.rstrip().endswith("/")
        if kind in ("content", "group"):
            self._medium(kind, attributes, closes=bool(tag[1]), empty=empty)
        elif kind == "thumbnail" and not tag[1]:
            self._open[-1].thumbnails += [url for url in (_attributes(attributes).get("url"),) if url]
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
        grouped = len(self._open) > 1
        media = self._open[-1] if grouped else Media()
        if not grouped and len(self.entries[-1].media) < MOST_MEDIA:
            self.entries[-1].media.append(media)
        if kind == "content":
            said = _attributes(attributes)
            address = said.get("url")
            if address and _is_picture(said, address):
                width = said.get("width", "")
                media.pictures.append((int(width[:6]) if width.isascii() and width.isdigit() else 0, address))
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
            case "title":
                media.title = media.title or text
            case _:
                media.caption = media.caption or text


def _attributes(tag: str) -> dict[str, str]:
    return {name.lower(): html.unescape(double or single) for name, double, single in ATTRIBUTE.findall(tag)}


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
