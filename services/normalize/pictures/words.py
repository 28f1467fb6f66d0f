"""The words embedded in pictures: each under its name, and what a picture says in all."""

import msgspec


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is that of its standard (`dc:description`, `2:120 caption`); `language` where it is said."""

    name: str
    text: str
    language: str = ""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """Words of a picture, where they stand in it, and under which name whatever the picture is called and in whatever
    language: `bridge.jpg XMP dc:description (vi)` and `XMP dc:description`."""

    text: str
    place: str
    name: str


class EmbeddedPicture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that came with an article: its address, what it is called, and what it says of itself.

    `moment` is what `taken` says, in ISO 8601; `others` are all its other words, `unread` why some could not be read.
    """

    href: str
    names: tuple[str, ...]
    caption: Said | None = None
    byline: tuple[Said, ...] = ()
    taken: Said | None = None
    moment: str | None = None
    people: tuple[Said, ...] = ()
    others: tuple[Said, ...] = ()
    unread: str = ""

    @property
    def shown(self) -> str:
        """What it is called in evidence."""
        return next(iter(self.names), self.href)

    @property
    def credit(self) -> str | None:
        """Who made it and for whom, as papers print it: "Minh Tâm/TTXVN"."""
        return "/".join(said.text for said in self.byline) or None
