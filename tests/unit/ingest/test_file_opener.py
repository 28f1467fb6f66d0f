"""The process in which dropped files are opened: what costs too much ends it, and never the one that asks."""

import datetime as dt
import os
import signal
from collections.abc import Iterator

import pytest

from services.ingest.containers.process import ChildLimits, FileOpener
from shared.envelope import DESK, Input
from shared.errors import InputRefused
from tests.drops import LIMITS, inputs_of
from tests.unit.ingest.test_containers import TEXT, a_mail, a_zip


@pytest.fixture
def opener() -> Iterator[FileOpener]:
    made = FileOpener(ChildLimits(cpu_s=0.3, memory_mb=64))
    yield made
    made.close()


def told(opener: FileOpener, name: str, body: bytes) -> list[str]:
    return [part.name for part in opener.open(name, body, LIMITS)]


def test_files_are_opened_one_after_the_other_in_one_process(opener: FileOpener) -> None:
    assert told(opener, "tin.zip", a_zip(("a.txt", TEXT), ("b.txt", TEXT))) == ["a.txt", "b.txt"]
    process = opener.pid
    assert told(opener, "a.txt", TEXT) == ["a.txt"]
    assert opener.pid == process


def test_a_file_that_costs_too_much_is_refused_and_the_next_one_opened(opener: FileOpener) -> None:
    mail = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\n" * 700_000
    with pytest.raises(InputRefused, match=r"costs more|needs more memory"):
        told(opener, "a.eml", mail)
    assert told(opener, "a.txt", TEXT) == ["a.txt"]


def test_a_process_that_ends_between_two_parts_is_told_and_no_rest_is_passed_over(opener: FileOpener) -> None:
    parts = opener.open("tin.zip", a_zip(("a.txt", TEXT), ("b.txt", TEXT)), LIMITS)
    assert next(parts).name == "a.txt"
    os.kill(opener.pid, signal.SIGKILL)
    with pytest.raises(InputRefused, match=r"costs more|ended while"):
        next(parts)


def test_the_entries_of_a_feed_attached_to_a_mail_are_held_as_the_mail_is() -> None:
    feed = b'<rss version="2.0"><channel><title>x</title><item><title>One</title></item></channel></rss>'
    head = b"X-Embargoed-Until: 2030-01-01T06:00:00+07:00\r\n"
    with inputs_of("tin.eml", head + a_mail("", ("x.rss", feed, "application/rss+xml")), DESK) as (entry,):
        assert isinstance(entry, Input)
        assert entry.embargoed_until == dt.datetime(2029, 12, 31, 23, tzinfo=dt.UTC)
