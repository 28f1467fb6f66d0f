"""`python -m tests.engines`: starts the servers that sinks deliver to, and runs the tests that need them.

A server that cannot be started here is left out, its tests skip and say so; where COPYDESK_REQUIRE names it, they fail.
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
from tests.require import lacking

RIG = Path(__file__).parents[2].parent / "shared" / "rig" / "s3" / "up"
TESTS = (
    "tests/contract/test_sinks.py",
    "tests/contract/test_search.py",
    "tests/contract/test_search_language.py",
    "tests/faults/test_sinks.py",
    "tests/integration/test_segment_store.py",
)


@contextmanager
def one_node(folder: Path) -> Iterator[str]:
    """An OpenSearch of one node."""
    with cluster(folder / "opensearch") as started:
        yield started.addresses[0]


@contextmanager
def bucket(_: Path) -> Iterator[str]:
    """A bucket of the S3 server that some machines have beside the project; there is no package that brings one."""
    if not RIG.exists():
        lacking("s3", "is not beside the project")
    told = subprocess.run([RIG, "--bucket", "tests"], check=True, capture_output=True, text=True, timeout=300)
    os.environ.setdefault("DESK_TEST_S3_LOGIN", "rig:rigrigrig")
    yield told.stdout.split()[-1]


SERVERS: Mapping[str, Callable[[Path], AbstractContextManager[str]]] = {
    "DESK_TEST_OPENSEARCH": one_node,
    "DESK_TEST_POSTGRES": lambda folder: postgresql(folder / "postgres"),
    "DESK_TEST_S3": bucket,
}


def main(arguments: Sequence[str]) -> int:
    """Run the tests, or those named."""
    environ = dict(os.environ)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="engines-")))
        folder.chmod(0o755)
        for name, start in SERVERS.items():
            if name not in environ:
                try:
                    environ[name] = stack.enter_context(start(folder))
                except pytest.skip.Exception as reason:
                    print(reason)
        command = [sys.executable, "-m", "pytest", "-rs", *(arguments or TESTS)]
        return subprocess.run(command, env=dict(os.environ) | environ, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
