"""Which form of an article a reader gets."""

import json

import msgspec
import pytest

from services.web.forms import FORMS, form_for
from services.web.problems import Problem
from shared.article import Article, Block
from tests.unit.web.stand_ins import a_stored

HOSTILE = Article(
    headline="<script>alert(1)</script>",
    uri="javascript:alert(1)",
    language='vi"><script>',
    byline="</title><b>",
    description="<img src=x onerror=y>",
    blocks=(
        Block(type="paragraph", text="</article><script>"),
        Block(type="picture", href="javascript:1", caption="<i>"),
    ),
)


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        pytest.param(None, "", id="nothing said"),
        pytest.param("", "", id="an empty line"),
        pytest.param("*/*", "", id="anything, as curl says"),
        pytest.param("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html", id="a browser"),
        pytest.param("application/ninjs+json", "ninjs", id="ninjs"),
        pytest.param("application/ld+json;q=0.5, text/markdown;q=0.6", "md", id="the better liked"),
        pytest.param("text/*", "html", id="a kind"),
        pytest.param("*/*, application/json;q=0", "ninjs", id="anything but"),
        pytest.param("text/plain;q=x, text/markdown", "md", id="a quality that is none"),
        pytest.param("TEXT/PLAIN ; Q=1", "txt", id="in capitals"),
        pytest.param("," * 10_000 + "text/plain", None, id="more ranges than are read"),
        pytest.param("image/png", None, id="a picture"),
        pytest.param("application/json;q=0", None, id="not even JSON"),
    ],
)
def test_form_for(accept: str | None, form: str | None) -> None:
    if form is None:
        with pytest.raises(Problem):
            form_for(accept)
    else:
        assert form_for(accept).name == form


@pytest.mark.parametrize("media_type", FORMS)
def test_every_form_is_written_and_what_a_stranger_wrote_is_only_text(media_type: str) -> None:
    stored = msgspec.structs.replace(a_stored(), article=HOSTILE)
    written = FORMS[media_type].write(stored)
    if "json" in media_type:
        assert isinstance(json.loads(written), dict)
    if media_type == "text/html":
        assert b"<script" not in written
        assert b"<img" not in written
        assert b"javascript:" not in written
