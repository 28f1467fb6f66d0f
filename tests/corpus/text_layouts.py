"""Plain text as newsrooms, agencies and press offices send it."""

import textwrap
from email.utils import format_datetime

from tests.corpus.stories import Byline, Piece, Setting
from tests.corpus.truth import Copy, Layouts

PLAIN = "text/plain; charset=utf-8"


def newspaper(setting: Setting) -> Copy:
    """Section, headline, date and deck; the byline under the text, then what else there is to read."""
    story = setting.story
    parts = [story.section, story.headline, setting.date, story.deck, *lines_of(setting), setting.byline.line]
    return Copy(
        text="\n\n".join((*parts, "\n".join(setting.related))) + "\n",
        media_type=PLAIN,
        byline=setting.byline,
        site=(story.section, *setting.related),
    )


def wire(setting: Setting) -> Copy:
    """An agency's text: slug line, headline, byline, date; a dateline before the first words and a mark at the end."""
    story = setting.story
    body = lines_of(setting, setting.dateline, with_captions=False)
    parts = [story.slug, story.headline, setting.byline.line, setting.date, *body, setting.newsroom.end_mark]
    return Copy(
        text="\n\n".join(parts) + "\n",
        media_type=PLAIN,
        byline=setting.byline,
        dateline=setting.dateline,
        has_deck=False,
        body=setting.text_alone,
        site=(story.slug, setting.newsroom.end_mark),
    )


def mail(setting: Setting) -> Copy:
    """A reporter's mail to the desk: the subject is the headline, the signature the paper's."""
    story, paper = setting.story, setting.newsroom.paper
    host = paper.home.partition("www.")[2] or "paper.example"
    head = [
        f"From: {story.authors[0]} <reporter@{host}>",
        f"To: desk@{host}",
        f"Subject: {story.headline}",
        f"Date: {format_datetime(story.published)}",
    ]
    parts = [setting.byline.line, story.deck, *lines_of(setting, setting.dateline), f"-- \n{paper.name}\n{paper.home}"]
    return Copy(
        text="\n".join(head) + "\n\n" + "\n\n".join(parts) + "\n",
        media_type=PLAIN,
        byline=setting.byline,
        dateline=setting.dateline,
        site=(f"desk@{host}", paper.name, paper.home),
    )


def labelled(setting: Setting) -> Copy:
    """Copy out of a form: every field behind its label."""
    story, labels = setting.story, setting.newsroom.labels
    fields = {
        "headline": story.headline,
        "deck": story.deck,
        "byline": ", ".join(story.authors),
        "date": setting.date,
    }
    head = "\n".join(f"{labels[name]}: {value}" for name, value in fields.items())
    return Copy(
        text="\n\n".join((head, *lines_of(setting))) + "\n",
        media_type=PLAIN,
        byline=Byline(", ".join(story.authors)),
        site=tuple(labels.values()),
    )


def release(setting: Setting) -> Copy:
    """A press release: what it is, when, the headline, a dateline with its day, whom to ask."""
    story, newsroom = setting.story, setting.newsroom
    body = lines_of(setting, story.release_dateline)
    parts = [newsroom.release, setting.date, story.headline, story.deck, *body, "###", newsroom.contact]
    return Copy(
        text="\n\n".join(parts) + "\n",
        media_type=PLAIN,
        dateline=story.release_dateline,
        site=(newsroom.release, "###", newsroom.contact),
    )


def wrapped(setting: Setting) -> Copy:
    """Broken at 72 letters, as mail programs and terminals do."""
    story = setting.story
    parts = [story.headline, setting.byline.line, setting.date, story.deck, *lines_of(setting, setting.dateline)]
    return Copy(
        text="\n\n".join("\n".join(_wrap(line) for line in part.split("\n")) for part in parts) + "\n",
        media_type=PLAIN,
        byline=setting.byline,
        dateline=setting.dateline,
    )


def indented(setting: Setting) -> Copy:
    """No blank lines: paragraphs are told by their indent."""
    story = setting.story
    indent = "　　" if setting.newsroom.language in ("zh", "ja") else "    "
    body = [indent + _line(setting, piece) if piece.paragraph else _line(setting, piece) for piece in story.body]
    parts = [story.headline, setting.date, indent + story.deck, *body, setting.byline.line]
    return Copy(text="\n".join(parts) + "\n", media_type=PLAIN, byline=setting.byline)


def kicker(setting: Setting) -> Copy:
    """Kicker over the headline, deck under it, then byline and date in their own lines; the footer stays below."""
    story, paper = setting.story, setting.newsroom.paper
    head = [story.kicker, story.headline, story.deck]
    foot = ["\n".join(setting.related), paper.footer]
    body = lines_of(setting, setting.dateline)
    return Copy(
        text="\n\n".join(("\n".join(head), f"{setting.byline.line}\n{setting.date}", *body, *foot)) + "\n",
        media_type=PLAIN,
        byline=setting.byline,
        dateline=setting.dateline,
        site=(story.kicker, *setting.related, paper.footer),
    )


def old_system(setting: Setting) -> Copy:
    """What an old editorial system writes: no declared encoding, line ends of its own, no pictures."""
    story = setting.story
    parts = [story.headline, setting.date, story.deck, *lines_of(setting, with_captions=False), setting.byline.line]
    return Copy(
        text="\r\n\r\n".join(parts) + "\r\n",
        media_type="text/plain",
        encoding=setting.newsroom.encoding,
        byline=setting.byline,
        body=setting.text_alone,
    )


def lines_of(setting: Setting, dateline: str = "", *, with_captions: bool = True) -> list[str]:
    """The body, a piece a string, the dateline before its first words."""
    pieces = setting.story.body if with_captions else setting.text_alone
    lines = [_line(setting, piece) for piece in pieces]
    return [dateline + lines[0], *lines[1:]]


def _line(setting: Setting, piece: Piece) -> str:
    if piece.caption:
        return setting.caption(piece)
    return piece.subhead or "\n".join(f"- {line}" if piece.list else line for line in piece.lines)


def _wrap(line: str) -> str:
    return textwrap.fill(line, 72, break_on_hyphens=False, subsequent_indent="  " if line.startswith("- ") else "")


LAYOUTS: Layouts = {
    "newspaper": newspaper,
    "wire": wire,
    "mail": mail,
    "labelled": labelled,
    "release": release,
    "wrapped": wrapped,
    "indented": indented,
    "kicker": kicker,
    "old_system": old_system,
}
