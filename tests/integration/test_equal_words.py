"""Two publishers say the same words without an address: each has an article, and neither is told of the other's."""

from collections.abc import Iterator

import pytest

from services.ingest.intake import acceptance
from shared.archive_entries import Archived, pack_body
from shared.clock import now_us
from shared.envelope import Envelope, Input, Source
from shared.identity import article_id, content_hash, receipt_id
from shared.settings import Settings
from tests.integration.verbs import Newsdesk, at, newsdesk_of

WORDS = b"Rubber at its best\n\nBy many means, growers have better latex this year than ever."
TEXT = {"Content_Type": "text/plain"}
LATER = "2099-01-31T06:00:00+07:00"


@pytest.fixture
def desk(settings: Settings) -> Iterator[Newsdesk]:
    with newsdesk_of(settings) as made:
        made.key("hue"), made.key("hanoi")
        yield made


def test_each_has_an_article_of_its_own_and_reads_that_alone(desk: Newsdesk) -> None:
    hue = desk.push(WORDS, **TEXT)
    desk.work()
    hanoi = desk.during(lambda: desk.push(WORDS, "hanoi", Prefer="wait=30", **TEXT))
    assert (hanoi.status, hanoi.body["state"]) == (201, "indexed")
    assert hue.body["article"] not in str(hanoi.body)
    assert desk.found("rubber") == 2
    for by, mine in (("hue", hue.body["article"]), ("hanoi", hanoi.body["id"])):
        again = desk.push(WORDS, by, **TEXT)
        assert (again.status, again.body["state"], again.body["article"]) == (200, "duplicate", mine)
    assert desk.call("GET", at(hue.body["article"]), b"", "hanoi").status == 404


def test_an_embargo_and_a_withdrawal_hold_for_its_own_alone(desk: Newsdesk) -> None:
    held = desk.push(WORDS, X_Embargoed_Until=LATER, **TEXT)
    desk.work()
    weighed = desk.call("POST", "/v1/articles:validate", WORDS, "hanoi", **TEXT).body
    assert (weighed["outcome"], held.body["article"] in str(weighed)) == ("new", False)
    assert desk.push(WORDS, "hanoi", **TEXT).status == 202
    desk.work()
    assert desk.found("rubber") == 1
    assert desk.call("DELETE", at(held.body["article"])).status == 202
    desk.work()
    assert desk.push(WORDS, **TEXT).slug == "withdrawn"
    again = desk.push(WORDS, "hanoi", **TEXT)
    assert (again.status, again.body["state"]) == (200, "duplicate")
    assert desk.call("DELETE", at(again.body["article"]), b"", "hanoi").status == 202
    desk.work()
    assert desk.push(WORDS, "hanoi", **TEXT).slug == "withdrawn", "what was withdrawn comes back by no repeat"


def test_what_is_the_desks_own_is_not_shown_to_who_repeats_it(desk: Newsdesk) -> None:
    file = Input(source=Source(kind="drop", name=""), media_type="text/plain", body=WORDS, aliases=("path:a.txt",))
    (dropped,) = desk.app_state.intake.take_each([file])
    desk.work()
    hue = desk.during(lambda: desk.push(WORDS, Prefer="wait=30", **TEXT))
    assert (hue.status, hue.body["state"]) == (201, "indexed")
    assert not isinstance(dropped, Exception)
    assert dropped.article not in str(hue.body)


def test_a_page_that_a_feed_told_is_not_shown_to_who_pushes_the_same_of_it(desk: Newsdesk) -> None:
    page = "https://hue.example/1"
    source = Source(kind="feed", name="https://hue.example/rss")
    told = Input(source=source, media_type="text/plain", body=WORDS, aliases=(f"url:{page}",), url=page)
    desk.app_state.intake.take_each([told])
    desk.work()
    same = desk.push(WORDS, Prefer="wait=1", X_Article_URI=page, **TEXT)
    assert (same.body["state"], "Rubber" in str(same.body)) == ("duplicate", False)


@pytest.mark.parametrize("forgets", [False, True], ids=["the ledger remembers", "only the index remembers"])
def test_what_an_older_release_knew_by_its_words_alone_is_found_by_its_publisher(desk: Newsdesk, forgets: bool) -> None:
    now, sha = now_us(), content_hash("text/plain", WORDS)
    source = Source(kind="push", name="hue")
    before = Envelope(receipt=receipt_id(now, b"before123"), source=source, media_type="text/plain", received_us=now,
                      sha=sha)  # fmt: skip
    (old,) = desk.ledger.accept([acceptance(Archived(envelope=before, body=pack_body(WORDS)), "")])
    desk.work()
    assert desk.stored(old.article).article_id == article_id((), sha)
    if forgets:
        for key in desk.ledger.client.scan_iter("seen:*"):
            desk.ledger.client.delete(key)
    other = desk.push(WORDS, "hanoi", **TEXT)
    assert (other.status, other.body["article"] != old.article) == (202, True)
    again = desk.push(WORDS, **TEXT)
    desk.work()
    line = desk.call("GET", again.headers["location"]).body
    assert (line["state"], line["article"]) == ("duplicate", old.article)
    assert desk.found("rubber") == 2
