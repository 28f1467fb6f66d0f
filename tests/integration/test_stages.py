"""Both stages over the real ledger, archive and index, each message taken by hand instead of by Celery."""

import base64
import json
from pathlib import Path

import msgspec
import pytest

from services.cli.commands.normalize import answers
from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from services.ingest.intake import Intake
from services.normalize.tasks import read_articles
from shared.archive import Archive
from shared.clock import from_us, now_us
from shared.envelope import Input, Source
from shared.ledger.calls import Ledger
from shared.settings import Settings
from shared.work.batches import run_batch
from shared.work.celery_app import open_ledger
from shared.work.retry import RetryPolicy
from tests.stages import work_off

PUSH = Source(kind="push", name="desk")
TEXT = "09/11/2015 - 05:34\n\nTin buổi sáng\n\nHUẾ - Câu mở đầu của bản tin.\n\nThân bài của bản tin."


class InputStatus:
    """The stages of one desk, each message taken by hand."""

    def __init__(self, settings: Settings) -> None:
        self.ledger: Ledger = open_ledger(settings)
        self.archive = Archive(Path(settings.archive_dir or ""))
        self.intake = Intake(self.ledger, self.archive, settings)
        self.file = settings.index_file
        self.sink = SqliteSink(self.file)
        self.read = read_articles(max_bytes=settings.max_input_bytes, cpu_s=60)

    def push(self, body: str | bytes, media_type: str = "text/plain", *aliases: str) -> str:
        body = body if isinstance(body, bytes) else body.encode()
        one = Input(source=PUSH, media_type=media_type, body=body, aliases=aliases)
        return self.intake.take([one])[0].receipt

    def run(self) -> None:
        """Work off both queues, message by message."""
        work_off(self.ledger, self.read, self.sink)

    def state(self, receipt: str) -> str:
        line = self.ledger.receipt(receipt)
        return line.state if line else "unknown"


@pytest.fixture
def line(settings: Settings) -> InputStatus:
    return InputStatus(settings)


def test_a_text_becomes_an_article_that_search_finds_with_its_way_and_its_evidence(line: InputStatus) -> None:
    receipt = line.push(TEXT)
    line.run()
    assert line.state(receipt) == "indexed"
    stored = Index(line.file).get(receipt)
    assert stored is not None
    assert stored.article.headline == "Tin buổi sáng"
    assert [event.state for event in stored.timeline] == ["received", "working", "normalized", "working", "indexed"]
    assert {evidence.field for evidence in stored.article.evidence} >= {"headline", "first_created", "dateline"}
    assert Index(line.file).search("tin buoi sang").total == 1


SAMPLES = Path(__file__).parents[1] / "corpus"


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        *((path, "text/plain") for path in sorted(SAMPLES.glob("text/*.txt"))[:3]),
        *((path, "text/html") for path in sorted(SAMPLES.glob("pages/*.html"))),
    ],
    ids=lambda value: value.name if isinstance(value, Path) else "",
)
def test_the_command_line_reads_an_input_as_the_service_does(
    line: InputStatus, settings: Settings, path: Path, media_type: str
) -> None:
    receipt = line.push(path.read_bytes(), media_type)
    line.run()
    stored = Index(line.file).get(receipt)
    assert stored is not None
    order = {
        "body_b64": base64.b64encode(path.read_bytes()).decode(),
        "mediaType": media_type,
        "receivedAt": from_us(stored.received_us).isoformat(),
    }
    (told,) = answers([json.dumps(order).encode()], settings)
    assert told.article == stored.article


def test_the_same_uri_from_a_forgetful_redis_becomes_a_revision_of_the_article_it_was(line: InputStatus) -> None:
    line.push(TEXT, "text/plain", "uri:a")
    line.run()
    line.ledger.client.flushall()
    line.push(TEXT.replace("sáng", "chiều"), "text/plain", "guid:b", "uri:a")
    line.run()
    index = Index(line.file)
    assert index.count() == 1
    assert index.recent(10)[0].headline == "Tin buổi chiều"


def test_an_embargo_holds_an_article_and_costs_it_no_attempt(line: InputStatus) -> None:
    item = {"uri": "urn:x:1", "headline": "Later", "body_text": "A body.", "embargoed": "2999-01-01T00:00:00Z"}
    receipt = line.push(json.dumps(item), "application/json")
    line.run()
    entry = line.ledger.receipt(receipt)
    assert entry is not None
    assert (entry.state, entry.attempts) == ("held", 0)
    assert line.ledger.balance().difference == 0


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        pytest.param("\x00\x01\x02\x03" * 50, "application/octet-stream", id="binary"),
        pytest.param('{"a": 1}', "application/json", id="JSON that is no article"),
        pytest.param("{", "application/json", id="JSON that is cut off"),
        pytest.param('<!DOCTYPE a [<!ENTITY b "c">]><nitf>&b;</nitf>', "application/xml", id="XML with entities"),
        pytest.param("<a" + " b='c'" * 100_000 + ">", "text/html", id="a tag of 100,000 attributes"),
    ],
)
def test_what_is_no_article_is_refused_with_a_sentence(line: InputStatus, body: str, media_type: str) -> None:
    receipt = line.push(body, media_type)
    line.push(TEXT)
    line.run()
    entry = line.ledger.receipt(receipt)
    assert entry is not None
    assert entry.state == "refused"
    assert len(entry.note or "") > 10
    balance = line.ledger.balance()
    assert (balance.indexed, balance.refused, balance.dead, balance.difference) == (1, 1, 0, 0)


def test_a_record_that_does_not_decode_is_dead_with_its_bytes_kept(line: InputStatus) -> None:
    receipt = line.push(TEXT)
    entry = line.ledger.receipt(receipt)
    assert entry is not None
    ref = f"{entry.article}@{entry.rev}"
    line.ledger.client.set(f"art:{ref}:raw", b"no zstd frame")
    line.run()
    assert line.ledger.dead()[0].reason == "undecodable"
    assert line.ledger.client.get(f"art:{ref}:raw") == b"no zstd frame"


def test_a_broken_article_does_not_hold_up_its_batch_in_the_index(line: InputStatus) -> None:
    line.push(TEXT)
    broken = line.push(TEXT.replace("sáng", "trưa"))
    one = Input(source=PUSH, media_type="text/plain", body=TEXT.replace("sáng", "tối").encode())
    line.intake.take([one])
    run_batch(line.ledger, "normalize", "m1", line.read, RetryPolicy())
    entry = line.ledger.receipt(broken)
    assert entry is not None
    line.ledger.client.set(f"art:{entry.article}@{entry.rev}:article", msgspec.json.encode({"headline": 5}))
    line.run()
    assert line.ledger.dead()[0].reason == "undecodable"
    assert line.ledger.balance().indexed == 2


def test_received_times_are_kept(line: InputStatus) -> None:
    before = now_us()
    receipt = line.push(TEXT)
    line.run()
    stored = Index(line.file).get(receipt)
    assert stored is not None
    assert before <= stored.received_us <= now_us()


def test_what_needs_more_memory_than_there_is_dies_as_too_costly_with_the_settings_names(
    line: InputStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def eat(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("services.normalize.tasks.normalize", eat)
    line.read = read_articles(max_bytes=1_000_000, cpu_s=7, memory_mb=300)
    receipt = line.push(TEXT)
    line.run()
    line.ledger.sweep()
    line.run()
    (dead,) = line.ledger.dead()
    assert (line.state(receipt), dead.reason) == ("dead", "too-costly")
    for words in ("300 MB", "article_memory_mb", "article_cpu_s", "7 s"):
        assert words in dead.note
