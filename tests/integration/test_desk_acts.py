"""What a person at the desk does to articles, by command: the archive knows why, and no publisher undoes it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.cli import main as cli
from services.index.sinks.sqlite import SqliteSink
from services.ingest.drops import take_file
from services.ingest.intake import Intake, open_archive
from services.ingest.recovery import recover
from shared.archive_entries import unpack_body
from shared.audit import AuditLog
from shared.settings import Settings
from tests.conftest import Server, options_of, settings_over, wait_for
from tests.integration.verbs import Newsdesk, at, news, newsdesk_of
from tests.traces import traces

URI = "urn:news:1"
PAGE = "https://hue.example/2015/rubber"


@pytest.fixture
def desk(settings: Settings) -> Iterator[Newsdesk]:
    with newsdesk_of(settings) as made:
        yield made


def copydesk(desk: Newsdesk, *words: str) -> int:
    done = cli.main([*words, *options_of(desk.settings)])
    desk.work()
    return done


def decisions(desk: Newsdesk) -> list[tuple[str, str]]:
    return [(found.decision, found.reason) for found in open_archive(desk.settings).decisions()]


def test_what_the_desk_withdraws_only_the_desk_brings_back(
    desk: Newsdesk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.push(news("Rubber", uri=PAGE, version="1"))
    desk.work()
    article = desk.stored(PAGE).article_id
    assert copydesk(desk, "withdraw", PAGE, "--because", "a court order") == 0
    assert "a court order" in capsys.readouterr().out
    assert (desk.call("GET", at(PAGE)).status, desk.found("rubber")) == (410, 0)
    etag = desk.call("GET", at(PAGE)).headers["etag"]
    for headers in ({}, {"If_Match": etag}):
        assert desk.call("PUT", at(PAGE), news("Rubber again", uri=None, version="2"), **headers).status == 410
    assert desk.push(news("Rubber again", uri=PAGE, version="3")).status == 410
    assert desk.feed("Rubber, still there", PAGE) == "superseded"
    assert decisions(desk)[0] == ("withdraw", "a court order")

    file = tmp_path / "rubber.txt"
    file.write_text("Rubber, corrected\n\nWithout the names.\n")
    assert copydesk(desk, "correct", article, str(file), "--because", "the names are out") == 0
    assert desk.stored(article).article.headline == "Rubber, corrected"
    assert desk.call("GET", at(PAGE)).status == 200
    assert desk.call("PUT", at(PAGE), news("Rubber, theirs", uri=None, version="2")).status == 202, "it is still theirs"
    assert copydesk(desk, "withdraw", "nobody", "--because", "x") == 1


def test_an_act_outlives_redis(desk: Newsdesk) -> None:
    desk.push(news("Rubber", uri=PAGE))
    desk.work()
    copydesk(desk, "withdraw", PAGE, "--because", "wrong")
    desk.ledger.client.flushall()
    recover(desk.ledger, open_archive(desk.settings), desk.settings)
    desk.work()
    assert (desk.stored(PAGE).withdrawn, desk.found("rubber")) == (True, 0)
    assert desk.push(news("Rubber anew", uri=PAGE)).status == 410


def test_what_was_held_and_the_desk_withdrew_is_told_to_its_publisher(desk: Newsdesk) -> None:
    for uri in ("urn:news:1", "urn:news:2"):
        desk.push(news("Rubber", uri=uri, embargoedUntil="2099-01-01T00:00:00Z"))
    desk.work()
    articles = [desk.ledger.owner(f"uri:hue urn:news:{number}") for number in (1, 2)]
    assert copydesk(desk, "withdraw", str(articles[0]), "--because", "a court order") == 0
    assert copydesk(desk, "purge", str(articles[1]), "--yes", "--because", "a court order") == 0
    for article in articles:
        gone = desk.call("GET", f"/v1/articles/{article}")
        assert (gone.status, gone.body["withdrawal"]["reason"]) == (410, "a court order")
        assert desk.call("GET", f"/v1/articles/{article}", b"", "hanoi").status == 404
    assert {change["article"] for change in desk.call("GET", "/v1/changes").body["changes"]} == set(articles)


def test_a_reason_must_be_given(desk: Newsdesk) -> None:
    assert copydesk(desk, "withdraw", PAGE) == 2
    assert copydesk(desk, "withdraw", "--publisher", "hue", "--yes") == 2


def test_all_of_a_source_is_counted_and_then_withdrawn(desk: Newsdesk, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(30):
        desk.push(news(f"Spam {number}", uri=f"urn:spam:{number}"), "thief")
    desk.push(news("Rubber"))
    desk.feed("Fed", PAGE)
    desk.work()
    desk.speak(desk.stored("uri:thief urn:spam:1").article_id, "uri:thief urn:spam:1", words="Spam\n\nBy the desk.")
    desk.push(news("Spam, held", uri="urn:spam:held", embargoedUntil="2099-01-01T00:00:00Z"), "thief")
    desk.push(news("Spam, coming", uri="urn:spam:coming"), "thief")
    options = options_of(desk.settings)
    for words, count in (
        (["--publisher", "thief"], 32), (["--source", "push:thief", "--since", "1h"], 32), (["--source", "push"], 33),
        (["--source", "feed"], 1), (["--since", "2099-01-01T00:00:00Z"], 0), (["--since", "1h"], 34),
    ):  # fmt: skip
        assert cli.main(["withdraw", *words, *options]) == 0
        assert f"{count} article" in capsys.readouterr().out, words
    assert desk.ledger.balance().withdrawn == 0
    assert copydesk(desk, "withdraw", "--publisher", "thief", "--yes", "--because", "stolen") == 0
    assert "32 articles withdrawn: stolen." in capsys.readouterr().out
    assert (desk.found("spam"), desk.found("rubber"), desk.found("fed")) == (0, 1, 1)
    noted = {(entry.act, entry.on) for entry in AuditLog(desk.settings.audit_folder).latest()}
    assert len([on for act, on in noted if act == "withdraw"]) == 32
    assert ("withdraw", desk.stored("uri:thief urn:spam:7").article_id) in noted
    assert cli.main(["withdraw", "--publisher", "thief", *options]) == 0
    assert "0 articles" in capsys.readouterr().out
    assert cli.main(["withdraw", PAGE, "--source", "feed", *options]) == 2
    assert cli.main(["withdraw", *options]) == 2


def test_a_stolen_key_is_ended_with_all_that_it_pushed(desk: Newsdesk, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        desk.push(news(f"Spam {number}", uri=f"urn:spam:{number}"), "thief")
    desk.push(news("Rubber"))
    desk.work()
    desk.push(news("Spam 4", uri="urn:spam:4"), "thief")
    assert cli.main(["keys", "revoke", "thief", "--with-articles", *options_of(desk.settings)]) == 0
    assert "1 key and 4 articles of thief. Nothing was done" in capsys.readouterr().out
    assert (desk.push(news("Spam 0", uri="urn:spam:0"), "thief").status, desk.found("spam")) == (200, 3)
    assert copydesk(desk, "keys", "revoke", "thief", "--with-articles", "--yes") == 2, "a reason must be given"
    assert copydesk(desk, "keys", "revoke", "thief", "--with-articles", "--yes", "--because", "stolen") == 0
    assert (desk.push(news("Spam 5"), "thief").status, desk.found("spam"), desk.found("rubber")) == (401, 0, 1)
    assert ("revoke", "stolen") in decisions(desk)
    assert desk.ledger.balance().in_flight == 0


def test_what_is_purged_is_nowhere_and_everything_else_is_everywhere(
    desk: Newsdesk, shared_redis: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    secret, kept, given = "Zyzzyva", "Quokka", {"Idempotency_Key": "first", "Prefer": "return=representation, wait=9"}
    assert desk.during(lambda: desk.push(news(f"{secret} one", uri=PAGE), **given)).body["article"]["headline"]
    desk.push(news(f"{kept} one", uri="urn:other:1"))
    desk.work()
    desk.push(news(f"{secret} two", uri=PAGE))
    desk.work()
    desk.push(news(f"{kept} two", uri="urn:other:1"))
    desk.push(news(f"{secret} three", uri=PAGE, embargoedUntil="2099-01-01T00:00:00Z"))
    desk.work()
    article = desk.stored(PAGE).article_id
    assert cli.main(["purge", PAGE, "--because", "a court order", *options_of(desk.settings)]) == 0
    assert "3 inputs in the archive and 2 revisions" in capsys.readouterr().out
    assert desk.found(secret) == 1
    assert traces(secret, shared_redis.folder), "Redis logs each write, also of what it forgets a moment later"
    assert copydesk(desk, "purge", PAGE, "--because", "a court order", "--yes") == 0
    assert desk.call("GET", at(PAGE)).status == 410
    tombstone = desk.stored(article)
    assert (len(tombstone.revisions), tombstone.article.headline) == (1, None)
    assert tombstone.article.corrections[0].text == "a court order"
    assert traces_of(desk, secret) == []
    wait_for(lambda: not traces(secret, shared_redis.folder), "Redis' own files keep the words")
    assert desk.ledger.client.keys(f"art:{article}@*:*") == []
    assert ("purge", "a court order") in decisions(desk)
    balance = desk.ledger.balance()
    assert (balance.in_flight, balance.difference) == (0, 0)

    desk.ledger.client.flushall()
    recover(desk.ledger, open_archive(desk.settings), desk.settings)
    desk.work()
    assert (desk.found(secret), desk.stored(PAGE).withdrawn) == (0, True)
    assert desk.found(kept) == 1
    assert traces_of(desk, kept), "the same look finds what is there"
    assert [body.partition('"value": "')[2].partition('"')[0] for body in bodies(desk) if kept in body] == [
        "Quokka one",
        "Quokka two",
    ]
    assert copydesk(desk, "purge", PAGE, "--because", "once more", "--yes") == 0


def test_a_purge_tells_where_words_still_are(
    tmp_path: Path, redis_server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    dropped = tmp_path / "seeds" / "hue.txt"
    dropped.parent.mkdir()
    dropped.write_text("Rubber\n\nThe price of rubber.\n")
    client: Any = redis_server.client()
    client.execute_command("ACL", "SETUSER", "default", "-bgrewriteaof")
    with newsdesk_of(settings_over(redis_server, tmp_path)) as desk:
        (tmp_path / "data" / "index" / "aside-20261129T060000Z").mkdir()
        take_file(dropped, desk.settings, Intake(desk.ledger, open_archive(desk.settings), desk.settings))
        desk.work()
        place = [*options_of(desk.settings), "--seeds-dir", str(dropped.parent)]
        assert cli.main(["purge", "hue.txt", "--because", "a court order", "--yes", *place]) == 1
        told = capsys.readouterr().err
        assert re.search(r"(?i)files of Redis\. .*bgrewriteaof", told)
        assert "aside-20261129T060000Z may have the words: remove it" in told
        assert f"{dropped} has the words: remove it" in told
        desk.work()
        assert desk.stored("path:hue.txt").withdrawn, "it is done all the same"
        assert [acted.act for acted in AuditLog(desk.settings.audit_folder).latest()] == ["purge"]


def traces_of(desk: Newsdesk, word: str) -> list[str]:
    """Where a word still stands in the desk's files, once its index is closed in order."""
    desk.sink.close()
    found = traces(word, Path(desk.settings.data_dir))
    desk.sink = SqliteSink(desk.settings.index_file)
    return found


def bodies(desk: Newsdesk) -> list[str]:
    """What inputs say that rest in the archive."""
    return [unpack_body(entry.body, 1 << 20).decode() for _, entry in open_archive(desk.settings).entries()]
