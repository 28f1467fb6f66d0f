"""What several files of faults need."""

import os
from collections.abc import Iterator

import pytest

from tests.engines.cluster import Cluster, cluster
from tests.require import lacking


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """An OpenSearch of three nodes, where servers are started for tests at all."""
    if "DESK_TEST_OPENSEARCH" not in os.environ:
        lacking("opensearch", "is started by make test-engines")
    with cluster(tmp_path_factory.mktemp("three"), nodes=3) as started:
        yield started
