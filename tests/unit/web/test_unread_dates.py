"""A declared date that nobody can read is left out of the article, and told with its place."""

import json

import pytest

from services.normalize.pipeline import normalize
from services.web.unread_dates import unread_dates, warnings_of
from shared.article import Article
from shared.envelope import FEED_ENTRY_TYPE, Raw, Source

NINJS = {"headline": "Rubber at its best", "body_text": "Growers have better latex."}
PAGE = {"@type": "NewsArticle", "headline": "Rubber at its best", "articleBody": "Growers have better latex."}
ITEM = b"""<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/"><itemMeta><versionCreated>%s</versionCreated></itemMeta>
<contentMeta><headline>Rubber</headline></contentMeta><contentSet><inlineData>Better latex.</inlineData></contentSet>
</newsItem>"""


def read(body: object, media_type: str = "application/json") -> Article:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return normalize(Raw(source=Source(kind="push", name="hue"), media_type=media_type, body=data, received_us=1))


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        pytest.param(NINJS | {"firstcreated": "some day"}, "#/firstcreated", id="words"),
        pytest.param(NINJS | {"versionCreated": "2026-02-31T06:00:00Z"}, "#/versionCreated", id="no such day"),
        pytest.param(NINJS | {"firstCreated": ["2026-02-03T06:00:00Z"]}, "#/firstCreated", id="no text"),
        pytest.param(PAGE | {"datePublished": "soon"}, "#/datePublished", id="schema.org"),
        pytest.param({"@graph": [PAGE | {"dateModified": True}]}, "#/@graph/0/dateModified", id="within a graph"),
    ],
)
def test_what_is_no_date_is_told_where_it_stands(body: object, pointer: str) -> None:
    article = read(body)
    (warning,) = unread_dates(article)
    assert warning["pointer"] == pointer
    assert pointer.rpartition("/")[2] in warning["detail"]
    assert (article.first_created, article.version_created) == (None, None)


def test_a_date_beside_one_that_cannot_be_read_is_taken() -> None:
    article = read(PAGE | {"datePublished": "soon", "dateCreated": "2026-02-03T06:00:00Z"})
    assert article.first_created is not None
    assert [seen.quote for seen in article.evidence if seen.field == "first_created.unread"] == ["soon"]


def test_an_item_in_xml_and_an_entry_of_a_feed_tell_it_too() -> None:
    (told,) = unread_dates(read(ITEM % b"someday", "application/xml"))
    assert told["path"] == "/newsItem/itemMeta/versionCreated"
    entry = {"feed": "push:hue", "title": "Rubber", "content": "<p>Better latex.</p>", "published": "someday"}
    (told,) = unread_dates(read(entry, FEED_ENTRY_TYPE))
    assert told["pointer"] == "#/date_published"


@pytest.mark.parametrize(
    "said", [None, "", " ", "2026-02-03", "2026-02-03T06:00:00+07:00", "9 November 2015", 1447046040]
)
def test_a_date_that_is_read_and_one_that_is_none_warn_of_nothing(said: object) -> None:
    assert warnings_of(read(NINJS | {"firstCreated": said})) == {}
