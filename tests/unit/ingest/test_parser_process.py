"""The parser's process: reused, and ended when a document costs too much."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.ingest.parser_process import FeedParser, Limits
from shared.errors import NotAFeed
from tests.conftest import wait_for

URL = "http://news.example/feed.xml"
GOOD = b"<rss version='2.0'><channel><title>x</title><item><title>One</title></item></channel></rss>"
SLOW = b"<rss><channel>" + b"<item><title>t</title></item>" * 9999 + b"</channel></rss>"
LARGE = b"<rss><channel><item><description>" + b"&lt;p&gt;x" * 1_200_000 + b"</description></item></channel></rss>"


@pytest.fixture
def parser() -> Iterator[FeedParser]:
    made = FeedParser()
    yield made
    made.close()


def child_id(parser: FeedParser) -> int:
    return parser._child.pid


def test_one_process_reads_document_after_document(parser: FeedParser) -> None:
    assert [entry.title for entry in parser.parse(GOOD, None, URL).entries] == ["One"]
    first = child_id(parser)
    with pytest.raises(NotAFeed, match="is an HTML page"):
        parser.parse(b"<html>", None, URL)
    parser.parse(GOOD, None, URL)
    assert child_id(parser) == first


def test_many_threads_share_it(parser: FeedParser) -> None:
    with ThreadPoolExecutor(4) as pool:
        feeds = list(pool.map(lambda _: parser.parse(GOOD, None, URL), range(20)))
    assert all(len(feed.entries) == 1 for feed in feeds)


@pytest.mark.parametrize(
    ("limits", "body"),
    [
        pytest.param(Limits(cpu_s=0.05), SLOW, id="CPU"),
        pytest.param(Limits(memory_mb=110), LARGE, id="memory"),
    ],
)
def test_a_document_that_costs_too_much_is_refused_and_the_next_is_read(limits: Limits, body: bytes) -> None:
    parser = FeedParser(limits)
    with pytest.raises(NotAFeed, match=r"costs more|more memory"):
        parser.parse(body, None, URL)
    assert len(parser.parse(GOOD, None, URL).entries) == 1
    parser.close()


def test_a_process_that_neither_works_nor_ends_is_ended(parser: FeedParser) -> None:
    parser.parse(GOOD, None, URL)
    assert child_id(parser), "0 would mean this very process group"
    os.kill(child_id(parser), signal.SIGSTOP)
    slow = FeedParser(Limits(wall_s=0.2))
    slow._child._process, parser._child._process = parser._child._process, None
    with pytest.raises(NotAFeed, match="takes too long"):
        slow.parse(GOOD, None, URL)
    assert len(FeedParser.parse(parser, GOOD, None, URL).entries) == 1
    slow.close()


def test_a_process_killed_between_two_documents_is_replaced(parser: FeedParser) -> None:
    parser.parse(GOOD, None, URL)
    killed = child_id(parser)
    assert killed, "0 would mean this very process group"
    os.kill(killed, signal.SIGKILL)
    done = threading.Event()
    while not done.is_set():
        try:
            parser.parse(GOOD, None, URL)
            done.set()
        except NotAFeed:  # it was not dead yet when it was asked
            continue
    assert child_id(parser) != killed


def test_a_process_that_has_grown_is_replaced() -> None:
    parser = FeedParser(Limits(keep_mb=1))
    for _ in range(2):
        assert len(parser.parse(GOOD, None, URL).entries) == 1
        assert child_id(parser) == 0
    parser.close()


def test_the_process_ends_with_the_one_that_asked() -> None:
    asker = (
        "import os; from services.ingest.parser_process import FeedParser; parser = FeedParser(); "
        f"parser.parse({GOOD!r}, None, {URL!r}); print(parser._child.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run([sys.executable, "-c", asker], capture_output=True, text=True, check=False)
    child = int(ended.stdout)
    wait_for(lambda: not _is_running(child), "the parser outlived the one that asked")


def _is_running(process: int) -> bool:
    """Whether it runs; one that ended but was not waited for (by whom it was left to) does not."""
    try:
        return " Z " not in Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False


def test_a_large_asker_does_not_make_the_process_look_large(parser: FeedParser) -> None:
    ballast = b"x" * (
        300 * 1024 * 1024
    )  # more than keep_mb: Linux hands a parent's peak down to its children's ru_maxrss
    for _ in range(2):
        parser.parse(GOOD, None, URL)
        assert child_id(parser)
    assert ballast
