"""Feeds as publishing programs write them, one entry each."""

import json
from email.utils import format_datetime
from html import escape

from tests.corpus.markup import address_of, body_of, page_address
from tests.corpus.stories import Byline, Setting
from tests.corpus.text_layouts import lines_of
from tests.corpus.truth import Copy, Layouts

RSS = "application/rss+xml"
ATOM = "application/atom+xml"
JSON_FEED = "application/feed+json"


def rss_full(setting: Setting) -> Copy:
    """WordPress: a description beside the whole text, and its line that the post appeared on the paper first."""
    story, paper = setting.story, setting.newsroom.paper
    source = f"The post {story.headline} appeared first on {paper.name}."
    content = f"{body_of(setting, pictures='wordpress')}<p>{escape(source, quote=False)}</p>"
    item = (
        f"{_creators(setting)}<pubDate>{format_datetime(story.published)}</pubDate>"
        f"<category>{escape(story.section)}</category><description>{escape(story.deck)}</description>"
        f"<content:encoded><![CDATA[{content}]]></content:encoded>"
    )
    return Copy(text=_rss(setting, item), media_type=RSS, byline=_names(setting), site=(source,))


def rss_summary(setting: Setting) -> Copy:
    """The deck alone: the rest stands on the page."""
    item = (
        f"{_creators(setting)}<pubDate>{format_datetime(setting.story.published)}</pubDate>"
        f"<description>{escape(f'<p>{setting.story.deck}</p>')}</description>"
    )
    return Copy(text=_rss(setting, item), media_type=RSS, byline=_names(setting), body=())


def rss_media(setting: Setting) -> Copy:
    """Media RSS: pictures beside the text, each with description and credit."""
    pictures = "".join(
        f'<media:content url="{address_of(setting, piece)}" medium="image"><media:description type="plain">'
        f"{escape(piece.caption or '')}</media:description><media:credit>{escape(piece.credit)}</media:credit>"
        "</media:content>"
        for piece in setting.captions
    )
    item = (
        f"{_creators(setting)}<pubDate>{format_datetime(setting.story.published)}</pubDate>"
        f"<description>{escape(setting.story.deck)}</description>"
        f"<content:encoded><![CDATA[{body_of(setting, pictures='none')}]]></content:encoded>{pictures}"
    )
    return Copy(text=_rss(setting, item), media_type=RSS, byline=_names(setting))


def rss_dateline(setting: Setting) -> Copy:
    """An agency's feed: the whole text in the description, its dateline before the first words."""
    content = body_of(setting, dateline=setting.dateline)
    item = (
        f"{_creators(setting)}<pubDate>{format_datetime(setting.story.published)}</pubDate>"
        f"<description><![CDATA[{content}]]></description>"
    )
    text = _rss(setting, item)
    return Copy(text=text, media_type=RSS, byline=_names(setting), dateline=setting.dateline, has_deck=False)


def atom_xhtml(setting: Setting) -> Copy:
    """Atom whose text is XHTML."""
    content = f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{body_of(setting)}</div></content>'
    return Copy(text=_atom(setting, content), media_type=ATOM, byline=_names(setting))


def atom_html(setting: Setting) -> Copy:
    """Atom whose text is HTML in escapes."""
    content = f'<content type="html">{escape(body_of(setting, pictures="block", close=""))}</content>'
    return Copy(text=_atom(setting, content), media_type=ATOM, byline=_names(setting))


def json_html(setting: Setting) -> Copy:
    """JSON Feed with the text as HTML."""
    item = {"summary": setting.story.deck, "content_html": body_of(setting)}
    return Copy(text=_json(setting, item), media_type=JSON_FEED, byline=_names(setting))


def json_text(setting: Setting) -> Copy:
    """JSON Feed with the text as it is, without pictures."""
    item = {
        "summary": setting.story.deck,
        "content_text": "\n\n".join(lines_of(setting, with_captions=False)),
    }
    return Copy(text=_json(setting, item), media_type=JSON_FEED, byline=_names(setting), body=setting.text_alone)


def _names(setting: Setting) -> Byline:
    return Byline(", ".join(setting.story.authors))


def _creators(setting: Setting) -> str:
    return "".join(f"<dc:creator>{escape(name)}</dc:creator>" for name in setting.story.authors)


def _rss(setting: Setting, item: str) -> str:
    paper, link = setting.newsroom.paper, page_address(setting)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"><channel>'
        f"<title>{escape(paper.name)}</title><link>{paper.home}</link><language>{setting.newsroom.language}</language>"
        f"<item><title>{escape(setting.story.headline)}</title><link>{link}</link>"
        f'<guid isPermaLink="true">{link}</guid>'
        f"{item}</item></channel></rss>\n"
    )


def _atom(setting: Setting, content: str) -> str:
    paper, story, link = setting.newsroom.paper, setting.story, page_address(setting)
    authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in story.authors)
    at = story.published.isoformat()
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
        f'xml:lang="{setting.newsroom.language}"><title>{escape(paper.name)}</title><id>{paper.home}/</id>'
        f'<updated>{at}</updated><link href="{paper.home}"/><entry><title>{escape(story.headline)}</title>'
        f'<id>{link}</id><link rel="alternate" href="{link}"/><published>{at}</published><updated>{at}</updated>'
        f"{authors}<summary>{escape(story.deck)}</summary>{content}</entry></feed>\n"
    )


def _json(setting: Setting, said: dict[str, str]) -> str:
    paper, story, link = setting.newsroom.paper, setting.story, page_address(setting)
    item = {
        "id": link,
        "url": link,
        "title": story.headline,
        "date_published": story.published.isoformat(),
        "authors": [{"name": name} for name in story.authors],
        "tags": [story.section],
        **said,
    }
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": paper.name,
        "home_page_url": paper.home,
        "language": setting.newsroom.language,
        "items": [item],
    }
    return json.dumps(feed, ensure_ascii=False)


LAYOUTS: Layouts = {
    "rss_full": rss_full,
    "rss_summary": rss_summary,
    "rss_media": rss_media,
    "rss_dateline": rss_dateline,
    "atom_xhtml": atom_xhtml,
    "atom_html": atom_html,
    "json_html": json_html,
    "json_text": json_text,
}
