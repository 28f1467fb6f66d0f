"""A publisher pushes, waits, corrects and takes back, at a real door with both stages behind it."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from services.ingest.intake import open_archive
from services.ingest.recovery import recover
from services.web.keys import Keys
from shared.ledger import keys
from shared.settings import Settings
from tests.integration.verbs import Newsdesk, at, news, newsdesk_of

URI = "urn:news:1"
URI_OF_HUE = f"uri:hue {URI}"
PAGE = "https://hue.example/2015/rubber"
PATCH = {"Content_Type": "application/merge-patch+json"}


@pytest.fixture
def desk(settings: Settings) -> Iterator[Newsdesk]:
    with newsdesk_of(settings) as made:
        yield made


def test_who_prefers_to_wait_gets_the_finished_article(desk: Newsdesk) -> None:
    new = desk.during(lambda: desk.push(news("Rubber at its best"), Prefer="respond-async, wait=20"))
    again = desk.during(lambda: desk.push(news("Rubber at its best"), Prefer="wait=20"))
    corrected = desk.during(lambda: desk.push(news("Rubber at its very best"), Prefer="wait=20"))
    nothing = desk.during(lambda: desk.push(Random(1).randbytes(200), Prefer="wait=20", Content_Type="text/plain"))
    assert (new.status, new.headers["preference-applied"]) == (201, "wait=20")
    assert (new.body["article"]["headline"], new.body["state"]) == ("Rubber at its best", "indexed")
    assert new.headers["location"] == f"/v1/articles/{new.body['id']}"
    assert (again.status, again.body["state"], again.body["rev"]) == (200, "duplicate", new.body["rev"])
    assert (corrected.status, corrected.body["article"]["headline"]) == (200, "Rubber at its very best")
    assert corrected.headers["etag"] == f'"{corrected.body["rev"]}"'
    assert (nothing.status, nothing.slug, "receipt" in nothing.body) == (422, "no-article", True)


def test_who_waits_in_vain_gets_the_receipt(desk: Newsdesk) -> None:
    late = desk.push(news("Rubber"), Prefer="wait=0.3, wait=1")
    assert (late.status, late.body["state"], late.headers["preference-applied"]) == (202, "queued", "wait=1")
    desk.work()
    assert desk.call("GET", late.headers["location"]).body["state"] == "indexed"


def test_put_creates_and_corrects_under_the_publishers_own_uri(desk: Newsdesk) -> None:
    made = desk.call("PUT", at(URI), news("One", uri=None), If_None_Match="*")
    assert (made.status, made.body["state"]) == (202, "received")
    desk.work()
    assert desk.call("PUT", at(URI), news("Two"), If_None_Match="*").slug == "precondition-failed"
    text = {"Content_Type": "text/plain"}
    fixed = desk.call("PUT", at(URI), news("Two"))
    desk.work()
    assert (fixed.status, fixed.body["article"]) == (202, made.body["article"])
    assert desk.call("GET", at(URI)).body["article"]["headline"] == "Two"
    by_id = f"/v1/articles/{made.body['article']}"
    assert desk.call("PUT", by_id, b"Three\n\nAs a text.", **text).status == 202
    desk.work()
    stored = desk.stored(made.body["article"])
    assert (stored.article.headline, len(stored.revisions)) == ("Three", 3)
    assert desk.call("PUT", at(URI), b"Three\n\nAs a text.", **text).body["state"] == "duplicate"


def test_the_publishers_version_must_grow(desk: Newsdesk) -> None:
    desk.push(news("Nine", version="9"))
    desk.work()
    article = desk.stored(f"uri:hue {URI}").article_id
    assert desk.call("PUT", at(URI), news("Ten", version="10")).status == 202
    late = desk.push(news("Nine, late", version="9"))  # before any stage has looked at version 10
    assert (late.status, late.slug, late.body["storedVersion"], late.body["article"]) == (
        409,
        "outdated",
        "10",
        article,
    )
    assert "version 9" in late.body["detail"]
    assert "version 10" in late.body["detail"]
    desk.work()
    for version in ("10", "9", "2", None):
        assert desk.call("PUT", at(URI), news("Other", version=version)).slug == "outdated", version
    assert desk.call("PUT", at(URI), news("Ten", version="10")).body["state"] == "duplicate"
    assert desk.push(news("Ten, once more", version="10")).status == 202, "a push may repeat its version"
    assert desk.push(news("Draft", version="draft")).status == 202, "versions of two forms have no order"
    text = {"Content_Type": "text/plain", "X_Article_Version": "11"}
    assert desk.call("PUT", at(URI), b"Eleven", **text).status == 202
    desk.work()
    assert desk.stored(article).article.version == "11"


def test_a_version_that_only_a_header_raised_counts_for_what_comes_late(desk: Newsdesk) -> None:
    kind, words = {"Content_Type": "text/plain", "X_Article_URI": URI}, b"Rubber\n\nBetter latex, better prices."
    desk.push(words, X_Article_Version="1", **kind)
    desk.work()
    assert desk.push(words, X_Article_Version="3", **kind).body["state"] == "duplicate"
    late = desk.push(words + b" For all.", X_Article_Version="2", **kind)
    assert (late.slug, late.body["storedVersion"]) == ("outdated", "3")


def test_an_older_version_is_refused_also_when_the_ledger_has_forgotten(desk: Newsdesk) -> None:
    desk.push(news("Three", version="3"))
    desk.work()
    forget(desk)
    assert desk.push(news("Two", version="2")).slug == "outdated"
    assert desk.call("PUT", at(URI), news("Two", version="2")).slug == "outdated"
    assert desk.push(news("Four", version="4")).status == 202


def test_a_refused_version_does_not_come_in_by_recovery(desk: Newsdesk) -> None:
    desk.push(news("Ten", version="10"))
    assert desk.push(news("Nine", version="9")).status == 409
    desk.work()
    desk.ledger.client.flushall()
    recover(desk.ledger, open_archive(desk.settings), desk.settings)
    desk.work()
    assert desk.stored(f"uri:hue {URI}").article.headline == "Ten"
    assert desk.push(news("Nine again", version="9")).slug == "outdated", "the version came back with the article"


def test_of_two_corrections_upon_one_revision_one_is_taken(desk: Newsdesk) -> None:
    desk.push(news("One"))
    desk.work()
    etag = desk.call("GET", at(URI)).headers["etag"]
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda n: desk.call("PUT", at(URI), news(f"Editor {n}"), If_Match=etag), range(6)))
    assert sorted(answer.status for answer in answers) == [202] + [412] * 5
    desk.work()
    assert len(desk.stored(f"uri:hue {URI}").revisions) == 2
    assert desk.call("PUT", at(URI), news("Two"), If_Match='"1"').slug == "precondition-failed"
    assert desk.call("PUT", at("urn:news:2"), news("Two", uri=None), If_Match="*").status == 412
    assert desk.call("PUT", at(URI), news("Two"), If_Match="a tag").body["errors"][0]["header"] == "If-Match"


def test_a_patch_changes_what_it_names_and_nothing_else(desk: Newsdesk) -> None:
    words = b"Rubber at its best\n\nTTH - By many means, growers have better latex.\n\nThey are glad.\n\nAnh Phong"
    desk.call("PUT", at(URI), words, Content_Type="text/plain")
    assert desk.call("PATCH", at(URI), {"version": "2"}, **PATCH).slug == "on-its-way"
    for broken in (b"{bad", b"[]", {"embargoedUntil": "soon"}, {"headlines": "x"}, {"uri": "https:///x"}):
        assert desk.call("PATCH", at(URI), broken, **PATCH).status == 400, "what will never do is told at once"
    desk.work()
    before = desk.stored(f"uri:hue {URI}").article
    patch = {"headlines": [{"role": "main", "value": "Rubber, corrected"}], "version": "2"}
    assert desk.call("PATCH", at(URI), patch, **PATCH).status == 202
    desk.work()
    after = desk.stored(f"uri:hue {URI}").article
    assert (after.headline, after.version, after.byline) == ("Rubber, corrected", "2", before.byline)
    assert (after.dateline, after.located, after.language) == (before.dateline, before.located, before.language)
    assert [(block.type, block.text) for block in after.blocks] == [(block.type, block.text) for block in before.blocks]
    assert desk.call("PATCH", at(URI), {"headlines": [{"value": "x"}]}, **PATCH).slug == "outdated"
    refused = desk.call("PATCH", at(URI), {"headline": "x", "version": "3"}, **PATCH)
    assert (refused.status, refused.body["errors"][0]["pointer"]) == (400, "#/headline")
    assert desk.call("PATCH", at(URI), b"[1]", **PATCH).status == 400
    assert desk.call("PATCH", at(URI), {"version": "3"}).status == 415
    assert desk.call("PATCH", at("urn:nobody:1"), {"version": "3"}, **PATCH).status == 404


def test_a_patch_does_not_rename_an_article(desk: Newsdesk) -> None:
    desk.push(news("One", version="1"))
    desk.push(b"Two\n\nWords of the second.", Content_Type="text/plain", X_Article_URI="urn:news:2")
    desk.work()
    for name, uri in ((URI, "urn:news:9"), (URI, None), (URI, "urn:news:2"), ("urn:news:2", URI)):
        refused = desk.call("PATCH", at(name), {"uri": uri, "by": "An", "version": "2"}, **PATCH)
        assert (refused.status, refused.body["errors"][0]["pointer"]) == (400, "#/uri"), (name, uri)
    made = desk.call("GET", at("urn:news:2"), Accept="application/ninjs+json").body["uri"]
    kept = ((URI, URI, "An Hai"), ("urn:news:2", made, "An Ba"), ("urn:news:2", "urn:news:2", "An Tam"))
    for version, (name, uri, byline) in enumerate((*kept, ("urn:news:2", None, "An Chin")), start=2):
        patch = {"uri": uri, "by": byline, "version": str(version)}
        assert desk.call("PATCH", at(name), patch, **PATCH).status == 202, uri
        desk.work()
        assert desk.call("GET", at(name)).body["article"]["byline"] == byline
    assert desk.call("PUT", at(URI), news("One", uri=PAGE, version="9")).status == 202
    desk.work()
    assert desk.stored(PAGE).article_id == desk.stored(f"uri:hue {URI}").article_id, "a new address beside the old one"


def test_only_its_publisher_changes_an_article(desk: Newsdesk) -> None:
    desk.push(news("Page", uri=PAGE))
    desk.push(news("Own"))
    desk.work()
    ours = desk.stored(f"uri:hue {URI}").article_id
    for name in (ours, PAGE):
        for method, body in (("PUT", news("Theirs", uri=None)), ("PATCH", {"version": "9"}), ("DELETE", b"")):
            kind = PATCH if method == "PATCH" else {}
            answer = desk.call(method, at(name), body, "hanoi", **kind)
            said = (404, "not-found") if name == ours else (403, "not-yours")
            assert (answer.status, answer.slug) == said, (name, method)
    assert desk.call("PUT", at(URI), news("Theirs", uri=None), "hanoi").status == 202, "a uri is its publisher's own"
    desk.work()
    assert desk.stored(ours).article.headline == "Own"
    assert desk.call("DELETE", at("a" * 26)).status == 404
    assert desk.call("PUT", at(PAGE), news("Other", uri=URI)).slug == "another-article"
    desk.key("saigon", "https://hue.example/")
    assert desk.call("PUT", at(PAGE), news("By prefix", uri=None), "saigon").status == 202
    assert desk.call("PUT", at(PAGE), news("Too late", uri=None)).slug == "not-yours"


def test_what_is_withdrawn_is_gone_and_stays_so(desk: Newsdesk) -> None:
    assert desk.feed("Rubber at its best", PAGE) == "indexed"
    desk.push(news("Rubber at its best", uri=PAGE, version="1"))
    desk.work()
    article = desk.stored(PAGE).article_id
    withdrawn = desk.call("DELETE", at(PAGE) + "?reason=A+mistake+of+ours")
    assert (withdrawn.status, withdrawn.body["article"]) == (202, article)
    desk.work()
    receipt = desk.call("GET", withdrawn.body["links"]["receipt"]).body
    assert (receipt["state"], receipt["stages"][-1]["note"]) == ("withdrawn", "A mistake of ours")
    gone = desk.call("GET", f"/v1/articles/{article}")
    why = {"at": receipt["received"], "headline": "Rubber at its best", "reason": "A mistake of ours"}
    assert (gone.body["withdrawal"], receipt["withdrawal"]) == (why, why)
    assert gone.body["detail"].startswith("“Rubber at its best” was withdrawn at 2")
    assert gone.body["detail"].endswith(" UTC: A mistake of ours.")
    assert (gone.status, gone.slug, gone.body["rev"]) == (410, "withdrawn", withdrawn.body["rev"])
    tombstone = desk.stored(article).article
    assert (tombstone.headline, tombstone.blocks, tombstone.uri) == ("Rubber at its best", (), PAGE)
    assert tombstone.corrections[0].text == "A mistake of ours"
    assert desk.found("rubber") == 0

    assert desk.feed("Rubber at its best", PAGE) == "duplicate", "the feed repeats it"
    assert desk.feed("Rubber, with another word", PAGE) == "superseded", "the feed still shows it"
    for headline, version in (("Rubber at its best", "1"), ("Rubber at its best", None)):
        answer = desk.push(news(headline, uri=PAGE, version=version))
        assert answer.slug in ("withdrawn", "outdated"), "a late repeat"
    for method, body in (("PUT", news("New", uri=None)), ("PATCH", {"by": "x"}), ("DELETE", b"")):
        kind = PATCH if method == "PATCH" else {}
        late = desk.call(method, at(PAGE), body, **kind)
        assert (late.status, late.body["withdrawal"]) == (410, why), method
    assert desk.found("rubber") == 0

    assert desk.call("PUT", at(PAGE), news("Rubber, once more", uri=None, version="2")).status == 202
    desk.work()
    assert (desk.found("rubber"), desk.stored(article).article.headline) == (1, "Rubber, once more")


def test_a_withdrawal_is_undone_by_who_names_it(desk: Newsdesk) -> None:
    desk.push(news("One"))
    desk.work()
    desk.call("DELETE", at(URI))
    desk.work()
    gone = desk.call("GET", at(URI))
    assert desk.call("PUT", at(URI), news("One"), If_Match='"1"').status == 412
    assert desk.call("PUT", at(URI), news("One"), If_Match=gone.headers["etag"]).status == 202
    desk.work()
    assert desk.call("GET", at(URI)).body["article"]["headline"] == "One"


def test_a_withdrawal_outlives_redis_and_the_index(desk: Newsdesk, settings: Settings) -> None:
    desk.feed("Rubber at its best", PAGE)
    desk.push(news("Rubber at its best", uri=PAGE))
    desk.work()
    desk.call("DELETE", at(PAGE))
    desk.work()
    desk.sink.close()
    for file in settings.index_folder.glob("copydesk*"):
        file.unlink()
    desk.ledger.client.flushall()
    with newsdesk_of(settings) as anew:
        recover(anew.ledger, open_archive(settings), settings)
        anew.work()
        assert (anew.found("rubber"), anew.stored(PAGE).withdrawn) == (0, True)
        assert anew.ledger.balance().in_flight == 0


def test_a_withdrawal_overtakes_what_is_still_on_its_way(desk: Newsdesk) -> None:
    desk.push(news("One"))
    assert desk.call("DELETE", at(URI), {"reason": "too early"}).status == 202
    desk.work()
    assert desk.call("GET", at(URI)).status == 410
    assert (desk.found("one"), desk.ledger.balance().in_flight) == (0, 0)
    assert desk.call("DELETE", at(URI), b"[]").status == 400


def test_an_embargo_is_told_to_its_own_publisher_alone(desk: Newsdesk) -> None:
    held = desk.push(news("Rubber"), X_Embargoed_Until="2099-01-31T06:00:00+07:00")
    desk.work()
    until = "2099-01-30T23:00:00Z"
    receipt = desk.call("GET", held.headers["location"]).body
    assert (receipt["state"], receipt["settled"], receipt["embargoedUntil"], "problem" in receipt) == (
        "held",
        False,
        until,
        False,
    )
    own = desk.call("GET", held.body["links"]["article"])
    assert (own.status, own.slug, own.body["embargoedUntil"]) == (404, "not-indexed", until)
    other = desk.call("GET", held.body["links"]["article"], b"", "hanoi")
    assert (other.status, other.slug, "2099" in str(other.body)) == (404, "not-found", False)
    assert desk.call("DELETE", held.body["links"]["article"], b"", "hanoi").status in (403, 404)
    again = news("Rubber, too", embargoedUntil="2099-01-31T06:00:00+07:00")
    waiting = desk.during(lambda: desk.push(again, Prefer="wait=30"))
    assert (waiting.status, waiting.body["state"]) == (202, "held"), "nobody waits for the end of an embargo"
    assert desk.call("DELETE", at(URI)).status == 202
    desk.work()
    assert desk.call("GET", at(URI)).status == 410
    bad = desk.push(news("Rubber"), X_Embargoed_Until="2099-01-31T06:00:00")
    assert (bad.status, bad.body["errors"][0]["header"]) == (400, "X-Embargoed-Until")


def forget(desk: Newsdesk) -> None:
    """What the ledger remembers of articles that are done ends after some days."""
    for key in desk.ledger.client.scan_iter("seen:*"):
        desk.ledger.client.delete(key)
    assert desk.ledger.owner(f"uri:hue {URI}") is None
    assert keys.alias_place("x")


def test_a_patch_leaves_an_address_as_its_publisher_wrote_it(desk: Newsdesk) -> None:
    page = "https://hue.example/bài-viết?số=1"
    desk.push(news("One", uri=page))
    desk.work()
    told = desk.call("GET", at(page), Accept="application/ninjs+json").body
    assert told["uri"] == "https://hue.example/b%C3%A0i-vi%E1%BA%BFt?s%E1%BB%91=1", "ninjs has no letters in addresses"
    assert desk.call("PATCH", at(page), {"by": "Anh Phong"}, **PATCH).status == 202
    desk.work()
    article = desk.call("GET", at(page)).body["article"]
    assert (article["uri"], article["byline"]) == (page, "Anh Phong")


def test_an_article_is_gone_with_the_answer_that_takes_it_back(desk: Newsdesk) -> None:
    desk.push(news("One"))
    desk.work()
    back = desk.call("DELETE", at(URI))
    gone = desk.call("GET", at(URI))  # before any stage has looked at it
    assert (back.status, gone.status, gone.body["rev"]) == (202, 410, back.body["rev"])
    assert gone.headers["etag"] == f'"{back.body["rev"]}"'
    desk.work()
    assert desk.call("GET", at(URI)).headers["etag"] == gone.headers["etag"]
    assert desk.call("PUT", at(URI), news("Two"), If_Match=gone.headers["etag"]).status == 202
    desk.work()
    assert desk.call("GET", at(URI)).body["article"]["headline"] == "Two"


def test_a_repeat_of_what_was_taken_back_is_told_when_and_why(desk: Newsdesk) -> None:
    item = news("Rubber at its best")
    desk.push(item)
    desk.work()
    assert desk.call("DELETE", at(URI), {"reason": "A mistake of ours"}).status == 202
    on_its_way = desk.push(item)
    assert (on_its_way.status, on_its_way.body["detail"]) == (410, "“Rubber at its best” was withdrawn.")
    desk.work()
    why = desk.call("GET", at(URI)).body["withdrawal"]
    assert (why["reason"], why["headline"]) == ("A mistake of ours", "Rubber at its best")
    told = [desk.push(item).body]
    lines = {"Content_Type": "application/x-ndjson"}
    told += [one["problem"] for one in desk.call("POST", "/v1/batches", item, **lines).body["results"]]
    told += [desk.call("POST", "/v1/articles:validate", item).body["problem"]]
    assert [(one["status"], one.get("withdrawal")) for one in told] == [(410, why)] * 3


def test_why_an_article_was_taken_back_is_for_who_may_read_it(desk: Newsdesk) -> None:
    desk.push(news("Rubber at its best"))
    desk.work()
    article = desk.stored(f"uri:hue {URI}").article_id
    back = desk.call("DELETE", at(URI), {"reason": "Its source was wrong"})
    desk.work()
    receipt = back.body["links"]["receipt"]
    for path in (f"/v1/articles/{article}", receipt):
        assert "Its source was wrong" in str(desk.call("GET", path).body)
        stranger = desk.call("GET", path, b"", "vinh")
        assert (stranger.status, "Its source" in str(stranger.body), "Rubber" in str(stranger.body)) == (
            404,
            False,
            False,
        )


def test_what_a_key_does_to_an_article_stands_in_the_audit_log(desk: Newsdesk) -> None:
    desk.push(news("One"))
    desk.work()
    put = desk.call("PUT", at(URI), news("Two"))
    desk.work()
    again = desk.call("PUT", at(URI), news("Two"))
    patch = desk.call("PATCH", at(URI), {"headlines": [{"value": "Three"}]}, **PATCH)
    desk.work()
    gone = desk.call("DELETE", at(URI) + "?reason=A+mistake+of+ours")
    assert [answer.status for answer in (put, again, patch, gone)] == [202, 200, 202, 202]
    acted = [(one.who, one.act, one.on, one.why) for one in reversed(desk.app_state.desk.audit.latest())]
    article = put.body["article"]
    assert acted == [
        ("hue", "correct", f"{article}@{put.body['rev']}", ""),
        ("hue", "correct", f"{article}@{patch.body['rev']}", ""),
        ("hue", "withdraw", f"{article}@{gone.body['rev']}", "A mistake of ours"),
    ]


@pytest.mark.parametrize("door", ["page", "patch"])
def test_an_article_without_an_address_gets_none_by_a_correction(desk: Newsdesk, door: str) -> None:
    article = desk.push(news("Rubber", uri=None)).body["article"]
    desk.work()
    stored = desk.stored(article)
    if door == "page":
        ref = f"{stored.article_id}@{stored.rev}"
        assert desk.app_state.desk.acts.correct(ref, {"headline": "Rubber, corrected"}, who="lan", why="a slip").done
    else:
        headlines = [{"role": "main", "value": "Rubber, corrected"}]
        assert desk.call("PATCH", f"/v1/articles/{article}", {"headlines": headlines}, **PATCH).status == 202
    desk.work()
    after = desk.stored(article)
    assert (after.article.headline, after.article.uri) == ("Rubber, corrected", None)
    assert "uri" not in [reading.field for reading in after.article.evidence]


def test_who_may_read_all_finds_an_article_by_its_uri_whoever_called_it_so(desk: Newsdesk) -> None:
    desk.push(news("Of one who is gone"))
    desk.push(news("Corrected by the desk", uri="urn:news:2"), "hanoi")
    desk.work()
    corrected = desk.stored("uri:hanoi urn:news:2").article_id
    desk.speak(corrected, "uri:hanoi urn:news:2", words="By the desk\n\nAs it should have been from the start.")
    desk.speak(None, "uri:urn:desk:1", words="Of the desk\n\nNobody pushed it.")
    Keys(desk.app_state.keys.path).revoke("hue")
    desk.key("reader", scopes=("read-all",))
    for uri, headline in ((URI, "Of one who is gone"), ("urn:news:2", "By the desk"), ("urn:desk:1", "Of the desk")):
        answer = desk.call("GET", at(uri), b"", "reader")
        assert (answer.status, answer.body.get("article", {}).get("headline")) == (200, headline), uri
        assert desk.call("GET", at(uri), b"", "saigon").status == 404, "others have no article of that uri"


def test_the_receipt_of_a_repeat_is_its_senders(desk: Newsdesk) -> None:
    desk.push(news("Rubber"))
    desk.work()
    at_the_door = desk.push(news("Rubber")).body["receipt"]
    in_the_index = desk.push(json.dumps(news("Rubber"), indent=1).encode()).body["receipt"]
    desk.work()
    desk.key("reader", scopes=("read-all",))
    for receipt in (at_the_door, in_the_index):
        path = f"/v1/receipts/{receipt}"
        assert [desk.call("GET", path, b"", by).status for by in ("hue", "reader", "hanoi")] == [200, 200, 404]
        assert desk.call("GET", path).body["state"] == "duplicate"
    desk.ledger.client.set(keys.receipt(at_the_door), f"{desk.stored(URI_OF_HUE).article_id}@1 duplicate 1")
    assert desk.call("GET", f"/v1/receipts/{at_the_door}").status == 200, "as a release before wrote it"
