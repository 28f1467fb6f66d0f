"""What a dropped file holds, and by what each part of it is known."""

import json

import pytest

from services.ingest.drop_inputs import is_document, make_drop_inputs
from services.ingest.parser_process import FeedParser
from shared.envelope import Input, Source
from shared.errors import InputRefused

DROP = Source(kind="drop", name="thu")
ONE = {"uri": "tag:thu:1", "headline": "Tin nhất", "body_text": "Một hai ba."}
TWO = {"url": "http://www.thu.example/2/", "headline": "Tin hai", "body_text": "Bốn năm sáu."}
THREE = {"headline": "Tin ba", "body_text": "Bảy tám chín."}
PLACE = {"@type": "Place", "name": "Huế"}


def inputs(name: str, document: object) -> list[Input]:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return make_drop_inputs(name, body, DROP, FeedParser())  # no feed among them: its process never starts


@pytest.mark.parametrize(
    "document",
    [
        pytest.param([ONE, TWO, THREE], id="a list"),
        pytest.param({"@graph": [ONE, PLACE, TWO, THREE]}, id="a graph"),
        pytest.param({"itemListElement": [{"item": one} for one in (ONE, TWO, THREE)]}, id="a list of schema.org"),
    ],
)
def test_each_article_of_a_json_document_is_an_input(document: object) -> None:
    made = inputs("thu/tin.json", document)
    assert [one.aliases for one in made] == [
        ("uri:tag:thu:1",),
        ("url:https://thu.example/2",),
        ("path:thu/tin.json#3",),
    ]
    assert [one.name for one in made] == [
        "thu/tin.json#tag:thu:1",
        "thu/tin.json#http://www.thu.example/2/",
        "thu/tin.json#3",
    ]
    assert [json.loads(one.body)["headline"] for one in made] == ["Tin nhất", "Tin hai", "Tin ba"]
    assert is_document("thu/tin.json", json.dumps(document).encode())


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(ONE, id="one article"),
        pytest.param({"@graph": [PLACE, ONE]}, id="one in a graph"),
        pytest.param([ONE], id="a list of one"),
        pytest.param(b"[ no JSON", id="no JSON"),
        pytest.param(json.dumps([ONE, TWO]).encode("utf-16"), id="another encoding"),
    ],
)
def test_what_holds_one_article_stays_whole_and_goes_by_its_path(document: object) -> None:
    (made,) = inputs("thu/tin.json", document)
    assert made.aliases == ("path:thu/tin.json",)
    assert made.body == (document if isinstance(document, bytes) else json.dumps(document).encode())


def test_an_address_that_two_articles_share_tells_neither_apart() -> None:
    page = {"mainEntityOfPage": "https://thu.example/"}
    made = inputs("tin.json", [ONE | page, THREE | page])
    assert [one.aliases for one in made] == [("uri:tag:thu:1",), ("path:tin.json#2",)]


def test_what_cannot_be_taken_apart_is_refused_with_its_name() -> None:
    with pytest.raises(InputRefused, match=r"thu/tin\.json: Item 2 of the list is no article"):
        inputs("thu/tin.json", [ONE, {"id": 7}])
