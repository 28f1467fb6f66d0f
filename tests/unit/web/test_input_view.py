"""The input beside the article: what is marked is what was read, also where JSON escapes it."""

import json

import pytest

from services.normalize.pipeline import normalize
from services.web.pages.input_view import ArchivedInput, view_input
from shared.envelope import Raw, Source

NINJS = "application/vnd.iptc.ninjs+json"
SAID = {"headline": 'The "long" way', "byline": "By Jane Miller", "body_text": 'Huế said "go" to all of them today.'}


@pytest.mark.parametrize("is_ascii", [True, False])
def test_marks_stand_on_the_very_words_behind_escaped_quotes(is_ascii: bool) -> None:
    body = json.dumps(SAID, ensure_ascii=is_ascii).encode()
    article = normalize(Raw(source=Source(kind="push", name="x"), media_type=NINJS, body=body, received_us=1))
    view = view_input(ArchivedInput(media_type=NINJS, body=body), article)
    marked = {piece.field: json.loads(f'"{piece.text}"') for piece in view.pieces if piece.field}
    assert marked == {"headline": SAID["headline"], "byline": SAID["byline"], "blocks[0]": SAID["body_text"]}
    assert "".join(piece.text for piece in view.pieces) == body.decode()


def test_bytes_that_are_no_text_are_told_and_not_shown() -> None:
    view = view_input(ArchivedInput(media_type="text/plain", body=b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), None)
    assert (view.size, view.pieces, view.editable, "a PNG picture" in view.unread) == (16, (), "", True)
