"""Real servers for tests: one that an environment variable names."""

import os

from tests.require import lacking


def opensearch_address() -> str:
    """The address of an OpenSearch for tests."""
    return os.environ.get("DESK_TEST_OPENSEARCH") or lacking("opensearch", "was not started")


def postgres_address() -> str:
    """The address of a PostgreSQL for tests."""
    return os.environ.get("DESK_TEST_POSTGRES") or lacking("postgres", "was not started")


def s3_address() -> str:
    """The address of a bucket for tests: `http://127.0.0.1:9000/bucket`."""
    return os.environ.get("DESK_TEST_S3") or lacking("s3", "was not started")
