"""What a push would become is told before it is one; nothing is stored, whatever is sent."""

import asyncio
import json
from collections.abc import Iterator

import pytest

from services.web.reading import Limits, ReadingRoom
from services.web.reading_child import read_within
from shared.envelope import Raw, Source
from shared.hints import Hints
from shared.settings import Settings
from tests.integration.verbs import Answer, Newsdesk, news, newsdesk_of

PAGE = "https://hue.example/2015/rubber"
TEXT = {"Content_Type": "text/plain"}
SOURCE = Source(kind="push", name="hue")
SLOW = b"<html><body>" + b"<p>One line of many, <b>bold</b>.</p>" * 9_000


class SharedRoom(ReadingRoom):
    """One for all desks of this module: a process takes its time to start."""

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def room() -> Iterator[ReadingRoom]:
    made = SharedRoom(Limits(cpu_s=1), children=1, most_waiting=1)
    made._read(Raw(source=SOURCE, media_type="text/plain", body=b"One\n\nTwo words of it.", received_us=1))
    yield made
    ReadingRoom.close(made)


@pytest.fixture
def desk(settings: Settings, room: ReadingRoom) -> Iterator[Newsdesk]:
    with newsdesk_of(settings, reading=room) as made:
        yield made


def validate(desk: Newsdesk, article: object, /, by: str = "hue", **headers: str) -> Answer:
    return desk.call("POST", "/v1/articles:validate", article, by, **headers)


def test_the_article_is_shown_with_its_evidence_and_nothing_is_stored(desk: Newsdesk) -> None:
    words = b"Rubber at its best\n\nTTH - By many means, growers have better latex.\n\nAnh Phong"
    shown = validate(desk, words, X_Embargoed_Until="2099-01-01T00:00:00Z", **TEXT)
    assert (shown.status, shown.body["outcome"], "of" in shown.body) == (200, "new", False)
    article = shown.body["article"]
    assert (article["headline"], article["dateline"]) == ("Rubber at its best", "TTH")
    assert {"headline", "dateline", "embargoedUntil"} >= {"headline"} <= {seen["field"] for seen in article["evidence"]}
    assert shown.body["heldUntil"] == "2099-01-01T00:00:00Z"
    assert desk.ledger.balance().accepted == 0
    assert desk.app_state.look().status.stages["normalize"].queued == 0
    assert not list(desk.settings.archive_folder.glob("*"))
    assert desk.ledger.client.keys("seen:*") == []


def test_it_is_read_as_its_source_is_set(desk: Newsdesk) -> None:
    hints = Hints(byline_pattern="Made by the {name} team")
    desk.app_state.desk.sources.register.save("push:hue", hints, who="mai", note="x")
    words = b"Rubber at its best\n\nBy many means, growers have better latex.\n\nMade by the Green Pen team"
    article = validate(desk, words, **TEXT).body["article"]
    assert [person["name"] for person in article["people"]] == ["Green Pen"]
    assert "read with the settings of (push:hue 1)" in {seen["rule"] for seen in article["evidence"]}


def test_what_would_happen_is_told(desk: Newsdesk) -> None:
    desk.push(news("One", version="2"))
    desk.work()
    stored = desk.stored("uri:hue urn:news:1")
    of = {"id": stored.article_id, "rev": stored.rev}
    again = validate(desk, news("One", version="2")).body
    assert (again["outcome"], again["of"]) == ("duplicate", of)
    more = validate(desk, news("Two", version="3")).body
    assert (more["outcome"], more["of"], more["article"]["headline"]) == ("revision", of, "Two")
    same = validate(desk, news("One", version="2", by=None, extra=1)).body
    assert (same["outcome"], same["of"]) == ("duplicate", of), "it would read as the stored one"
    older = validate(desk, news("Zero", version="1")).body
    assert (older["outcome"], older["problem"]["type"], older["problem"]["status"]) == (
        "refused",
        "/problems/outdated",
        409,
    )
    gone = validate(desk, news("One", version="3", pubStatus="canceled")).body
    assert gone["outcome"] == "withdrawn"
    nothing = validate(desk, b"\x00\x01\x02", **TEXT).body
    assert (nothing["outcome"], nothing["problem"]["type"]) == ("refused", "/problems/no-article")
    desk.feed("Rubber at its best", PAGE)
    late = validate(desk, news("Another headline", uri=PAGE)).body
    assert (late["outcome"], late["of"]["id"]) == ("superseded", desk.stored(PAGE).article_id)
    desk.push(news("Ours", uri="https://hue.example/ours"))
    theirs = validate(desk, news("Theirs", uri="https://hue.example/ours"), "hanoi").body
    assert theirs["problem"]["type"] == "/problems/not-yours"


