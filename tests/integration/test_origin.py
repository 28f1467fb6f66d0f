"""An article that the desk has corrected or withdrawn is still its publisher's, wherever its source is asked for."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from services.cli import main as cli
from services.desk.exporting import export_articles
from services.index.changes import Place, deliveries_after
from services.index.hits import Results
from services.index.listing import Span, list_settled
from services.index.outbox.deliverer import Deliverer
from services.index.outbox.outbox import Outbox
from services.index.renewal import Chosen, readable
from services.index.stories.keeper import Stories, StoryKeeper
from services.web.keys import Keys
from shared.settings import Settings
from tests.conftest import options_of
from tests.integration.verbs import Newsdesk, at, news, newsdesk_of
from tests.unit.index.outbox.test_deliverer import Shelf

URI = "urn:news:1"
PAGE = "https://hue.example/2015/rubber"


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Newsdesk]:
    """A desk with an article of each of two publishers, of which one was corrected by the desk."""
    with newsdesk_of(settings) as made:
        made.push(news("Rubber", uri=PAGE), "hue")
        made.push(news("Timber", uri=URI), "hanoi")
        made.work()
        file = tmp_path / "rubber.txt"
        file.write_text("Rubber, corrected\n\nWithout the names, at the old price of a pound.\n")
        copydesk(made, "correct", PAGE, str(file), "--because", "the names are out")
        yield made


def copydesk(desk: Newsdesk, *words: str) -> None:
    assert cli.main([*words, *options_of(desk.settings)]) == 0
    desk.work()


def found(desk: Newsdesk, q: str) -> Results:
    return desk.index.search(q, facets=("source",))


def test_a_search_finds_it_by_its_publisher(desk: Newsdesk) -> None:
    assert [hit.headline for hit in found(desk, "source:hue").hits] == ["Rubber, corrected"]
    assert found(desk, "source:command").total == 0
    assert found(desk, "rubber").facets["source"] == {"push:hue": 1}
    assert desk.index.search("rubber", of="hue").total == 1


def test_the_list_has_it_among_its_publishers(desk: Newsdesk) -> None:
    listed = list_settled(desk.index, Span(source="push:hue"), 10)
    assert [(one.entry.article.headline, one.source) for one in listed] == [("Rubber, corrected", "push:hue")]
    assert list_settled(desk.index, Span(source="push:command line", states=("indexed",)), 10) == []


def test_it_goes_where_its_publishers_articles_go(desk: Newsdesk, tmp_path: Path) -> None:
    shelf = Shelf()
    deliverer = Deliverer("x", shelf, Outbox(tmp_path / "x.sqlite3"), desk.index, sources=("push:hue",))
    while not deliverer.step():
        pass
    article = desk.stored(PAGE)
    assert shelf.taken == [(article.article_id, article.rev)]


def test_it_is_taken_out_with_its_publishers_articles(desk: Newsdesk) -> None:
    chosen, file = Chosen(source="push:hue"), io.BytesIO()
    assert export_articles(desk.index, chosen, file, withdrawn=False).written == 1
    assert json.loads(file.getvalue())["source"] == "push:hue"
    assert [one.source for one in readable(desk.index, chosen)] == ["push:hue"]


def test_its_story_names_its_publisher(desk: Newsdesk, tmp_path: Path) -> None:
    desk.push(news("Rubber, copied", uri="urn:copy", bodies=desk_words(desk)), "hanoi")
    desk.work()
    keeper = StoryKeeper(tmp_path / "stories", desk.index)
    while keeper.step():
        pass
    story = Stories(tmp_path / "stories").of(desk.stored(PAGE).article_id)
    assert story is not None
    assert {member.source for member in story.members} == {"push:hue", "push:hanoi"}


def test_what_is_purged_is_still_known_as_its_publishers(desk: Newsdesk) -> None:
    copydesk(desk, "purge", PAGE, "--because", "a court order", "--yes")
    page = deliveries_after(desk.index, Place(), 10, every=True)
    assert [one.entry.came_from.name for one in page.deliveries if one.kind == "withdraw"] == ["hue"]


def desk_words(desk: Newsdesk) -> list[dict[str, str]]:
    blocks = desk.stored(PAGE).article.blocks
    return [{"contentType": "text/plain", "value": "\n\n".join(block.text or "" for block in blocks)}]


def test_its_publisher_hears_of_what_the_desk_did(desk: Newsdesk) -> None:
    copydesk(desk, "withdraw", URI, "--because", "a court order")
    kinds = {
        name: [(one["kind"], one["source"]) for one in desk.call("GET", "/v1/changes", by=name).body["changes"]]
        for name in ("hue", "hanoi", "stranger")
    }
    assert kinds == {
        "hue": [("new", "push:hue"), ("edit", "push:hue")],
        "hanoi": [("new", "push:hanoi"), ("withdrawal", "push:hanoi")],
        "stranger": [],
    }
    changes = desk.call("GET", "/v1/changes").body["changes"]
    read = [desk.call("GET", one["links"]["self"]) for one in changes]
    assert [(one.status, one.body["rev"]) for one in read] == [(200, one["rev"]) for one in changes]
    assert [one.body["article"]["headline"] for one in read] == ["Rubber", "Rubber, corrected"]
    assert desk.call("GET", changes[0]["links"]["self"], by="hanoi").status == 404
    assert desk.call("GET", f"{changes[0]['links']['article']}@1").status == 404
    assert desk.call("DELETE", changes[0]["links"]["self"], If_Match="*").status == 404, "a revision is only read"


def test_a_publisher_hears_all_that_was_said_of_its_article(desk: Newsdesk) -> None:
    page = "https://hue.example/2015/bridge"
    assert desk.feed("Bridge", page) == "indexed"
    assert len(desk.call("GET", "/v1/changes").body["changes"]) == 2, "it is not theirs yet"
    desk.push(news("Bridge, in their own words", uri=page))  # the words of the page's own feed stay
    desk.work()
    assert desk.call("GET", at(page)).status == 200
    changes = desk.call("GET", "/v1/changes").body["changes"]
    assert [one["source"] for one in changes[2:]] == ["feed:https://hue.example/rss"]


def read_all(desk: Newsdesk) -> dict[str, str]:
    """The head of a key that may read what all publishers have."""
    token = Keys(desk.app_state.keys.path).create("reader", scopes=("read-all",))
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("door", ["/v1/articles/", "/v1/stories/"])
def test_who_reads_all_names_an_article_as_its_publisher_does(desk: Newsdesk, door: str) -> None:
    reader, uri = read_all(desk), quote(URI, safe="")
    theirs = desk.stored(f"uri:hanoi {URI}").article_id
    told = desk.call("GET", f"{door}{uri}", **reader)
    assert (told.status, theirs in json.dumps(told.body)) == (200, True)
    assert desk.call("GET", f"{door}{uri}", by="hue").status == (404 if door == "/v1/articles/" else 403)
    assert desk.call("GET", f"{door}urn%3Anone", **reader).status == 404
    assert desk.push(news("Timber of theirs", uri=URI), "hue").status == 202
    refused = desk.call("GET", f"{door}{uri}", **reader)
    assert (refused.status, refused.slug) == (400, "bad-request")
    assert "by its id" in refused.body["detail"]
    desk.work()
    assert desk.call("GET", f"{door}{theirs}", **reader).status == 200


def test_the_story_of_what_is_gone_is_gone(desk: Newsdesk) -> None:
    reader, page = read_all(desk), f"/v1/stories/{quote(PAGE, safe='')}"
    assert desk.call("GET", page, **reader).body["articles"][0]["source"] == "push:hue"
    copydesk(desk, "withdraw", PAGE, "--because", "a court order")
    gone = desk.call("GET", page, **reader)
    assert (gone.status, gone.slug, gone.body["withdrawal"]["reason"]) == (410, "withdrawn", "a court order")
    assert desk.call("GET", f"/v1/stories/{'a' * 26}", **reader).status == 404
