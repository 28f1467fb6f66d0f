"""A picture that came alone, as an article of its own: what it says of itself in embedded words, and nothing else."""

from collections.abc import Callable, Iterator, Sequence

from services.normalize.document import Draft
from services.normalize.fields.date import date_of_value
from services.normalize.pictures.words import EmbeddedPicture, Said
from services.normalize.readers.declared_fields import FieldReadings
from shared.envelope import Raw
from shared.errors import NotAnArticle

_HEADLINE = ("XMP photoshop:Headline", "IPTC 2:105 headline", "XMP dc:title", "IPTC 2:5 title", "PNG Title")
_KEYWORDS = ("XMP dc:subject", "IPTC 2:25 keyword")
_LOCATED = ("XMP photoshop:City", "IPTC 2:90 city", "XMP Iptc4xmpCore:Location", "IPTC 2:92 place in the city")


def reader_of(pictures: Sequence[EmbeddedPicture]) -> Callable[[str, Raw], Draft]:
    """The reader of a package without an article: its text says nothing."""
    return lambda _, raw: read(raw, pictures)


def read(raw: Raw, pictures: Sequence[EmbeddedPicture]) -> Draft:
    """The fields of a picture's article; its caption, credit and people are those of its block, as of any picture.

    Raises `NotAnArticle` for one that holds no words of a person's.
    """
    readings = FieldReadings()
    if not pictures or not _take(readings, pictures[0], raw):
        raise NotAnArticle(
            "The picture says nothing in words. Write its caption into it (IPTC, XMP), or drop it beside an article "
            "that is called as it is, or names it."
        )
    return readings.draft(())


def _take(readings: FieldReadings, picture: EmbeddedPicture, raw: Raw) -> bool:
    """Take all that an article has a field for; gives whether that is words of a person's."""
    readings.take("kind", "picture", "a picture alone", picture.shown)
    for said in _first_named(picture, _HEADLINE):
        readings.take("headline", said.text, said.name, said.place)
    for said in picture.byline[:1]:
        readings.take_byline(said.text, raw.source.language, said.name, said.place)
    if picture.taken is not None:
        dated = date_of_value(picture.moment, raw, raw.source.language)
        taken = picture.taken
        readings.take_date("first_created", dated, taken.name, taken.place, sure=0.8, said=taken.text)
    for said in _first_named(picture, _KEYWORDS):
        readings.add("keywords", (said.text,), said.name, said.place)
    for said in list(_first_named(picture, _LOCATED))[:1]:
        readings.take("located", said.text, said.name, said.place)
    return picture.caption is not None or readings.has("headline")


def _first_named(picture: EmbeddedPicture, names: Sequence[str]) -> Iterator[Said]:
    """The words under the first of these names that has any."""
    for name in names:
        found = [said for said in picture.others if said.name == name]
        if found:
            yield from found
            return