def test_several_articles_are_each_looked_at(desk: Newsdesk) -> None:
    rows = [news(f"News {n}", uri=f"urn:news:{n}") for n in range(3)]
    found = validate(desk, rows).body["articles"]
    assert [(one["outcome"], one["article"]["headline"]) for one in found] == [("new", f"News {n}") for n in range(3)]
    assert validate(desk, [news("x", uri=f"urn:{n}") for n in range(21)]).status == 400
    assert validate(desk, b"{").status == 400
    assert validate(desk, b"x", Content_Type="image/png").status == 415


def test_hostile_documents_are_answered_within_bounds(desk: Newsdesk) -> None:
    deep = b"<html><body>" + b"<div>" * 200_000 + b"x"
    nested = json.dumps(news("x")).encode()[:-1] + b',"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    for body, kind in ((deep, "text/html"), (nested, "application/json")):
        assert validate(desk, body, Content_Type=kind).status in (200, 400), kind
    assert validate(desk, news("One")).body["outcome"] == "new", "the next is read"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_document_that_costs_too_much_is_told_as_such() -> None:
    raw = Raw(source=SOURCE, media_type="text/html", body=SLOW, received_us=1)
    assert read_within(raw, Limits(cpu_s=0.05, memory_mb=100_000)).too_costly


def test_only_so_many_wait(room: ReadingRoom) -> None:
    raw = Raw(source=SOURCE, media_type="text/plain", body=b"One\n\nTwo words of it.", received_us=1)

    async def at_once() -> list[object]:
        return list(await asyncio.gather(*(room.read(raw) for _ in range(5)), return_exceptions=True))

    answers = asyncio.run(at_once())
    assert [type(answer).__name__ for answer in answers] == ["Reading"] * 2 + ["Problem"] * 3


def test_a_date_that_cannot_be_read_is_told_by_validation_receipt_and_the_article_that_was_waited_for(
    desk: Newsdesk,
) -> None:
    said = news("Rubber", firstCreated="some day")
    (warning,) = validate(desk, said).body["warnings"]
    assert (warning["pointer"], "'some day'" in warning["detail"]) == ("#/firstCreated", True)
    finished = desk.during(lambda: desk.push(said, Prefer="wait=20"))
    assert finished.body["warnings"] == [warning]
    held = desk.push(news("Latex", uri="urn:news:2", firstCreated="some day"), X_Embargoed_Until="2099-01-01T00:00:00Z")
    fine = desk.push(news("Bridge", uri="urn:news:3"))
    desk.work()
    for receipt in (finished.body["receipt"], held.body["receipt"]):
        assert desk.call("GET", f"/v1/receipts/{receipt}").body["warnings"] == [warning]
    assert "warnings" not in desk.call("GET", fine.headers["location"]).body
    assert validate(desk, news("Rubber", embargoedUntil="some day")).status == 400, "an embargo is never taken so"


def test_the_embargo_that_a_correction_inherits_is_foretold(desk: Newsdesk) -> None:
    late, later, over = "2098-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "2020-01-01T00:00:00Z"
    desk.push(news("Rubber", embargoedUntil=late))
    desk.work()
    said: tuple[dict[str, str], ...] = (
        {},
        {"embargoedUntil": later},
        {"embargoedUntil": over},
        {"pubStatus": "canceled"},
    )
    told = [validate(desk, news("Latex") | more).body.get("heldUntil") for more in said]
    assert told == [late, later, None, None]
    free = b'{"uri": "urn:news:1", "headlines": [{"value": "Latex"}], "embargoedUntil": null}'
    assert "heldUntil" not in validate(desk, free).body
