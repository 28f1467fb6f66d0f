"""ninjs as the wire sends it: its three versions."""

import json
from collections.abc import Mapping

from tests.corpus.markup import address_of, body_of, page_address
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


def _copy(item: Mapping[str, object], *, byline: Byline, dateline: str = "") -> Copy:
    text = json.dumps(item, ensure_ascii=False)
    return Copy(text=text, media_type=JSON, byline=byline, dateline=dateline)


LAYOUTS: Layouts = {
    "ninjs_1": ninjs_1,
    "ninjs_2": ninjs_2,
    "ninjs_3": ninjs_3,
}
