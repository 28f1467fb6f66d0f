"""The body of a story as HTML, for pages, feeds and wire formats."""

from html import escape
from typing import Literal

from tests.corpus.stories import Piece, Setting

Pictures = Literal["figure", "wordpress", "block", "table", "none"]


def body_of(
    setting: Setting,
    *,
    dateline: str = "",
    pictures: Pictures = "figure",
    subhead: str = "<h2>{}</h2>",
    close: str = "/",
) -> str:
    """The body in HTML; `subhead` is how one is marked, `close` ends an empty tag (nothing, in old HTML)."""
    parts = [_markup(setting, piece, pictures, subhead, close) for piece in setting.story.body]
    return "\n".join(part for part in parts if part).replace("<p>", f"<p>{escape(dateline)}", 1)


def _markup(setting: Setting, piece: Piece, pictures: Pictures, subhead: str, close: str) -> str:
    if piece.subhead:
        return subhead.format(escape(piece.subhead))
    if piece.list:
        return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in piece.list) + "</ul>"
    if piece.table:
        return table_of(piece)
    if piece.caption:
        return _picture(setting, piece, pictures, close)
    return f"<p>{escape(piece.paragraph or '', quote=False)}</p>"


def table_of(piece: Piece) -> str:
    """A table of figures."""
    rows = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in piece.table)
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def _picture(setting: Setting, piece: Piece, pictures: Pictures, close: str) -> str:
    text = escape(setting.caption(piece), quote=False)
    image = f'<img src="{address_of(setting, piece)}" alt=""{close}>'
    match pictures:
        case "figure":
            return f"<figure>{image}<figcaption>{text}</figcaption></figure>"
        case "wordpress":
            return (
                f'<div id="attachment_7" style="width: 610px" class="wp-caption alignnone">{image}'
                f'<p class="wp-caption-text">{text}</p></div>'
            )
        case "block":
            return (
                f'<figure class="wp-block-image size-large">{image}'
                f'<figcaption class="wp-element-caption">{text}</figcaption></figure>'
            )
        case "table":
            return (
                f'<table align="center"><tr><td>{image}</td></tr><tr><td align="center"><i>{text}</i></td></tr></table>'
            )
        case "none":
            return ""


def address_of(setting: Setting, piece: Piece) -> str:
    """Where a picture lies."""
    number = setting.captions.index(piece)
    return f"{setting.newsroom.paper.home}/media/{setting.story.slug}-{number}.jpg"


def page_address(setting: Setting) -> str:
    """Where a story's page lies."""
    return f"{setting.newsroom.paper.home}/{setting.story.slug}"
