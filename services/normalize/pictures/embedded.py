"""What is embedded in a picture that came with an article: its caption, credit, day and people, and all other words."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
from msgspec.structs import replace

from services.normalize.html.tree import squeeze
from services.normalize.pictures.exif import read_exif
from services.normalize.pictures.iptc import read_iptc
from services.normalize.pictures.words import EmbeddedPicture, Said, Word
from services.normalize.pictures.xmp import read_xmp
from shared.envelope import Raw
from shared.errors import NotAnArticle
from shared.package import PackagePicture, unpack

# Where each is said, the best first: XMP is what programs of today keep, IIM what the older ones of agencies
# read, Exif what the camera was told once.
_CAPTION = (
    "XMP dc:description", "IPTC 2:120 caption", "XMP tiff:ImageDescription", "Exif ImageDescription", "PNG Description",
)  # fmt: skip
_BYLINE = ("XMP dc:creator", "IPTC 2:80 byline", "XMP tiff:Artist", "Exif Artist", "PNG Author")
_CREDIT = ("XMP photoshop:Credit", "IPTC 2:110 credit")
_TAKEN = ("XMP photoshop:DateCreated", "IPTC 2:55 date created", "Exif DateTimeOriginal")
_CLOCK = "IPTC 2:60 time created"
_PEOPLE = ("XMP Iptc4xmpExt:PersonInImage", "XMP GettyImagesGIFT:Personality")
# What machines write where people may: no caption.
_NO_CAPTION = re.compile(
    r"(?i)(?:OLYMPUS|SONY|MINOLTA|KODAK|CASIO|SAMSUNG|NIKON|DCIM|IMG)[\w .-]{0,30}|default|untitled|\W*"
)
_MOMENT = re.compile(
    r"(\d{4})[:-]?(\d\d)[:-]?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d))?(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?"
)


def open_package(raw: Raw) -> tuple[Raw, tuple[EmbeddedPicture, ...]]:
    """The article of a package as an input of its own, and what its pictures say of themselves."""
    try:
        package = unpack(raw.body)
    except msgspec.DecodeError as error:
        raise NotAnArticle(f"The package cannot be read: {error}.") from error
    pictures = tuple(read_picture(picture, raw.source.language) for picture in package.pictures)
    return replace(raw, media_type=package.media_type, body=package.body), pictures


def read_picture(picture: PackagePicture, language: str | None) -> EmbeddedPicture:
    """All that a picture says; what is hostile or damaged is told as unread, and costs the article nothing."""
    unread = [picture.unread] if picture.unread else []
    called = next(iter(picture.names), picture.address)
    words: list[Said] = []
    for what, read in _readers(picture, language):
        try:
            words += [_said(called, what, word) for word in read()]
        except NotAnArticle as error:
            unread.append(f"the {what} is not read: {error}")
    return _sorted(picture, _once(words), language, "; ".join(unread))


def _readers(picture: PackagePicture, language: str | None) -> Iterator[tuple[str, Callable[[], Iterable[Word]]]]:
    if picture.xmp:
        yield "XMP", lambda: list(read_xmp(picture.xmp))
    if picture.iptc:
        yield "IPTC", lambda: list(read_iptc(picture.iptc, language))
    if picture.exif:
        yield "Exif", lambda: list(read_exif(picture.exif))
    if picture.texts:
        yield "PNG", lambda: [Word(name=name, text=squeeze(text)) for name, text in picture.texts if squeeze(text)]


def _said(called: str, what: str, word: Word) -> Said:
    name = f"{what} {word.name}"
    return Said(text=word.text, place=f"{called} {name}{_in(word.language)}", name=name)


def _in(language: str) -> str:
    return f" ({language})" if language and language != "x-default" else ""


def _once(words: Iterable[Said]) -> list[Said]:
    """The same words under the same name once: a language that is also the default."""
    return list({(said.text, said.name): said for said in reversed(list(words))}.values())[::-1]


def _sorted(picture: PackagePicture, words: Sequence[Said], language: str | None, unread: str) -> EmbeddedPicture:
    def of(names: Sequence[str], fits: Callable[[Said], object] = lambda said: True) -> list[Said]:
        """The words of the first of these names that has any."""
        for name in names:
            found = [said for said in words if said.name == name and fits(said)]
            if found:
                return found
        return []

    captions = of(_CAPTION, lambda said: not _NO_CAPTION.fullmatch(said.text))
    spoken = [said for said in captions if language and said.place.endswith(f"({language})")]
    caption = next(iter((*spoken, *captions)), None)
    makers, agency = of(_BYLINE), of(_CREDIT)[:1]
    known = " ".join(said.text for said in makers)
    byline = (*makers, *(said for said in agency if said.text not in known))
    clock = next(iter(of((_CLOCK,))), None)
    days = [(said, moment) for said in of(_TAKEN) if (moment := _moment_of(said.text, clock))]
    people = tuple(of(_PEOPLE))
    used = {said.place for said in (*((caption,) if caption else ()), *byline, *people)} | {
        said.place for said, _ in days
    }
    used |= {clock.place} if clock and days else set()
    kept = {said.text for said in (*((caption,) if caption else ()), *byline, *people)}
    others = {said.text: said for said in reversed(words) if said.text not in kept and _is_left(said, used, caption)}
    return EmbeddedPicture(
        href=picture.address,
        names=picture.names,
        caption=caption,
        byline=byline,
        taken=days[0][0] if days else None,
        moment=days[0][1] if days else None,
        people=people,
        others=tuple(others.values())[::-1],
        unread=unread,
    )


def _is_left(said: Said, used: set[str], caption: Said | None) -> bool:
    """Whether words stand in none of the fields: of captions under one name only one does."""
    if said.place not in used:
        return True
    return caption is not None and said.place == caption.place and said.text != caption.text


def _moment_of(text: str, clock: Said | None) -> str:
    """The day or the moment in ISO 8601, without a zone where none is said; "" for what is none."""
    whole = f"{text}T{clock.text}" if clock is not None and text.isdigit() else text
    found = _MOMENT.fullmatch(whole.strip())
    if found is None:
        return ""
    year, month, day, hour, minute, second, zone = found.groups()
    try:
        date = dt.date(int(year), int(month), int(day))
        if hour is None:
            return date.isoformat()
        time = dt.time(int(hour), int(minute), int(second or 0))
    except ValueError:
        return ""
    told = "" if zone is None else "Z" if zone == "Z" else f"{zone[:3]}:{zone[-2:]}"
    return f"{date.isoformat()}T{time.isoformat()}{told}"
