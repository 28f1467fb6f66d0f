"""What several tests of real parts share: a scripted web server, and the process that feeds are parsed in."""

from collections.abc import Iterator

import pytest

from services.ingest.parser_process import FeedParser, Limits
from tests.integration.origin import Origin


@pytest.fixture(scope="module")
def parser() -> Iterator[FeedParser]:
    made = FeedParser(Limits(cpu_s=3))
    yield made
    made.close()


@pytest.fixture
def origin() -> Iterator[Origin]:
    made = Origin()
    yield made
    made.close()
