"""What the desk does to an article is told to its publisher, and to who asks for the article's source."""

from collections.abc import Iterator

import pytest

from services.ingest.desk_acts import Named, withdrawal_of
from shared.settings import Settings
from tests.integration.verbs import Newsdesk, news, newsdesk_of

URI, HELD, PAGE = "urn:news:1", "urn:news:2", "https://hue.example/1"
EMBARGO = {"X_Embargoed_Until": "2099-01-31T06:00:00Z"}


@pytest.fixture
def desk(settings: Settings) -> Iterator[Newsdesk]:
    with newsdesk_of(settings) as made:
        yield made


def take_back(desk: Newsdesk, article: str, *aliases: str) -> None:
    desk.app_state.intake.take_each([withdrawal_of(Named(article=article, aliases=aliases), "A mistake")])
    desk.work()


def told(desk: Newsdesk, after: str, by: str, source: str = "") -> set[tuple[str, str]]:
    """The steps since, by article and state; all of them are the desk's, but for the end of what it overtook."""
    asked = f"&source={source}" if source else ""
    changes = desk.call("GET", f"/v1/events?after={after}{asked}", b"", by).body["changes"]
    others = {change["state"] for change in changes if change["source"] != "push:command line"}
    assert others <= {"working", "superseded"}
    return {(change["article"], change["state"]) for change in changes}


def test_what_the_desk_does_is_told_to_whose_article_it_is(desk: Newsdesk) -> None:
    mine, held = (desk.push(news(f"Of {uri}", uri=uri), **more).body for uri, more in ((URI, {}), (HELD, EMBARGO)))
    theirs = desk.push(news("Of Hanoi"), "hanoi").body["article"]
    desk.feed("Of a feed", PAGE)
    fed = desk.stored(PAGE).article_id
    desk.work()
    desk.key("monitor", scopes=("monitor",))
    last = desk.call("GET", "/v1/events?after=0-0", b"", "monitor").body["last"]
    desk.speak(mine["article"], f"uri:hue {URI}", words="Corrected\n\nAs it should have been from the start.")
    take_back(desk, mine["article"], f"uri:hue {URI}")
    take_back(desk, held["article"], f"uri:hue {HELD}")
    take_back(desk, theirs, f"uri:hanoi {URI}")
    take_back(desk, fed, f"url:{PAGE}")
    of_mine = {(mine["article"], state) for state in ("received", "indexed", "withdrawn")}
    of_held = {(held["article"], "received"), (held["article"], "withdrawn")}
    assert of_mine | of_held <= told(desk, last, "hue")
    assert {article for article, _ in told(desk, last, "hue")} == {mine["article"], held["article"]}
    assert {article for article, _ in told(desk, last, "hanoi")} == {theirs}
    assert told(desk, last, "monitor", "push:hue") == told(desk, last, "hue")
    assert (fed, "withdrawn") in told(desk, last, "monitor", "feed")
    assert {(fed, "withdrawn"), *of_mine} <= told(desk, last, "monitor")
