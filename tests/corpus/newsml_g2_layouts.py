"""NewsML-G2: the text inside an item as XHTML, as NITF in a message, or as plain text."""

from html import escape

from tests.corpus.markup import body_of
from tests.corpus.nitf_layouts import nitf_piece
from tests.corpus.stories import Byline, Setting
from tests.corpus.text_layouts import lines_of
from tests.corpus.truth import Copy, Layouts

G2 = "application/vnd.iptc.g2.newsitem+xml"


def xhtml(setting: Setting) -> Copy:
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
    return Copy(text=text, media_type=G2, byline=Byline(", ".join(story.authors)), has_place=True)


def message(setting: Setting) -> Copy:
    """A newsMessage that carries one item, its text in NITF, its writers in a line of print."""
    story = setting.story
    body = "".join(nitf_piece(setting, piece) for piece in story.body)
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><header>'
        f"<sent>{story.published.isoformat()}</sent></header><itemSet>{_item(setting)}"
        f"<contentMeta><contentCreated>{story.published.isoformat()}</contentCreated>"
        f"<located><name>{escape(story.place)}</name></located><by>{escape(setting.byline.line)}</by>"
        f"<headline>{escape(story.headline)}</headline><description>{escape(story.deck)}</description></contentMeta>"
        '<contentSet><inlineXML contenttype="application/nitf+xml"><nitf xmlns=""><body><body.content>'
        f"{body}</body.content></body></nitf></inlineXML></contentSet></newsItem></itemSet></newsMessage>\n"
    )
    return Copy(text=text, media_type=G2, byline=setting.byline, has_place=True)


def plain(setting: Setting) -> Copy:
    """An item with plain text inside it, the dateline before the first words, and no pictures."""
    story = setting.story
    creators = "".join(f"<creator><name>{escape(name)}</name></creator>" for name in story.authors)
    lines = lines_of(setting, setting.dateline, with_captions=False)
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{_item(setting)}<contentMeta>{creators}'
        f"<headline>{escape(story.headline)}</headline>"
        f'<description role="drol:summary">{escape(story.deck)}</description></contentMeta><contentSet>'
        f'<inlineData contenttype="text/plain">{escape(chr(10).join(lines))}</inlineData></contentSet></newsItem>\n'
    )
    return Copy(
        text=text,
        media_type=G2,
        byline=Byline(", ".join(story.authors)),
        dateline=setting.dateline,
        body=setting.text_alone,
    )


def _item(setting: Setting) -> str:
    """The opening of an item with what is said of it as a whole."""
    story = setting.story
    return (
        f'<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:newsml:{story.slug}" version="1" '
        f'standard="NewsML-G2" standardversion="2.30" conformance="core" xml:lang="{setting.newsroom.language}">'
        '<itemMeta><itemClass qcode="ninat:text"/>'
        f"<firstCreated>{story.published.isoformat()}</firstCreated>"
        f"<versionCreated>{story.published.isoformat()}</versionCreated>"
        '<pubStatus qcode="stat:usable"/></itemMeta>'
    )


LAYOUTS: Layouts = {
    "xhtml": xhtml,
    "message": message,
    "plain": plain,
}
