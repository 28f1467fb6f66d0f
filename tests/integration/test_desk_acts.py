"""What a person at the desk does to articles, by command: the archive knows why, and no publisher undoes it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.cli import main as cli
from services.index.sinks.sqlite import SqliteSink
from services.ingest.intake import open_archive
from services.ingest.recovery import recover
from shared.archive_entries import unpack_body
from shared.settings import Settings
from tests.integration.verbs import Newsdesk, at, news, newsdesk_of

URI = "urn:news:1"
PAGE = "https://hue.example/2015/rubber"


@pytest.fixture
def desk(settings: Settings) -> Iterator[Newsdesk]:
    with newsdesk_of(settings) as made:
        yield made


def copydesk(desk: Newsdesk, *words: str) -> int:
    done = cli.main([*words, *at_desk(desk)])
    desk.work()
    return done


def at_desk(desk: Newsdesk) -> list[str]:
    return ["--data-dir", str(desk.settings.data_dir), "--redis-url", desk.settings.redis_url]


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


def test_a_reason_must_be_given(desk: Newsdesk) -> None:
    with pytest.raises(SystemExit):
        copydesk(desk, "withdraw", PAGE)


def test_a_stolen_key_is_ended_with_all_that_it_pushed(desk: Newsdesk, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        desk.push(news(f"Spam {number}", uri=f"urn:spam:{number}"), "thief")
    desk.push(news("Rubber"))
    desk.work()
    desk.push(news("Spam 4", uri="urn:spam:4"), "thief")
    assert cli.main(["keys", "revoke", "thief", "--with-articles", *at_desk(desk)]) == 0
    assert "1 key and 4 articles of thief. Nothing was done" in capsys.readouterr().out
    assert (desk.push(news("Spam 0", uri="urn:spam:0"), "thief").status, desk.found("spam")) == (200, 3)
    assert copydesk(desk, "keys", "revoke", "thief", "--with-articles", "--yes") == 2, "a reason must be given"
    assert copydesk(desk, "keys", "revoke", "thief", "--with-articles", "--yes", "--because", "stolen") == 0
    assert (desk.push(news("Spam 5"), "thief").status, desk.found("spam"), desk.found("rubber")) == (401, 0, 1)
    assert ("revoke", "stolen") in decisions(desk)
    assert desk.ledger.balance().in_flight == 0


def bytes_below(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_what_is_purged_is_nowhere_and_everything_else_is_everywhere(
    desk: Newsdesk, capsys: pytest.CaptureFixture[str]
) -> None:
    secret, kept = "Zyzzyva", "Quokka"
    desk.push(news(f"{secret} one", uri=PAGE))
    desk.push(news(f"{kept} one", uri="urn:other:1"))
    desk.work()
    desk.push(news(f"{secret} two", uri=PAGE))
    desk.work()
    desk.push(news(f"{kept} two", uri="urn:other:1"))
    desk.push(news(f"{secret} three", uri=PAGE, embargoedUntil="2099-01-01T00:00:00Z"))
    desk.work()
    article = desk.stored(PAGE).article_id
    assert cli.main(["purge", PAGE, "--because", "a court order", *at_desk(desk)]) == 0
    assert "3 inputs in the archive and 2 revisions" in capsys.readouterr().out
    assert desk.found(secret) == 1
    assert copydesk(desk, "purge", PAGE, "--because", "a court order", "--yes") == 0
    assert desk.call("GET", at(PAGE)).status == 410
    tombstone = desk.stored(article)
    assert (len(tombstone.revisions), tombstone.article.headline) == (1, None)
    assert tombstone.article.corrections[0].text == "a court order"
    assert words_of(desk, secret) == []
    assert desk.ledger.client.keys(f"art:{article}@*:*") == []
    assert ("purge", "a court order") in decisions(desk)
    balance = desk.ledger.balance()
    assert (balance.in_flight, balance.difference) == (0, 0)

    desk.ledger.client.flushall()
    recover(desk.ledger, open_archive(desk.settings), desk.settings)
    desk.work()
    assert (desk.found(secret), desk.stored(PAGE).withdrawn) == (0, True)
    assert desk.found(kept) == 1
    assert words_of(desk, kept) == ["Quokka one", "Quokka two"]
    assert copydesk(desk, "purge", PAGE, "--because", "once more", "--yes") == 0


def words_of(desk: Newsdesk, word: str) -> list[str]:
    """Where a word still stands: in what the archive unpacks to, or, as it is, in any file of the desk."""
    bodies = [unpack_body(entry.body, 1 << 20).decode() for _, entry in open_archive(desk.settings).entries()]
    found = [body.partition('"value": "')[2].partition('"')[0] for body in bodies if word in body]
    desk.sink.close()
    raw = bytes_below(Path(desk.settings.data_dir)).lower()
    desk.sink = SqliteSink(desk.settings.index_file)
    return found + (["in a file"] if word.lower().encode() in raw and not found else [])
