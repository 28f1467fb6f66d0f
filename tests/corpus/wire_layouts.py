"""The formats of the wire: ninjs 1 to 3, schema.org, NITF, NewsML-G2."""

import json
from collections.abc import Mapping
from html import escape

from tests.corpus.markup import address_of, body_of, page_address, table_of
from tests.corpus.stories import Byline, Piece, Setting
from tests.corpus.text_layouts import lines_of
from tests.corpus.truth import Copy, Layouts

JSON = "application/json"


def ninjs_1(setting: Setting) -> Copy:
    """ninjs 1: lower case, the byline as printed, pictures as named associations."""
    story = setting.story
    item = {
        "uri": page_address(setting),
        "type": "text",
        "pubstatus": "usable",
        "firstcreated": story.published.isoformat(),
        "versioncreated": story.published.isoformat(),
        "language": setting.newsroom.language,
        "headline": story.headline,
        "byline": setting.byline.line,
        "located": story.place,
        "description_text": story.deck,
        "body_html": body_of(setting, dateline=setting.dateline, pictures="none"),
        "associations": {
            f"picture{number}": _picture_1(setting, piece) for number, piece in enumerate(setting.captions)
        },
    }
    return _copy(item, byline=setting.byline, dateline=setting.dateline)


def _picture_1(setting: Setting, piece: Piece) -> dict[str, object]:
    return {
        "type": "picture",
        "description_text": piece.caption,
        "byline": piece.credit,
        "renditions": {"main": {"href": address_of(setting, piece), "mimetype": "image/jpeg"}},
    }


def ninjs_2(setting: Setting) -> Copy:
    """ninjs 2: lists of objects, names in lower case."""
    story = setting.story
    item = {
        "uri": page_address(setting),
        "standard": {"name": "ninjs", "version": "2.0"},
        "type": "text",
        "firstcreated": story.published.isoformat(),
        "versioncreated": story.published.isoformat(),
        "language": setting.newsroom.language,
        "headlines": [{"role": "main", "value": story.headline}],
        "people": [{"name": name, "rel": "author"} for name in story.authors],
        "descriptions": [{"role": "lead", "contenttype": "text/plain", "value": story.deck}],
        "bodies": [{"contenttype": "text/html", "value": body_of(setting)}],
    }
    return _copy(item, byline=Byline(", ".join(story.authors)))


def ninjs_3(setting: Setting) -> Copy:
    """ninjs 3: camelCase, and a body in plain text."""
    story = setting.story
    item = {
        "uri": page_address(setting),
        "standard": {"name": "ninjs", "version": "3.0"},
        "type": "text",
        "firstCreated": story.published.isoformat(),
        "versionCreated": story.published.isoformat(),
        "language": setting.newsroom.language,
        "by": setting.byline.line,
        "headlines": [{"role": "main", "value": story.headline}],
        "descriptions": [{"role": "lead", "contentType": "text/plain", "value": story.deck}],
        "bodies": [
            {
                "contentType": "text/plain",
                "value": "\n\n".join(lines_of(setting, setting.dateline, with_captions=False)),
            }
        ],
        "associations": [
            {
                "name": f"picture{number}",
                "type": "picture",
                "by": piece.credit,
                "descriptions": [{"role": "caption", "contentType": "text/plain", "value": piece.caption}],
                "renditions": [{"name": "main", "href": address_of(setting, piece)}],
            }
            for number, piece in enumerate(setting.captions)
        ],
    }
    return _copy(item, byline=setting.byline, dateline=setting.dateline)


def schema_org(setting: Setting) -> Copy:
    """A NewsArticle as an object of its own, its body in plain text, its pictures as ImageObjects."""
    story = setting.story
    item = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "url": page_address(setting),
        "headline": story.headline,
        "description": story.deck,
        "inLanguage": setting.newsroom.language,
        "datePublished": story.published.isoformat(),
        "dateline": story.place,
        "articleSection": story.section,
        "author": [{"@type": "Person", "name": name} for name in story.authors],
        "image": [
            {
                "@type": "ImageObject",
                "url": address_of(setting, piece),
                "caption": piece.caption,
                "creditText": piece.credit,
            }
            for piece in setting.captions
        ],
        "articleBody": "\n\n".join(lines_of(setting, with_captions=False)),
    }
    return Copy(
        text=json.dumps(item, ensure_ascii=False),
        media_type="application/ld+json",
        byline=Byline(", ".join(story.authors)),
        has_place=True,
    )


def nitf(setting: Setting) -> Copy:
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
        f"{''.join(_nitf_piece(setting, piece) for piece in story.body)}</body.content></body></nitf>\n"
    )
    return Copy(text=text, media_type="application/nitf+xml", byline=setting.byline, has_place=True)


def _nitf_piece(setting: Setting, piece: Piece) -> str:
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


def newsml_g2(setting: Setting) -> Copy:
    """A NewsML-G2 newsItem with its text inside, as XHTML."""
    story = setting.story
    creators = "".join(f"<creator><name>{escape(name)}</name></creator>" for name in story.authors)
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" '
        f'guid="urn:newsml:{story.slug}" version="1" standard="NewsML-G2" standardversion="2.30" conformance="power" '
        f'xml:lang="{setting.newsroom.language}"><itemMeta><itemClass qcode="ninat:text"/>'
        f"<versionCreated>{story.published.isoformat()}</versionCreated>"
        f"<firstCreated>{story.published.isoformat()}</firstCreated>"
        f'<pubStatus qcode="stat:usable"/></itemMeta><contentMeta>{creators}<dateline>{escape(story.place)}</dateline>'
        f"<headline>{escape(story.headline)}</headline>"
        f'<description role="drol:summary">{escape(story.deck)}</description></contentMeta>'
        '<contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><head>'
        f"<title>{escape(story.headline)}</title></head><body>{body_of(setting)}</body></html></inlineXML></contentSet>"
        "</newsItem>\n"
    )
    media_type = "application/vnd.iptc.g2.newsitem+xml"
    return Copy(text=text, media_type=media_type, byline=Byline(", ".join(story.authors)), has_place=True)


def _copy(item: Mapping[str, object], *, byline: Byline, dateline: str = "") -> Copy:
    text = json.dumps(item, ensure_ascii=False)
    return Copy(text=text, media_type=JSON, byline=byline, dateline=dateline)


LAYOUTS: Layouts = {
    "ninjs_1": ninjs_1,
    "ninjs_2": ninjs_2,
    "ninjs_3": ninjs_3,
    "schema_org": schema_org,
    "nitf": nitf,
    "newsml_g2": newsml_g2,
}
