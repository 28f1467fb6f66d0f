"""The article as it is stored: what an older release wrote is still read."""

import msgspec
import pytest

from shared.article import Article


@pytest.mark.parametrize(
    ("stored", "zone_rule"),
    [
        pytest.param("the language's own: Asia/Ho_Chi_Minh", "language", id="of a language"),
        pytest.param("language of the page", "language", id="of a page's language"),
        pytest.param("the source's setting: Europe/Paris", "source", id="of the source"),
        pytest.param("setting of the source", "source", id="of a page's source"),
        pytest.param("country of the address", "region", id="of the country"),
        pytest.param("in the text", "text", id="printed"),
        pytest.param("declared", "declared", id="declared"),
        pytest.param("not said: taken as UTC", "assumed", id="of nobody"),
        pytest.param("assumed UTC", "assumed", id="of nobody, on a page"),
    ],
)
def test_a_zone_rule_of_the_first_release_is_read(stored: str, zone_rule: str) -> None:
    article = msgspec.json.decode(msgspec.json.encode({"zoneRule": stored}), type=Article)
    assert article.zone_rule == zone_rule
    assert msgspec.json.decode(msgspec.json.encode(article), type=Article) == article


def test_an_article_without_a_date_has_no_zone_rule() -> None:
    assert msgspec.json.decode(b"{}", type=Article).zone_rule is None
