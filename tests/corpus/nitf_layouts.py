"""NITF: as a content system writes it, and as agencies have sent it since it was new."""

from html import escape

from tests.corpus.markup import address_of, table_of
from tests.corpus.stories import Byline, Piece, Setting
from tests.corpus.truth import Copy, Layouts

NITF = "application/nitf+xml"


def headed(setting: Setting) -> Copy:
    """NITF: hedline, byline, dateline and abstract in the head, pictures as media in the text."""
    story = setting.story
    at = story.published.strftime("%Y%m%dT%H%M%S%z")
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<nitf xml:lang="{setting.newsroom.language}"><head>'
        f'<title>{escape(story.headline)}</title><docdata><doc-id id-string="{story.slug}"/>'
        f'<date.issue norm="{at}"/></docdata></head><body><body.head>'
        f"<hedline><hl1>{escape(story.headline)}</hl1></hedline>"
        f"<byline>{escape(setting.byline.line)}</byline><dateline><location>{escape(story.place)}</location></dateline>"
        f"<abstract><p>{escape(story.deck)}</p></abstract></body.head><body.content>"
        f"{''.join(nitf_piece(setting, piece) for piece in story.body)}</body.content></body></nitf>\n"
    )
    return Copy(text=text, media_type=NITF, byline=setting.byline, has_place=True)


def nitf_piece(setting: Setting, piece: Piece) -> str:
    """One piece of a story as NITF marks it."""
    if piece.subhead:
        return f"<hl2>{escape(piece.subhead)}</hl2>"
    if piece.list:
        return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in piece.list) + "</ul>"
    if piece.table:
        return table_of(piece)
    if piece.caption:
        return (
            f'<media media-type="image"><media-reference source="{address_of(setting, piece)}"/><media-caption>'
            f"{escape(piece.caption)}</media-caption><media-producer>{escape(piece.credit)}</media-producer></media>"
        )
    return f"<p>{escape(piece.paragraph or '')}</p>"


def agency(setting: Setting) -> Copy:
    """An agency's: names as persons, the place with its day, the lead as the first paragraph, a tagline at the end."""
    story, paper = setting.story, setting.newsroom.paper
    at = story.published.strftime("%Y%m%dT%H%M%S%z")
    people = ", ".join(f"<person>{escape(name)}</person>" for name in story.authors)
    media_type = NITF
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE nitf SYSTEM "nitf-3-6.dtd">\n'
        f'<nitf version="-//IPTC//DTD NITF 3.6//EN" xml:lang="{setting.newsroom.language}"><head>'
        f'<docdata management-status="usable"><doc-id id-string="{story.slug}" regsrc="{escape(story.agency)}"/>'
        f'<date.release norm="{at}"/><urgency ed-urg="4"/></docdata></head><body><body.head>'
        f"<hedline><hl1>{escape(story.headline)}</hl1></hedline><byline>{people}</byline>"
        f'<dateline><location>{escape(story.place)}</location><story.date norm="{at}"/></dateline></body.head>'
        f'<body.content><block><p lede="true">{escape(story.deck)}</p>'
        f"{''.join(nitf_piece(setting, piece) for piece in story.body)}</block></body.content>"
        f"<body.end><tagline>{escape(paper.name)}</tagline></body.end></body></nitf>\n"
    )
    return Copy(text=text, media_type=media_type, byline=Byline(", ".join(story.authors)), has_place=True)


LAYOUTS: Layouts = {
    "headed": headed,
    "agency": agency,
}
