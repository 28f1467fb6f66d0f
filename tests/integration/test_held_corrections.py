"""An article that waits for the end of an embargo is changed in part."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.settings import Settings
from tests.integration.verbs import Newsdesk, at, news, newsdesk_of

PATCH = {"Content_Type": "application/merge-patch+json"}
URI, EARLY, LATE = "urn:news:1", "2098-01-31T06:00:00Z", "2099-01-31T06:00:00Z"


@pytest.fixture
def desk(settings: Settings) -> Iterator[Newsdesk]:
    with newsdesk_of(settings) as made:
        yield made


def patch(desk: Newsdesk, **members: object) -> dict[str, Any]:
    """What has become of a patch."""
    answer = desk.call("PATCH", at(URI), members, **PATCH)
    assert answer.status == 202, answer.body
    desk.work()
    told: dict[str, Any] = desk.call("GET", f"/v1/receipts/{answer.body['receipt']}").body
    return told


@pytest.mark.parametrize("by_header", [False, True])
def test_a_patch_goes_upon_what_is_held(desk: Newsdesk, by_header: bool) -> None:
    held = {"X_Embargoed_Until": EARLY} if by_header else {}
    desk.push(news("Rubber", dateline="HUE", embargoedUntil=None if by_header else EARLY), **held)
    desk.work()
    told = patch(desk, headlines=[{"role": "main", "value": "Latex"}])
    assert (told["state"], told["embargoedUntil"]) == ("held", EARLY)
    told = patch(desk, embargoedUntil=LATE)
    assert (told["state"], told["embargoedUntil"]) == ("held", LATE)
    assert patch(desk, embargoedUntil=None)["state"] == "indexed"
    article = desk.stored(f"uri:hue {URI}").article
    assert (article.headline, article.dateline, article.embargoed_until) == ("Latex", "HUE", None)
    assert [block.text for block in article.blocks] == ["Rubber: better latex, better prices."]


def test_a_held_change_of_what_is_published_is_changed_again(desk: Newsdesk) -> None:
    desk.push(news("Rubber"))
    desk.work()
    desk.call("PATCH", at(URI), {"headlines": [{"value": "Latex"}]}, **PATCH, X_Embargoed_Until=LATE)
    desk.work()
    assert desk.stored(f"uri:hue {URI}").article.headline == "Rubber"
    assert patch(desk, embargoedUntil=None)["state"] == "indexed"
    assert desk.stored(f"uri:hue {URI}").article.headline == "Latex"


def test_what_a_patch_would_lose_is_said_with_what_to_do(desk: Newsdesk) -> None:
    page = {"@type": "NewsArticle", "headline": "Rubber", "articleBody": "Better latex, better prices.", "url": URI}
    desk.push(page | {"isAccessibleForFree": False, "embargoedUntil": LATE})
    desk.work()
    answer = desk.call("PATCH", at(URI), {"embargoedUntil": None}, **PATCH)
    assert (answer.slug, answer.body["embargoedUntil"], answer.body["state"]) == ("not-indexed", LATE, "held")
    assert "access" in answer.body["detail"] and "PUT" in answer.body["detail"]
