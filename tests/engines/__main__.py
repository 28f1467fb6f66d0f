"""`python -m tests.engines`: starts the servers that sinks deliver to, and runs the tests that need them.

A server that cannot be started here is left out, its tests skip and say so; where COPYDESK_REQUIRE names it, they fail.
One that runs already is named: DESK_TEST_OPENSEARCH, DESK_TEST_POSTGRES and DESK_TEST_S3 hold addresses, that of S3
with its bucket, and DESK_TEST_S3_LOGIN its `access key:secret key`.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.engines.cluster import cluster
from tests.engines.postgresql import postgresql
from tests.engines.s3 import LOGIN, bucket

TESTS = (
    "tests/contract/test_sinks.py",
    "tests/contract/test_search.py",
    "tests/contract/test_search_language.py",
    "tests/faults/test_sinks.py",
    "tests/faults/test_search_cluster.py",
    "tests/e2e/test_search_sink.py",
    "tests/integration/test_segment_store.py",
)


@contextmanager
def one_node(folder: Path) -> Iterator[str]:
    """An OpenSearch of one node."""
    with cluster(folder / "opensearch") as started:
        yield started.addresses[0]


SERVERS: Mapping[str, Callable[[Path], AbstractContextManager[str]]] = {
    "DESK_TEST_OPENSEARCH": one_node,
    "DESK_TEST_POSTGRES": lambda folder: postgresql(folder / "postgres"),
    "DESK_TEST_S3": lambda folder: bucket(folder / "s3"),
}


@contextmanager
def started() -> Iterator[dict[str, str]]:
    """Start what this machine can, but for what is named; gives the variables that say where it is."""
    told: dict[str, str] = {}
    if "DESK_TEST_S3" not in os.environ:
        told["DESK_TEST_S3_LOGIN"] = LOGIN
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="engines-")))
        folder.chmod(0o755)
        for name, start in SERVERS.items():
            if name not in os.environ:
                try:
                    told[name] = stack.enter_context(start(folder))
                except pytest.skip.Exception as reason:
                    print(reason)
        yield told


def main(arguments: Sequence[str]) -> int:
    """Run the tests, or those named."""
    with started() as told:
        command = [sys.executable, "-m", "pytest", "-rs", *(arguments or TESTS)]
        return subprocess.run(command, env=os.environ | told, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
