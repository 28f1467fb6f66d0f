"""The stories of tests/corpus/stories: one file a language, with the forms its newsrooms print things in."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import msgspec

STORIES = Path(__file__).with_name("stories")


class Piece(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One piece of a body: a paragraph, a subhead, a list, a table, or a picture's caption and who took the picture."""

    paragraph: str | None = None
    subhead: str | None = None
    caption: str | None = None
    credit: str = ""
    list: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """Its words but for a caption's and a subhead's, a line for each item and each row."""
        paragraph = (self.paragraph,) if self.paragraph else ()
        return (*paragraph, *self.list, *("\t".join(row) for row in self.table))


class Byline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A byline as printed. It names the story's authors, and whoever took the pictures."""

    line: str
    photographers: tuple[str, ...] = ()


class Story(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a reporter handed in. `datelines`, `dates` and `bylines` hold several printed forms of one thing each."""

    slug: str
    section: str
    kicker: str
    headline: str
    deck: str
    place: str
    agency: str
    datelines: tuple[str, ...]
    release_dateline: str
    published: dt.datetime
    dates: tuple[str, ...]
    authors: tuple[str, ...]
    bylines: tuple[Byline, ...]
    body: tuple[Piece, ...]


class Paper(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The site around a story: none of its words belong to the article."""

    name: str
    home: str
    nav: tuple[str, ...]
    related_label: str
    related: tuple[str, ...]
    share: tuple[str, ...]
    footer: str


class Newsroom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of stories: a paper in one language, with its forms of credits (`{caption}`, `{name}`) and labels.

    `encoding` is what its old systems write, without saying so.
    """

    language: str
    zone: str
    encoding: str
    credits: tuple[str, ...]
    labels: dict[str, str]
    release: str
    contact: str
    end_mark: str
    paper: Paper
    stories: tuple[Story, ...]


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """A story on its way into a layout. `turn` chooses among the printed forms, so that layouts meet all of them."""

    newsroom: Newsroom
    story: Story
    turn: int

    @property
    def date(self) -> str:
        """The date line, as this language prints it."""
        return self.story.dates[self.turn % len(self.story.dates)]

    @property
    def byline(self) -> Byline:
        """The byline, as this language prints it."""
        return self.story.bylines[self.turn % len(self.story.bylines)]

    @property
    def dateline(self) -> str:
        """What stands before the first words: "GRÜNAU (dpa) - "."""
        return self.story.datelines[self.turn % len(self.story.datelines)]

    @property
    def captions(self) -> tuple[Piece, ...]:
        """The story's pictures."""
        return tuple(piece for piece in self.story.body if piece.caption)

    @property
    def text_alone(self) -> tuple[Piece, ...]:
        """The body without its pictures."""
        return tuple(piece for piece in self.story.body if not piece.caption)

    def caption(self, piece: Piece) -> str:
        """A caption with its credit, as this language prints them."""
        form = self.newsroom.credits[self.turn % len(self.newsroom.credits)]
        return form.format(caption=piece.caption, name=piece.credit)

    @property
    def related(self) -> tuple[str, ...]:
        """The lines under an article that point to others."""
        return (self.newsroom.paper.related_label, *self.newsroom.paper.related)


def read_newsrooms(folder: Path = STORIES) -> tuple[Newsroom, ...]:
    """Every file of stories, in the order of their names."""
    return tuple(msgspec.convert(_read(path), Newsroom) for path in sorted(folder.glob("*.toml")))


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
